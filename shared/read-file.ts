// Reads an uploaded file in a process of its own with little memory and little time, so that no file can hurt the service.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Mapping } from './domain/notice-file-columns.ts'
import type { FileProblemCode } from './domain/notice-file-problems.ts'
import { heldFile, readNoticeFile, type NoticeFile } from './domain/notice-file.ts'
import { Refusal } from './domain/refusal.ts'
import { uploadedKind } from './domain/uploaded-kind.ts'

/** What the process is asked, and what it answers. */
export type Wish = { deed: 'check' | 'read'; mapping: Mapping }
export type Reading = { problem: FileProblemCode | null } | { file: NoticeFile }

/** 10,000 rows take some 120 MB and two seconds on a slow machine. */
export const READING_LIMITS = { memoryMb: 320, timeMs: 20_000, atOnce: 2, waiting: 20 }

/** Nobody waits at a page: on a machine under load an honest file must not be given up. */
export const PATIENT_MS = 120_000

// Text this small is read in a few milliseconds: starting a process would take longer than reading it.
const READ_HERE = 64 * 1024
const LARGEST_ANSWER = 64 * 1024 * 1024
const CHILD = fileURLToPath(new URL('./read-file-child.ts', import.meta.url))
const HOUSE = fileURLToPath(new URL('../', import.meta.url))

/**
 * Reads a landlord's file, CSV or workbook. `name` is what the sender calls it and is only compared with what the
 * bytes are. Whatever is in the file, the answer is a file as read or a file with a problem.
 */
export async function readUploadedFile(
  file: { bytes: Uint8Array; name: string | null },
  mapping: Mapping = {},
  timeMs = READING_LIMITS.timeMs,
): Promise<NoticeFile> {
  const kind = uploadedKind(file.bytes, file.name)
  if ('problem' in kind) return heldFile(kind.problem)
  if (kind.kind === 'text' && file.bytes.length <= READ_HERE) return readNoticeFile(file.bytes, mapping)
  const reading = await readApart({ deed: 'read', mapping }, file.bytes, timeMs)
  return reading !== null && 'file' in reading ? reading.file : heldFile('file_too_heavy')
}

/** What is wrong with a file before it is kept, or null: unsafe, locked, or not what its name says. */
export async function checkUploadedFile(file: {
  bytes: Uint8Array
  name: string | null
}): Promise<FileProblemCode | null> {
  const kind = uploadedKind(file.bytes, file.name)
  if ('problem' in kind) return kind.problem
  if (kind.kind === 'text') return null
  const reading = await readApart({ deed: 'check', mapping: {} }, file.bytes, READING_LIMITS.timeMs)
  return reading !== null && 'problem' in reading ? reading.problem : 'file_too_heavy'
}

let running = 0
const queue: (() => void)[] = []

/** A few at a time: twenty workbooks at once would each be harmless and together take all memory. */
async function inTurn<T>(deed: () => Promise<T>): Promise<T> {
  if (running >= READING_LIMITS.atOnce) {
    if (queue.length >= READING_LIMITS.waiting)
      throw new Refusal('conflict', 'too-many', 'Många filer läses just nu. Försök igen om en minut.')
    await new Promise<void>((turn) => queue.push(turn))
  }
  running++
  try {
    return await deed()
  } finally {
    running--
    queue.shift()?.()
  }
}

/** Asks the process; null when it took too much of anything and was ended. */
function readApart(wish: Wish, bytes: Uint8Array, timeMs: number): Promise<Reading | null> {
  return inTurn(() => ask(wish, bytes, timeMs))
}

function ask(wish: Wish, bytes: Uint8Array, timeMs: number): Promise<Reading | null> {
  const limits = [`--max-old-space-size=${READING_LIMITS.memoryMb}`, '--disable-warning=ExperimentalWarning']
  // It may read the program's own files and nothing else; it cannot write, nor start anything; it gets no settings, and
  // takes its own network away before it reads a byte (no-network.ts).
  const cage = ['--permission', `--allow-fs-read=${HOUSE}`]
  const child = spawn(process.execPath, [...limits, ...cage, CHILD], {
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: timeMs,
    killSignal: 'SIGKILL',
  })
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    child.on('error', reject)
    // Without a handle left for its pipes there is no process and no pipe: the error that says so comes next.
    if (child.pid === undefined) return
    // A process that ends before it has read everything closes the pipe: its end says what happened.
    child.stdin.on('error', () => undefined)
    child.stdout.on('data', (piece: Buffer) => {
      size += piece.length
      if (size > LARGEST_ANSWER) child.kill('SIGKILL')
      else pieces.push(piece)
    })
    child.on('close', (code) => {
      resolve(code === 0 ? (JSON.parse(Buffer.concat(pieces).toString()) as Reading) : null)
    })
    child.stdin.end(Buffer.concat([Buffer.from(`${JSON.stringify(wish)}\n`), bytes]))
  })
}
