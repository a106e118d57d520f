// Takes in a landlord's file and reads it in pieces: each piece one transaction, so a crash half-way loses and doubles nothing.
import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import type { Mapping } from '../domain/notice-file-columns.ts'
import { fileProblem } from '../domain/notice-file-problems.ts'
import type { NoticeFile, NoticeGroup } from '../domain/notice-file.ts'
import { Refusal } from '../domain/refusal.ts'
import { REFUSED_AT_DOOR } from '../domain/uploaded-kind.ts'
import { emit } from '../outbox.ts'
import { PATIENT_MS, checkUploadedFile, readUploadedFile } from '../read-file.ts'
import { seal, unseal } from '../seal.ts'
import { inContext, lockTexts, moment, type Actor, type Moment } from './act.ts'
import { rememberedMapping } from './column-mappings.ts'
import { noticeRow, once } from './intake.ts'
import { linkVersions } from './notice-versions.ts'
import { controlContext } from './settings.ts'
import type { Tools } from './tools.ts'

/** Notices written in one transaction: short enough to hold no lock long, long enough to be quick. */
const piece = 500

/** Refuses a file that is unsafe, locked or not what its name says, with what to do instead: nothing of it is kept. */
export async function demandReadable(file: { name: string | null; bytes: Uint8Array }): Promise<void> {
  const code = await checkUploadedFile(file)
  if (code === null || !(REFUSED_AT_DOOR.has(code) || code === 'file_too_heavy')) return
  const { detail, howToMend } = fileProblem(code)
  const said = `file.${code.replace(/^file_/, '').replaceAll('_', '-')}`
  const problem = { pointer: '/file', code: said, detail: `${detail} ${howToMend}` }
  throw new Refusal('invalid', said, `${detail} ${howToMend}`, [problem])
}

/** Keeps the file as it came, under seal, and tells the queue. Reading it is the worker's. A key makes a retry the same. */
export async function receiveNoticeFile(
  db: Db,
  tools: Tools,
  actor: Actor,
  file: { name: string | null; bytes: Uint8Array; key?: string | null },
): Promise<{ id: string }> {
  await demandReadable(file)
  const id = randomUUID()
  const keep = async (trx: Trx, at: Moment) => {
    const mapping = await rememberedMapping(trx, actor)
    await insertRows(trx, 'noticeFile', [
      {
        id,
        sender: actor.sender,
        landlordId: actor.landlordId,
        fileName: file.name,
        sha256: createHash('sha256').update(file.bytes).digest('hex'),
        raw: seal(tools.keys, id, file.bytes),
        receivedAt: at.now,
        mapping,
      },
    ])
    await emit(trx, 'notice-file.received', [id])
    return { id }
  }
  return file.key ? once(db, actor, { key: file.key, raw: file.bytes }, keep) : inContext(db, actor, keep)
}

type KeptFile = { id: string; raw: Buffer; fileName: string | null; mapping: unknown }
type FileRow = KeptFile & { sender: string; landlordId: string | null; readGroups: number }

/** The file as it says, by the column names that held when it came. */
function readKept(
  { keys }: Tools,
  { id, raw, fileName, mapping }: KeptFile,
  timeMs?: number,
): Promise<NoticeFile> {
  return readUploadedFile({ bytes: unseal(keys, id, raw), name: fileName }, mapping as Mapping, timeMs)
}

/** Reads files to their end, from where an earlier try stopped. */
export async function readNoticeFiles(db: Db, tools: Tools, fileIds: readonly string[]): Promise<void> {
  for (const id of fileIds) {
    const file = await db
      .selectFrom('noticeFile')
      .select(['id', 'sender', 'landlordId', 'raw', 'readGroups', 'fileName', 'mapping'])
      .where('id', '=', id)
      .where('state', 'in', ['received', 'reading'])
      .executeTakeFirst()
    if (!file) continue
    const read = await readKept(tools, file, PATIENT_MS)
    const groups = read.groups.length
    for (let from = file.readGroups; from === 0 || from < groups; from += piece) {
      const more = await db.transaction().execute((trx) => readPiece(trx, tools, { file, read, from }))
      if (!more) break
    }
  }
}

/** Writes one piece; false when another worker has come further, or the file is finished. */
async function readPiece(
  trx: Trx,
  tools: Tools,
  { file, read, from }: { file: FileRow; read: NoticeFile; from: number },
): Promise<boolean> {
  const at = await moment(trx)
  const current = await trx
    .selectFrom('noticeFile')
    .select('readGroups')
    .where('id', '=', file.id)
    .where('state', 'in', ['received', 'reading'])
    .forUpdate()
    .executeTakeFirst()
  if (current?.readGroups !== from) return false
  if (from === 0) await writeBadRows(trx, file.id, read)
  const groups = read.groups.slice(from, from + piece)
  const { accepted, duplicates } = await writeGroups(trx, tools, at, { file, groups })
  const done = from + piece >= read.groups.length
  await sql`update notice_file set state = ${read.problem ? 'refused' : done ? 'done' : 'reading'},
      problem = ${read.problem ? JSON.stringify(read.problem) : null}::jsonb, rows = ${read.rows},
      remarks = ${JSON.stringify(read.remarks)}::jsonb,
      rejected = ${new Set(read.errors.map((error) => error.row)).size},
      read_groups = ${from + groups.length}, accepted = accepted + ${accepted},
      duplicates = duplicates + ${duplicates + (from === 0 ? read.repeats.length : 0)},
      finished_at = case when ${done} then ${at.now}::timestamptz end
    where id = ${file.id}`.execute(trx)
  return !done
}

async function writeBadRows(trx: Trx, fileId: string, read: NoticeFile): Promise<void> {
  const errors = Map.groupBy(read.errors, (error) => error.row)
  await insertRows(
    trx,
    'noticeFileRow',
    [...errors].map(([row, faults]) => ({ fileId, row, errors: faults })),
  )
  await insertRows(
    trx,
    'noticeFileRow',
    read.repeats.map((repeat) => ({ fileId, row: repeat.row, duplicate: true })),
  )
}

const senderOf = ({ sender, landlordId }: FileRow): Actor => ({
  role: 'landlord',
  personId: null,
  committee: null,
  unit: null,
  name: '',
  sender,
  landlordId,
})

async function writeGroups(
  trx: Trx,
  tools: Tools,
  at: Moment,
  { file, groups }: { file: FileRow; groups: readonly NoticeGroup[] },
): Promise<{ accepted: number; duplicates: number }> {
  const from = { actor: senderOf(file), source: 'file' as const, at, context: await controlContext(trx) }
  const read = groups.map((group) => ({
    group,
    row: noticeRow(tools, from, group.body, JSON.stringify(group.body)),
  }))
  const keys = read.map(({ row }) => row.identityKey)
  await lockTexts(
    trx,
    keys.map((key) => key.toString('hex')),
  )
  await linkVersions(
    trx,
    read.map(({ row }) => row),
  )
  const fresh = read.flatMap(({ row }) => (row.duplicateOf === null ? [{ ...row, fileId: file.id }] : []))
  const rows = read.flatMap(({ group, row }) => {
    return group.rowNumbers.map((number, place) => ({
      fileId: file.id,
      row: number,
      noticeId: row.duplicateOf ?? row.id,
      duplicate: row.duplicateOf !== null,
      findings: place === 0 ? row.findings : [],
    }))
  })
  await insertRows(trx, 'notice', fresh)
  await insertRows(trx, 'noticeFileRow', rows)
  await emit(
    trx,
    'notice.received',
    fresh.map((row) => row.id),
  )
  const duplicates = rows.filter((row) => row.duplicate).length
  return { accepted: rows.length - duplicates, duplicates }
}

/** How far a file has come and what became of each row; Refusal `not-found` when it is not the sender's own. */
export async function readNoticeFileReport(db: Db, actor: Actor, id: string) {
  return inContext(db, actor, async (trx) => {
    const file = await ownFile(trx, id)
    const results = await trx
      .selectFrom('noticeFileRow')
      .select(['row', 'noticeId', 'duplicate', 'findings', 'errors'])
      .where('fileId', '=', id)
      .orderBy('row')
      .execute()
    return { file, results }
  })
}

/** The file as it was read, for the sheet of bad rows. */
export async function rereadNoticeFile(db: Db, tools: Tools, actor: Actor, id: string): Promise<NoticeFile> {
  const file = await inContext(db, actor, (trx) => ownFile(trx, id))
  return readKept(tools, file)
}

async function ownFile(trx: Trx, id: string) {
  const file = await trx.selectFrom('noticeFile').selectAll().where('id', '=', id).executeTakeFirst()
  if (!file)
    throw new Refusal('not-found', 'notice-file.not-found', 'Filen finns inte bland dem ni har skickat.')
  return file
}
