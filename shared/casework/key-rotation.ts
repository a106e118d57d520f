// Rotates the keys: seals every value anew with the current key while the service runs, keys every hash once more while not.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { seal, unseal, wrapIndex, type Keys } from '../seal.ts'
import { noteIdentities } from './case-identity.ts'
import { noteIndexKey } from './key-fingerprints.ts'

/** Every column with sealed values; the row's `id` is bound in. */
export const SEALED: readonly (readonly [table: string, column: string])[] = [
  ['notice', 'raw'],
  ['notice', 'personal_id'],
  ['notice_update', 'raw'],
  ['notice_file', 'raw'],
  ['notice_draft', 'sealed'],
  ['form_draft', 'sealed'],
  ['eviction_notice', 'raw'],
  ['eviction_notice', 'personal_id'],
  ['inbox_item', 'raw'],
  ['arrears_case', 'sealed_address'],
  ['notice', 'sealed_address'],
  ['eviction_notice', 'sealed_address'],
  ['letter', 'sealed_text'],
]

/** Every column with hashes that are keyed by the index key and nothing else. */
export const HASHES: readonly (readonly [table: string, column: string])[] = [
  ['household_key', 'key'],
  ['notice', 'identity_key'],
  ['notice', 'content_key'],
  ['notice', 'match_identity'],
  ['notice', 'match_address'],
  ['eviction_notice', 'identity_key'],
  ['eviction_notice', 'match_identity'],
  ['eviction_notice', 'match_address'],
  ['eviction_notice', 'match_enforcement'],
]

/** Every other column of bytes: made of hashes (and made again), or no secret of these keys. */
export const PLAIN: readonly (readonly [table: string, column: string, why: string])[] = [
  ['case_identity', 'key', 'made again from household_key'],
  ['client_register', 'key', 'emptied: each committee sends its list every night'],
  ['audit_entry', 'hash', 'a chain of its own'],
  ['audit_entry', 'prev', 'a chain of its own'],
  ['audit_head', 'hash', 'a chain of its own'],
  ['calendar_feed', 'token_hash', 'hash of a random secret'],
  ['erasure', 'digest', 'proof of what was erased'],
  ['intake_key', 'body_hash', 'hash of a request'],
  ['key_fingerprint', 'fingerprint', 'tells keys apart'],
  ['landlord_invitation', 'code_hash', 'hash of a random secret'],
  ['staff_home', 'salt', 'random'],
  ['staff_home', 'digest', 'salted hash of its own'],
  ['theme', 'logo', 'a picture'],
]

const BATCH = 500

// A sealed value begins with the length and the name of its key; what was emptied (a draft that was sent) has neither.
const keyIn = (column: string) =>
  sql`case when octet_length(${sql.ref(column)}) > 0
    then convert_from(substring(${sql.ref(column)} from 2 for get_byte(${sql.ref(column)}, 0)), 'UTF8') end`

/**
 * Seals anew, in batches of their own transactions, what is not sealed with the current key; a row that somebody is
 * working on is left for the next round. Returns how many values were sealed. Running it twice finds nothing left.
 */
export async function sealAnew(
  db: Db,
  keys: Keys,
  tell: (table: string, done: number) => void,
): Promise<number> {
  let total = 0
  for (const [table, column] of SEALED) {
    let done = 0
    for (let sealed = BATCH; sealed > 0; done += sealed) sealed = await sealBatch(db, keys, table, column)
    tell(`${table}.${column}`, done)
    total += done
  }
  return total
}

async function sealBatch(db: Db, keys: Keys, table: string, column: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string; value: Buffer }>`select id, ${sql.ref(column)} as value
      from ${sql.table(table)} where ${sql.ref(column)} is not null and ${keyIn(column)} <> ${keys.current}
      order by id limit ${BATCH} for update skip locked`.execute(trx)
    const sealed = rows.map(({ id, value }) => seal(keys, id, unseal(keys, id, value)))
    await sql`update ${sql.table(table)} t set ${sql.ref(column)} = n.value
      from unnest(${rows.map(({ id }) => id)}::uuid[], ${sealed}::bytea[]) as n (id, value) where t.id = n.id`.execute(
      trx,
    )
    return rows.length
  })
}

/** How many values are still sealed with another key than the current one. */
export async function countOld(db: Db, keys: Keys): Promise<number> {
  let total = 0
  for (const [table, column] of SEALED) {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from ${sql.table(table)}
      where ${sql.ref(column)} is not null and ${keyIn(column)} <> ${keys.current}`.execute(db)
    total += rows[0]?.count ?? 0
  }
  return total
}

/** Which processes have been alive within half a minute: a process that runs would go on with the hashes of before. */
export async function runningProcesses(db: Db): Promise<string[]> {
  const { rows } = await sql<{ process: string }>`select process from heartbeat
    where at > clock_now() - interval '30 seconds' order by process`.execute(db)
  return rows.map(({ process }) => process)
}

/** Keys every stored hash once more with `wrap`, in one transaction; `keys` are those of before. */
export async function keyHashesAnew(db: Db, keys: Keys, wrap: Buffer): Promise<void> {
  const after: Keys = { ...keys, indexWraps: [...(keys.indexWraps ?? []), wrap] }
  await db.transaction().execute(async (trx) => {
    await sql`lock table notice, eviction_notice, household_key in exclusive mode`.execute(trx)
    for (const [table, column] of HASHES) await wrapColumn(trx, table, column, wrap)
    await sql`delete from client_register`.execute(trx)
    await sql`delete from case_identity`.execute(trx)
    const { rows } = await sql<{ id: string }>`select id from arrears_case order by id`.execute(trx)
    for (let at = 0; at < rows.length; at += BATCH)
      await noteIdentities(
        trx,
        after,
        rows.slice(at, at + BATCH).map(({ id }) => id),
      )
    await noteIndexKey(trx, after)
  })
}

async function wrapColumn(trx: Trx, table: string, column: string, wrap: Buffer): Promise<void> {
  const { rows } = await sql<{ value: Buffer }>`select distinct ${sql.ref(column)} as value
    from ${sql.table(table)} where ${sql.ref(column)} is not null`.execute(trx)
  for (let at = 0; at < rows.length; at += BATCH * 10) {
    const before = rows.slice(at, at + BATCH * 10).map(({ value }) => value)
    await sql`update ${sql.table(table)} t set ${sql.ref(column)} = n.after
      from unnest(${before}::bytea[], ${before.map((value) => wrapIndex(value, wrap))}::bytea[]) as n (before, after)
      where t.${sql.ref(column)} = n.before`.execute(trx)
  }
}
