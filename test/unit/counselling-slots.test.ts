// Counselling times by the pattern, shared out by urgency, and the wait that is measured.
import { describe, expect, test } from '@jest/globals'
import {
  assert,
  boolean,
  constantFrom,
  integer,
  option,
  property,
  record,
  uniqueArray,
  uuid,
} from 'fast-check'
import { fitSlots, slotsAhead, USUAL_HOURS, waitingDays } from '../../shared/domain/counselling-slots.ts'
import type { MeetingSlot } from '../../shared/domain/counselling.ts'
import { scanTypeOf } from '../../shared/domain/scan.ts'

const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: ['2026-12-23'] }
const slot = (id: string, day: string, over: Partial<MeetingSlot> = {}): MeetingSlot => ({
  id,
  counsellorId: 'a',
  day,
  startsAt: `${day}T08:00:00.000Z`,
  taken: false,
  ...over,
})

describe('The weekly pattern', () => {
  test('gives no time on Christmas, on a weekend or on the municipality’s own closed day', () => {
    const days = slotsAhead({ ...USUAL_HOURS, weeksAhead: 3 }, office, '2026-12-14').map(({ day }) => day)
    for (const closed of ['2026-12-19', '2026-12-20', '2026-12-23', '2026-12-24', '2026-12-25', '2027-01-01'])
      expect(days).not.toContain(closed)
    expect(days).toContain('2026-12-22')
    expect(days).not.toContain('2026-12-14')
  })

  test('is local time, the day after summer time too', () => {
    const [first] = slotsAhead({ ...USUAL_HOURS, starts: ['09:00'] }, office, '2026-10-23')
    expect(first).toEqual({
      day: '2026-10-26',
      startsAt: '2026-10-26T08:00:00Z',
      endsAt: '2026-10-26T09:00:00Z',
    })
  })
})

describe('Sharing out times', () => {
  test('the most urgent gets the earliest, and one whose last day comes before every time gets none', () => {
    const waiting = [
      { id: 'urgent', counsellorId: 'a', latestDay: '2026-12-01' },
      { id: 'late', counsellorId: 'a', latestDay: '2026-12-01' },
      { id: 'calm', counsellorId: 'a', latestDay: null },
    ]
    const fitting = fitSlots(waiting, [slot('2', '2026-12-03'), slot('1', '2026-12-01')], '2026-11-30')
    expect([...fitting].map(([id, found]) => [id, found?.id ?? null])).toEqual([
      ['urgent', '1'],
      ['late', null],
      ['calm', '2'],
    ])
  })

  test('of two times at once the counsellor’s own is chosen', () => {
    const slots = [slot('1', '2026-12-01', { counsellorId: 'b' }), slot('2', '2026-12-01')]
    const own = fitSlots([{ id: 'x', counsellorId: 'a', latestDay: null }], slots, '2026-11-30')
    expect(own.get('x')?.id).toBe('2')
  })

  test('never gives one time to two, nor a taken, past or late one', () => {
    const day = integer({ min: 1, max: 28 }).map((n) => `2026-12-${String(n).padStart(2, '0')}`)
    const slots = uniqueArray(
      record({ id: uuid(), counsellorId: constantFrom('a', 'b'), day, taken: boolean() }),
      { selector: ({ id }) => id, maxLength: 20 },
    )
    const waiting = uniqueArray(
      record({ id: uuid(), counsellorId: constantFrom('a', 'b', null), latestDay: option(day) }),
      { selector: ({ id }) => id, maxLength: 20 },
    )
    assert(
      property(slots, waiting, day, (some, those, from) => {
        const all = some.map((one) => ({ ...one, startsAt: `${one.day}T08:00:00.000Z` }))
        const given = [...fitSlots(those, all, from)].flatMap(([id, found]) => (found ? [{ id, found }] : []))
        expect(new Set(given.map(({ found }) => found.id)).size).toBe(given.length)
        for (const { id, found } of given) {
          const latest = those.find((one) => one.id === id)?.latestDay ?? '9999'
          expect([found.taken, found.day >= from, found.day <= latest]).toEqual([false, true, true])
        }
      }),
    )
  })
})

describe('The wait', () => {
  test.each([
    [[slot('1', '2026-12-05'), slot('2', '2026-12-03')], 2],
    [[slot('1', '2026-12-02', { taken: true }), slot('2', '2026-12-30')], 29],
    [[slot('1', '2026-12-01')], null],
    [[], null],
  ])('to the first free time after today', (slots, days) => {
    expect(waitingDays(slots, '2026-12-01')).toBe(days)
  })
})

describe('A scan', () => {
  test.each([
    [[0x25, 0x50, 0x44, 0x46, 0x2d, 0x31], 'application/pdf'],
    [[0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
    [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0], 'image/png'],
    [[0x20, 0x25, 0x50, 0x44, 0x46, 0x2d], null],
    [[0x89, 0x50, 0x4e, 0x47], null],
    [[0x3c, 0x73, 0x76, 0x67], null],
    [[], null],
  ])('is what its bytes %j say', (bytes, type) => {
    expect(scanTypeOf(Uint8Array.from(bytes))).toBe(type)
  })
})
