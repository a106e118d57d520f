// Takes away everything that hangs on given rows: found by the database's own references, so that no later table is forgotten.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'

/** What was taken away: how many rows of each table, and every id among them. */
export type Erased = { counts: Record<string, number>; ids: string[] }

type Reference = { child: string; column: string; parent: string; childHasId: boolean }

/** References to what may outlive it (an earlier case, the first of two notices): they are emptied, not followed. */
const LOOSE: ReadonlySet<string> = new Set([
  'arrears_case.previous_case_id',
  'notice.duplicate_of',
  'notice.corrects',
  'eviction_notice.duplicate_of',
])

/** What hangs on rows by an id without a reference; a message's effect goes with the message. */
const NAMED = [
  {
    table: 'effect_log',
    where: sql`outbox_id in (select id from outbox where subject_id = any(erased.ids))`,
  },
  { table: 'outbox', where: sql`subject_id = any(erased.ids)` },
  { table: 'alert', where: sql`subject_id = any(erased.ids)` },
  { table: 'form_draft', where: sql`subject_id = any(erased.ids)` },
] as const

/** Kept on purpose: ids that lead to nothing any more, and the proof itself. */
const KEPT: ReadonlySet<string> = new Set(['audit_entry', 'audit_head', 'erasure'])

/** All references between tables with data of a case, as the database has them now. */
export async function referencesIn(trx: Trx): Promise<Reference[]> {
  const { rows } = await sql<Reference>`
    select k.conrelid::regclass::text as child, a.attname::text as column, k.confrelid::regclass::text as parent,
      exists (select 1 from pg_attribute i where i.attrelid = k.conrelid and i.attname = 'id' and i.atttypid = 'uuid'::regtype) as child_has_id
    from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f' and cardinality(k.conkey) = 1 and k.connamespace = 'public'::regnamespace
    order by 1, 2`.execute(trx)
  return rows
}

/** Which tables are taken along with a row of `table`, itself included. */
export function tablesUnder(table: string, references: readonly Reference[]): Set<string> {
  const found = new Set([table])
  for (const name of found) {
    for (const { child, column, parent } of references) {
      if (parent === name && !LOOSE.has(`${child}.${column}`)) found.add(child)
    }
  }
  return found
}

/** Erases rows of `table` by id, with everything under them, and all that names them. */
export async function eraseRows(trx: Trx, table: string, ids: readonly string[]): Promise<Erased> {
  const erased: Erased = { counts: {}, ids: [] }
  const references = await referencesIn(trx)
  await eraseUnder(trx, references, { table, ids }, erased)
  await eraseTasksAbout(trx, references, erased)
  for (const { table: name, where } of NAMED) {
    const { numAffectedRows } = await sql`with erased as (select ${erased.ids}::uuid[] as ids)
      delete from ${sql.table(name)} using erased where ${where}`.execute(trx)
    count(erased, name, numAffectedRows)
  }
  return erased
}

/** Work about what was erased: a task of another case stays without naming it, one of no case goes too. */
async function eraseTasksAbout(trx: Trx, references: readonly Reference[], erased: Erased): Promise<void> {
  const about = sql`subject_id = any(${erased.ids}::uuid[])`
  await sql`update task set subject_id = null where ${about} and case_id is not null`.execute(trx)
  const { rows } = await sql<{ id: string }>`select id from task where ${about}`.execute(trx)
  await eraseUnder(trx, references, { table: 'task', ids: rows.map(({ id }) => id) }, erased)
}

function count(erased: Erased, table: string, rows: bigint | undefined): void {
  if (rows) erased.counts[table] = (erased.counts[table] ?? 0) + Number(rows)
}

async function eraseUnder(
  trx: Trx,
  references: readonly Reference[],
  from: { table: string; ids: readonly string[] },
  erased: Erased,
): Promise<void> {
  if (from.ids.length === 0) return
  for (const { child, column, childHasId } of references.filter(({ parent }) => parent === from.table)) {
    const [name, key] = [sql.table(child), sql.ref(column)]
    const hangs = sql`${key} = any(${[...from.ids]}::uuid[])`
    if (LOOSE.has(`${child}.${column}`)) {
      await sql`update ${name} set ${key} = null where ${hangs}`.execute(trx)
    } else if (childHasId) {
      const { rows } = await sql<{ id: string }>`select id from ${name} where ${hangs}`.execute(trx)
      await eraseUnder(trx, references, { table: child, ids: rows.map(({ id }) => id) }, erased)
    } else {
      const { numAffectedRows } = await sql`delete from ${name} where ${hangs}`.execute(trx)
      count(erased, child, numAffectedRows)
    }
  }
  const { numAffectedRows } =
    await sql`delete from ${sql.table(from.table)} where id = any(${[...from.ids]}::uuid[])`.execute(trx)
  count(erased, from.table, numAffectedRows)
  erased.ids.push(...from.ids)
}

/** How many rows of any table still name one of the ids, and where: the proof looks everywhere, not where it erased. */
export async function whatRemains(
  trx: Trx,
  ids: readonly string[],
): Promise<{ rows: number; where: string[] }> {
  const { rows: columns } = await sql<{ table: string; column: string; many: boolean }>`
    select c.relname::text as table, a.attname::text as column, a.atttypid = 'uuid[]'::regtype as many
    from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.atttypid in ('uuid'::regtype, 'uuid[]'::regtype)
      and has_table_privilege(c.oid, 'select')`.execute(trx)
  const found = { rows: 0, where: [] as string[] }
  for (const { table, column, many } of columns.filter((one) => !KEPT.has(one.table))) {
    const names = many
      ? sql`${sql.ref(column)} && ${[...ids]}::uuid[]`
      : sql`${sql.ref(column)} = any(${[...ids]}::uuid[])`
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from ${sql.table(table)} where ${names}`.execute(trx)
    const n = rows[0]?.n ?? 0
    found.rows += n
    if (n > 0) found.where.push(`${table}.${column}`)
  }
  return found
}

/** A hash over all ids that were erased: whoever has a list can show that it is this one. */
export function digestOf(ids: readonly string[]): Buffer {
  return createHash('sha256').update(ids.toSorted().join('\n')).digest()
}
