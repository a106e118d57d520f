// A notice under way: kept under seal for the person who writes it, so that a lost session or a closed window loses nothing.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { seal, unseal } from '../seal.ts'
import { inContext, type Actor } from './act.ts'
import type { Tools } from './tools.ts'

/** What is written so far, by field. `id` stays the same until it is sent: it is the key that sends it once. */
export type NoticeDraft = { id: string; values: Readonly<Record<string, string>>; updatedAt: string }

/** The actor's draft, or null; one that was sent is none. */
export async function findNoticeDraft(db: Db, { keys }: Tools, actor: Actor): Promise<NoticeDraft | null> {
  const kept = await inContext(db, actor, (trx) =>
    trx
      .selectFrom('noticeDraft')
      .select(['id', 'sealed', 'updatedAt'])
      .where('sentNotice', 'is', null)
      .executeTakeFirst(),
  )
  if (!kept) return null
  const values = JSON.parse(unseal(keys, kept.id, kept.sealed).toString()) as NoticeDraft['values']
  return { id: kept.id, values, updatedAt: kept.updatedAt }
}

/** Keeps what has been written so far, in place of what was kept before. */
export async function keepNoticeDraft(
  db: Db,
  { keys }: Tools,
  actor: Actor,
  values: NoticeDraft['values'],
): Promise<void> {
  if (actor.personId === null) return
  await inContext(db, actor, async (trx) => {
    const fresh = randomUUID()
    // The row first, so that two windows saving at once write into one draft and not over each other's key.
    await sql`insert into notice_draft (id, sender, person_id, sealed) values
      (${fresh}, ${actor.sender}, ${actor.personId}, ''::bytea) on conflict (sender, person_id) do nothing`.execute(
      trx,
    )
    const kept = await trx
      .selectFrom('noticeDraft')
      .select(['id', 'sentNotice'])
      .forUpdate()
      .executeTakeFirstOrThrow()
    const id = kept.sentNotice === null ? kept.id : fresh
    const sealed = seal(keys, id, JSON.stringify(values))
    await sql`update notice_draft set id = ${id}, sealed = ${sealed}, sent_notice = null, updated_at = clock_now()
      where id = ${kept.id}`.execute(trx)
  })
}

/** The draft has become this notice: what was written is forgotten, what it became is remembered. */
export async function endNoticeDraft(db: Db, actor: Actor, id: string, noticeId: string): Promise<void> {
  await inContext(db, actor, (trx) =>
    sql`update notice_draft set sent_notice = ${noticeId}, sealed = ''::bytea where id = ${id}`.execute(trx),
  )
}

/** What this draft became, when it was sent; null while it was not, and for anybody else's. */
export async function noticeOfDraft(db: Db, actor: Actor, id: string): Promise<string | null> {
  const sent = await inContext(db, actor, (trx) =>
    trx.selectFrom('noticeDraft').select('sentNotice').where('id', '=', id).executeTakeFirst(),
  )
  return sent?.sentNotice ?? null
}

/** Throws away what has been written. */
export async function dropNoticeDraft(db: Db, actor: Actor): Promise<void> {
  await inContext(db, actor, (trx) => sql`delete from notice_draft where sent_notice is null`.execute(trx))
}
