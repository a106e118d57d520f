// A notice under way: kept under seal for the person who writes it, so that a lost session or a closed window loses nothing.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { seal, unseal } from '../seal.ts'
import { inContext, type Actor } from './act.ts'
import type { Tools } from './tools.ts'

/** What is written so far, by field. `id` stays the same until it is sent: it is the key that sends it once. */
export type NoticeDraft = { id: string; values: Readonly<Record<string, string>>; updatedAt: string }

/** The actor's draft, or null. */
export async function findNoticeDraft(db: Db, { keys }: Tools, actor: Actor): Promise<NoticeDraft | null> {
  const kept = await inContext(db, actor, (trx) =>
    trx.selectFrom('noticeDraft').select(['id', 'sealed', 'updatedAt']).executeTakeFirst(),
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
    // The row first, so that two windows saving at once write into one draft and not over each other's key.
    await sql`insert into notice_draft (id, sender, person_id, sealed) values
      (${randomUUID()}, ${actor.sender}, ${actor.personId}, ''::bytea) on conflict (sender, person_id) do nothing`.execute(
      trx,
    )
    const { id } = await trx.selectFrom('noticeDraft').select('id').forUpdate().executeTakeFirstOrThrow()
    const sealed = seal(keys, id, JSON.stringify(values))
    await sql`update notice_draft set sealed = ${sealed}, updated_at = clock_now() where id = ${id}`.execute(
      trx,
    )
  })
}

/** Forgets the draft, if it is still this one. */
export async function endNoticeDraft(db: Db, actor: Actor, id: string): Promise<void> {
  await inContext(db, actor, (trx) => sql`delete from notice_draft where id = ${id}`.execute(trx))
}
