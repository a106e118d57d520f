// What people read: dates, times and money the Swedish way, in the language they asked for, and no text that is missing.
import { describe, expect, test } from '@jest/globals'
import { dateAndTime, dayInText, isoDate, kronor, timeOfDay } from '../../services/web/filters.ts'
import { en } from '../../shared/text/en.ts'
import { preferredLanguage, say } from '../../shared/text/say.ts'
import { sv } from '../../shared/text/sv.ts'

describe('A date', () => {
  test.each([
    ['2026-12-28', 'sv', 'måndag 28 december'],
    ['2026-12-28', 'en', 'Monday 28 December'],
    ['2027-01-01', 'sv', 'fredag 1 januari'],
  ] as const)('%s in %s text is %s', (date, language, text) => {
    expect(dayInText(date, language)).toBe(text)
  })

  test('has its year when asked for', () => {
    expect(dayInText('2026-12-28', 'sv', true)).toBe('måndag 28 december 2026')
  })

  test.each([
    ['2026-12-28', '2026-12-28'],
    ['2026-12-27T23:30:00Z', '2026-12-28'],
    ['2026-06-30T22:30:00.000Z', '2026-07-01'],
    [null, ''],
  ])('%s in a table is the day in Stockholm: %s', (instant, day) => {
    expect(isoDate(instant)).toBe(day)
  })

  test.each([
    ['2026-10-25T00:30:00Z', '2026-10-25 02:30', '02:30'],
    ['2026-10-25T01:30:00Z', '2026-10-25 02:30', '02:30'],
    ['2026-03-29T01:00:00Z', '2026-03-29 03:00', '03:00'],
    ['', '', ''],
  ])('the instant %s is shown as %s, Stockholm time', (instant, both, time) => {
    expect(dateAndTime(instant)).toBe(both)
    expect(timeOfDay(instant)).toBe(time)
  })
})

describe('Money', () => {
  // Intl writes no-break spaces, so that a sum never breaks over two lines.
  test.each([
    [845000, '8\u00a0450\u00a0kr'],
    [845050, '8\u00a0450,50\u00a0kr'],
    [0, '0\u00a0kr'],
    [null, ''],
  ])('%s öre is %s', (ore, text) => {
    expect(kronor(ore, 'sv')).toBe(text)
  })
})

describe('Language', () => {
  test.each([
    [undefined, 'sv'],
    ['', 'sv'],
    ['en', 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['sv-SE,sv;q=0.9,en;q=0.8', 'sv'],
    ['en;q=0.5, sv;q=0.4', 'en'],
    ['de, fr', 'sv'],
    ['en;q=0', 'sv'],
    ['en;q=abc', 'sv'],
    ['*', 'sv'],
  ])('asked for as "%s" is %s', (header, language) => {
    expect(preferredLanguage(header)).toBe(language)
  })
})

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()

describe('A text', () => {
  test('has the same values to fill in in both languages', () => {
    for (const key of Object.keys(sv) as (keyof typeof sv)[]) {
      expect({ key, values: placeholders(en[key]) }).toEqual({ key, values: placeholders(sv[key]) })
    }
  })

  test('is filled in, and shows what is missing', () => {
    expect(say('sv', 'frame.version', { version: '1.2' })).toBe('Version 1.2')
    expect(say('sv', 'frame.version')).toBe('Version {version}')
  })

  test('is short: no Swedish sentence of more than 30 words', () => {
    for (const [key, text] of Object.entries(sv)) {
      for (const sentence of text.split(/[.!?] /)) {
        expect({ key, words: sentence.split(' ').length <= 30 }).toEqual({ key, words: true })
      }
    }
  })
})
