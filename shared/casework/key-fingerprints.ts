// Holds the keys of a process against those that the database was written with: a wrong key must stop the start.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { cipherOf, CIPHERS, fingerprint, type Keys } from '../seal.ts'

/** The keys are not those of the database: a fault that no second try mends. */
export class KeyFault extends Error {}

/** The name under which the hashes' key stands among the fingerprints. */
const INDEX = 'index'

// A key under another cipher's name opens nothing that it has sealed: it is another key.
function fingerprintOf(keys: Keys, id: string): Buffer | null {
  const key = keys.encryption.get(id)
  const cipher = cipherOf(keys, id)
  return key ? fingerprint(cipher === CIPHERS[0] ? key : Buffer.concat([key, Buffer.from(cipher)])) : null
}

function indexFingerprint({ index, indexWraps = [] }: Keys): Buffer {
  return fingerprint(Buffer.concat([index, ...indexWraps]))
}

/**
 * Throws a `KeyFault` when this process has another key than the database knows, or lacks one that it knows: with it, new rows would
 * be sealed so that nobody can open them, and searches would find nothing and say so. What the database has never seen
 * is noted.
 */
export async function demandKeys(db: Db, keys: Keys): Promise<void> {
  const { rows } = await sql<{
    id: string
    fingerprint: Buffer
  }>`select id, fingerprint from key_fingerprint`.execute(db)
  const wrong = rows.filter(({ id, fingerprint: known }) => {
    const mine = id === INDEX ? indexFingerprint(keys) : fingerprintOf(keys, id)
    return !mine?.equals(known)
  })
  if (wrong.length > 0) {
    const names = wrong.map(({ id }) => id).join(', ')
    throw new KeyFault(
      `The key file is not the one this database was written with (${names}). Nothing is started. If a rotation of the ` +
        'index key was cut short, the right file lies beside it, with the ending .next.',
    )
  }
  const mine = [...keys.encryption.keys()].map((id) => ({ id, print: fingerprintOf(keys, id) }))
  const all = [...mine, { id: INDEX, print: indexFingerprint(keys) }]
  await sql`insert into key_fingerprint (id, fingerprint)
    select * from unnest(${all.map(({ id }) => id)}::text[], ${all.map(({ print }) => print)}::bytea[])
    on conflict (id) do nothing`.execute(db)
}

/** The database forgets keys that no value is sealed with any more. */
export async function forgetFingerprints(db: Db, ids: readonly string[]): Promise<void> {
  await sql`delete from key_fingerprint where id = any(${[...ids]}::text[])`.execute(db)
}

/** From here on the hashes are those of `keys`; in the transaction that changes them. */
export async function noteIndexKey(trx: Trx, keys: Keys): Promise<void> {
  await sql`insert into key_fingerprint (id, fingerprint) values (${INDEX}, ${indexFingerprint(keys)})
    on conflict (id) do update set fingerprint = excluded.fingerprint`.execute(trx)
}
