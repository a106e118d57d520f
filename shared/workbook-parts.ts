// Unpacks an Excel workbook under a cap and refuses what is no plain list, before anything of it is interpreted.
import { crc32, inflateRawSync } from 'node:zlib'
import type { FileProblemCode } from './domain/notice-file-problems.ts'
import { uploadedKind } from './domain/uploaded-kind.ts'
import { readZipDirectory, ZIP_LIMITS, type ZipEntry } from './domain/zip-directory.ts'

/** What stops a workbook, by its code. */
export class Stopped extends Error {
  readonly code: FileProblemCode
  constructor(code: FileProblemCode) {
    super(code)
    this.code = code
  }
}

/** The XML of a workbook by its names in the archive. */
export type Parts = Map<string, Buffer>

/**
 * Whether the workbook is safe to read: the code of what is wrong, or null. Everything is unpacked under a cap and
 * looked through, and nothing of it is interpreted.
 */
export function checkWorkbook(bytes: Uint8Array): FileProblemCode | null {
  try {
    unpack(bytes)
    return null
  } catch (error) {
    if (error instanceof Stopped) return error.code
    throw error
  }
}

/** Unpacks everything under a cap and keeps the XML. Throws {@link Stopped}. */
export function unpack(bytes: Uint8Array): Parts {
  const kind = uploadedKind(bytes, null)
  if ('problem' in kind) throw new Stopped(kind.problem)
  const directory = readZipDirectory(bytes)
  if ('fault' in directory) throw new Stopped('file_damaged')
  const parts: Parts = new Map()
  let left: number = ZIP_LIMITS.unpacked
  for (const entry of directory.entries) {
    const part = inflate(bytes, entry, left)
    left -= part.length
    // Damaged on the way it might still be read, and a row be lost in silence.
    if (crc32(part) !== entry.sum) throw new Stopped('file_damaged')
    // Pictures and printer settings are no part of a list.
    if (/\.(xml|rels)$/i.test(entry.name)) parts.set(entry.name, looked(part))
  }
  if (/macroEnabled/i.test(text(parts, '[Content_Types].xml'))) throw new Stopped('file_active')
  return parts
}

/** The directory may lie about the size: the cap counts what really comes out. */
function inflate(bytes: Uint8Array, { at, packed, method }: ZipEntry, most: number): Buffer {
  const raw = bytes.subarray(at, at + packed)
  if (raw.length > most) throw new Stopped('file_swells')
  if (method === 0) return Buffer.from(raw)
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(1, most) })
  } catch (error) {
    const { code } = error as { code?: string }
    throw new Stopped(code === 'ERR_BUFFER_TOO_LARGE' ? 'file_swells' : 'file_damaged')
  }
}

/** XML with a document type can name files and swell without end; in UTF-16 it would hide from this look. */
function looked(part: Buffer): Buffer {
  if (part.includes(0) || /<!\s*(DOCTYPE|ENTITY)/i.test(part.toString('latin1')))
    throw new Stopped('file_entities')
  return part
}

/** One part as text; '' when it is not there. */
export function text(parts: Parts, name: string): string {
  return parts.get(name)?.toString('utf8') ?? ''
}
