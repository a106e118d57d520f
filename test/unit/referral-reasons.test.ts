// Proves when a case is referred to budget- och skuldrådgivning, and that the reason is told in a sentence.
import { describe, expect, test } from '@jest/globals'
import { readDataFile } from '../../config/files.ts'
import { reasonsToRefer, referralWatchDay } from '../../shared/domain/escalation.ts'
import { parseEscalation } from '../../shared/domain/escalation-ladder.ts'
import type { ReferralFacts } from '../../shared/domain/escalation.ts'

const { table } = parseEscalation(readDataFile('1880-orebro/escalation.csv'))

const aCase = (over: Partial<ReferralFacts> = {}): ReferralFacts => ({
  stage: 'terminated',
  recoveryEnds: null,
  evictionDay: null,
  monthsUnpaid: 1,
  repeatWithin12Months: false,
  tenantAsks: false,
  childrenInHousehold: 'no',
  ...over,
})
const codes = (over: Partial<ReferralFacts>, today = '2026-12-01'): string[] =>
  reasonsToRefer(aCase(over), today, table).map((reason) => reason.code)
describe('a case is referred to budget- och skuldrådgivning', () => {
  test.each<[string, Partial<ReferralFacts>, string[]]>([
    ['not yet when 13 days of the recovery period are left', { recoveryEnds: '2026-12-14' }, []],
    ['when 12 days of the recovery period are left', { recoveryEnds: '2026-12-13' }, ['recovery-nears']],
    ['on the last day of the recovery period', { recoveryEnds: '2026-12-01' }, ['recovery-nears']],
    ['when the recovery period has passed', { recoveryEnds: '2026-11-30' }, ['recovery-passed']],
    ['when two months are unpaid', { monthsUnpaid: 2 }, ['months-unpaid']],
    ['when it is the second notice within twelve months', { repeatWithin12Months: true }, ['repeat']],
    ['when an eviction date is set', { stage: 'date-set', evictionDay: '2027-01-13' }, ['eviction-date']],
    ['not for an eviction date that was cancelled', { stage: 'stayed', evictionDay: '2027-01-13' }, []],
    ['when the tenant asks', { tenantAsks: true }, ['tenant-asks']],
    ['never for one rent and nothing else', {}, []],
  ])('%s', (_, over, expected) => {
    expect(codes(over)).toEqual(expected)
  })

  test('the reason is a sentence with the date and the number of days', () => {
    const [reason] = reasonsToRefer(aCase({ recoveryEnds: '2026-12-10' }), '2026-12-01', table)
    expect(reason?.sentence).toEqual({
      sv: 'Återvinningsfristen slutar 2026-12-10. Dagar kvar: 9.',
      en: 'The recovery period ends on 2026-12-10. Days left: 9.',
    })
  })

  test('the day on which time alone calls for it is known beforehand', () => {
    expect(referralWatchDay(aCase({ recoveryEnds: '2026-12-28' }), '2026-12-01', table)).toBe('2026-12-16')
    expect(
      referralWatchDay(aCase({ recoveryEnds: '2026-12-28', monthsUnpaid: 2 }), '2026-12-01', table),
    ).toBeNull()
  })
})
