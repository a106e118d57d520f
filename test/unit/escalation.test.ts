// Proves the escalation: when a case is referred, whom an unhandled matter reaches and when, and what alone stops it.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readDataFile } from '../../config/files.ts'
import { addDays, isWorkingDay, localDateOf, localTimeOf } from '../../shared/domain/calendar.ts'
import { clocksFor, repeatOf, stillStands } from '../../shared/domain/escalation.ts'
import { parseEscalation } from '../../shared/domain/escalation-ladder.ts'
import type { Clock, Watched } from '../../shared/domain/escalation.ts'

const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
const { table } = parseEscalation(readDataFile('1880-orebro/escalation.csv'))

const ladder = (subject: Watched, trigger: string): Clock[] =>
  clocksFor(subject, table, office).filter((clock) => clock.trigger === trigger)
const told = (clocks: Clock[]): [string, string, number][] =>
  clocks.map(({ dueAt, recipientRole, urgency }) => [dueAt, recipientRole, urgency])

const before = (clocks: Clock[], day: string): Clock[] =>
  clocks.filter((clock) => localDateOf(clock.dueAt) < day)

describe('the ladder of an unanswered referral', () => {
  test('warns after 36 hours, reaches the supervisor after 48 and the duty list after 72', () => {
    expect(
      told(ladder({ kind: 'referral', startedAt: '2026-11-30T08:00:00Z' }, 'referral-unanswered')),
    ).toEqual([
      ['2026-12-02T07:00:00Z', 'counsellor', 2],
      ['2026-12-02T08:00:00Z', 'unit-supervisor', 3],
      ['2026-12-03T08:00:00Z', 'duty-list', 3],
    ])
  })

  test('waits for the office to open when 48 hours end in a weekend', () => {
    const friday = ladder({ kind: 'referral', startedAt: '2026-11-27T14:00:00Z' }, 'referral-unanswered')
    expect(localDateOf(friday[1]?.dueAt ?? '')).toBe('2026-11-30')
    expect(localTimeOf(friday[1]?.dueAt ?? '')).toBe('08:00')
  })

  test('48 hours are 48 hours when the clocks change', () => {
    const [, answer] = ladder({ kind: 'referral', startedAt: '2027-03-26T09:00:00Z' }, 'referral-unanswered')
    expect(answer?.dueAt).toBe('2027-03-30T06:00:00Z')
    const autumn = ladder({ kind: 'referral', startedAt: '2026-10-23T12:00:00Z' }, 'referral-no-meeting')
    // seven days later at the same time of day, an hour later by the sun
    expect(autumn[1]?.dueAt).toBe('2026-10-30T13:00:00Z')
  })

  test('goes on every working day after the last step, with rising urgency', () => {
    const subject: Watched = { kind: 'referral', startedAt: '2026-11-30T08:00:00Z' }
    let last = ladder(subject, 'referral-unanswered').at(-1) ?? null
    const seen: [string, number, number][] = []
    for (let time = 0; time < 3 && last; time += 1) {
      last = repeatOf(last, subject, table, office)
      if (last) seen.push([last.dueAt, last.step, last.urgency])
    }
    expect(seen).toEqual([
      ['2026-12-04T08:00:00Z', 4, 4],
      ['2026-12-07T08:00:00Z', 5, 4],
      ['2026-12-08T08:00:00Z', 6, 4],
    ])
  })

  test('a case without a slot in time reaches the supervisor at once', () => {
    const subject: Watched = { kind: 'referral', startedAt: '2026-11-30T08:00:00Z' }
    expect(ladder(subject, 'referral-no-slot')).toEqual([])
    expect(told(ladder({ ...subject, slotMissing: true }, 'referral-no-slot'))).toEqual([
      ['2026-11-30T08:00:00Z', 'unit-supervisor', 3],
    ])
  })
})

describe('working hours', () => {
  test.each([
    [
      'an alert due at six in the morning waits for the opening the same day',
      '2026-11-30T05:00:00Z',
      '2026-12-01T07:00:00Z',
    ],
    ['an alert due a minute before closing is told then', '2026-11-30T15:59:00Z', '2026-12-01T15:59:00Z'],
    [
      'an alert due at closing time waits for the next opening',
      '2026-11-30T16:00:00Z',
      '2026-12-02T07:00:00Z',
    ],
    ['an alert of a Thursday comes on Friday', '2026-12-03T10:00:00Z', '2026-12-04T10:00:00Z'],
    ['an alert of a Friday comes on Monday', '2026-12-04T10:00:00Z', '2026-12-07T10:00:00Z'],
  ])('%s', (_, startedAt, dueAt) => {
    expect(ladder({ kind: 'assignment', startedAt }, 'unread-assignment')[0]?.dueAt).toBe(dueAt)
  })
})

describe('what alone stops an alert', () => {
  test('a first answer or a rejection stops the referral ladder, and says so', () => {
    expect(stillStands('referral-unanswered', ['first-answer'], table)).toEqual({
      stands: false,
      handling: 'first-answer',
      why: { sv: 'Hänvisningen är besvarad.', en: 'The referral is answered.' },
    })
    expect(stillStands('referral-unanswered', ['meeting-offered'], table)).toEqual({ stands: true })
  })

  test('an attempt stops "no attempt" but not "not reached"', () => {
    expect(stillStands('no-contact-attempt', ['contact-attempted'], table).stands).toBe(false)
    expect(stillStands('not-reached', ['contact-attempted'], table).stands).toBe(true)
  })

  test('closing the case does not silence the confirmation to Kronofogden, nor the question how it ended', () => {
    expect(stillStands('same-day-confirmation-untaken', ['case-ended'], table).stands).toBe(true)
    expect(stillStands('outcome-missing', ['case-ended', 'eviction-executed'], table).stands).toBe(true)
    expect(stillStands('eviction-nears', ['case-ended'], table).stands).toBe(false)
  })
})

describe('the same-day confirmation to Kronofogden (SoF 2025:468 11:3)', () => {
  test('on Christmas Eve the supervisor and the duty list are told the same day, office closed or not', () => {
    const steps = ladder(
      { kind: 'eviction', startedAt: '2026-12-24T09:00:00Z', evictionDay: '2027-01-20' },
      'same-day-confirmation-untaken',
    )
    expect(told(steps)).toEqual([
      ['2026-12-24T09:00:00Z', 'unit-supervisor', 3],
      ['2026-12-24T11:00:00Z', 'duty-list', 4],
      ['2026-12-24T19:00:00Z', 'duty-list', 4],
      ['2026-12-28T09:00:00Z', 'unit-supervisor', 4],
    ])
  })

  test('a message late in the evening is still raised before midnight', () => {
    const steps = ladder(
      { kind: 'eviction', startedAt: '2026-12-22T20:30:00Z', evictionDay: '2027-01-20' },
      'same-day-confirmation-untaken',
    )
    expect(steps.filter((step) => localDateOf(step.dueAt) === '2026-12-22').map((step) => step.step)).toEqual(
      expect.arrayContaining([1, 3]),
    )
  })
})

describe('JO 1683-2017 with nobody acting', () => {
  const evictionDay = '2027-01-13'
  const notices = clocksFor(
    { kind: 'case', startedAt: '2026-04-13T07:00:00Z', recoveryEnds: '2026-05-04' },
    table,
    office,
  )
  const dateSet = clocksFor(
    { kind: 'eviction', startedAt: '2026-12-15T08:00:00Z', evictionDay },
    table,
    office,
  )

  test('the first notice alone reaches the supervisor and the duty list within a week', () => {
    const first = before(notices, '2026-04-21').map((clock) => clock.recipientRole)
    expect(first.filter((role) => role === 'unit-supervisor').length).toBeGreaterThanOrEqual(2)
    expect(first).toContain('duty-list')
  })

  test('once the date is set, supervisor and duty list are told more than once, in rising urgency, a week before it', () => {
    const weekBefore = before(dateSet, addDays(evictionDay, -7)).filter(
      (clock) => clock.trigger !== 'same-day-confirmation-untaken',
    )
    for (const role of ['unit-supervisor', 'duty-list'] as const)
      expect(weekBefore.map((clock) => clock.recipientRole)).toContain(role)
    const supervisor = dateSet.filter(
      (clock) => clock.recipientRole === 'unit-supervisor' && localDateOf(clock.dueAt) < evictionDay,
    )
    expect(supervisor.length).toBeGreaterThan(2)
    const nears = dateSet.filter((clock) => clock.trigger === 'eviction-nears')
    expect(told(nears)).toEqual([
      ['2026-12-30T07:00:00Z', 'assignee', 3],
      ['2026-12-30T07:00:00Z', 'unit-supervisor', 3],
      ['2027-01-05T07:00:00Z', 'unit-supervisor', 4],
      ['2027-01-08T07:00:00Z', 'duty-list', 4],
      ['2027-01-12T07:00:00Z', 'duty-list', 4],
    ])
  })

  test('one ignored alert ends nothing: the duty list is told again every other working day until the date', () => {
    const subject: Watched = { kind: 'eviction', startedAt: '2026-12-15T08:00:00Z', evictionDay }
    let last = dateSet.findLast((clock) => clock.trigger === 'eviction-unhandled') ?? null
    let times = 0
    while (last && localDateOf(last.dueAt) < evictionDay) {
      times += 1
      last = repeatOf(last, subject, table, office)
    }
    expect(times).toBe(7)
  })

  test('the day after, the outcome is asked for, and asked again higher up', () => {
    expect(told(dateSet.filter((clock) => clock.trigger === 'outcome-missing'))).toEqual([
      ['2027-01-14T07:00:00Z', 'assignee', 2],
      ['2027-01-15T07:00:00Z', 'unit-supervisor', 3],
      ['2027-01-18T07:00:00Z', 'duty-list', 4],
    ])
  })
})

describe('for any eviction date', () => {
  const minute = fc.integer({ min: 0, max: 525_600 })
  const someEviction = fc
    .record({
      minute,
      lead: fc.integer({ min: 0, max: 40 }),
      children: fc.constantFrom<'yes' | 'no'>('yes', 'no'),
    })
    .map(({ minute, lead, children }): Watched => {
      const startedAt = new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString().replace('.000', '')
      return {
        kind: 'eviction',
        startedAt,
        evictionDay: addDays(localDateOf(startedAt), lead),
        childrenInHousehold: children,
      }
    })
  const forAll = (law: (subject: Watched, clocks: Clock[]) => void): void =>
    fc.assert(
      fc.property(someEviction, (subject) => law(subject, clocksFor(subject, table, office))),
      { numRuns: 150 },
    )

  test('no step is lost, none comes twice, none before the watch began', () => {
    forAll((subject, clocks) => {
      expect(clocks).toHaveLength(table.steps.filter((step) => step.subject === 'eviction').length)
      expect(new Set(clocks.map((clock) => `${clock.trigger} ${clock.step}`)).size).toBe(clocks.length)
      for (const clock of clocks)
        expect(Date.parse(clock.dueAt)).toBeGreaterThanOrEqual(Date.parse(subject.startedAt))
    })
  })

  test('warnings of the eviction come before it, unless the message itself came too late', () => {
    forAll((subject, clocks) => {
      const warned = localDateOf(subject.startedAt) < (subject.evictionDay ?? '')
      for (const clock of clocks.filter((one) => one.trigger === 'eviction-nears')) {
        if (warned) expect(localDateOf(clock.dueAt) < (subject.evictionDay ?? '')).toBe(true)
      }
    })
  })

  test('within a week of the date every alert before it is acute', () => {
    forAll((subject, clocks) => {
      const stop = subject.evictionDay ?? ''
      for (const clock of clocks) {
        const day = localDateOf(clock.dueAt)
        if (day <= stop && day >= addDays(stop, -7)) expect(clock.urgency).toBe(4)
      }
    })
  })

  test('what may wait for working hours is told in working hours', () => {
    forAll((subject, clocks) => {
      for (const clock of clocks) {
        const step = table.steps.find((one) => one.trigger === clock.trigger && one.step === clock.step)
        const tooNear = localDateOf(clock.dueAt) >= addDays(subject.evictionDay ?? '', -5)
        if (step?.hours !== 'working' || (clock.trigger === 'eviction-nears' && tooNear)) continue
        expect([clock, isWorkingDay(localDateOf(clock.dueAt), office)]).toEqual([clock, true])
        expect(localTimeOf(clock.dueAt) >= office.opens && localTimeOf(clock.dueAt) < office.closes).toBe(
          true,
        )
      }
    })
  })
})
