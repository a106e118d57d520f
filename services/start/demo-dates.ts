// Moves the demo's days so that it never grows old: every day by whole days, every rent period by whole months.
import { addDays, addMonths, daysBetween, isIsoDate, partsOf } from '../../shared/domain/days.ts'

/** How far the demo is moved. Periods move by months of their own, so that two of them never become one. */
export type Shift = { days: number; months: number }

/** From the day that the demo's files were written for to the day it is shown (ISO days). */
export function shiftBetween(baseDay: string, today: string): Shift {
  const [from, to] = [partsOf(baseDay), partsOf(today)]
  return { days: daysBetween(baseDay, today), months: (to.year - from.year) * 12 + to.month - from.month }
}

/** One written day, time or period moved; anything else, and a day that does not exist, stands as it is. */
function shiftWritten(text: string, shift: Shift): string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(T.*)?$/.exec(text) ?? []
  if (day !== undefined && isIsoDate(day)) return addDays(day, shift.days) + (time ?? '')
  const compact = text.replace(/^(20\d{2})(\d{2})(\d{2})$/, '$1-$2-$3')
  if (compact !== text && isIsoDate(compact)) return addDays(compact, shift.days).replaceAll('-', '')
  const period = /^\d{4}-(0[1-9]|1[0-2])$/.test(text)
  return period ? addMonths(`${text}-01`, shift.months).slice(0, 7) : text
}

/** The text of a CSV file with the days and periods that fill a whole cell moved. */
export function shiftCells(csv: string, shift: Shift): string {
  return csv.replace(/(?<=^|[;,"])[\d-]{7,10}(?=$|[;,"\r])/gm, (cell) => shiftWritten(cell, shift))
}

/** A value as JSON holds it, with every text in it that is wholly a day, a time or a period moved. */
export function shiftValues(value: unknown, shift: Shift): unknown {
  if (typeof value === 'string') return shiftWritten(value, shift)
  if (Array.isArray(value)) return value.map((one) => shiftValues(one, shift))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shiftValues(one, shift)]))
}
