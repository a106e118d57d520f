// Suggests home visits: a pair and a time for each case, nearest deadline first, neighbours on one trip, nobody twice.
import { addDays, addWorkingDays, isWorkingDay, weekdayOf } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import type { IsoDate } from './days.ts'

/** Somebody who goes on home visits: a social lots, a bokonsulent, a caseworker. `evenings`: ISO weekdays. */
export type Visitor = {
  id: string
  organisation: string
  committee: string | null
  evenings: readonly number[]
  visitsPerDay: number
  visitsPerWeek: number
  absences: readonly { awayFrom: IsoDate; awayTo: IsoDate }[]
}

/** A time of day when visits begin; local HH:MM. */
export type VisitTime = { starts: string; ends: string; evening: boolean }

export type VisitRules = {
  times: readonly VisitTime[]
  /** Bokonsulent and social lots rather than two of one house. */
  fromDifferentOrganisations: boolean
  workingTime: WorkingTime
}

export type Booking = {
  personIds: readonly string[]
  day: IsoDate
  starts: string
  ends: string
  postalCode: string
}

/** `committees`: whose visitors are asked, the owner first, then those it is offered to. */
export type VisitNeed = {
  caseId: string
  dueOn: IsoDate
  children: boolean
  evening: boolean
  postalCode: string
  committees: readonly string[]
}

export type Suggestion = {
  caseId: string
  personIds: [string, string]
  day: IsoDate
  starts: string
  ends: string
  committee: string
}

/** `reason` KAPACITET is counted: a visit that was needed and for which nobody was free in time. */
export type NoPair = { caseId: string; dueOn: IsoDate; reason: 'KAPACITET'; tellSupervisor: true }

type Plan = { bookings: Booking[]; suggestions: Suggestion[]; without: NoPair[] }

/** Nearest due date first; of two on one day the one with children; then by name, so that the order never varies. */
export function visitOrder(needs: readonly VisitNeed[]): VisitNeed[] {
  const rank = (need: VisitNeed): string => `${need.dueOn} ${need.children ? 0 : 1} ${need.caseId}`
  return needs.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

/**
 * One suggestion per need, from the working day after `today` to its due date: the owner's visitors first, then the next
 * committee's. A day on which the pair is in the same postal area is preferred, as long as it is in time. What cannot be
 * done in time is not moved past the due date: it comes back as lacking capacity.
 */
export function suggestVisits(
  needs: readonly VisitNeed[],
  visitors: readonly Visitor[],
  booked: readonly Booking[],
  at: { rules: VisitRules; today: IsoDate },
): { suggestions: Suggestion[]; without: NoPair[] } {
  const plan: Plan = { bookings: [...booked], suggestions: [], without: [] }
  for (const need of visitOrder(needs)) {
    const found = firstForCommittees(need, visitors, plan.bookings, at)
    if (found) {
      plan.suggestions.push(found)
      plan.bookings.push({ ...found, postalCode: need.postalCode })
    } else {
      plan.without.push({ caseId: need.caseId, dueOn: need.dueOn, reason: 'KAPACITET', tellSupervisor: true })
    }
  }
  return { suggestions: plan.suggestions, without: plan.without }
}

function firstForCommittees(
  need: VisitNeed,
  visitors: readonly Visitor[],
  bookings: readonly Booking[],
  at: { rules: VisitRules; today: IsoDate },
): Suggestion | null {
  for (const committee of need.committees) {
    // A visitor without a committee (the housing company's) may pair with any; two of them are no pair of a committee.
    const able = visitors.filter((visitor) => visitor.committee === committee || visitor.committee === null)
    const found = bestFor(need, able, bookings, at)
    if (found) return { ...found, committee }
  }
  return null
}

type Candidate = Omit<Suggestion, 'committee'> & { neighbours: boolean }

function bestFor(
  need: VisitNeed,
  able: readonly Visitor[],
  bookings: readonly Booking[],
  at: { rules: VisitRules; today: IsoDate },
): Omit<Suggestion, 'committee'> | null {
  const candidates: Candidate[] = []
  for (const day of workingDaysUntil(need.dueOn, at)) {
    for (const time of at.rules.times.filter((one) => !need.evening || one.evening)) {
      const pair = freePair(able, bookings, { day, time, rules: at.rules })
      if (pair)
        candidates.push({
          caseId: need.caseId,
          personIds: pair,
          day,
          ...hours(time),
          neighbours: inArea(pair, day, need, bookings),
        })
    }
  }
  const best = candidates.find((candidate) => candidate.neighbours) ?? candidates[0]
  if (!best) return null
  const { neighbours: _, ...suggestion } = best
  return suggestion
}

const hours = ({ starts, ends }: VisitTime): { starts: string; ends: string } => ({ starts, ends })

function workingDaysUntil(
  dueOn: IsoDate,
  { rules, today }: { rules: VisitRules; today: IsoDate },
): IsoDate[] {
  const days: IsoDate[] = []
  // A household must have the proposed time in hand the day before: the first visit is tomorrow at the earliest.
  for (let day = addWorkingDays(today, 1, rules.workingTime); day <= dueOn; day = addDays(day, 1)) {
    if (isWorkingDay(day, rules.workingTime)) days.push(day)
  }
  return days
}

/** The postal area is the first three figures: one walk or one short drive. */
export const areaOf = (postalCode: string): string => postalCode.replaceAll(' ', '').slice(0, 3)

function inArea(
  pair: readonly string[],
  day: IsoDate,
  need: VisitNeed,
  bookings: readonly Booking[],
): boolean {
  return bookings.some(
    (booking) =>
      booking.day === day &&
      areaOf(booking.postalCode) === areaOf(need.postalCode) &&
      pair.every((id) => booking.personIds.includes(id)),
  )
}

function freePair(
  able: readonly Visitor[],
  bookings: readonly Booking[],
  at: { day: IsoDate; time: VisitTime; rules: VisitRules },
): [string, string] | null {
  const free = able.filter((visitor) => isFree(visitor, at.day, at.time, bookings))
  const load = (visitor: Visitor): number =>
    bookings.filter((booking) => booking.personIds.includes(visitor.id)).length
  const ordered = free.toSorted((a, b) => load(a) - load(b) || (a.id < b.id ? -1 : 1))
  for (const first of ordered.filter((visitor) => visitor.committee !== null)) {
    const second = ordered.find(
      (other) =>
        other.id !== first.id &&
        (!at.rules.fromDifferentOrganisations || other.organisation !== first.organisation),
    )
    if (second) return [first.id, second.id]
  }
  return null
}

/** Whether a person can go then: not away, not booked, not past the day's or the week's limit, evenings only if agreed. */
export function isFree(
  visitor: Visitor,
  day: IsoDate,
  time: VisitTime,
  bookings: readonly Booking[],
): boolean {
  const own = bookings.filter((booking) => booking.personIds.includes(visitor.id))
  const [monday, sunday] = [addDays(day, 1 - weekdayOf(day)), addDays(day, 7 - weekdayOf(day))]
  const sameDay = own.filter((booking) => booking.day === day)
  const sameWeek = own.filter((booking) => booking.day >= monday && booking.day <= sunday)
  return (
    !visitor.absences.some(({ awayFrom, awayTo }) => awayFrom <= day && day <= awayTo) &&
    (!time.evening || visitor.evenings.includes(weekdayOf(day))) &&
    !sameDay.some((booking) => booking.starts < time.ends && time.starts < booking.ends) &&
    sameDay.length < visitor.visitsPerDay &&
    sameWeek.length < visitor.visitsPerWeek
  )
}
