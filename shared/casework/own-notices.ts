// What a sender may know of what it has sent: that it came, what was lacking, and no word of the family (OSL 26:1).
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import type { Finding } from '../domain/reading-findings.ts'
import { inContext, type Actor } from './act.ts'
import type { Receipt } from './intake.ts'
import { noSuch } from './open-case.ts'
import { openContent } from './sealed-addresses.ts'
import type { Tools } from './tools.ts'

export type OwnNotice = {
  id: string
  number: string
  type: string
  reference: string | null
  source: string
  receivedAt: string
  verdict: 'complete' | 'incomplete' | 'doubtful'
  state: 'received' | 'needs-completion' | 'wrong-municipality' | 'withdrawn'
  findings: Finding[]
  duplicateOf: string | null
  /** The sender's own words for where. */
  address: string
}

const shown = sql`id, number, type, reference, source, received_at, verdict, state, findings, duplicate_of,
  jsonb_build_object('dwelling', jsonb_build_object('address', content #>> '{dwelling,address}')) as content, sealed_address`

type Stored = Omit<OwnNotice, 'address'> & {
  content: { dwelling: { address: string } }
  sealedAddress: Buffer | null
}

// A sender goes on reading its own words: an address that went away would tell that the person is protected.
function ownWords(tools: Tools, row: Stored): OwnNotice {
  const { content, sealedAddress, ...notice } = row
  return {
    ...notice,
    address: openContent(tools.keys, { id: row.id, content, sealedAddress }).dwelling.address,
  }
}

/** The actor's own submissions, the latest first. */
export async function listOwnNotices(
  db: Db,
  tools: Tools,
  actor: Actor,
  { limit, page }: { limit: number; page: number },
): Promise<{ notices: OwnNotice[]; total: number }> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Stored>`select ${shown} from notice where sender = ${actor.sender}
      order by received_at desc, id limit ${limit} offset ${(page - 1) * limit}`.execute(trx)
    const counted = await sql<{
      total: number
    }>`select count(*)::int as total from notice where sender = ${actor.sender}`.execute(trx)
    return { notices: rows.map((row) => ownWords(tools, row)), total: counted.rows[0]?.total ?? 0 }
  })
}

/** One of the actor's own submissions. Refuses `not-found`, for others' as for none. */
export async function readOwnNotice(db: Db, tools: Tools, actor: Actor, id: string): Promise<OwnNotice> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Stored>`select ${shown} from notice
      where id = ${id} and sender = ${actor.sender}`.execute(trx)
    if (!rows[0]) throw noSuch()
    return ownWords(tools, rows[0])
  })
}

/** The receipt of one of the actor's own events. Refuses `not-found`, for others' as for none. */
export async function readOwnEvictionNotice(db: Db, actor: Actor, id: string): Promise<Receipt> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Receipt & { duplicateOf: string | null }>`
      select id, number, received_at, verdict, findings, duplicate_of from eviction_notice
      where id = ${id} and sender = ${actor.sender}`.execute(trx)
    if (!rows[0]) throw noSuch()
    const { duplicateOf, ...receipt } = rows[0]
    return { ...receipt, ...(duplicateOf && { possibleDuplicateOf: duplicateOf }) }
  })
}
