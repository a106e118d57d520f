// One row of a landlord's file, and the rows of one notice: what is wrong with them, or the body that they make.
import { MOST_RENTS, NOTICE_TYPES, noticeBody, type NoticeBody } from './notice-body.ts'
import type { CsvRow } from './csv-table.ts'
import {
  COLUMNS,
  COLUMN_NAMES,
  type Column,
  type Header,
  NEEDED_COLUMNS,
  withoutEmptyTail,
} from './notice-file-columns.ts'
import { type RowError, rowError } from './notice-file-problems.ts'
import type { CellMark } from './sheet-marks.ts'
import { isGarbled } from './text-encoding.ts'
import { aboveZero, atLeastZero, readDate } from './written.ts'

/** A row's cells by column, trimmed; an empty cell is absent. */
export type Cells = Partial<Record<Column, string>>

/** A row that could be taken apart, and what is wrong with it. */
export type ReadRow = { row: number; cells: Cells; faults: RowError[] }

// What must be readable for a row to be taken in: the sender has the file at hand and gets the row back at once.
const READERS: Partial<Record<Column, ['amount_unclear' | 'date_unclear', (cell: string) => unknown]>> = {
  forfallodag: ['date_unclear', readDate],
  meddelandedatum: ['date_unclear', readDate],
  uppsagd_datum: ['date_unclear', readDate],
  avsant_datum: ['date_unclear', readDate],
  delgiven_datum: ['date_unclear', readDate],
  samtycke_datum: ['date_unclear', readDate],
  belopp: ['amount_unclear', aboveZero],
  att_betala_totalt: ['amount_unclear', aboveZero],
  betalt: ['amount_unclear', atLeastZero],
  ranta: ['amount_unclear', atLeastZero],
}

/** Takes one row apart by the header; several columns of it may be wrong. */
export function readRow({ row, cells }: CsvRow, header: Header, marks: readonly CellMark[] = []): ReadRow {
  if (cells.length < header.width || withoutEmptyTail(cells).length > header.width) {
    return { row, cells: {}, faults: [rowError(row, null, 'column_count')] }
  }
  const read: Cells = {}
  const faults: RowError[] = []
  for (const [column, place] of header.places) {
    const mark = marks.find((one) => one.place === place)
    if (mark) faults.push(rowError(row, column, mark.code))
    if (mark) continue
    const cell = plainCell(cells[place] ?? '')
    if (cell === null) faults.push(rowError(row, column, 'formula'))
    else if (cell !== '') read[column] = cell
  }
  return { row, cells: read, faults: faults.length > 0 ? faults : faultsIn(row, read) }
}

/**
 * A cell without the marks that keep a spreadsheet from changing it: `="0123"`, and the apostrophe that our own file
 * of rejected rows puts before a sign that would start a formula. A real formula is null.
 */
function plainCell(cell: string): string | null {
  const kept = /^="([^"=]*)"$/.exec(cell.trim())
  if (kept) return (kept[1] ?? '').trim()
  const text = /^'\s*[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell
  return text === cell && text.trim().startsWith('=') ? null : text.trim()
}

function faultsIn(row: number, cells: Cells): RowError[] {
  const faults: RowError[] = []
  for (const column of NEEDED_COLUMNS) {
    if (!/[\p{L}\p{N}]/u.test(cells[column] ?? '')) faults.push(rowError(row, column, 'value_missing'))
  }
  if (cells.typ !== undefined && typeOf(cells.typ) === null) faults.push(rowError(row, 'typ', 'type_unknown'))
  const garbled = isGarbled(Object.values(cells).join('\n'))
  for (const column of COLUMN_NAMES) {
    const cell = cells[column]
    if (cell === undefined) continue
    const [code, reader] = READERS[column] ?? []
    if (code && reader?.(cell) === null) faults.push(rowError(row, column, code, cell))
    if (garbled && isGarbled(cell)) faults.push(rowError(row, column, 'text_garbled'))
  }
  return faults
}

function typeOf(cell: string): NoticeBody['type'] | null {
  const written = cell
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
  return NOTICE_TYPES.find((type) => type === written) ?? null
}

/** What makes rows one notice: the landlord and its own reference; without a reference a row stands alone. */
export function groupKey({ row, cells }: ReadRow): string {
  if (cells.egen_referens === undefined) return `row ${row}`
  return JSON.stringify([cells.hyresvard?.toLowerCase() ?? '', cells.egen_referens.toLowerCase()])
}

/** What the rows of one notice say against each other, named at the later row. */
export function conflictsOf(rows: readonly ReadRow[]): RowError[] {
  const first: Cells = {}
  const periods = new Set<string>()
  const conflicts: RowError[] = []
  for (const { row, cells } of rows) {
    for (const column of COLUMN_NAMES) {
      const [cell, earlier] = [cells[column], first[column]]
      if (COLUMNS[column].perRent || cell === undefined) continue
      if (earlier === undefined) first[column] = cell
      else if (earlier !== cell) conflicts.push(rowError(row, column, 'group_conflict'))
    }
    const period = cells.period ?? cells.forfallodag
    if (period === undefined) continue
    if (periods.has(period)) conflicts.push(rowError(row, 'period', 'period_twice'))
    periods.add(period)
  }
  const tooMany = rows[MOST_RENTS]
  return tooMany ? [rowError(tooMany.row, 'egen_referens', 'too_many_rents')] : conflicts
}

/** The body that the rows of one notice make, or the error of the row whose text the notice cannot hold. */
export function bodyOf(rows: readonly ReadRow[]): NoticeBody | RowError {
  const cells: Cells = {}
  for (const column of COLUMN_NAMES) cells[column] = rows.find((row) => row.cells[column])?.cells[column]
  const rents = rows.map((row) => rentOf(row.cells)).filter((rent) => Object.values(rent).some(Boolean))
  const parsed = noticeBody.safeParse({ ...scalarsOf(cells), rents })
  if (parsed.success) return parsed.data
  const path = `/${parsed.error.issues[0]?.path.join('/') ?? ''}`
  const [, place, field] = /^\/rents\/(\d+)(\/\w+)$/.exec(path) ?? []
  const column = COLUMN_NAMES.find((name) => COLUMNS[name].at === (field ?? path)) ?? null
  const guilty = rows[Number(place ?? 0)] ?? rows[0]
  return rowError(guilty?.row ?? 0, column, 'value_too_long')
}

function rentOf({ period, forfallodag, belopp, betalt }: Cells) {
  return { period, dueDate: forfallodag, amount: belopp, paid: betalt }
}

function scalarsOf(cells: Cells) {
  return {
    type: typeOf(cells.typ ?? ''),
    reference: cells.egen_referens,
    landlord: {
      name: cells.hyresvard,
      postalAddress: cells.hyresvard_adress,
      phone: cells.hyresvard_telefon,
    },
    tenant: { name: cells.hyresgast_namn, personalIdentityNumber: cells.hyresgast_personnummer },
    dwelling: {
      address: cells.adress,
      postalCode: cells.postnr,
      city: cells.ort,
      apartmentNumber: cells.lagenhetsnr,
      rooms: cells.antal_rum,
    },
    interest: cells.ranta,
    amountToRecover: cells.att_betala_totalt,
    payment: {
      bankgiro: cells.bankgiro,
      plusgiro: cells.plusgiro,
      ocr: cells.ocr,
      other: cells.betalning_annat,
    },
    noticeDate: cells.meddelandedatum,
    terminatedDate: cells.uppsagd_datum,
    dispatchedDate: cells.avsant_datum,
    dispatchMethod: cells.avsandningssatt,
    servedDate: cells.delgiven_datum,
    tenantConsentOn: cells.samtycke_datum,
    enforcementCaseNumber: cells.kfm_malnr,
    description: cells.beskrivning,
  }
}
