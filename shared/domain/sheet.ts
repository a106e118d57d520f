// Reads and writes the semicolon-separated sheets that a municipality edits: rows with their line, or problems.

import { parse, CsvError } from 'csv-parse/sync'

/** One thing wrong in a sheet. `row` is the rule's own number when it has one, `line` the line in the file. */
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
  return {
    code,
    line: where.line ?? 0,
    row: where.row ?? null,
    column: where.column ?? null,
    reason: { sv, en },
  }
}

type Source = { cells: string[]; line: number }

function readSources(text: string): Source[] {
  const sources: Source[] = []
  parse(text, {
    delimiter: ';',
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    on_record: (cells: string[], { lines }) => {
      sources.push({ cells, line: lines })
      return null
    },
  })
  return sources
}

function unreadable(fault: CsvError): SheetProblem {
  const line = typeof fault['lines'] === 'number' ? fault['lines'] : 0
  return sheetProblem(
    'malformed-csv',
    { line },
    `Filen går inte att läsa som CSV vid rad ${line}: kontrollera citattecken och semikolon.`,
    `The file cannot be read as CSV at line ${line}: check quotes and semicolons.`,
  )
}

function headingProblems(columns: string[]): SheetProblem[] {
  const twice = columns.filter((column, at) => column !== '' && columns.indexOf(column) !== at)
  return [...new Set(twice)].map((column) =>
    sheetProblem(
      'duplicate-column',
      { line: 1, column },
      `Kolumnen ${column} finns två gånger.`,
      `Column ${column} occurs twice.`,
    ),
  )
}

/**
 * Reads a sheet with a heading row. Never throws: a file that is not CSV, has no heading, has a row of another
 * width, or was saved in another encoding than UTF-8 comes back as problems.
 */
export function readSheet(text: string): Sheet {
  let sources: Source[]
  try {
    sources = readSources(text)
  } catch (fault) {
    if (!(fault instanceof CsvError)) throw fault
    return { columns: [], rows: [], problems: [unreadable(fault)] }
  }
  const columns = (sources[0]?.cells ?? []).map((heading) => heading.toLowerCase())
  if (columns.length === 0) {
    const empty = sheetProblem('empty-file', { line: 1 }, 'Filen är tom.', 'The file is empty.')
    return { columns, rows: [], problems: [empty] }
  }
  const problems = headingProblems(columns)
  if (text.includes('\uFFFD')) {
    problems.push(
      sheetProblem(
        'not-utf8',
        {},
        'Filen är inte sparad som UTF-8: å, ä och ö går inte att läsa.',
        'The file is not saved as UTF-8.',
      ),
    )
  }
  const rows = sources.slice(1).flatMap((source) => rowOf(source, columns, problems))
  return { columns, rows, problems }
}

function rowOf({ cells, line }: Source, columns: string[], problems: SheetProblem[]): SheetRow[] {
  if (cells.every((cell) => cell === '')) return []
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
  return [{ line, cells: Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])) }]
}

const quoted = (cell: string): string =>
  /[;"\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

/** Writes a sheet that Excel opens rightly: semicolons, CRLF, and the mark that says UTF-8. */
export function writeSheet(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return `\uFEFF${[columns, ...rows].map((row) => row.map(quoted).join(';')).join('\r\n')}\r\n`
}
