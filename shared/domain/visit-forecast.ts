// Looks ahead: how many visits the coming weeks need and have room for, so that too few people is told before anything is late.
import { addDays, daysBetween, isWorkingDay } from './calendar.ts'
import type { IsoDate } from './days.ts'
import { inWeekOf, isFree, mondayOf, type Booking, type Visitor, type VisitRules } from './visit-plan.ts'

/** One committee's week, by its Monday. `needed`: visits due by then; `room`: pairs that can go by then. */
export type WeekAhead = { week: IsoDate; needed: number; room: number; short: number }

export type AheadOf = { rules: VisitRules; today: IsoDate; weeks: number }

/**
 * The coming weeks, each counted together with those before it: what does not fit in its own week may be made earlier,
 * never later. A pair takes two people's room, so one visitor alone has none.
 */
export function weeksAhead(
  dueDays: readonly IsoDate[],
  visitors: readonly Visitor[],
  booked: readonly Booking[],
  { rules, today, weeks }: AheadOf,
): WeekAhead[] {
  let room = 0
  return Array.from({ length: weeks }, (_, nth) => {
    const week = addDays(mondayOf(today), 7 * nth)
    room += roomIn(week, visitors, booked, { rules, today })
    const needed = dueDays.filter((day) => mondayOf(day) <= week).length
    return { week, needed, room, short: Math.max(0, needed - room) }
  })
}

/** How many more visits can be made in a week, from tomorrow on: two people each, nobody past their limits. */
export function roomIn(
  week: IsoDate,
  visitors: readonly Visitor[],
  booked: readonly Booking[],
  { rules, today }: { rules: VisitRules; today: IsoDate },
): number {
  const days = Array.from({ length: 7 }, (_, nth) => addDays(week, nth)).filter(
    (day) => day > today && isWorkingDay(day, rules.workingTime),
  )
  const each = visitors.map((visitor) => roomOf(visitor, days, booked, rules))
  const all = each.reduce((sum, one) => sum + one, 0)
  // Nobody goes alone: whoever has most room can only use as much of it as all the others together have.
  return Math.min(Math.floor(all / 2), all - Math.max(0, ...each))
}

function roomOf(
  visitor: Visitor,
  days: readonly IsoDate[],
  booked: readonly Booking[],
  rules: VisitRules,
): number {
  const own = booked.filter((booking) => booking.personIds.includes(visitor.id))
  const week = days[0]
  if (!week) return 0
  const perDay = days.map((day) => {
    const times = rules.times.filter((time) => isFree(visitor, { day, time, postalCode: '' }, own))
    const left = visitor.visitsPerDay - own.filter((booking) => booking.day === day).length
    return Math.max(0, Math.min(times.length, left))
  })
  const left = visitor.visitsPerWeek - inWeekOf(week, own).length
  return Math.max(
    0,
    Math.min(
      left,
      perDay.reduce((sum, one) => sum + one, 0),
    ),
  )
}

/** The ISO week's number, of a day in it: the week is the one its Thursday lies in. */
export function weekNumberOf(day: IsoDate): number {
  const thursday = addDays(mondayOf(day), 3)
  return 1 + Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7)
}

/** The week as addresses name it, `2026-W48`. */
export function weekNameOf(day: IsoDate): string {
  const year = addDays(mondayOf(day), 3).slice(0, 4)
  return `${year}-W${String(weekNumberOf(day)).padStart(2, '0')}`
}

/** The Monday of a week by its name; null when there is no such week. */
export function mondayOfWeek(name: string): IsoDate | null {
  const [, year, number] = /^(20\d\d)-[WwVv]?(\d{1,2})$/.exec(name) ?? []
  if (!year || !number) return null
  // The fourth of January always lies in the first week.
  const monday = addDays(mondayOf(`${year}-01-04`), 7 * (Number(number) - 1))
  return weekNameOf(monday) === `${year}-W${number.padStart(2, '0')}` ? monday : null
}
