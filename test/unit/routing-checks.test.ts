// What stops a rules table from being published, each time with the row named.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { checkRoutingTable } from '../../shared/domain/routing-checks.ts'
import type { Register } from '../../shared/domain/routing-checks.ts'
import { parseRoutingTable } from '../../shared/domain/routing-table.ts'
import { compileRoutingTable, decideRouting } from '../../shared/domain/routing.ts'
import { anyFacts, anyRules, sheetOf } from '../support/routing-arbitraries.ts'
import { children, fallback, gate, tableOf } from '../support/routing-sheet.ts'
import type { Cells } from '../support/routing-sheet.ts'

const register: Register = {
  committees: ['GAN', 'SN', 'VON'].map((code) => ({ code })),
  units: ['GAN-FS', 'SN-BARN', 'SN-MOTT', 'SN-SKYDD', 'VON-BIST'].map((code) => ({
    code,
    committee: code.split('-')[0] ?? '',
    capacityPerMonth: 40,
  })),
  people: ['anna'],
  templates: ['T1', 'T2'],
}
const check = (rows: Cells[], more: Partial<Register> = {}) =>
  checkRoutingTable(tableOf(...rows), { ...register, ...more })
const errors = (rows: Cells[], more: Partial<Register> = {}) =>
  check(rows, more).filter((problem) => problem.severity === 'error')

const owner = (rad: string, cells: Cells): Cells => ({
  rad,
  typ: 'OWNER',
  namnd: 'SN',
  enhet: 'SN-MOTT',
  ...cells,
})
const adult = owner('40', { alder: '>=18, okänd' })

test('a table with a gate, reachable rows, a default and known units may be published', () => {
  expect(errors([gate, children, adult, fallback])).toEqual([])
})

test('a table without a default row is refused', () => {
  expect(errors([gate, children])).toMatchObject([
    { code: 'missing-default', column: 'rad' },
    { code: 'gap', reason: { sv: 'Lucka: ingen rad tar Barn i hushållet nej, okänt.' } },
  ])
})

/** [what the rows say, the rows, the row that is never reached, the Swedish sentence] */
const UNREACHABLE: [string, Cells[], number, string][] = [
  [
    'a narrower row below a wider one',
    [children, owner('60', { barn: 'ja', alder: '>=65' })],
    60,
    'Rad 60 nås aldrig, rad 20 tar alla.',
  ],
  [
    'a range inside a range',
    [owner('30', { alder: '>=18' }), owner('60', { alder: '65..80' })],
    60,
    'Rad 60 nås aldrig, rad 30 tar alla.',
  ],
  [
    'a row below two that share its values between them',
    [owner('30', { barn: 'ja' }), owner('31', { barn: 'nej, okänt' }), owner('60', { alder: '>=65' })],
    60,
    'Rad 60 nås aldrig, raderna 30, 31 tar alla tillsammans.',
  ],
  [
    'a row below two that split its range',
    [owner('30', { alder: '>=18' }), owner('31', { alder: '<18, okänd' }), owner('60', { barn: 'ja' })],
    60,
    'Rad 60 nås aldrig, raderna 30, 31 tar alla tillsammans.',
  ],
  [
    'a row over several columns, covered piece by piece',
    [
      owner('30', { barn: 'ja', alder: '>=65' }),
      owner('31', { alder: '<65, okänd' }),
      owner('32', { barn: 'nej, okänt' }),
      owner('60', { anmalan: 'uppsägning hyra' }),
    ],
    60,
    'Rad 60 nås aldrig, raderna 30, 31, 32 tar alla tillsammans.',
  ],
  [
    'everything but one, and that one',
    [owner('30', { barn: 'inte(ja)' }), children, owner('60', { behov: 'lss' })],
    60,
    'Rad 60 nås aldrig, raderna 20, 30 tar alla tillsammans.',
  ],
  [
    'a committee below any committee',
    [owner('10', { aktuell_hos: 'någon' }), owner('60', { aktuell_hos: 'SN' })],
    60,
    'Rad 60 nås aldrig, rad 10 tar alla.',
  ],
  [
    'two needs at once below one of them',
    [owner('10', { behov: 'missbruk' }), owner('60', { behov: 'missbruk + hemlös' })],
    60,
    'Rad 60 nås aldrig, rad 10 tar alla.',
  ],
  [
    'a need and its absence',
    [owner('10', { behov: 'lss' }), owner('11', { behov: 'inte(lss)' }), owner('60', { barn: 'ja' })],
    60,
    'Rad 60 nås aldrig, raderna 10, 11 tar alla tillsammans.',
  ],
  [
    'a landlord below all landlords but another',
    [owner('10', { hyresvard: 'inte(ÖBO AB)' }), owner('60', { hyresvard: 'Privat AB' })],
    60,
    'Rad 60 nås aldrig, rad 10 tar alla.',
  ],
  [
    'a postal code inside an area',
    [owner('10', { postnr: '702*' }), owner('60', { postnr: '70210..70219' })],
    60,
    'Rad 60 nås aldrig, rad 10 tar alla.',
  ],
  [
    'an amount above an amount',
    [owner('10', { belopp_kr: '>=5000' }), owner('60', { belopp_kr: '>10000' })],
    60,
    'Rad 60 nås aldrig, rad 10 tar alla.',
  ],
  [
    'a row below a row without conditions',
    [owner('10', {}), owner('60', { barn: 'ja' })],
    60,
    'Rad 60 nås aldrig, rad 10 tar alla.',
  ],
]

test.each(UNREACHABLE)(
  'an unreachable row is refused and the rows that take all are named: %s',
  (_, rows, row, sentence) => {
    const found = errors([...rows, fallback]).filter((problem) => problem.row === row)
    expect(found).toMatchObject([{ code: 'unreachable-row', row, reason: { sv: sentence } }])
  },
)

test.each<[string, Cells[]]>([
  [
    'an unknown age is left over',
    [owner('30', { alder: '>=18' }), owner('31', { alder: '<18' }), owner('60', { barn: 'ja' })],
  ],
  [
    'one year is left over',
    [owner('30', { alder: '<=64, okänd' }), owner('31', { alder: '>=66' }), owner('60', { barn: 'ja' })],
  ],
  [
    'one of two needs is enough',
    [owner('10', { behov: 'missbruk + hemlös' }), owner('60', { behov: 'missbruk' })],
  ],
  [
    'another committee is left over',
    [owner('10', { aktuell_hos: 'SN' }), owner('60', { aktuell_hos: 'någon' })],
  ],
])('a row that still gets cases is not called unreachable: %s', (_, rows) => {
  expect(errors([...rows, fallback])).toEqual([])
})

test('a row that is called unreachable is never the one that speaks, whatever the case', () => {
  fc.assert(
    fc.property(anyRules, fc.array(anyFacts, { minLength: 20, maxLength: 40 }), (rules, cases) => {
      const { table } = parseRoutingTable(sheetOf(rules))
      const silent = checkRoutingTable(table, register).flatMap(({ code, row }) =>
        code === 'unreachable-row' || code === 'contradictory-row' ? [row] : [],
      )
      const ready = compileRoutingTable(table)
      for (const told of cases) expect(silent).not.toContain(decideRouting(told, ready).row)
    }),
    { numRuns: 150 },
  )
})

describe('refused with the row and the column', () => {
  test.each<[string, Cells, Partial<Register>, { code: string; row: number; column: string }]>([
    [
      'a unit that does not exist',
      { enhet: 'SN-BORTA' },
      {},
      { code: 'unknown-unit', row: 40, column: 'enhet' },
    ],
    [
      'a committee that does not exist',
      { namnd: 'KS', enhet: '' },
      {},
      { code: 'unknown-committee', row: 40, column: 'namnd' },
    ],
    [
      'a unit of another committee',
      { enhet: 'VON-BIST' },
      {},
      { code: 'unit-of-other-committee', row: 40, column: 'enhet' },
    ],
    [
      'a person who does not exist',
      { person: 'bertil' },
      {},
      { code: 'unknown-person', row: 40, column: 'person' },
    ],
    [
      'a task template that does not exist',
      { uppgifter: 'T2, T99' },
      {},
      { code: 'unknown-template', row: 40, column: 'uppgifter' },
    ],
  ])('%s', (_, cells, more, problem) => {
    expect(errors([gate, owner('40', { barn: 'ja', ...cells }), fallback], more)).toMatchObject([problem])
  })

  test('two rows that ask the same', () => {
    expect(errors([children, { ...children, rad: '21', enhet: 'SN-MOTT' }, fallback])).toMatchObject([
      {
        code: 'identical-rows',
        row: 21,
        column: 'rad',
        reason: { sv: 'Rad 21 frågar detsamma som rad 20.' },
      },
    ])
  })

  test('a row whose conditions exclude each other', () => {
    const row = owner('40', { aktuell_hos: 'en + SN + VON' })
    expect(errors([row, fallback])).toMatchObject([{ code: 'contradictory-row', row: 40 }])
  })
})

describe('shown to whoever reviews, without stopping', () => {
  test('what only the default row takes', () => {
    const warnings = check([gate, children, owner('40', { alder: '0..17, 19..64' }), fallback])
    expect(warnings).toMatchObject([{ code: 'gap', severity: 'warning', row: 999 }])
    expect(warnings[0]?.reason.sv).toContain('Ålder okänd, <=-1, 18, >=65')
  })

  test('a unit that is expected to get more than it manages', () => {
    const found = check([gate, children, adult, fallback], {
      expectedVolumes: { 'SN-MOTT': 61.2, 'SN-BARN': 40 },
    })
    expect(found.filter((problem) => problem.code === 'beyond-capacity')).toMatchObject([
      {
        severity: 'warning',
        reason: { sv: 'Enheten SN-MOTT väntas få 62 ärenden i månaden men klarar 40.' },
      },
    ])
  })

  test('that no gate reads protection', () => {
    expect(check([children, fallback])).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'missing-gate', severity: 'warning' })]),
    )
  })
})

test('a hostile table of two hundred scattered rows is checked within seconds', () => {
  const rows = Array.from({ length: 200 }, (_, at) =>
    owner(String(at + 1), {
      alder: `${at % 90}..${(at % 90) + 7}, okänd`,
      dagar_kvar: `${at % 25}..${(at % 25) + 9}`,
      belopp_kr: `${at * 50}..${at * 50 + 3000}`,
      behov: ['lss', 'inte(missbruk)', 'hemlös, nyanländ', 'lss + missbruk'][at % 4] ?? '',
      anmalan: at % 3 === 0 ? 'uppsägning hyra' : 'inte(tidig skuld)',
    }),
  )
  const before = process.cpuUsage()
  expect(Array.isArray(check([...rows, fallback]))).toBe(true)
  // Processor time, not the clock on the wall: about two seconds on an idle machine, minutes without the limit.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(15)
})
