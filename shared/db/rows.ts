// Writes many rows with one statement and one parameter, however many they are.
import { sql, type Insertable, type RawBuilder } from 'kysely'
import type { DB } from './schema.ts'
import type { Trx } from './open.ts'

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** JSON for Postgres: bytes as hex text, which is what bytea reads. */
function asJson(rows: readonly object[], columns: readonly string[]): string {
  const names = columns.map(snake)
  return JSON.stringify(
    rows.map((row) => {
      const out: Record<string, unknown> = {}
      columns.forEach((column, place) => {
        const value = (row as Record<string, unknown>)[column]
        out[names[place] as string] = Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : (value ?? null)
      })
      return out
    }),
  )
}

/**
 * Inserts all rows in one statement. The first row names the columns; `tail` is `on conflict …` and `returning …`.
 * Returns what the tail returns.
 */
export async function insertRows<T extends keyof DB, R = unknown>(
  trx: Trx,
  table: T,
  rows: readonly Insertable<DB[T]>[],
  tail: RawBuilder<unknown> = sql``,
): Promise<R[]> {
  const first = rows[0]
  if (!first) return []
  const columns = Object.keys(first)
  const list = sql.join(columns.map((column) => sql.ref(snake(column))))
  const name = sql.table(snake(table as string))
  const result = await sql<R>`insert into ${name} (${list})
    select ${list} from json_populate_recordset(null::${name}, ${asJson(rows, columns)}::json) ${tail}`.execute(
    trx,
  )
  return result.rows
}

/**
 * Inserts rows of which many are alike: what they share is sent and parsed once, beside a list of what varies. A month
 * of notices plans the same dozen tasks again and again; sending each title a thousand times was half of planning.
 * `vary` names the columns that differ, with their PostgreSQL types.
 */
export async function insertAlike<T extends keyof DB>(
  trx: Trx,
  table: T,
  rows: readonly Insertable<DB[T]>[],
  vary: Readonly<Record<string, 'uuid' | 'text' | 'jsonb'>>,
  tail: RawBuilder<unknown> = sql``,
): Promise<void> {
  const first = rows[0]
  if (!first) return
  const shared = Object.keys(first).filter((column) => !(column in vary))
  const { shapes, places, values } = foldAlike(rows, shared, Object.keys(vary))
  const list = (columns: readonly string[], from: string) =>
    sql.join(columns.map((column) => sql.ref(`${from}${snake(column)}`)))
  const name = sql.table(snake(table as string))
  const varying = Object.entries(vary)
  const arrays = sql.join(
    varying.map(([column, type]) => sql`${values.get(column)}::text[]::${sql.raw(type)}[]`),
  )
  await sql`insert into ${name} (${list(shared, '')}, ${list(Object.keys(vary), '')})
    select ${list(shared, 's.')}, ${list(Object.keys(vary), 'v.')}
    from (select row_number() over () as place, p.* from json_populate_recordset(null::${name}, ${asJson(shapes, shared)}::json) p) s
    join unnest(${places}::int[], ${arrays}) as v(place, ${list(Object.keys(vary), '')}) on v.place = s.place ${tail}`.execute(
    trx,
  )
}

function foldAlike(rows: readonly object[], shared: readonly string[], varying: readonly string[]) {
  const known = new Map<string, number>()
  const shapes: object[] = []
  const values = new Map<string, (string | null)[]>(varying.map((column) => [column, []]))
  const places = rows.map((row) => {
    const cells = row as Record<string, unknown>
    for (const column of varying) values.get(column)?.push(asText(cells[column]))
    const key = likenessOf(cells, shared)
    const place = known.get(key) ?? shapes.push(row)
    known.set(key, place)
    return place
  })
  return { shapes, places, values }
}

/** Text that two rows share when these columns do; written as JSON it was a tenth of a worker's time. */
function likenessOf(cells: Readonly<Record<string, unknown>>, shared: readonly string[]): string {
  let key = ''
  for (const column of shared) {
    const value = cells[column]
    key += typeof value === 'string' ? `${value.length}:${value}` : `${JSON.stringify(value)};`
  }
  return key
}

const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)

/**
 * Updates many rows by `id` in one statement: every row gives the same columns. `only` is an extra condition on the
 * target `t` (for example that it is still open).
 */
export async function updateRows(
  trx: Trx,
  table: keyof DB,
  rows: readonly ({ id: string } & object)[],
  only: RawBuilder<unknown> = sql`true`,
): Promise<void> {
  const first = rows[0]
  if (!first) return
  const columns = Object.keys(first)
  const set = sql.join(
    columns
      .filter((column) => column !== 'id')
      .map((column) => sql`${sql.ref(snake(column))} = n.${sql.ref(snake(column))}`),
  )
  const name = sql.table(snake(table as string))
  await sql`update ${name} t set ${set}
    from json_populate_recordset(null::${name}, ${asJson(rows, columns)}::json) n where t.id = n.id and ${only}`.execute(
    trx,
  )
}
