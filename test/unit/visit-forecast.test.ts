// Proves the look ahead at home visits, and the sheet that says on what terms each unit's people go.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readDataFile } from '../../config/files.ts'
import { addDays } from '../../shared/domain/calendar.ts'
import { mondayOfWeek, roomIn, weekNameOf, weeksAhead } from '../../shared/domain/visit-forecast.ts'
import { isFree, suggestVisits, type Booking } from '../../shared/domain/visit-plan.ts'
import { parseVisitTeams, visitSettings } from '../../shared/domain/visit-teams.ts'
import { aVisitor, bokonsulent, lots, morning, rules } from '../support/visit-week.ts'

const today = '2026-11-30'

describe('the weeks ahead', () => {
  test('a pair takes two people’s room: whoever is alone has none', () => {
    expect(roomIn('2026-12-07', [lots], [], { rules, today })).toBe(0)
    expect(roomIn('2026-12-07', [lots, bokonsulent], [], { rules, today })).toBe(6)
    const three = [lots, bokonsulent, aVisitor('third')]
    expect(roomIn('2026-12-07', three, [], { rules, today })).toBe(9)
  })

  test('what is past, booked, closed or away is no room', () => {
    const away = { ...lots, absences: [{ awayFrom: '2026-12-07', awayTo: '2026-12-09' }] }
    expect(roomIn('2026-12-07', [away, bokonsulent], [], { rules, today })).toBe(4)
    const booked: Booking = {
      personIds: ['lots', 'bokonsulent'],
      day: '2026-12-08',
      starts: '09:00',
      ends: '10:30',
      postalCode: '',
    }
    expect(roomIn('2026-12-07', [lots, bokonsulent], [booked], { rules, today })).toBe(5)
    expect(roomIn('2026-11-23', [lots, bokonsulent], [], { rules, today })).toBe(0)
    // The week of Christmas has three working days, and two visits a day.
    expect(roomIn('2026-12-21', [lots, bokonsulent], [], { rules, today })).toBe(6)
    expect(roomIn('2026-12-28', [lots, bokonsulent], [], { rules, today })).toBe(6)
  })

  test('a week is short when what is due by then is more than can be made by then', () => {
    const due = [
      ...Array.from({ length: 9 }, () => '2026-12-04'),
      ...Array.from({ length: 2 }, () => '2026-12-10'),
    ]
    const at = { rules, today, weeks: 3 }
    expect(weeksAhead(due, [lots, bokonsulent], [], at)).toEqual([
      { week: '2026-11-30', needed: 9, room: 6, short: 3 },
      { week: '2026-12-07', needed: 11, room: 12, short: 0 },
      { week: '2026-12-14', needed: 11, room: 18, short: 0 },
    ])
  })

  test('where the weeks have too little room, the plan lacks at least as many', () => {
    const needs = fc.array(fc.integer({ min: 1, max: 18 }), { maxLength: 30 })
    fc.assert(
      fc.property(needs, fc.integer({ min: 0, max: 3 }), (days, others) => {
        const visitors = [lots, bokonsulent, ...Array.from({ length: others }, (_, n) => aVisitor(`v${n}`))]
        const due = days.map((day) => addDays(today, day))
        const ahead = weeksAhead(due, visitors, [], { rules, today, weeks: 4 })
        const wanted = due.map((dueOn, n) => ({
          caseId: `c${n}`,
          dueOn,
          children: false,
          evening: false,
          postalCode: '70210',
          committees: ['SN'],
        }))
        const { without } = suggestVisits(wanted, visitors, [], { rules, today })
        expect(without.length).toBeGreaterThanOrEqual(Math.max(...ahead.map(({ short }) => short)))
      }),
    )
  })

  test('weeks are named as people name them, also around New Year', () => {
    expect([weekNameOf('2026-12-31'), weekNameOf('2027-01-01'), weekNameOf('2027-01-04')]).toEqual([
      '2026-W53',
      '2026-W53',
      '2027-W01',
    ])
    expect(mondayOfWeek('2026-W53')).toBe('2026-12-28')
    expect([mondayOfWeek('2027-W53'), mondayOfWeek('2026-W00'), mondayOfWeek('x')]).toEqual([
      null,
      null,
      null,
    ])
  })
})

describe('who may go where', () => {
  const there = { day: '2026-12-01', time: morning, postalCode: '702 10' }
  test.each([
    ['within the area', { areas: ['702', '703'] }, true],
    ['outside the area', { areas: ['703'] }, false],
    ['everywhere, when none is named', { areas: [] }, true],
    ['not on a weekday that is not theirs', { weekdays: [1, 3] }, false],
    ['not at a time that is not theirs', { times: [] }, false],
  ])('%s', (_, over, expected) => {
    expect(isFree(aVisitor('a', over), there, [])).toBe(expected)
  })

  test('two of one house where mixed pairs come first only when there is no mixed pair', () => {
    const need = {
      caseId: 'a',
      dueOn: '2026-12-04',
      children: false,
      evening: false,
      postalCode: '70210',
      committees: ['SN'],
    }
    const mixed = { ...rules, pairing: 'mixed-first' as const }
    const pair = (visitors: (typeof lots)[]) =>
      suggestVisits([need], visitors, [], { rules: mixed, today }).suggestions[0]?.personIds
    expect(pair([lots, aVisitor('lots2'), bokonsulent])).toEqual(['lots', 'bokonsulent'])
    expect(pair([lots, aVisitor('lots2')])).toEqual(['lots', 'lots2'])
    expect(suggestVisits([need], [lots, aVisitor('lots2')], [], { rules, today }).suggestions).toEqual([])
  })
})

describe('the sheet of teams', () => {
  test.each(['1880-orebro', '0180-norrmalm', '0880-kalmar', '0480-nykoping'])(
    'of %s can be read',
    (folder) => {
      const { teams, problems } = parseVisitTeams(readDataFile(`${folder}/visit-teams.csv`))
      expect(problems).toEqual([])
      const units = readDataFile(`${folder}/units.csv`)
      expect(teams.filter(({ unit }) => !units.includes(`\n${unit};`))).toEqual([])
      expect(visitSettings(JSON.parse(readDataFile(`${folder}/municipality.json`)).visits).minutes).toBe(90)
    },
  )

  const heading =
    'unit;organisation;for_all;visits_per_day;visits_per_week;day_times;evening_times;evenings;areas;basis'
  test.each([
    ['SN-X;Kommunen;no;0;6;09:00-10:30;;;;', 'visits_per_day'],
    ['SN-X;Kommunen;no;2;600;09:00-10:30;;;;', 'visits_per_week'],
    ['SN-X;Kommunen;kanske;2;6;09:00-10:30;;;;', 'for_all'],
    ['SN-X;;no;2;6;09:00-10:30;;;;', 'organisation'],
    ['SN-X;Kommunen;no;2;6;10:30-09:00;;;;', 'day_times'],
    ['SN-X;Kommunen;no;2;6;;;;;', 'day_times'],
    ['SN-X;Kommunen;no;2;6;09:00-10:30;18:00-19:00;8;;', 'evenings'],
    ['SN-X;Kommunen;no;2;6;09:00-10:30;;;Örebro;', 'areas'],
  ])('names what is wrong in %s', (row, column) => {
    const { teams, problems } = parseVisitTeams(`${heading}\n${row}`)
    expect([teams, problems.map((one) => one.column)]).toEqual([[], [column]])
  })
})
