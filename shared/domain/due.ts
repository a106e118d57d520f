// When a day's work must be done: the instant at which a working day ends.
import {
  addDays,
  addWorkingDays,
  instantAt,
  localDateOf,
  nextWorkingInstant,
  type WorkingTime,
} from './calendar.ts'

// One day in one municipality always ends at one instant; thousands of tasks ask for the same few days.
const known = new Map<string, string>()

/** The instant (RFC 3339 UTC) at which `date` (ISO day) ends for those who keep this working time. */
export function endOfDay(date: string, workingTime: WorkingTime): string {
  const key = `${date} ${workingTime.closes}`
  let instant = known.get(key)
  if (!instant) {
    if (known.size > 10_000) known.clear()
    instant = instantAt(date, workingTime.closes)
    known.set(key, instant)
  }
  return instant
}

/** The end of the working day that `now` falls in, or of the next one when nobody is at work now. */
export function endOfWorkingDay(now: string, workingTime: WorkingTime): { date: string; at: string } {
  const date = localDateOf(nextWorkingInstant(now, workingTime))
  return { date, at: endOfDay(date, workingTime) }
}

/**
 * When work due on `date` is due: at the end of that working day, or at midnight where no such end is left: a same-day
 * duty stands whatever the hour.
 */
export function dueInstant(date: string, now: string, workingTime: WorkingTime): string {
  const closing = endOfDay(date, workingTime)
  return closing > now || localDateOf(now) !== date ? closing : instantAt(addDays(date, 1), '00:00')
}

// Tasks planned on one day share a handful of due days.
const firstAlarms = new Map<string, string>()

/** When an undone task is first told of: as the office opens on the working day after it was due. */
export function firstAlarm(dueOn: string, workingTime: WorkingTime): string {
  const key = `${dueOn} ${workingTime.opens}`
  let instant = firstAlarms.get(key)
  if (!instant) {
    if (firstAlarms.size > 10_000) firstAlarms.clear()
    instant = instantAt(addWorkingDays(dueOn, 1, workingTime), workingTime.opens)
    firstAlarms.set(key, instant)
  }
  return instant
}
