// One chaos run: load and faults from a seed, a stop over deadlines, a bounded drain, and the judge's verdict.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../shared/db/open.ts'
import { chanceOf } from './chance.ts'
import { canaries, openDriver, type Ledger } from './driver.ts'
import { chooseFault, faultsFor } from './faults.ts'
import { openHouse, type House, type Plan } from './house.ts'
import {
  judgeDatabase,
  judgePost,
  judgeSecrecy,
  judgeTold,
  measureLateness,
  type Lateness,
  type Leap,
  type Verdict,
} from './judge.ts'

export type Wishes = {
  folder: string
  seed: number
  seconds: number
  plan: Plan
  perSecond: number
  faultEveryMs: [number, number]
  /** Only faults with such names; all when not said. */
  faults?: RegExp
  /** The queue stays away from the start of the storm to the end. */
  queueAway?: boolean
  /** How long the house may take to come to rest. */
  drainMs: number
  say: (text: string) => void
}

/** What was done to the house; times in ms since the storm began. `recoveredMs` is from the fault's end until work flowed. */
export type Suffered = { name: string; note: string; from: number; to: number; recoveredMs: number | null }

export type Result = {
  seed: number
  queue: string
  seconds: number
  answers: Ledger['answers']
  told: Record<string, number>
  cases: number
  effects: number
  letters: number
  repeats: number
  suffered: Suffered[]
  drainSeconds: number
  verdicts: Verdict[]
  lateness: Lateness[]
}

type Sample = { at: number; oldestMs: number }
type Storm = {
  house: House
  begun: number
  suffered: Suffered[]
  samples: Sample[]
  leaps: Leap[]
  say: (text: string) => void
}

const since = (storm: Storm) => Math.round(performance.now() - storm.begun)
const flowingMs = 2_500

/** A case that cannot be planned: the poison that must not hold back the others, and must end with a person. */
async function layPoison(db: Db): Promise<void> {
  await sql`create function chaos_poison() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$`.execute(
    db,
  )
  await sql`create trigger chaos_poison before update of planned_at on arrears_case for each row
    when (new.tenant_name like '%Efternamn7') execute function chaos_poison()`.execute(db)
}

async function suffer(storm: Storm, wishes: Wishes, until: number): Promise<void> {
  const chance = chanceOf(wishes.seed + 1)
  const choices = faultsFor(wishes.plan.backend).filter(({ name }) => wishes.faults?.test(name) ?? true)
  const underWay = new Set<Promise<void>>()
  while (performance.now() < until) {
    await pause(chance.whole(...wishes.faultEveryMs))
    if (underWay.size >= 2 || choices.length === 0) continue
    const fault = chooseFault(choices, chance)
    const entry: Suffered = { name: fault.name, note: '', from: since(storm), to: 0, recoveredMs: null }
    storm.suffered.push(entry)
    const done = fault
      .run(storm.house, chance)
      .then((note) => void (entry.note = note))
      // A fault that another fault kept from happening has happened all the same: the house is hit either way.
      .catch((error: unknown) => void (entry.note = `cut short: ${(error as Error).message.slice(0, 60)}`))
      .finally(() => {
        entry.to = since(storm)
        underWay.delete(done)
        storm.say(`  ${fault.name}${entry.note ? ` (${entry.note})` : ''}`)
      })
    underWay.add(done)
  }
  await Promise.all(underWay)
}

async function watch(storm: Storm, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await pause(250)
    const oldest = await sql<{
      ms: number | null
    }>`select 1000 * extract(epoch from clock_now() - min(greatest(created_at, available_at)))::float as ms
      from outbox where done_at is null and dead_at is null and attempts = 0 and available_at <= clock_now() and topic <> 'mail.queued'`
      .execute(storm.house.owner)
      .then(({ rows }) => rows[0]?.ms ?? 0)
      .catch(() => Infinity)
    storm.samples.push({ at: since(storm), oldestMs: oldest })
  }
}

/** Moves the database's clock forward; what has fallen due meanwhile is late and must be told as late. */
async function leap(storm: Storm, seconds: number): Promise<void> {
  const { owner } = storm.house
  const { rows } = await sql<{ at: string }>`select clock_now() as at`.execute(owner)
  await sql`insert into clock_shift (shift) values (make_interval(secs => ${seconds}))
    on conflict (only_row) do update set shift = clock_shift.shift + excluded.shift`.execute(owner)
  storm.leaps.push({ at: rows[0]?.at ?? '', seconds })
}

/** Everything of ours but the sign-in stands still while deadlines pass. */
async function stopOver(storm: Storm, hours: number): Promise<void> {
  const parts = storm.house.parts.filter(({ name }) => name !== 'identity')
  const entry: Suffered = {
    name: `whole service stopped over ${hours} h`,
    note: '',
    from: since(storm),
    to: 0,
    recoveredMs: null,
  }
  storm.suffered.push(entry)
  await Promise.all(parts.map((part) => part.hold()))
  await leap(storm, hours * 3600)
  for (const part of parts) part.release()
  while (!parts.every((part) => part.up())) await pause(50)
  entry.to = since(storm)
  storm.say(`  ${entry.name}`)
}

type Left = { fresh: number; failed: number; stages: number }

async function left(db: Db): Promise<Left> {
  const { rows } =
    await sql<Left>`select count(*) filter (where attempts = 0)::int as fresh, count(*) filter (where attempts > 0)::int as failed,
      (select count(*)::int from stage where fired_at is null and stopped_at is null and due_at <= clock_now())
        + (select count(*)::int from task where state = 'open' and alarm_at <= clock_now()) as stages
    from outbox where done_at is null and dead_at is null`.execute(db)
  return rows[0] as Left
}

/** Waits until nothing is left to do; what failed is waiting for its next try, so the clock is moved to it. */
async function drain(storm: Storm, withinMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + withinMs
  let leaps = 0
  while (performance.now() < giveUpAt) {
    const { fresh, failed, stages } = await left(storm.house.owner)
    if (fresh + failed + stages === 0) return true
    if (fresh + stages === 0 && leaps < 10) {
      await leap(storm, 600)
      leaps += 1
      await pause(1_000)
    }
    await pause(200)
  }
  return false
}

function noteRecovery({ suffered, samples }: Storm): void {
  for (const entry of suffered) {
    const flowing = samples.find(({ at, oldestMs }) => at >= entry.to && oldestMs < flowingMs)
    entry.recoveredMs = flowing ? flowing.at - entry.to : null
  }
}

async function judge(
  storm: Storm,
  ledger: Ledger,
): Promise<{ verdicts: Verdict[]; repeats: number; lateness: Lateness[] }> {
  const { owner, folder, mail } = storm.house
  const post = mail.post()
  const { verdicts, repeats } = await judgePost(owner, post)
  return {
    verdicts: [
      ...(await judgeDatabase(owner)),
      ...(await judgeTold(owner, ledger)),
      ...verdicts,
      ...(await judgeSecrecy(owner, folder, post, canaries)),
    ],
    repeats,
    lateness: await measureLateness(owner, storm.leaps),
  }
}

/** Runs the load and the faults, lets the house come to rest, judges it, and leaves nothing running. */
export async function runChaos(wishes: Wishes): Promise<Result> {
  wishes.say('Starting the whole service …')
  const house = await openHouse(wishes.folder, wishes.plan)
  try {
    await layPoison(house.owner)
    const clients = Object.fromEntries(
      house.signIn.identity.clients.map(({ id, secret }) => [id, { id, secret }]),
    )
    const driver = openDriver({
      baseUrl: house.baseUrl,
      tokenUrl: house.signIn.tokenUrl,
      clients: clients as never,
      seed: wishes.seed,
    })
    const storm: Storm = {
      house,
      begun: performance.now(),
      suffered: [],
      samples: [],
      leaps: [],
      say: wishes.say,
    }
    let over = false
    const watching = watch(storm, () => over)
    await blow(storm, wishes, driver)
    wishes.say('The storm is over; waiting until nothing is left to do …')
    const quietFrom = performance.now()
    await driver.finish(wishes.drainMs)
    await drain(storm, wishes.drainMs)
    const drainSeconds = Math.round((performance.now() - quietFrom) / 1000)
    await stopOver(storm, 26)
    await drain(storm, wishes.drainMs)
    over = true
    await watching
    noteRecovery(storm)
    const { verdicts, repeats, lateness } = await judge(storm, driver.ledger)
    return {
      ...(await countUp(storm, driver.ledger)),
      seed: wishes.seed,
      seconds: wishes.seconds,
      repeats,
      drainSeconds,
      verdicts,
      lateness,
    }
  } finally {
    await house.close()
  }
}

async function blow(storm: Storm, wishes: Wishes, driver: ReturnType<typeof openDriver>): Promise<void> {
  wishes.say(`The storm begins: seed ${wishes.seed}, ${wishes.seconds} s, queue ${storm.house.queue.kind}`)
  if (wishes.queueAway) await storm.house.queue.down(true)
  const until = performance.now() + wishes.seconds * 1000
  const load = async () => {
    while (performance.now() < until) {
      if (driver.underWay() < 40) driver.happen()
      await pause(1000 / wishes.perSecond)
    }
  }
  await Promise.all([load(), suffer(storm, wishes, until)])
}

async function countUp(storm: Storm, ledger: Ledger) {
  const { owner, queue, mail } = storm.house
  const { rows } = await sql<{
    cases: number
    effects: number
  }>`select (select count(*)::int from arrears_case) as cases,
    (select count(*)::int from effect_log) as effects`.execute(owner)
  const told = Object.fromEntries(
    [...Map.groupBy(ledger.told.values(), ({ kind }) => kind)].map(([kind, some]) => [kind, some.length]),
  )
  return {
    queue: queue.kind,
    answers: ledger.answers,
    told,
    cases: 0,
    effects: 0,
    ...rows[0],
    letters: mail.post().length,
    suffered: storm.suffered,
  }
}
