// Proves every worked case of the law: the dates, what they rest on, and that they can explain themselves.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { ComputedDeadline } from '../../shared/domain/deadline.ts'
import type { DeadlineFacts } from '../../shared/domain/deadline-facts.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { runInZone } from '../support/zones.ts'
import { shippedLaw } from '../support/law.ts'

const law = shippedLaw()

type Case = {
  id: string
  why: string
  input: DeadlineFacts
  expected: Record<string, Partial<Record<keyof ComputedDeadline, string>>>
}
const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../fixtures/deadlines.json', import.meta.url), 'utf8'),
)

function datesOf(facts: DeadlineFacts) {
  const result = computeDeadlines(facts, law)
  const find = (kind: string) => result.deadlines.find((deadline) => deadline.kind === kind)
  return { ...result, find, kinds: result.deadlines.map(({ kind }) => kind) }
}

describe('the worked cases', () => {
  test('there are as many as the law notes give as data', () => expect(cases).toHaveLength(24))

  test.each(cases.map((one) => [one.id, one.why, one] as const))(
    '%s: %s',
    (_id, _why, { input, expected }) => {
      const { find } = datesOf(input)
      for (const [kind, dates] of Object.entries(expected)) expect(find(kind)).toMatchObject(dates)
    },
  )

  test('T2: for December the tenant may pay until the last vardag before it, though the invoice says 25 November', () => {
    const { find, findings } = datesOf({ kind: 'rent', dueDate: '2026-11-25', rentPeriod: '2026-12' })
    expect(find('forfeiture')).toMatchObject({ startDate: '2026-11-30', lastDay: '2026-12-07' })
    expect(findings).toMatchObject([{ code: 'due_before_month', severity: 'note', field: '/dueDate' }])
  })

  test.each([
    ['T17', '2026-12-03', '2026-12-02', '2026-12-31', null],
    ['T18', '2026-12-16', '2026-12-16', '2027-01-10', '2027-01-12'],
    ['T19', '2026-11-30', '2026-12-10', '2027-01-08', null],
    ['T20', '2027-03-05', '2027-03-05', '2027-04-02', null],
  ])(
    '%s: two vardagar pass after the recovery period',
    (_id, servedDate, boardNotifiedDate, notBefore, other) => {
      const { find } = datesOf({ kind: 'rent', servedDate, boardNotifiedDate })
      expect(find('earliest-eviction-order')).toMatchObject({
        notBefore,
        notBeforeAlternative: other,
        lastDay: null,
      })
    },
  )

  test('T22: the undertaking has the same last day, and the day before julafton is the safe one', () => {
    const { find } = datesOf({ kind: 'rent', servedDate: '2026-12-03', boardNotifiedDate: '2026-12-02' })
    expect(find('undertaking')).toMatchObject({ lastDay: '2026-12-28', safeDay: '2026-12-23' })
  })

  test('T28: a notice of eviction time on julafton is confirmed the same day', () => {
    const { find } = datesOf({ kind: 'rent', evictionNoticeReceivedAt: '2026-12-24T09:00:00Z' })
    expect(find('eviction-confirmation')).toMatchObject({
      rawDate: '2026-12-24',
      safeDay: '2026-12-24',
      lastDay: null,
      source: 'SoF (2025:468) 11:3',
    })
  })

  test('half past midnight in Stockholm belongs to the new day, though UTC still has the old one', () => {
    const { find } = datesOf({ kind: 'rent', evictionNoticeReceivedAt: '2026-12-23T23:30:00Z' })
    expect(find('eviction-confirmation')?.rawDate).toBe('2026-12-24')
  })

  test('T32: erasure is finished by the end of the year after the fifth, unless the birth day is a sample day', () => {
    const facts: DeadlineFacts = { kind: 'rent', lastNoteOn: '2026-11-23' }
    expect(datesOf(facts).find('record-erasure')).toMatchObject({ rawDate: '2032-12-31', lastDay: null })
    const kept = datesOf({ ...facts, birthDayOfMonth: 15 })
    expect(kept.kinds).not.toContain('record-erasure')
    expect(kept.statements).toMatchObject([{ kind: 'kept-for-research', source: 'SoL 16:4, SoF 13:1' }])
  })

  test('T33: stored belongings are kept three months', () => {
    expect(datesOf({ kind: 'rent', evictedOn: '2027-03-24' }).find('stored-goods')?.rawDate).toBe(
      '2027-06-24',
    )
  })

  test('T34: particularly serious nuisance starts no recovery period, and says so', () => {
    const { kinds, statements, find } = datesOf({
      kind: 'rent',
      noticeType: 'nuisance-termination',
      servedDate: '2026-11-23',
      boardNotifiedDate: '2026-11-23',
      dueDate: '2026-10-30',
      terminationCopyReceivedOn: '2026-11-23',
    })
    for (const kind of ['recovery', 'undertaking', 'earliest-eviction-order', 'forfeiture']) {
      expect(kinds).not.toContain(kind)
    }
    expect(find('nuisance-triage')).toMatchObject({ rawDate: '2026-11-23', safeDay: '2026-11-23' })
    expect(statements.map(({ kind }) => kind)).toEqual(['no-recovery-period', 'nuisance-termination-copy'])
    expect(statements[0]?.explanation.sv).toContain('ingen återvinningsfrist')
  })
})

describe('what kind of home and notice decides', () => {
  test.each(['nuisance-warning', 'cooperative-nuisance'] as const)(
    '%s says who must have been told',
    (noticeType) => {
      const { deadlines, statements } = datesOf({ noticeType, boardNotifiedDate: '2026-11-23' })
      expect(deadlines).toEqual([])
      expect(statements.map(({ kind }) => kind).sort()).toEqual([
        'no-recovery-period',
        'nuisance-who-is-told',
      ])
    },
  )

  test('for a bostadsrätt there is no undertaking, the third vardag counts, and repeated delay is mentioned', () => {
    const { kinds, statements } = datesOf({
      kind: 'cooperative',
      servedDate: '2026-12-03',
      boardNotifiedDate: '2026-12-03',
    })
    expect(kinds).toEqual(['recovery', 'earliest-eviction-order'])
    expect(statements.map(({ kind }) => kind)).toEqual([
      'no-undertaking',
      'repeated-late-payment',
      'excused-delay',
    ])
  })

  test('the type of the notice outweighs a wrong tick in the form', () => {
    const { find } = datesOf({
      kind: 'rent',
      noticeType: 'cooperative-fee-termination',
      servedDate: '2026-12-03',
      boardNotifiedDate: '2026-12-03',
    })
    expect(find('recovery')?.periodVersion).toBe('recovery.cooperative.dwelling')
  })

  test('business premises have two weeks from service alone', () => {
    const { find, kinds } = datesOf({ kind: 'rent', premises: 'premises', servedDate: '2026-11-24' })
    expect(find('recovery')?.lastDay).toBe('2026-12-08')
    expect(kinds).not.toContain('undertaking')
  })

  test('a tenant who must move within a month of the forfeiture has no recovery period', () => {
    const facts: DeadlineFacts = {
      noticeType: 'rent-termination',
      dueDate: '2026-11-30',
      servedDate: '2026-12-10',
      boardNotifiedDate: '2026-12-10',
    }
    const short = datesOf({ ...facts, tenancyEndsOn: '2027-01-07' })
    expect(short.kinds).toEqual(['forfeiture'])
    expect(short.statements).toContainEqual(
      expect.objectContaining({ kind: 'no-recovery-short-remaining', severity: 'critical' }),
    )
    expect(datesOf({ ...facts, tenancyEndsOn: '2027-01-08' }).kinds).toContain('recovery')
  })

  test('a respite is counted from the first possible day when that is later than the target day', () => {
    const { find } = datesOf({
      documentsCompleteOn: '2026-12-09',
      opportunityToRespondOn: '2027-01-07',
      kind: 'rent',
    })
    expect(find('respite')).toMatchObject({ startDate: '2027-01-14', rawDate: '2027-01-28' })
  })

  test('before 15 January 2026 no rule of feedback was in force, and that is said', () => {
    const { deadlines, findings } = datesOf({ kind: 'rent', reporterDecisionOn: '2026-01-14' })
    expect(deadlines).toEqual([])
    expect(findings.map(({ code }) => code)).toEqual(['no_period_in_force', 'nothing_to_count'])
  })

  test('an assessment begun under the old social services act cites the old paragraph', () => {
    const sources = ['2025-06-30', '2025-07-01'].map(
      (day) => datesOf({ kind: 'rent', childReportReceivedOn: day }).find('preliminary-assessment')?.source,
    )
    expect(sources).toEqual(['SoL (2001:453) 11:1 a', 'SoL 20:2'])
  })
})

describe('så räknas fristen', () => {
  test('every skipped day is named, in both languages', () => {
    const { find } = datesOf({ kind: 'rent', servedDate: '2026-12-03', boardNotifiedDate: '2026-12-02' })
    expect(find('recovery')?.steps.map(({ sv }) => sv)).toEqual([
      'torsdag 3 december 2026: delgivning med hyresgästen',
      'onsdag 2 december 2026: meddelande till nämnden',
      'torsdag 3 december 2026: räknas från den senare av dagarna',
      'torsdag 24 december 2026: 3 veckor senare, samma veckodag',
      'torsdag 24 december 2026: julafton, fristen kan inte sluta här',
      'fredag 25 december 2026: juldagen, fristen kan inte sluta här',
      'lördag 26 december 2026: annandag jul, fristen kan inte sluta här',
      'söndag 27 december 2026: söndag, fristen kan inte sluta här',
      'måndag 28 december 2026: sista dag, nästa vardag (2 § lagen 1930:173)',
      'onsdag 23 december 2026: säker dag att räkna med',
    ])
    expect(find('recovery')?.steps[4]?.en).toBe(
      'Thursday 24 December 2026: Christmas Eve, the period cannot end here',
    )
  })

  test('one plain sentence carries the date and its paragraph', () => {
    const { find } = datesOf({ kind: 'rent', servedDate: '2026-12-03', boardNotifiedDate: '2026-12-02' })
    expect(find('recovery')?.explanation.sv).toBe(
      'Hyresgästen får bo kvar om hela skulden betalas eller deponeras senast måndag 28 december 2026, tre veckor ' +
        'från den senare av delgivningen och meddelandet till nämnden (12 kap. 44 § jordabalken).',
    )
  })

  test('a doubtful vardag is marked, and the other reading shown', () => {
    const { find } = datesOf({ kind: 'rent', servedDate: '2026-12-16', boardNotifiedDate: '2026-12-16' })
    const order = find('earliest-eviction-order')
    expect(order?.steps.map(({ sv }) => sv)).toContain(
      'lördag 9 januari 2027: vardag 2 (lördag, räknas inte i den andra läsningen)',
    )
    expect(order?.explanation.sv).toContain('tidigast tisdag 12 januari 2027')
  })

  test('no text is left with an empty or unfilled place, for any kind', () => {
    const all = cases.flatMap(({ input }) => computeDeadlines(input, law).deadlines)
    for (const { explanation, steps } of all) {
      const texts = [explanation, ...steps].flatMap(({ sv, en }) => [sv, en])
      for (const text of texts) expect(text).not.toMatch(/[{}]|undefined|null| {2}| ,|senast \(/)
    }
    expect(all.length).toBeGreaterThan(50)
  })
})

test('the process may stand in UTC, New York or Stockholm time: the dates are the same', async () => {
  const printed = await Promise.all(
    ['UTC', 'America/New_York', 'Europe/Stockholm'].map((zone) => runInZone(zone)),
  )
  expect(printed[0]).toContain('"2026-10-25T00:30:00Z"')
  expect(new Set(printed).size).toBe(1)
  // Three processes start; on a loaded machine that takes longer than Jest's five seconds.
})
