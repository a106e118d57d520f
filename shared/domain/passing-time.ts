// What the passage of time alone makes of a case: from when a household counts as not reached, when its next rent is due.
import { addDays, addMonths, addWorkingDays, isWorkingDay, safeDayFor } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import { SHORT_OF_TIME } from './contact-ladder.ts'
import type { IsoDate } from './days.ts'

/**
 * The first day on which a household that nobody has reached counts as not reached (T19): so near the end of the
 * recovery period, or the eviction, that the ladder is left for a visit in the evening and a supervisor's decision. A
 * closed day moves it earlier, since nobody would act on it. Null while no such day is known.
 */
export function notReachedFrom(
  stops: { recoveryEnds: IsoDate | null; evictionDay: IsoDate | null },
  wt: WorkingTime,
): IsoDate | null {
  const last = [stops.recoveryEnds, stops.evictionDay].filter((day) => day !== null).toSorted()[0]
  if (!last) return null
  const day = addDays(last, -SHORT_OF_TIME)
  return isWorkingDay(day, wt) ? day : addWorkingDays(day, -1, wt)
}

/** The last weekday before a month begins, on which its rent is due at the latest (JB 12:20); on or after `today`. */
export function rentDueOn(today: IsoDate): IsoDate {
  const next = firstOfNextMonth(today)
  const due = safeDayFor(addDays(next, -1))
  return due >= today ? due : safeDayFor(addDays(firstOfNextMonth(next), -1))
}

/** The day on which a case is looked at again although nothing has happened in it; null: time changes nothing. */
export function nextLook(
  about: {
    reached: boolean
    recoveryEnds: IsoDate | null
    evictionDay: IsoDate | null
    flags: readonly string[]
  },
  today: IsoDate,
  wt: WorkingTime,
): IsoDate | null {
  const unreached = about.reached ? null : notReachedFrom(about, wt)
  const rent = about.flags.includes('municipality-pays') ? addDays(rentDueOn(today), 1) : null
  const days = [unreached, rent].filter((day) => day !== null)
  return days.filter((day) => day > today).toSorted()[0] ?? null
}

const firstOfNextMonth = (day: IsoDate): IsoDate => addMonths(`${day.slice(0, 7)}-01`, 1)
