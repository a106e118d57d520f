// Proves the consent: nothing is told without it, or another recorded basis, and it counts only for what it was given.
import { describe, expect, test } from '@jest/globals'
import { mayShare } from '../../shared/domain/consent.ts'
import type { Consent, Sharing } from '../../shared/domain/consent.ts'

const given = (over: Partial<Consent> = {}): Consent => ({
  personId: 'p1',
  recipient: 'landlord',
  items: ['plan', 'contact'],
  purpose: 'payment plan',
  from: '2026-12-01',
  to: '2026-12-31',
  givenHow: 'spoken',
  notedBy: 'eva',
  withdrawnOn: null,
  ...over,
})
const plan: Sharing = { personId: 'p1', recipient: 'landlord', item: 'plan', purpose: 'payment plan' }

describe('an item may be told', () => {
  test.each<[string, Partial<Consent>, Partial<Sharing>, string, boolean]>([
    ['on the first day', {}, {}, '2026-12-01', true],
    ['on the last day', {}, {}, '2026-12-31', true],
    ['not before the first day', {}, {}, '2026-11-30', false],
    ['not after the last day', {}, {}, '2027-01-01', false],
    ['without a last day until it is withdrawn', { to: null }, {}, '2027-06-01', true],
    ['not from the day it is withdrawn', { withdrawnOn: '2026-12-10' }, {}, '2026-12-10', false],
    ['the day before it was withdrawn', { withdrawnOn: '2026-12-10' }, {}, '2026-12-09', true],
    ['not to somebody else', {}, { recipient: 'enforcement' }, '2026-12-05', false],
    ['not another item', {}, { item: 'health' }, '2026-12-05', false],
    ['not for another purpose', {}, { purpose: 'statistics' }, '2026-12-05', false],
    ['not about another person', {}, { personId: 'p2' }, '2026-12-05', false],
  ])('%s', (_, consent, sharing, on, expected) => {
    expect(mayShare({ ...plan, ...sharing }, on, [given(consent)]).allowed).toBe(expected)
  })

  test.each<[string, Consent[], RegExp]>([
    ['missing', [], /saknas/],
    ['withdrawn', [given({ withdrawnOn: '2026-12-02' })], /återtaget/],
    ['ended', [given({ to: '2026-12-02' })], /gått ut/],
    ['for something else', [given({ items: ['contact'] })], /andra uppgifter/],
  ])('the refusal says that consent is %s, and what to do', (_, consents, sentence) => {
    const answer = mayShare(plan, '2026-12-05', consents)
    expect(answer).toMatchObject({ allowed: false })
    expect('why' in answer ? answer.why.sv : '').toMatch(sentence)
  })

  test('another recorded legal basis carries it from the day it was recorded', () => {
    const law = {
      recipient: 'enforcement',
      items: ['confirmation'],
      paragraph: 'SoF 11:3',
      notedBy: 'eva',
      on: '2026-12-05',
    } as const
    const confirmation: Sharing = {
      personId: 'p1',
      recipient: 'enforcement',
      item: 'confirmation',
      purpose: 'eviction',
    }
    expect(mayShare(confirmation, '2026-12-05', [], [law])).toEqual({
      allowed: true,
      basis: { sv: 'Stöd i SoF 11:3.', en: 'Basis in SoF 11:3.' },
    })
    expect(mayShare(confirmation, '2026-12-04', [], [law]).allowed).toBe(false)
  })
})
