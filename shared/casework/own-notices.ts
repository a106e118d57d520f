// What a sender may know of what it has sent: that it came, what was lacking, and no word of the family (OSL 26:1).
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import type { Finding } from '../domain/reading-findings.ts'
import { inContext, type Actor } from './act.ts'
import { noSuch } from './open-case.ts'

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

const shown = sql`id, number, type, reference, source, received_at, verdict, state, findings, duplicate_of, content #>> '{dwelling,address}' as address`

/** The actor's own submissions, the latest first. */
export async function listOwnNotices(
  db: Db,
  actor: Actor,
  { limit, page }: { limit: number; page: number },
): Promise<{ notices: OwnNotice[]; total: number }> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<OwnNotice>`select ${shown} from notice where sender = ${actor.sender}
      order by received_at desc, id limit ${limit} offset ${(page - 1) * limit}`.execute(trx)
    const counted = await sql<{
      total: number
    }>`select count(*)::int as total from notice where sender = ${actor.sender}`.execute(trx)
    return { notices: rows, total: counted.rows[0]?.total ?? 0 }
  })
}

/** One of the actor's own submissions. Refuses `not-found`, for others' as for none. */
export async function readOwnNotice(db: Db, actor: Actor, id: string): Promise<OwnNotice> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<OwnNotice>`select ${shown} from notice
      where id = ${id} and sender = ${actor.sender}`.execute(trx)
    if (!rows[0]) throw noSuch()
    return rows[0]
  })
}
