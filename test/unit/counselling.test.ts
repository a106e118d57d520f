// Proves the counselling: who gets the next referral, what the tenant was promised, and when a slot is early enough.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readDataFile } from '../../config/files.ts'
import {
  chooseCounsellor,
  latestMeetingDay,
  loadOf,
  promiseOf,
  shareOut,
} from '../../shared/domain/counselling.ts'
import type { Counsellor } from '../../shared/domain/counselling.ts'
import { parseEscalation } from '../../shared/domain/escalation-ladder.ts'

const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
const { promises } = parseEscalation(readDataFile('1880-orebro/escalation.csv')).table
const anna = (over: Partial<Counsellor> = {}): Counsellor => ({
  id: 'anna',
  capacity: 100,
  openReferrals: 4,
  openTasks: 0,
  absences: [],
  ...over,
})
const bo = (over: Partial<Counsellor> = {}): Counsellor => anna({ id: 'bo', ...over })
const away = { absences: [{ awayFrom: '2026-12-01', awayTo: '2026-12-03' }] }

describe('the next referral goes to', () => {
  test.each<[string, Counsellor[], string, string | null]>([
    ['the one with fewest open referrals', [anna({ openReferrals: 5 }), bo()], '2026-12-01', 'bo'],
    [
      'the one with most room, when a half-timer has as many',
      [anna({ capacity: 50 }), bo()],
      '2026-12-01',
      'bo',
    ],
    [
      'the one with fewer other tasks, of two with as many referrals',
      [anna({ openTasks: 3 }), bo({ openTasks: 1 })],
      '2026-12-01',
      'bo',
    ],
    [
      'the one who is there',
      [anna({ openReferrals: 0, ...away }), bo({ openReferrals: 9 })],
      '2026-12-03',
      'bo',
    ],
    [
      'the one who is back',
      [anna({ openReferrals: 0, ...away }), bo({ openReferrals: 9 })],
      '2026-12-04',
      'anna',
    ],
    ['always the same of two equals', [bo(), anna()], '2026-12-01', 'anna'],
    ['nobody when all are away', [anna(away)], '2026-12-01', null],
    ['nobody without capacity', [anna({ capacity: 0 })], '2026-12-01', null],
  ])('%s', (_, counsellors, today, expected) => {
    expect(chooseCounsellor(counsellors, today)?.id ?? null).toBe(expected)
  })

  test('many referrals are shared so that no load differs by more than one referral of the fullest', () => {
    const some = fc.array(fc.record({ capacity: fc.constantFrom(50, 75, 100) }), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 40 }), (people, count) => {
        const counsellors = people.map(({ capacity }, at) =>
          anna({ id: `c${at}`, capacity, openReferrals: 0 }),
        )
        const shared = shareOut(
          Array.from({ length: count }, (_, at) => `r${at}`),
          counsellors,
          '2026-12-01',
        )
        expect(shared).toHaveLength(count)
        const loads = counsellors.map((one) =>
          loadOf({ ...one, openReferrals: shared.filter((row) => row.counsellorId === one.id).length }),
        )
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(2)
      }),
    )
  })
})

describe('the promise', () => {
  test('an answer in 48 hours and a meeting in a week, with a warning that somebody can read', () => {
    expect(promiseOf('2026-11-27T14:00:00Z', promises, office)).toEqual({
      warnAt: '2026-11-30T07:00:00Z',
      answerBy: '2026-11-29T14:00:00Z',
      meetBy: '2026-12-04T14:00:00Z',
    })
  })

  test('a week across the change of clocks ends at the same time of day', () => {
    expect(promiseOf('2027-03-25T09:00:00Z', promises, office).meetBy).toBe('2027-04-01T08:00:00Z')
  })
})

describe('a slot for a meeting', () => {
  test('must come three working days before the recovery period or the eviction, whichever is first', () => {
    expect(latestMeetingDay({ recoveryEnds: '2026-12-15', evictionDay: null }, office)).toBe('2026-12-10')
    expect(latestMeetingDay({ recoveryEnds: '2026-12-15', evictionDay: '2026-12-14' }, office)).toBe(
      '2026-12-09',
    )
    expect(latestMeetingDay({ recoveryEnds: null, evictionDay: null }, office)).toBeNull()
  })
})
