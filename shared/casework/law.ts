// When the law's own tables change: every open case is computed again, once, whoever notices it first.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { lookAtPlans } from './payment-plan-watch.ts'
import { lockOpenCases, refreshCases } from './refresh.ts'
import type { Tools } from './tools.ts'

/** Cases told of in one second: what comes in meanwhile is not to wait behind them all. */
const aPiece = 200

/** Which law a process counts with: the number its tables bear, and what tells one state of them from another. */
export type LawStamp = { version: number; fingerprint: string }

/** The stamp of the law's tables. `versions` is config/law/versions.csv; its last row is the version they bear. */
export function lawStamp(tables: readonly string[], versions: string): LawStamp {
  const fingerprint = createHash('sha256').update(tables.join('\n\u0000\n')).digest('hex')
  return { version: Number(versions.trimEnd().split('\n').at(-1)?.split(';')[0]), fingerprint }
}

/** The lock that all who count hold together, and that whoever brings a new law holds alone. */
const lawLock = sql`hashtextextended('law-version', 0)`

type Noted = { latest: LawStamp | undefined; known: boolean }

async function readNoted(db: Db | Trx, { version, fingerprint }: LawStamp): Promise<Noted> {
  const rows = await db
    .selectFrom('lawVersion')
    .select(['version', 'fingerprint'])
    .orderBy('version', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return {
    latest: rows[0],
    known: rows.some((row) => row.version === version && row.fingerprint === fingerprint),
  }
}

/**
 * While a release is rolled out, processes with the old law and the new run side by side: a law that was replaced, or
 * that bears a lower number, must not come back by their asking again.
 */
const replaces = (ours: LawStamp, { latest, known }: Noted) =>
  latest === undefined || (!known && ours.version >= latest.version)

/**
 * Compares the law this process counts with to the one counted with last, and tells of every open case when a newer one
 * has come. Processes that start at once take turns, so that it is told once. Returns how many cases were told of.
 */
export async function noteLaw(db: Db, ours: LawStamp): Promise<number> {
  if (!replaces(ours, await readNoted(db, ours))) return 0
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${lawLock})`.execute(trx)
    if (!replaces(ours, await readNoted(trx, ours))) return 0
    const { rows } = await sql<{ told: number }>`
      with told as (
        insert into outbox (topic, subject_id, available_at)
        select 'law.changed', id, clock_now() + make_interval(secs => (row_number() over (order by id) - 1) / ${aPiece})
        from arrears_case where state = 'open' returning 1)
      select count(*)::int as told from told`.execute(trx)
    const cases = rows[0]?.told ?? 0
    await trx
      .insertInto('lawVersion')
      .values({ ...ours, cases })
      .execute()
    return cases
  })
}

/**
 * Lets this transaction count with the law `ours`, and keeps a newer one from coming before it ends. Throws (code
 * EOLDLAW) when a newer one has come: the work is left to those who know it.
 */
export async function countWith(trx: Trx, ours: LawStamp): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${lawLock})`.execute(trx)
  const { latest, known } = await readNoted(trx, ours)
  if (latest === undefined || latest.fingerprint === ours.fingerprint) return
  if (known || ours.version < latest.version)
    throw Object.assign(new Error('A newer law is in force than this process knows'), { code: 'EOLDLAW' })
}

/** Computes open cases again and lets planning follow where the day they are worked to has moved. */
export async function recomputeCases(
  trx: Trx,
  at: Moment,
  tools: Tools,
  caseIds: readonly string[],
): Promise<void> {
  const ids = await lockOpenCases(trx, caseIds)
  const before = await workedDays(trx, ids)
  await refreshCases(trx, at, tools, ids)
  const after = await workedDays(trx, ids)
  const moved = ids.filter((id) => before.get(id) !== after.get(id))
  await emit(trx, 'case.changed', moved)
  await lookAtPlans(trx, ids)
}

/** The days that planning and its clocks count from, as one text per case. */
async function workedDays(trx: Trx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; days: string }>`
    select id, concat_ws(' ', recovery_last_day, recovery_safe_day, recovery_basis, eviction_day, settled) as days
    from arrears_case where id = any(${[...ids]}::uuid[])`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.days]))
}
