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
 * Updates many rows by `id` in one statement: every row gives the same columns. `only` is an extra condition on the
 * target `t` (for example that it is still open).
 */
export async function updateRows<T extends keyof DB>(
  trx: Trx,
  table: T,
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
