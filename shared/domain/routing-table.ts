// The rules table as a municipality writes it: a CSV sheet in, typed rows or problems out, and the same sheet back.

import { FORBIDDEN_COLUMNS, INPUTS } from './routing-facts.ts'
import { printCell } from './routing-cells.ts'
import { PERSON_WORDS, REQUIRED_COLUMNS, ROUTING_COLUMNS, readRow, rowNumberOf } from './routing-row.ts'
import type { RoutingRow } from './routing-row.ts'
import { readSheet, sheetProblem, unknownColumn, writeSheet } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'

export type RoutingTable = { rows: readonly RoutingRow[] }

/**
 * Reads a rules table. Never throws: whatever cannot be read is a problem with the rule's number, the column and a
 * stable code, and the rows that can be read are still returned so that one upload shows every fault at once.
 */
export function parseRoutingTable(csvText: string): { table: RoutingTable; problems: SheetProblem[] } {
  const sheet = readSheet(csvText)
  const problems = [...sheet.problems, ...headingProblems(sheet.columns, sheet.rows)]
  const rows: RoutingRow[] = []
  if (!problems.some((problem) => problem.code === 'missing-column')) {
    for (const source of sheet.rows) {
      const row = readRow(source, problems)
      if (row) rows.push(row)
    }
  }
  problems.push(...numberedTwice(rows))
  rows.sort((a, b) => a.row - b.row)
  return { table: { rows }, problems }
}

function headingProblems(columns: string[], rows: SheetRow[]): SheetProblem[] {
  if (columns.length === 0) return []
  const missing = REQUIRED_COLUMNS.filter((column) => !columns.includes(column)).map((column) =>
    sheetProblem(
      'missing-column',
      { line: 1, column },
      `Kolumnen ${column} saknas.`,
      `Column ${column} is missing.`,
    ),
  )
  const unknown = columns.filter((column) => !ROUTING_COLUMNS.includes(column))
  return [
    ...missing,
    ...unknown.flatMap((column) => strangeColumn(column, columns.indexOf(column) + 1, rows)),
  ]
}

function strangeColumn(column: string, place: number, rows: SheetRow[]): SheetProblem[] {
  if (!FORBIDDEN_COLUMNS.includes(column)) {
    return [unknownColumn(column, place)]
  }
  const naming = rows.filter((row) => row.cells[column] !== '')
  const where = naming.map((row) => ({ line: row.line, row: rowNumberOf(row) }))
  return (where.length > 0 ? where : [{ line: 1, row: null }]).map((place) => forbidden(place, column))
}

function forbidden(place: { line: number; row: number | null }, column: string): SheetProblem {
  return sheetProblem(
    'forbidden-field',
    { ...place, column },
    `En regel får inte läsa fältet ${column}.`,
    `A rule may not read the field ${column}.`,
  )
}

function numberedTwice(rows: RoutingRow[]): SheetProblem[] {
  const first = new Map<number, number>()
  return rows.flatMap(({ row, line }) => {
    const earlier = first.get(row)
    if (earlier === undefined) {
      first.set(row, line)
      return []
    }
    const where = { line, row, column: 'rad' }
    return [
      sheetProblem(
        'duplicate-row',
        where,
        `Rad ${row} finns redan på rad ${earlier} i filen.`,
        `Row ${row} is already on line ${earlier}.`,
      ),
    ]
  })
}

/** Writes the table as the sheet that `parseRoutingTable` reads back to the same rows. */
export function exportRoutingTable(table: RoutingTable): string {
  return writeSheet(ROUTING_COLUMNS, table.rows.map(printRow))
}

/** One row as the cells of the sheet, in the order of `ROUTING_COLUMNS`. */
export function printRow(row: RoutingRow): string[] {
  const committees = [...new Set(row.targets.map((target) => target.committee))]
  const paired = committees.length === 1 ? committees : row.targets.map((target) => target.committee)
  const units = row.targets.flatMap((target) => target.unit ?? [])
  return [
    String(row.row),
    row.kind.toUpperCase(),
    ...INPUTS.map((input) => printCell(input, row.conditions[input.name])),
    paired.join(' + '),
    units.join(' + '),
    Object.keys(PERSON_WORDS).find((word) => PERSON_WORDS[word] === row.person) ?? row.person ?? '',
    row.templates.join(', '),
    row.answerWithinWorkingDays === null ? '' : String(row.answerWithinWorkingDays),
    row.behindGate ? 'ja' : '',
    row.reason.sv,
    row.reason.en,
    row.basis,
  ]
}
