// Finds cases by number, name or identity number and by nothing else (F 2001:637 15 §), in the actor's own committee.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { readIdentityNumber } from '../domain/identity-number.ts'
import { Refusal } from '../domain/refusal.ts'
import { blindIndex } from '../seal.ts'
import { inContext, type Actor } from './act.ts'
import { stateAccess } from './audit.ts'
import { committeeKey } from './case-identity.ts'
import type { Tools } from './tools.ts'

/** One way to search, and why. */
export type Search = {
  by: 'number' | 'name' | 'personalIdentityNumber'
  text: string
  purpose: string | null
}

export type Found = { id: string; number: string }

/** Hits shown at most: a search is for a known person, not for a list of people. */
const most = 50

/** Searches and keeps that it was done. Refuses `invalid` when an identity number does not check out. */
export async function searchCases(db: Db, tools: Tools, actor: Actor, search: Search): Promise<Found[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<Found>`select c.id, c.number from arrears_case c
      where (${conditionOf(tools, actor, search, at.today)}) order by c.number desc limit ${most}`.execute(
      trx,
    )
    stateAccess(trx, { action: 'search', purpose: search.purpose, found: rows.length })
    return rows
  })
}

function conditionOf(tools: Tools, actor: Actor, search: Search, today: string) {
  const text = search.text.normalize('NFC').trim()
  if (search.by === 'number') return sql`c.number = ${text}`
  if (search.by === 'name') return nameBegins(text.toLowerCase())
  const number = readIdentityNumber(text, today)
  if (!number) {
    const detail = 'Personnumret stämmer inte. Kontrollera siffrorna.'
    throw new Refusal('invalid', 'id.invalid', detail, [
      { pointer: '/personalIdentityNumber', code: 'id.invalid', detail },
    ])
  }
  const key = committeeKey(tools.keys, actor.committee ?? '', blindIndex(tools.keys, 'household', number))
  return sql`c.id in (select i.case_id from case_identity i where i.committee = ${actor.committee} and i.key = ${key})`
}

/** The whole name, what follows its first word, or its last word begins so. */
function nameBegins(start: string) {
  // Compared by operators that Postgres may use an index for under row-level security; LIKE is not one of them.
  const end = `${start}\u{10FFFF}`
  const keys = ['c.name_key', 'c.later_name_key', 'c.last_name_key'] as const
  return sql.join(
    keys.map((key) => sql`(${sql.ref(key)} ~>=~ ${start} and ${sql.ref(key)} ~<~ ${end})`),
    sql` or `,
  )
}
