// Several papers about one debt, as sentences: which are repeats, which fill a gap, which correct, and which govern.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { foldCase } from '../../shared/domain/case-facts.ts'
import { datesOfCase } from '../../shared/domain/case-deadlines.ts'
import { noticeBody } from '../../shared/domain/notice-body.ts'
import { readNotice } from '../../shared/domain/notice.ts'
import {
  completes,
  currentNotices,
  datedVersions,
  type FoldedNotice,
} from '../../shared/domain/notice-versions.ts'
import { shippedLaw } from '../support/law.ts'
import { noticeFor } from '../support/deadline-case.ts'

const law = shippedLaw()
const today = '2026-12-20'

function paper(id: string, change: object = {}, more: Partial<FoldedNotice> = {}): FoldedNotice {
  const { notice } = readNotice(noticeBody.parse(noticeFor(1, change)), today)
  const receivedOn = more.receivedOn ?? '2026-12-04'
  const none = { bornOn: null, landlordId: null, duplicateOf: null, corrects: null, updates: [] }
  return { id, notice, receivedOn, receivedAt: `${receivedOn}T09:00:00.000Z`, ...none, ...more }
}

const told = (id: string, type: string, occurredOn: string, amount: number | null = null) => {
  const receivedOn = occurredOn > '2026-12-04' ? occurredOn : '2026-12-04'
  return { id, type, occurredOn, amount, receivedOn, receivedAt: `${receivedOn}T10:00:00.000Z` }
}

const datesOf = (notices: FoldedNotice[], restarts: Record<string, boolean> = {}) =>
  datesOfCase('case', { notices, events: [], eviction: null, restarts }, law, today)

const workedDay = (notices: FoldedNotice[], restarts: Record<string, boolean> = {}) =>
  datesOf(notices, restarts).recovery?.lastDay

describe('a paper that completes another', () => {
  test.each([
    [{ servedDate: '2026-12-03' }, {}, true],
    [{ enforcementCaseNumber: 'U-1' }, {}, true],
    [{ servedDate: '2026-12-05' }, { servedDate: '2026-12-03' }, false],
    [{ amountToRecover: 8600 }, {}, false],
    [{ servedDate: '2026-12-03', amountToRecover: 8600 }, {}, false],
    [{}, { servedDate: '2026-12-03' }, false],
  ])('%j after %j: %s', (later, earlier, expected) => {
    expect(completes(paper('b', later).notice, paper('a', earlier).notice)).toBe(expected)
  })

  test('keeps the name and the arrival of the first, so that its dates move instead of being doubled', () => {
    const second = paper('b', { servedDate: '2026-12-03' }, { corrects: 'a', receivedOn: '2026-12-09' })
    const [only, ...more] = datedVersions([paper('a'), second])
    expect(more).toEqual([])
    expect(only).toMatchObject({ id: 'a', receivedOn: '2026-12-04', saidOn: '2026-12-09' })
    expect(workedDay([paper('a'), second])).toBe('2026-12-28')
  })

  test('which was missing an amount is a correction: a notice without the right amount starts nothing (RH 1995:34)', () => {
    const first = paper('a', { amountToRecover: null })
    expect(completes(paper('b').notice, first.notice)).toBe(false)
  })
})

describe('the debt as it stands', () => {
  const first = paper('a', { servedDate: '2026-12-03' })
  const second = paper(
    'b',
    { amountToRecover: 9000, noticeDate: '2026-12-10', servedDate: '2026-12-10' },
    { corrects: 'a', receivedOn: '2026-12-10' },
  )

  test('is the latest paper under the name and day of the first, so that the work does not begin anew', () => {
    const facts = foldCase([first, second], [], false)
    expect(facts).toMatchObject({
      amountOwed: 900_000,
      notifiedOn: '2026-12-02',
      repeated: false,
      monthsUnpaid: 1,
    })
    expect(facts.governing?.id).toBe('a')
  })

  test.each([
    ['the first', 'b', '2027-01-04'],
    ['the second', 'a', '2026-12-28'],
  ])('is the other paper when %s is withdrawn', (which, standing, day) => {
    const withdrawn = [told('u', 'withdrawn', '2026-12-11')]
    const papers =
      which === 'the first'
        ? [{ ...first, updates: withdrawn }, second]
        : [first, { ...second, updates: withdrawn }]
    expect(foldCase(papers, [], false)).toMatchObject({ settled: null, governing: { id: standing } })
    expect(workedDay(papers)).toBe(day)
  })

  test('is paid, whichever of its numbers the landlord names', () => {
    const paid = [told('u', 'paid', '2026-12-11')]
    const repeat = { ...paper('r', { servedDate: '2026-12-03' }), duplicateOf: 'a', updates: paid }
    for (const papers of [
      [{ ...first, updates: paid }, second],
      [first, { ...second, updates: paid }],
      [first, second, repeat],
    ]) {
      expect(foldCase(papers, [], false).settled).toBe('paid')
      expect(workedDay(papers)).toBeUndefined()
    }
  })

  test('counts a part payment once, though two papers ask for the debt', () => {
    const papers = [{ ...first, updates: [told('u', 'part-paid', '2026-12-11', 100_000)] }, second]
    expect(foldCase(papers, [], false).amountOwed).toBe(800_000)
  })
})

describe('a restart', () => {
  const first = paper('a', { servedDate: '2026-12-03' })
  const second = paper(
    'b',
    { amountToRecover: 9000, noticeDate: '2026-12-10', servedDate: '2026-12-10' },
    { corrects: 'a', receivedOn: '2026-12-10' },
  )

  test.each([
    ['nobody has decided', {}, '2026-12-28', ['b']],
    ['it is confirmed', { b: true }, '2027-01-04', []],
    ['it is declined', { b: false }, '2026-12-28', []],
  ])('when %s', (_, restarts: Record<string, boolean>, day, asked) => {
    expect(workedDay([first, second], restarts)).toBe(day)
    expect(datesOf([first, second], restarts).asked.map(({ origin }) => origin)).toEqual(asked)
  })

  test('declined, and then the first paper is withdrawn: the day of the one that stands is worked', () => {
    const gone = { ...first, updates: [told('u', 'withdrawn', '2026-12-11')] }
    expect(workedDay([gone, second], { b: false })).toBe('2027-01-04')
  })

  test('confirmed, and then the later paper is withdrawn: the first day is worked again', () => {
    const gone = { ...second, updates: [told('u', 'withdrawn', '2026-12-11')] }
    expect(workedDay([first, gone], { b: true })).toBe('2026-12-28')
  })

  test('cannot be declined of the first paper: no household is left without a day', () => {
    expect(workedDay([first, second], { a: false })).toBe('2026-12-28')
  })

  test('after the first period has passed: the one that runs is worked, and the question stands', () => {
    const late = paper(
      'b',
      { amountToRecover: 9000, noticeDate: '2027-01-04', servedDate: '2027-01-04' },
      { corrects: 'a', receivedOn: '2027-01-05' },
    )
    const dates = datesOfCase(
      'case',
      { notices: [first, late], events: [], eviction: null, restarts: {} },
      law,
      '2027-01-05',
    )
    expect(dates.recovery?.lastDay).toBe('2027-01-25')
    expect(dates.asked.map(({ origin }) => origin)).toEqual(['b'])
  })
})

const day = fc.integer({ min: 1, max: 19 }).map((n) => `2026-12-${String(n).padStart(2, '0')}`)

test('a repeat changes no date and no fact, however often it comes', () => {
  fc.assert(
    fc.property(day, day, fc.integer({ min: 1, max: 4 }), (served, noticed, times) => {
      const first = paper('a', { servedDate: served, noticeDate: noticed }, { receivedOn: '2026-12-19' })
      const repeats = Array.from({ length: times }, (_, n) => ({ ...first, id: `r${n}`, duplicateOf: 'a' }))
      expect(datesOf([first, ...repeats])).toEqual(datesOf([first]))
      expect(foldCase([first, ...repeats], [], false)).toEqual(foldCase([first], [], false))
    }),
    { numRuns: 200 },
  )
})

test('until a person has decided, another paper never gives more time than the first did', () => {
  fc.assert(
    fc.property(day, day, fc.integer({ min: 8000, max: 9000 }), (one, other, amount) => {
      const [early, late] = [one, other].toSorted()
      const first = paper('a', { servedDate: one, noticeDate: early }, { receivedOn: '2026-12-19' })
      const second = paper(
        'b',
        { servedDate: other, noticeDate: late, amountToRecover: amount },
        { corrects: 'a', receivedOn: '2026-12-19' },
      )
      const alone = workedDay([first]) ?? ''
      const both = workedDay([first, second]) ?? ''
      // While the first still runs; one that has passed leaves only the other to work to.
      if (alone >= today) expect(both <= alone).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('every chain stands as one debt', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('same', 'amount', 'served', 'withdrawn'), { maxLength: 6 }),
      (steps) => {
        const papers = steps.map((step, n) =>
          paper(
            `p${n}`,
            step === 'amount'
              ? { amountToRecover: 8000 + n }
              : step === 'served'
                ? { servedDate: '2026-12-03' }
                : {},
            {
              corrects: 'a',
              updates: step === 'withdrawn' ? [told(`u${n}`, 'withdrawn', '2026-12-05')] : [],
            },
          ),
        )
        expect(currentNotices([paper('a'), ...papers])).toHaveLength(1)
      },
    ),
  )
})
