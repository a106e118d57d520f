// Tells whether the database is what this code needs, and how far the work is behind.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'

export type DatabaseState = {
  /** The newest migration the database has; null when it has none. */
  schema: string | null
  /** Age in seconds of the oldest outbox row that is due and undone. */
  oldestUndoneSeconds: number
}

/** Asks the database; throws when it cannot be reached. */
export async function databaseState(db: Db): Promise<DatabaseState> {
  const { rows } = await sql<DatabaseState>`
    select schema_version() as schema, coalesce((select round(extract(epoch from clock_now() - available_at))::int from outbox
      where done_at is null and dead_at is null and available_at <= clock_now() order by available_at limit 1), 0) as oldest_undone_seconds`.execute(
    db,
  )
  return rows[0] as DatabaseState
}
