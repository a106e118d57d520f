// What people and systems write: amounts, dates, periods, rooms, postal codes and text, read with certainty or not at all.
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  LARGEST_AMOUNT_ORE,
  aboveZero,
  atLeastZero,
  readAmount,
  readDate,
  readInstant,
  readLine,
  readLines,
  readPeriod,
  readPostalCode,
  readRooms,
} from '../../shared/domain/written.ts'

test.each([
  [8450.5, 845_050],
  ['8 450,50', 845_050],
  ['8\u00a0450,50', 845_050],
  ['8\u202f450,50', 845_050],
  ["8'450,50", 845_050],
  ['8.450,50', 845_050],
  ['8,450.50', 845_050],
  ['8450,5', 845_050],
  ['8450:50', 845_050],
  ['8450,-', 845_000],
  ['8450:-', 845_000],
  ['8 450 kr', 845_000],
  ['8450 SEK', 845_000],
  ['８４５０', 845_000],
  ['\u22128450', -845_000],
  [-1, -100],
  [0, 0],
  ['-0', 0],
  [0.1 + 0.2, null],
  [1.1, 110],
  [19.99, 1999],
  [10_000_000, LARGEST_AMOUNT_ORE],
  [10_000_000.01, null],
])('the amount %p is %p öre', (written, ore) => {
  expect(readAmount(written)).toBe(ore)
})

test.each([
  8450.505,
  '8450,505',
  '8.450',
  '8,450',
  1e12,
  1e21,
  '1e309',
  'Infinity',
  Number.POSITIVE_INFINITY,
  Number.NaN,
  '',
  ' ',
  'åtta tusen',
  '8 45',
  '84 50,00',
  '8450,5,0',
  '0x10',
  '--5',
  '9'.repeat(40),
])('the amount %p cannot be read with certainty', (written) => {
  expect(readAmount(written)).toBeNull()
})

test('a debt of nothing or less is no debt, and a payment of nothing is a payment', () => {
  expect([aboveZero(0), aboveZero(-1), aboveZero('0,01')]).toEqual([null, null, 1])
  expect([atLeastZero(0), atLeastZero(-1)]).toEqual([0, null])
})

test('every whole number of öre survives being written with a comma and with a point', () => {
  fc.assert(
    fc.property(fc.integer({ min: -LARGEST_AMOUNT_ORE, max: LARGEST_AMOUNT_ORE }), (ore) => {
      const [sign, size] = [ore < 0 ? '-' : '', Math.abs(ore)]
      const kronor = `${sign}${Math.floor(size / 100)}`
      const decimals = String(size % 100).padStart(2, '0')
      expect(readAmount(`${kronor},${decimals}`)).toBe(ore)
      expect(readAmount(`${kronor}.${decimals}`)).toBe(ore)
      expect(readAmount(Number(`${kronor}.${decimals}`))).toBe(ore)
    }),
  )
})

test.each([
  ['2026-11-30', '2026-11-30'],
  ['20261130', '2026-11-30'],
  [' 2026-11-30 ', '2026-11-30'],
  ['２０２６-11-30', '2026-11-30'],
  ['2028-02-29', '2028-02-29'],
  ['2026-11-30 00:00:00', '2026-11-30'],
  ['2026-11-30T10:15', '2026-11-30'],
  ['2026-11-30T23:30:00Z', '2026-12-01'],
  ['2026-06-30T22:30:00Z', '2026-07-01'],
  ['2026-11-30T23:30:00+01:00', '2026-11-30'],
])('the day %p is %p', (written, day) => {
  expect(readDate(written)).toBe(day)
})

test.each([
  '2026-11-31',
  '2027-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-10-00',
  '0206-11-30',
  '2206-11-30',
  '1926-11-30',
  '30/11/2026',
  '11/30/2026',
  '2026-11',
  '46348',
  '',
  'i går',
  '2026-11-30T99:99:00Z',
])('the day %p does not exist or cannot be read', (written) => {
  expect(readDate(written)).toBeNull()
})

test.each([
  ['2026-12-14T08:00:00Z', { day: '2026-12-14', at: '2026-12-14T08:00:00.000Z' }],
  ['2026-12-14T09:00:00+01:00', { day: '2026-12-14', at: '2026-12-14T08:00:00.000Z' }],
  ['2026-12-14 09:00', { day: '2026-12-14', at: '2026-12-14T08:00:00.000Z' }],
  ['2027-06-14T09:00', { day: '2027-06-14', at: '2027-06-14T07:00:00.000Z' }],
  ['2026-12-14', { day: '2026-12-14', at: null }],
  ['2026-12-13T23:30:00Z', { day: '2026-12-14', at: '2026-12-13T23:30:00.000Z' }],
  ['2026-12-32T09:00', null],
  ['snart', null],
])('the time %p is %p', (written, read) => {
  expect(readInstant(written)).toEqual(read)
})

test.each([
  ['2026-12', '2026-12'],
  ['202612', '2026-12'],
  ['2026/12', '2026-12'],
  ['2026-12-01', '2026-12'],
  ['december 2026', '2026-12'],
  ['Dec 2026', '2026-12'],
  ['maj 2026', '2026-05'],
  ['oktober 2026', '2026-10'],
  ['2026-13', null],
  ['kvartal 4', null],
  ['xyz 2026', null],
])('the period %p is %p', (written, period) => {
  expect(readPeriod(written)).toBe(period)
})

test.each([
  [3, 3],
  ['3', 3],
  ['2,5', 2.5],
  ['3 rok', 3],
  ['3 rum och kök', 3],
  ['1 rk', 1],
  [0, null],
  [99, null],
  [-2, null],
  ['många', null],
])('%p rooms are %p', (written, rooms) => {
  expect(readRooms(written)).toBe(rooms)
})

test.each([
  ['702 10', '70210'],
  ['SE-702 10', '70210'],
  ['７０２１０', '70210'],
  ['70210 Örebro', null],
  ['00123', null],
  ['7021', null],
])('the postal code %p is %p', (written, code) => {
  expect(readPostalCode(written)).toBe(code)
})

test('text loses what nobody can see, and nothing that anybody can', () => {
  expect(readLine('  Anna\u0000 \u202eEk\u200b\n ')).toBe('Anna Ek')
  expect(readLine('O\u0308rebro')).toBe('Örebro')
  // a bidi mark, a blank letter, a variation selector and a tag: seen by nobody, and a name apart to a search
  expect(readLine('Anna\u061C \u3164E\uFE0Fk\u{E0061}\u180E')).toBe('Anna Ek')
  expect(readLine('<script>alert(1)</script> {{7*7}} ${7*7}')).toBe(
    '<script>alert(1)</script> {{7*7}} ${7*7}',
  )
  expect([readLine(''), readLine('\u200b'), readLine(null)]).toEqual([null, null, null])
  expect(readLines('rad ett\r\nrad  två\r\r\n')).toBe('rad ett\nrad två')
  expect(readLines(' \n ')).toBeNull()
})
