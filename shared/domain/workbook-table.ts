// A workbook's sheets as the rows of a landlord's file: text as a person would have typed it, and what cannot be trusted.
import type { CsvRow } from './csv-table.ts'
import { dateOfNumber } from './days.ts'
import { DATE_COLUMNS, type Header } from './notice-file-columns.ts'
import type { CellMark, SheetMarks } from './sheet-marks.ts'

/** A cell as the workbook holds it. A number comes as the text of the file, a day as milliseconds since 1970 in UTC. */
export type WorkbookCell = string | boolean | { number: string } | { instant: number } | null

export type WorkbookSheet = {
  rows: readonly (readonly WorkbookCell[])[]
  marks: SheetMarks
}

/** What the sender should know of a file that is read all the same; said in words by `shared/text/landlord-files.ts`. */
export type FileRemark =
  | { code: 'rows_hidden'; rows: number[] }
  | { code: 'zeros_lost'; rows: number[] }
  | { code: 'columns_hidden' }
  | { code: 'sheets_passed_over'; count: number }

/** The rows of a file whatever its format. `numbers` holds `row:place` of cells that are numbers and not text. */
export type Table = {
  rows: CsvRow[]
  marks: readonly CellMark[]
  numbers: ReadonlySet<string>
  /** How bare numbers count days; null where they cannot be days. */
  epoch: 1900 | 1904 | null
  remarks: FileRemark[]
}

const MOST_DIGITS = 15
const DAY_MS = 86_400_000
// Half a minute: a day that a program computed may lie a rounding from midnight.
const NEAR_MS = 30_000

/** One sheet as a table, blank rows left out, row numbers those that Excel shows. */
export function tableOf(sheet: WorkbookSheet, epoch: 1900 | 1904): Table {
  const marks = [...sheet.marks.cells]
  const numbers = new Set<string>()
  const rows = sheet.rows.map((cells, index) => {
    const row = index + 1
    for (const [place, cell] of cells.entries()) {
      const fault = faultOf(cell)
      if (fault) marks.push({ row, place, code: fault })
      if (cell !== null && typeof cell === 'object' && 'number' in cell) numbers.add(`${row}:${place}`)
    }
    return { row, cells: cells.map(textOf) }
  })
  const marked = new Set(marks.filter(({ code }) => code !== 'cell_merged').map(({ row }) => row))
  const kept = rows.filter(({ row, cells }) => marked.has(row) || cells.some((cell) => cell.trim() !== ''))
  const there = new Set(kept.map(({ row }) => row))
  const hidden = sheet.marks.hiddenRows.filter((row) => there.has(row))
  const remarks: FileRemark[] = [
    ...(hidden.length > 0 ? [{ code: 'rows_hidden' as const, rows: hidden }] : []),
    ...(sheet.marks.hiddenColumns ? [{ code: 'columns_hidden' as const }] : []),
  ]
  return { rows: kept, marks: marks.filter(({ row }) => there.has(row)), numbers, epoch, remarks }
}

function faultOf(cell: WorkbookCell): CellMark['code'] | null {
  if (cell === null || typeof cell !== 'object') return null
  if ('instant' in cell) return isMidnight(cell.instant) ? null : 'date_with_time'
  const digits = plainNumber(cell.number).replace(/\D/g, '').replace(/0+$/, '')
  const long = Math.abs(Number(cell.number)) >= 10 ** MOST_DIGITS
  return long || digits.length > MOST_DIGITS ? 'number_rounded' : null
}

const isMidnight = (instant: number): boolean =>
  (((instant + NEAR_MS) % DAY_MS) + DAY_MS) % DAY_MS < 2 * NEAR_MS

function textOf(cell: WorkbookCell): string {
  if (cell === null) return ''
  if (typeof cell === 'string') return cell
  if (typeof cell === 'boolean') return cell ? 'SANT' : 'FALSKT'
  return 'instant' in cell
    ? dateOfNumber(Math.floor((cell.instant + NEAR_MS) / DAY_MS))
    : plainNumber(cell.number)
}

/** The number that Excel shows: a double keeps seventeen digits, of which the last two are noise (8450.4999999999991). */
export function plainNumber(written: string): string {
  const value = Number(written)
  if (written.trim() === '' || !Number.isFinite(value)) return written
  const shown = String(Number(value.toPrecision(MOST_DIGITS)))
  return shown.includes('e') ? written : shown
}

/** The day that a bare number means in a date column, or null: 1900 counts a 29 February that never was, 1904 does not. */
export function dayOfSerial(text: string, epoch: 1900 | 1904): string | null {
  // Five digits are 1927 to 2173: an amount or a year in the wrong column is no day.
  if (!/^[1-9]\d{4}$/.test(text)) return null
  return dateOfNumber(Number(text) + (epoch === 1904 ? 1462 : 0) - 25_569)
}

const TENS = 10
const FLAT_DIGITS = 4

/** The table with its bare numbers read by their column: days, identity numbers that lost their zeros; the rest as it is. */
export function meantTable(table: Table, header: Header): Table {
  const { epoch, numbers } = table
  if (epoch === null) return table
  const lost: number[] = []
  const rows = table.rows.map(({ row, cells }) => {
    const read = [...cells]
    for (const [column, place] of header.places) {
      const cell = read[place] ?? ''
      if (!numbers.has(`${row}:${place}`)) continue
      if (DATE_COLUMNS.has(column)) read[place] = dayOfSerial(cell, epoch) ?? cell
      // 010203-1234 as a number is 102031234: its check digit still tells whether this is right.
      else if (column === 'hyresgast_personnummer') read[place] = cell.padStart(TENS, '0')
      else if (column === 'lagenhetsnr' && cell.length < FLAT_DIGITS) lost.push(row)
    }
    return { row, cells: read }
  })
  const remarks: FileRemark[] = lost.length > 0 ? [{ code: 'zeros_lost', rows: lost }] : []
  return { ...table, rows, remarks: [...table.remarks, ...remarks] }
}
