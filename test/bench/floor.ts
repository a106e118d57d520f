// The floor: the same final rows written by plain set-based SQL on the same Postgres, without a queue, from staged copies.
import { sql } from 'kysely'
import type { Db, Trx } from '../../shared/db/open.ts'

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
  'meeting',
  'meeting_case',
  'visit_need',
  'alert',
  'timeline',
  'effect_log',
  'outbox',
]

/** The columns that are written, in their order; a generated one is not. */
async function writtenColumns(trx: Trx, table: string): Promise<string> {
  const { rows } = await sql<{
    names: string
  }>`select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as names
    from information_schema.columns where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER'`.execute(
    trx,
  )
  return rows[0]?.names ?? ''
}

/** Tables that the run has written and the floor would leave out: a floor that does less is no floor. */
async function forgotten(owner: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select c.relname as name from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'case_id')
      and c.relname <> all (${written}) and c.relname <> 'notice'`.execute(owner)
  const counted = await Promise.all(
    rows.map(async ({ name }) => {
      const found = await sql<{
        some: boolean
      }>`select exists (select 1 from ${sql.table(name)}) as some`.execute(owner)
      return found.rows[0]?.some ? [name] : []
    }),
  )
  return counted.flat()
}

/** Empties tables under living workers: they look now and then for what is due, and whoever is in whose way tries again. */
export async function emptyTables(owner: Db, tables: readonly string[]): Promise<void> {
  try {
    await sql.raw(`truncate ${tables.join(', ')} cascade`).execute(owner)
  } catch (error) {
    if ((error as { code?: unknown }).code !== '40P01') throw error
    await emptyTables(owner, tables)
  }
}

/**
 * Copies what the pipeline wrote, and times writing the copies back into emptied tables, so many times: the best one is the
 * floor, because a neighbour that disturbs it once would flatter the pipeline. Returns milliseconds.
 */
export async function measureFloor(owner: Db, times: number): Promise<{ ms: number; rows: number }> {
  const left = await forgotten(owner)
  if (left.length > 0) throw new Error(`The floor does not write ${left.join(', ')}`)
  const rows = await copyWritten(owner)
  const taken: number[] = []
  for (let n = 0; n < times; n += 1) taken.push(await writeBack(owner))
  return { ms: Math.min(...taken), rows }
}

async function copyWritten(owner: Db): Promise<number> {
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
  return rows
}

async function writeBack(owner: Db): Promise<number> {
  await emptyTables(owner, written)
  await sql`insert into notice select * from floor.notice`.execute(owner)
  await sql`analyze`.execute(owner)
  const from = performance.now()
  await owner.transaction().execute(async (trx) => {
    for (const table of written) {
      const columns = sql.raw(await writtenColumns(trx, table))
      await sql`insert into ${sql.table(table)} (${columns}) overriding system value select ${columns} from floor.${sql.ref(table)}`.execute(
        trx,
      )
    }
    await sql`update notice n set case_id = j.case_id, joined_at = j.joined_at from floor.joined j where j.id = n.id`.execute(
      trx,
    )
  })
  return performance.now() - from
}
