// Proves change without loss: states, what moved and by how much, two notices, an amended holiday, a new period version.
import { describe, expect, test } from '@jest/globals'
import { compareDeadlines, computeForNotices } from '../../shared/domain/deadline-changes.ts'
import type { DeadlineEvent, DeadlineFacts } from '../../shared/domain/deadline-facts.ts'
import { stateOf } from '../../shared/domain/deadline-state.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { holidaysCsv, lawOf, periodsCsv, shippedLaw } from '../support/law.ts'

const law = shippedLaw()
const facts: DeadlineFacts = { kind: 'rent', servedDate: '2026-12-03', boardNotifiedDate: '2026-12-02' }
const of = (kind: string, given: DeadlineFacts = facts) => {
  const found = computeDeadlines(given, law).deadlines.find((one) => one.kind === kind)
  if (!found) throw new Error(`${kind} was not computed`)
  return found
}

const paid = (date: string): DeadlineEvent[] => [{ type: 'paid', date }]
const done = (kind: string): DeadlineEvent[] => [{ type: 'done', date: '2026-12-24', kind }]

describe('the state of a deadline', () => {
  test.each<[string, string, DeadlineEvent[], string, string]>([
    ['recovery', '2026-12-28', [], 'running', 'Löper ut måndag 28 december 2026.'],
    ['recovery', '2026-12-29', [], 'passed', 'Löpte ut måndag 28 december 2026.'],
    ['recovery', '2026-12-30', paid('2026-12-28'), 'met', 'Hela skulden betald måndag 28 december 2026.'],
    ['recovery', '2026-12-30', paid('2026-12-29'), 'passed', 'efter sista dagen'],
    ['recovery', '2026-12-20', paid('2026-12-21'), 'running', 'Löper ut'],
    [
      'recovery',
      '2026-12-22',
      [{ type: 'undertaking', date: '2026-12-21' }],
      'stopped',
      'Nämnden har åtagit sig',
    ],
    [
      'undertaking',
      '2026-12-22',
      [{ type: 'undertaking', date: '2026-12-21' }],
      'met',
      'Nämnden har åtagit sig',
    ],
    ['undertaking', '2026-12-22', paid('2026-12-20'), 'stopped', 'Hela skulden betald'],
    [
      'recovery',
      '2027-02-01',
      [{ type: 'withdrawn', date: '2027-01-20' }],
      'stopped',
      'Uppsägningen är återkallad',
    ],
    ['earliest-eviction-order', '2026-12-30', [], 'running', 'Tidigast torsdag 31 december 2026.'],
    ['earliest-eviction-order', '2026-12-31', [], 'passed', 'Kan ske sedan'],
    ['earliest-eviction-order', '2026-12-31', paid('2026-12-28'), 'stopped', 'Hela skulden betald'],
    ['earliest-eviction-order', '2026-12-31', paid('2026-12-29'), 'passed', 'Kan ske sedan'],
  ])('%s on %s with %j is %s', (kind, today, events, state, why) => {
    const found = stateOf(of(kind), law, { today, events })
    expect(found.state).toBe(state)
    expect(found.why.sv).toContain(why)
  })

  test('a duty is met by being done, and only its own', () => {
    const confirmation = of('eviction-confirmation', { kind: 'rent', evictionNoticeReceivedAt: '2026-12-24' })
    const on = (today: string, events: DeadlineEvent[]) => stateOf(confirmation, law, { today, events }).state
    expect(on('2026-12-24', done('eviction-confirmation'))).toBe('met')
    expect(on('2026-12-25', done('open-inquiry'))).toBe('passed')
  })

  test('an earliest possible day that has passed does not claim that the home is lost', () => {
    const recovery = of('recovery', { kind: 'rent', boardNotifiedDate: '2026-12-04' })
    const { why } = stateOf(recovery, law, { today: '2026-12-29', events: [] })
    expect(why.sv).toContain('fristen kan ännu löpa')
  })

  test('computed with a day, the state comes along', () => {
    const { deadlines } = computeDeadlines({ ...facts, today: '2026-12-22', events: paid('2026-12-21') }, law)
    expect(deadlines.map(({ kind, state }) => `${kind} ${state?.state}`)).toEqual([
      'recovery met',
      'undertaking stopped',
      'earliest-eviction-order stopped',
    ])
  })
})

describe('what moved', () => {
  test('service reported late moves the period and says by how many days', () => {
    const before = computeDeadlines({ kind: 'rent', boardNotifiedDate: '2026-12-02' }, law).deadlines
    const [recovery] = compareDeadlines(before, computeDeadlines(facts, law).deadlines)
    expect(recovery).toMatchObject({ kind: 'recovery', change: 'moved', earlier: false })
    expect(recovery?.sv).toBe(
      'Flyttad från onsdag 23 december 2026 till måndag 28 december 2026, 5 dagar senare.',
    )
    expect(recovery?.moves).toEqual([
      { field: 'rawDate', from: '2026-12-23', to: '2026-12-24', days: 1 },
      { field: 'lastDay', from: '2026-12-23', to: '2026-12-28', days: 5 },
    ])
  })

  test('the same dates are no change; an earlier day, a new and a lost one are marked', () => {
    const now = computeDeadlines(facts, law).deadlines
    expect(compareDeadlines(now, computeDeadlines(facts, law).deadlines)).toEqual([])
    const earlier = computeDeadlines({ ...facts, servedDate: '2026-11-26' }, law).deadlines
    expect(compareDeadlines(now, earlier).every((change) => change.earlier)).toBe(true)
    expect(compareDeadlines([], now).map(({ change }) => change)).toEqual(['added', 'added', 'added'])
    expect(compareDeadlines(now, []).map(({ change }) => change)).toEqual(['removed', 'removed', 'removed'])
  })

  test('an amended holiday table moves the days that fall on it', () => {
    const amended = lawOf(
      periodsCsv,
      `${holidaysCsv}12-28;holiday;extra helgdag;extra holiday;2026-01-01;;prov\n`,
    )
    const changes = compareDeadlines(
      computeDeadlines(facts, law).deadlines,
      computeDeadlines(facts, amended).deadlines,
    )
    expect(changes.map(({ kind, sv }) => `${kind}: ${sv}`)).toEqual([
      'recovery: Flyttad från måndag 28 december 2026 till tisdag 29 december 2026, 1 dag senare.',
      'undertaking: Flyttad från måndag 28 december 2026 till tisdag 29 december 2026, 1 dag senare.',
      'earliest-eviction-order: Flyttad från torsdag 31 december 2026 till fredag 1 januari 2027, 1 dag senare.',
    ])
  })

  test('a changed length from a date is a row: periods begun before it keep the old one', () => {
    const row = periodsCsv.split('\n').find((line) => line.startsWith('recovery;rent;dwelling')) ?? ''
    const old = row.replace(';;;interpretation', ';;2027-06-30;interpretation')
    const fresh = row
      .replace('3 weeks', '4 weeks')
      .replace(';;;interpretation', ';2027-07-01;;interpretation')
    const changed = lawOf(periodsCsv.replace(row, `${old}\n${fresh}`), holidaysCsv)
    const ends = ['2027-06-30', '2027-07-01'].map((servedDate) => {
      const { deadlines } = computeDeadlines(
        { kind: 'rent', servedDate, boardNotifiedDate: servedDate },
        changed,
      )
      const recovery = deadlines.find(({ kind }) => kind === 'recovery')
      return `${recovery?.lastDay} ${recovery?.periodVersion}`
    })
    expect(ends).toEqual([
      '2027-07-21 recovery.rent.dwelling',
      '2027-07-29 recovery.rent.dwelling@2027-07-01',
    ])
  })
})

describe('two notices', () => {
  const first = { id: 'a', facts: { boardNotifiedDate: '2026-12-02', servedDate: '2026-12-03' } }
  const second = {
    id: 'b',
    facts: { boardNotifiedDate: '2026-12-16', servedDate: '2026-12-16' },
    corrects: true,
  }

  test('both are computed, the earlier is worked to, and a restart is proposed to a person', () => {
    const { worked, later, restart } = computeForNotices([first, second], { kind: 'rent' }, law)
    expect(worked.map(({ kind, noticeId }) => `${kind} ${noticeId}`)).toEqual([
      'recovery a',
      'undertaking a',
      'earliest-eviction-order a',
    ])
    expect(later.map(({ kind, noticeId }) => `${kind} ${noticeId}`)).toEqual([
      'recovery b',
      'undertaking b',
      'earliest-eviction-order b',
    ])
    expect(restart).toMatchObject({
      fromNotice: 'a',
      toNotice: 'b',
      from: '2026-12-28',
      to: '2027-01-07',
      days: 10,
    })
    expect(restart?.sv).toContain('Ett rättat meddelande kan ha startat om fristen')
  })

  test('a restart that a person has confirmed sets the earlier notice aside', () => {
    const { worked, restart } = computeForNotices(
      [first, { ...second, restartConfirmed: true }],
      { kind: 'rent' },
      law,
    )
    expect(worked[0]).toMatchObject({ noticeId: 'b', lastDay: '2027-01-07' })
    expect(restart).toBeNull()
  })

  test('a second notice with an earlier day needs no restart', () => {
    const { worked, restart } = computeForNotices([second, first], { kind: 'rent' }, law)
    expect(worked[0]?.noticeId).toBe('a')
    expect(restart).toBeNull()
  })

  test('findings say which notice they speak of', () => {
    const wrong = { id: 'c', facts: { boardNotifiedDate: '2026-12-02', servedDate: 'i går' } }
    const { findings } = computeForNotices([first, wrong], { kind: 'rent' }, law)
    expect(findings).toMatchObject([{ noticeId: 'c', code: 'date_unclear' }])
  })
})
