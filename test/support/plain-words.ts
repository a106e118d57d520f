// Looks through every column of text that a database role may read for words that must stand in none of them.
import { sql } from 'kysely'
import type { Db } from '../../shared/db/open.ts'

/** Every table and column of text, names or JSON in which one of the words stands, as `role` reads it. */
export async function placesWith(owner: Db, secret: readonly string[], role?: string): Promise<string[]> {
  const { rows } = await sql<{ table: string; column: string }>`
    select c.relname::text as table, a.attname::text as column from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
      and has_column_privilege(coalesce(${role ?? null}, current_user), c.oid, a.attnum, 'select')
      and (a.atttypid = any ('{text,varchar,json,jsonb}'::regtype[]) or a.atttypid = 'text[]'::regtype)`.execute(
    owner,
  )
  if (rows.length === 0) return []
  const words = secret.map((word) => `%${word}%`)
  const looks = rows.map(
    ({ table, column }) => sql`select ${`${table}.${column}`} as place
      where exists (select 1 from ${sql.table(table)} where ${sql.ref(column)}::text like any (${words}::text[]))`,
  )
  return owner.transaction().execute(async (trx) => {
    // The owner of the tables here is a superuser: no policy stands between it and a row.
    if (role) await sql`set local role ${sql.ref(role)}`.execute(trx)
    const found = await sql<{ place: string }>`${sql.join(looks, sql` union all `)}`.execute(trx)
    return found.rows.map(({ place }) => place)
  })
}
