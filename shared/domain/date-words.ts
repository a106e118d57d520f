// Days written out for people: "torsdag 24 december 2026", "Thursday 24 December 2026".
import type { Text } from './deadline-facts.ts'
import { partsOf, weekdayOf } from './days.ts'
import type { IsoDate } from './days.ts'

const WEEKDAYS: readonly Text[] = [
  { sv: 'måndag', en: 'Monday' },
  { sv: 'tisdag', en: 'Tuesday' },
  { sv: 'onsdag', en: 'Wednesday' },
  { sv: 'torsdag', en: 'Thursday' },
  { sv: 'fredag', en: 'Friday' },
  { sv: 'lördag', en: 'Saturday' },
  { sv: 'söndag', en: 'Sunday' },
]

const MONTHS: readonly Text[] = [
  { sv: 'januari', en: 'January' },
  { sv: 'februari', en: 'February' },
  { sv: 'mars', en: 'March' },
  { sv: 'april', en: 'April' },
  { sv: 'maj', en: 'May' },
  { sv: 'juni', en: 'June' },
  { sv: 'juli', en: 'July' },
  { sv: 'augusti', en: 'August' },
  { sv: 'september', en: 'September' },
  { sv: 'oktober', en: 'October' },
  { sv: 'november', en: 'November' },
  { sv: 'december', en: 'December' },
]

// The same few days are said again and again, in every step of every date.
const said = new Map<IsoDate, Text>()

/** A day in words in both languages. */
export function longDate(date: IsoDate): Text {
  const known = said.get(date)
  if (known) return known
  if (said.size > 20_000) said.clear()
  const { year, month, day } = partsOf(date)
  const [weekday, name] = [WEEKDAYS[weekdayOf(date) - 1], MONTHS[month - 1]]
  const words = {
    sv: `${weekday?.sv} ${day} ${name?.sv} ${year}`,
    en: `${weekday?.en} ${day} ${name?.en} ${year}`,
  }
  said.set(date, words)
  return words
}

/** Replaces every `{name}` in both languages; a name without a date is left out. */
export function fillText(text: Text, dates: Readonly<Record<string, IsoDate | null>>): Text {
  const fill = (language: 'sv' | 'en') =>
    text[language].replace(/\{(\w+)\}/g, (_, name: string) => {
      const date = dates[name]
      return date ? longDate(date)[language] : ''
    })
  return { sv: fill('sv'), en: fill('en') }
}
