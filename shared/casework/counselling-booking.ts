// Books counselling times: of two who want the same time one gets it; without one in time the alternative is offered.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { daysBetween, localDateOf } from '../domain/calendar.ts'
import { waitingDays, type CounsellingHours } from '../domain/counselling-slots.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import { ensureSlots, freeSlots, hoursOf, type NamedSlot } from './counselling-slots.ts'
import { nameInDiary } from './open-case.ts'
import {
  demandAccepted,
  findReferral,
  lockReferral,
  refuseClosed,
  type Referral,
} from './referral-answers.ts'
import { readMunicipality } from './settings.ts'
import { writeTimeline } from './timeline.ts'

/** The times a referral can be booked. `inTime` come early enough; `late` are shown apart and never as if they did. */
export type SlotOffer = {
  inTime: NamedSlot[]
  late: NamedSlot[]
  /** Days to the first free time of the unit; null when there is none. */
  waitDays: number | null
  waitMostDays: number
  alternative: CounsellingHours['alternative']
}

/** What can be offered for one referral, the counsellor's own first of two at the same time. Refuses `not-found`. */
export async function offerSlots(db: Db, actor: Actor, referralId: string): Promise<SlotOffer> {
  return inContext(db, actor, async (trx, at) => {
    const found = await findReferral(trx, referralId)
    const { free, hours } = await inventory(trx, at, actor, found.unit)
    const latest = found.latestDay ?? '9999-12-31'
    const own = (slot: NamedSlot): number => (slot.counsellorId === found.counsellor ? 0 : 1)
    const ordered = free.toSorted((a, b) =>
      a.startsAt === b.startsAt ? own(a) - own(b) : a.startsAt < b.startsAt ? -1 : 1,
    )
    return {
      inTime: ordered.filter(({ day }) => day <= latest),
      late: ordered.filter(({ day }) => day > latest),
      waitDays: waitingDays(free, at.today),
      waitMostDays: hours.waitMostDays,
      alternative: hours.alternative,
    }
  })
}

async function inventory(trx: Trx, at: Moment, actor: Actor, unit: string) {
  const municipality = await readMunicipality(trx)
  // Only those whose unit it is may make and see its times; whoever referred the case reads the referral and no more.
  if (actor.role === 'counsellor') await ensureSlots(trx, at, unit, municipality)
  return { free: await freeSlots(trx, at, unit), hours: hoursOf(municipality) }
}

/** How long households wait for this actor's unit: to the first free time, and for the meetings of the last 90 days. */
export type Waiting = { waitDays: number | null; median: number | null; over: number; waitMostDays: number }

/** The waiting time of the actor's unit, measured against what the municipality aims at. */
export async function readWaiting(db: Db, actor: Actor): Promise<Waiting | null> {
  return inContext(db, actor, async (trx, at) => {
    const { rows: units } = await sql<{ code: string }>`select code from unit
      where kind = 'debt-counselling' and committee = ${actor.committee} order by code limit 1`.execute(trx)
    const unit = units[0]?.code
    if (!unit || (actor.role !== 'counsellor' && actor.role !== 'supervisor')) return null
    const { free, hours } = await inventory(trx, at, actor, unit)
    const { rows } = await sql<{ createdAt: string; meetingAt: string | null }>`
      select created_at, meeting_at from referral where unit = ${unit} and created_at > ${at.now}::timestamptz - interval '90 days'
        and (meeting_at is not null or state in ('assigned', 'accepted')) order by created_at`.execute(trx)
    const waits = rows.map(({ createdAt, meetingAt }) =>
      daysBetween(localDateOf(createdAt), meetingAt ? localDateOf(meetingAt) : at.today),
    )
    const met = rows
      .flatMap(({ meetingAt }, place) => (meetingAt ? [waits[place] ?? 0] : []))
      .toSorted((a, b) => a - b)
    return {
      waitDays: waitingDays(free, at.today),
      median: met[Math.floor(met.length / 2)] ?? null,
      over: waits.filter((days) => days > hours.waitMostDays).length,
      waitMostDays: hours.waitMostDays,
    }
  })
}

type Slot = {
  id: string
  startsAt: string
  referralId: string | null
  withdrawnAt: string | null
  unit: string
}

function taken(pointer: string): never {
  const detail = 'Tiden är just bokad av någon annan. Välj en annan tid.'
  throw new Refusal('conflict', 'slot.taken', detail, [{ pointer, code: 'slot.taken', detail }])
}

/**
 * Books a time for a referral and frees the one it had. The same time again changes nothing; a time that somebody else
 * was quicker to book is refused beside the choice.
 */
export async function bookSlot(db: Db, actor: Actor, referralId: string, slotId: string): Promise<Referral> {
  return inContext(db, actor, async (trx, at) => {
    const found = await lockReferral(trx, actor, referralId)
    demandAccepted(found)
    // Both the new time and the old are locked in one order, so that two who swap times do not wait for each other.
    const { rows } =
      await sql<Slot>`select id, starts_at, referral_id, withdrawn_at, unit from counselling_slot
      where id = ${slotId} or referral_id = ${referralId} order by id for update`.execute(trx)
    const slot = rows.find(({ id }) => id === slotId)
    if (slot?.unit !== found.unit || slot.withdrawnAt !== null) taken('/slotId')
    if (slot.referralId === referralId) return found
    if (slot.referralId !== null || Date.parse(slot.startsAt) <= Date.parse(at.now)) taken('/slotId')
    await take(trx, at, referralId, slot)
    return meet(trx, at, actor, { found, meetingAt: slot.startsAt })
  })
}

async function take(trx: Trx, at: Moment, referralId: string, slot: Slot): Promise<void> {
  await sql`update counselling_slot set referral_id = null, booked_at = null where referral_id = ${referralId}`.execute(
    trx,
  )
  await sql`update counselling_slot set referral_id = ${referralId}, booked_at = ${at.now} where id = ${slot.id}`.execute(
    trx,
  )
}

/**
 * Notes a meeting at a time of the counsellor's own choice; what stops the one-week clock. Another time moves it. A time
 * in the inventory is booked with it; one that another household has is refused.
 */
export async function bookMeeting(db: Db, actor: Actor, id: string, meetingAt: string): Promise<Referral> {
  return inContext(db, actor, async (trx, at) => {
    const found = await lockReferral(trx, actor, id)
    demandAccepted(found)
    if (found.meetingAt !== null && Date.parse(found.meetingAt) === Date.parse(meetingAt)) return found
    const { rows } =
      await sql<Slot>`select id, starts_at, referral_id, withdrawn_at, unit from counselling_slot
      where referral_id = ${id} or (counsellor = ${found.counsellor}::uuid and withdrawn_at is null
        and starts_at <= ${meetingAt} and ends_at > ${meetingAt}) order by id for update`.execute(trx)
    const there = rows.find((slot) => slot.referralId !== id)
    if (there?.referralId || (await meetsAnother(trx, found, meetingAt))) taken('/meetingAt')
    if (there) await take(trx, at, id, there)
    else
      await sql`update counselling_slot set referral_id = null, booked_at = null where referral_id = ${id}`.execute(
        trx,
      )
    return meet(trx, at, actor, { found, meetingAt })
  })
}

/** Whether the counsellor already meets another household within the half hour; held to the end of the transaction. */
async function meetsAnother(trx: Trx, found: Referral, meetingAt: string): Promise<boolean> {
  if (found.counsellor === null) return false
  await lockTexts(trx, [`meetings ${found.counsellor}`])
  const { rows } =
    await sql`select 1 from referral where counsellor = ${found.counsellor} and id <> ${found.id}
    and state in ('assigned', 'accepted') and abs(extract(epoch from meeting_at - ${meetingAt}::timestamptz)) < 1800
    limit 1`.execute(trx)
  return rows.length > 0
}

async function meet(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { found, meetingAt }: { found: Referral; meetingAt: string },
): Promise<Referral> {
  await sql`update referral set meeting_at = ${meetingAt}, seen_at = coalesce(seen_at, ${at.now}), version = version + 1
    where id = ${found.id}`.execute(trx)
  const detail = { referralId: found.id, meetingAt }
  await writeTimeline(trx, at, [
    { caseId: found.caseId, kind: 'referral.meeting', actor: nameInDiary(actor), detail },
  ])
  await emit(trx, 'counselling.changed', [found.id])
  return findReferral(trx, found.id)
}

/** Notes that the household has been offered the alternative, because no time came early enough. Twice is once. */
export async function offerAlternative(db: Db, actor: Actor, id: string): Promise<Referral> {
  return inContext(db, actor, async (trx, at) => {
    const found = await lockReferral(trx, actor, id)
    refuseClosed(found)
    if (found.alternativeAt !== null) return found
    await sql`update referral set alternative_at = ${at.now}, version = version + 1 where id = ${id}`.execute(
      trx,
    )
    const entry = { caseId: found.caseId, kind: 'referral.alternative', actor: nameInDiary(actor) }
    await writeTimeline(trx, at, [{ ...entry, detail: { referralId: id } }])
    return findReferral(trx, id)
  })
}
