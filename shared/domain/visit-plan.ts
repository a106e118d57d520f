// Suggests home visits: a pair and a time for each case, nearest deadline first, neighbours on one trip, nobody twice.
import { addDays, addWorkingDays, isWorkingDay, weekdayOf } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import type { IsoDate } from './days.ts'

/**
 * Somebody who goes on home visits: a social lots, a bokonsulent, a caseworker. `weekdays`, `evenings`: ISO weekdays;
 * `times`: when their visits begin and end; `areas`: beginnings of postal codes, none: everywhere.
 */
export type Visitor = {
  id: string
  organisation: string
  committee: string | null
  weekdays: readonly number[]
  evenings: readonly number[]
  times: readonly VisitTime[]
  areas: readonly string[]
  visitsPerDay: number
  visitsPerWeek: number
  absences: readonly { awayFrom: IsoDate; awayTo: IsoDate }[]
}

/** A time of day when visits begin; local HH:MM. */
export type VisitTime = { starts: string; ends: string; evening: boolean }

/**
 * Who makes a pair: `different` demands two organisations (bokonsulent and social lots), `mixed-first` prefers them,
 * `any` does not ask.
 */
export const PAIRINGS = ['different', 'mixed-first', 'any'] as const
export type Pairing = (typeof PAIRINGS)[number]

export type VisitRules = {
  times: readonly VisitTime[]
  pairing: Pairing
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

/** `full`: where nobody is left; a plan only ever gets fuller, so that what was full once need not be asked again. */
type Plan = {
  bookings: Booking[]
  suggestions: Suggestion[]
  without: NoPair[]
  full: Set<string>
  days: readonly IsoDate[]
}
type At = { rules: VisitRules; today: IsoDate }

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
  at: At,
): { suggestions: Suggestion[]; without: NoPair[] } {
  const ordered = visitOrder(needs)
  const days = workingDaysUntil(ordered.at(-1)?.dueOn ?? at.today, at)
  const plan: Plan = { bookings: [...booked], suggestions: [], without: [], full: new Set(), days }
  for (const need of ordered) {
    const found = firstForCommittees(need, visitors, plan, at)
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
  plan: Plan,
  at: At,
): Suggestion | null {
  for (const [place, committee] of need.committees.entries()) {
    // Those already asked go on helping: one of the own and one of the next committee make a pair too. A visitor without
    // a committee (the housing company's) may pair with any; two of them are no pair of a committee.
    const asked = need.committees.slice(0, place + 1)
    const able = visitors.filter((one) => one.committee === null || asked.includes(one.committee))
    const found = bestFor(need, { able, asked: asked.join('+') }, plan, at)
    if (found) return { ...found, committee }
  }
  return null
}

type Candidate = Omit<Suggestion, 'committee'> & { neighbours: boolean }
type Able = { able: readonly Visitor[]; asked: string }

function bestFor(
  need: VisitNeed,
  { able, asked }: Able,
  plan: Plan,
  at: At,
): Omit<Suggestion, 'committee'> | null {
  const { caseId, postalCode } = need
  // Whoever asks for the same days later finds what this one found: nobody.
  const nobody = `${asked} until ${need.dueOn} ${need.evening} ${postalCode}`
  if (plan.full.has(nobody)) return null
  let first: Omit<Suggestion, 'committee'> | null = null
  for (const day of plan.days.filter((one) => one <= need.dueOn)) {
    for (const time of at.rules.times.filter((one) => !need.evening || one.evening)) {
      const key = `${asked} ${day} ${time.starts} ${time.ends} ${postalCode}`
      const pair = plan.full.has(key)
        ? null
        : freePair(able, plan.bookings, { day, time, postalCode, rules: at.rules })
      if (!pair) {
        plan.full.add(key)
        continue
      }
      const found: Candidate = {
        caseId,
        personIds: pair,
        day,
        starts: time.starts,
        ends: time.ends,
        neighbours: inArea(pair, day, need, plan.bookings),
      }
      const { neighbours, ...suggestion } = found
      if (neighbours) return suggestion
      first ??= suggestion
    }
  }
  if (!first) plan.full.add(nobody)
  return first
}

function workingDaysUntil(dueOn: IsoDate, { rules, today }: At): IsoDate[] {
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

type When = { day: IsoDate; time: VisitTime; postalCode: string }

function freePair(
  able: readonly Visitor[],
  bookings: readonly Booking[],
  at: When & { rules: VisitRules },
): [string, string] | null {
  const free = able.filter((visitor) => isFree(visitor, at, bookings))
  const load = (visitor: Visitor): number =>
    bookings.filter((booking) => booking.personIds.includes(visitor.id)).length
  const ordered = free.toSorted((a, b) => load(a) - load(b) || (a.id < b.id ? -1 : 1))
  const mixed = at.rules.pairing === 'any' ? null : pairOf(ordered, true)
  return mixed ?? (at.rules.pairing === 'different' ? null : pairOf(ordered, false))
}

function pairOf(ordered: readonly Visitor[], different: boolean): [string, string] | null {
  for (const first of ordered.filter((visitor) => visitor.committee !== null)) {
    const second = ordered.find(
      (other) => other.id !== first.id && (!different || other.organisation !== first.organisation),
    )
    if (second) return [first.id, second.id]
  }
  return null
}

/** Whether a visitor's own times hold this one: a day's visit within the weekdays, an evening's only if agreed. */
export function worksThen(visitor: Visitor, day: IsoDate, time: VisitTime): boolean {
  const days = time.evening ? visitor.evenings : visitor.weekdays
  return (
    days.includes(weekdayOf(day)) &&
    visitor.times.some(
      (own) => own.evening === time.evening && own.starts <= time.starts && time.ends <= own.ends,
    )
  )
}

/** Whether a person can go there then: not away, not booked, not past a limit, in their own hours and area. */
export function isFree(
  visitor: Visitor,
  { day, time, postalCode }: When,
  bookings: readonly Booking[],
): boolean {
  const own = bookings.filter((booking) => booking.personIds.includes(visitor.id))
  const sameDay = own.filter((booking) => booking.day === day)
  const code = postalCode.replaceAll(' ', '')
  return (
    !isAwayOn(visitor, day) &&
    worksThen(visitor, day, time) &&
    (visitor.areas.length === 0 || code === '' || visitor.areas.some((area) => code.startsWith(area))) &&
    !sameDay.some((booking) => booking.starts < time.ends && time.starts < booking.ends) &&
    sameDay.length < visitor.visitsPerDay &&
    inWeekOf(day, own).length < visitor.visitsPerWeek
  )
}

/** Whether somebody is away on that day. */
export function isAwayOn(visitor: Pick<Visitor, 'absences'>, day: IsoDate): boolean {
  return visitor.absences.some(({ awayFrom, awayTo }) => awayFrom <= day && day <= awayTo)
}

/** The Monday of a day's week. */
export const mondayOf = (day: IsoDate): IsoDate => addDays(day, 1 - weekdayOf(day))

/** Those of the bookings that lie in the same week as the day. */
export function inWeekOf<B extends { day: IsoDate }>(day: IsoDate, bookings: readonly B[]): B[] {
  const [monday, sunday] = [mondayOf(day), addDays(mondayOf(day), 6)]
  return bookings.filter((booking) => booking.day >= monday && booking.day <= sunday)
}
