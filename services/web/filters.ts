// Writes dates, times and money the Swedish way, in the reader's language and in Stockholm's time.
import { DateTime } from 'luxon'
import type { Language } from '../../shared/text/say.ts'

const ZONE = 'Europe/Stockholm'
const LOCALE: Record<Language, string> = { sv: 'sv-SE', en: 'en-GB' }

/** `2026-12-28` for tables and forms; an instant becomes its calendar day in Stockholm. */
export function isoDate(value: string | null | undefined): string {
  if (!value) return ''
  return value.length === 10 ? value : (DateTime.fromISO(value, { zone: ZONE }).toISODate() ?? '')
}

/** `måndag 28 december` for running text, with the year when asked for. */
export function dayInText(value: string | null | undefined, language: Language, withYear = false): string {
  const day = DateTime.fromISO(isoDate(value), { locale: LOCALE[language] })
  return day.isValid ? day.toFormat(withYear ? 'cccc d MMMM y' : 'cccc d MMMM') : ''
}

/** `2026-12-28 14:02`, Stockholm time, of an instant. */
export function dateAndTime(value: string | null | undefined): string {
  const at = DateTime.fromISO(value ?? '', { zone: ZONE })
  return at.isValid ? at.toFormat('yyyy-MM-dd HH:mm') : ''
}

/** `14:02`, Stockholm time, of an instant. */
export function timeOfDay(value: string | null | undefined): string {
  const at = DateTime.fromISO(value ?? '', { zone: ZONE })
  return at.isValid ? at.toFormat('HH:mm') : ''
}

const money = (language: Language, digits: number) =>
  new Intl.NumberFormat(LOCALE[language], {
    style: 'currency',
    currency: 'SEK',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })

// Made once: making one takes longer than all the rest of a table's cell, and was three quarters of drawing a board.
const MONEY = {
  sv: { whole: money('sv', 0), exact: money('sv', 2) },
  en: { whole: money('en', 0), exact: money('en', 2) },
}
const WHOLE = { sv: new Intl.NumberFormat(LOCALE.sv), en: new Intl.NumberFormat(LOCALE.en) }

/** Öre as `8 450 kr`, or `8 450,50 kr` when there are öre. */
export function kronor(ore: number | null | undefined, language: Language): string {
  if (ore === null || ore === undefined) return ''
  return MONEY[language][ore % 100 === 0 ? 'whole' : 'exact'].format(ore / 100)
}

/** A whole number with its thousands apart. */
export function wholeNumber(value: number, language: Language): string {
  return WHOLE[language].format(value)
}
