// The floor: the same final rows written by plain set-based SQL on the same Postgres, without a queue, from staged copies.
import { sql } from 'kysely'
import type { Db } from '../../shared/db/open.ts'

/** Every table the pipeline writes between the answer to the sender and the planned tasks, in the order of their keys. */
const written = [
  'household_key',
  'arrears_case',
  'deadline',
  'task',
  'stage',
  'assignment',
  'referral',
  'mail',
  'alert',
  'timeline',
  'effect_log',
  'outbox',
]

/** Copies what the pipeline wrote, empties the tables, and times writing the copies back. Returns milliseconds. */
export async function measureFloor(owner: Db): Promise<{ ms: number; rows: number }> {
  await sql`create schema floor`.execute(owner)
  let rows = 0
  for (const table of written) {
    await sql`create table floor.${sql.ref(table)} as select * from ${sql.table(table)}`.execute(owner)
    rows += Number(
      (await sql<{ n: number }>`select count(*)::int as n from floor.${sql.ref(table)}`.execute(owner))
        .rows[0]?.n,
    )
  }
  await sql`create table floor.joined as select id, case_id, joined_at from notice`.execute(owner)
  // Emptying the cases empties the notices that point at them too: they were there before the clock started, so back they go.
  await sql`create table floor.notice as select * from notice`.execute(owner)
  await sql`update floor.notice set case_id = null, joined_at = null`.execute(owner)
  await sql.raw(`truncate ${written.join(', ')} cascade`).execute(owner)
  await sql`insert into notice select * from floor.notice`.execute(owner)
  await sql`analyze`.execute(owner)
  const from = performance.now()
  await owner.transaction().execute(async (trx) => {
    for (const table of written) {
      await sql`insert into ${sql.table(table)} overriding system value select * from floor.${sql.ref(table)}`.execute(
        trx,
      )
    }
    await sql`update notice n set case_id = j.case_id, joined_at = j.joined_at from floor.joined j where j.id = n.id`.execute(
      trx,
    )
  })
  return { ms: performance.now() - from, rows }
}
