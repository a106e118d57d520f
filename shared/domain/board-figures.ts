// What the board says of lateness: how old it is in working days, and how the last weeks have gone.
import { isWorkingDay, type WorkingTime } from './calendar.ts'
import { addDays, type IsoDate } from './days.ts'

/** Working days late, the upper end of each band; the last band is later than all. */
export const AGE_BANDS = [2, 5, 10] as const

export type LateTasks = { unit: string | null; dueOn: IsoDate; tasks: number }

export type AgeLine = { unit: string | null; bands: number[]; total: number }

/** Working days from the day after `dueOn` to `today`, counted no further than the last band needs. */
function workingDaysLate(dueOn: IsoDate, today: IsoDate, time: WorkingTime): number {
  const most = AGE_BANDS.at(-1) ?? 0
  let late = 0
  for (let day = addDays(dueOn, 1); day <= today && late <= most; day = addDays(day, 1)) {
    if (isWorkingDay(day, time)) late += 1
  }
  return late
}

/** Overdue tasks by unit and age: up to 2, 5 and 10 working days late, and later; the most at the top. */
export function ageOfLateness(late: readonly LateTasks[], today: IsoDate, time: WorkingTime): AgeLine[] {
  const lines = new Map<string | null, AgeLine>()
  for (const { unit, dueOn, tasks } of late) {
    const line = lines.get(unit) ?? { unit, bands: [...AGE_BANDS, 0].map(() => 0), total: 0 }
    lines.set(unit, line)
    const days = workingDaysLate(dueOn, today, time)
    const band = AGE_BANDS.findIndex((upTo) => days <= upTo)
    const at = band === -1 ? AGE_BANDS.length : band
    line.bands[at] = (line.bands[at] ?? 0) + tasks
    line.total += tasks
  }
  return [...lines.values()].toSorted((one, other) => other.total - one.total)
}

/** Tasks alike in when they came, were done, and were late: places in the list of weeks, 1 the first. */
export type WeekCounts = {
  /** The week it came in; less than 1 when before them all. */
  came: number
  /** The week it was done in; null when it was not. */
  done: number | null
  /** The first and last of the weeks at whose end it was overdue; none when the first is after the last. */
  lateFrom: number
  lateTo: number
  tasks: number
}

/** How many came, were done, and were late at the end of each week; `weeks` of them. */
export function weekFigures(counts: readonly WeekCounts[], weeks: number) {
  const figures = Array.from({ length: weeks }, () => ({ came: 0, done: 0, late: 0 }))
  for (const { came, done, lateFrom, lateTo, tasks } of counts) {
    const [cameIn, doneIn] = [figures[came - 1], figures[(done ?? 0) - 1]]
    if (cameIn) cameIn.came += tasks
    if (doneIn) doneIn.done += tasks
    for (const week of figures.slice(Math.max(lateFrom - 1, 0), Math.max(lateTo, 0))) week.late += tasks
  }
  return figures
}
