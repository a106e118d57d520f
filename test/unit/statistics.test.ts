// Figures hide what is few, also when it could be worked out from what stands beside it.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { municipalityFiles } from '../../config/files.ts'
import { awayUntil } from '../../shared/domain/absence.ts'
import { ageOfLateness, weekFigures } from '../../shared/domain/board-figures.ts'
import { boardLines, type BoardCounts } from '../../shared/domain/board-lines.ts'
import { parseCodes } from '../../shared/domain/codes.ts'
import {
  byMonth,
  contactTimes,
  funnelOf,
  hideFew,
  monthsBetween,
  outcomesByCause,
  type Figure,
} from '../../shared/domain/statistics.ts'

const { codes } = parseCodes(municipalityFiles('1880').get('codes.csv') ?? '')
const figure = (change: Partial<Figure>): Figure => ({
  month: '2026-10',
  family: false,
  daysToContact: 2,
  met: false,
  outcome: null,
  cause: 'HYRA_FLERA',
  cases: 10,
  ...change,
})
const cells = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 })

describe('a cell of fewer than five households', () => {
  test('is never shown', () => {
    fc.assert(
      fc.property(cells, (counts) => {
        expect(hideFew(counts).filter((cell) => cell !== null && cell > 0 && cell < 5)).toEqual([])
      }),
    )
  })

  test('cannot be worked out from the sum: no cell is hidden alone while another has anybody in it', () => {
    fc.assert(
      fc.property(cells, (counts) => {
        const hidden = hideFew(counts).flatMap((cell, place) => (cell === null ? [place] : []))
        const others = counts.filter((count, place) => count > 0 && !hidden.includes(place))
        if (hidden.length === 1) expect(others).toEqual([])
      }),
    )
  })

  test('of none is shown, and so is what is large', () => {
    expect(hideFew([0, 5, 300])).toEqual([0, 5, 300])
    expect(hideFew([0, 3, 9, 40])).toEqual([0, null, null, 40])
  })
})

describe('the funnel', () => {
  const figures = [
    figure({ cases: 20, daysToContact: null }),
    figure({ cases: 30, met: true, outcome: 'BETALD_SJALV' }),
    figure({ cases: 12, family: true, met: true, outcome: 'ATAGANDE_NAMND' }),
    figure({ cases: 6, outcome: 'VERKSTALLD' }),
  ]

  test('counts how far households came, with families beside', () => {
    expect(funnelOf(figures, codes)).toEqual([
      { step: 'notified', all: 68, families: 12 },
      { step: 'contacted', all: 48, families: 12 },
      { step: 'met', all: 42, families: 12 },
      { step: 'resolved', all: 42, families: 12 },
      { step: 'executed', all: 6, families: 0 },
    ])
  })

  test('hides the families when the households without children would be few', () => {
    const [first] = funnelOf([figure({ cases: 3 }), figure({ cases: 12, family: true })], codes)
    expect(first).toEqual({ step: 'notified', all: 15, families: null })
  })

  test('a move agreed with the landlord is a lost home and no eviction', () => {
    const [line] = outcomesByCause([figure({ cases: 9, outcome: 'OVERENSKOMMEN_AVFLYTT' })], codes)
    expect(line).toEqual({
      cause: 'HYRA_FLERA',
      endings: { kept: 0, moved: 9, executed: 0, other: 0, open: 0 },
    })
  })
})

test('the time to contact falls in one band each, and nobody falls between', () => {
  fc.assert(
    fc.property(fc.option(fc.integer({ min: 0, max: 99 })), (days) => {
      const bands = contactTimes([figure({ daysToContact: days, cases: 7 })])
      expect(bands.map(({ cases }) => cases).filter((cases) => cases === 7)).toHaveLength(1)
    }),
  )
})

test('months without a case stand there too', () => {
  const months = monthsBetween('2025-11', '2026-02')
  expect(months).toEqual(['2025-11', '2025-12', '2026-01', '2026-02'])
  expect(byMonth([figure({ month: '2026-01' })], months).map(({ cases }) => cases)).toEqual([0, 0, 10, 0])
})

test('delay is counted in working days: from Friday to Monday it is one', () => {
  const time = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '16:30', closedDays: [] }
  const late = [
    { unit: 'GAN-FS', dueOn: '2026-11-20', tasks: 2 },
    { unit: 'GAN-FS', dueOn: '2026-11-02', tasks: 1 },
    { unit: null, dueOn: '2026-11-12', tasks: 4 },
  ]
  expect(ageOfLateness(late, '2026-11-23', time)).toEqual([
    { unit: null, bands: [0, 0, 4, 0], total: 4 },
    { unit: 'GAN-FS', bands: [2, 0, 0, 1], total: 3 },
  ])
})

test('a task counts in the week it came, the week it was done, and each week at whose end it was late', () => {
  const figures = weekFigures(
    [
      { came: 1, done: 3, lateFrom: 2, lateTo: 2, tasks: 5 },
      { came: 0, done: null, lateFrom: 1, lateTo: 3, tasks: 2 },
      { came: 3, done: null, lateFrom: 4, lateTo: 3, tasks: 1 },
    ],
    3,
  )
  expect(figures).toEqual([
    { came: 5, done: 0, late: 2 },
    { came: 0, done: 0, late: 7 },
    { came: 1, done: 5, late: 2 },
  ])
})

test('a person with work in two units is one line of the board, and nobody is none', () => {
  const none = { openCases: 0, clocks: 0, unowned: 0, withoutAttempt: 0, unread: 0, away: 0, awayUntil: null }
  const counts = (unit: string | null, personId: string | null, overdue: number, oldestDue: string | null) =>
    ({
      committee: 'GAN',
      unit,
      personId,
      openTasks: 3,
      overdue,
      dueToday: 1,
      oldestDue,
      ...none,
    }) as BoardCounts
  const names = new Map([
    ['GAN', 'Gatunämnden'],
    ['A', 'Enhet A'],
    ['p', 'Vera'],
  ])
  const board = boardLines(
    [
      counts('A', 'p', 1, '2026-11-20'),
      counts('B', 'p', 2, '2026-11-02'),
      counts('A', null, 4, null),
      { ...counts('A', 'p', 0, null), openTasks: 0, dueToday: 0, unread: 7 },
    ],
    names,
  )
  expect(board.committees).toMatchObject([
    {
      unit: null,
      personId: null,
      name: 'Gatunämnden',
      openTasks: 9,
      overdue: 7,
      oldestDue: '2026-11-02',
      unread: 7,
    },
  ])
  expect(board.units.map(({ unit, name, overdue }) => [unit, name, overdue])).toEqual([
    ['B', null, 2],
    ['A', 'Enhet A', 5],
  ])
  expect(board.people).toMatchObject([
    { personId: 'p', unit: null, name: 'Vera', openTasks: 6, dueToday: 2, overdue: 3 },
  ])
  const away = { ...counts('A', 'q', 0, null), openTasks: 0, dueToday: 0, away: 1, awayUntil: '2026-11-27' }
  const short = boardLines([counts('A', 'p', 1, '2026-11-20'), away], names)
  expect([short.committees, short.units].map(([line]) => [line?.away, line?.awayUntil])).toEqual([
    [1, null],
    [1, null],
  ])
  expect(short.people.map(({ personId, awayUntil }) => [personId, awayUntil])).toEqual([
    ['p', null],
    ['q', '2026-11-27'],
  ])
})

test.each([
  ['nothing', [], null],
  ['a span that has not begun', [['2026-11-23', '2026-11-27']], null],
  ['the last day of a span', [['2026-11-16', '2026-11-22']], '2026-11-22'],
  [
    'two that meet, in whatever order',
    [
      ['2026-11-25', '2026-12-01'],
      ['2026-11-20', '2026-11-24'],
    ],
    '2026-12-01',
  ],
  [
    'two that overlap, the later one shorter',
    [
      ['2026-11-20', '2026-12-24'],
      ['2026-11-22', '2026-11-25'],
    ],
    '2026-12-24',
  ],
  [
    'one with a day at work after it',
    [
      ['2026-11-20', '2026-11-24'],
      ['2026-11-26', '2026-12-01'],
    ],
    '2026-11-24',
  ],
  [
    'one that has no end, and one after it',
    [
      ['2026-11-20', null],
      ['2026-12-01', '2026-12-02'],
    ],
    '9999-12-31',
  ],
])('until when somebody is away: %s', (_what, spans, until) => {
  const read = spans.map(([awayFrom, awayTo]) => ({ awayFrom: awayFrom!, awayTo: awayTo ?? null }))
  expect(awayUntil(read, '2026-11-22')).toBe(until)
})
