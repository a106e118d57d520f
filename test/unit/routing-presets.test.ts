// The four municipalities as shipped: every example beside the rules comes out as written, and the handbook's are among them.
import { describe, expect, test } from '@jest/globals'
import { municipalityFiles } from '../../config/files.ts'
import { readMunicipalityFolder } from '../../shared/domain/municipality.ts'
import { tryRoutingCases } from '../../shared/domain/routing-cases.ts'
import type { RoutingFacts } from '../../shared/domain/routing-facts.ts'
import { exportRoutingTable, parseRoutingTable } from '../../shared/domain/routing-table.ts'

const PRESETS = [
  ['1880', 'Örebro'],
  ['0180', 'Norrmalm'],
  ['0880', 'Kalmar'],
  ['0480', 'Nyköping'],
] as const

const isUnknown = (facts: RoutingFacts): boolean => facts.clientOf.length === 0

/** The situations that method and law name, each of which every municipality must have tried. */
const SITUATIONS: [string, (facts: RoutingFacts) => boolean][] = [
  ['a known client', (facts) => !isUnknown(facts)],
  ['unknown, with children', (facts) => isUnknown(facts) && facts.childrenInHousehold === 'yes'],
  ['unknown, 65 or older', (facts) => isUnknown(facts) && (facts.age ?? 0) >= 65],
  ['an eviction date within 21 days', (facts) => facts.daysToEviction !== null && facts.daysToEviction <= 21],
  ['nuisance', (facts) => facts.noticeType.includes('nuisance')],
  ['a power cut-off', (facts) => facts.noticeType === 'power-cutoff'],
  ['a municipal sublet', (facts) => facts.tenancyKind === 'municipal-sublet'],
  ['protected identity', (facts) => facts.protectedIdentity],
]

describe.each(PRESETS)('%s %s', (code, name) => {
  const folder = readMunicipalityFolder(municipalityFiles(code))

  test('its files agree with each other and could be published as they are', () => {
    expect(folder.problems.filter((problem) => problem.severity === 'error')).toEqual([])
    expect(folder.settings?.code).toBe(code)
    expect(folder.settings?.name).toContain(name)
  })

  test('has at least 25 examples, and all of them come out as written', () => {
    expect(folder.cases.length).toBeGreaterThanOrEqual(25)
    const failing = tryRoutingCases(folder.cases, folder.routing).filter((result) => !result.passes)
    expect(
      failing.map(({ case: example, owners, additions, row }) => ({
        name: example.name,
        owners,
        additions,
        row,
      })),
    ).toEqual([])
  })

  test.each(SITUATIONS)('has tried %s', (_, isIt) => {
    expect(folder.cases.some(({ facts }) => isIt(facts))).toBe(true)
  })

  test('every row that decides or calls in is spoken by some example', () => {
    const results = tryRoutingCases(folder.cases, folder.routing)
    const spoken = new Set(results.map((result) => result.row))
    const owners = folder.routing.rows.filter((row) => row.kind !== 'add').map((row) => row.row)
    expect(owners.filter((row) => !spoken.has(row))).toEqual([])
  })

  test('every row says where it comes from, and those of our own making say INF', () => {
    for (const row of folder.routing.rows) expect(row.basis).toMatch(/S0\d|INF|H1|Ny1|metod/)
    expect(folder.routing.rows.some((row) => row.basis.includes('INF'))).toBe(true)
  })

  test('a protected person is kept in the restricted queue whatever else is known', () => {
    const kinds = new Map(folder.units.map((unit) => [unit.code, unit.kind]))
    const hidden = folder.cases.map((example) => ({
      ...example,
      facts: { ...example.facts, protectedIdentity: true },
    }))
    for (const { owners } of tryRoutingCases(hidden, folder.routing)) {
      expect(kinds.get(owners[0]?.split('/')[1] ?? '')).toBe('restricted')
    }
  })

  test('has debt counselling, home visits and an out-of-hours duty to send to', () => {
    const kinds = folder.units.map((unit) => unit.kind)
    expect(kinds).toEqual(expect.arrayContaining(['debt-counselling', 'home-visit', 'duty', 'restricted']))
  })

  test('its table leaves for a spreadsheet and comes back deciding the same', () => {
    const { table, problems } = parseRoutingTable(exportRoutingTable(folder.routing))
    expect(problems).toEqual([])
    expect(tryRoutingCases(folder.cases, table).every((result) => result.passes)).toBe(true)
  })
})

describe('Nyköping', () => {
  test('long-term homelessness is owned by two committees together', () => {
    const folder = readMunicipalityFolder(municipalityFiles('0480'))
    const joint = folder.cases.filter((example) => example.owners.length === 2)
    expect(joint.map((example) => example.row)).toEqual([20, 21])
  })
})
