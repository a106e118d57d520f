// Keeps what an interface received and could not read, sealed, so that a person can read it: nothing that arrives is lost.
import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { emit } from '../outbox.ts'
import { seal } from '../seal.ts'
import { inContext, type Actor } from './act.ts'
import { readMunicipality } from './settings.ts'
import type { Tools } from './tools.ts'

// A client gone wrong must not fill the registry's inbox; its sender has had an answer that says what is wrong.
const MOST_A_DAY = 100

/**
 * Puts the bytes in the inbox of the municipality's own registry. `fault` is the code of what made them unreadable. The
 * same bytes from the same sender are kept once.
 */
export async function keepUnreadable(
  db: Db,
  tools: Tools,
  actor: Actor,
  { raw, fault }: { raw: Buffer; fault: string },
): Promise<void> {
  if (raw.length === 0) return
  await inContext(db, actor, async (trx, at) => {
    const today = await sql<{ kept: number }>`select count(*)::int as kept from inbox_item
      where sender = ${actor.sender} and added_at > ${at.now}::timestamptz - interval '1 day'`.execute(trx)
    if ((today.rows[0]?.kept ?? 0) >= MOST_A_DAY) return
    const { defaultCommittee } = await readMunicipality(trx)
    const id = randomUUID()
    const { rows } = await sql<{ id: string }>`
      insert into inbox_item (id, committee, channel, sender, received_at, received_on, added_at, media_type, raw, sha256, size, fault)
      values (${id}, ${defaultCommittee}, 'interface', ${actor.sender}, ${at.now}, ${at.today}, ${at.now}, 'text/plain',
        ${seal(tools.keys, id, raw)}, ${createHash('sha256').update(raw).digest('hex')}, ${raw.length}, ${fault})
      on conflict do nothing returning id`.execute(trx)
    await emit(
      trx,
      'inbox.received',
      rows.map((row) => row.id),
    )
  })
}
