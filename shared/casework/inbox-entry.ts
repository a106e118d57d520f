// Enters an item of the inbox as what it is: a landlord's notice or Kronofogden's event, by the same road as those sent in.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { EvictionNoticeBody } from '../domain/eviction-notice.ts'
import type { NoticeBody } from '../domain/notice-body.ts'
import { readOrganisationNumber } from '../domain/identity-number.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Actor, Moment } from './act.ts'
import { ELSEWHERE } from './elsewhere.ts'
import { storeEvictionNotice } from './eviction-notices.ts'
import { lockItem, markHandled, registryOf, type InboxItem } from './inbox.ts'
import { once, storeNotice, type Receipt } from './intake.ts'
import { reviewTasks } from './reviews.ts'
import type { Tools } from './tools.ts'

/** What the registrar read in the document of an item. */
export type Entry<Body> = { itemId: string; body: Body }

/**
 * Enters a landlord's notice with the item's own arrival, from which the periods count. The same form sent twice gives
 * the same receipt; an item that a colleague has entered meanwhile is refused.
 */
export function enterNotice(db: Db, tools: Tools, actor: Actor, entry: Entry<NoticeBody>): Promise<Receipt> {
  return enter(db, actor, entry, async (trx, at, item) => {
    const registry = registryOf(actor, await landlordOf(trx, entry.body))
    const arrived = { now: item.receivedAt, today: item.receivedOn }
    const from = { actor: registry, source: 'registrar' as const, at, arrived }
    const receipt = await storeNotice(trx, tools, from, { body: entry.body, raw: bytesOf(entry) })
    await markHandled(trx, at, actor, { id: item.id, state: 'entered', noticeId: receipt.id })
    return receipt
  })
}

/** Enters an event of Kronofogden's with the item's own arrival; otherwise as {@link enterNotice}. */
export function enterEvictionNotice(
  db: Db,
  tools: Tools,
  actor: Actor,
  entry: Entry<EvictionNoticeBody>,
): Promise<Receipt> {
  return enter(db, actor, entry, async (trx, at, item) => {
    const arrived = { now: item.receivedAt, today: item.receivedOn }
    const from = { actor: registryOf(actor), at: arrived }
    const receipt = await storeEvictionNotice(trx, tools, from, { body: entry.body, raw: bytesOf(entry) })
    await markHandled(trx, at, actor, { id: item.id, state: 'entered', evictionNoticeId: receipt.id })
    return receipt
  })
}

const bytesOf = ({ body }: Entry<object>): Buffer => Buffer.from(JSON.stringify(body))

function enter<Body extends object>(
  db: Db,
  actor: Actor,
  entry: Entry<Body>,
  deed: (trx: Trx, at: Moment, item: InboxItem) => Promise<Receipt>,
): Promise<Receipt> {
  // The item is the key: two who enter it at once make one notice of it.
  const sent = { key: `inbox ${entry.itemId}`, raw: bytesOf(entry) }
  return once(db, registryOf(actor), sent, async (trx, at) => {
    const item = await lockItem(trx, entry.itemId)
    if (item.state !== 'waiting') {
      const detail = 'Det är redan taget om hand. Läs vad som blev av det.'
      throw new Refusal('conflict', 'inbox.entered', detail)
    }
    return deed(trx, at, item)
  })
}

/** The landlord whose organisation number the paper bears: public or private decides what happens next. */
async function landlordOf(trx: Trx, body: NoticeBody): Promise<string | null> {
  const number = readOrganisationNumber(body.landlord.organisationNumber ?? '')
  if (!number) return null
  const found = await trx
    .selectFrom('landlord')
    .select('id')
    .where('organisationNumber', 'in', [number, number.replace('-', '')])
    .executeTakeFirst()
  return found?.id ?? null
}

type Waiting = { id: string; committee: string; unit: string | null; fault: string | null }

/** Gives the registry a task for each item that still waits; what was entered at once needs none. */
export async function remindOfInbox(trx: Trx, at: Moment, itemIds: readonly string[]): Promise<void> {
  const { rows } = await sql<Waiting>`
    select i.id, i.committee, i.fault, coalesce(p.unit, case when m.default_committee = i.committee then m.default_unit end) as unit
    from inbox_item i cross join municipality m left join person p on p.id = i.added_by
    where i.id = any(${[...itemIds]}::uuid[]) and i.state = 'waiting' order by i.id for update of i`.execute(
    trx,
  )
  await reviewTasks(
    trx,
    at,
    rows.map(({ id, committee, unit, fault }) => ({
      kind: fault === null ? 'inbox' : fault === ELSEWHERE ? 'elsewhere' : 'unreadable',
      caseId: null,
      subjectId: id,
      committee,
      unit,
    })),
  )
}
