// What a landlord is shown of a file before it is sent: errors first, then remarks and repeats, then how many are right.
import type { Preview } from '../../shared/casework/sent-notices.ts'
import type { NoticeFile } from '../../shared/domain/notice-file.ts'
import { problemInWords } from '../../shared/text/file-problems.ts'
import { remarkInWords } from '../../shared/text/file-remarks.ts'
import type { Language } from '../../shared/text/say.ts'
import type { Say } from './page.ts'

/** Lines of each kind on the page; the file of bad rows holds them all. */
const MOST = 100

function heldIn({ problem }: NoticeFile, t: Say, language: Language) {
  if (!problem) return null
  const { row, column } = problem
  const { detail, howToMend } = problemInWords(problem.code, language)
  const places = [
    row === null ? '' : t('file.place.row', { row }),
    column === null ? '' : t('file.place.column', { column }),
  ]
  return { detail, howToMend, place: places.filter(Boolean).join(' ') }
}

function remarksIn(read: NoticeFile, previews: readonly Preview[], language: Language) {
  return previews.flatMap(({ findings, sentBefore }, place) => {
    const serious = findings.filter(({ severity }) => severity !== 'note')
    const rows = read.groups[place]?.rowNumbers.join(', ') ?? ''
    const text = [...new Set(serious.map(({ message }) => message[language]))].join(' ')
    return sentBefore === null && text !== '' ? [{ rows, text }] : []
  })
}

function repeatsIn(read: NoticeFile, previews: readonly Preview[], t: Say) {
  const inFile = read.repeats.map(({ row, of }) => ({
    rows: String(row),
    text: t('file.repeat-of', { row: of }),
  }))
  const earlier = previews.flatMap(({ sentBefore }, place) => {
    const rows = read.groups[place]?.rowNumbers.join(', ') ?? ''
    return sentBefore ? [{ rows, text: t('file.sent-before', { number: sentBefore }) }] : []
  })
  return [...inFile, ...earlier]
}

const cut = <Line>(lines: readonly Line[]) => ({
  shown: lines.slice(0, MOST),
  more: Math.max(0, lines.length - MOST),
  total: lines.length,
})

/** The report of a file that has been read. `previews` are those of its groups, in order. */
export function fileReport(read: NoticeFile, previews: readonly Preview[], t: Say, language: Language) {
  const fresh = previews.filter(({ sentBefore }) => sentBefore === null).length
  return {
    held: heldIn(read, t, language),
    notices: fresh,
    badRows: new Set(read.errors.map(({ row }) => row)).size,
    errors: cut(read.errors.map((error) => ({ ...error, ...problemInWords(error.code, language) }))),
    remarks: cut(remarksIn(read, previews, language)),
    repeats: cut(repeatsIn(read, previews, t)),
    known: read.remarks.map((remark) => remarkInWords(remark, language)),
    ignored: read.ignoredColumns.filter(Boolean).join(', '),
    sendable: fresh > 0,
  }
}
