// Bytes into text: UTF-8 with or without a mark, UTF-16, Windows-1252; anything else is said to be unreadable.

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** What cannot be text: a `pdf` is known by its first bytes, `binary` by what no text holds. */
export type Unreadable = 'empty' | 'pdf' | 'binary'

/** The five bytes that Windows-1252 leaves undefined: a file that holds them was written in something else. */
const UNDEFINED_1252 = /[\u0081\u008D\u008F\u0090\u009D]/
const SOME = 4096

/** The text of a file and how it was encoded, or why it is no text. Never throws. */
export function decodeText(
  bytes: Uint8Array,
): { text: string; encoding: Encoding } | { unreadable: Unreadable } {
  if (bytes.length === 0) return { unreadable: 'empty' }
  const known = knownBinary(bytes)
  if (known) return { unreadable: known }
  const wide = wideEncoding(bytes)
  const encoding = wide ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252')
  // Half a character at the end of a UTF-16 file is a file cut off half-way.
  if (wide && bytes.length % 2 === 1) return { unreadable: 'binary' }
  const text = new TextDecoder(encoding).decode(bytes)
  const odd = text.includes('\u0000') || !text.isWellFormed() || (wide && text.includes('\uFFFD'))
  if (odd || (encoding === 'windows-1252' && UNDEFINED_1252.test(text))) return { unreadable: 'binary' }
  return text.trim() === '' ? { unreadable: 'empty' } : { text, encoding }
}

function knownBinary(bytes: Uint8Array): Unreadable | null {
  const start = String.fromCharCode(...bytes.subarray(0, 8))
  if (start.startsWith('PK\u0003\u0004') || start.startsWith('\u00D0\u00CF\u0011\u00E0')) return 'binary'
  return start.startsWith('%PDF-') ? 'pdf' : null
}

/** UTF-16 by its mark, or without one by the zero byte that every second Latin letter then has. */
function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const zeros = [0, 0]
  const some = bytes.subarray(0, SOME)
  for (const [place, byte] of some.entries()) if (byte === 0) zeros[place % 2] = (zeros[place % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (odd > some.length / 4 && even === 0) return 'utf-16le'
  return even > some.length / 4 && odd === 0 ? 'utf-16be' : null
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/**
 * Whether Swedish letters in a text were lost on the way: the replacement sign, UTF-8 read as Windows-1252 (`Ã¶`), or
 * a DOS file read as Windows (`J„rnv„g`). The name of a person must not be stored like that: it would match nobody.
 */
export function isGarbled(text: string): boolean {
  return /\uFFFD|\u00C3[\u0080-\u00BF\u2013-\u203A\u0152-\u017E]|\p{L}[\u0084\u0086\u0094\u201E\u2020]\p{L}/u.test(
    text,
  )
}
