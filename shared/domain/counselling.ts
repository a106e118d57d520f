// Chooses the debt counsellor with most room, and says when the answer and the meeting are due and what a late slot needs.
import { DateTime } from 'luxon'
import { addWorkingDays, nextWorkingInstant } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import type { IsoDate } from './days.ts'
import type { Words } from './routing-facts.ts'

/** `capacity`: share of full time in per cent. `awayFrom`/`awayTo`: absence, both days included. */
export type Counsellor = {
  id: string
  capacity: number
  /** Referrals accepted or waiting. */
  openReferrals: number
  /** Open tasks beside the referrals; each weighs a quarter of a referral. */
  openTasks: number
  absences: readonly { awayFrom: IsoDate; awayTo: IsoDate }[]
}

/** A referral takes about as much of a counsellor as four small tasks. */
const TASK_WEIGHT = 0.25

/** Open work per full-time share; the lower, the more room. */
export function loadOf(counsellor: Counsellor): number {
  return (counsellor.openReferrals + TASK_WEIGHT * counsellor.openTasks) / (counsellor.capacity / 100)
}

/** True when the counsellor is away on that day. */
export function isAway(counsellor: Pick<Counsellor, 'absences'>, day: IsoDate): boolean {
  return counsellor.absences.some(({ awayFrom, awayTo }) => awayFrom <= day && day <= awayTo)
}

/**
 * The counsellor who gets the next referral: present today and able to answer within the 48 hours, with the least
 * open work per full-time share; the same list always gives the same person. Null: nobody is there, so the
 * supervisor must be told and EKSAM offered.
 */
export function chooseCounsellor(counsellors: readonly Counsellor[], today: IsoDate): Counsellor | null {
  const present = counsellors.filter((person) => person.capacity > 0 && !isAway(person, today))
  return present.toSorted((a, b) => loadOf(a) - loadOf(b) || (a.id < b.id ? -1 : 1))[0] ?? null
}

/** Hands out several referrals, most urgent first, each to the one with most room after those before it. */
export function shareOut(
  referralIds: readonly string[],
  counsellors: readonly Counsellor[],
  today: IsoDate,
): { referralId: string; counsellorId: string | null }[] {
  const room = counsellors.map((person) => ({ ...person }))
  return referralIds.map((referralId) => {
    const chosen = chooseCounsellor(room, today)
    if (chosen) chosen.openReferrals += 1
    return { referralId, counsellorId: chosen?.id ?? null }
  })
}

/**
 * The promise to the tenant: an answer within 48 hours and a meeting offered within a week of the referral. The
 * promised instants do not wait for office hours; the warning after 36 hours is given when somebody can read it.
 */
export function promiseOf(
  referredAt: string,
  workingTime: WorkingTime,
): { warnAt: string; answerBy: string; meetBy: string } {
  const after = (hours: number): string =>
    DateTime.fromISO(referredAt, { zone: 'Europe/Stockholm' })
      .plus({ hours })
      .toUTC()
      .toISO({ suppressMilliseconds: true }) ?? ''
  const week = DateTime.fromISO(referredAt, { zone: 'Europe/Stockholm' }).plus({ days: 7 })
  return {
    warnAt: nextWorkingInstant(after(36), workingTime),
    answerBy: after(48),
    meetBy: week.toUTC().toISO({ suppressMilliseconds: true }) ?? '',
  }
}

/** The last day on which a counselling meeting can still change the outcome: three working days before R or D. */
export function latestMeetingDay(
  stops: { recoveryEnds: IsoDate | null; evictionDay: IsoDate | null },
  workingTime: WorkingTime,
): IsoDate | null {
  const days = [stops.recoveryEnds, stops.evictionDay].filter((day) => day !== null).toSorted()
  return days[0] ? addWorkingDays(days[0], -3, workingTime) : null
}

export type MeetingSlot = { id: string; counsellorId: string; day: IsoDate; startsAt: string; taken: boolean }

/**
 * The first free slot that is early enough (the counsellor's own, of two at the same time); or, when none is, what to do
 * instead. A slot after the latest day is never offered as if it were in time.
 */
export function offerSlot(
  slots: readonly MeetingSlot[],
  wanted: { counsellorId: string | null; from: IsoDate; latestDay: IsoDate | null },
): { slot: MeetingSlot } | { slot: null; tellSupervisor: true; alternative: Words } {
  const inTime = slots.filter(
    (slot) =>
      !slot.taken && slot.day >= wanted.from && (wanted.latestDay === null || slot.day <= wanted.latestDay),
  )
  const own = (slot: MeetingSlot): number => (slot.counsellorId === wanted.counsellorId ? 0 : 1)
  const first = inTime.toSorted((a, b) =>
    a.startsAt === b.startsAt ? own(a) - own(b) || (a.id < b.id ? -1 : 1) : a.startsAt < b.startsAt ? -1 : 1,
  )[0]
  if (first) return { slot: first }
  return {
    slot: null,
    tellSupervisor: true,
    alternative: {
      sv: 'Ingen tid finns före sista dagen. Erbjud EKSAM och säg till arbetsledaren.',
      en: 'There is no slot before the last day. Offer EKSAM and tell the supervisor.',
    },
  }
}
