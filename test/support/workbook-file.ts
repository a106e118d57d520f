// Excel workbooks as tests need them: honest ones written by a library, and crooked archives written by hand.
import { crc32, deflateRawSync } from 'node:zlib'
import writeWorkbook from 'write-excel-file/node'
import { COLUMN_NAMES } from '../../shared/domain/notice-file-columns.ts'
import type { NoticeFile } from '../../shared/domain/notice-file.ts'
import { good, type Row } from './landlord-file.ts'

export type Cell = string | number | Date | null

const cellOf = (value: Cell) => {
  if (value === null || value === '') return null
  if (value instanceof Date) return { value, type: Date, format: 'yyyy-mm-dd' }
  return typeof value === 'number' ? { value, type: Number } : { value, type: String }
}

/** A workbook of one sheet, its cells typed as given. */
export async function workbookOf(rows: readonly (readonly Cell[])[]): Promise<Buffer> {
  return writeWorkbook(rows.map((row) => row.map(cellOf))).toBuffer()
}

/** The template's header and rows like `good`, changed as said; a cell may be a number or a day. */
export function templateRows(changes: readonly Partial<Record<keyof Row, Cell>>[]): Cell[][] {
  const rows = changes.map((change) => COLUMN_NAMES.map((name) => ({ ...good, ...change })[name] ?? null))
  return [[...COLUMN_NAMES], ...rows]
}

export type Part = {
  name: string
  text: string | Buffer
  /** Said in the archive's directory in place of the true size. */
  claims?: number
  /** A checksum that is not its own. */
  sum?: number
  /** Says it is at the same place as the first part. */
  overlaps?: boolean
}

/** An archive with these parts, packed; whatever lie is asked for. */
export function zipOf(parts: readonly Part[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, text, claims, overlaps, sum } of parts) {
    const whole = Buffer.from(text)
    const packed = deflateRawSync(whole)
    const label = Buffer.from(name)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(8, 4)
    head.writeUInt32LE(sum ?? crc32(whole), 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(claims ?? whole.length, 18)
    head.writeUInt16LE(label.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(overlaps ? 0 : at, 10)
    files.push(Buffer.from('PK\u0003\u0004', 'latin1'), head, label, packed)
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), head, tail, label)
    at += 30 + label.length + packed.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, listed, end])
}

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const XML = '<?xml version="1.0" encoding="UTF-8"?>'

/** The parts of a workbook written by hand: one `<worksheet>` inside per sheet, and what else is asked for. */
export function workbookParts(sheets: readonly string[], also: readonly Part[] = [], epoch = ''): Part[] {
  const listed = sheets.map((_, n) => `<sheet name="Blad${n + 1}" sheetId="${n + 1}" r:id="rId${n + 1}"/>`)
  const related = sheets.map(
    (_, n) =>
      `<Relationship Id="rId${n + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n + 1}.xml"/>`,
  )
  const relations = 'http://schemas.openxmlformats.org/package/2006/relationships'
  const types = 'http://schemas.openxmlformats.org/package/2006/content-types'
  return [
    { name: '[Content_Types].xml', text: `${XML}<Types xmlns="${types}"/>` },
    {
      name: 'xl/workbook.xml',
      text: `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}">${epoch}<sheets>${listed.join('')}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      text: `${XML}<Relationships xmlns="${relations}">${related.join('')}</Relationships>`,
    },
    ...sheets.map((inside, n) => ({
      name: `xl/worksheets/sheet${n + 1}.xml`,
      text: `${XML}<worksheet xmlns="${MAIN}">${inside}</worksheet>`,
    })),
    ...also,
  ]
}

const letters = (place: number): string =>
  place < 26 ? String.fromCharCode(65 + place) : letters(Math.floor(place / 26) - 1) + letters(place % 26)

/** A cell by hand: text, a bare number, or XML of one's own. */
export type RawCell = string | number | { xml: string; attributes?: string } | null

/** The `<sheetData>` of rows of cells, numbered from 1. */
export function sheetOf(
  rows: readonly (readonly RawCell[])[],
  rowAttributes: Record<number, string> = {},
): string {
  const written = rows.map((cells, index) => {
    const row = index + 1
    const inside = cells.map((cell, place) => {
      const at = `r="${letters(place)}${row}"`
      if (cell === null || cell === '') return ''
      if (typeof cell === 'number') return `<c ${at}><v>${cell}</v></c>`
      if (typeof cell === 'object') return `<c ${at} ${cell.attributes ?? ''}>${cell.xml}</c>`
      const text = cell.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
      return `<c ${at} t="inlineStr"><is><t>${text}</t></is></c>`
    })
    return `<row r="${row}" ${rowAttributes[row] ?? ''}>${inside.join('')}</row>`
  })
  return `<sheetData>${written.join('')}</sheetData>`
}

/** The template's header by hand, and a row of it like `good`, changed as said. */
export const heading: RawCell[] = [...COLUMN_NAMES]
export const cells = (change: Record<string, RawCell> = {}): RawCell[] =>
  COLUMN_NAMES.map((name) => ({ ...(good as Record<string, RawCell>), ...change })[name] ?? null)

/** A workbook with one sheet by hand. */
export const byHand = (sheet: string, also: Part[] = []): Buffer => zipOf(workbookParts([sheet], also))

/** What is wrong with the rows of a file, as row, column and code. */
export const faults = ({ errors }: NoticeFile) => errors.map(({ row, column, code }) => [row, column, code])
