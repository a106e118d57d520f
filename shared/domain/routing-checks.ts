// What must be right before a rules table is published: every row reachable, a default, and only owners that exist.

import { INPUTS } from './routing-facts.ts'
import { boxesOf, meet, remainder, spaceOf, subtract } from './routing-regions.ts'
import type { Box, Space } from './routing-regions.ts'
import { describeBox } from './routing-words.ts'
import { proposalCycles } from './routing-cycles.ts'
import { OTHER_CASEWORKERS, OWN_CASEWORKER } from './routing-row.ts'
import type { RoutingRow } from './routing-row.ts'
import { isUnconditional } from './routing.ts'
import type { RoutingTable } from './routing-table.ts'
import { sheetProblem } from './sheet.ts'
import type { SheetProblem } from './sheet.ts'

/** An error stops publishing; a warning is shown to whoever reviews. */
export type TableProblem = SheetProblem & { severity: 'error' | 'warning' }

/** Who exists in the municipality, and how much each unit is expected to get per month (from a rehearsal). */
export type Register = {
  committees: readonly { code: string }[]
  units: readonly { code: string; committee: string; capacityPerMonth: number | null }[]
  people?: readonly string[]
  templates?: readonly string[]
  expectedVolumes?: Readonly<Record<string, number>>
}

const error = (problem: SheetProblem): TableProblem => ({ ...problem, severity: 'error' })
const warning = (problem: SheetProblem): TableProblem => ({ ...problem, severity: 'warning' })

/** Everything wrong with a table, errors and warnings, each with the row's number, the column and a stable code. */
export function checkRoutingTable(table: RoutingTable, register: Register): TableProblem[] {
  const deciding = [
    ...table.rows.filter((row) => row.kind === 'gate'),
    ...table.rows.filter((row) => row.kind === 'owner'),
  ]
  const space = spaceOf(deciding)
  const boxes = new Map(deciding.map((row) => [row, boxesOf(row, space)]))
  return [
    ...missingDefault(table),
    ...missingGate(table),
    ...identicalRows(table).map(error),
    ...unreachableRows(deciding, boxes, space),
    ...gaps(deciding, boxes, space),
    ...proposalCycles(deciding, boxes, space).map(error),
    ...table.rows.flatMap((row) => unknownNames(row, register)).map(error),
    ...beyondCapacity(register).map(warning),
  ]
}

function missingDefault(table: RoutingTable): TableProblem[] {
  if (table.rows.some((row) => row.kind === 'owner' && isUnconditional(row))) return []
  return [
    error(
      sheetProblem(
        'missing-default',
        { column: 'rad' },
        'Tabellen saknar en sista OWNER-rad utan villkor (”Övriga”): då kan ett ärende bli utan ägare.',
        'The table has no last OWNER row without conditions: a case could be left without an owner.',
      ),
    ),
  ]
}

function missingGate(table: RoutingTable): TableProblem[] {
  if (table.rows.some((row) => row.kind === 'gate' && row.conditions.protectedIdentity)) return []
  const sv = 'Ingen GATE-rad läser skyddad: skyddade ärenden fördelas som alla andra.'
  const en = 'No GATE row reads skyddad: protected cases are routed like all others.'
  return [warning(sheetProblem('missing-gate', { column: 'skyddad' }, sv, en))]
}

/** What a row asks, written so that two rows that ask the same are equal. */
function asks(row: RoutingRow): string {
  const target = row.kind === 'add' ? [row.targets, row.person, row.templates] : []
  return JSON.stringify([row.kind, INPUTS.map((input) => row.conditions[input.name] ?? null), target])
}

function identicalRows(table: RoutingTable): SheetProblem[] {
  const first = new Map<string, number>()
  return table.rows.flatMap((row) => {
    const asked = asks(row)
    const earlier = first.get(asked)
    if (earlier === undefined) {
      first.set(asked, row.row)
      return []
    }
    const sv = `Rad ${row.row} frågar detsamma som rad ${earlier}.`
    return [
      sheetProblem('identical-rows', at(row, 'rad'), sv, `Row ${row.row} asks the same as row ${earlier}.`),
    ]
  })
}

const at = (row: RoutingRow, column: string): { line: number; row: number; column: string } => ({
  line: row.line,
  row: row.row,
  column,
})

type Boxes = ReadonlyMap<RoutingRow, Box[]>

function unreachableRows(deciding: readonly RoutingRow[], boxes: Boxes, space: Space): TableProblem[] {
  const last = deciding.at(-1)
  return deciding.flatMap((row, index) => {
    if (row === last && isUnconditional(row)) return []
    const own = boxes.get(row) ?? []
    if (own.length === 0) return [error(neverTrue(row))]
    const earlier = deciding.slice(0, index).filter((other) => asks(other) !== asks(row))
    const takers = takersOf(own, earlier, boxes, space)
    return takers ? [error(unreachable(row, takers))] : []
  })
}

function neverTrue(row: RoutingRow): SheetProblem {
  const sv = `Rad ${row.row} kan aldrig gälla: villkoren utesluter varandra.`
  return sheetProblem(
    'contradictory-row',
    at(row, 'aktuell_hos'),
    sv,
    `Row ${row.row} can never match: its conditions exclude each other.`,
  )
}

/** The earlier rows that together leave nothing, the one that does so alone if there is one; null: reachable. */
function takersOf(own: Box[], earlier: readonly RoutingRow[], boxes: Boxes, space: Space): number[] | null {
  const overlapping = earlier.filter((other) => meet(own, boxes.get(other) ?? []))
  const alone = overlapping.find((other) => subtract(own, boxes.get(other) ?? [], space).length === 0)
  if (alone) return [alone.row]
  const { left, takers } = remainder(
    own,
    overlapping.map((other) => boxes.get(other) ?? []),
    space,
  )
  return left.length > 0 ? null : takers.flatMap((at) => overlapping[at]?.row ?? [])
}

function unreachable(row: RoutingRow, takers: number[]): SheetProblem {
  const first = INPUTS.find((input) => row.conditions[input.name])
  const [sv, en] =
    takers.length === 1
      ? [`rad ${takers[0]} tar alla`, `row ${takers[0]} takes all`]
      : [`raderna ${takers.join(', ')} tar alla tillsammans`, `rows ${takers.join(', ')} together take all`]
  return sheetProblem(
    'unreachable-row',
    at(row, first?.column ?? 'rad'),
    `Rad ${row.row} nås aldrig, ${sv}.`,
    `Row ${row.row} is never reached, ${en}.`,
  )
}

/** Examples shown of what no row but the default takes. */
const EXAMPLES = 3

function gaps(deciding: readonly RoutingRow[], boxes: Boxes, space: Space): TableProblem[] {
  const fallback = deciding.find((row) => row.kind === 'owner' && isUnconditional(row))
  const others = deciding.filter((row) => row !== fallback).map((row) => boxes.get(row) ?? [])
  const { left, gaveUp } = remainder([new Map()], others, space)
  if (gaveUp) return [warning(tooHard())]
  const mark = fallback ? warning : error
  return left.slice(0, EXAMPLES).map((box) => {
    const { sv, en } = describeBox(box, space)
    const where = fallback ? at(fallback, 'rad') : { column: 'rad' }
    const only = fallback ? `bara rad ${fallback.row} tar` : 'ingen rad tar'
    const onlyEn = fallback ? `only row ${fallback.row} takes` : 'no row takes'
    return mark(sheetProblem('gap', where, `Lucka: ${only} ${sv}.`, `Gap: ${onlyEn} ${en}.`))
  })
}

function tooHard(): SheetProblem {
  const sv =
    'Raderna överlappar varandra på så många sätt att luckor och onåbara rader inte kunde sökas till slut.'
  return sheetProblem(
    'too-complex',
    {},
    sv,
    'The rows overlap in so many ways that the search for gaps and unreachable rows was cut short.',
  )
}

function unknownNames(row: RoutingRow, register: Register): SheetProblem[] {
  const problems: SheetProblem[] = []
  for (const { committee, unit } of row.targets) {
    const known = register.units.find((one) => one.code === unit)
    if (!register.committees.some(({ code }) => code === committee)) {
      problems.push(named('unknown-committee', row, 'namnd', committee))
    }
    if (unit !== null && !known) problems.push(named('unknown-unit', row, 'enhet', unit))
    if (known && known.committee !== committee) problems.push(elsewhere(row, known.code, known.committee))
  }
  const { person } = row
  const fixed = person !== null && person !== OWN_CASEWORKER && person !== OTHER_CASEWORKERS
  if (fixed && register.people && !register.people.includes(person)) {
    problems.push(named('unknown-person', row, 'person', person))
  }
  for (const template of row.templates) {
    if (register.templates && !register.templates.includes(template)) {
      problems.push(named('unknown-template', row, 'uppgifter', template))
    }
  }
  return problems
}

function named(code: string, row: RoutingRow, column: string, name: string): SheetProblem {
  return sheetProblem(
    code,
    at(row, column),
    `Rad ${row.row}: ”${name}” finns inte.`,
    `Row ${row.row}: "${name}" does not exist.`,
  )
}

function elsewhere(row: RoutingRow, unit: string, committee: string): SheetProblem {
  const sv = `Rad ${row.row}: enheten ${unit} hör till ${committee}.`
  return sheetProblem(
    'unit-of-other-committee',
    at(row, 'enhet'),
    sv,
    `Row ${row.row}: unit ${unit} belongs to ${committee}.`,
  )
}

function beyondCapacity({ units, expectedVolumes = {} }: Register): SheetProblem[] {
  return units.flatMap(({ code, capacityPerMonth }) => {
    const expected = expectedVolumes[code] ?? 0
    if (capacityPerMonth === null || expected <= capacityPerMonth) return []
    const rounded = Math.ceil(expected)
    return [
      sheetProblem(
        'beyond-capacity',
        { column: 'enhet' },
        `Enheten ${code} väntas få ${rounded} ärenden i månaden men klarar ${capacityPerMonth}.`,
        `Unit ${code} is expected to get ${rounded} cases a month but manages ${capacityPerMonth}.`,
      ),
    ]
  })
}
