// A person's own calendar as a link: only when they are booked, never with whom or where; the link can be taken back.
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { inContext, type Actor } from './act.ts'

/** A booked time, under a number that says nothing and stays the same when the visit moves. */
export type BookedTime = { uid: string; startsAt: string; endsAt: string }

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/**
 * Makes a new link and returns its secret part, which is shown once and kept nowhere: the database has its hash. An
 * earlier link stops working.
 */
export async function openCalendar(db: Db, actor: Actor): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await inContext(db, actor, async (trx, at) => {
    await trx
      .insertInto('calendarFeed')
      .values({ personId: actor.personId ?? '', tokenHash: hashOf(token), createdAt: at.now })
      .onConflict((conflict) =>
        conflict.column('personId').doUpdateSet({ tokenHash: hashOf(token), createdAt: at.now }),
      )
      .execute()
  })
  return token
}

/** Takes the link back; without one nothing changes. */
export async function closeCalendar(db: Db, actor: Actor): Promise<void> {
  await inContext(db, actor, async (trx) => {
    await trx
      .deleteFrom('calendarFeed')
      .where('personId', '=', actor.personId ?? '')
      .execute()
  })
}

/** Since when the actor has a link; null: none. */
export async function calendarSince(db: Db, actor: Actor): Promise<string | null> {
  const row = await db
    .selectFrom('calendarFeed')
    .select('createdAt')
    .where('personId', '=', actor.personId ?? '')
    .executeTakeFirst()
  return row?.createdAt ?? null
}

/** The booked times behind a link, a month back and all ahead; null for a link that is not, or no longer, one. */
export async function calendarBehind(db: Db, token: string): Promise<BookedTime[] | null> {
  const row = await db
    .selectFrom('calendarFeed')
    .innerJoin('person', 'person.id', 'calendarFeed.personId')
    .select('person.id')
    .where('calendarFeed.tokenHash', '=', hashOf(token))
    .where('person.active', '=', true)
    .executeTakeFirst()
  if (!row) return null
  const reader: Actor = {
    role: 'visitor',
    personId: row.id,
    committee: null,
    unit: null,
    sender: 'calendar',
    landlordId: null,
    name: '',
  }
  return inContext(db, reader, async (trx) => {
    const { rows } = await sql<{ visitId: string; startsAt: string; endsAt: string }>`
      select visit_id, starts_at, ends_at from visit_person
      where person_id = ${row.id} and booked and starts_at > clock_now() - interval '31 days' order by starts_at`.execute(
      trx,
    )
    // The visit's own id leads to the case; its hash with the person's does not.
    return rows.map(({ visitId, startsAt, endsAt }) => ({
      uid: hashOf(`${visitId} ${row.id}`).toString('hex').slice(0, 32),
      startsAt,
      endsAt,
    }))
  })
}
