// What a worksheet's XML says of its cells besides their values: formulas, errors, merged cells, hidden rows, true size.

/** A cell whose value must not be taken as it stands; `row` and `place` (its column) count from 1 and 0. */
export type CellMark = {
  row: number
  place: number
  code: 'formula' | 'cell_merged' | 'cell_error' | 'number_rounded' | 'date_with_time'
}

export type SheetMarks = {
  cells: CellMark[]
  /** Numbers as they are written in the file: of more than fifteen digits Excel has changed the last. */
  hiddenRows: number[]
  hiddenColumns: boolean
  /** The last row and column that hold a value or a formula. */
  lastRow: number
  lastPlace: number
}

// Quoted values are taken whole, so that a `>` inside one does not end the tag; the pattern never steps back.
const TAG = /<(?:\w+:)?(row|col|c|f|v|is|mergeCell)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/g
const MOST_MERGED_ROWS = 10_000

const attribute = (text: string, name: string): string | null =>
  new RegExp(`(?:^|\\s)${name}\\s*=\\s*["']([^"']*)["']`).exec(text)?.[1] ?? null

/** `AB12` → row 12, place 27; null when it is no address. */
export function cellAddress(written: string): { row: number; place: number } | null {
  const match = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(written)
  if (!match) return null
  const letters = (match[1] ?? '').split('')
  const column = letters.reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)
  return { row: Number(match[2]), place: column - 1 }
}

type Walk = { marks: SheetMarks; row: number; place: number; attributes: string }

/** Reads the marks of one worksheet in one pass over its XML. */
export function readSheetMarks(xml: string): SheetMarks {
  const marks: SheetMarks = { cells: [], hiddenRows: [], hiddenColumns: false, lastRow: 0, lastPlace: -1 }
  const walk: Walk = { marks, row: 0, place: -1, attributes: '' }
  for (const [, tag, attributes = ''] of xml.matchAll(TAG)) step(walk, tag ?? '', attributes)
  return marks
}

function step(walk: Walk, tag: string, attributes: string): void {
  const { marks } = walk
  if (tag === 'row') {
    walk.row = Number(attribute(attributes, 'r') ?? walk.row + 1)
    walk.place = -1
    if (isOn(attribute(attributes, 'hidden'))) marks.hiddenRows.push(walk.row)
  } else if (tag === 'col') {
    if (isOn(attribute(attributes, 'hidden'))) marks.hiddenColumns = true
  } else if (tag === 'c') {
    const address = cellAddress(attribute(attributes, 'r') ?? '')
    walk.row = address?.row ?? walk.row
    walk.place = address?.place ?? walk.place + 1
    walk.attributes = attributes
  } else if (tag === 'mergeCell') marks.cells.push(...mergedCells(attribute(attributes, 'ref') ?? ''))
  else inCell(walk, tag)
}

const isOn = (value: string | null): boolean => value === '1' || value === 'true'

function inCell({ marks, row, place, attributes }: Walk, tag: string): void {
  if (place < 0) return
  marks.lastRow = Math.max(marks.lastRow, row)
  marks.lastPlace = Math.max(marks.lastPlace, place)
  if (tag === 'f') marks.cells.push({ row, place, code: 'formula' })
  else if (attribute(attributes, 't') === 'e') marks.cells.push({ row, place, code: 'cell_error' })
}

/** All cells of a merged range that spans rows: only the first keeps its value, and the others look empty. */
function mergedCells(ref: string): CellMark[] {
  const [from, to] = ref.split(':').map(cellAddress)
  if (!from || !to || to.row <= from.row || to.row - from.row > MOST_MERGED_ROWS) return []
  const rows = Array.from({ length: to.row - from.row + 1 }, (_, step) => from.row + step)
  return rows.map((row) => ({ row, place: from.place, code: 'cell_merged' as const }))
}
