// Marks households that nobody has reached when the time left is short, and takes the mark away when they are reached.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import type { WorkingTime } from '../domain/calendar.ts'
import { notReachedFrom } from '../domain/passing-time.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import type { PlannedCase } from './planning.ts'

const FLAG = 'not-reached'

/**
 * Brings the mark of these locked cases, in the database and in the rows, up to date. Routing is told of each change,
 * because a household that is not reached may need another unit too.
 */
export async function noteUnreached(
  trx: Trx,
  at: Moment,
  rows: readonly PlannedCase[],
  wt: WorkingTime,
): Promise<void> {
  const changed = rows.filter((row) => {
    const flags = row.facts.flags ?? []
    return isUnreached(row, at.today, wt) !== flags.includes(FLAG)
  })
  if (changed.length === 0) return
  for (const row of changed) {
    const flags = row.facts.flags ?? []
    row.facts.flags = flags.includes(FLAG) ? flags.filter((flag) => flag !== FLAG) : [...flags, FLAG]
  }
  const noted = changed.map(({ id, facts }) => ({ id, flags: facts.flags }))
  await sql`update arrears_case c set facts = c.facts || jsonb_build_object('flags', n.flags)
    from json_to_recordset(${JSON.stringify(noted)}::json) as n(id uuid, flags jsonb) where c.id = n.id`.execute(
    trx,
  )
  await emit(
    trx,
    'case.changed',
    changed.map(({ id }) => id),
  )
}

/** What people have marked themselves stands until the household is reached. */
function isUnreached(row: PlannedCase, today: string, wt: WorkingTime): boolean {
  if (row.reached || row.settled !== null) return false
  const from = notReachedFrom({ recoveryEnds: row.recoverySafeDay, evictionDay: row.evictionDay }, wt)
  return (row.facts.flags ?? []).includes(FLAG) || (from !== null && today >= from)
}
