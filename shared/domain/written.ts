// Reads what people and systems write: text, amounts, dates, periods and room counts into one canonical form or null.
import { DateTime } from 'luxon'
import { isIsoDate, isoOf } from './days.ts'

/**
 * Everything that shows as nothing or reorders what is shown: control, zero-width and bidi characters, blank letters,
 * variation selectors, tags. Two names that look the same on a page must be the same to a search.
 */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/gu

/** One line of text: composed (NFC), without invisible characters, single spaces; null when nothing is left. */
export function readLine(text: string | null | undefined): string | null {
  const line = (text ?? '').normalize('NFC').replace(/\s+/gu, ' ').replace(INVISIBLE, '').trim()
  return line === '' ? null : line
}

/** Text of several lines, cleaned as {@link readLine} but with its line breaks kept. */
export function readLines(text: string | null | undefined): string | null {
  const lines = (text ?? '').split(/\r\n|\r|\n/).map((line) => readLine(line) ?? '')
  return readLine(lines.join('')) === null ? null : lines.join('\n').trim()
}

/** 10 million kronor: no household owes a landlord more, and a slipped decimal comma or a pasted OCR does. */
export const LARGEST_AMOUNT_ORE = 1_000_000_000

// Groups of three may be parted by a space, an apostrophe, or by the sign that is not the decimal sign.
const PLAIN = /^(-?\d{1,3}(?:[ ']\d{3})+|-?\d+)(?:[.,:](\d{1,2}))?$/
const DOT_GROUPS = /^(-?\d{1,3}(?:\.\d{3})+),(\d{1,2})$/
const COMMA_GROUPS = /^(-?\d{1,3}(?:,\d{3})+)\.(\d{1,2})$/

/**
 * An amount in kronor as whole öre, or null when it cannot be read with certainty: more than two decimals,
 * `8.450` (eight or eight thousand?), beyond {@link LARGEST_AMOUNT_ORE}, not finite. Never through a float.
 */
export function readAmount(value: number | string): number | null {
  const text = String(value)
    .normalize('NFKC')
    .replace(/[\s\u2212]/gu, (sign) => (sign === '\u2212' ? '-' : ' '))
    .trim()
    .replace(/ ?(kr|sek|kronor)\.?$/i, '')
    .replace(/[,.:]-{1,2}$/, '')
  const match = PLAIN.exec(text) ?? DOT_GROUPS.exec(text) ?? COMMA_GROUPS.exec(text)
  if (!match) return null
  const [, kronor = '', decimals = ''] = match
  const digits = kronor.replace(/[^\d]/g, '').replace(/^0+(?=\d)/, '')
  if (digits.length > 12) return null
  const ore = Number(digits + decimals.padEnd(2, '0'))
  if (ore > LARGEST_AMOUNT_ORE) return null
  return kronor.startsWith('-') && ore !== 0 ? -ore : ore
}

/** A debt in öre or null: one of nothing or less is no debt, and the amount decides whether the tenancy is saved. */
export function aboveZero(sent: number | string): number | null {
  const ore = readAmount(sent)
  return ore !== null && ore > 0 ? ore : null
}

/** A payment or interest in öre, or null. */
export function atLeastZero(sent: number | string): number | null {
  const ore = readAmount(sent)
  return ore !== null && ore >= 0 ? ore : null
}

/** A notice speaks of days near its own: outside these years the century or a digit has slipped (0206, 2206). */
const FIRST_YEAR = 2000
const LAST_YEAR = 2099

/**
 * A day as `YYYY-MM-DD`, or null: from `2026-11-30`, `20261130`, or an instant with its offset, which becomes
 * the Swedish day it falls on (23:30Z is tomorrow here). A day that does not exist (31 November) is null.
 */
export function readDate(text: string): string | null {
  const written = text.normalize('NFKC').trim()
  const day = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ]\d{2}:?\d{2}.*)?$/i.exec(written)
  if (!day) return null
  const instant = /[T ].*(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(written)
  if (!instant) return realDay(Number(day[1]), Number(day[2]), Number(day[3]))
  const read = DateTime.fromISO(written.replace(' ', 'T'), { zone: 'Europe/Stockholm' })
  return read.isValid ? realDay(read.year, read.month, read.day) : null
}

function realDay(year: number, month: number, day: number): string | null {
  const date = isoOf(year, month, day)
  return isIsoDate(date) && year >= FIRST_YEAR && year <= LAST_YEAR ? date : null
}

/**
 * A point in time as the Swedish day it falls on and, when a clock time was written, the instant in UTC
 * (`2026-12-14T08:00:00.000Z`); null when unreadable. A time without offset is Swedish time.
 */
export function readInstant(text: string): { day: string; at: string | null } | null {
  const day = readDate(text)
  if (day === null) return null
  const written = text.normalize('NFKC').trim().replace(' ', 'T')
  if (!written.toUpperCase().includes('T')) return { day, at: null }
  const read = DateTime.fromISO(written, { zone: 'Europe/Stockholm' })
  return read.isValid ? { day, at: read.toUTC().toISO() } : null
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'maj', 'jun', 'jul', 'aug', 'sep', 'okt', 'nov', 'dec']

/** A rent period as `YYYY-MM`, or null: from `2026-12`, `202612`, a day in it, or `december 2026` / `dec 2026`. */
export function readPeriod(text: string): string | null {
  const written = text.normalize('NFKC').trim().toLowerCase()
  const day = readDate(written)
  if (day) return day.slice(0, 7)
  const named = /^([a-z]{3})[a-z]*\.? (\d{4})$/.exec(written)
  const month = named ? MONTHS.indexOf(named[1]?.replace('oct', 'okt').replace('may', 'maj') ?? '') + 1 : 0
  if (named && month > 0) return readPeriod(`${named[2]}-${String(month).padStart(2, '0')}`)
  const numbered = /^(\d{4})[-/]?(\d{2})$/.exec(written)
  return numbered ? (readDate(`${numbered[1]}-${numbered[2]}-01`)?.slice(0, 7) ?? null) : null
}

/** Rooms in a flat, in halves, or null: from `3`, `2.5`, `2,5`, `3 rok`, `3 rum och kök`. */
export function readRooms(value: number | string): number | null {
  const match = /^(\d{1,2}(?:[.,]5|[.,]0)?) ?(?:r|rk|rok|rum|rum och kök|ro?kv?|rkv)?$/i.exec(
    String(value).normalize('NFKC').trim(),
  )
  const rooms = match ? Number(match[1]?.replace(',', '.')) : 0
  return rooms >= 0.5 && rooms <= 20 ? rooms : null
}

/** A Swedish postal code as five digits, or null. */
export function readPostalCode(text: string): string | null {
  const digits = text.normalize('NFKC').replace(/^se?-/i, '').replace(/\s/g, '')
  return /^[1-9]\d{4}$/.test(digits) ? digits : null
}
