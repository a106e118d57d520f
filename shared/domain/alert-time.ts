// When an alert is due: a delay from an instant or a day, in Stockholm's time, moved into working hours when it may wait.
import { DateTime } from 'luxon'
import { addDays, addWorkingDays, instantAt, isWorkingDay } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import type { IsoDate } from './days.ts'
import type { Delay } from './escalation-ladder.ts'

/** A local date and time (HH:MM) in Stockholm; `instant` (UTC) where it is known to the second. */
export type Moment = { date: IsoDate; time: string; instant: string | null }

/** The local moment of an instant (RFC 3339 with offset or Z). */
export function momentOf(instant: string): Moment {
  return momentFrom(DateTime.fromISO(instant, { zone: 'Europe/Stockholm' }))
}

function momentFrom(local: DateTime): Moment {
  const instant = local.toUTC().toISO({ suppressMilliseconds: true })
  return { date: local.toISODate() ?? '', time: local.toFormat('HH:mm'), instant }
}

/**
 * The moment so long after another. Minutes and hours pass also at night and when the clocks change; days and working
 * days keep the time of day; `day-end` counts back from midnight of the same day.
 */
export function momentAfter(from: Moment, delay: Delay, wt: WorkingTime): Moment {
  if (delay.unit === 'min' || delay.unit === 'h') {
    if (delay.amount === 0) return from
    const start = DateTime.fromISO(instantOf(from), { zone: 'Europe/Stockholm' })
    return momentFrom(start.plus(delay.unit === 'h' ? { hours: delay.amount } : { minutes: delay.amount }))
  }
  if (delay.unit === 'day-end') {
    return { date: from.date, time: `${String(24 - delay.amount).padStart(2, '0')}:00`, instant: null }
  }
  const date =
    delay.unit === 'ad' ? addWorkingDays(from.date, delay.amount, wt) : addDays(from.date, delay.amount)
  return { date, time: from.time, instant: null }
}

/** Opening time on the day so many days from a date; before a date a closed day moves it earlier, after it later. */
export function momentOnDay(day: IsoDate, delay: Delay, wt: WorkingTime): Moment {
  const at = (date: IsoDate): Moment => ({ date, time: wt.opens, instant: null })
  if (delay.unit === 'ad') return at(addWorkingDays(day, delay.amount, wt))
  const date = addDays(day, delay.amount)
  return at(isWorkingDay(date, wt) ? date : addWorkingDays(date, delay.amount < 0 ? -1 : 1, wt))
}

/** The same moment if somebody is at work then, else the next opening. */
export function inWorkingHours(moment: Moment, wt: WorkingTime): Moment {
  const { date, time } = moment
  const open = isWorkingDay(date, wt)
  if (open && time >= wt.opens && time < wt.closes) return moment
  const opening = open && time < wt.opens ? date : addWorkingDays(date, 1, wt)
  return { date: opening, time: wt.opens, instant: null }
}

/** The later of two moments. */
export function laterMoment(a: Moment, b: Moment): Moment {
  return `${a.date} ${a.time}` >= `${b.date} ${b.time}` ? a : b
}

// Thousands of alerts fall on the same few openings, and asking for a time zone's offset is the dear part.
const known = new Map<string, string>()

/** The instant of a moment (RFC 3339 UTC). */
export function instantOf(moment: Moment): string {
  if (moment.instant !== null) return moment.instant
  const key = `${moment.date} ${moment.time}`
  const found = known.get(key) ?? instantAt(moment.date, moment.time)
  if (known.size > 10_000) known.clear()
  known.set(key, found)
  return found
}
