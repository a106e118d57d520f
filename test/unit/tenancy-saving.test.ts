// Proves what can save the tenancy: the committee's undertaking (JB 12:44), the payment plan and the guarantee rent.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { addMonths } from '../../shared/domain/calendar.ts'
import { guaranteeRent, planProblems, planState } from '../../shared/domain/payment-plan.ts'
import type { GuaranteeRent } from '../../shared/domain/payment-plan.ts'
import { dispatchedInTime, mayUndertake } from '../../shared/domain/undertaking.ts'
import type { Dispatch, UndertakingRequest } from '../../shared/domain/undertaking.ts'

const anUndertaking = (over: Partial<UndertakingRequest> = {}): UndertakingRequest => ({
  noticeType: 'rent-termination',
  tenancyKind: 'first-hand',
  lastDay: '2026-12-28',
  decidedBy: 'eva',
  checkedBy: 'maria',
  periods: ['2026-11'],
  ...over,
})

const sent = (over: Partial<Dispatch> = {}): Dispatch => ({
  method: 'registered-letter',
  on: '2026-12-28',
  proof: 'RR123456789SE',
  receivedOn: null,
  ...over,
})

describe('the undertaking for the rent (JB 12:44 4 st)', () => {
  test.each<[string, Partial<UndertakingRequest>, string, string[]]>([
    ['may be given by two persons within the period', {}, '2026-12-01', []],
    ['may be given on the last day', {}, '2026-12-28', []],
    ['is refused the day after the last day', {}, '2026-12-29', ['too-late']],
    ['may be given before the period has begun to run', { lastDay: null }, '2026-12-29', []],
    [
      'is refused for a cooperative flat (BRL 7:23)',
      { tenancyKind: 'cooperative' },
      '2026-12-01',
      ['cooperative'],
    ],
    [
      'is refused for a cooperative fee whatever the tenancy is called',
      { noticeType: 'cooperative-fee-termination' },
      '2026-12-01',
      ['cooperative'],
    ],
    ['is refused for a nuisance', { noticeType: 'nuisance-termination' }, '2026-12-01', ['not-unpaid-rent']],
    ['is refused when one person decides and checks', { checkedBy: 'eva' }, '2026-12-01', ['same-person']],
    ['is refused when nobody has checked', { checkedBy: null }, '2026-12-01', ['two-persons']],
    ['is refused when no rent is named', { periods: [] }, '2026-12-01', ['periods-missing']],
  ])('%s', (_, over, today, expected) => {
    expect(mayUndertake(anUndertaking(over), today).map((one) => one.code)).toEqual(expected)
  })

  test.each<[string, Partial<Dispatch>, string[]]>([
    ['a registered letter counts on the day it is sent (JB 12:63)', { receivedOn: '2026-12-30' }, []],
    [
      'an ordinary letter counts on the day it arrives',
      { method: 'letter', receivedOn: '2026-12-29' },
      ['sent-too-late'],
    ],
    ['an e-mail without a receipt is not known to have arrived', { method: 'e-mail' }, ['receipt-unknown']],
    ['without proof it is not sent', { proof: null }, ['proof-missing']],
    ['a registered letter after the last day is too late', { on: '2026-12-29' }, ['sent-too-late']],
  ])('%s', (_, over, expected) => {
    expect(dispatchedInTime(sent(over), '2026-12-28').map((one) => one.code)).toEqual(expected)
  })
})

const paid = (...amounts: number[]) => amounts.map((amountOre) => ({ paidOn: '2026-12-01', amountOre }))

describe('a payment plan', () => {
  const plan = ['2026-12-01', '2027-01-01', '2027-02-01'].map((dueOn) => ({ dueOn, amountOre: 100_000 }))
  const tolerance = { days: 3, ore: 5_000 }

  test.each([
    ['is kept on the day an instalment is due', paid(), '2026-12-01', 'kept', 0],
    ['is late the day after', paid(), '2026-12-02', 'late', 100_000],
    ['is still late, not broken, within the tolerated days', paid(), '2026-12-04', 'late', 100_000],
    ['is broken after them', paid(), '2026-12-05', 'broken', 100_000],
    ['is kept when the sum is short by less than is tolerated', paid(95_000), '2026-12-05', 'kept', 0],
    ['is broken when it is short by more', paid(94_999), '2026-12-05', 'broken', 5_001],
    ['is kept when paid ahead', paid(200_000), '2027-01-10', 'kept', 0],
    ['is finished when all is paid', paid(300_000), '2026-12-05', 'finished', 0],
  ] as const)('%s', (_, payments, today, state, shortOre) => {
    expect(planState(plan, payments, tolerance, today)).toMatchObject({ state, shortOre })
  })

  test('a breach has a date, so that its task is made once', () => {
    expect(planState(plan, [], tolerance, '2026-12-20')).toMatchObject({
      unpaidSince: '2026-12-01',
      brokenOn: '2026-12-05',
      nextDueOn: '2027-01-01',
    })
  })

  test('paying more never makes a plan worse, and a payment tomorrow does not count today', () => {
    const rank = { broken: 0, late: 1, kept: 2, finished: 3 }
    const some = fc.record({
      count: fc.integer({ min: 1, max: 12 }),
      amount: fc.integer({ min: 1, max: 900_000 }),
      paid: fc.integer({ min: 0, max: 9_000_000 }),
      more: fc.integer({ min: 0, max: 500_000 }),
      month: fc.integer({ min: 0, max: 14 }),
    })
    fc.assert(
      fc.property(some, ({ count, amount, paid: sum, more, month }) => {
        const instalments = Array.from({ length: count }, (_, at) => ({
          dueOn: addMonths('2026-12-01', at),
          amountOre: amount,
        }))
        const today = addMonths('2026-12-06', month)
        const one = planState(instalments, [{ paidOn: '2026-12-01', amountOre: sum }], tolerance, today)
        const two = planState(
          instalments,
          [{ paidOn: '2026-12-01', amountOre: sum + more }],
          tolerance,
          today,
        )
        expect(rank[two.state]).toBeGreaterThanOrEqual(rank[one.state])
        expect(
          planState(instalments, [{ paidOn: addMonths(today, 1), amountOre: sum }], tolerance, today).paidOre,
        ).toBe(0)
      }),
    )
  })

  test('is refused when it does not cover the debt or names a day twice', () => {
    expect(planProblems(plan, 300_000)).toEqual([])
    expect(planProblems(plan, 300_001).map((one) => one.code)).toEqual(['debt-not-covered'])
    expect(planProblems([...plan.slice(0, 1), ...plan.slice(0, 1)], 0).map((one) => one.code)).toEqual([
      'same-day',
    ])
    expect(planProblems([{ dueOn: '2026-12-01', amountOre: 0 }], 0).map((one) => one.code)).toEqual([
      'amount',
    ])
  })
})

const aGuarantee = (over: Partial<GuaranteeRent> = {}): GuaranteeRent => ({
  amountOre: 750_000,
  monthlyRentOre: 750_000,
  decidedBy: 'maria',
  landlordConfirmedOn: '2026-12-01',
  newEvictionDay: '2027-01-20',
  ...over,
})

describe('the guarantee rent', () => {
  test.each<[string, Partial<GuaranteeRent>, string[]]>([
    ['stands when the landlord has confirmed and the new date is known', {}, []],
    ["is one month's rent, no more and no less", { amountOre: 750_001 }, ['one-month']],
    ['needs somebody who decides', { decidedBy: null }, ['decision-missing']],
    ['is not to be relied on before the landlord confirms', { landlordConfirmedOn: null }, ['not-confirmed']],
    ['needs a later eviction date', { newEvictionDay: '2026-12-16' }, ['new-date-missing']],
  ])('%s', (_, over, expected) => {
    const answer = guaranteeRent(aGuarantee(over), '2026-12-16', '2026-12-01')
    expect(answer.objections.map((one) => one.code)).toEqual(expected)
    expect(answer.followUpOn).toBe('2026-12-15')
  })
})
