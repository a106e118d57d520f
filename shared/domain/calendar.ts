// Counting days: how a last day moves (lag 1930:173), what a vardag is, and the municipality's own working time.
import { DateTime } from 'luxon'
import { addDays, dateOfNumber, dayNumber, weekdayOf } from './days.ts'
import type { IsoDate } from './days.ts'
import { dayOff, swedishCalendar } from './holidays.ts'
import type { Calendar, DayOff } from './holidays.ts'

// The calendar's whole vocabulary from one place; the arithmetic and the table live beside it.
export { addDays, addMonths, addWeeks, daysBetween, isIsoDate, weekdayOf } from './days.ts'
export { holidayName, isEve, isHoliday } from './holidays.ts'

/** A day that a last day skipped, with its name. */
export type SkippedDay = { date: IsoDate; sv: string; en: string }
/** A day that was counted as a vardag; `off` when it is a Saturday or an eve, so that the other reading skips it. */
export type CountedDay = { date: IsoDate; off: DayOff | null }

/** Söndagsregeln, lag 1930:173 2 §: the legal last day of a period that ends on `date`, and every day it skipped. */
export function shiftLastDay(
  date: IsoDate,
  calendar: Calendar = swedishCalendar,
): { lastDay: IsoDate; skipped: SkippedDay[] } {
  const skipped: SkippedDay[] = []
  let lastDay = date
  for (let off = dayOff(lastDay, calendar); off; off = dayOff(lastDay, calendar)) {
    skipped.push({ date: lastDay, sv: off.sv, en: off.en })
    lastDay = addDays(lastDay, 1)
  }
  return { lastDay, skipped }
}

/** The day to rely on: the last ordinary weekday on or before the unshifted end of a period. */
export function safeDayFor(rawDate: IsoDate, calendar: Calendar = swedishCalendar): IsoDate {
  let number = dayNumber(rawDate)
  while (dayOff(dateOfNumber(number), calendar)) number -= 1
  return dateOfNumber(number)
}

/**
 * The n-th vardag after a date. Whether Saturdays and the three eves are vardagar in JB 12:44 2 st and
 * BRL 7:23 4 st is an open doubt, so the caller says which reading: `formal` counts them, `practical` does not.
 */
export function vardagAfter(
  date: IsoDate,
  n: number,
  reading: 'formal' | 'practical',
  calendar: Calendar = swedishCalendar,
): { day: IsoDate; counted: CountedDay[]; skipped: SkippedDay[] } {
  const [counted, skipped]: [CountedDay[], SkippedDay[]] = [[], []]
  let day = date
  while (counted.length < n) {
    day = addDays(day, 1)
    const off = dayOff(day, calendar)
    if (off && (reading === 'practical' || off.kind === 'holiday'))
      skipped.push({ date: day, sv: off.sv, en: off.en })
    else counted.push({ date: day, off })
  }
  return { day, counted, skipped }
}

/** `days` are ISO weekdays (1 = Monday); `opens`/`closes` are local HH:MM; `closedDays` are the municipality's own. */
export type WorkingTime = { days: number[]; opens: string; closes: string; closedDays: IsoDate[] }

const STOCKHOLM = 'Europe/Stockholm'

// A table without a single working day would otherwise be walked for ever; two years hold every real closing.
const LONGEST_CLOSING = 800

/** True when the municipality works that day: its own weekdays, no holiday, none of the three eves, not closed. */
export function isWorkingDay(date: IsoDate, wt: WorkingTime, calendar: Calendar = swedishCalendar): boolean {
  const off = dayOff(date, calendar)
  return (
    (!off || off.kind === 'saturday') && wt.days.includes(weekdayOf(date)) && !wt.closedDays.includes(date)
  )
}

/**
 * The n-th working day after `date`, or before it when n is negative. Zero gives `date` itself if it is a working
 * day, else the next. Throws RangeError for a working-time table that never opens.
 */
export function addWorkingDays(
  date: IsoDate,
  n: number,
  wt: WorkingTime,
  calendar: Calendar = swedishCalendar,
): IsoDate {
  if (n === 0) return isWorkingDay(date, wt, calendar) ? date : addWorkingDays(date, 1, wt, calendar)
  const step = n < 0 ? -1 : 1
  let [day, left, closed] = [date, Math.abs(n), 0]
  while (left > 0) {
    day = addDays(day, step)
    const open = isWorkingDay(day, wt, calendar)
    left -= open ? 1 : 0
    closed = open ? 0 : closed + 1
    if (closed > LONGEST_CLOSING) throw new RangeError('the working-time table has no working day')
  }
  return day
}

/**
 * The instant (RFC 3339 UTC) of a local time in Stockholm. A time that the clock skips in March is moved on by the
 * hour that was lost; one that comes twice in October means the first of the two.
 */
export function instantAt(date: IsoDate, time: string): string {
  const key = `${date}T${time}`
  const known = instants.get(key)
  if (known !== undefined) return known
  const local = DateTime.fromISO(key, { zone: STOCKHOLM })
  const earlier = local.minus({ hours: 1 })
  const first = earlier.hour === local.hour && earlier.minute === local.minute ? earlier : local
  const instant = utcText(first)
  if (instants.size >= MOST_INSTANTS) instants.clear()
  instants.set(key, instant)
  return instant
}

// A month's file plans thousands of tasks on the same few mornings: asking for the zone each time was a seventh of it.
const instants = new Map<string, string>()
const MOST_INSTANTS = 5_000

/** The calendar date in Stockholm of an instant (RFC 3339 with offset or Z). */
export function localDateOf(instant: string): IsoDate {
  return DateTime.fromISO(instant, { zone: STOCKHOLM }).toISODate() ?? ''
}

/** The local time HH:MM in Stockholm of an instant. */
export function localTimeOf(instant: string): string {
  return DateTime.fromISO(instant, { zone: STOCKHOLM }).toFormat('HH:mm')
}

/** The first working instant (RFC 3339 UTC) at or after a local date and time (HH:MM) in Stockholm. */
export function firstWorkingInstant(
  date: IsoDate,
  time: string,
  wt: WorkingTime,
  calendar: Calendar = swedishCalendar,
): string {
  if (!isWorkingDay(date, wt, calendar) || time >= wt.closes) {
    return instantAt(addWorkingDays(date, 1, wt, calendar), wt.opens)
  }
  return instantAt(date, time < wt.opens ? wt.opens : time)
}

/** The first working instant (RFC 3339 UTC) at or after another instant. */
export function nextWorkingInstant(
  instant: string,
  wt: WorkingTime,
  calendar: Calendar = swedishCalendar,
): string {
  const [date, time] = [localDateOf(instant), localTimeOf(instant)]
  const inside = isWorkingDay(date, wt, calendar) && time >= wt.opens && time < wt.closes
  if (inside) return utcText(DateTime.fromISO(instant))
  return firstWorkingInstant(date, time, wt, calendar)
}

function utcText(moment: DateTime): string {
  return moment.toUTC().toISO({ suppressMilliseconds: true }) ?? ''
}
