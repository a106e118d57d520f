// The storm of a chaos run: the load, the faults of the seed, a watch over how work flows, a stop over deadlines, and rest.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../shared/db/open.ts'
import { chanceOf } from './chance.ts'
import type { openDriver } from './driver.ts'
import { moveDatabaseClock, type Fault, type Leap } from './fault.ts'
import { chooseFault, faultsFor } from './faults.ts'
import type { House, Plan } from './house.ts'
import { passed } from './lateness.ts'
import type { Pledge } from './pledges.ts'

export type Wishes = {
  folder: string
  seed: number
  seconds: number
  plan: Plan
  /** Things that happen in a second; files come besides. */
  perSecond: number
  /** A file of so many rows, so often; none when not said. */
  files?: { everySeconds: number; rows: number }
  faultEveryMs: [number, number]
  /** Faults that last at once, at most. */
  atOnce: number
  /** Only faults with such names; all when not said. */
  faults?: RegExp
  /** These, each alone and once, in place of those of the seed; what this house cannot suffer is left out. */
  inTurn?: readonly Fault[]
  /** The queue stays away from the start of the storm to the end. */
  queueAway?: boolean
  /** What this course pledges besides the rules. */
  pledges?: readonly Pledge[]
  /** How long the house may take to come to rest. */
  drainMs: number
  say: (text: string) => void
}

/**
 * What was done to the house; times in ms since the storm began. `recoveredMs` is from the fault's end until work
 * flowed, `waitedMs` the longest that work had waited meanwhile.
 */
export type Suffered = {
  name: string
  note: string
  from: number
  to: number
  recoveredMs: number | null
  waitedMs: number
}

type Sample = { at: number; oldestMs: number }

export type Storm = {
  house: House
  begun: number
  /** The same instant by this process' own clock, which no fault moves. */
  began: number
  suffered: Suffered[]
  samples: Sample[]
  skipped: { name: string; reason: string }[]
  say: (text: string) => void
}

const since = (storm: Storm) => Math.round(performance.now() - storm.begun)
const flowingMs = 2_500

/** Opens the book of a storm that begins now. */
export function openStorm(house: House, say: (text: string) => void): Storm {
  return {
    house,
    begun: performance.now(),
    began: Date.now(),
    suffered: [],
    samples: [],
    skipped: faultsFor(house).skipped,
    say,
  }
}

async function sufferOne(storm: Storm, fault: Fault, seed: number): Promise<void> {
  const entry: Suffered = {
    name: fault.name,
    note: '',
    from: since(storm),
    to: 0,
    recoveredMs: null,
    waitedMs: 0,
  }
  storm.suffered.push(entry)
  try {
    entry.note = await fault.run(storm.house, chanceOf(seed))
  } catch (error) {
    // A fault that another fault kept from happening has happened all the same: the house is hit either way.
    entry.note = `cut short: ${(error as Error).message.slice(0, 60)}`
  }
  entry.to = since(storm)
  storm.say(`  ${fault.name}${entry.note ? ` (${entry.note})` : ''}`)
}

async function suffer(storm: Storm, wishes: Wishes, until: number): Promise<void> {
  const chance = chanceOf(wishes.seed + 1)
  const choices = faultsFor(storm.house).possible.filter(({ name }) => wishes.faults?.test(name) ?? true)
  const underWay = new Map<Promise<void>, Fault>()
  while (performance.now() < until) {
    await pause(chance.whole(...wishes.faultEveryMs))
    const busy = new Set([...underWay.values()].map(({ on }) => on))
    const free = choices.filter(({ on }) => on === undefined || !busy.has(on))
    if (underWay.size >= wishes.atOnce || free.length === 0) continue
    const fault = chooseFault(free, chance)
    const done: Promise<void> = sufferOne(storm, fault, chance.whole(0, 1_000_000)).finally(() =>
      underWay.delete(done),
    )
    underWay.set(done, fault)
  }
  await Promise.all(underWay.keys())
}

/** Waits until work flows and nothing failed is left over, so that the next fault meets a sound house. */
async function recover(storm: Storm): Promise<void> {
  const from = since(storm)
  const flows = () => storm.samples.some(({ at, oldestMs }) => at > from + 500 && oldestMs < flowingMs)
  const giveUpAt = performance.now() + 90_000
  while (!flows() && performance.now() < giveUpAt) await pause(100)
  await pause(500)
}

async function sufferInTurn(storm: Storm, wishes: Wishes, faults: readonly Fault[]): Promise<void> {
  const span = (wishes.seconds * 1000) / Math.max(1, faults.length)
  for (const [place, fault] of faults.entries()) {
    if (!(fault.fits?.(storm.house) ?? true)) continue
    // The queue's absence is measured over its whole time; faults in turn follow as soon as the house is sound.
    if (wishes.queueAway) await pause(span / 2)
    await sufferOne(storm, fault, wishes.seed + place)
    if (wishes.queueAway) await pause(span / 2)
    else await recover(storm)
  }
}

/** Notes four times a second how old the oldest thing to do is, mail apart, until `isOver`. */
export async function watchFlow(storm: Storm, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await pause(250)
    const { leaps, owner } = storm.house
    const known = leaps.length
    const oldest = await sql<{
      ms: number | null
    }>`select max(1000 * ${passed(sql`waiting.since`, sql`clock_now()`, leaps)})::float as ms
      from (select greatest(created_at, available_at) as since from outbox where done_at is null and dead_at is null
        and attempts + postponed = 0 and available_at <= clock_now() and topic <> 'mail.queued') waiting`
      .execute(owner)
      .then(({ rows }) => rows[0]?.ms ?? 0)
      .catch(() => Infinity)
    // Asked while the clock was being moved, nobody knows how much of it is the leap.
    if (storm.house.moving > 0 || leaps.length !== known) continue
    storm.samples.push({ at: since(storm), oldestMs: oldest })
  }
}

/** Lets the seed's stream and faults blow for as long as wished; faults in turn take the time they need. */
export async function blow(
  storm: Storm,
  wishes: Wishes,
  driver: ReturnType<typeof openDriver>,
): Promise<void> {
  wishes.say(`The storm begins: seed ${wishes.seed}, ${wishes.seconds} s, queue ${storm.house.queue.kind}`)
  if (wishes.queueAway) await storm.house.queue.down(true)
  const begun = performance.now()
  const until = begun + wishes.seconds * 1000
  let over = false
  const load = async () => {
    // Senders do not wait for one another: what could not be sent in time is sent when the service is back.
    for (let happened = 0; !over;) {
      const due = ((performance.now() - begun) / 1000) * wishes.perSecond
      while (happened < due && driver.underWay() < 60) {
        driver.happen()
        happened += 1
      }
      await pause(20)
    }
  }
  const { everySeconds, rows } = wishes.files ?? { everySeconds: Infinity, rows: 0 }
  const files = async () => {
    for (let sent = 0; !over; await pause(50)) {
      if (performance.now() - begun < sent * everySeconds * 1000) continue
      if (rows > 0) driver.file(rows)
      sent += 1
    }
  }
  const faults = wishes.inTurn ? sufferInTurn(storm, wishes, wishes.inTurn) : suffer(storm, wishes, until)
  await Promise.all([load(), files(), faults.finally(() => (over = true))])
}

/** Everything of ours but the sign-in stands still while deadlines pass. */
export async function stopOver(storm: Storm, hours: number): Promise<Leap> {
  const parts = storm.house.parts.filter(({ name }) => name !== 'identity')
  const name = `whole service stopped over ${hours} h`
  const entry: Suffered = { name, note: '', from: since(storm), to: 0, recoveredMs: null, waitedMs: 0 }
  storm.suffered.push(entry)
  await Promise.all(parts.map((part) => part.hold()))
  const leap = await moveDatabaseClock(storm.house, hours * 3600)
  for (const part of parts) part.release()
  while (!parts.every((part) => part.up())) await pause(50)
  entry.to = since(storm)
  storm.say(`  ${name}`)
  return leap
}

/** What is to be done now, and what waits for its next try. */
type Left = { due: number; waiting: number; stages: number }

async function left(db: Db): Promise<Left> {
  const { rows } =
    await sql<Left>`select count(*) filter (where not waits)::int as due, count(*) filter (where waits)::int as waiting,
      (select count(*)::int from stage where fired_at is null and stopped_at is null and due_at <= clock_now())
        + (select count(*)::int from task where state = 'open' and alarm_at <= clock_now()) as stages
    from (select available_at > clock_now() + interval '1 second' as waits
      from outbox where done_at is null and dead_at is null) o`.execute(db)
  return rows[0] as Left
}

/** Waits until nothing is left to do; what failed is waiting for its next try, so the clock is moved to it. */
export async function drain(storm: Storm, withinMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + withinMs
  let leaps = 0
  while (performance.now() < giveUpAt) {
    const { due, waiting, stages } = await left(storm.house.owner)
    if (due + waiting + stages === 0) return true
    if (due + stages === 0 && leaps < 40) {
      await moveDatabaseClock(storm.house, 600)
      leaps += 1
    }
    await pause(100)
  }
  return false
}

/** How long after each fault work flowed again. */
export function noteRecovery({ suffered, samples }: Storm): void {
  for (const entry of suffered) {
    const flowing = samples.find(({ at, oldestMs }) => at >= entry.to && oldestMs < flowingMs)
    entry.recoveredMs = flowing ? flowing.at - entry.to : null
    // While the database itself cannot be asked there is no number; the wait is seen as soon as it answers again.
    const meanwhile = samples.filter(({ at }) => at >= entry.from && at <= (flowing?.at ?? Infinity))
    entry.waitedMs = Math.max(0, ...meanwhile.map(({ oldestMs }) => oldestMs).filter(Number.isFinite))
  }
}
