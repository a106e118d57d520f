// The Swedish holiday table: lag 1989:253 worked out for any year, the three eves of lag 1930:173, and amendments as data.
import { addDays, isoOf, partsOf, weekdayOf } from './days.ts'
import type { IsoDate } from './days.ts'

/** Why a day is not an ordinary weekday. Eves and Saturdays count only in lag 1930:173 2 §, never in lag 1989:253. */
export type DayOff = { kind: 'holiday' | 'eve' | 'saturday'; sv: string; en: string }

/**
 * One line of the holiday table. `day` says where in a year it falls: `06-06` a fixed date, `easter+39` days from
 * Easter Sunday, `saturday>=06-20` the first Saturday on or after, `friday>=06-19` likewise.
 * `from`/`to` bound the dates it applies to (inclusive); `remove` takes away what earlier lines put on that day.
 */
export type HolidayRule = {
  day: string
  kind: 'holiday' | 'eve' | 'remove'
  sv: string
  en: string
  from?: IsoDate | undefined
  to?: IsoDate | undefined
}

/** A holiday table ready for use. Years are worked out once and remembered; nothing else in it changes. */
export type Calendar = {
  readonly rules: readonly HolidayRule[]
  readonly years: Map<number, ReadonlyMap<IsoDate, DayOff>>
}

const rule = (day: string, kind: 'holiday' | 'eve', sv: string, en: string): HolidayRule => ({
  day,
  kind,
  sv,
  en,
})

// Later lines win where two fall on one day, so the named holiday stands before the eve or the fixed date.
const LAG_1989_253: readonly HolidayRule[] = [
  rule('friday>=06-19', 'eve', 'midsommarafton', 'Midsummer Eve'),
  rule('12-24', 'eve', 'julafton', 'Christmas Eve'),
  rule('12-31', 'eve', 'nyårsafton', "New Year's Eve"),
  rule('01-01', 'holiday', 'nyårsdagen', "New Year's Day"),
  rule('01-06', 'holiday', 'trettondedag jul', 'Epiphany'),
  { ...rule('06-06', 'holiday', 'nationaldagen', 'National Day'), from: '2005-01-01' },
  { ...rule('easter+50', 'holiday', 'annandag pingst', 'Whit Monday'), to: '2004-12-31' },
  rule('05-01', 'holiday', 'första maj', 'May Day'),
  rule('easter-2', 'holiday', 'långfredagen', 'Good Friday'),
  rule('easter+0', 'holiday', 'påskdagen', 'Easter Sunday'),
  rule('easter+1', 'holiday', 'annandag påsk', 'Easter Monday'),
  rule('easter+39', 'holiday', 'Kristi himmelsfärdsdag', 'Ascension Day'),
  rule('easter+49', 'holiday', 'pingstdagen', 'Whit Sunday'),
  rule('saturday>=06-20', 'holiday', 'midsommardagen', 'Midsummer Day'),
  rule('saturday>=10-31', 'holiday', 'alla helgons dag', "All Saints' Day"),
  rule('12-25', 'holiday', 'juldagen', 'Christmas Day'),
  rule('12-26', 'holiday', 'annandag jul', 'Boxing Day'),
]

const SUNDAY: DayOff = { kind: 'holiday', sv: 'söndag', en: 'Sunday' }
const SATURDAY: DayOff = { kind: 'saturday', sv: 'lördag', en: 'Saturday' }

/** Easter Sunday of any Gregorian year (Meeus, Jones and Butcher). */
export function easterSunday(year: number): IsoDate {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100]
  const [d, e, f] = [Math.floor(b / 4), b % 4, Math.floor((b + 8) / 25)]
  const h = (19 * a + b - d - Math.floor((b - f + 1) / 3) + 15) % 30
  const l = (32 + 2 * e + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const n = h + l - 7 * Math.floor((a + 11 * h + 22 * l) / 451) + 114
  return isoOf(year, Math.floor(n / 31), (n % 31) + 1)
}

/** Where in a year a rule's day falls, or null when the text is no such rule. */
export function dayOfRule(day: string, year: number): IsoDate | null {
  const fixed = /^(\d{2})-(\d{2})$/.exec(day)
  if (fixed) return `${String(year).padStart(4, '0')}-${day}`
  const easter = /^easter([+-]\d{1,2})$/.exec(day)
  if (easter) return addDays(easterSunday(year), Number(easter[1]))
  const weekday = /^(friday|saturday)>=(\d{2}-\d{2})$/.exec(day)
  if (!weekday) return null
  const earliest = `${String(year).padStart(4, '0')}-${weekday[2]}`
  return addDays(earliest, ((weekday[1] === 'friday' ? 5 : 6) - weekdayOf(earliest) + 7) % 7)
}

/** Lag 1989:253 followed by amendments, which are data: a holiday added or removed from a date. */
export function calendarWith(amendments: readonly HolidayRule[]): Calendar {
  return { rules: [...LAG_1989_253, ...amendments], years: new Map() }
}

/** The calendar of lag 1989:253 as it stands. */
export const swedishCalendar: Calendar = calendarWith([])

function namedDays(year: number, calendar: Calendar): ReadonlyMap<IsoDate, DayOff> {
  const known = calendar.years.get(year)
  if (known) return known
  const days = new Map<IsoDate, DayOff>()
  for (const { day, kind, sv, en, from, to } of calendar.rules) {
    const date = dayOfRule(day, year)
    if (!date || (from && date < from) || (to && date > to)) continue
    if (kind === 'remove') days.delete(date)
    else days.set(date, { kind, sv, en })
  }
  calendar.years.set(year, days)
  return days
}

/** What kind of day off a date is, with its name, or null for an ordinary weekday. */
export function dayOff(date: IsoDate, calendar: Calendar = swedishCalendar): DayOff | null {
  const named = namedDays(partsOf(date).year, calendar).get(date)
  if (named && named.kind === 'holiday') return named
  const weekday = weekdayOf(date)
  if (weekday === 7) return SUNDAY
  return named ?? (weekday === 6 ? SATURDAY : null)
}

/** Swedish name of the public holiday (an ordinary Sunday is "söndag"), or null. Eves and Saturdays are none. */
export function holidayName(date: IsoDate, calendar: Calendar = swedishCalendar): string | null {
  const off = dayOff(date, calendar)
  return off?.kind === 'holiday' ? off.sv : null
}

/** True on Sundays and other public holidays (lag 1989:253). */
export function isHoliday(date: IsoDate, calendar: Calendar = swedishCalendar): boolean {
  return dayOff(date, calendar)?.kind === 'holiday'
}

/** True on midsommarafton, julafton and nyårsafton: equal to a holiday in lag 1930:173 2 § only. */
export function isEve(date: IsoDate, calendar: Calendar = swedishCalendar): boolean {
  return namedDays(partsOf(date).year, calendar).get(date)?.kind === 'eve'
}
