// Mail after a restore: held until a person says whether what waits may leave, because it may have left already.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { emit } from '../outbox.ts'

/** Since when nothing leaves, what the database was put back to, and what waits by kind. */
export type MailHold = {
  heldAt: string
  asOf: string
  waiting: { template: string; count: number; oldest: string }[]
}

/** The hold that stands, or null when mail leaves as usual. */
export async function readMailHold(db: Db): Promise<MailHold | null> {
  const { rows } = await sql<{ heldAt: string; asOf: string }>`select held_at, as_of from mail_hold
    where released_at is null`.execute(db)
  const [hold] = rows
  if (!hold) return null
  const waiting = await sql<MailHold['waiting'][number]>`
    select template, count(*)::int as count, min(created_at) as oldest from mail
    where state in ('held', 'pending', 'sending') group by template order by template`.execute(db)
  return { ...hold, waiting: waiting.rows }
}

/**
 * Ends the hold: `send` lets what waits leave, `drop` never. What is written from now on leaves as usual. Returns how
 * many mails that were; a second time there is no hold, and it is none.
 */
export async function releaseMail(db: Db, wish: 'send' | 'drop'): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`update mail_hold set released_at = clock_now() where released_at is null
      returning id`.execute(trx)
    if (rows.length === 0) return 0
    const state = wish === 'send' ? 'pending' : 'dropped'
    // Also what the queue has not come to yet: it was written before anybody had decided.
    const { rows: mails } = await sql<{ id: string; was: string }>`
      update mail m set state = ${state}, last_error = case when ${wish} = 'drop' then 'held-after-restore' else m.last_error end
      from (select id, state as was from mail where state in ('held', 'pending', 'sending') for update) w
      where m.id = w.id returning m.id, w.was`.execute(trx)
    const rung = mails.filter(({ was }) => wish === 'send' && was === 'held')
    await emit(
      trx,
      'mail.queued',
      rung.map(({ id }) => id),
    )
    return mails.length
  })
}

/** Whether this mail waits for a person's word; it is marked so, and its work is done until it is released. */
export async function holdBack(db: Db, mailId: string): Promise<boolean> {
  const { rows } = await sql`update mail set state = 'held'
    where id = ${mailId} and state in ('pending', 'sending', 'held')
      and exists (select 1 from mail_hold where released_at is null) returning id`.execute(db)
  return rows.length > 0
}
