// The rows that came back, as a file to mend and send again: reasons first, then the columns as they were sent.
import { REASON_COLUMNS, isReason } from './notice-file-columns.ts'
import type { NoticeFile } from './notice-file.ts'

/**
 * The rejected rows of a file as CSV (`;`, CRLF, with a byte order mark so that Excel reads å ä ö), a row's several
 * errors joined. Cells that a spreadsheet would run as a formula get an apostrophe, which reading takes off again.
 */
export function rejectedRowsCsv(file: NoticeFile): string {
  const errors = Map.groupBy(file.errors, ({ row }) => row)
  // A file that came back once already carries the old reasons: they are replaced, not repeated.
  const own = (cells: readonly string[]) => cells.filter((_, place) => !isReason(file.heading[place] ?? ''))
  const rows = file.rejected.map(({ row, cells }) => {
    const faults = errors.get(row) ?? []
    const reasons = [
      String(row),
      unique(faults.map(({ column }) => column ?? '')).join(', '),
      unique(faults.map(({ detail }) => detail)).join(' '),
      unique(faults.map(({ howToMend }) => howToMend)).join(' '),
    ]
    return [...reasons, ...own(cells)]
  })
  const lines = [[...REASON_COLUMNS, ...own(file.heading)], ...rows]
  return `\uFEFF${lines.map((cells) => cells.map(safeCell).join(';')).join('\r\n')}\r\n`
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '')
}

/** Starts like a formula in some spreadsheet program (OWASP: CSV injection). */
function safeCell(cell: string): string {
  const inert = /^\s*[=+\-@]|^[\t\r]/.test(cell) ? `'${cell}` : cell
  return /[";\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
