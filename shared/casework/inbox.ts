// The registrar's inbox: what came on paper, by mail or telephone waits here with its document until somebody has dealt with it.
import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { instantAt, localDateOf } from '../domain/calendar.ts'
import type { Finding } from '../domain/reading-findings.ts'
import { Refusal } from '../domain/refusal.ts'
import { scanTypeOf } from '../domain/scan.ts'
import { emit } from '../outbox.ts'
import { seal, unseal } from '../seal.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import { noSuch } from './open-case.ts'
import type { Tools } from './tools.ts'

export const CHANNELS = ['paper', 'e-mail', 'sdk', 'phone', 'desk'] as const
export type Channel = (typeof CHANNELS)[number]

/** An item of the inbox without its document. `fault`: why what came by an interface could not be read. */
export type InboxItem = {
  id: string
  channel: Channel | 'interface'
  receivedAt: string
  receivedOn: string
  state: 'waiting' | 'entered' | 'not-ours'
  mediaType: string | null
  size: number | null
  fault: string | null
  addedAt: string
  addedBy: string | null
  handledAt: string | null
  handledBy: string | null
  reason: string | null
  /** The number of the notice or event that it became, and what was found in it. */
  number: string | null
  findings: Finding[] | null
}

/** What a registrar puts in. `receivedAt`: the instant it reached the municipality. */
export type Arrival = { id: string; channel: Channel; receivedAt: string; document: Uint8Array | null }

const shown = sql`i.id, i.channel, i.received_at, i.received_on, i.state, i.media_type, i.size, i.fault, i.added_at, a.name as added_by,
  i.handled_at, h.name as handled_by, i.reason, coalesce(n.number, e.number) as number, coalesce(n.findings, e.findings) as findings`
const sources = sql`inbox_item i left join person a on a.id = i.added_by left join person h on h.id = i.handled_by
  left join notice n on n.id = i.notice_id left join eviction_notice e on e.id = i.eviction_notice_id`

/** The registrar as the registry of the committee: what one has entered is the whole registry's. */
export function registryOf(actor: Actor, landlordId: string | null = null): Actor {
  return { ...actor, sender: `registry:${actor.committee}`, landlordId }
}

/** The registry's items: those that wait the longest first, those dealt with the latest first. */
export async function listInbox(
  db: Db,
  actor: Actor,
  wish: { state: InboxItem['state']; limit: number; page: number },
): Promise<{ items: InboxItem[]; total: number }> {
  return inContext(db, registryOf(actor), async (trx) => {
    const order =
      wish.state === 'waiting' ? sql`i.received_at, i.id` : sql`i.handled_at desc, i.received_at, i.id`
    const { rows } = await sql<InboxItem>`select ${shown} from ${sources} where i.state = ${wish.state}
      order by ${order} limit ${wish.limit} offset ${(wish.page - 1) * wish.limit}`.execute(trx)
    const counted = await sql<{
      total: number
    }>`select count(*)::int as total from inbox_item where state = ${wish.state}`.execute(trx)
    return { items: rows, total: counted.rows[0]?.total ?? 0 }
  })
}

/** One item. Refuses `not-found`, for another registry's as for none. */
export async function readInboxItem(db: Db, actor: Actor, id: string): Promise<InboxItem> {
  return inContext(db, registryOf(actor), (trx) => findItem(trx, id))
}

async function findItem(trx: Trx, id: string): Promise<InboxItem> {
  const { rows } = await sql<InboxItem>`select ${shown} from ${sources} where i.id = ${id}`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

function refuse(pointer: string, code: string, detail: string): never {
  throw new Refusal('unprocessable', code, detail, [{ pointer, code, detail }])
}

const LONGEST_DAYS = 366

/** The arrival as it is kept. Refuses one that lies ahead, or so long ago that the year must be wrong. */
export function demandArrival(receivedAt: string, at: Moment): string {
  const given = Date.parse(receivedAt)
  if (given > Date.parse(at.now) + 5 * 60_000)
    refuse('/receivedAt', 'received-at.ahead', 'Tiden ligger framåt. Ange när det kom in.')
  if (given < Date.parse(at.now) - LONGEST_DAYS * 86_400_000)
    refuse('/receivedAt', 'received-at.old', 'Det är mer än ett år sedan. Kontrollera året.')
  return new Date(Math.min(given, Date.parse(at.now))).toISOString()
}

/**
 * Puts something in the inbox. The same id, or the same document, again gives the item that stands: a double click and
 * a letter scanned twice are one. Refuses an arrival that lies ahead or long ago, and a document that is no scan.
 */
export async function addToInbox(
  db: Db,
  tools: Tools,
  actor: Actor,
  arrival: Arrival,
): Promise<{ id: string; known: boolean }> {
  const { id, document } = arrival
  const mediaType = document && scanTypeOf(document)
  if (document && !mediaType)
    refuse('/file', 'file.no-scan', 'Filen är inte en PDF, JPEG eller PNG. Skanna om eller spara som PDF.')
  const sha256 = document && createHash('sha256').update(document).digest('hex')
  const registry = registryOf(actor)
  return inContext(db, registry, async (trx, at) => {
    await lockTexts(trx, [`inbox ${registry.sender} ${sha256 ?? id}`])
    const { rows } = await sql<{ id: string }>`select id from inbox_item
      where id = ${id} or (sender = ${registry.sender} and sha256 = ${sha256}) limit 1`.execute(trx)
    if (rows[0]) return { id: rows[0].id, known: true }
    await store(trx, tools, { actor, at, sha256 }, { ...arrival, mediaType })
    await emit(trx, 'inbox.received', [id])
    return { id, known: false }
  })
}

type Kept = Arrival & { mediaType: string | null }

async function store(
  trx: Trx,
  tools: Tools,
  { actor, at, sha256 }: { actor: Actor; at: Moment; sha256: string | null },
  { id, channel, document, mediaType, ...arrival }: Kept,
): Promise<void> {
  const receivedAt = demandArrival(arrival.receivedAt, at)
  await trx
    .insertInto('inboxItem')
    .values({
      id,
      committee: actor.committee ?? '',
      channel,
      sender: registryOf(actor).sender,
      receivedAt,
      receivedOn: localDateOf(receivedAt),
      addedBy: actor.personId,
      addedAt: at.now,
      ...(document && { raw: seal(tools.keys, id, document), mediaType, sha256, size: document.length }),
    })
    .execute()
}

/** The document of an item, opened. Refuses `not-found` when there is none, or it is another registry's. */
export async function readDocument(
  db: Db,
  tools: Tools,
  actor: Actor,
  id: string,
): Promise<{ mediaType: string; bytes: Buffer }> {
  return inContext(db, registryOf(actor), async (trx) => {
    const row = await trx
      .selectFrom('inboxItem')
      .select(['id', 'mediaType', 'raw'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (!row?.raw || !row.mediaType) throw noSuch()
    return { mediaType: row.mediaType, bytes: unseal(tools.keys, id, row.raw) }
  })
}

/** Locks an item that is to be dealt with, whatever its state. */
export async function lockItem(trx: Trx, id: string): Promise<InboxItem> {
  await sql`select 1 from inbox_item where id = ${id} for update`.execute(trx)
  return findItem(trx, id)
}

/** Writes what became of an item, and ends the task that reminded of it. */
export async function markHandled(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { id, ...change }: { id: string } & HandledAs,
): Promise<void> {
  await sql`update inbox_item set state = ${change.state}, reason = ${change.reason ?? null}, notice_id = ${change.noticeId ?? null},
      eviction_notice_id = ${change.evictionNoticeId ?? null}, handled_by = ${actor.personId}, handled_at = ${at.now}
    where id = ${id}`.execute(trx)
  await sql`update task set state = 'done', outcome = 'KLAR', completed_by = ${actor.personId}, completed_at = ${at.now},
      occurred_at = ${at.now}, alarm_at = null, version = version + 1
    where subject_id = ${id} and state = 'open' and role = 'registrar'`.execute(trx)
}

type HandledAs = {
  state: 'entered' | 'not-ours'
  reason?: string
  noticeId?: string
  evictionNoticeId?: string
}

/** Sets aside what is not for the municipality to act on, with a reason. The same again changes nothing. */
export async function setAside(db: Db, actor: Actor, id: string, reason: string): Promise<void> {
  await inContext(db, registryOf(actor), async (trx, at) => {
    const item = await lockItem(trx, id)
    if (item.state === 'not-ours') return
    if (item.state === 'entered')
      throw new Refusal('conflict', 'inbox.entered', 'Det är redan inskrivet. Läs vad som blev av det.')
    await markHandled(trx, at, actor, { id, state: 'not-ours', reason })
  })
}

/** Takes an item that was set aside back to those that wait: a wrong click must not lose anything. */
export async function takeBack(db: Db, actor: Actor, id: string): Promise<void> {
  await inContext(db, registryOf(actor), async (trx) => {
    const item = await lockItem(trx, id)
    if (item.state !== 'not-ours') return
    await sql`update inbox_item set state = 'waiting', handled_by = null, handled_at = null, reason = null where id = ${id}`.execute(
      trx,
    )
    await emit(trx, 'inbox.received', [id])
  })
}

/** A fresh id for a form: sent twice, it is one item. */
export function newItemId(): string {
  return randomUUID()
}

/** The instant of a day (ISO) and a time (HH:MM) in Sweden; without a time now, if it is today, else midday. */
export function arrivalInstant(day: string, time: string | null, at: Moment): string {
  if (time !== null) return instantAt(day, time)
  return day === at.today ? at.now : instantAt(day, '12:00')
}
