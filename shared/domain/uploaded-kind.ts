// What an uploaded file is, by its first bytes and not by its name; and whether the two contradict each other.
import type { FileProblemCode } from './notice-file-problems.ts'
import { readZipDirectory } from './zip-directory.ts'

export type UploadedKind = 'text' | 'workbook'

/** A workbook that can do more than hold cells, by the names of its parts: macros, links out, embedded objects. */
const ACTIVE =
  /vbaproject|macrosheets?\/|externallinks?\/|embeddings\/|activex\/|connections\.xml$|querytables\//i

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, place) => bytes[place] === byte)

/** The stream name that a locked workbook has in its old-style wrapping, as it stands there in UTF-16. */
const LOCKED = 'E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e'

/**
 * The kind of a file, or why it is not opened at all. Cheap: nothing is unpacked. `name` is what the sender calls it
 * (null when it has none); it is compared with what the bytes are, and used for nothing else.
 */
export function uploadedKind(
  bytes: Uint8Array,
  name: string | null,
): { kind: UploadedKind } | { problem: FileProblemCode } {
  const kind = kindOf(bytes)
  if ('problem' in kind) return kind
  const said = /\.([a-z0-9]{1,5})$/i.exec(name ?? '')?.[1]?.toLowerCase()
  const differs =
    kind.kind === 'workbook' ? said === 'csv' || said === 'txt' : said?.startsWith('xls') || said === 'ods'
  return differs ? { problem: 'file_type_differs' } : kind
}

function kindOf(bytes: Uint8Array): { kind: UploadedKind } | { problem: FileProblemCode } {
  if (startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0])) {
    const locked = new TextDecoder('latin1').decode(bytes).includes(LOCKED)
    return { problem: locked ? 'file_locked' : 'file_old_excel' }
  }
  if (!startsWith(bytes, [0x50, 0x4b])) return { kind: 'text' }
  const directory = readZipDirectory(bytes)
  if ('fault' in directory) return { problem: PROBLEM_OF[directory.fault] }
  const names = directory.entries.map(({ name }) => name)
  if (!names.includes('xl/workbook.xml')) return { problem: 'file_not_workbook' }
  return names.some((name) => ACTIVE.test(name)) ? { problem: 'file_active' } : { kind: 'workbook' }
}

const PROBLEM_OF = { damaged: 'file_damaged', encrypted: 'file_locked', bomb: 'file_swells' } as const

/** Problems for which a file is refused at the door and not kept: it is unsafe, or nobody could read it. */
export const REFUSED_AT_DOOR: ReadonlySet<FileProblemCode> = new Set([
  'file_type_differs',
  'file_locked',
  'file_old_excel',
  'file_damaged',
  'file_swells',
  'file_not_workbook',
  'file_active',
  'file_entities',
])
