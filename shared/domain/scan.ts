// Says what kind of scanned document some bytes are, by the bytes themselves: a name or a claimed type proves nothing.

/** What a browser can show beside the form without running anything of it. */
export const SCAN_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const
export type ScanType = (typeof SCAN_TYPES)[number]

const STARTS: readonly (readonly [ScanType, readonly number[]])[] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
]

/** The type of a scan; null when it is none of the three, and so must not be shown as one. */
export function scanTypeOf(bytes: Uint8Array): ScanType | null {
  return STARTS.find(([, start]) => start.every((byte, place) => bytes[place] === byte))?.[0] ?? null
}
