// Keeps signed-in sessions: only the hash of the cookie's id is stored, and the database's clock ends them.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'

export type SessionLimits = { idleMinutes: number; absoluteHours: number }

// A stolen copy of the table must not be a set of working cookies.
function hashed(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/** What a live session holds, or null when it is unknown, idle too long or past its absolute end. */
export async function findSession(db: Db, id: string): Promise<Record<string, unknown> | null> {
  const row = await db
    .selectFrom('webSession')
    .select('data')
    .where('id', '=', hashed(id))
    .where('expiresAt', '>', sql<string>`clock_now()`)
    .executeTakeFirst()
  return (row?.data as Record<string, unknown> | undefined) ?? null
}

/**
 * Saves a session and moves its idle end; the absolute end counts from its first save and never moves.
 * A new id, as at sign-in, starts a new absolute period.
 */
export async function saveSession(
  db: Db,
  id: string,
  data: Readonly<Record<string, unknown>>,
  limits: SessionLimits,
): Promise<void> {
  const subject = typeof data['subject'] === 'string' ? data['subject'] : null
  await sql`
    insert into web_session (id, data, subject, expires_at)
    values (${hashed(id)}, ${JSON.stringify(data)}::jsonb || jsonb_build_object('startedAt', clock_now()),
      ${subject}, clock_now() + make_interval(mins => ${limits.idleMinutes}))
    on conflict (id) do update set
      data = excluded.data || jsonb_build_object('startedAt', web_session.data -> 'startedAt'),
      subject = excluded.subject,
      expires_at = least(excluded.expires_at,
        (web_session.data ->> 'startedAt')::timestamptz + make_interval(hours => ${limits.absoluteHours}))
  `.execute(db)
}

/** Ends one session at once. */
export async function endSession(db: Db, id: string): Promise<void> {
  await db.deleteFrom('webSession').where('id', '=', hashed(id)).execute()
}

/**
 * Ends what the identity provider says has ended: the sign-in with this `sid`, or every one of the person whom the
 * provider calls `sub`. Ending twice changes nothing.
 */
export async function endSessionsOf(
  db: Db,
  { provider, sid, sub }: { provider: string; sid: string | null; sub: string | null },
): Promise<void> {
  await sql`delete from web_session where data ->> 'provider' = ${provider}
    and case when ${sid}::text is null then data ->> 'providerSub' = ${sub} else data ->> 'sid' = ${sid} end`.execute(
    db,
  )
}

/** Removes what has already ended; called at sign-in, so that the table stays as small as the day's work. */
export async function removeEndedSessions(db: Db): Promise<void> {
  await db
    .deleteFrom('webSession')
    .where('expiresAt', '<', sql<string>`clock_now()`)
    .execute()
}
