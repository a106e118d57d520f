// Proves that every row of the law's table has a worked case: a new row without one fails here.
import { expect, test } from '@jest/globals'
import type { DeadlineFacts } from '../../shared/domain/deadline-facts.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { shippedLaw } from '../support/law.ts'

const law = shippedLaw()

type Dates = { raw: string; last?: string; safe?: string; notBefore?: string; other?: string }

/** Period version, the facts that start it, the dates it gives, and why. Counted by hand from the paragraph. */
const CASES: [string, DeadlineFacts, Dates][] = [
  // JB 12:42: a week from a Thursday, and nyårsafton stands at its end.
  [
    'forfeiture.rent.dwelling',
    { dueDate: '2026-12-24' },
    { raw: '2026-12-31', last: '2027-01-04', safe: '2026-12-30' },
  ],
  [
    'forfeiture.cooperative.dwelling',
    { dueDate: '2026-11-30' },
    { raw: '2026-12-07', last: '2026-12-07', safe: '2026-12-07' },
  ],
  // BRL 7:18: two vardagar after Wednesday 23 December are julafton (in doubt) and, over Christmas, Monday 28.
  [
    'forfeiture.cooperative.premises',
    { dueDate: '2026-12-23' },
    { raw: '2026-12-28', last: '2026-12-28', safe: '2026-12-28' },
  ],
  [
    'contribution-forfeiture.cooperative',
    { contributionDemandedOn: '2026-12-10' },
    { raw: '2026-12-24', last: '2026-12-28', safe: '2026-12-23' },
  ],
  [
    'recovery.rent.dwelling',
    { servedDate: '2026-11-24', boardNotifiedDate: '2026-11-23' },
    { raw: '2026-12-15', last: '2026-12-15', safe: '2026-12-15' },
  ],
  [
    'recovery.rent.premises',
    { servedDate: '2026-12-10' },
    { raw: '2026-12-24', last: '2026-12-28', safe: '2026-12-23' },
  ],
  [
    'recovery.cooperative.dwelling',
    { servedDate: '2026-12-03', boardNotifiedDate: '2026-11-23' },
    { raw: '2026-12-24', last: '2026-12-28', safe: '2026-12-23' },
  ],
  [
    'undertaking.rent.dwelling',
    { servedDate: '2026-11-23', boardNotifiedDate: '2026-11-24' },
    { raw: '2026-12-15', last: '2026-12-15', safe: '2026-12-15' },
  ],
  [
    'earliest-eviction-order.rent',
    { servedDate: '2026-11-24', boardNotifiedDate: '2026-11-24' },
    { raw: '2026-12-18', notBefore: '2026-12-18' },
  ],
  [
    'earliest-eviction-order.cooperative',
    { servedDate: '2026-12-03', boardNotifiedDate: '2026-12-03' },
    { raw: '2026-12-31', notBefore: '2026-12-31', other: '2027-01-04' },
  ],
  [
    'retroactive-rent.rent',
    { rentDecisionFinalOn: '2026-11-24' },
    { raw: '2026-12-24', last: '2026-12-28', safe: '2026-12-23' },
  ],
  [
    'nuisance-triage.any',
    { noticeType: 'nuisance-termination', terminationCopyReceivedOn: '2026-11-21' },
    { raw: '2026-11-21', safe: '2026-11-21' },
  ],
  [
    'payment-order-answer.any',
    { applicationServedOn: '2026-12-10' },
    { raw: '2026-12-24', safe: '2026-12-23' },
  ],
  [
    'referral-to-court.any',
    { objectionSentOn: '2027-02-26' },
    { raw: '2027-03-26', last: '2027-03-30', safe: '2027-03-25' },
  ],
  [
    'reopening.any',
    { orderDate: '2027-01-29' },
    { raw: '2027-02-28', last: '2027-03-01', safe: '2027-02-26' },
  ],
  ['appeal.any', { orderDate: '2026-12-03' }, { raw: '2026-12-24', last: '2026-12-28', safe: '2026-12-23' }],
  [
    'earliest-eviction.any',
    { opportunityToRespondOn: '2026-12-17' },
    { raw: '2026-12-24', notBefore: '2026-12-24' },
  ],
  [
    'earliest-eviction-abroad.any',
    { responseAbroadSentOn: '2026-12-10' },
    { raw: '2026-12-24', notBefore: '2026-12-24' },
  ],
  ['target-eviction.any', { documentsCompleteOn: '2026-12-09' }, { raw: '2027-01-06' }],
  // UB 2:1: with Kronofogden's own order the documents count as in when it was issued, at the earliest.
  ['target-eviction.any', { orderDate: '2026-12-09' }, { raw: '2027-01-06' }],
  ['respite.any', { documentsCompleteOn: '2026-12-09' }, { raw: '2027-01-20' }],
  ['respite-exceptional.any', { documentsCompleteOn: '2026-12-09' }, { raw: '2027-02-03' }],
  ['application-lapse.any', { deferredApplicationOn: '2026-08-31' }, { raw: '2027-02-28' }],
  [
    'eviction-confirmation.any@2025-07-01',
    { evictionNoticeReceivedAt: '2026-12-26' },
    { raw: '2026-12-26', safe: '2026-12-26' },
  ],
  ['stored-goods.any', { evictedOn: '2026-11-30' }, { raw: '2027-02-28', safe: '2027-02-26' }],
  [
    'open-inquiry.any@2025-07-01',
    { receivedDate: '2026-11-22', noticeType: 'power-cutoff' },
    { raw: '2026-11-22', safe: '2026-11-22' },
  ],
  [
    'protection-assessment.any',
    { childReportReceivedOn: '2025-06-30' },
    { raw: '2025-06-30', safe: '2025-06-30' },
  ],
  [
    'protection-assessment.any@2025-07-01',
    { childReportReceivedOn: '2025-07-01' },
    { raw: '2025-07-01', safe: '2025-07-01' },
  ],
  [
    'preliminary-assessment.any',
    { childReportReceivedOn: '2024-12-12' },
    { raw: '2024-12-26', safe: '2024-12-23' },
  ],
  [
    'preliminary-assessment.any@2025-07-01',
    { childReportReceivedOn: '2026-12-10' },
    { raw: '2026-12-24', safe: '2026-12-23' },
  ],
  ['child-inquiry.any', { inquiryOpenedOn: '2024-10-31' }, { raw: '2025-02-28', safe: '2025-02-28' }],
  [
    'child-inquiry.any@2025-07-01',
    { inquiryOpenedOn: '2026-10-31' },
    { raw: '2027-02-28', safe: '2027-02-26' },
  ],
  [
    'feedback-to-reporter.any@2026-01-15',
    { reporterDecisionOn: '2026-12-18' },
    { raw: '2026-12-25', last: '2026-12-28', safe: '2026-12-23' },
  ],
  [
    'child-concern-report.any@2025-07-01',
    { childConcernOn: '2026-12-26' },
    { raw: '2026-12-26', safe: '2026-12-26' },
  ],
  [
    'unexecuted-decision.any@2025-07-01',
    { favourableDecisionOn: '2026-09-24' },
    { raw: '2026-12-24', safe: '2026-12-23' },
  ],
  ['record-erasure.any', { lastNoteOn: '2026-11-23' }, { raw: '2032-12-31', safe: '2032-12-30' }],
]

test.each(CASES)('%s from %j', (version, facts, { raw, last, safe, notBefore, other }) => {
  const [, tenure, premises] = (version.split('@')[0] ?? '').split('.')
  const { deadlines } = computeDeadlines(
    {
      kind: tenure === 'cooperative' ? 'cooperative' : 'rent',
      premises: premises === 'premises' ? 'premises' : 'dwelling',
      ...facts,
    },
    law,
  )
  expect(deadlines.find(({ periodVersion }) => periodVersion === version)).toMatchObject({
    rawDate: raw,
    lastDay: last ?? null,
    safeDay: safe ?? null,
    notBefore: notBefore ?? null,
    notBeforeAlternative: other ?? null,
  })
})

test('every counted row has a case', () => {
  const worked = new Set(CASES.map(([version]) => version))
  const counted = [...law.versions.values()].filter(({ form }) => form !== 'statement')
  expect(counted.map(({ version }) => version).filter((version) => !worked.has(version))).toEqual([])
})

test('every statement is said when its facts are there', () => {
  const told = [
    {
      noticeType: 'rent-termination',
      dueDate: '2026-11-30',
      tenancyEndsOn: '2026-12-20',
      evictionNoticeReceivedAt: '2026-12-01',
    },
    { noticeType: 'rent-termination', servedDate: '2026-12-01' },
    { noticeType: 'cooperative-fee-termination', servedDate: '2026-12-01' },
    { noticeType: 'nuisance-warning' },
    { noticeType: 'nuisance-termination' },
    { noticeType: 'cooperative-nuisance' },
    { noticeType: 'early-arrears', lastNoteOn: '2026-11-23', birthDayOfMonth: 25 },
  ] satisfies DeadlineFacts[]
  const said = new Set(
    told.flatMap((facts) => computeDeadlines(facts, law).statements.map(({ explanation }) => explanation.sv)),
  )
  const silent = [...law.versions.values()].filter(
    ({ form, sentence }) => form === 'statement' && !said.has(sentence.sv),
  )
  expect(silent.map(({ version }) => version)).toEqual([])
})
