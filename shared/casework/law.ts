// When the law's own tables change: every open case is computed again, once, whoever notices it first.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { lockOpenCases, refreshCases } from './refresh.ts'
import type { Tools } from './tools.ts'

/** Cases told of in one second: what comes in meanwhile is not to wait behind them all. */
const aPiece = 200

/** What tells one state of the law's tables from another. */
export function lawFingerprint(tables: readonly string[]): string {
  return createHash('sha256').update(tables.join('\n\u0000\n')).digest('hex')
}

/**
 * Compares the law this process counts with to the one counted with last, and tells of every open case when they
 * differ. Processes that start at once take turns, so that it is told once. Returns how many cases were told of.
 */
export async function noteLaw(db: Db, fingerprint: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('law-version', 0))`.execute(trx)
    const last = await trx
      .selectFrom('lawVersion')
      .select('fingerprint')
      .orderBy('id', 'desc')
      .executeTakeFirst()
    if (last?.fingerprint === fingerprint) return 0
    const { rows } = await sql<{ told: number }>`
      with told as (
        insert into outbox (topic, subject_id, available_at)
        select 'law.changed', id, clock_now() + make_interval(secs => (row_number() over (order by id) - 1) / ${aPiece})
        from arrears_case where state = 'open' returning 1)
      select count(*)::int as told from told`.execute(trx)
    const cases = rows[0]?.told ?? 0
    await trx.insertInto('lawVersion').values({ fingerprint, cases }).execute()
    return cases
  })
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
}

/** The days that planning and its clocks count from, as one text per case. */
async function workedDays(trx: Trx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; days: string }>`
    select id, concat_ws(' ', recovery_last_day, recovery_safe_day, recovery_basis, eviction_day, settled) as days
    from arrears_case where id = any(${[...ids]}::uuid[])`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.days]))
}
