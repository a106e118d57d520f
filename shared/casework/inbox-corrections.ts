// Puts right when something came in: the wrong time is kept beside the right one with its reason, and periods are counted anew.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { localDateOf } from '../domain/calendar.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { demandArrival, lockItem, registryOf } from './inbox.ts'
import { lockOpenCases, refreshCases } from './refresh.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'

export type Correction = {
  beforeAt: string
  afterAt: string
  reason: string
  correctedBy: string | null
  correctedAt: string
}

/** What has been put right of an item's arrival, the latest first. */
export async function correctionsOf(db: Db, actor: Actor, itemId: string): Promise<Correction[]> {
  return inContext(db, registryOf(actor), async (trx) => {
    const { rows } = await sql<Correction>`
      select c.before_at, c.after_at, c.reason, p.name as corrected_by, c.corrected_at from inbox_correction c
      left join person p on p.id = c.corrected_by where c.item_id = ${itemId} order by c.corrected_at desc, c.id`.execute(
      trx,
    )
    return rows
  })
}

/**
 * Corrects when an item reached the municipality, with the reason why. What was already entered from it has its periods
 * counted anew by the worker. The same time again changes nothing. Refuses a time ahead or long ago, no reason, and what
 * a machine stamped itself.
 */
export async function correctArrival(
  db: Db,
  actor: Actor,
  { id, receivedAt, reason }: { id: string; receivedAt: string; reason: string },
): Promise<void> {
  await inContext(db, registryOf(actor), async (trx, at) => {
    const item = await lockItem(trx, id)
    if (item.channel === 'interface')
      throw new Refusal(
        'conflict',
        'inbox.stamped',
        'Tiden är satt av tjänsten när meddelandet kom in och kan inte ändras.',
      )
    const afterAt = demandArrival(receivedAt, at)
    if (reason.trim() === '') {
      const detail = 'Skriv varför tiden ändras.'
      throw new Refusal('invalid', 'reason.missing', detail, [
        { pointer: '/reason', code: 'reason.missing', detail },
      ])
    }
    if (Date.parse(item.receivedAt) === Date.parse(afterAt)) return
    await sql`update inbox_item set received_at = ${afterAt}, received_on = ${localDateOf(afterAt)} where id = ${id}`.execute(
      trx,
    )
    const row = { itemId: id, beforeAt: item.receivedAt, afterAt, reason: reason.trim() }
    await insertRows(trx, 'inboxCorrection', [{ ...row, correctedBy: actor.personId, correctedAt: at.now }])
    await emit(trx, 'inbox.corrected', [id])
  })
}

type Entered = { what: 'notice' | 'eviction_notice'; id: string; caseId: string | null }

/** Lets what was entered from the items follow their arrival, and counts its cases' dates anew. Twice is once. */
export async function applyCorrections(
  trx: Trx,
  at: Moment,
  tools: Tools,
  itemIds: readonly string[],
): Promise<void> {
  const { rows } = await sql<Entered>`
    select 'notice' as what, n.id, n.case_id from inbox_item i join notice n on n.id = i.notice_id
      where i.id = any(${[...itemIds]}::uuid[]) and n.received_at <> i.received_at
    union all select 'eviction_notice', e.id, e.case_id from inbox_item i join eviction_notice e on e.id = i.eviction_notice_id
      where i.id = any(${[...itemIds]}::uuid[]) and e.received_at <> i.received_at`.execute(trx)
  const caseIds = rows.flatMap(({ caseId }) => caseId ?? [])
  const open = await lockOpenCases(trx, caseIds)
  for (const table of ['notice', 'eviction_notice'] as const) {
    const ids = rows.filter(({ what }) => what === table).map(({ id }) => id)
    await sql`update ${sql.table(table)} n set received_at = i.received_at, received_on = i.received_on from inbox_item i
      where i.${sql.ref(`${table}_id`)} = n.id and n.id = any(${ids}::uuid[])`.execute(trx)
  }
  await refreshCases(trx, at, tools, open)
  await writeTimeline(
    trx,
    at,
    [...new Set(caseIds)].map((caseId) => ({ caseId, kind: 'arrival.corrected', actor: 'system' })),
  )
  await emit(trx, 'case.changed', open)
}
