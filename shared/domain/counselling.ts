// Chooses the debt counsellor with most room, and says when the answer and the meeting are due and what a late slot needs.
import { inWorkingHours, instantOf, momentAfter, momentOf } from './alert-time.ts'
import { addWorkingDays } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import type { IsoDate } from './days.ts'
import type { Promises } from './escalation-ladder.ts'

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
 * The promise to the tenant (in Örebro an answer within 48 hours, a meeting offered within a week). The promised
 * instants do not wait for office hours; the warning before them is given when somebody can read it.
 */
export function promiseOf(
  referredAt: string,
  promises: Promises,
  workingTime: WorkingTime,
): { warnAt: string; answerBy: string; meetBy: string } {
  const start = momentOf(referredAt)
  const after = (promise: keyof Promises) => momentAfter(start, promises[promise], workingTime)
  return {
    warnAt: instantOf(inWorkingHours(after('answer-warning'), workingTime)),
    answerBy: instantOf(after('answer')),
    meetBy: instantOf(after('meeting')),
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
