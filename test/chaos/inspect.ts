// What the judge looks at besides counting: dates counted by a second hand, who sees what, the audit's chain, a copy of the disk.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Alarm } from '../../shared/domain/watch.ts'
import type { WatchFile } from '../../workers/watch-file.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { secondDeadlines } from '../support/second-calendar.ts'
import type { Leap } from './fault.ts'
import type { House } from './house.ts'
import { judgeDatabase, type Verdict } from './judge.ts'
import type { Ledger } from './sender.ts'

type StoredDate = {
  kind: string
  periodVersion: string
  inputs: { name: string; date: string }[]
  rawDate: string | null
  lastDay: string | null
  safeDay: string | null
}

/** Every date that stands, against a count written another way by another hand. */
export async function judgeDates(db: Db): Promise<Verdict[]> {
  const { rows } =
    await sql<StoredDate>`select kind, period_version, inputs, raw_date, last_day, safe_day from deadline
    where superseded_at is null and raw_date is not null`.execute(db)
  let compared = 0
  const wrong = rows.filter(({ kind, periodVersion, inputs, rawDate, lastDay, safeDay }) => {
    const facts = Object.fromEntries(inputs.map(({ name, date }) => [name, date]))
    const tenure = periodVersion.includes('.cooperative') ? 'cooperative' : 'rent'
    const second = secondDeadlines({ ...facts, kind: tenure })[kind]
    if (!second) return false
    compared += 1
    return (
      second.rawDate !== rawDate ||
      (second.lastDay ?? null) !== lastDay ||
      (second.safeDay ?? null) !== safeDay
    )
  })
  return [
    { rule: 'I18', says: 'every stored date is what a second count of it gives', bad: wrong.length },
    { rule: 'I18b', says: 'there were dates to count again', bad: compared > 0 ? 0 : 1 },
  ]
}

/** What a caseworker of a committee sees of cases, by the policies alone. Nobody's committee must see nothing at all. */
async function seenBy(db: Db, committee: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('bokvar.role', 'caseworker', true), set_config('bokvar.committee', ${committee}, true),
      set_config('bokvar.unit', '', true), set_config('bokvar.person', '', true), set_config('bokvar.sender', '', true),
      set_config('bokvar.protected', '', true)`.execute(trx)
    const { rows } = await sql<{ n: number }>`select (
      (select count(*) from arrears_case c where committee <> ${committee}
        and not exists (select 1 from assignment a where a.case_id = c.id and a.committee = ${committee})
        and not exists (select 1 from referral r where r.case_id = c.id and r.committee = ${committee})
        and not exists (select 1 from task t where t.case_id = c.id and t.committee = ${committee}))
      + case when ${committee} <> 'NOBODY' then 0 else
        (select count(*) from notice) + (select count(*) from eviction_notice) + (select count(*) from task)
        + (select count(*) from deadline) + (select count(*) from contact) + (select count(*) from timeline) end)::int as n`.execute(
      trx,
    )
    return rows[0]?.n ?? -1
  })
}

/** Whether the policies alone keep each committee to its own cases, and nobody's committee from everything. */
export async function judgeSecrecyOfCommittees(owner: Db, url: string): Promise<Verdict[]> {
  const web = openDatabase({ url, role: 'bokvar_web', max: 1, statementTimeout: 60_000 })
  try {
    const { rows } = await sql<{
      code: string
    }>`select code from committee union all select 'NOBODY'`.execute(owner)
    let bad = 0
    for (const { code } of rows) bad += await seenBy(web, code)
    return [{ rule: 'I16', says: 'no committee sees a case that is not its own or handed to it', bad }]
  } finally {
    await web.destroy()
  }
}

/** Whatever a person's system was shown or changed has its line in the audit, and the chain of lines is whole. */
export async function judgeAudit(db: Db, { seen }: Pick<Ledger, 'seen'>): Promise<Verdict[]> {
  const faults = await sql<{ n: number }>`select count(*)::int as n from audit_fault`.execute(db)
  const { rows } = await sql<{ door: string; caseId: string; lines: number }>`
    select door, id as case_id, count(*)::int as lines from audit_entry, unnest(subject_ids) as id
    where door is not null group by 1, 2`.execute(db)
  const lines = new Map(rows.map(({ door, caseId, lines: count }) => [`${door} ${caseId}`, count]))
  const shown = Map.groupBy(seen, ({ door, caseId }) => `${door} ${caseId}`)
  const missing = [...shown].reduce(
    (sum, [key, some]) => sum + Math.max(0, some.length - (lines.get(key) ?? 0)),
    0,
  )
  return [
    { rule: 'I15a', says: 'the audit’s chain is whole', bad: faults.rows[0]?.n ?? -1 },
    {
      rule: 'I15b',
      says: 'whatever was shown to a person or changed by one has its line in the audit',
      bad: missing,
    },
  ]
}

/** The stop over deadlines: every stage missed meanwhile fired once, soon, marked late, the most urgent first. */
export async function judgeStop(db: Db, stop: Leap): Promise<Verdict[]> {
  const missed = sql`select * from stage where due_at between ${stop.at}::timestamptz
    and ${stop.at}::timestamptz + make_interval(secs => ${stop.seconds}) and created_at < ${stop.at}::timestamptz and (fired_at is not null or stopped_at is null)`
  const { rows } = await sql<{ slow: number; unmarked: number; unordered: number }>`with missed as (${missed})
    select count(*) filter (where fired_at is null or fired_at > ${stop.at}::timestamptz + make_interval(secs => ${stop.seconds + 60}))::int as slow,
      count(*) filter (where fired_at > ${stop.at}::timestamptz + make_interval(secs => ${stop.seconds})
        and fired_at - due_at > interval '60 seconds' and coalesce(late_seconds, 0) < 60)::int as unmarked,
      (select count(*)::int from missed m where exists (
        select 1 from missed n where n.urgency > m.urgency and n.fired_at > m.fired_at + interval '2 seconds')) as unordered
    from missed`.execute(db)
  const { slow = -1, unmarked = -1, unordered = -1 } = rows[0] ?? {}
  return [
    { rule: 'I14a', says: 'every stage missed in the stop fired within 60 s of the start', bad: slow },
    { rule: 'I14b', says: 'what the stop made late is marked as late', bad: unmarked },
    { rule: 'I14c', says: 'the most urgent of the missed stages fired first', bad: unordered },
  ]
}

/** Every page that the database read back was as it had written it (its checksums). */
async function judgePages(db: Db): Promise<Verdict[]> {
  const { rows } = await sql<{
    n: number
  }>`select coalesce(sum(checksum_failures), 0)::int as n from pg_stat_database`.execute(db)
  return [
    { rule: 'I21', says: 'every page of the database reads back as it was written', bad: rows[0]?.n ?? -1 },
  ]
}

/** A copy of the disk as it lies there starts, and passes the same rules: a backup that was never tried is none. */
async function judgeCopy({ base, folder }: House): Promise<Verdict[]> {
  const at = join(folder, 'copy')
  const server = await base.copyTo(at)
  const db = openDatabase({ url: server.url, role: 'owner', max: 1, statementTimeout: 60_000 })
  try {
    // Whether processes live is no question to a copy.
    const broken = (await judgeDatabase(db)).filter(({ rule, bad }) => bad > 0 && rule !== 'I20')
    const which = broken.map(({ rule, bad }) => ` ${rule} ${bad}`).join()
    return [
      {
        rule: 'I19',
        says: `a copy of what a crash leaves starts by itself and passes the same rules${which}`,
        bad: broken.length,
      },
    ]
  } finally {
    await db.destroy()
    await server.stop('immediate')
    rmSync(at, { recursive: true, force: true })
  }
}

/** Alarms in the watchdog's own file; a file that is not there, or was not written just now, is one too. */
function standingIn(path: string, isDue: (alarm: Alarm) => boolean): number {
  try {
    const { lookedAt, standing } = JSON.parse(readFileSync(path, 'utf8')) as WatchFile
    const others = standing.filter((alarm) => !isDue(alarm))
    return others.length + (Date.now() - Date.parse(lookedAt) > 30_000 ? 1 : 0)
  } catch {
    return 1
  }
}

/** The watchdog's own file says that all is well, but for what is due; it may take its time to see it. */
export async function judgeWatchdog(
  folder: string,
  withinMs: number,
  isDue: (alarm: Alarm) => boolean = () => false,
): Promise<Verdict[]> {
  const giveUpAt = performance.now() + withinMs
  const standing = () => standingIn(join(folder, 'watchdog.json'), isDue)
  while (standing() > 0 && performance.now() < giveUpAt) await pause(200)
  return [{ rule: 'I20b', says: 'at rest the watchdog looks, and has no alarm standing', bad: standing() }]
}

/**
 * All of it, on a house at rest. `stop` is how the clock was moved while the whole service stood still; the watchdog has
 * `withinMs` to see that all is well.
 */
export async function inspect(
  house: House,
  ledger: Ledger,
  stop: Leap,
  withinMs: number,
): Promise<Verdict[]> {
  // While the queue is away for good, nobody hears it, and the watchdog must say so.
  const queueAway = house.queue.url !== '' && house.queue.pid() === 0
  const isDue = ({ code, about }: Alarm) => queueAway && code === 'silent' && about.startsWith('ears ')
  return [
    ...(await judgeAudit(house.owner, ledger)),
    ...(await judgeSecrecyOfCommittees(house.owner, house.base.url)),
    ...(await judgeDates(house.owner)),
    ...(await judgeStop(house.owner, stop)),
    ...(await judgePages(house.owner)),
    ...(await judgeWatchdog(house.folder, Math.min(withinMs, 70_000), isDue)),
    ...(await judgeCopy(house)),
  ]
}
