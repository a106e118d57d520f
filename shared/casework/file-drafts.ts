// Keeps a landlord's file until they have seen what is in it: nothing is sent, and no worker reads it, before that.
import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import type { Mapping } from '../domain/notice-file-columns.ts'
import type { NoticeFile } from '../domain/notice-file.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { seal, unseal } from '../seal.ts'
import { readUploadedFile } from '../read-file.ts'
import { inContext, type Actor } from './act.ts'
import { rememberedMapping, rememberMapping } from './column-mappings.ts'
import { demandReadable } from './notice-files.ts'
import type { Tools } from './tools.ts'

/** A file waiting for its sender's word, as it was read. */
export type FileDraft = { id: string; fileName: string | null; mapping: Mapping; read: NoticeFile }

/**
 * Keeps a file under seal as a draft; an earlier draft of the same sender is forgotten. Returns its id. Refuses what
 * is unsafe or no list at all: nothing of it is kept.
 */
export async function keepFileDraft(
  db: Db,
  tools: Tools,
  actor: Actor,
  file: { name: string | null; bytes: Uint8Array },
): Promise<string> {
  await demandReadable(file)
  const id = randomUUID()
  return inContext(db, actor, async (trx, at) => {
    const mapping = await rememberedMapping(trx, actor)
    await sql`delete from notice_file where sender = ${actor.sender} and state = 'draft'`.execute(trx)
    await insertRows(trx, 'noticeFile', [
      {
        id,
        sender: actor.sender,
        landlordId: actor.landlordId,
        fileName: file.name,
        sha256: createHash('sha256').update(file.bytes).digest('hex'),
        raw: seal(tools.keys, id, file.bytes),
        receivedAt: at.now,
        state: 'draft',
        mapping,
      },
    ])
    return id
  })
}

/** The draft as read; null when it has been sent already. Refusal `not-found` when it is not the sender's own. */
export async function readFileDraft(
  db: Db,
  tools: Tools,
  actor: Actor,
  id: string,
): Promise<FileDraft | null> {
  const file = await inContext(db, actor, (trx) => ownFile(trx, actor, id))
  if (file.state !== 'draft') return null
  const bytes = unseal(tools.keys, id, file.raw)
  const mapping = file.mapping as Mapping
  const read = await readUploadedFile({ bytes, name: file.fileName }, mapping)
  return { id, fileName: file.fileName, mapping, read }
}

/** Remembers what the sender calls its columns, and reads this draft by it. A file already sent stays as it was read. */
export async function mapFileDraft(db: Db, actor: Actor, id: string, mapping: Mapping): Promise<void> {
  await inContext(db, actor, async (trx) => {
    await rememberMapping(trx, actor, mapping)
    const known = JSON.stringify(await rememberedMapping(trx, actor))
    const mapped = await sql`update notice_file set mapping = ${known}::jsonb
      where id = ${id} and sender = ${actor.sender} and state = 'draft'`.execute(trx)
    if (mapped.numAffectedRows === 0n) await ownFile(trx, actor, id)
  })
}

/** Sends the draft: it has arrived now, and the queue is told. Sent twice it is sent once. */
export async function sendFileDraft(db: Db, actor: Actor, id: string): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    const sent = await sql`update notice_file set state = 'received', received_at = ${at.now}
      where id = ${id} and sender = ${actor.sender} and state = 'draft'`.execute(trx)
    if (sent.numAffectedRows === 0n) await ownFile(trx, actor, id)
    else await emit(trx, 'notice-file.received', [id])
  })
}

/** Forgets the draft; a file that was sent stays. */
export async function dropFileDraft(db: Db, actor: Actor, id: string): Promise<void> {
  await inContext(db, actor, (trx) =>
    sql`delete from notice_file where id = ${id} and sender = ${actor.sender} and state = 'draft'`.execute(
      trx,
    ),
  )
}

async function ownFile(trx: Trx, actor: Actor, id: string) {
  const file = await trx
    .selectFrom('noticeFile')
    .select(['state', 'fileName', 'raw', 'mapping'])
    .where('id', '=', id)
    .where('sender', '=', actor.sender)
    .executeTakeFirst()
  if (!file)
    throw new Refusal('not-found', 'notice-file.not-found', 'Filen finns inte bland dem ni har skickat.')
  return file
}
