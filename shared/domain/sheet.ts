// Reads and writes the semicolon-separated sheets that a municipality edits: rows with their line, or problems.

import { readTable } from './csv-table.ts'
import type { CsvRow } from './csv-table.ts'

/** One thing wrong in a sheet. `row` is the rule's own number when it has one, `line` the row in the file. */
export type SheetProblem = {
  code: string
  line: number
  row: number | null
  column: string | null
  reason: { sv: string; en: string }
}

export type SheetRow = { line: number; cells: Record<string, string> }
export type Sheet = { columns: string[]; rows: SheetRow[]; problems: SheetProblem[] }

/** Builds one problem; `where` carries line, the rule's number and the column, as far as they are known. */
export function sheetProblem(
  code: string,
  where: { line?: number; row?: number | null; column?: string | null },
  sv: string,
  en: string,
): SheetProblem {
  const { line = 0, row = null, column = null } = where
  return { code, line, row, column, reason: { sv, en } }
}

/** A problem for each row whose `column` repeats what an earlier row has; `thing` is what the column names. */
export function doubled<R extends { line: number }>(
  rows: readonly R[],
  column: string,
  keyOf: (row: R) => string,
  thing: { sv: string; en: string },
): SheetProblem[] {
  const keys = rows.map(keyOf)
  return rows.flatMap((row, at) => {
    const key = keyOf(row)
    if (keys.indexOf(key) === at) return []
    const { line } = row
    const [sv, en] = [`${thing.sv} ${key} finns två gånger.`, `The ${thing.en} ${key} is there twice.`]
    return [sheetProblem('duplicate-code', { line, column }, sv, en)]
  })
}

/**
 * What a heading may be called when something is wrong with it; `place` is counted from 1. What does not look like a
 * heading is told by its place alone: in a file that lacks its first line somebody's name or number stands there.
 */
function calledAt(column: string, place: number): string {
  return /^[a-zåäö_]{1,30}$/.test(column) ? `”${column}”` : `${place}`
}

/** A heading that the table does not have. */
export function unknownColumn(column: string, place: number): SheetProblem {
  const called = calledAt(column, place)
  return sheetProblem(
    'unknown-column',
    { line: 1, column: called.replaceAll('”', '') },
    `Kolumn ${called} finns inte i tabellen.`,
    `The table does not have column ${called}.`,
  )
}

/**
 * Reads a sheet with a heading row. Never throws: a file that is not CSV, has no heading, has a row of another
 * width, or was saved in another encoding than UTF-8 comes back as problems.
 */
export function readSheet(text: string): Sheet {
  const read = readTable(text)
  if ('brokenAtRow' in read) return nothing(malformed(read.brokenAtRow))
  const [heading, ...sources] = read.rows.filter(({ cells }) => !/^sep=/i.test(cells[0] ?? ''))
  if (!heading) return nothing(sheetProblem('empty-file', { line: 1 }, 'Filen är tom.', 'The file is empty.'))
  const columns = heading.cells.map((cell) => cell.trim().toLowerCase())
  const problems = [...repeatedHeadings(columns), ...wrongEncoding(text)]
  const rows = sources.flatMap((source) => rowOf(source, columns, problems))
  return { columns, rows, problems }
}

/** The columns that a sheet which can be read lacks. */
export function missingColumns(sheet: Sheet, columns: readonly string[]): SheetProblem[] {
  if (sheet.problems.length > 0) return []
  const missing = columns.filter((column) => !sheet.columns.includes(column))
  return missing.map((column) =>
    sheetProblem(
      'missing-column',
      { line: 1, column },
      `Kolumnen ${column} saknas.`,
      `Column ${column} is missing.`,
    ),
  )
}

const nothing = (problem: SheetProblem): Sheet => ({ columns: [], rows: [], problems: [problem] })

function malformed(line: number): SheetProblem {
  return sheetProblem(
    'malformed-csv',
    { line },
    `Filen går inte att läsa som CSV vid rad ${line}: kontrollera citattecken och semikolon.`,
    `The file cannot be read as CSV at line ${line}: check quotes and semicolons.`,
  )
}

function repeatedHeadings(columns: string[]): SheetProblem[] {
  const repeated = columns.filter((column, at) => column !== '' && columns.indexOf(column) !== at)
  return [...new Set(repeated)].map((column) => {
    const called = calledAt(column, columns.indexOf(column) + 1)
    return sheetProblem(
      'duplicate-column',
      { line: 1, column: called.replaceAll('”', '') },
      `Kolumn ${called} finns två gånger.`,
      `Column ${called} occurs twice.`,
    )
  })
}

/** A file saved as Windows-1252 and read as UTF-8 has lost its å, ä and ö for good, and would name no unit rightly. */
function wrongEncoding(text: string): SheetProblem[] {
  if (!text.includes('\uFFFD')) return []
  const sv = 'Filen är inte sparad som UTF-8: å, ä och ö går inte att läsa.'
  return [sheetProblem('not-utf8', {}, sv, 'The file is not saved as UTF-8.')]
}

function rowOf({ cells, row: line }: CsvRow, columns: string[], problems: SheetProblem[]): SheetRow[] {
  if (cells.length !== columns.length) {
    problems.push(
      sheetProblem(
        'wrong-width',
        { line },
        `Rad ${line} i filen har ${cells.length} fält men rubriken ${columns.length}.`,
        `Line ${line} has ${cells.length} fields but the heading ${columns.length}.`,
      ),
    )
    return []
  }
  return [{ line, cells: Object.fromEntries(columns.map((column, at) => [column, plain(cells[at])])) }]
}

/** A cell without the spaces around it and without the apostrophe that keeps a spreadsheet from running it. */
const plain = (cell = ''): string => cell.trim().replace(/^'(?=[=+\-@])/, '')

/** A cell that a spreadsheet would run as a formula is written with the apostrophe that makes it text there. */
const asText = (cell: string): string => (/^[=+\-@]/.test(cell) ? `'${cell}` : cell)

function quoted(cell: string): string {
  const safe = asText(cell)
  return /[;"\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Writes a sheet that Excel opens rightly: semicolons, CRLF, and the mark that says UTF-8. */
export function writeSheet(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return `\uFEFF${[columns, ...rows].map((row) => row.map(quoted).join(';')).join('\r\n')}\r\n`
}
