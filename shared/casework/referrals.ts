// Refers cases to budget and debt counselling: once, to the counsellor with most room, with two clocks that run.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { fitSlots } from '../domain/counselling-slots.ts'
import { promiseOf, shareOut, latestMeetingDay } from '../domain/counselling.ts'
import { addDays } from '../domain/calendar.ts'
import { reasonsToRefer, type ReferralFacts } from '../domain/escalation.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { ensureSlots, freeSlots, releaseSlots } from './counselling-slots.ts'
import { counsellorsOf } from './counsellors.ts'
import { queueMails } from './mail.ts'
import type { PlannedCase } from './planning.ts'
import { addStages, ladderOf, type Watch } from './ladders.ts'
import { lineInSql } from './sealed-addresses.ts'
import { writeTimeline } from './timeline.ts'

/** The case in the terms of the rules for referral. */
export function referralFacts(row: PlannedCase): ReferralFacts {
  return {
    stage: row.stage,
    recoveryEnds: row.recoverySafeDay,
    evictionDay: row.evictionDay,
    monthsUnpaid: row.monthsUnpaid,
    repeatWithin12Months: row.repeated,
    tenantAsks: row.facts.tenantAsks ?? false,
    childrenInHousehold: row.children,
  }
}

/**
 * Refers every case that is to be referred and has not been. A settled case's referral ends with that reason. Returns
 * the ids of the cases that have, or have had, a referral.
 */
export async function referCases(
  trx: Trx,
  at: Moment,
  rows: readonly PlannedCase[],
  watch: Watch,
): Promise<Set<string>> {
  const earlier = await trx
    .selectFrom('referral')
    .select(['id', 'caseId', 'state'])
    .where(
      'caseId',
      'in',
      rows.map((row) => row.id),
    )
    .execute()
  const referred = new Set(earlier.map((row) => row.caseId))
  await endSettled(trx, at, rows)
  await renewOpen(
    trx,
    rows.filter((row) => referred.has(row.id)),
    watch,
  )
  const due = rows
    .filter((row) => row.settled === null && !referred.has(row.id))
    .map((row) => ({ row, reasons: reasonsFor(row, at, watch) }))
  const fresh = due.filter(({ reasons }) => reasons.length > 0)
  if (fresh.length > 0) await refer(trx, at, fresh, watch)
  return new Set([...referred, ...fresh.map(({ row }) => row.id)])
}

const BY_HAND = {
  code: 'by-hand',
  sentence: {
    sv: 'Handläggaren erbjuder hushållet budget- och skuldrådgivning.',
    en: 'The caseworker offers the household budget and debt counselling.',
  },
}

/** Why the table refers the case, and that a caseworker has asked for it. */
function reasonsFor(row: PlannedCase, at: Moment, watch: Watch) {
  const reasons = reasonsToRefer(referralFacts(row), at.today, watch.table)
  return row.facts.counsellingOffered ? [...reasons, BY_HAND] : reasons
}

type Due = { row: PlannedCase; reasons: ReturnType<typeof reasonsFor> }

type Made = Due & { id: string }

async function refer(trx: Trx, at: Moment, due: readonly Due[], watch: Watch): Promise<void> {
  const unit = await trx
    .selectFrom('unit')
    .select(['code', 'committee', 'capacityPerMonth'])
    .where('kind', '=', 'debt-counselling')
    .orderBy('code')
    .executeTakeFirst()
  if (!unit) return
  // Nearest end first, and children before others of the same day: the most urgent gets the counsellor with most room.
  const made = due
    .toSorted((one, other) => (rank(one.row) < rank(other.row) ? -1 : 1))
    .map((one) => ({ ...one, id: randomUUID() }))
  const rows = await withSlots(trx, at, await referralRows(trx, at, made, watch, unit), { watch, unit })
  await insertRows(trx, 'referral', rows)
  await tellCounsellors(trx, at, rows)
  await writeTimeline(
    trx,
    at,
    rows.map((row) => ({
      caseId: row.caseId,
      kind: 'referral.made',
      actor: 'system',
      detail: { referralId: row.id, reasons: row.reasons.map((reason) => reason.code) },
    })),
  )
  await addStages(
    trx,
    at,
    made.map((one, place) => firstStage(one, at, watch, rows[place]?.slotMissingAt !== null)),
    watch,
  )
}

/**
 * Marks the referrals that can have no time early enough: nobody there, no day left, more than the unit can take, or
 * every time in the inventory too late. The supervisor is told at once, before it makes anything late.
 */
async function withSlots<Row extends Counselled>(
  trx: Trx,
  at: Moment,
  rows: readonly Row[],
  { watch, unit }: { watch: Watch; unit: { code: string; capacityPerMonth: number | null } },
): Promise<(Row & { slotMissingAt: string | null })[]> {
  await ensureSlots(trx, at, unit.code, watch.municipality)
  const waiting = rows.map(({ id, counsellor, latestDay }) => ({ id, counsellorId: counsellor, latestDay }))
  const fitting = fitSlots(waiting, await freeSlots(trx, at, unit.code), addDays(at.today, 1))
  const room = (unit.capacityPerMonth ?? Infinity) - (await madeThisMonth(trx, at, unit.code))
  return rows.map((row, place) => {
    const missing = row.counsellor === null || fitting.get(row.id) === null || place >= room
    return { ...row, slotMissingAt: missing ? at.now : null }
  })
}

type Counselled = { id: string; counsellor: string | null; latestDay: string | null }

async function referralRows(
  trx: Trx,
  at: Moment,
  made: readonly Made[],
  watch: Watch,
  unit: { code: string; committee: string },
) {
  const { workingTime } = watch.municipality
  const ids = made.map(({ id }) => id)
  const shared = shareOut(ids, await counsellorsOf(trx, unit.code, at.today), at.today)
  const chosen = new Map(shared.map(({ referralId, counsellorId }) => [referralId, counsellorId]))
  const promise = promiseOf(at.now, watch.table.promises, workingTime)
  const cases = made.map(({ row }) => row.id)
  const homes = await homesOf(trx, cases)
  return made.map(({ id, row, reasons }) => ({
    id,
    caseId: row.id,
    fromCommittee: row.committee,
    committee: unit.committee,
    unit: unit.code,
    counsellor: chosen.get(id) ?? null,
    ...(homes.get(row.id) as Home),
    reasons,
    basis: reasons.some(({ code }) => code === 'tenant-asks') ? ('consent' as const) : ('offer' as const),
    latestDay: latestMeetingDay(
      { recoveryEnds: row.recoverySafeDay, evictionDay: row.evictionDay },
      workingTime,
    ),
    answerBy: promise.answerBy,
    meetBy: promise.meetBy,
    createdAt: at.now,
  }))
}

/** How many the unit has been sent in the last thirty days. */
async function madeThisMonth(trx: Trx, at: Moment, unit: string): Promise<number> {
  const { rows } = await sql<{ made: number }>`select count(*)::int as made from referral
    where unit = ${unit} and created_at > ${at.now}::timestamptz - interval '30 days'`.execute(trx)
  return rows[0]?.made ?? 0
}

/** Where the ladders of a referral begin: that nobody has answered it, and that there may be no slot in time. */
function firstStage({ id, row }: Made, at: Moment, watch: Watch, slotMissing: boolean) {
  const watched = {
    kind: 'referral' as const,
    startedAt: at.now,
    recoveryEnds: row.recoverySafeDay,
    evictionDay: row.evictionDay,
    childrenInHousehold: row.children,
    slotMissing,
  }
  const clocks = ladderOf(watched, watch)
  const subject = { caseId: row.id, id, watched }
  return { subject, next: clocks.filter((clock) => clock.step === 1) }
}

type Home = { caseNumber: string; tenantName: string; address: string }

/** Whom and where the counsellor is to contact, copied to the referral: she may not see another committee's case. */
async function homesOf(trx: Trx, caseIds: readonly string[]): Promise<Map<string, Home>> {
  const { rows } = await sql<Home & { id: string }>`
    select c.id, c.number as case_number, c.tenant_name, ${lineInSql} as address
    from arrears_case c where c.id = any(${[...caseIds]}::uuid[])`.execute(trx)
  return new Map(rows.map(({ id, ...home }) => [id, home]))
}

/** One mail an hour to each counsellor, or to the unit's mailbox where nobody is there to be named. */
async function tellCounsellors(
  trx: Trx,
  at: Moment,
  rows: readonly { counsellor: string | null; unit: string }[],
): Promise<void> {
  const hour = at.now.slice(0, 13)
  const mails = rows.map((row) => ({
    onceKey: `referral ${row.counsellor ?? row.unit} ${hour}`,
    template: 'referral' as const,
    personId: row.counsellor,
    unit: row.counsellor ? null : row.unit,
  }))
  await queueMails(trx, at, [...new Map(mails.map((mail) => [mail.onceKey, mail])).values()])
}

function rank(row: PlannedCase): string {
  const days = [row.recoverySafeDay, row.evictionDay].filter((day) => day !== null)
  return `${days.toSorted()[0] ?? '9999'} ${row.children === 'yes' ? 0 : 1}`
}

/** Withdrawn or paid: open referrals end with that reason; their clocks are then no longer wanted. */
async function endSettled(trx: Trx, at: Moment, rows: readonly PlannedCase[]): Promise<void> {
  const settled = rows.filter((row) => row.settled !== null)
  if (settled.length === 0) return
  const ended = await sql<{
    id: string
  }>`update referral r set state = 'ended', ended_at = ${at.now}, ended_reason = s.reason
    from (select unnest(${settled.map((row) => row.id)}::uuid[]) as case_id, unnest(${settled.map((row) => row.settled)}::text[]) as reason) s
    where r.case_id = s.case_id and r.state in ('assigned', 'accepted') returning r.id`.execute(trx)
  await releaseSlots(
    trx,
    at,
    ended.rows.map(({ id }) => id),
  )
}

/** What has changed since a case was referred: a nearer last day for its meeting, or a tenant who now has said yes. */
async function renewOpen(trx: Trx, rows: readonly PlannedCase[], watch: Watch): Promise<void> {
  const { workingTime } = watch.municipality
  const now = rows.map((row) => ({
    id: row.id,
    latest: latestMeetingDay(
      { recoveryEnds: row.recoverySafeDay, evictionDay: row.evictionDay },
      workingTime,
    ),
    asks: row.facts.tenantAsks ?? false,
  }))
  const { rows: renewed } = await sql<{ id: string }>`
    update referral r set latest_day = n.latest, basis = case when n.asks then 'consent' else r.basis end, version = r.version + 1
    from json_to_recordset(${JSON.stringify(now)}::json) as n(id uuid, latest date, asks boolean)
    where r.case_id = n.id and r.state in ('assigned', 'accepted')
      and (r.latest_day is distinct from n.latest or (n.asks and r.basis = 'offer')) returning r.id`.execute(
    trx,
  )
  await emit(
    trx,
    'counselling.changed',
    renewed.map(({ id }) => id),
  )
}
