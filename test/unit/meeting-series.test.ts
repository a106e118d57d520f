// The municipality's meetings as a sheet: what is read of it, what is wrong with it, and on which days the meetings are held.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { addDays, isWorkingDay, type WorkingTime } from '../../shared/domain/calendar.ts'
import { nextMeetingDay, parseMeetingSeries } from '../../shared/domain/meeting-series.ts'

const workingTime: WorkingTime = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
const heading =
  'code;committee;kind;name_sv;name_en;first_day;every_days;time;place;units;partners;landlord;basis;inference'
const row = (over: Record<string, string> = {}) => {
  const cells = {
    code: 'KVARBO',
    committee: 'SN',
    kind: 'nomination',
    name_sv: 'Kvarbo',
    name_en: 'Kvarbo',
    first_day: '2026-01-13',
    every_days: '14',
    time: '09:00',
    place: 'Rådhuset',
    units: 'SN-KVARBO, GAN-FS',
    partners: '',
    landlord: '559999-0107',
    basis: 'S01',
    inference: 'yes',
    ...over,
  }
  return `${heading}\n${Object.values(cells).join(';')}\n`
}

describe('the sheet of meetings', () => {
  test('is read with its lists and the number without its hyphen', () => {
    expect(parseMeetingSeries(row())).toEqual({
      problems: [],
      series: [
        expect.objectContaining({
          units: ['SN-KVARBO', 'GAN-FS'],
          partners: [],
          landlord: '5599990107',
          everyDays: 14,
        }),
      ],
    })
  })

  test.each([
    ['an unknown kind', { kind: 'fika' }],
    ['no first day', { first_day: '2026-02-30' }],
    ['no rhythm', { every_days: '0' }],
    ['a rhythm of years', { every_days: '400' }],
    ['a time that is none', { time: '25:00' }],
    ['no name in English', { name_en: '' }],
  ])('a row with %s is left out and named', (_what, over) => {
    const { series, problems } = parseMeetingSeries(row(over))
    expect(series).toEqual([])
    expect(problems).toEqual([expect.objectContaining({ code: 'bad-meeting' })])
  })

  test('of every municipality that ships can be read, and an empty one has no meetings', () => {
    for (const folder of readdirSync('config').filter((name) => /^\d{4}-/.test(name))) {
      const { series, problems } = parseMeetingSeries(readFileSync(`config/${folder}/meetings.csv`, 'utf8'))
      expect(problems).toEqual([])
      expect(series.length).toBeGreaterThan(0)
    }
    expect(parseMeetingSeries('')).toEqual({ series: [], problems: [] })
  })
})

describe('the day of the next meeting', () => {
  test.each([
    ['on its own day', '2026-01-13', '2026-01-13'],
    ['before the first', '2025-12-01', '2026-01-13'],
    ['the day after one', '2026-01-14', '2026-01-27'],
    ['moved off Easter Monday to the day after', '2026-04-06', '2026-04-07'],
  ])('%s', (_what, from, expected) => {
    expect(nextMeetingDay({ firstDay: '2026-01-13', everyDays: 14 }, from, workingTime)).toBe(expected)
  })

  test('is a working day that is not gone, and never further off than the rhythm and the holidays together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 1, max: 60 }), (ahead, everyDays) => {
        const from = addDays('2026-01-01', ahead)
        const day = nextMeetingDay({ firstDay: '2026-01-13', everyDays }, from, workingTime)
        expect(day >= from).toBe(true)
        expect(isWorkingDay(day, workingTime)).toBe(true)
        expect(day <= addDays(from, everyDays + 20)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
