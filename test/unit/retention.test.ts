// Retention by SoL 16 kap.: five years after the last note, never the sample of birth days, a child's inquiry to thirty.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readDataFile } from '../../config/files.ts'
import { addDays, addMonths } from '../../shared/domain/days.ts'
import { decideRetention, readRetentionRules, type RetentionCase } from '../../shared/domain/retention.ts'

const law = readDataFile('law/retention.csv')
const { rules, problems } = readRetentionRules(law, null)
const one = (change: Partial<RetentionCase> = {}): RetentionCase => ({
  id: 'a',
  number: '2026-0001',
  committee: 'GAN',
  householdId: 'h',
  mergedHouseholdId: null,
  open: false,
  lastNoteOn: '2026-11-23',
  bornOn: '1980-03-12',
  held: false,
  releasedBirthDay: false,
  childInquiry: false,
  childBornOn: null,
  ...change,
})
const decide = (cases: RetentionCase[], today: string, municipality = '1880') =>
  decideRetention(rules!, municipality, cases, today)
const reasonOf = (change: Partial<RetentionCase>, today = '2040-01-01', municipality = '1880') =>
  decide([one(change)], today, municipality)[0]!.reason

describe('The rules', () => {
  test('are data with a source', () => {
    expect(problems).toEqual([])
    expect(rules).toMatchObject({ caseYears: 5, childInquiryAge: 30, keptBirthDays: [5, 15, 25] })
    expect(
      law
        .trim()
        .split('\n')
        .slice(1)
        .every((row) => row.split(';')[3] !== ''),
    ).toBe(true)
  })

  test('a municipality changes only what the law leaves to it', () => {
    expect(
      readRetentionRules(law, 'rule;value\nunknown-birth-day;erase\nloose-notice-years;3').rules,
    ).toMatchObject({
      unknownBirthDay: 'erase',
      looseNoticeYears: 3,
    })
    expect(readRetentionRules(law, 'rule;value\ncase-years;1').problems).toHaveLength(1)
    expect(readRetentionRules(law, 'rule;value\nreceipt-days;30').rules).toBeNull()
    expect(readRetentionRules(law.replace('case-years;5', 'case-years;fem'), null).rules).toBeNull()
  })
})

describe('A case', () => {
  test('is erased from the day after five years, and by the end of the next calendar year (SoL 16:1)', () => {
    const [before] = decide([one()], '2031-11-23')
    const [after] = decide([one()], '2031-11-24')
    expect(before).toMatchObject({
      erase: false,
      reason: 'not-yet',
      eraseFrom: '2031-11-24',
      finishBy: '2032-12-31',
    })
    expect(after).toMatchObject({ erase: true, reason: 'due' })
  })

  test.each<[string, Partial<RetentionCase>, string]>([
    ['an open case', { open: true }, 'open'],
    ['a legal hold', { held: true }, 'held'],
    ['somebody born on the 5th', { bornOn: '1980-03-05' }, 'birth-day'],
    ['somebody born on the 15th', { bornOn: '1980-03-15' }, 'birth-day'],
    ['somebody born on the 25th', { bornOn: '1980-12-25' }, 'birth-day'],
    ['an unknown day of birth', { bornOn: null }, 'birth-day-unknown'],
    ['a child inquiry of an unknown child', { childInquiry: true }, 'child-inquiry'],
    ['a child of twenty-nine', { childInquiry: true, childBornOn: '2010-01-02' }, 'child-inquiry'],
  ])('is kept for %s', (_what, change, reason) => expect(reasonOf(change)).toBe(reason))

  test.each<[string, Partial<RetentionCase>]>([
    ['the child has turned thirty', { childInquiry: true, childBornOn: '2010-01-01' }],
    ['a person has looked at the unknown day of birth', { bornOn: null, releasedBirthDay: true }],
    ['born on the 6th, 14th, 16th', { bornOn: '1980-05-14' }],
  ])('goes when %s', (_what, change) => expect(reasonOf(change)).toBe('due'))

  test.each([
    ['0580', 'Linköping'],
    ['0980', 'Gotland'],
    ['2281', 'Sundsvall'],
    ['1480', 'Göteborg'],
  ])('is kept whole in %s (%s)', (code) => expect(reasonOf({}, '2040-01-01', code)).toBe('kept-county'))

  test('waits for every other case of the person, and of those merged with it, however long the chain', () => {
    const cases = [
      one({ id: 'a', householdId: 'h1', mergedHouseholdId: 'h2' }),
      one({ id: 'b', householdId: 'h2', mergedHouseholdId: 'h3' }),
      one({ id: 'c', householdId: 'h3', open: true }),
      one({ id: 'd', householdId: 'h4' }),
    ]
    const decided = decide(cases, '2040-01-01')
    expect(decided.map(({ cases: [...some], erase }) => [some.map(({ id }) => id).join(''), erase])).toEqual([
      ['abc', false],
      ['d', true],
    ])
  })

  test('never goes before five years, nor while open, held or in the sample; and stays due once it is', () => {
    const day = fc.integer({ min: 0, max: 12_000 }).map((n) => addDays('2020-01-01', n))
    const aCase = fc.record({
      lastNoteOn: day,
      bornOn: fc.option(day),
      open: fc.boolean(),
      held: fc.boolean(),
      childInquiry: fc.boolean(),
      childBornOn: fc.option(day),
      releasedBirthDay: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(aCase, { minLength: 1, maxLength: 4 }),
        day,
        fc.nat(4000),
        (some, today, later) => {
          const cases = some.map((change, n) => one({ id: String(n), ...change }))
          const [now] = decide(cases, today)
          if (now!.erase) {
            expect(cases.every((c) => !c.open && !c.held && addMonths(c.lastNoteOn, 60) < today)).toBe(true)
            expect(cases.some((c) => ['05', '15', '25'].includes(c.bornOn?.slice(8) ?? ''))).toBe(false)
            expect(
              cases.every((c) => !c.childInquiry || addMonths(c.childBornOn ?? c.lastNoteOn, 360) <= today),
            ).toBe(true)
            expect(decide(cases, addDays(today, later))[0]!.erase).toBe(true)
          }
        },
      ),
    )
  })
})
