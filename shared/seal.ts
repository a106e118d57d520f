// Seals personal data at rest (AES-256-GCM) and makes the keyed hashes by which it can still be found.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Keys kept outside the database. A sealed value names the key it was sealed with, so keys can rotate. */
export type Keys = { current: string; encryption: ReadonlyMap<string, Buffer>; index: Buffer }

const NONCE = 12
const TAG = 16

/**
 * Reads the key file `{ encryption: { current, keys: { id: base64 } }, index: base64 }`.
 * Throws when a key is missing or has the wrong length: nothing may start without its keys.
 */
export function readKeys(path: string): Keys {
  const file = JSON.parse(readFileSync(path, 'utf8')) as {
    encryption?: { current?: string; keys?: Record<string, string> }
    index?: string
  }
  const encryption = new Map(
    Object.entries(file.encryption?.keys ?? {}).map(([id, text]) => [id, Buffer.from(text, 'base64')]),
  )
  const current = file.encryption?.current ?? ''
  const index = Buffer.from(file.index ?? '', 'base64')
  const lengths = [...encryption.values(), index].map((key) => key.length)
  if (!encryption.has(current) || lengths.some((length) => length !== 32)) {
    throw new Error('The key file must hold a current encryption key and an index key of 32 bytes each')
  }
  return { current, encryption, index }
}

/** Seals bytes for the row `rowId`; the row is bound in, so a sealed value moved to another row does not open. */
export function seal(keys: Keys, rowId: string, plain: Uint8Array | string): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys, keys.current), nonce)
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
  const decipher = createDecipheriv('aes-256-gcm', keyOf(keys, id), bytes.subarray(start, start + NONCE))
  decipher.setAAD(Buffer.from(rowId))
  decipher.setAuthTag(bytes.subarray(start + NONCE, start + NONCE + TAG))
  return Buffer.concat([decipher.update(bytes.subarray(start + NONCE + TAG)), decipher.final()])
}

/** A keyed hash for one purpose: without the index key nobody can try all identity numbers against it. */
export function blindIndex(keys: Keys, purpose: string, value: string): Buffer {
  return createHmac('sha256', keys.index).update(`${purpose}\n${value}`).digest()
}

function keyOf(keys: Keys, id: string): Buffer {
  const key = keys.encryption.get(id)
  if (!key) throw new Error('The value is sealed with a key that this process does not have')
  return key
}
