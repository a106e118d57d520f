// How many there are in all behind one page of a list, counted only when the page itself does not tell.
import { sql, type RawBuilder } from 'kysely'
import type { Trx } from '../db/open.ts'

/** The total, when the page shows the end of the list; null when only a count can tell. */
export function allShown({ limit, page }: { limit: number; page: number }, shown: number): number | null {
  const isLast = shown < limit && (shown > 0 || page === 1)
  return isLast ? (page - 1) * limit + shown : null
}

/** Counts the rows of `what`: tables and their conditions. */
export async function countOf(trx: Trx, what: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*)::int as total from ${what}`.execute(trx)
  return rows[0]?.total ?? 0
}
