// Proves by random cases of 2020-2040 that two independent counts agree, and that the law's own invariants always hold.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { dayOff } from '../../shared/domain/holidays.ts'
import type { DeadlineFacts } from '../../shared/domain/deadline-facts.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { shippedLaw } from '../support/law.ts'
import { allDays, secondDeadlines } from '../support/second-calendar.ts'
import type { SecondDates, SecondFacts } from '../support/second-calendar.ts'

const law = shippedLaw()
const CASES = 100_000

const dayIn = (index: number): string => allDays[index % allDays.length] ?? ''
const day = fc.nat(allDays.length - 1)

/** The facts that go together, so that every kind is started often; `gap` sets the second day near the first. */
const SHAPES: ((first: string, second: string) => Omit<SecondFacts, 'kind'>)[] = [
  (dueDate) => ({ dueDate }),
  (servedDate, boardNotifiedDate) => ({ servedDate, boardNotifiedDate }),
  (boardNotifiedDate) => ({ boardNotifiedDate }),
  (servedDate) => ({ servedDate }),
  (objectionSentOn, orderDate) => ({ objectionSentOn, orderDate }),
  (documentsCompleteOn, opportunityToRespondOn) => ({ documentsCompleteOn, opportunityToRespondOn }),
  (orderDate, opportunityToRespondOn) => ({ orderDate, opportunityToRespondOn }),
  (childReportReceivedOn, inquiryOpenedOn) => ({ childReportReceivedOn, inquiryOpenedOn }),
  (reporterDecisionOn, evictedOn) => ({ reporterDecisionOn, evictedOn }),
  (evictionNoticeReceivedAt, lastNoteOn) => ({ evictionNoticeReceivedAt, lastNoteOn }),
]

const someCase = fc
  .record({ first: day, gap: fc.nat(45), shape: fc.nat(SHAPES.length - 1), cooperative: fc.boolean() })
  .map(({ first, gap, shape, cooperative }): SecondFacts => {
    const facts: SecondFacts = { kind: cooperative ? 'cooperative' : 'rent' }
    return Object.assign(facts, SHAPES[shape]?.(dayIn(first), dayIn(first + gap)))
  })

const plain = (dates: SecondDates | undefined): string =>
  dates
    ? [dates.rawDate, dates.lastDay, dates.safeDay, dates.notBefore, dates.notBeforeAlternative].join(' ')
    : 'nothing'

/** What the two counts disagree on, as text; empty when they agree on every kind and every date. */
function difference(facts: SecondFacts): string {
  const ours = new Map(computeDeadlines(facts, law).deadlines.map((one) => [one.kind, one]))
  const theirs = secondDeadlines(facts)
  const kinds = new Set([...ours.keys(), ...Object.keys(theirs)])
  return [...kinds]
    .filter((kind) => plain(ours.get(kind)) !== plain(theirs[kind]))
    .map((kind) => `${kind}: ${plain(ours.get(kind))} against ${plain(theirs[kind])}`)
    .join('\n')
}

test(`${CASES} random cases agree with a count written another way`, () => {
  let counted = 0
  fc.assert(
    fc.property(someCase, (facts) => {
      counted += 1
      const found = difference(facts)
      if (found !== '') throw new Error(`${JSON.stringify(facts)}\n${found}`)
    }),
    { numRuns: CASES },
  )
  expect(counted).toBe(CASES)
}, 300_000)

test('every day of 2020-2040 as the start of a recovery period agrees', () => {
  const differing = allDays.filter((boardNotifiedDate) =>
    (['rent', 'cooperative'] as const).some((kind) => difference({ kind, boardNotifiedDate }) !== ''),
  )
  expect(differing).toEqual([])
})

describe('for any facts', () => {
  const runs = { numRuns: 2_000 }

  test('a last day is never a Saturday, Sunday, public holiday or eve, and a safe day never after the raw day', () => {
    fc.assert(
      fc.property(someCase, (facts) => {
        for (const { lastDay, safeDay, rawDate, startDate } of computeDeadlines(facts, law).deadlines) {
          if (lastDay !== null) expect([dayOff(lastDay), lastDay >= rawDate]).toEqual([null, true])
          if (safeDay !== null) expect(safeDay <= rawDate && safeDay >= startDate).toBe(true)
        }
      }),
      runs,
    )
  })

  test('an earliest day and a target are never moved by a holiday', () => {
    fc.assert(
      fc.property(day, (index) => {
        const facts = {
          kind: 'rent',
          opportunityToRespondOn: dayIn(index),
          documentsCompleteOn: dayIn(index),
        } as const
        const { deadlines } = computeDeadlines(facts, law)
        const date = (kind: string) => deadlines.find((one) => one.kind === kind)
        expect(date('earliest-eviction')?.notBefore).toBe(
          secondDeadlines(facts)['earliest-eviction']?.rawDate,
        )
        for (const kind of ['target-eviction', 'respite', 'respite-exceptional']) {
          expect(date(kind)).toMatchObject({ lastDay: null, notBefore: null })
        }
      }),
      runs,
    )
  })

  test('a later trigger never gives an earlier end', () => {
    fc.assert(
      fc.property(
        fc.nat(SHAPES.length - 1),
        day,
        fc.nat(60),
        fc.boolean(),
        (shape, first, gap, cooperative) => {
          const kind = cooperative ? 'cooperative' : 'rent'
          const early = Math.min(first, allDays.length - 1 - gap)
          const of = (index: number) =>
            computeDeadlines({ kind, ...SHAPES[shape]?.(dayIn(index), dayIn(index)) }, law).deadlines
          const later = new Map(of(early + gap).map((one) => [one.kind, one]))
          for (const one of of(early)) {
            const next = later.get(one.kind)
            for (const field of ['rawDate', 'lastDay', 'safeDay', 'notBefore'] as const) {
              if (next) expect((next[field] ?? '') >= (one[field] ?? '')).toBe(true)
            }
          }
        },
      ),
      runs,
    )
  })

  test('whatever is sent as a date, nothing is thrown and every day that comes back is real', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.constantFrom('0206-11-30', '2026-11-31', '2026-02-30', '9999-99-99', '31 november', '-1', 'NaN'),
      day.map(dayIn),
      fc.integer().map(String),
    )
    const names = [
      'dueDate',
      'servedDate',
      'boardNotifiedDate',
      'orderDate',
      'noticeDate',
      'receivedDate',
    ] as const
    fc.assert(
      fc.property(fc.record(Object.fromEntries(names.map((name) => [name, anything]))), day, (sent, now) => {
        const facts: DeadlineFacts = { kind: 'rent', ...sent, today: dayIn(now) }
        const { deadlines, statements, findings } = computeDeadlines(facts, law)
        for (const { rawDate } of deadlines) expect(rawDate).toMatch(/^2\d{3}-\d{2}-\d{2}$/)
        expect(deadlines.length + statements.length + findings.length).toBeGreaterThan(0)
      }),
      runs,
    )
  })
})
