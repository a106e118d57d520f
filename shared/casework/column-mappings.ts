// What a sender calls its columns: said once on a page, remembered, and used for every later file.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { isColumn, plain, type Column, type Mapping } from '../domain/notice-file-columns.ts'
import type { Actor } from './act.ts'

/** What the sender has said of its headings so far. */
export async function rememberedMapping(trx: Trx, actor: Actor): Promise<Mapping> {
  const rows = await trx
    .selectFrom('columnMapping')
    .select(['heading', 'columnName'])
    .where('sender', '=', actor.sender)
    .execute()
  const known: Record<string, Column | null> = {}
  for (const { heading, columnName } of rows) {
    // A column that a later version no longer has is asked for again.
    if (columnName === null || isColumn(columnName)) known[heading] = columnName
  }
  return known
}

/** Remembers what the sender says of these headings; what it said of others stays. Said twice it is said once. */
export async function rememberMapping(trx: Trx, actor: Actor, mapping: Mapping): Promise<void> {
  const said = new Map(Object.entries(mapping).map(([heading, column]) => [plain(heading), column]))
  if (said.size === 0) return
  await sql`insert into column_mapping (sender, heading, column_name)
    select ${actor.sender}, s.heading, s.column_name
    from unnest(${[...said.keys()]}::text[], ${[...said.values()]}::text[]) as s (heading, column_name) order by s.heading
    on conflict (sender, heading) do update set column_name = excluded.column_name, updated_at = clock_now()`.execute(
    trx,
  )
}
