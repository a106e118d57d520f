// Proves that facts are not guesses: each wrong or missing one gives a finding and the conservative date, never silence.
import { describe, expect, test } from '@jest/globals'
import type { DeadlineFacts } from '../../shared/domain/deadline-facts.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { shippedLaw } from '../support/law.ts'

const law = shippedLaw()

function recoveryOf(facts: DeadlineFacts) {
  const { deadlines, findings } = computeDeadlines({ kind: 'rent', ...facts }, law)
  return {
    recovery: deadlines.find(({ kind }) => kind === 'recovery'),
    codes: findings.map(({ code, severity, field }) => `${severity} ${code} ${field}`),
    findings,
  }
}

describe('service that nobody has reported', () => {
  test('the period is counted from the message to the committee and called the earliest possible', () => {
    const { recovery, codes } = recoveryOf({ boardNotifiedDate: '2026-12-04' })
    expect(recovery).toMatchObject({
      lastDay: '2026-12-28',
      basis: 'earliest-possible',
      missing: ['servedDate'],
    })
    expect(recovery?.explanation.sv).toContain(
      'Dagen är den tidigast möjliga, säker uppgift saknas: delgivning med hyresgästen.',
    )
    expect(codes).toEqual([])
  })

  test('what hangs on it is the earliest possible too', () => {
    const { deadlines } = computeDeadlines({ kind: 'rent', boardNotifiedDate: '2026-12-04' }, law)
    expect(deadlines.map(({ kind, basis }) => `${kind} ${basis}`)).toEqual([
      'recovery earliest-possible',
      'undertaking earliest-possible',
      'earliest-eviction-order earliest-possible',
    ])
  })

  test('when it is reported late, the later day governs and is known', () => {
    const { recovery } = recoveryOf({ boardNotifiedDate: '2026-12-04', servedDate: '2026-12-16' })
    expect(recovery).toMatchObject({ lastDay: '2027-01-07', basis: 'known', missing: [] })
  })
})

describe('when the message to the committee counts as left (JB 12:63)', () => {
  const dates = { noticeDate: '2026-12-01', dispatchedDate: '2026-12-02', receivedDate: '2026-12-07' }

  test.each([
    ['registered-letter', dates, '2026-12-02', 'known'],
    ['letter', dates, '2026-12-07', 'known'],
    ['e-mail', dates, '2026-12-07', 'known'],
    ['e-service', { receivedDate: '2026-12-07' }, '2026-12-07', 'known'],
    ['registered-letter', { ...dates, dispatchedDate: null }, '2026-12-01', 'earliest-possible'],
    ['letter', { ...dates, receivedDate: null }, '2026-12-01', 'earliest-possible'],
    [undefined, dates, '2026-12-01', 'earliest-possible'],
    [undefined, { noticeDate: '2026-12-07', receivedDate: '2026-12-07' }, '2026-12-07', 'known'],
  ] as const)('by %s with %j it counts from %s (%s)', (dispatchMethod, known, start, basis) => {
    const { recovery, codes } = recoveryOf({
      noticeType: 'rent-termination',
      servedDate: '2026-11-20',
      dispatchMethod,
      ...known,
    })
    expect(recovery).toMatchObject({ startDate: start, basis })
    const told = codes.includes('minor dispatch_unknown /boardNotifiedDate')
    expect(told).toBe(basis === 'earliest-possible')
  })

  test('the posting of a registered letter is said in the steps, with its paragraph', () => {
    const { recovery } = recoveryOf({
      servedDate: '2026-11-30',
      boardNotifiedDate: '2026-12-10',
      boardNotifiedMethod: 'registered-letter',
    })
    expect(recovery?.steps.map(({ sv }) => sv).join('\n')).toContain('räknas från inlämningen, 12 kap. 63 §')
  })
})

describe('bad facts', () => {
  test('a year 0206 is not believed: the other day counts alone', () => {
    const { recovery, codes } = recoveryOf({ servedDate: '0206-12-03', boardNotifiedDate: '2026-12-02' })
    expect(codes).toEqual(['critical date_unclear /servedDate'])
    expect(recovery).toMatchObject({ startDate: '2026-12-02', basis: 'earliest-possible' })
  })

  test('31 November counts as 30 November until it is corrected', () => {
    const { recovery, findings } = recoveryOf({ servedDate: '2026-11-31', boardNotifiedDate: '2026-11-20' })
    expect(recovery).toMatchObject({ startDate: '2026-11-30', basis: 'earliest-possible' })
    expect(findings).toMatchObject([
      { code: 'day_missing_in_month', severity: 'critical', field: '/servedDate' },
    ])
    expect(findings[0]?.message.sv).toContain('måndag 30 november 2026')
  })

  test('service before the termination is pointed out and the earlier day is worked to', () => {
    const { recovery, codes } = recoveryOf({
      terminatedDate: '2026-12-05',
      servedDate: '2026-12-03',
      boardNotifiedDate: '2026-12-02',
    })
    expect(codes).toEqual(['minor served_before_terminated /servedDate'])
    expect(recovery).toMatchObject({ startDate: '2026-12-03' })
  })

  test('service in the future is not believed in a case: it would make the period longer', () => {
    const { recovery, codes } = recoveryOf({
      today: '2026-12-04',
      servedDate: '2027-12-03',
      boardNotifiedDate: '2026-12-02',
    })
    expect(codes).toEqual(['critical date_in_future /servedDate'])
    expect(recovery).toMatchObject({ startDate: '2026-12-02', basis: 'earliest-possible' })
  })

  test('with nothing else known, a future day counts as today', () => {
    const { recovery, codes } = recoveryOf({ today: '2026-12-04', servedDate: '2027-12-03' })
    expect(codes).toEqual(['critical date_in_future_clamped /servedDate'])
    expect(recovery).toMatchObject({ startDate: '2026-12-04', basis: 'earliest-possible' })
  })

  test('when both days lie ahead, both count as today', () => {
    const { recovery, codes } = recoveryOf({
      today: '2026-12-04',
      servedDate: '2027-12-03',
      boardNotifiedDate: '2027-12-02',
    })
    expect(codes).toEqual([
      'critical date_in_future_clamped /servedDate',
      'critical date_in_future_clamped /boardNotifiedDate',
    ])
    expect(recovery).toMatchObject({ startDate: '2026-12-04', basis: 'earliest-possible' })
  })

  test('a calculator keeps a future day and says on what condition', () => {
    const { recovery, codes } = recoveryOf({
      today: '2026-11-22',
      hypothetical: true,
      servedDate: '2026-12-03',
      boardNotifiedDate: '2026-11-20',
    })
    expect(codes).toEqual(['note date_in_future_assumed /servedDate'])
    expect(recovery).toMatchObject({ startDate: '2026-12-03', basis: 'known' })
  })

  test('a due date lies ahead without remark', () => {
    const { findings } = computeDeadlines({ kind: 'rent', today: '2026-11-22', dueDate: '2026-12-30' }, law)
    expect(findings).toEqual([])
  })

  test('a termination before the forfeiture and a notice dated after its arrival are pointed out', () => {
    const { findings } = computeDeadlines(
      {
        noticeType: 'rent-termination',
        dueDate: '2026-11-30',
        terminatedDate: '2026-12-07',
        noticeDate: '2026-12-12',
        receivedDate: '2026-12-11',
        dispatchMethod: 'e-service',
      },
      law,
    )
    expect(findings.map(({ code }) => code)).toEqual(['notice_after_arrival', 'terminated_before_forfeiture'])
  })

  test('facts of the wrong sort are taken as unreadable, not as an error', () => {
    const sent: unknown = { servedDate: 20261203, boardNotifiedDate: ['2026-12-02'], orderDate: {} }
    const { findings, deadlines } = computeDeadlines(sent as DeadlineFacts, law)
    expect(deadlines).toEqual([])
    expect(findings.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'date_unclear /servedDate',
      'date_unclear /boardNotifiedDate',
      'date_unclear /orderDate',
      'kind_unclear /kind',
      'nothing_to_count /',
    ])
  })

  test('no facts at all is said, too', () => {
    const { findings } = computeDeadlines({ kind: 'rent' }, law)
    expect(findings).toMatchObject([{ code: 'nothing_to_count', severity: 'note' }])
  })
})
