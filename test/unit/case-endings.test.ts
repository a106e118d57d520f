// Proves what ends a case and what wakes it again: an ending holds for what had come by then, never for what comes later.
import { describe, expect, test } from '@jest/globals'
import { assert, property, shuffledSubarray } from 'fast-check'
import { foldCase, withEndings, type Ending } from '../../shared/domain/case-facts.ts'
import { readEvictionNotice, type ArrivedEviction } from '../../shared/domain/eviction-notice.ts'
import { readNotice } from '../../shared/domain/notice.ts'
import type { FoldedNotice, FoldedUpdate } from '../../shared/domain/notice-versions.ts'

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T08:00:00Z`
const on = (day: number) => at(day).slice(0, 10)

function notice(day: number, ...told: [type: string, day: number][]): FoldedNotice {
  const body = {
    type: 'rent-termination' as const,
    landlord: { name: 'Exempelhus AB' },
    tenant: { name: 'Vera Exempel' },
    dwelling: { address: 'Storgatan 1' },
    rents: [{ period: '2026-10', dueDate: '2026-09-30', amount: 8000 }],
    noticeDate: on(day),
  }
  const updates = told.map(([type, when]): FoldedUpdate => {
    return {
      id: `${type} ${when}`,
      type,
      occurredOn: on(when),
      amount: null,
      receivedOn: on(when),
      receivedAt: at(when),
    }
  })
  return {
    id: `notice ${day}`,
    notice: readNotice({ ...body, reference: `H-${day}` }, on(day)).notice,
    bornOn: null,
    landlordId: null,
    receivedOn: on(day),
    receivedAt: at(day),
    duplicateOf: null,
    corrects: null,
    updates,
  }
}

function message(event: 'application' | 'date-set' | 'cancelled' | 'executed', day: number): ArrivedEviction {
  const respondent = { name: 'Vera Exempel', address: 'Storgatan 1' }
  const evictionAt = event === 'date-set' ? '2026-12-14T08:00:00Z' : null
  const body = { event, caseNumber: 'U-1', occurredOn: on(day), respondent, evictionAt }
  return { ...readEvictionNotice(body, on(day)).notice, receivedAt: at(day) }
}

const recorded = (reason: Ending['reason'], day: number): Ending => ({ reason, on: on(day), at: at(day) })
const fold = (notices: FoldedNotice[], events: ArrivedEviction[] = [], endings: Ending[] = []) =>
  foldCase(withEndings(notices, endings), events, false, endings)

describe('what ends a case', () => {
  test.each<[string, FoldedNotice[], ArrivedEviction[], Ending[], string | null]>([
    ['a notice alone stands', [notice(2)], [], [], null],
    ['the landlord tells that it is paid', [notice(2, ['paid', 5])], [], [], 'paid'],
    [
      'our own people learn that it was about somebody else',
      [notice(2)],
      [],
      [recorded('wrong-person', 5)],
      'wrong-person',
    ],
    ['one of two notices is paid', [notice(2, ['paid', 5]), notice(3)], [], [], null],
    ['a notice that comes after the ending stands', [notice(2), notice(9)], [], [recorded('paid', 5)], null],
    ['paid after the date was set', [notice(2, ['paid', 9])], [message('date-set', 5)], [], 'paid'],
    ['a date set after the payment', [notice(2, ['paid', 5])], [message('date-set', 9)], [], null],
    [
      'called off after the payment',
      [notice(2, ['paid', 5])],
      [message('date-set', 4), message('cancelled', 9)],
      [],
      'paid',
    ],
    [
      'executed in spite of it',
      [notice(2, ['paid', 5])],
      [message('date-set', 4), message('executed', 9)],
      [],
      null,
    ],
    [
      'withdrawn, known from Kronofogden only',
      [],
      [message('application', 2)],
      [recorded('withdrawn', 5)],
      'withdrawn',
    ],
  ])('%s', (_, notices, events, endings, settled) => {
    expect(fold(notices, events, endings).settled).toBe(settled)
  })

  test('the stage stays where it was when all is settled, and begins anew with a notice after a calling off', () => {
    expect(fold([notice(2, ['paid', 5])]).stage).toBe('terminated')
    expect(fold([notice(2)], [message('date-set', 4), message('cancelled', 5)]).stage).toBe('stayed')
    expect(fold([notice(2), notice(9)], [message('date-set', 4), message('cancelled', 5)]).stage).toBe(
      'terminated',
    )
  })
})

describe('how often the work begins afresh', () => {
  test('with a notice after all earlier ones were settled, not with a second one beside the first', () => {
    expect(fold([notice(2), notice(9)]).turn.notice).toBe(1)
    expect(fold([notice(2, ['paid', 5]), notice(9)]).turn.notice).toBe(2)
    expect(fold([notice(2), notice(9)], [], [recorded('moved', 5)]).turn.notice).toBe(2)
  })

  test('a payment told only after the next notice came takes nothing away from what was done for it', () => {
    expect(fold([notice(2, ['paid', 12]), notice(9)]).turn.notice).toBe(1)
  })

  test('with a date set, or an application made, after a calling off', () => {
    const off = [message('date-set', 4), message('cancelled', 5)]
    expect(fold([], off).turn.eviction).toBe(1)
    expect(fold([], [...off, message('application', 9)]).turn.eviction).toBe(2)
  })

  test('whatever order it is read in, the same has happened', () => {
    const notices = [notice(2, ['paid', 5]), notice(9, ['withdrawn', 11]), notice(14)]
    const events = [
      message('application', 3),
      message('date-set', 4),
      message('cancelled', 6),
      message('date-set', 16),
    ]
    const straight = fold(notices, events)
    assert(
      property(
        shuffledSubarray(notices, { minLength: 3 }),
        shuffledSubarray(events, { minLength: 4 }),
        (some, others) => {
          const { settled, stage, turn } = fold(some, others)
          expect({ settled, stage, turn }).toEqual({
            settled: straight.settled,
            stage: straight.stage,
            turn: straight.turn,
          })
        },
      ),
      { numRuns: 100 },
    )
  })
})
