// Proves the calendar: lag 1989:253, lag 1930:173, and the municipality's own working time on days that trip programs.
import { describe, expect, test } from '@jest/globals'
import Holidays from 'date-holidays'
import {
  addDays,
  addMonths,
  addWeeks,
  addWorkingDays,
  firstWorkingInstant,
  holidayName,
  instantAt,
  isEve,
  isHoliday,
  isWorkingDay,
  localDateOf,
  nextWorkingInstant,
  safeDayFor,
  shiftLastDay,
  vardagAfter,
} from '../../shared/domain/calendar.ts'
import { dateOfNumber, dayNumber, isIsoDate, weekdayOf } from '../../shared/domain/days.ts'
import { calendarWith, dayOff, easterSunday } from '../../shared/domain/holidays.ts'
import { allDays, secondEve, secondFree } from '../support/second-calendar.ts'

const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: ['2027-05-07'] }

describe('lag 1989:253', () => {
  test.each([
    [
      2026,
      '01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-20 10-31 12-25 12-26',
      '06-19 12-24 12-31',
    ],
    [
      2027,
      '01-01 01-06 03-26 03-28 03-29 05-01 05-06 05-16 06-06 06-26 11-06 12-25 12-26',
      '06-25 12-24 12-31',
    ],
  ])('%i has exactly the holidays and eves of the printed calendar', (year, holidays, eves) => {
    const days = allDays.filter((day) => day.startsWith(`${year}-`))
    const named = days.filter((day) => isHoliday(day) && holidayName(day) !== 'söndag')
    expect(named.map((day) => day.slice(5)).join(' ')).toBe(holidays)
    expect(
      days
        .filter((day) => isEve(day))
        .map((day) => day.slice(5))
        .join(' '),
    ).toBe(eves)
  })

  test('every Sunday is a holiday; Saturdays, skärtorsdag, valborg and klämdagar are not', () => {
    expect(holidayName('2026-11-22')).toBe('söndag')
    for (const day of ['2026-11-21', '2027-03-25', '2027-04-30', '2027-05-07', '2027-01-05']) {
      expect(isHoliday(day)).toBe(false)
    }
  })

  test('julafton on a Sunday is both an eve and a holiday', () => {
    expect([isEve('2028-12-24'), isHoliday('2028-12-24')]).toEqual([true, true])
    expect(shiftLastDay('2028-12-24').lastDay).toBe('2028-12-27')
  })

  test('nationaldagen replaced annandag pingst in 2005', () => {
    expect([holidayName('2004-05-31'), holidayName('2005-05-16')]).toEqual(['annandag pingst', null])
    expect([holidayName('2003-06-06'), holidayName('2005-06-06')]).toEqual([null, 'nationaldagen'])
  })

  test.each([
    [2024, '2024-03-31'],
    [2027, '2027-03-28'],
    [2035, '2035-03-25'],
    [2038, '2038-04-25'],
    [2049, '2049-04-18'],
    [2076, '2076-04-19'],
  ])('Easter Sunday of %i is %s', (year, date) => expect(easterSunday(year)).toBe(date))

  test('every day of 2020-2040 agrees with a second calendar written another way', () => {
    const differing = allDays.filter(
      (day) => isHoliday(day) !== secondFree(day) || isEve(day) !== secondEve(day),
    )
    expect(differing).toEqual([])
  })

  test('every day of 2020-2040 agrees with the date-holidays package, by type', () => {
    const sweden = new Holidays('SE')
    const listed = new Map<string, string>()
    for (let year = 2020; year <= 2040; year++) {
      for (const { date, type } of sweden.getHolidays(year)) {
        if (type === 'public' || type === 'bank') listed.set(date.slice(0, 10), type)
      }
    }
    const differing = allDays.filter((day) => {
      const type = listed.get(day)
      const red = type === 'public' || weekdayOf(day) === 7
      return isHoliday(day) !== red || isEve(day) !== (type === 'bank')
    })
    expect(differing).toEqual([])
    expect([...listed.values()].filter((type) => type === 'bank')).toHaveLength(21 * 3)
  })

  test('an amended table adds and removes holidays from a date, and leaves the years before alone', () => {
    const amended = calendarWith([
      { day: '06-06', kind: 'remove', sv: 'nationaldagen', en: 'National Day', from: '2029-01-01' },
      { day: '03-08', kind: 'holiday', sv: 'kvinnodagen', en: "Women's Day", from: '2029-01-01' },
    ])
    expect([holidayName('2028-06-06', amended), holidayName('2028-03-08', amended)]).toEqual([
      'nationaldagen',
      null,
    ])
    expect([holidayName('2029-06-06', amended), holidayName('2029-03-08', amended)]).toEqual([
      null,
      'kvinnodagen',
    ])
    expect(shiftLastDay('2029-03-08', amended).lastDay).toBe('2029-03-09')
  })
})

describe('lag 1930:173 1 §', () => {
  test.each([
    ['2027-01-29', 1, '2027-02-28', 'no 29 February in 2027'],
    ['2028-01-31', 1, '2028-02-29', 'the leap day'],
    ['2028-02-29', 12, '2029-02-28', 'a year after the leap day'],
    ['2026-10-31', 4, '2027-02-28', 'no 31 February'],
    ['2026-12-31', 2, '2027-02-28', 'over the turn of the year'],
    ['2026-11-30', 3, '2027-02-28', 'no 30 February'],
    ['2027-03-31', -1, '2027-02-28', 'backwards'],
    ['2026-01-31', -2, '2025-11-30', 'backwards over the turn of the year'],
  ])('%s and %i months is %s: %s', (from, months, to) => expect(addMonths(from, months)).toBe(to))

  test('weeks end on the same weekday, over the turn of a year with week 53', () => {
    expect(addWeeks('2026-12-24', 3)).toBe('2027-01-14')
    expect(weekdayOf(addWeeks('2026-12-24', 3))).toBe(weekdayOf('2026-12-24'))
  })

  test('days are days whatever the clock does: 2026-10-25 has 25 hours and 2027-03-28 has 23', () => {
    expect(addDays('2026-10-24', 1)).toBe('2026-10-25')
    expect(addDays('2026-10-25', 1)).toBe('2026-10-26')
    expect(addDays('2027-03-27', 2)).toBe('2027-03-29')
  })

  test('every day of a whole Gregorian cycle survives the way to a number and back', () => {
    const [first, last] = [dayNumber('1800-01-01'), dayNumber('2199-12-31')]
    let before = ''
    for (let number = first; number <= last; number += 1) {
      const date = dateOfNumber(number)
      if (dayNumber(date) !== number || date <= before || !isIsoDate(date)) throw new Error(date)
      before = date
    }
    expect([dayNumber('1970-01-01'), weekdayOf('1970-01-01'), last - first]).toEqual([0, 4, 146_096])
  })

  test.each(['2026-11-31', '2027-02-29', '2026-13-01', '2026-00-10', '2026-1-1', 'i morgon', '', '20261130'])(
    '%j is no date',
    (text) => expect(isIsoDate(text)).toBe(false),
  )
})

describe('lag 1930:173 2 §', () => {
  test.each([
    ['2026-12-24', '2026-12-28', 'julafton, juldagen, annandag jul, söndag'],
    ['2026-12-31', '2027-01-04', 'nyårsafton, nyårsdagen, lördag, söndag'],
    ['2027-03-26', '2027-03-30', 'långfredagen, lördag, påskdagen, annandag påsk'],
    ['2027-06-25', '2027-06-28', 'midsommarafton, midsommardagen, söndag'],
    ['2027-05-06', '2027-05-07', 'Kristi himmelsfärdsdag'],
    ['2027-05-01', '2027-05-03', 'första maj, söndag'],
    ['2027-11-06', '2027-11-08', 'alla helgons dag, söndag'],
    ['2028-01-06', '2028-01-07', 'trettondedag jul'],
    ['2026-11-23', '2026-11-23', ''],
  ])('a last day %s moves to %s over %s', (raw, last, names) => {
    const { lastDay, skipped } = shiftLastDay(raw)
    expect([lastDay, skipped.map(({ sv }) => sv).join(', ')]).toEqual([last, names])
  })

  test('the safe day is the last ordinary weekday on or before', () => {
    expect(
      ['2026-12-24', '2026-12-27', '2027-03-29', '2027-06-26', '2026-11-24'].map((day) => safeDayFor(day)),
    ).toEqual(['2026-12-23', '2026-12-23', '2027-03-25', '2027-06-24', '2026-11-24'])
  })

  test('a last day is never a day off, and no open day is skipped on the way', () => {
    for (const day of allDays) {
      const { lastDay, skipped } = shiftLastDay(day)
      if (dayOff(lastDay) || lastDay < day) throw new Error(day)
      if (skipped.some(({ date }) => !dayOff(date)) || addDays(day, skipped.length) !== lastDay)
        throw new Error(day)
    }
    expect(allDays).toHaveLength(7671)
  })
})

describe('what a vardag is in JB 12:44 2 st is in doubt, so both readings are counted', () => {
  test('T18: Saturday counts in the formal reading only', () => {
    expect(vardagAfter('2027-01-07', 2, 'formal').day).toBe('2027-01-09')
    expect(vardagAfter('2027-01-07', 2, 'practical').day).toBe('2027-01-11')
  })
})

describe("the municipality's working time", () => {
  test('holidays, the three eves, weekends and its own closed days are not worked', () => {
    const closed = ['2026-12-24', '2026-12-25', '2026-11-21', '2027-05-06', '2027-05-07', '2027-06-25']
    expect(closed.map((day) => isWorkingDay(day, office))).toEqual(closed.map(() => false))
    expect(isWorkingDay('2026-11-23', office)).toBe(true)
    expect(isWorkingDay('2026-11-21', { ...office, days: [6] })).toBe(true)
  })

  test('working days count forward and back over Christmas, and zero finds the first', () => {
    expect(addWorkingDays('2026-12-23', 1, office)).toBe('2026-12-28')
    expect(addWorkingDays('2026-12-28', -3, office)).toBe('2026-12-21')
    expect(addWorkingDays('2026-12-24', 0, office)).toBe('2026-12-28')
    expect(addWorkingDays('2027-05-05', 1, office)).toBe('2027-05-10')
  })

  test('local closed days never move a legal date', () => {
    expect(shiftLastDay('2027-05-07').lastDay).toBe('2027-05-07')
  })

  test('a table that never opens is refused instead of being walked for ever', () => {
    expect(() => addWorkingDays('2026-11-23', 1, { ...office, days: [] })).toThrow(RangeError)
  })

  test.each([
    ['2026-10-25', '02:30', '2026-10-25T00:30:00Z', 'the hour that comes twice means the first'],
    ['2026-10-25', '03:00', '2026-10-25T02:00:00Z', 'after it'],
    ['2027-03-28', '02:30', '2027-03-28T01:30:00Z', 'the hour that is lost moves on'],
    ['2027-03-28', '08:00', '2027-03-28T06:00:00Z', 'summer time'],
    ['2026-12-24', '08:00', '2026-12-24T07:00:00Z', 'winter time'],
  ])('%s %s in Stockholm is %s: %s', (date, time, instant) => expect(instantAt(date, time)).toBe(instant))

  test('the first working instant waits for the doors to open', () => {
    expect(firstWorkingInstant('2026-12-24', '10:00', office)).toBe('2026-12-28T07:00:00Z')
    expect(firstWorkingInstant('2026-11-23', '06:15', office)).toBe('2026-11-23T07:00:00Z')
    expect(firstWorkingInstant('2026-11-23', '09:15', office)).toBe('2026-11-23T08:15:00Z')
    expect(firstWorkingInstant('2026-11-23', '17:00', office)).toBe('2026-11-24T07:00:00Z')
    expect(firstWorkingInstant('2027-03-26', '09:00', office)).toBe('2027-03-30T06:00:00Z')
  })

  test('an instant inside working hours is its own answer; an evening one waits', () => {
    expect(nextWorkingInstant('2026-11-23T09:30:00Z', office)).toBe('2026-11-23T09:30:00Z')
    expect(nextWorkingInstant('2026-10-23T20:00:00Z', office)).toBe('2026-10-26T07:00:00Z')
  })

  test('the date of an instant is the date in Stockholm', () => {
    expect(localDateOf('2026-12-23T23:30:00Z')).toBe('2026-12-24')
    expect(localDateOf('2026-06-30T22:30:00Z')).toBe('2026-07-01')
  })
})
