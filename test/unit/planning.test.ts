// Proves the planning: the handbook's templates T1-T19 as they stand in the shipped tables, and what a late notice does.
import { describe, expect, test } from '@jest/globals'
import type { PlanningFacts } from '../../shared/domain/planning.ts'
import { dates, plan } from '../support/planning-case.ts'

describe('what each case type calls for', () => {
  test('T2: an adult who is given notice for unpaid rent is called in two working days and visited in eight', () => {
    expect(dates(plan())).toEqual({
      'T2/1': '2026-11-25',
      'T2/2': '2026-11-25',
      'T2/3': '2026-11-25',
      'T2/3b': '2026-11-26',
      'T2/4': '2026-11-26',
      'T2/5': '2026-11-26',
      'T2/9a': '2026-12-07',
      'T2/10': '2026-12-15',
      'T2/KL4': '2026-12-03',
    })
  })

  test('T1: an early signal makes three tasks, not a pile', () => {
    const early = plan({ noticeType: 'early-arrears', stage: 'early', recoveryEnds: null })
    expect(dates(early)).toEqual({ 'T1/3': '2026-11-25', 'T1/4': '2026-11-26', 'T1/KL4': '2026-12-03' })
  })

  test('T3: with children the case starts in the fast column and the child unit is asked the same day', () => {
    const planned = plan({ childrenInHousehold: 'yes' })
    expect(dates(planned)).toMatchObject({
      'T2/3': '2026-11-25',
      'T2/KL4': '2026-11-27',
      'T3/1': '2026-11-24',
      'T3/3': '2026-11-24',
      'T3/4': '2026-11-24',
    })
    expect(planned.every((task) => task.fast)).toBe(true)
    expect(planned[0]?.priorityReason.sv).toContain('Det finns barn i hushållet.')
  })

  test.each<[string, Partial<PlanningFacts>, string[]]>([
    ['T4: 65 or older', { age: 65 }, ['T4/1', 'T4/2', 'T4/3']],
    ['T5: 18 to 24', { age: 24 }, ['T5/1', 'T5/2']],
    ['T6: already a client', { knownClient: true }, ['T6/1', 'T6/2']],
    [
      'T7: nuisance',
      { noticeType: 'nuisance-warning', stage: 'warned', recoveryEnds: null },
      ['T7/1', 'T7/3', 'T7/KL4'],
    ],
    ['T8: neglected dwelling', { flags: ['neglect'] }, ['T8/1', 'T8/4']],
    ['T9: eviction applied for', { stage: 'applied', eventOn: '2026-11-24' }, ['T9/1', 'T9/3', 'T9/5']],
    ['T11: called off', { stage: 'stayed', eventOn: '2026-11-24' }, ['T11/1', 'T11/2', 'T11/3c']],
    ['T12: executed', { stage: 'executed', eventOn: '2026-11-24' }, ['T12/1', 'T12/2', 'T12/5']],
    ['T13: municipal sublet', { tenancyKind: 'municipal-sublet' }, ['T13/1', 'T13/2']],
    [
      'T14: the municipality pays',
      { flags: ['municipality-pays'], rentDueOn: '2026-12-31' },
      ['T14/1', 'T14/2'],
    ],
    [
      'T15: power cut-off',
      { noticeType: 'power-cutoff', stage: 'early', recoveryEnds: null },
      ['T15/1', 'T15/3'],
    ],
    ['T16: others live there', { flags: ['other-residents'] }, ['T16/1', 'T16/2']],
    ['T17: violence', { flags: ['violence'] }, ['T17/1', 'T17/2']],
    [
      'T18: cooperative flat',
      { noticeType: 'cooperative-fee-termination', tenancyKind: 'cooperative' },
      ['T18/1', 'T18/2'],
    ],
    ['T19: not reached', { flags: ['not-reached'] }, ['T19/1', 'T19/3']],
  ])('%s has tasks of its own', (_, over, expected) => {
    expect(Object.keys(dates(plan(over)))).toEqual(expect.arrayContaining(expected))
  })

  test('T10: a set eviction date starts the countdown, and the confirmation is due the same day (SoF 11:3)', () => {
    const known = { stage: 'date-set', evictionDay: '2027-01-13', eventOn: '2026-12-24' }
    // 24 December is no working day, and still the day on which Kronofogden must have its answer.
    expect(dates(plan(known, '2026-12-24'))).toMatchObject({
      'T10/1': '2026-12-24',
      'T10/2': '2026-12-28',
      'T10/3': '2026-12-30',
      'T10/4': '2027-01-05',
      'T10/5': '2027-01-08',
      'T10/6': '2027-01-08',
      'T10/7': '2027-01-12',
      'T10/8': '2027-01-13',
      'T10/9': '2027-01-14',
    })
  })

  test('T14: each month is guarded once, and the next month anew', () => {
    const [december, january] = ['2026-12-31', '2027-01-29'].map((rentDueOn) =>
      plan({ flags: ['municipality-pays'], rentDueOn }).filter((task) => task.template === 'T14'),
    )
    expect(december?.map((task) => task.occurrence)).toEqual(['T14/1#2026-12', 'T14/2#2026-12'])
    expect(january?.map((task) => task.occurrence)).toEqual(['T14/1#2027-01', 'T14/2#2027-01'])
    expect(december?.[0]?.dueDate).toBe('2026-12-22')
  })

  test('T17: no letter goes to the address when there are signs of violence', () => {
    const planned = plan({ flags: ['violence'] })
    expect(planned.some((task) => task.task === '3b')).toBe(false)
    expect(plan().some((task) => task.task === '3b')).toBe(true)
  })

  test('T18: the committee cannot undertake the fee of a cooperative flat (BRL 7:23), so nobody is asked to decide on it', () => {
    const planned = plan({ noticeType: 'cooperative-fee-termination', tenancyKind: 'cooperative' })
    expect(Object.keys(dates(planned))).not.toContain('T2/9a')
  })

  test('every household with a notice is screened against all committees', () => {
    for (const noticeType of [
      'rent-termination',
      'cooperative-fee-termination',
      'nuisance-warning',
      'power-cutoff',
      'other',
    ]) {
      expect(
        plan({ noticeType }).filter((task) => task.title.sv.startsWith('Pröva ärendet mot alla')),
      ).toHaveLength(1)
    }
    const eviction = plan({ noticeType: 'eviction', stage: 'date-set', evictionDay: '2026-12-18' })
    expect(eviction.filter((task) => task.title.sv.startsWith('Pröva ärendet mot alla'))).toHaveLength(1)
  })

  test('a closed case is followed up after 30, 90, 180 and 365 days, and nothing else is planned', () => {
    const closed = plan({ closedOn: '2026-12-01', finalOutcome: 'BETALD_SJALV', ended: 'paid' })
    expect(dates(closed)).toEqual({
      'F/30': '2027-01-04',
      'F/90': '2027-03-01',
      'F/180': '2027-05-31',
      'F/365': '2027-12-01',
    })
    expect(plan({ closedOn: '2026-12-01', finalOutcome: 'FEL_DUBBLETT' })).toEqual([])
  })
})

describe('the fast column', () => {
  test.each<[string, Partial<PlanningFacts>, boolean]>([
    ['is for a set eviction date', { stage: 'date-set', evictionDay: '2027-01-13' }, true],
    ['is not for a date that was called off', { stage: 'stayed', evictionDay: '2027-01-13' }, false],
    ['is for 65 years', { age: 65 }, true],
    ['is not for 64 years', { age: 64 }, false],
    ['is not for children nobody knows of', { childrenInHousehold: 'unknown' }, false],
    ['is for a nuisance', { noticeType: 'nuisance-warning', stage: 'warned' }, true],
  ])('%s', (_, over, fast) => {
    expect(new Set(plan(over).map((task) => task.fast))).toEqual(new Set([fast]))
  })
})

describe('a notice that comes late', () => {
  test('starts in the fast column when more than five working days have passed', () => {
    expect(plan({}, '2026-11-30').every((task) => task.fast)).toBe(false)
    expect(plan({}, '2026-12-01').every((task) => task.fast)).toBe(true)
  })

  test('what should have been done is due today, and on a Saturday on Monday', () => {
    expect(dates(plan({}, '2026-12-04'))['T2/3']).toBe('2026-12-04')
    expect(dates(plan({}, '2026-12-05'))['T2/3']).toBe('2026-12-07')
  })

  test('a case does not become late by lying still: lateness is judged when it is first planned', () => {
    const later = plan({ firstPlannedOn: '2026-11-24' }, '2026-12-10')
    expect(later.every((task) => task.fast)).toBe(false)
  })
})
