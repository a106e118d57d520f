// Reads the cells of an Excel workbook and the one sheet that has landlords' rows. For the child process alone.
import { crc32 } from 'node:zlib'
import readWorkbook from 'read-excel-file/universal'
import { columnNamed, plain, type Mapping } from './domain/notice-file-columns.ts'
import { NOTICE_FILE_LIMITS, heldFile, readNoticeTable, type NoticeFile } from './domain/notice-file.ts'
import { readSheetMarks, type SheetMarks } from './domain/sheet-marks.ts'
import { tableOf, type Table, type WorkbookCell } from './domain/workbook-table.ts'
import { Stopped, text, unpack, type Parts } from './workbook-parts.ts'

const MOST_COLUMNS = 200
// The heading, and some blank rows between.
const MOST_ROWS = NOTICE_FILE_LIMITS.rows + 200

/** Reads a workbook of landlords' rows. Never throws: what cannot be read is a file with a problem. */
export async function readNoticeWorkbook(bytes: Uint8Array, mapping: Mapping): Promise<NoticeFile> {
  try {
    const parts = unpack(bytes)
    const marks = sheetPaths(parts).map((path) => marksOf(parts, path))
    const sheets = await cellsOf(parts)
    if (sheets.length !== marks.length) throw new Stopped('file_damaged')
    const epoch = /<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true)["']/.test(
      text(parts, 'xl/workbook.xml'),
    )
      ? 1904
      : 1900
    const tables = sheets.map((rows, place) => tableOf({ rows, marks: marks[place]! }, epoch))
    return readNoticeTable(chosenOf(tables, mapping), mapping)
  } catch (error) {
    if (error instanceof Stopped) return heldFile(error.code)
    throw error
  }
}

const TAGS = (name: string) => new RegExp(`<(?:\\w+:)?${name}\\b((?:[^>"']|"[^"]*"|'[^']*')*)>`, 'g')
const valueOf = (attributes: string, name: string): string =>
  new RegExp(`(?:^|\\s)(?:\\w+:)?${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? ''

/** The parts of the sheets, in the workbook's order. */
function sheetPaths(parts: Parts): string[] {
  const targets = new Map<string, string>()
  for (const [, attributes = ''] of text(parts, 'xl/_rels/workbook.xml.rels').matchAll(
    TAGS('Relationship'),
  )) {
    if (valueOf(attributes, 'Type').endsWith('/worksheet'))
      targets.set(valueOf(attributes, 'Id'), valueOf(attributes, 'Target'))
  }
  const sheets = [...text(parts, 'xl/workbook.xml').matchAll(TAGS('sheet'))]
  return sheets.flatMap(([, attributes = '']) => {
    const target = targets.get(/\s\w+:id\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1] ?? '')
    return target === undefined ? [] : [target.startsWith('/') ? target.slice(1) : `xl/${target}`]
  })
}

function marksOf(parts: Parts, path: string): SheetMarks {
  const marks = readSheetMarks(text(parts, path))
  // One cell at the far corner would make the reader fill everything before it.
  if (marks.lastRow > MOST_ROWS || marks.lastPlace >= MOST_COLUMNS) throw new Stopped('file_too_large')
  return marks
}

async function cellsOf(parts: Parts): Promise<WorkbookCell[][][]> {
  const options = { parseNumber: (number: string) => ({ number }), trim: false }
  // What the library cannot make sense of, it says in errors of many names: all of them are about the file.
  const sheets = await readWorkbook(stored(parts), options).catch(() => {
    throw new Stopped('file_damaged')
  })
  return sheets.map(({ data }) => data.map((row) => row.map(cellOf)))
}

function cellOf(cell: unknown): WorkbookCell {
  if (cell instanceof Date) return { instant: cell.getTime() }
  if (typeof cell === 'string' || typeof cell === 'boolean') return cell
  return cell === null || cell === undefined ? null : (cell as { number: string })
}

/**
 * The parts that were looked through, packed again without compression: what is checked is what is read, however
 * differently two programs understand the archive that came.
 */
function stored(parts: Parts): ArrayBuffer {
  const [files, directory]: Buffer[][] = [[], []]
  let at = 0
  for (const [name, part] of parts) {
    const label = Buffer.from(name)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt32LE(crc32(part), 10)
    head.writeUInt32LE(part.length, 14)
    head.writeUInt32LE(part.length, 18)
    head.writeUInt16LE(label.length, 22)
    const offset = Buffer.alloc(16)
    offset.writeUInt32LE(at, 12)
    files?.push(Buffer.from('PK\u0003\u0004', 'latin1'), head, label, part)
    directory?.push(
      Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'),
      head.subarray(0, 26),
      offset.subarray(2),
      label,
    )
    at += 30 + label.length + part.length
  }
  const listed = Buffer.concat(directory ?? [])
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  end.writeUInt16LE(parts.size, 8)
  end.writeUInt16LE(parts.size, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Uint8Array.from(Buffer.concat([...(files ?? []), listed, end])).buffer
}

/** The one sheet that has landlords' rows; other sheets may hold help or notes. */
function chosenOf(tables: readonly Table[], mapping: Mapping): Table {
  const own = new Set(Object.entries(mapping).flatMap(([heading, to]) => (to ? [plain(heading)] : [])))
  const isOurs = ({ rows: [heading] }: Table): boolean =>
    (heading?.cells ?? []).some((cell) => columnNamed(cell) !== null || own.has(plain(cell)))
  const ours = tables.filter((table) => table.rows.length > 1 && isOurs(table))
  // Passed over in silence, a second sheet would be families nobody hears of.
  if (ours.length > 1) throw new Stopped('sheets_several')
  const filled = tables.filter(({ rows }) => rows.length > 0)
  const chosen = ours[0] ?? filled.find(isOurs) ?? filled[0]
  if (!chosen) throw new Stopped('file_empty')
  const others = filled.length - 1
  if (others > 0) chosen.remarks.push({ code: 'sheets_passed_over', count: others })
  return chosen
}
