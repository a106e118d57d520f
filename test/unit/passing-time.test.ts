// Proves what time alone makes of a case: when a household counts as not reached, and when the next rent is due.
import { describe, expect, test } from '@jest/globals'
import { nextLook, notReachedFrom, rentDueOn } from '../../shared/domain/passing-time.ts'

const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }

describe('JB 12:20: rent is due on the last weekday before the month begins', () => {
  test.each([
    ['2026-11-23', '2026-11-30'],
    ['2026-11-30', '2026-11-30'],
    ['2026-12-01', '2026-12-30'],
    ['2026-12-31', '2027-01-29'],
    ['2027-01-30', '2027-02-26'],
  ])('seen from %s it is %s', (today, due) => {
    expect(rentDueOn(today)).toBe(due)
  })
})

describe('T19: not reached six days before the nearest end', () => {
  test.each<[string, string | null, string | null, string | null]>([
    ['the recovery period', '2026-12-14', null, '2026-12-08'],
    ['on a Saturday the Friday before', '2026-12-18', null, '2026-12-11'],
    ['the eviction, when that comes first', '2026-12-14', '2026-12-10', '2026-12-04'],
    ['never, when no end is known', null, null, null],
  ])('%s', (_, recoveryEnds, evictionDay, from) => {
    expect(notReachedFrom({ recoveryEnds, evictionDay }, office)).toBe(from)
  })

  test('a household that is reached is not looked at for it, one whose rent we pay is every month', () => {
    const about = { recoveryEnds: '2026-12-14', evictionDay: null, flags: [] }
    expect(nextLook({ ...about, reached: false }, '2026-11-23', office)).toBe('2026-12-08')
    expect(nextLook({ ...about, reached: true }, '2026-11-23', office)).toBeNull()
    expect(nextLook({ ...about, reached: false }, '2026-12-08', office)).toBeNull()
    const paid = { ...about, reached: true, flags: ['municipality-pays'] }
    expect(nextLook(paid, '2026-11-23', office)).toBe('2026-12-01')
  })
})
