// Asks the registry about notices for a home that seems to lie elsewhere: one digit wrong in a postal code must not cost a home.
import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { emit } from '../outbox.ts'
import { seal, unseal } from '../seal.ts'
import type { Moment } from './act.ts'
import { readMunicipality } from './settings.ts'
import type { Tools } from './tools.ts'

/** Why such a notice waits in the inbox. */
export const ELSEWHERE = 'address.elsewhere'

// A landlord's whole file sent to the wrong municipality tells it so on every row; the registry learns as much from these.
const MOST_A_DAY = 100

type Row = { id: string; sender: string; raw: Buffer; receivedAt: string; receivedOn: string }

/** Puts each notice, as it came, in the inbox of the municipality's own registry. The same notice waits there once. */
export async function askWhere(
  trx: Trx,
  at: Moment,
  { keys }: Tools,
  noticeIds: readonly string[],
): Promise<void> {
  if (noticeIds.length === 0) return
  const { defaultCommittee } = await readMunicipality(trx)
  const { rows } = await sql<Row>`
    select id, sender, raw, received_at, received_on from (
      select n.*, row_number() over (partition by sender order by received_at, id) + (select count(*) from inbox_item i
        where i.sender = n.sender and i.fault = ${ELSEWHERE} and i.added_at > ${at.now}::timestamptz - interval '1 day') as place
      from notice n where id = any(${[...noticeIds]}::uuid[]) and duplicate_of is null) n
    where place <= ${MOST_A_DAY} order by id`.execute(trx)
  const items = rows.map(({ id: noticeId, raw: sealed, ...row }) => {
    const [id, raw] = [randomUUID(), unseal(keys, noticeId, sealed)]
    const kept = { mediaType: 'text/plain', raw: seal(keys, id, raw), size: raw.length }
    const sha256 = createHash('sha256').update(raw).digest('hex')
    const committee = defaultCommittee
    return { id, committee, channel: 'interface', fault: ELSEWHERE, addedAt: at.now, sha256, ...kept, ...row }
  })
  const added = await insertRows<'inboxItem', { id: string }>(
    trx,
    'inboxItem',
    items,
    sql`on conflict do nothing returning id`,
  )
  await emit(
    trx,
    'inbox.received',
    added.map(({ id }) => id),
  )
}
