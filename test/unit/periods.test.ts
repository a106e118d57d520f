// Proves that the tables of the law are read whole or refused with words, never used in part.
import { describe, expect, test } from '@jest/globals'
import { readLaw } from '../../shared/domain/periods.ts'
import { holidaysCsv, periodsCsv, shippedLaw } from '../support/law.ts'

const law = shippedLaw()

describe('the table of periods', () => {
  const header = periodsCsv.split('\n')[0] ?? ''
  const row = periodsCsv.split('\n').find((line) => line.startsWith('recovery;rent;dwelling')) ?? ''
  const problemsOf = (rows: string[]) =>
    readLaw([header, ...rows].join('\n'), holidaysCsv).problems.join('\n')

  test('every shipped row is read, and each has its source and its words', () => {
    expect(readLaw(periodsCsv, holidaysCsv).problems).toEqual([])
    expect(law.versions.size).toBe(periodsCsv.trim().split('\n').length - 1)
    for (const period of law.versions.values()) expect(period.source).not.toBe('')
  })

  test.each([
    ['3 weeks', 'tre veckor', 'length "tre veckor" cannot be read'],
    [
      'later of servedDate',
      'later of deliveredDate',
      'start "later of deliveredDate and boardNotifiedDate" cannot be read',
    ],
    [
      'later of servedDate',
      'later of end of eviction',
      'starts from the end of eviction, which is not above it',
    ],
    ['{lastDay}', '{sistaDag}', '{sistaDag} has no date here'],
    ['last-day', 'sista-dag', 'form'],
    [';;;interpretation', ';2027-02-30;;interpretation', 'in_force_from is no date'],
  ])('a row with %j changed to %j is refused with words', (from, to, problem) => {
    expect(problemsOf([row.replace(from, to)])).toContain(problem)
  })

  test('two versions in force on the same day, an empty table and a bad holiday are refused', () => {
    expect(problemsOf([row, row])).toContain('is in force together with')
    expect(problemsOf([])).toContain('the table is empty')
    const { law: none, problems } = readLaw(periodsCsv, `${holidaysCsv}easter;holiday;x;x;;;y\n`)
    expect([none, problems]).toEqual([null, ['holidays row 2: day is no rule for a day']])
  })
})
