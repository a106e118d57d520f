// Proves the suggested home visits: nearest deadline first, nobody double-booked, and what lack of people leads to.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { addDays, isWorkingDay } from '../../shared/domain/calendar.ts'
import { areaOf, suggestVisits, visitOrder } from '../../shared/domain/visit-plan.ts'
import type { Booking, VisitNeed } from '../../shared/domain/visit-plan.ts'
import { mayBook } from '../../shared/domain/visits.ts'
import { aVisitor, bokonsulent, lots, morning, office, rules } from '../support/visit-week.ts'

const aNeed = (caseId: string, over: Partial<VisitNeed> = {}): VisitNeed => ({
  caseId,
  dueOn: '2026-12-04',
  children: false,
  evening: false,
  postalCode: '70210',
  committees: ['SN', 'VON'],
  ...over,
})
const at = { rules, today: '2026-11-30' }
const suggested = (needs: VisitNeed[], visitors = [lots, bokonsulent], booked: Booking[] = []) =>
  suggestVisits(needs, visitors, booked, at)

describe('suggested visits', () => {
  test('are made by a social lots and a bokonsulent, tomorrow at the earliest', () => {
    expect(suggested([aNeed('a')]).suggestions).toEqual([
      {
        caseId: 'a',
        personIds: ['lots', 'bokonsulent'],
        day: '2026-12-01',
        starts: '09:00',
        ends: '10:30',
        committee: 'SN',
      },
    ])
  })

  test('come in the order of the clock, children first of two on one day', () => {
    const needs = [aNeed('late', { dueOn: '2026-12-08' }), aNeed('b'), aNeed('child', { children: true })]
    expect(visitOrder(needs).map((need) => need.caseId)).toEqual(['child', 'b', 'late'])
  })

  test('join a visit in the same postal area when that is still in time', () => {
    const booked: Booking[] = [
      {
        personIds: ['lots', 'bokonsulent'],
        day: '2026-12-03',
        starts: '09:00',
        ends: '10:30',
        postalCode: '702 34',
      },
    ]
    expect(suggested([aNeed('a')], [lots, bokonsulent], booked).suggestions[0]).toMatchObject({
      day: '2026-12-03',
      starts: '13:00',
    })
    expect(
      suggested([aNeed('a', { dueOn: '2026-12-02' })], [lots, bokonsulent], booked).suggestions[0],
    ).toMatchObject({ day: '2026-12-01' })
    expect(areaOf('702 34')).toBe(areaOf('70210'))
  })

  test('in the evening only when both work that evening', () => {
    expect(suggested([aNeed('a', { evening: true })]).suggestions[0]).toMatchObject({
      day: '2026-12-01',
      starts: '18:00',
    })
    expect(
      suggested([aNeed('a', { evening: true })], [lots, { ...bokonsulent, evenings: [] }]).suggestions,
    ).toEqual([])
  })

  test('are offered to the next committee when the own one has nobody', () => {
    const other = aVisitor('other', { committee: 'VON' })
    const away = { ...lots, absences: [{ awayFrom: '2026-11-01', awayTo: '2026-12-31' }] }
    expect(suggested([aNeed('a')], [away, bokonsulent, other]).suggestions[0]).toMatchObject({
      personIds: ['other', 'bokonsulent'],
      committee: 'VON',
    })
  })

  test('of two households in one postal area the one within the visitors’ own code is not passed over for the other', () => {
    const near = { ...lots, areas: ['70234'] }
    const both = [aNeed('a', { postalCode: '702 10' }), aNeed('b', { postalCode: '702 34' })]
    const { suggestions, without } = suggested(both, [near, bokonsulent])
    expect([suggestions.map(({ caseId }) => caseId), without.map(({ caseId }) => caseId)]).toEqual([
      ['b'],
      ['a'],
    ])
  })

  test('lack capacity, counted and told to the supervisor, rather than come after the due date', () => {
    const needs = Array.from({ length: 9 }, (_, n) => aNeed(`c${n}`))
    const { suggestions, without } = suggested(needs)
    // six a week is the limit of each person
    expect(suggestions).toHaveLength(6)
    expect(without).toEqual(
      ['c6', 'c7', 'c8'].map((caseId) => ({
        caseId,
        dueOn: '2026-12-04',
        reason: 'KAPACITET',
        tellSupervisor: true,
      })),
    )
  })
})

describe('a month of ninety notices, three in four within five days, six slots a week, one visitor away', () => {
  const visitors = [
    lots,
    bokonsulent,
    aVisitor('away', { absences: [{ awayFrom: '2026-11-30', awayTo: '2026-12-31' }] }),
  ]
  const needs = Array.from({ length: 90 }, (_, n) =>
    aNeed(`case${String(n).padStart(2, '0')}`, {
      dueOn: addDays('2026-12-01', n % 4 === 3 ? 20 : n % 5),
      children: n % 7 === 0,
      postalCode: `70${n % 10}10`,
    }),
  )
  const { suggestions, without } = suggested(needs, visitors)

  test('every case has either a time or a reason', () => {
    expect(suggestions.length + without.length).toBe(90)
    expect(new Set([...suggestions, ...without].map((one) => one.caseId)).size).toBe(90)
    expect(without.length).toBeGreaterThan(60)
  })

  test('nobody is double-booked, on leave, or past the week', () => {
    expect(suggestions.some((one) => one.personIds.includes('away'))).toBe(false)
    expect(new Set(suggestions.map((one) => `${one.day} ${one.starts}`)).size).toBe(suggestions.length)
  })

  test('children and the nearest due dates come first', () => {
    const needOf = new Map(needs.map((need) => [need.caseId, need]))
    for (const lost of without) {
      const own = needOf.get(lost.caseId)
      if (!own?.children) continue
      // no household without children, due on the same day, has taken the place of one with children
      expect(
        suggestions.filter(
          (one) => needOf.get(one.caseId)?.dueOn === own.dueOn && !needOf.get(one.caseId)?.children,
        ),
      ).toEqual([])
    }
  })
})

describe('for any week', () => {
  test('a suggestion is a real pair, free, in time, on a working day', () => {
    const someNeeds = fc.array(
      fc.record({
        due: fc.integer({ min: 0, max: 14 }),
        children: fc.boolean(),
        evening: fc.boolean(),
        area: fc.integer({ min: 0, max: 9 }),
      }),
      { maxLength: 25 },
    )
    const someVisitors = fc.array(
      fc.record({
        house: fc.constantFrom('kommunen', 'ÖBO'),
        from: fc.integer({ min: 0, max: 14 }),
        perDay: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(someNeeds, someVisitors, (needs, people) => {
        const visitors = people.map(({ house, from, perDay }, n) =>
          aVisitor(`v${n}`, {
            organisation: house,
            committee: house === 'ÖBO' ? null : 'SN',
            visitsPerDay: perDay,
            absences: [{ awayFrom: addDays('2026-11-30', from), awayTo: addDays('2026-11-30', from + 2) }],
          }),
        )
        const wanted = needs.map((need, n) =>
          aNeed(`c${n}`, {
            dueOn: addDays('2026-11-30', need.due),
            children: need.children,
            evening: need.evening,
            postalCode: `7${need.area}210`,
          }),
        )
        const { suggestions } = suggested(wanted, visitors)
        const booked: Booking[] = []
        for (const one of suggestions) {
          const pair = visitors.filter((visitor) => one.personIds.includes(visitor.id))
          const time = rules.times.find((known) => known.starts === one.starts) ?? morning
          expect(
            mayBook(
              {
                visitors: pair,
                day: one.day,
                time,
                announced: true,
                reasonUnannounced: null,
                reasonAnyway: null,
              },
              booked,
              rules,
            ),
          ).toEqual([])
          expect(isWorkingDay(one.day, office)).toBe(true)
          expect(one.day <= (wanted.find((need) => need.caseId === one.caseId)?.dueOn ?? '')).toBe(true)
          booked.push({ ...one, postalCode: '' })
        }
      }),
      { numRuns: 60 },
    )
  })
})
