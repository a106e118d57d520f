// Changes the key file: a new current key beside the old ones, or old ones taken away; always written whole.
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { CIPHERS, type Cipher } from './seal.ts'

type KeyFile = {
  encryption: { current: string; keys: Record<string, string> }
  index: string
  indexWraps?: string[]
}

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as KeyFile
const newKey = () => randomBytes(32).toString('base64')

function write(path: string, file: KeyFile): void {
  // Beside it first: a file cut in half by a power failure would be every sealed value lost.
  const draft = `${path}.new`
  writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flush: true })
  renameSync(draft, path)
}

/** Adds a key, for the usual cipher or another, and makes it the current one. Returns its id. */
export function addEncryptionKey(path: string, cipher: Cipher = CIPHERS[0]): string {
  const file = read(path)
  const numbers = Object.keys(file.encryption.keys).map((id) => Number(/^k(\d+)$/.exec(id)?.[1] ?? 0))
  const current = `k${Math.max(0, ...numbers) + 1}`
  const keys = {
    ...file.encryption.keys,
    [current]: cipher === CIPHERS[0] ? newKey() : `${cipher}:${newKey()}`,
  }
  write(path, { ...file, encryption: { current, keys } })
  return current
}

/** Takes away every key but the current one. Returns the ids that are gone. */
export function forgetOldKeys(path: string): string[] {
  const file = read(path)
  const { current, keys } = file.encryption
  const old = Object.keys(keys).filter((id) => id !== current)
  write(path, { ...file, encryption: { current, keys: { [current]: keys[current] ?? '' } } })
  return old
}

/**
 * Prepares one more key for the hashes in `<path>.next`, to take the file's place when the database has followed.
 * Returns that path and the key.
 */
export function prepareIndexWrap(path: string): { next: string; wrap: Buffer } {
  const file = read(path)
  const wrap = newKey()
  const next = `${path}.next`
  writeFileSync(
    next,
    `${JSON.stringify({ ...file, indexWraps: [...(file.indexWraps ?? []), wrap] }, null, 2)}\n`,
    {
      mode: 0o600,
      flush: true,
    },
  )
  return { next, wrap: Buffer.from(wrap, 'base64') }
}
