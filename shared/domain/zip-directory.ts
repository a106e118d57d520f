// What a zip archive says it holds, read from its central directory alone: a bomb is refused before a byte is unpacked.

/** One file of the archive: its name, how it is packed, and where its packed bytes begin and end. */
export type ZipEntry = {
  name: string
  method: number
  /** The checksum of what is unpacked. */
  sum: number
  packed: number
  unpacked: number
  at: number
}

/** Why an archive is not unpacked. */
export type ZipFault = 'damaged' | 'encrypted' | 'bomb'

/** A workbook of 10,000 rows unpacks to some 15 MB in a dozen files; these are far beyond it and far below harm. */
export const ZIP_LIMITS = { entries: 200, unpacked: 50 * 1024 * 1024, ratio: 100 } as const

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END_SIZE = 22
const CENTRAL_SIZE = 46
const LOCAL_SIZE = 30
const LONGEST_COMMENT = 65_535
const STORED = 0
const DEFLATED = 8
// Even a file of nothing but one letter is packed to a few bytes: below this the ratio says nothing.
const TOO_SMALL_TO_TELL = 10_000

/** Reads the central directory. Never throws, and reads nothing outside `bytes` whatever the directory claims. */
export function readZipDirectory(bytes: Uint8Array): { entries: ZipEntry[] } | { fault: ZipFault } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(view)
  if (end === null) return { fault: 'damaged' }
  const count = view.getUint16(end + 10, true)
  if (count > ZIP_LIMITS.entries) return { fault: 'bomb' }
  const entries: ZipEntry[] = []
  let at = view.getUint32(end + 16, true)
  for (let place = 0; place < count; place++) {
    if (at + CENTRAL_SIZE > end || view.getUint32(at, true) !== CENTRAL) return { fault: 'damaged' }
    // A flag of encryption on one file is enough: half a workbook is none.
    if (view.getUint16(at + 8, true) & 1) return { fault: 'encrypted' }
    const entry = entryAt(view, bytes, at)
    if (entry === null) return { fault: 'damaged' }
    entries.push(entry)
    at += CENTRAL_SIZE + nameLength(view, at) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return faultOf(entries) ?? { entries }
}

/** Where the directory's own end stands: the last thing of the file but for a comment. */
function endOf(view: DataView): number | null {
  const first = Math.max(0, view.byteLength - END_SIZE - LONGEST_COMMENT)
  for (let at = view.byteLength - END_SIZE; at >= first; at--) {
    if (view.getUint32(at, true) === END) return at
  }
  return null
}

const nameLength = (view: DataView, at: number): number => view.getUint16(at + 28, true)

function entryAt(view: DataView, bytes: Uint8Array, at: number): ZipEntry | null {
  const local = view.getUint32(at + 42, true)
  if (local + LOCAL_SIZE > view.byteLength || view.getUint32(local, true) !== LOCAL) return null
  const start = local + LOCAL_SIZE + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  const packed = view.getUint32(at + 20, true)
  const method = view.getUint16(at + 10, true)
  if (start + packed > view.byteLength || (method !== STORED && method !== DEFLATED)) return null
  const name = new TextDecoder().decode(
    bytes.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength(view, at)),
  )
  const [sum, unpacked] = [view.getUint32(at + 16, true), view.getUint32(at + 24, true)]
  return { name, method, sum, packed, unpacked, at: start }
}

function faultOf(entries: readonly ZipEntry[]): { fault: ZipFault } | null {
  const unpacked = entries.reduce((sum, entry) => sum + entry.unpacked, 0)
  const swollen = entries.some(
    (entry) =>
      entry.unpacked > TOO_SMALL_TO_TELL && entry.unpacked > ZIP_LIMITS.ratio * Math.max(1, entry.packed),
  )
  if (unpacked > ZIP_LIMITS.unpacked || swollen) return { fault: 'bomb' }
  const names = entries.map(({ name }) => name.toLowerCase())
  // A name twice, or one that climbs out of its folder, is no program's work: who reads which of the two?
  const odd = names.some((name) => /^[/\\]|\.\.|^[a-z]:|\\/.test(name))
  return odd || new Set(names).size < names.length || overlap(entries) ? { fault: 'damaged' } : null
}

/** Whether two files share packed bytes: how a small archive is made to unpack to a large one many times over. */
function overlap(entries: readonly ZipEntry[]): boolean {
  const ordered = entries.toSorted((one, other) => one.at - other.at)
  return ordered.some(({ at, packed }, place) => at + packed > (ordered[place + 1]?.at ?? Infinity))
}
