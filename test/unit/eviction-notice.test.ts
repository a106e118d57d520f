// Kronofogden's events (reliability K1-K9): read leniently, and one enforcement case whatever order they come in.
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  type ArrivedEviction,
  EVICTION_EVENTS,
  evictionContentKey,
  evictionNoticeBody,
  orderEvictionEvents,
  readEvictionNotice,
} from '../../shared/domain/eviction-notice.ts'

const today = '2026-11-22'

const sent = {
  event: 'date-set',
  caseNumber: 'U-24680-26/0210',
  occurredOn: '2026-11-20',
  respondent: {
    name: 'Anna Ek',
    personalIdentityNumber: '19900101-2385',
    address: 'Exempelgatan 12 B lgh 1203',
    postalCode: '702 10',
    city: 'Örebro',
  },
  applicant: { name: 'Exempelbostäder i Örebro AB', organisationNumber: '556000-4615' },
  evictionAt: '2026-12-14T08:00:00Z',
  opportunityToRespondOn: '2026-11-10',
  documentsCompleteOn: '2026-11-16',
  childrenInHousehold: 'yes',
  reason: 'Obetald hyra',
}

const read = (change: object = {}) =>
  readEvictionNotice(evictionNoticeBody.parse({ ...sent, ...change }), today)
const codes = (change: object) => read(change).findings.map(({ code, field }) => `${code} ${field}`)

/** An event as it reached us; `receivedAt` by the day and the hour. */
const event = (change: object, receivedAt: string): ArrivedEviction => ({
  ...read(change).notice,
  receivedAt: `${receivedAt}:00:00.000Z`,
})

const course = [
  event({ event: 'application', occurredOn: '2026-11-02', evictionAt: null }, '2026-11-02T10'),
  event({ event: 'order', occurredOn: '2026-11-13', evictionAt: null }, '2026-11-13T10'),
  event({ event: 'date-set', occurredOn: '2026-11-20' }, '2026-11-20T10'),
  event(
    { event: 'rescheduled', occurredOn: '2026-12-03', evictionAt: '2026-12-21T08:00:00Z' },
    '2026-12-03T10',
  ),
]

test('a set date is read in full, without a finding', () => {
  const { notice, findings } = read()
  expect(findings).toEqual([])
  expect(notice).toMatchObject({
    event: 'date-set',
    caseNumber: 'U-24680-26/0210',
    evictionOn: '2026-12-14',
    evictionAt: '2026-12-14T08:00:00.000Z',
    childrenInHousehold: 'yes',
    respondent: { personalIdentityNumber: '199001012385', postalCode: '70210' },
  })
})

test.each([
  ['a set date without a date', { evictionAt: null }, ['eviction_date_missing /evictionAt']],
  [
    'an eviction on 31 November',
    { evictionAt: '2026-11-31T09:00' },
    ['instant_unclear /evictionAt', 'eviction_date_missing /evictionAt'],
  ],
  ['an unreadable day', { occurredOn: 'i går' }, ['date_unclear /occurredOn']],
  ['a day to come', { occurredOn: '2026-11-23' }, ['date_in_future /occurredOn']],
  [
    'an odd answer about children',
    { childrenInHousehold: 'kanske' },
    ['children_unclear /childrenInHousehold'],
  ],
  ['no applicant', { applicant: null }, ['applicant_missing /applicant/name']],
  [
    'a wrong identity number',
    { respondent: { ...sent.respondent, personalIdentityNumber: '19900101-2386' } },
    ['id_unverified /respondent/personalIdentityNumber'],
  ],
])('%s comes in with a finding', (_, change, findings) => {
  expect(codes(change)).toEqual(findings)
})

test.each([
  ['an unknown event', { event: 'eviction' }],
  ['no case number', { caseNumber: ' ' }],
  ['no respondent', { respondent: undefined }],
  ['a respondent without an address', { respondent: { name: 'Anna Ek' } }],
  ['children as a truth value', { childrenInHousehold: true }],
])('%s is refused', (_, change) => {
  expect(evictionNoticeBody.safeParse({ ...sent, ...change }).success).toBe(false)
})

test('a case number is one however it is spaced and cased', () => {
  expect(read({ caseNumber: ' u-24680-26 / 0210 ' }).notice.caseNumber).toBe('U-24680-26/0210')
})

test('each event takes the case one stage further', () => {
  const stages = course.map((_, last) => orderEvictionEvents(course.slice(0, last + 1)))
  expect(stages.map((state) => [state?.stage, state?.evictionOn])).toEqual([
    ['application', null],
    ['order', null],
    ['date-set', '2026-12-14'],
    ['date-set', '2026-12-21'],
  ])
  expect(stages.at(-1)).toMatchObject({ orderedOn: '2026-11-13', childrenInHousehold: 'yes' })
})

test('cancelled ends the countdown, and a date set after that starts it again', () => {
  const cancelled = event({ event: 'cancelled', occurredOn: '2026-12-10', evictionAt: null }, '2026-12-10T10')
  const again = event({ occurredOn: '2027-01-11', evictionAt: '2027-02-01T08:00:00Z' }, '2027-01-11T10')
  expect(orderEvictionEvents([...course, cancelled])).toMatchObject({ stage: 'cancelled', evictionOn: null })
  expect(orderEvictionEvents([...course, cancelled, again])).toMatchObject({
    stage: 'date-set',
    evictionOn: '2027-02-01',
  })
})

test('an executed eviction keeps its day', () => {
  const executed = event({ event: 'executed', occurredOn: '2026-12-21', evictionAt: null }, '2026-12-22T10')
  expect(orderEvictionEvents([...course, executed])).toMatchObject({
    stage: 'executed',
    executedOn: '2026-12-21',
    evictionOn: '2026-12-21',
  })
})

test('K3 an eviction moved back is the date that stands, and the history keeps both', () => {
  const back = event(
    { event: 'rescheduled', occurredOn: '2026-12-04', evictionAt: '2026-12-09T08:00:00Z' },
    '2026-12-04T10',
  )
  const state = orderEvictionEvents([...course, back])
  expect(state?.evictionOn).toBe('2026-12-09')
  expect(state?.history.map(({ evictionOn }) => evictionOn)).toEqual([
    null,
    null,
    '2026-12-14',
    '2026-12-21',
    '2026-12-09',
  ])
})

test('a new date that cannot be read does not switch the old countdown off', () => {
  const unreadable = event(
    { event: 'rescheduled', occurredOn: '2026-12-05', evictionAt: 'nästa vecka' },
    '2026-12-05T10',
  )
  expect(orderEvictionEvents([...course, unreadable])).toMatchObject({
    stage: 'date-set',
    evictionOn: '2026-12-21',
  })
})

test('an order dated after the set date takes no date back', () => {
  const order = event({ event: 'order', occurredOn: '2026-12-05', evictionAt: null }, '2026-12-05T10')
  expect(orderEvictionEvents([...course, order])).toMatchObject({
    stage: 'date-set',
    evictionOn: '2026-12-21',
  })
})

test('an event whose day is unreadable stands on the Swedish day it came', () => {
  const late = event({ event: 'cancelled', occurredOn: 'oklart', evictionAt: null }, '2026-12-03T23')
  expect(orderEvictionEvents([...course, late])?.stage).toBe('cancelled')
})

test('a year written wrong does not put an event after everything that is told later', () => {
  const called = event({ event: 'cancelled', occurredOn: '2027-12-10', evictionAt: null }, '2026-12-10T10')
  const again = event({ occurredOn: '2027-01-11', evictionAt: '2027-02-01T08:00:00Z' }, '2027-01-11T10')
  expect(orderEvictionEvents([...course, called, again])).toMatchObject({
    stage: 'date-set',
    evictionOn: '2027-02-01',
  })
  const done = event({ event: 'executed', occurredOn: '2027-12-21', evictionAt: null }, '2026-12-21T10')
  expect(orderEvictionEvents([...course, done])?.executedOn).toBe('2026-12-21')
})

test('what happened on one day stands in the order it came', () => {
  const set = event({}, '2026-11-20T10')
  const cancelled = event({ event: 'cancelled', evictionAt: null }, '2026-11-20T12')
  expect(orderEvictionEvents([cancelled, set])?.stage).toBe('cancelled')
})

test('K1 the same event told again is one event; with another content it is another', () => {
  const again = { ...course[2]!, receivedAt: '2026-12-04T10:00:00.000Z' }
  expect(orderEvictionEvents([...course, again])).toEqual(orderEvictionEvents(course))
  const changed = { ...again, childrenInHousehold: 'no' as const }
  expect(evictionContentKey(changed)).not.toBe(evictionContentKey(again))
  expect(orderEvictionEvents([...course, changed])?.history).toHaveLength(5)
})

test('no event, no enforcement case', () => {
  expect(orderEvictionEvents([])).toBeNull()
})

test('whatever order and however often events come, the case stands at the same place', () => {
  const all = [
    ...course,
    event({ event: 'cancelled', occurredOn: '2026-12-10', evictionAt: null }, '2026-12-10T10'),
    event({ occurredOn: '2027-01-11', evictionAt: '2027-02-01' }, '2027-01-11T10'),
  ]
  const whole = orderEvictionEvents(all)
  const mixed = fc.shuffledSubarray([...all, ...all.slice(0, 3)], { minLength: 9 })
  fc.assert(
    fc.property(mixed, (events) => {
      expect(orderEvictionEvents(events)).toEqual(whole)
    }),
  )
})

test('any body that the schema lets through is read without a fault', () => {
  const text = fc.option(fc.string({ unit: 'binary', maxLength: 20 }))
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
  const body = fc.record({
    event: fc.constantFrom(...EVICTION_EVENTS),
    caseNumber: name,
    occurredOn: name,
    respondent: fc.record({ name, address: name, personalIdentityNumber: text, postalCode: text }),
    evictionAt: text,
    childrenInHousehold: text,
  })
  fc.assert(
    fc.property(body, (raw) => {
      const parsed = evictionNoticeBody.safeParse(raw)
      if (!parsed.success) return
      const { notice } = readEvictionNotice(parsed.data, today)
      expect(orderEvictionEvents([{ ...notice, receivedAt: '2026-11-22T10:00:00.000Z' }])).not.toBeNull()
    }),
  )
})
