// Days of the Gregorian calendar as whole numbers: no clock, no time zone, nothing that a process setting can bend.

export type IsoDate = string

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** Days in a month (1-12) of a year. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

// Every computation takes many dates apart: reading the digits in place is several times quicker than cutting text.
const digitAt = (date: IsoDate, place: number): number => date.charCodeAt(place) - 48

/** Year, month (1-12) and day of an ISO date that is known to be valid. */
export function partsOf(date: IsoDate): { year: number; month: number; day: number } {
  const digits = (from: number) => digitAt(date, from) * 10 + digitAt(date, from + 1)
  return { year: digits(0) * 100 + digits(2), month: digits(5), day: digits(8) }
}

/** True for a real day written YYYY-MM-DD: 2026-11-31 and 2027-02-29 are not. */
export function isIsoDate(value: unknown): value is IsoDate {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const { year, month, day } = partsOf(value)
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

/** The ISO date of a year, month (1-12) and day that exist. */
export function isoOf(year: number, month: number, day: number): IsoDate {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** Days since 1970-01-01, counted in eras of 400 years with the leap day last in its year (March first). */
export function dayNumber(date: IsoDate): number {
  const { year, month, day } = partsOf(date)
  const marchYear = month <= 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The ISO date of a day number; the inverse of `dayNumber`. */
export function dateOfNumber(number: number): IsoDate {
  const shifted = number + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return isoOf(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

/** ISO weekday of a date: 1 = Monday … 7 = Sunday. */
export function weekdayOf(date: IsoDate): number {
  return ((((dayNumber(date) + 3) % 7) + 7) % 7) + 1
}

/** Whole days from one date to another; negative when `to` is earlier. */
export function daysBetween(from: IsoDate, to: IsoDate): number {
  return dayNumber(to) - dayNumber(from)
}

/** `date` moved by whole days (may be negative). */
export function addDays(date: IsoDate, days: number): IsoDate {
  return dateOfNumber(dayNumber(date) + days)
}

/** Weeks end on the same weekday as they began (lag 1930:173 1 §). */
export function addWeeks(date: IsoDate, weeks: number): IsoDate {
  return addDays(date, weeks * 7)
}

/** Months end on the same day number, or on the month's last day where that number is missing (lag 1930:173 1 §). */
export function addMonths(date: IsoDate, months: number): IsoDate {
  const { year, month, day } = partsOf(date)
  const index = year * 12 + (month - 1) + months
  const [endYear, endMonth] = [Math.floor(index / 12), (index % 12) + 1]
  return isoOf(endYear, endMonth, Math.min(day, daysInMonth(endYear, endMonth)))
}

/** The later of two dates; ISO dates sort as text. */
export const laterOf = (a: IsoDate, b: IsoDate): IsoDate => (a >= b ? a : b)

/** The earlier of two dates. */
export const earlierOf = (a: IsoDate, b: IsoDate): IsoDate => (a <= b ? a : b)
