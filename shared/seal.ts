// Seals personal data at rest (AES-256-GCM) and makes the keyed hashes by which it can still be found.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'

const NONCE = 12
const TAG = 16

/** The ciphers that a key may be for: both authenticated, both with keys of 32 bytes. The first is meant when none is named. */
export const CIPHERS = ['aes-256-gcm', 'chacha20-poly1305'] as const
export type Cipher = (typeof CIPHERS)[number]

/** Keys kept outside the database. A sealed value names the key it was sealed with, so keys can rotate. */
export type Keys = {
  current: string
  encryption: ReadonlyMap<string, Buffer>
  /** What a key is for, where it is not the usual cipher: a sealed value names its key, and the key its cipher. */
  ciphers?: ReadonlyMap<string, Cipher>
  index: Buffer
  /** Keys that the hashes were keyed with again, oldest first: with the first key alone none can be made any more. */
  indexWraps?: readonly Buffer[]
  /** Looks whether the file has other keys by now, so that a rotation needs no restart. */
  refresh?: () => void
}

type KeyFile = {
  encryption?: { current?: string; keys?: Record<string, string> }
  index?: string
  indexWraps?: string[]
}

/**
 * Reads the key file `{ encryption: { current, keys: { id: base64 } }, index: base64, indexWraps?: [base64] }`, where a key
 * for another cipher is `chacha20-poly1305:base64`; and again when it has changed, looked for once a second at most.
 * Throws when a key is missing or has the wrong length: nothing may start without its keys.
 */
export function readKeys(path: string): Keys {
  let seen = statSync(path).mtimeMs
  let looked = Date.now()
  const refresh = () => {
    if (Date.now() - looked < 1_000) return
    looked = Date.now()
    const changed = statSync(path).mtimeMs
    if (changed === seen) return
    seen = changed
    const { current, encryption, ciphers } = keysIn(path)
    // Hashes change with the service stopped only: a process must never mix two of them.
    Object.assign(keys, { current, encryption, ciphers })
  }
  const keys: Keys = { ...keysIn(path), refresh }
  return keys
}

const bytesIn = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64')

function keyIn(text: string): { cipher: Cipher; key: Buffer } {
  const [named, bytes] = text.includes(':') ? text.split(':') : [CIPHERS[0], text]
  const cipher = CIPHERS.find((known) => known === named)
  if (!cipher) throw new Error('The key file names a cipher that this version does not know')
  return { cipher, key: bytesIn(bytes) }
}

function keysIn(path: string): Keys {
  const file = JSON.parse(readFileSync(path, 'utf8')) as KeyFile
  const pairs = Object.entries(file.encryption?.keys ?? {}).map(([id, text]) => ({ id, ...keyIn(text) }))
  const encryption = new Map(pairs.map(({ id, key }) => [id, key]))
  const ciphers = new Map(pairs.map(({ id, cipher }) => [id, cipher]))
  const current = file.encryption?.current ?? ''
  const index = bytesIn(file.index)
  const indexWraps = (file.indexWraps ?? []).map(bytesIn)
  const lengths = [...encryption.values(), index, ...indexWraps].map((key) => key.length)
  if (!encryption.has(current) || lengths.some((length) => length !== 32)) {
    throw new Error('The key file must hold a current encryption key and an index key of 32 bytes each')
  }
  return { current, encryption, ciphers, index, indexWraps }
}

/** What a key is for. */
export function cipherOf(keys: Keys, id: string): Cipher {
  return keys.ciphers?.get(id) ?? CIPHERS[0]
}

// Their types know one cipher of the two at a time, though they are used alike.
const by = (cipher: Cipher) => cipher as 'aes-256-gcm'

/** Seals bytes for the row `rowId`; the row is bound in, so a sealed value moved to another row does not open. */
export function seal(keys: Keys, rowId: string, plain: Uint8Array | string): Buffer {
  keys.refresh?.()
  const nonce = randomBytes(NONCE)
  const kind = by(cipherOf(keys, keys.current))
  const cipher = createCipheriv(kind, keyOf(keys, keys.current), nonce, { authTagLength: TAG })
  cipher.setAAD(Buffer.from(rowId))
  const body = Buffer.concat([cipher.update(plain as string, 'utf8'), cipher.final()])
  const id = Buffer.from(keys.current)
  return Buffer.concat([Buffer.from([id.length]), id, nonce, cipher.getAuthTag(), body])
}

/** Opens what {@link seal} made. Throws when the key is unknown, the row differs or a byte was changed. */
export function unseal(keys: Keys, rowId: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed)
  const start = 1 + (bytes[0] ?? 0)
  const id = bytes.subarray(1, start).toString()
  const key = keyOf(keys, id)
  const nonce = bytes.subarray(start, start + NONCE)
  const decipher = createDecipheriv(by(cipherOf(keys, id)), key, nonce, { authTagLength: TAG })
  decipher.setAAD(Buffer.from(rowId))
  decipher.setAuthTag(bytes.subarray(start + NONCE, start + NONCE + TAG))
  return Buffer.concat([decipher.update(bytes.subarray(start + NONCE + TAG)), decipher.final()])
}

/** A keyed hash for one purpose: without the index key nobody can try all identity numbers against it. */
export function blindIndex(keys: Keys, purpose: string, value: string): Buffer {
  const hash = createHmac('sha256', keys.index).update(`${purpose}\n${value}`).digest()
  return (keys.indexWraps ?? []).reduce(wrapIndex, hash)
}

/** A stored hash keyed once more: what {@link blindIndex} gives when `wrap` stands last among the wraps. */
export function wrapIndex(hash: Uint8Array, wrap: Buffer): Buffer {
  return createHmac('sha256', wrap).update(hash).digest()
}

/** Tells one key from another without telling the key. */
export function fingerprint(key: Buffer): Buffer {
  return createHmac('sha256', key).update('bokvar key fingerprint').digest().subarray(0, 16)
}

function keyOf(keys: Keys, id: string): Buffer {
  if (!keys.encryption.has(id)) keys.refresh?.()
  const key = keys.encryption.get(id)
  if (!key) throw new Error('The value is sealed with a key that this process does not have')
  return key
}
