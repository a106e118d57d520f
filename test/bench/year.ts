// A year of all of Sweden as it comes: households that come back, what is reported later, and Kronofogden's events.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { storeEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import type { Db, Trx } from '../../shared/db/open.ts'
import { insertRows } from '../../shared/db/rows.ts'
import type { EvictionNoticeBody } from '../../shared/domain/eviction-notice.ts'
import type { NoticeBody } from '../../shared/domain/notice-body.ts'
import { emit } from '../../shared/outbox.ts'
import { seal } from '../../shared/seal.ts'
import { testTools } from '../support/spine.ts'
import { noticeNumber } from './notices.ts'
import { actor, answerNotices, openWarmHouse, workedIn, type Carrier } from './pipeline.ts'

/**
 * Shares of the notices, from Kronofogden's figures of 2025 and the model of Örebro 2023: three in ten come from a household
 * that came before, a third are paid, one in eleven leads to an application, of which six in ten are withdrawn.
 */
const shares = { comesBack: 0.3, paid: 0.35, application: 7_907 / 85_000, withdrawn: 0.58 }

export type YearRun = {
  notices: number
  noticeSeconds: number
  households: number
  later: number
  laterSeconds: number
  peakMegabytes: number
}

/** The n-th notice of a year of so many: the last three in ten are of households that have come before, about later months. */
const noticeIn =
  (count: number) =>
  (n: number): NoticeBody => {
    const households = Math.ceil(count * (1 - shares.comesBack))
    const first = noticeNumber(n % households)
    if (n < households) return first
    const rents = first.rents?.map((rent) => ({ ...rent, period: '2026-12', dueDate: '2026-11-30' }))
    return { ...first, reference: `B-${n}`, ...(rents && { rents: rents.slice(0, 1) }) }
  }

/** Spread over all of them: the n-th of `all` is one of the share. */
const isAmong = (n: number, share: number) => Math.floor((n + 1) * share) > Math.floor(n * share)

async function reportPaid(trx: Trx, noticeIds: readonly string[]): Promise<number> {
  const tools = testTools()
  const at = await moment(trx)
  const rows = noticeIds.map((noticeId) => {
    const id = randomUUID()
    const raw = seal(tools.keys, id, JSON.stringify({ type: 'paid', date: at.today }))
    const told = { type: 'paid', occurredOn: at.today, amount: null, note: null, findings: '[]' }
    return { id, noticeId, ...told, raw, sender: actor.sender, receivedAt: at.now, receivedOn: at.today }
  })
  for (let part = 0; part < rows.length; part += 1_000)
    await insertRows(trx, 'noticeUpdate', rows.slice(part, part + 1_000))
  await emit(
    trx,
    'notice.updated',
    rows.map(({ id }) => id),
  )
  return rows.length
}

function eventOf(body: NoticeBody, n: number, event: EvictionNoticeBody['event']): EvictionNoticeBody {
  const { address, apartmentNumber, postalCode, city } = body.dwelling
  return {
    event,
    caseNumber: `U-${100_000 + n}-26/1880`,
    occurredOn: '2026-11-20',
    respondent: { name: body.tenant.name, address: `${address} lgh ${apartmentNumber}`, postalCode, city },
    applicant: { name: body.landlord.name },
    childrenInHousehold: n % 8 === 0 ? 'yes' : 'no',
    ...(event === 'date-set' && { evictionAt: '2027-01-20T09:00' }),
  }
}

async function tellKronofogden(trx: Trx, bodies: readonly NoticeBody[]): Promise<number> {
  const tools = testTools()
  const from = { actor: { ...actor, sender: 'kronofogden' }, at: await moment(trx) }
  let events = 0
  for (const [n, body] of bodies.entries()) {
    const rest = isAmong(n, shares.withdrawn) ? ['cancelled'] : ['date-set', 'executed']
    for (const event of ['application', ...rest] as EvictionNoticeBody['event'][]) {
      const sent = eventOf(body, n, event)
      await storeEvictionNotice(trx, tools, from, { body: sent, raw: Buffer.from(JSON.stringify(sent)) })
      events += 1
    }
  }
  return events
}

/** Everything that follows the notices, told at once. Returns how much that is. */
async function tellTheRest(owner: Db, count: number): Promise<number> {
  const noticeOf = noticeIn(count)
  return owner.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string }>`select id from notice order by received_at, id`.execute(trx)
    const paid = rows.filter((_row, n) => isAmong(n, shares.paid)).map(({ id }) => id)
    const applied = Array.from({ length: count }, (_, n) => n).filter((n) => isAmong(n, shares.application))
    return (await reportPaid(trx, paid)) + (await tellKronofogden(trx, applied.map(noticeOf)))
  })
}

/** A year of so many notices through `workers` processes, and then what is told of them later. Throws when anything was left. */
export async function measureYear(
  folder: string,
  workers: number,
  count: number,
  carrier: Carrier,
): Promise<YearRun> {
  const house = await openWarmHouse(folder, workers, carrier)
  try {
    await answerNotices(house.owner, count, noticeIn(count))
    const noticeSeconds = (await workedIn(house)) / 1000
    const { rows } = await sql<{ households: number; left: number }>`select
      count(*) filter (where planned_at is not null)::int as households,
      count(*) filter (where planned_at is null)::int + (select count(*) from notice where case_id is null)::int
        + (select count(*) from outbox where dead_at is not null)::int as left from arrears_case`.execute(
      house.owner,
    )
    const { households = 0, left = 1 } = rows[0] ?? {}
    if (left > 0) throw new Error(`${left} notices or cases of the year were not worked`)
    const later = await tellTheRest(house.owner, count)
    const laterSeconds = (await workedIn(house)) / 1000
    const dead = await sql<{ n: number }>`select (select count(*) from outbox where dead_at is not null)::int
      + (select count(*) from notice_update where applied_at is null)::int as n`.execute(house.owner)
    if (dead.rows[0]?.n !== 0) throw new Error(`${dead.rows[0]?.n} reports of the year were not worked`)
    const peakMegabytes = house.peak.megabytes
    return { notices: count, noticeSeconds, households, later, laterSeconds, peakMegabytes }
  } finally {
    await house.close()
  }
}
