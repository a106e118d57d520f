// Gives every table with case data a row for a case, made from the catalogue: a table added tomorrow is tested tomorrow.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../../shared/db/open.ts'
import { plant } from './left-behind.ts'

export type Column = {
  name: string
  type: string
  element: string
  required: boolean
  generated: boolean
  refers: string | null
  refersTo: string | null
  check: string | null
}

/** The public tables with what the policies need to be held against. */
export type Table = { name: string; rls: boolean; forced: boolean; columns: Column[] }

/** Every table of the schema with its columns, foreign keys and simple checks, read from the catalogue. */
export async function tablesOf(db: Db): Promise<Table[]> {
  const { rows } = await sql<Table>`
    select c.relname as name, c.relrowsecurity as rls, c.relforcerowsecurity as forced, json_agg(json_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, null), 'element', coalesce(format_type(t.typelem, null), ''),
      'required', a.attnotnull and not a.atthasdef and a.attidentity = '', 'generated', a.attidentity <> '' or a.attgenerated <> '',
      'refers', f.confrelid::regclass::text, 'refersTo', r.attname,
      'check', (select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
        where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum])) order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
      left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and f.conkey = array[a.attnum]
      left join pg_attribute r on r.attrelid = f.confrelid and r.attnum = f.confkey[1]
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'kysely%'
    group by c.oid order by c.relname`.execute(db)
  return rows
}

/** The column that ties a table's rows to a case. */
export function caseColumn({ name: table, columns }: Table): string | null {
  if (table === 'arrears_case') return 'id'
  const found = columns.filter(({ refers, name }) => refers === 'arrears_case' || name === 'case_id')
  return (
    (
      found.find(({ name }) => name === 'case_id') ??
      found.find(({ name }) => name === 'into_case') ??
      found[0]
    )?.name ?? null
  )
}

/** For which case a row is made, whose it is, and what its free text says. */
export type About = { caseId: string; committee: string; mark: string }

function plainValue({ type, element, check }: Column, mark: string): unknown {
  const choice = /'([^']+)'::text/.exec(check ?? '')?.[1]
  if (choice !== undefined) return choice
  if (element !== '' && element !== '-' && type.endsWith('[]'))
    return element === 'text' ? [mark, `${mark} två`] : element === 'uuid' ? [randomUUID(), randomUUID()] : []
  if (type === 'uuid') return randomUUID()
  if (/int|numeric|double/.test(type)) return 1
  if (type === 'boolean') return false
  if (type === 'date') return '2026-11-25'
  if (type.startsWith('timestamp')) return '2026-11-25T10:00:00Z'
  if (type === 'bytea') return Buffer.from(mark)
  if (type.startsWith('json'))
    return JSON.stringify(/ <> '\[\]'|jsonb_array|'array'/.test(check ?? '') ? [mark] : { mark })
  return mark
}

/** A row to refer to: one of the same case, else one that nothing refers to yet, made when there is none. */
async function anyOf(
  trx: Trx,
  tables: readonly Table[],
  { of, name, refers, refersTo }: Column & { of: string },
  about: About,
): Promise<unknown> {
  // What somebody did or was given is shown to them: a row that is made up is nobody's who is asked about.
  if (refers === 'person') {
    const { rows: made } = await sql<{
      value: unknown
    }>`insert into person (subject, username, name, role, active)
      values (${randomUUID()}, 'gone', 'Borta', 'caseworker', false) returning ${sql.ref(refersTo ?? 'id')} as value`.execute(
      trx,
    )
    return made[0]?.value
  }
  const table = tables.find((one) => one.name === refers)!
  const key = sql.ref(refersTo ?? 'id')
  const link = caseColumn(table)
  // One that fewest of these refer to, then the one made first: drawn by lot, two households could share a row that is
  // to be one's alone, or a unit could call somebody in, in one run of many.
  const taken = sql`(select count(*) from ${sql.table(of)} o where o.${sql.ref(name)} = t.${key})`
  const own = link ? sql`(t.${sql.ref(link)} = ${about.caseId}) desc nulls last, ` : sql``
  const order = sql`${own}${taken}, t.ctid`
  const find = () =>
    sql<{
      value: unknown
    }>`select t.${key} as value from ${sql.table(table.name)} t order by ${order} limit 1`.execute(trx)
  const { rows } = await find()
  if (rows[0]) return rows[0].value
  // What is nobody's in particular may be seen by all: no household's mark in it.
  await insertRow(trx, tables, table, link ? about : { ...about, mark: 'Fyllnad' })
  return (await find()).rows[0]?.value
}

async function insertRow(trx: Trx, tables: readonly Table[], table: Table, about: About): Promise<void> {
  plant(`public.${table.name}`)
  const link = caseColumn(table)
  const values: [string, unknown][] = []
  for (const column of table.columns) {
    const { name, type, refers, required, generated } = column
    if (generated) continue
    if (name === link) values.push([name, about.caseId])
    else if (refers === 'committee') values.push([name, about.committee])
    else if (name === 'id' && type === 'uuid') values.push([name, randomUUID()])
    else if (refers && required)
      values.push([name, await anyOf(trx, tables, { ...column, of: table.name }, about)])
    else if (!refers && (required || type === 'text')) values.push([name, plainValue(column, about.mark)])
  }
  await sql`insert into ${sql.table(table.name)} (${sql.join(values.map(([name]) => sql.ref(name)))})
    values (${sql.join(values.map(([, value]) => sql`${value}`))})`.execute(trx)
}

/** Adds a row of `table` for the case when it has none; free text in it is `mark`. Returns the reason when it cannot. */
export async function seedRow(
  owner: Db,
  tables: readonly Table[],
  table: Table,
  about: About,
): Promise<string | null> {
  const link = caseColumn(table)
  if (!link) return null
  const { rows } = await sql`select 1 from ${sql.table(table.name)}
    where ${sql.ref(link)} = ${about.caseId} limit 1`.execute(owner)
  if (rows.length > 0) return null
  try {
    await owner.transaction().execute((trx) => insertRow(trx, tables, table, about))
    return null
  } catch (error) {
    return `${table.name}: ${(error as Error).message}`
  }
}
