// Example cases beside the rules: what an officer expects of the table, read from a sheet and tried against it.

import { INPUTS } from './routing-facts.ts'
import type { ClientAt, Input, RoutingFacts } from './routing-facts.ts'
import { parseCell } from './routing-cells.ts'
import { compileRoutingTable, decideRouting } from './routing.ts'
import type { Owner } from './routing.ts'
import type { RoutingTable } from './routing-table.ts'
import { readSheet, sheetProblem, unknownColumn } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'

/** One example: the facts, who should own, who should be called in (in any order), and the row that should speak. */
export type RoutingCase = {
  name: string
  line: number
  facts: RoutingFacts
  owners: readonly string[]
  additions: readonly string[]
  row: number
}

/** What an empty cell of an example means: an adult nobody knows, given notice for one month's unpaid rent. */
export const ORDINARY_FACTS: RoutingFacts = {
  noticeType: 'rent-termination',
  stage: 'terminated',
  daysLeft: null,
  daysToEviction: null,
  monthsUnpaid: 1,
  amount: null,
  landlord: { organisationNumber: null, name: '' },
  landlordKind: 'unknown',
  postalCode: null,
  age: null,
  childrenInHousehold: 'unknown',
  repeatWithin12Months: false,
  contactState: 'not-tried',
  contactAttempts: 0,
  tenancyKind: 'first-hand',
  clientOf: [],
  outOfHours: false,
  protectedIdentity: false,
  violence: false,
  needs: [],
}

const COLUMNS = new Set([
  'fall',
  ...INPUTS.map((input) => input.column),
  'agare',
  'tillagg',
  'regel',
  'varfor',
])

/** Reads example cases. Never throws: whatever cannot be read is a problem with its line and column. */
export function parseRoutingCases(csvText: string): { cases: RoutingCase[]; problems: SheetProblem[] } {
  const sheet = readSheet(csvText)
  const problems = [...sheet.problems]
  for (const column of sheet.columns.filter((column) => !COLUMNS.has(column))) {
    problems.push(unknownColumn(column, sheet.columns.indexOf(column) + 1))
  }
  const cases = sheet.rows.flatMap((row) => readCase(row, problems))
  return { cases, problems }
}

function readCase({ line, cells }: SheetRow, problems: SheetProblem[]): RoutingCase[] {
  const before = problems.length
  const told: [string, unknown][] = []
  for (const input of INPUTS) {
    const text = cells[input.column] ?? ''
    if (text === '') continue
    const fact = readFact(input, text)
    if (fact !== undefined) told.push([input.name, fact])
    else
      problems.push(
        sheetProblem(
          'unreadable-value',
          { line, column: input.column },
          `”${text}” går inte att läsa.`,
          `"${text}" cannot be read.`,
        ),
      )
  }
  if (!/^\d+$/.test(cells['regel'] ?? '')) {
    problems.push(
      sheetProblem(
        'bad-row-number',
        { line, column: 'regel' },
        'Regelns nummer saknas.',
        'The row number is missing.',
      ),
    )
  }
  if (problems.length > before) return []
  return [
    {
      name: cells['fall'] ?? '',
      line,
      facts: { ...ORDINARY_FACTS, ...Object.fromEntries(told) },
      owners: list(cells['agare'], '+'),
      additions: list(cells['tillagg'], ','),
      row: Number(cells['regel']),
    },
  ]
}

/** The facts of a case that somebody has made up, by column and in the words of the sheet; what is left out is ordinary. */
export function readMadeUpCase(cells: Readonly<Record<string, string>>): {
  facts: RoutingFacts | null
  problems: SheetProblem[]
} {
  const problems: SheetProblem[] = []
  // No row is expected to speak: the number only has to be one.
  const [read] = readCase({ line: 1, cells: { ...cells, regel: '0' } }, problems)
  return { facts: read?.facts ?? null, problems }
}

const list = (text: string | undefined, by: string): string[] =>
  (text ?? '') === '' ? [] : (text ?? '').split(by).map((part) => part.trim())

/** One fact as a cell says it, or undefined when it cannot be read. Text here is a value, not a condition. */
function readFact(input: Input, text: string): unknown {
  if (input.kind === 'landlord') {
    const digits = text.replaceAll(/[\s-]/g, '')
    return /^\d{10}$/.test(digits)
      ? { organisationNumber: digits, name: '' }
      : { organisationNumber: null, name: text }
  }
  if (input.kind === 'clients') return readClients(text)
  if (input.kind === 'postal') return /^\d{3} ?\d{2}$/.test(text) ? text.replace(' ', '') : undefined
  const parsed = parseCell(input, text)
  if ('fault' in parsed || parsed.value === null) return undefined
  const condition = parsed.value
  if (condition.kind === 'ranges') {
    const [only, more] = condition.ranges
    return only && !more && only[0] === only[1] ? only[0] : undefined
  }
  if (condition.except) return undefined
  if (condition.kind === 'flags') return condition.anyOf.flat()
  const [word, other] = condition.values
  if (other !== undefined) return undefined
  return input.kind === 'yes-no' ? word === 'yes' : word
}

function readClients(text: string): ClientAt[] {
  return list(text, ',').map((place) => {
    const [committee = '', unit, caseworker] = place.split('/')
    return { committee, unit: unit ?? null, caseworker: caseworker ?? null }
  })
}

/** `committee/unit/person`, as the examples write it. */
export const printOwner = ({ committee, unit, person }: Owner): string =>
  [committee, unit, person].filter((part) => part !== null).join('/')

export type CaseResult = {
  case: RoutingCase
  owners: string[]
  additions: string[]
  row: number | null
  passes: boolean
}

/** Tries every example on a table and says which came out as expected. */
export function tryRoutingCases(cases: readonly RoutingCase[], table: RoutingTable): CaseResult[] {
  const compiled = compileRoutingTable(table)
  return cases.map((example) => {
    const decision = decideRouting(example.facts, compiled)
    const owners = decision.owners.map(printOwner)
    const additions = decision.additions.map(printOwner)
    const passes =
      decision.row === example.row && same(owners, example.owners) && same(additions, example.additions)
    return { case: example, owners, additions, row: decision.row, passes }
  })
}

const same = (found: string[], expected: readonly string[]): boolean =>
  [...found].sort().join('|') === [...expected].sort().join('|')
