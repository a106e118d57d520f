// Lets a committee find its own cases by identity number, through a keyed hash that no other committee has.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { blindIndex, type Keys } from '../seal.ts'

/** The hash by which `committee` finds a household; `identity` is the household's own hash of the identity number. */
export function committeeKey(keys: Keys, committee: string, identity: Buffer): Buffer {
  return blindIndex(keys, `committee ${committee}`, identity.toString('hex'))
}

/**
 * Notes the identity of these cases with the committee that owns them now, and with no other. Writing twice changes
 * nothing; a household without a known identity number is left out.
 */
export async function noteIdentities(trx: Trx, keys: Keys, caseIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string; committee: string; key: Buffer }>`
    select c.id, c.committee, k.key from arrears_case c
    join household_key k on k.household_id = c.household_id and k.kind = 'identity'
    where c.id = any(${[...caseIds]}::uuid[]) order by c.id, k.key`.execute(trx)
  if (rows.length === 0) return
  await sql`delete from case_identity i using arrears_case c
    where c.id = i.case_id and c.id = any(${rows.map((row) => row.id)}::uuid[]) and i.committee <> c.committee`.execute(
    trx,
  )
  await insertRows(
    trx,
    'caseIdentity',
    rows.map((row) => ({
      committee: row.committee,
      key: committeeKey(keys, row.committee, row.key),
      caseId: row.id,
    })),
    sql`on conflict do nothing`,
  )
}
