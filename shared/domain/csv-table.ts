// CSV text into rows that keep their number in the file, with the separator found and a broken quote named by row.
import { parse } from 'csv-parse/sync'

export type Separator = ';' | ',' | '\t'

/** One row as it stands in the file; `row` is its number there, blank rows counted and the first row being 1. */
export type CsvRow = { row: number; cells: string[] }

/** One cell longer than this is an unclosed quote or another file: reading stops before memory does. */
const LONGEST_ROW = 100_000

/** The rows that hold something, or the row at which the file cannot be read on. Never throws. */
export function readTable(text: string): { separator: Separator; rows: CsvRow[] } | { brokenAtRow: number } {
  const separator = separatorOf(text)
  const rows = parseRows(text, separator)
  if ('brokenAtRow' in rows) return rows
  return { separator, rows: rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== '')) }
}

/** The separator of the first row that holds one; Excel's own `sep=;` row says it outright. */
function separatorOf(text: string): Separator {
  const first = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/, 20)
    .find((line) => /[;,\t]/.test(line))
  if (first === undefined) return ';'
  const told = /^"?sep=([;,\t])/i.exec(first)?.[1]
  const unquoted = first.replace(/"[^"]*"/g, '')
  const count = (sign: string) => unquoted.split(sign).length
  const best = [';', ',', '\t'].toSorted((one, other) => count(other) - count(one))[0]
  const separator = told ?? best
  return separator === ',' || separator === '\t' ? separator : ';'
}

function parseRows(text: string, separator: Separator): CsvRow[] | { brokenAtRow: number } {
  const strict = parseWith(text, separator, false)
  // A quote inside a cell (Anders "Nisse" Ek) is harmless where the strict rule would give up the whole file.
  const lenient = 'brokenAtRow' in strict && strict.code === 'INVALID_OPENING_QUOTE'
  const rows = lenient ? parseWith(text, separator, true) : strict
  if ('brokenAtRow' in rows) return { brokenAtRow: rows.brokenAtRow }
  const swallowed = rows.find(({ cells }) => cells.some((cell) => swallows(cell, separator, lenient)))
  return swallowed ? { brokenAtRow: swallowed.row } : rows
}

/** Whether a cell holds the next row: an unclosed quote that happens to meet another one would hide that row. */
function swallows(cell: string, separator: Separator, lenient: boolean): boolean {
  if (!/[\r\n]/.test(cell)) return false
  return (lenient && cell.includes('"')) || cell.split(separator).length > 3
}

function parseWith(text: string, separator: Separator, relaxed: boolean) {
  try {
    const records = parse(text, {
      bom: true,
      delimiter: separator,
      max_record_size: LONGEST_ROW,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: relaxed,
    })
    return records.map((cells, place): CsvRow => ({ row: place + 1, cells }))
  } catch (fault) {
    return { ...whereOf(fault), brokenAtRow: whereOf(fault).records + 1 }
  }
}

/** The rows that were whole before the parser gave up, and why it did. */
function whereOf(fault: unknown): { code: string; records: number } {
  if (!(fault instanceof Error)) throw fault
  const code = 'code' in fault && typeof fault.code === 'string' ? fault.code : null
  // A fault of another kind is ours, not the sender's, and must not be told as theirs.
  if (code === null) throw fault
  return { code, records: 'records' in fault && typeof fault.records === 'number' ? fault.records : 0 }
}
