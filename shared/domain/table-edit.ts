// A municipal sheet as rows that can be changed one by one, compared, and brought together when two people have changed it.
import { readSheet, writeSheet, type SheetProblem } from './sheet.ts'

/** The columns by which a person knows a row again when others have been added above it. */
const KEY_COLUMNS = {
  routing: ['rad'],
  tasks: ['template', 'task'],
  escalation: ['kind', 'subject', 'trigger', 'step'],
  codes: ['list', 'code'],
  checklist: ['phase', 'item'],
  committees: ['code'],
  units: ['code'],
  settings: ['falt'],
  letters: ['letter', 'language'],
  'visit-teams': ['unit'],
  meetings: ['code'],
} as const satisfies Record<string, readonly string[]>

/** Every sheet that a municipality edits in versions. */
export type TableKind = keyof typeof KEY_COLUMNS

/** A row of the sheet; `line` is its line in the file, `at` its place among the rows. */
export type TableRow = { key: string; at: number; line: number; cells: string[] }
export type EditableTable = {
  kind: TableKind
  columns: string[]
  rows: TableRow[]
  problems: SheetProblem[]
}

/** A row as somebody filled it in: `key` null adds it, `seen` is the row as it stood when the form was opened. */
export type RowChange = { key: string | null; seen: string; cells: readonly string[]; after: string | null }

/** A row as one text, to be compared with what it was. */
export const printed = (cells: readonly string[]): string => JSON.stringify(cells)

/** By what a person knows the row with these cells again. */
function keyIn(kind: TableKind, columns: readonly string[], cells: readonly string[]): string {
  const places = KEY_COLUMNS[kind].map((column) => columns.indexOf(column))
  return places.flatMap((at) => (at < 0 ? [] : [cells[at]])).join('/')
}

/** Reads a sheet for editing. Never throws; a row of the wrong width is named in `problems` and left out. */
export function readTableRows(kind: TableKind, csv: string): EditableTable {
  const { columns, rows, problems } = readSheet(csv)
  const read = rows.map(({ line, cells }) => {
    const values = columns.map((column) => cells[column] ?? '')
    return { key: keyIn(kind, columns, values), line, cells: values }
  })
  const ordered =
    kind === 'routing' ? read.toSorted((one, other) => Number(one.key) - Number(other.key)) : read
  return { kind, columns, rows: ordered.map((row, at) => ({ ...row, at })), problems }
}

/** The sheet of these rows, as it is stored and downloaded. */
export function writeRows(table: EditableTable, rows: readonly (readonly string[])[]): string {
  return writeSheet(table.columns, rows)
}

const cellsOf = (table: EditableTable): string[][] => table.rows.map(({ cells }) => cells)

/** The row with this key, or null. */
export function rowOf(table: EditableTable, key: string): TableRow | null {
  return table.rows.find((row) => row.key === key) ?? null
}

/** How a change went: the new sheet, or the row as a colleague has left it meanwhile (null: it is gone). */
export type Changed = { csv: string } | { theirs: string[] | null }

/** Puts a filled-in row in its place. Whoever filled it in has not seen what a colleague has changed since: then nothing is done. */
export function changeRow(table: EditableTable, { key, seen, cells, after }: RowChange): Changed {
  const rows = cellsOf(table)
  if (key === null) {
    const place = after === null ? rows.length : (rowOf(table, after)?.at ?? rows.length - 1) + 1
    return { csv: writeRows(table, rows.toSpliced(place, 0, [...cells])) }
  }
  const found = rowOf(table, key)
  if (!found) return { theirs: null }
  if (printed(found.cells) !== seen && printed(found.cells) !== printed(cells)) return { theirs: found.cells }
  return { csv: writeRows(table, rows.with(found.at, [...cells])) }
}

/** Takes a row out, unless a colleague has changed it meanwhile. */
export function removeRow(table: EditableTable, key: string, seen: string): Changed {
  const found = rowOf(table, key)
  if (!found) return { csv: writeRows(table, cellsOf(table)) }
  if (printed(found.cells) !== seen) return { theirs: found.cells }
  return { csv: writeRows(table, cellsOf(table).toSpliced(found.at, 1)) }
}

/** A row's number before and after a move: what names it elsewhere must follow. */
export type Renumbered = ReadonlyMap<string, string>

/**
 * Moves a row of the rules table one step. Its number decides the order, so the two rows change numbers, and only with
 * a row of the same type: those of other types are asked at another time.
 */
export function moveRow(
  table: EditableTable,
  key: string,
  step: -1 | 1,
): { csv: string; renumbered: Renumbered } {
  const found = rowOf(table, key)
  const rows = cellsOf(table)
  const other = found && neighbour(table, found, step)
  if (!found || !other) return { csv: writeRows(table, rows), renumbered: new Map() }
  const number = table.columns.indexOf('rad')
  const swapped = rows
    .with(found.at, other.cells.with(number, found.key))
    .with(other.at, found.cells.with(number, other.key))
  const renumbered = new Map([
    [found.key, other.key],
    [other.key, found.key],
  ])
  return { csv: writeRows(table, swapped), renumbered }
}

function neighbour(table: EditableTable, row: TableRow, step: -1 | 1): TableRow | null {
  const type = table.columns.indexOf('typ')
  const alike = table.rows.filter(({ cells }) => cells[type] === row.cells[type])
  return alike[alike.indexOf(row) + step] ?? null
}

/** The examples of the rules table after rows have changed numbers. */
export function renumberExamples(csv: string, renumbered: Renumbered): string {
  const sheet = readSheet(csv)
  if (renumbered.size === 0 || sheet.problems.length > 0) return csv
  const rows = sheet.rows.map(({ cells }) =>
    sheet.columns.map((column) => {
      const cell = cells[column] ?? ''
      return column === 'regel' ? (renumbered.get(cell) ?? cell) : cell
    }),
  )
  return writeSheet(sheet.columns, rows)
}

/** The examples with one of them expecting what the table now says of it. */
export function expectAnew(
  csv: string,
  line: number,
  now: { owners: string; additions: string; row: string },
): string {
  const sheet = readSheet(csv)
  const named: Readonly<Record<string, string>> = {
    agare: now.owners,
    tillagg: now.additions,
    regel: now.row,
  }
  const rows = sheet.rows.map((row) =>
    sheet.columns.map((column) => (row.line === line ? named[column] : undefined) ?? row.cells[column] ?? ''),
  )
  return writeSheet(sheet.columns, rows)
}

export type CellChange = { column: string; before: string; after: string }
export type RowDifference = {
  kind: 'added' | 'removed' | 'changed'
  key: string
  cells: readonly CellChange[]
}

/** What differs between two sheets of a kind, row by row and cell by cell. */
export function compareTables(before: EditableTable, after: EditableTable): RowDifference[] {
  const columns = [...new Set([...after.columns, ...before.columns])]
  const keys = [...new Set([...after.rows, ...before.rows].map(({ key }) => key))]
  return keys.flatMap((key) => {
    const [was, is] = [rowOf(before, key), rowOf(after, key)]
    const cells = columns.flatMap((column) => {
      const [old, fresh] = [cellOf(before, was, column), cellOf(after, is, column)]
      return old === fresh ? [] : [{ column, before: old, after: fresh }]
    })
    if (cells.length === 0) return []
    return [{ kind: was && is ? 'changed' : was ? 'removed' : 'added', key, cells } satisfies RowDifference]
  })
}

const cellOf = (table: EditableTable, row: TableRow | null, column: string): string =>
  row?.cells[table.columns.indexOf(column)] ?? ''

/**
 * Brings a draft up to a version that was published after the draft was begun: the new version's rows, with what the
 * draft has changed put on top. Rows that both have changed keep the draft's text and are named, to be looked at.
 */
export function bringTogether(
  base: EditableTable,
  draft: EditableTable,
  published: EditableTable,
): { csv: string; both: string[] } {
  const mine = new Map(compareTables(base, draft).map((one) => [one.key, one]))
  const theirs = new Set(compareTables(base, published).map(({ key }) => key))
  const kept = published.rows.flatMap(({ key, cells }) => {
    const change = mine.get(key)
    if (!change) return [cells]
    const own = rowOf(draft, key)
    return own ? [inColumns(draft, own.cells, published.columns)] : []
  })
  const added = draft.rows.filter(({ key }) => mine.has(key) && !rowOf(published, key))
  const rows = [...kept, ...added.map(({ cells }) => inColumns(draft, cells, published.columns))]
  return { csv: writeRows(published, rows), both: [...mine.keys()].filter((key) => theirs.has(key)) }
}

const inColumns = (table: EditableTable, cells: readonly string[], columns: readonly string[]): string[] =>
  columns.map((column) => cells[table.columns.indexOf(column)] ?? '')
