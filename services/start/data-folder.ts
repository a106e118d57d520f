// What npm start keeps under BOKVAR_DATA besides its servers' own files: keys, ports, and who runs now.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { freePort, isListening } from './ports.ts'

// Only what npm start itself makes: a folder given by mistake must not lose anything else to --fresh.
const MADE_BY_US = [
  'compiled',
  'demo.json',
  'earlier.json',
  'fed.json',
  'identity.json',
  'keys.json',
  'log',
  'mail',
  'ports.json',
  'postgres',
  'processes.json',
  'queue',
  'watchdog.json',
]

/** Removes what earlier starts made in the folder, and nothing else. */
export function clearFolder(folder: string): void {
  for (const name of MADE_BY_US) rmSync(join(folder, name), { recursive: true, force: true })
}

/** Writes JSON whole or not at all, readable by this user only. */
export function writeWhole(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

function key(): string {
  return randomBytes(32).toString('base64')
}

/**
 * The file with the encryption and index keys: the given one, else one made once in the folder.
 * Throws in production, where keys must be kept apart from the data they open.
 */
export function keysFile(folder: string, given: string | undefined, production: boolean): string {
  if (given !== undefined) return given
  if (production) {
    throw new Error(
      'In production the keys must be kept by you: set BOKVAR_KEYS_FILE to a file only Bokvar can read.',
    )
  }
  const file = join(folder, 'keys.json')
  if (!existsSync(file)) {
    const current = 'k1'
    writeWhole(file, { encryption: { current, keys: { [current]: key() } }, index: key() })
  }
  return file
}

const portsSchema = z.record(z.string(), z.int())

/** The port a part had last time when it is free again, else a free one; remembered in either case. */
export async function keptPort(folder: string, name: string): Promise<number> {
  const file = join(folder, 'ports.json')
  const ports = existsSync(file) ? portsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
  const last = ports[name]
  if (last !== undefined && !(await isListening(last))) return last
  const port = await freePort()
  writeWhole(file, { ...ports, [name]: port })
  return port
}

/** One part that runs, as operators and fault tests find it in processes.json. */
export type ProcessEntry = { name: string; pid: number; port?: number }

/** Keeps processes.json true: who runs under which number, on which port. */
export function writeProcesses(folder: string, entries: readonly ProcessEntry[]): void {
  writeWhole(join(folder, 'processes.json'), entries)
}
