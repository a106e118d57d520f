// The process that opens one uploaded file and ends: bytes in by its standard input, what they say out by its standard output.
import { uploadedKind } from './domain/uploaded-kind.ts'
import { leaveNetwork } from './no-network.ts'
import type { Reading, Wish } from './read-file.ts'
import { checkWorkbook } from './workbook-parts.ts'

async function readingOf({ deed, mapping }: Wish, bytes: Uint8Array): Promise<Reading> {
  if (deed === 'check') return { problem: checkWorkbook(bytes) }
  const kind = uploadedKind(bytes, null)
  // Loaded when needed: a check is done before these would be.
  if ('kind' in kind && kind.kind === 'workbook') {
    const { readNoticeWorkbook } = await import('./workbook.ts')
    return { file: await readNoticeWorkbook(bytes, mapping) }
  }
  const { readNoticeFile } = await import('./domain/notice-file.ts')
  return { file: readNoticeFile(bytes, mapping) }
}

leaveNetwork()
const pieces: Buffer[] = []
for await (const piece of process.stdin) pieces.push(piece as Buffer)
const sent = Buffer.concat(pieces)
// First a line that says what is wanted, then the file.
const line = sent.indexOf(10)
const wish = JSON.parse(sent.subarray(0, line).toString()) as Wish
const reading = await readingOf(wish, sent.subarray(line + 1))
process.stdout.write(JSON.stringify(reading))
