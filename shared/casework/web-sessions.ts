// Keeps signed-in sessions: only the hash of the cookie's id is stored, and the database's clock ends them.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor } from './act.ts'

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

// A form left open over night is still its writer's in the morning; after that its session is forgotten.
const REMEMBERED = sql`interval '24 hours'`
const runOut = sql<boolean>`expires_at <= clock_now() and expires_at > clock_now() - ${REMEMBERED}`

/** What a session held that ran out within a day; null for one that lives, or was ended by somebody. */
export async function findEndedSession(db: Db, id: string): Promise<Record<string, unknown> | null> {
  const { rows } = await sql<{ data: Record<string, unknown> }>`select data from web_session
    where id = ${hashed(id)} and ${runOut}`.execute(db)
  return rows[0]?.data ?? null
}

/** What the person's sessions held that ran out within a day. */
export async function endedSessionsOf(db: Db, subject: string): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<{ data: Record<string, unknown> }>`select data from web_session
    where subject = ${subject} and ${runOut} order by expires_at desc limit 20`.execute(db)
  return rows.map(({ data }) => data)
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

/** A live sign-in as its own person may see it. `ref` names it in a form and is no cookie. */
export type LiveSession = { ref: string; way: string | null; startedAt: string; until: string; own: boolean }

// A short piece of the hash: enough to tell one person's few sign-ins apart, and of no use to anybody else.
const ref = sql<string>`left(id, 12)`
const live = sql<boolean>`expires_at > clock_now()`

/** The person's live sign-ins, the newest first; `ownId` is the cookie's id of whoever asks. */
export async function listSessions(db: Db, subject: string, ownId: string): Promise<LiveSession[]> {
  const { rows } = await sql<LiveSession>`select ${ref} as ref, data ->> 'provider' as way,
      (data ->> 'startedAt')::timestamptz as started_at, expires_at as until, id = ${hashed(ownId)} as own
    from web_session where subject = ${subject} and ${live} order by started_at desc, ref`.execute(db)
  return rows
}

/** Ends the one of the person's sign-ins that `which` names, or all but the own. Returns how many ended. */
export async function endOtherSessions(
  db: Db,
  { subject, ownId, which }: { subject: string; ownId: string; which: string },
): Promise<number> {
  const { rows } = await sql<{
    live: boolean
  }>`delete from web_session where subject = ${subject} and id <> ${hashed(ownId)}
    and (${which} = 'others' or ${ref} = ${which}) returning ${live} as live`.execute(db)
  return rows.filter((row) => row.live).length
}

/**
 * An administrator ends every sign-in of a person, who must sign in anew; written down with who did it. Twice, the second
 * ends nothing. Throws `not-found` for somebody unknown.
 */
export async function endPersonSessions(db: Db, actor: Actor, personId: string): Promise<number> {
  return inContext(db, actor, async (trx) => {
    const person = await trx
      .selectFrom('person')
      .select('subject')
      .where('id', '=', personId)
      .executeTakeFirst()
    if (!person) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
    const { rows } = await sql<{ live: boolean }>`delete from web_session
      where subject = ${person.subject} returning ${live} as live`.execute(trx)
    const ended = rows.filter((row) => row.live).length
    if (ended > 0)
      await sql`insert into person_change (person_id, what, changed_by)
        values (${personId}, 'signed-out', ${actor.personId})`.execute(trx)
    return ended
  })
}

/** Removes what ended a day ago; called at sign-in, so that the table stays as small as two days' work. */
export async function removeEndedSessions(db: Db): Promise<void> {
  await sql`delete from web_session where expires_at <= clock_now() - ${REMEMBERED}`.execute(db)
}
