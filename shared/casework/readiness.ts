// Tells whether the service can work: the schema its code needs, and how long the oldest due piece of work has waited.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'

export type Readiness = {
  ok: boolean
  /** The newest migration the database has, and the one this code needs. */
  schema: { found: string | null; needed: string }
  /** Seconds since the oldest outbox row that is neither done nor dead became due; 0 when none waits. */
  oldestUndoneSeconds: number
}

/** Asks the database. `needed` is the newest migration of this code; a database that is ahead is ready too. */
export async function findReadiness(db: Db, needed: string): Promise<Readiness> {
  const { rows } = await sql<{ found: string | null; seconds: number }>`
    select schema_version() as found, coalesce((
      select extract(epoch from clock_now() - min(available_at)) from outbox
      where done_at is null and dead_at is null and available_at <= clock_now()
    ), 0)::float8 as seconds`.execute(db)
  const found = rows[0]?.found ?? null
  // During a rolling change the old processes stay ready while the new schema is already there: migrations only add.
  const ok = found !== null && found >= needed
  return { ok, schema: { found, needed }, oldestUndoneSeconds: Math.round(rows[0]?.seconds ?? 0) }
}
