// One chaos run: load and faults from a seed, a stop over deadlines, a bounded drain, and the judge's verdict.
import { sql } from 'kysely'
import type { Db } from '../../shared/db/open.ts'
import { canaries, openDriver } from './driver.ts'
import type { Leap } from './fault.ts'
import { onDuty, openHouse, type House } from './house.ts'
import { inspect } from './inspect.ts'
import { judgeDatabase, judgePost, judgeSecrecy, judgeTold, prepareToJudge, type Verdict } from './judge.ts'
import { measureLateness, measureStop, type Lateness } from './lateness.ts'
import type { Clients, Ledger } from './sender.ts'
import {
  blow,
  drain,
  noteRecovery,
  openStorm,
  stopOver,
  watchFlow,
  type Storm,
  type Suffered,
  type Wishes,
} from './storm.ts'

export type Result = {
  seed: number
  queue: string
  seconds: number
  answers: Ledger['answers']
  /** Requests that got no answer to the end. */
  unanswered: number
  told: Record<string, number>
  notices: number
  cases: number
  effects: number
  letters: number
  repeats: number
  /** Of the repeats, those that the mail server had taken without an answer. */
  repeatsUnanswered: number
  /** Letters whose fate was unknown that were not sent again, because another said the same since. */
  covered: number
  /** How long the queue was away in real time, when it was away from the beginning to the end. */
  queueAwayMs: number | null
  /** From the start of the storm until whoever is on duty had a letter of the watchdog. */
  dutyToldMs: number | null
  suffered: Suffered[]
  skipped: Storm['skipped']
  drainSeconds: number
  /** From the start of the house until it was judged. */
  tookSeconds: number
  verdicts: Verdict[]
  lateness: Lateness[]
}

/** Cases that cannot be planned: the poison that must not hold back the others, and must end with a person. */
async function layPoison(db: Db): Promise<void> {
  await sql`create function chaos_poison() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$`.execute(
    db,
  )
  await sql`create trigger chaos_poison before update of planned_at on arrears_case for each row
    when (new.tenant_name ~ 'Efternamn(7|77|777)$') execute function chaos_poison()`.execute(db)
}

type Judged = Pick<Result, 'verdicts' | 'repeats' | 'repeatsUnanswered' | 'covered' | 'lateness'>

async function judge({ house }: Storm, ledger: Ledger, stop: Leap, drainMs: number): Promise<Judged> {
  const { owner, folder } = house
  // The watchdog's letters are nobody's mail rows: it needs no database to send them.
  const post = house.post.letters().filter(({ to }) => !to.includes(onDuty))
  await prepareToJudge(owner)
  const { verdicts, repeats, unanswered, covered } = await judgePost(owner, post)
  return {
    verdicts: [
      ...(await judgeDatabase(owner)),
      ...(await judgeTold(owner, ledger)),
      ...verdicts,
      ...(await judgeSecrecy(owner, folder, house.post.letters(), canaries)),
      ...(await inspect(house, ledger, stop, drainMs)),
    ],
    repeats,
    repeatsUnanswered: unanswered,
    covered,
    lateness: [...(await measureLateness(owner, house.leaps, stop)), await measureStop(owner, stop)],
  }
}

async function openLoad(house: House, seed: number) {
  const { identity, tokenUrl } = house.signIn
  const clients = Object.fromEntries(
    identity.clients.map(({ id, secret }) => [id, { id, secret }]),
  ) as Clients
  const { rows } = await sql<{ id: string; role: string }>`select id, role from person
    where role in ('visitor', 'caseworker') and active order by id`.execute(house.owner)
  const those = (role: string) => rows.filter((one) => one.role === role).map(({ id }) => id)
  const people = { visitors: those('visitor'), caseworkers: those('caseworker') }
  const driver = openDriver({ baseUrl: house.baseUrl, tokenUrl, clients, seed, people })
  house.burst = (things, rows) => {
    for (let n = 0; n < things; n += 1) driver.happen()
    driver.file(rows)
  }
  return driver
}

/** Runs the load and the faults, lets the house come to rest, judges it, and leaves nothing running. */
export async function runChaos(wishes: Wishes): Promise<Result> {
  const begun = performance.now()
  const took = () => Math.round((performance.now() - begun) / 1000)
  wishes.say('Starting the whole service …')
  const house = await openHouse(wishes.folder, wishes.plan)
  try {
    await layPoison(house.owner)
    const driver = await openLoad(house, wishes.seed)
    const storm = openStorm(house, wishes.say)
    let over = false
    const watching = watchFlow(storm, () => over)
    await blow(storm, wishes, driver)
    wishes.say(`The storm is over after ${took()} s; waiting until nothing is left to do …`)
    const quietFrom = performance.now()
    await driver.finish(wishes.drainMs)
    await drain(storm, wishes.drainMs)
    const drainSeconds = Math.round((performance.now() - quietFrom) / 1000)
    const stop = await stopOver(storm, 26)
    await drain(storm, wishes.drainMs)
    over = true
    await watching
    noteRecovery(storm)
    wishes.say(`At rest after ${took()} s; judging …`)
    const { seed, seconds } = wishes
    const counted = await countUp(storm, driver.ledger)
    const queueAwayMs = wishes.queueAway ? performance.now() - storm.begun : null
    const judged = await judge(storm, driver.ledger, stop, wishes.drainMs)
    wishes.say(`Judged after ${took()} s.`)
    const result = { ...counted, seed, seconds, queueAwayMs, drainSeconds, tookSeconds: took(), ...judged }
    const pledged = (wishes.pledges ?? []).map((pledge) => pledge(result))
    return { ...result, verdicts: [...result.verdicts, ...pledged] }
  } finally {
    await house.close()
  }
}

async function countUp({ house, began, suffered, skipped }: Storm, ledger: Ledger) {
  const { rows } = await sql<{
    notices: number
    cases: number
    effects: number
  }>`select (select count(*)::int from notice) as notices, (select count(*)::int from arrears_case) as cases,
    (select count(*)::int from effect_log) as effects`.execute(house.owner)
  const told = Object.fromEntries(
    [...Map.groupBy(ledger.told.values(), ({ kind }) => kind)].map(([kind, some]) => [kind, some.length]),
  )
  const none = { notices: 0, cases: 0, effects: 0 }
  const duty = house.post.letters().find(({ to, at }) => to.includes(onDuty) && Date.parse(at) >= began)
  const letters = house.post.letters().filter(({ to }) => !to.includes(onDuty)).length
  return {
    dutyToldMs: duty ? Date.parse(duty.at) - began : null,
    queue: house.queue.kind,
    answers: ledger.answers,
    unanswered: ledger.unknown.size,
    told,
    ...none,
    ...rows[0],
    letters,
    suffered,
    skipped,
  }
}
