// Proves the home visit's rules: two people, nobody on leave or elsewhere, and each adult's yes before going in.
import { describe, expect, test } from '@jest/globals'
import type { Booking } from '../../shared/domain/visit-plan.ts'
import { mayBook, mayEnter, mayRecordVisit } from '../../shared/domain/visits.ts'
import type { DoorAnswer, WantedVisit } from '../../shared/domain/visits.ts'
import { afternoon, aVisitor, bokonsulent, evening, lots, morning, rules } from '../support/visit-week.ts'

const aVisit = (over: Partial<WantedVisit> = {}): WantedVisit => ({
  visitors: [lots, bokonsulent],
  day: '2026-12-01',
  time: morning,
  announced: true,
  reasonUnannounced: null,
  reasonAnyway: null,
  ...over,
})

describe('a booking is refused', () => {
  const taken: Booking = {
    personIds: ['lots'],
    day: '2026-12-01',
    starts: '10:00',
    ends: '11:30',
    postalCode: '70210',
  }
  test.each<[string, Partial<WantedVisit>, Booking[], string[]]>([
    ['not, when all is right', {}, [], []],
    ['for one person alone', { visitors: [lots] }, [], ['two-persons']],
    ['for two of one house', { visitors: [lots, aVisitor('lots2')] }, [], ['same-organisation']],
    [
      'for a person on leave',
      { visitors: [{ ...lots, absences: [{ awayFrom: '2026-12-01', awayTo: '2026-12-01' }] }, bokonsulent] },
      [],
      ['on-leave'],
    ],
    ['for a person who is elsewhere then', {}, [taken], ['double-booked']],
    [
      'past the limit of the day',
      { time: afternoon },
      [taken, { ...taken, starts: '15:00', ends: '16:00' }],
      ['day-full'],
    ],
    [
      'not past the limit with a reason',
      { time: afternoon, reasonAnyway: 'barn, sista dagen' },
      [taken, { ...taken, starts: '15:00', ends: '16:00' }],
      [],
    ],
    [
      'past the limit of the week',
      { time: afternoon },
      ['2026-11-30', '2026-12-02', '2026-12-03', '2026-12-04'].flatMap((day) => [
        { ...taken, day },
        { ...taken, day, starts: '15:00', ends: '16:00' },
      ]),
      ['week-full'],
    ],
    [
      'before the office opens, whatever the reason',
      { time: { starts: '07:00', ends: '08:30', evening: false }, reasonAnyway: 'brådskar' },
      [],
      ['outside-hours'],
    ],
    [
      'later in the evening than they work',
      { time: { starts: '20:00', ends: '21:30', evening: true } },
      [],
      ['no-evening', 'no-evening'],
    ],
    ['on Christmas Eve', { day: '2026-12-24' }, [], ['closed-day']],
    [
      'in an evening that the person does not work',
      { day: '2026-12-02', time: evening },
      [],
      ['no-evening', 'no-evening'],
    ],
    ['unannounced without a reason', { announced: false }, [], ['unannounced']],
  ])('%s', (_, over, booked, expected) => {
    expect(mayBook(aVisit(over), booked, rules).map((one) => one.code)).toEqual(expected)
  })
})

const said = (answer: DoorAnswer['answer'], adult = 'a'): DoorAnswer => ({
  adult,
  answer,
  at: answer === null ? null : '2026-12-01T08:05:00Z',
})

describe('at the door (RF 2:6, JO 6367-2019)', () => {
  test.each<[string, DoorAnswer[], string[]]>([
    ['they may go in when every adult has said yes', [said('yes'), said('yes', 'b')], []],
    ['not when one has not', [said('yes'), said('no', 'b')], ['consent-refused']],
    ['not when one wants to talk at the door only', [said('door-only')], ['consent-refused']],
    ['not when one was not asked', [said('yes'), said(null, 'b')], ['consent-not-recorded']],
    ['not when nothing is recorded', [], ['consent-not-recorded']],
  ])('%s', (_, answers, expected) => {
    expect(mayEnter(answers).map((one) => one.code)).toEqual(expected)
  })

  test('a visit inside cannot be recorded without consent, a closed door can', () => {
    expect(mayRecordVisit('GENOMFORT', []).map((one) => one.code)).toEqual(['consent-not-recorded'])
    expect(mayRecordVisit('INGEN_OPPNADE', [])).toEqual([])
    expect(mayRecordVisit('VID_DORREN', [said('door-only')])).toEqual([])
  })
})
