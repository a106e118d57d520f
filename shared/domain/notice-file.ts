// A landlord's file into notices and bad rows: nothing is guessed, nothing is lost, every row is answered for.
import type { NoticeBody } from './notice-body.ts'
import { type CsvRow, type Separator, readTable } from './csv-table.ts'
import { type Header, type Mapping, readHeader, withoutEmptyTail } from './notice-file-columns.ts'
import {
  type FileProblem,
  type FileProblemCode,
  type RowError,
  fileProblem,
  rowError,
} from './notice-file-problems.ts'
import { type ReadRow, bodyOf, conflictsOf, groupKey, readRow } from './notice-file-rows.ts'
import { type Encoding, decodeText } from './text-encoding.ts'
import { uploadedKind } from './uploaded-kind.ts'
import { type FileRemark, type Table, meantTable } from './workbook-table.ts'

/** Where reading stops. A month of Sweden's largest landlord fits ten times over; more is another kind of file. */
export const NOTICE_FILE_LIMITS = { bytes: 5 * 1024 * 1024, rows: 10_000 } as const

/** The rows of one notice, and the body they make: the same that `POST /v1/notices` takes. */
export type NoticeGroup = { rowNumbers: number[]; body: NoticeBody }

/**
 * A file as read. Row numbers are those of the file, the header being 1. Either `problem` holds the whole file and
 * nothing else is said, or each of the `rows` stands in exactly one of `groups`, `errors` and `repeats`.
 */
export type NoticeFile = {
  encoding: Encoding | null
  separator: Separator | null
  rows: number
  groups: NoticeGroup[]
  errors: RowError[]
  /** Rows that say word for word what an earlier row says. */
  repeats: { row: number; of: number }[]
  /** The headings that are nobody's and were passed over. */
  ignoredColumns: string[]
  problem: FileProblem | null
  heading: readonly string[]
  /** The first rows as they came, for whoever says which column is which. */
  samples: readonly (readonly string[])[]
  /** What the sender should know of a file that is read all the same. */
  remarks: FileRemark[]
  rejected: CsvRow[]
}

/**
 * Reads a CSV file: `;` `,` or tab, UTF-8, UTF-16 or Windows-1252. `mapping` is the sender's own word for its
 * headings. Never throws; a file that cannot be read whole is not read at all (`problem`), a row that cannot be read
 * comes back with its number, column and how to mend it, and takes the other rows of its notice with it. A workbook is
 * unpacked elsewhere (`shared/workbook.ts`) and comes here as a table.
 */
export function readNoticeFile(bytes: Uint8Array, mapping: Mapping = {}): NoticeFile {
  if (bytes.length > NOTICE_FILE_LIMITS.bytes) return heldFile('file_too_large')
  const kind = uploadedKind(bytes, null)
  if ('problem' in kind) return heldFile(kind.problem)
  const decoded = decodeText(bytes)
  if ('unreadable' in decoded) return heldFile(UNREADABLE[decoded.unreadable])
  const table = readTable(decoded.text)
  const known = { encoding: decoded.encoding, separator: 'rows' in table ? table.separator : null }
  if ('brokenAtRow' in table) return held(fileProblem('quote_unclosed', table.brokenAtRow), known)
  const rows = table.rows.filter(({ cells }) => !/^sep=.?$/i.test(cells.join('')))
  const read = { rows, marks: [], numbers: new Set<string>(), epoch: null, remarks: [] }
  return { ...readNoticeTable(read, mapping), ...known }
}

/** Reads the rows of a file, whatever it was: the first is the header. */
export function readNoticeTable(table: Table, mapping: Mapping = {}): NoticeFile {
  const [heading, ...records] = table.rows
  if (!heading) return heldFile('file_empty')
  if (records.length > NOTICE_FILE_LIMITS.rows) return heldFile('file_too_large')
  const seen = { heading: headingOf(heading), samples: records.slice(0, SAMPLES).map(({ cells }) => cells) }
  const header = readHeader(heading.cells, mapping)
  if ('code' in header) return held(fileProblem(header.code, heading.row, header.column), seen)
  if (records.length === 0) return held(fileProblem('no_rows', heading.row), seen)
  const meant = meantTable({ ...table, rows: records }, header)
  return { ...held(null), ...seen, ...readRows(meant, header), remarks: meant.remarks }
}

/** A file of which nothing is read. */
export function heldFile(code: FileProblemCode): NoticeFile {
  return held(fileProblem(code))
}

const SAMPLES = 3

const headingOf = ({ cells }: CsvRow): string[] => [...withoutEmptyTail(cells)]

const UNREADABLE = {
  empty: 'file_empty',
  pdf: 'file_is_pdf',
  binary: 'file_not_text',
} as const

function held(problem: FileProblem | null, known: Partial<NoticeFile> = {}): NoticeFile {
  const nothing = { groups: [], errors: [], repeats: [], ignoredColumns: [], rejected: [] }
  const unseen = { heading: [], samples: [], remarks: [] }
  return { encoding: null, separator: null, rows: 0, ...nothing, ...unseen, problem, ...known }
}

function readRows({ rows: records, marks }: Table, header: Header) {
  const groups = new Map<string, ReadRow[]>()
  const marked = Map.groupBy(marks, ({ row }) => row)
  for (const record of records) {
    const read = readRow(record, header, marked.get(record.row))
    const key = groupKey(read)
    const rows = groups.get(key)
    if (rows) rows.push(read)
    else groups.set(key, [read])
  }
  const read = [...groups.values()].map(readGroup)
  const errors = read.flatMap((group) => group.errors).sort((one, other) => one.row - other.row)
  const bad = new Set(errors.map(({ row }) => row))
  return {
    rows: records.length,
    groups: read.flatMap(({ group }) => group ?? []),
    errors,
    repeats: read.flatMap(({ repeats }) => repeats).sort((one, other) => one.row - other.row),
    ignoredColumns: header.ignored.map(({ heading }) => heading),
    rejected: records.filter(({ row }) => bad.has(row)),
  }
}

type ReadGroup = { group?: NoticeGroup; errors: RowError[]; repeats: NoticeFile['repeats'] }

/** One notice, or the errors of all its rows: half a notice would state a debt that is not the debt. */
function readGroup(rows: readonly ReadRow[]): ReadGroup {
  const faults = rows.flatMap((row) => row.faults)
  if (faults.length > 0) return rejected(rows, faults)
  const { kept, repeats } = withoutRepeats(rows)
  const conflicts = conflictsOf(kept)
  if (conflicts.length > 0) return rejected(rows, conflicts)
  const body = bodyOf(kept)
  if ('howToMend' in body) return rejected(rows, [body])
  return { group: { rowNumbers: kept.map(({ row }) => row), body }, errors: [], repeats }
}

function rejected(rows: readonly ReadRow[], errors: RowError[]): ReadGroup {
  const named = new Set(errors.map(({ row }) => row))
  const others = rows.filter(({ row }) => !named.has(row))
  return {
    errors: [...errors, ...others.map(({ row }) => rowError(row, null, 'group_rejected'))],
    repeats: [],
  }
}

/** A row that repeats another word for word would count the same rent twice. */
function withoutRepeats(rows: readonly ReadRow[]) {
  const seen = new Map<string, number>()
  const repeats: NoticeFile['repeats'] = []
  const kept = rows.filter(({ row, cells }) => {
    const content = JSON.stringify(cells)
    const earlier = seen.get(content)
    if (earlier === undefined) seen.set(content, row)
    else repeats.push({ row, of: earlier })
    return earlier === undefined
  })
  return { kept, repeats }
}
