// Asks the municipality's scanner for malware (clamd) about a file, before anything reads or keeps it.
import { connect } from 'node:net'

/** Whether a file is harmless. Throws when the scanner cannot say: then the file is not taken. */
export type Scan = (bytes: Uint8Array) => Promise<boolean>

const COMMAND = 'zINSTREAM\0'
const PIECE = 64 * 1024
/** A file of the largest size takes a scanner a second or two; behind a hundred others, a little more. */
const TIMEOUT_MS = 15_000

const lengthOf = (count: number): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(count)
  return head
}

/** The file as clamd's INSTREAM wants it: pieces with their lengths before them, and none at the end. */
function* streamOf(bytes: Uint8Array): Generator<Uint8Array> {
  yield Buffer.from(COMMAND)
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE)
    yield lengthOf(piece.length)
    yield piece
  }
  yield lengthOf(0)
}

function ask(address: { host: string; port: number }, bytes: Uint8Array, timeoutMs: number): Promise<string> {
  return new Promise((answered, failed) => {
    const socket = connect(address)
    let said = ''
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('The scanner does not answer')))
    socket.setEncoding('utf8').on('data', (piece: string) => (said += piece))
    socket.once('error', failed).once('close', () => answered(said.replaceAll('\0', '').trim()))
    for (const piece of streamOf(bytes)) socket.write(piece)
  })
}

/** The scanner at `tcp://host:port`. What it names after `FOUND` is not told to anybody: it is the sender's to look for. */
export function scannerAt(url: string, timeoutMs = TIMEOUT_MS): Scan {
  const { hostname, port } = new URL(url)
  return async (bytes) => {
    const said = await ask({ host: hostname, port: Number(port || 3310) }, bytes, timeoutMs)
    if (said.endsWith(' FOUND')) return false
    if (said.endsWith(': OK')) return true
    throw new Error('The scanner could not look at the file')
  }
}
