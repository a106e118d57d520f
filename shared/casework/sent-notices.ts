// What a landlord may see of what it has sent: its own words, when they arrived, and the few states secrecy allows.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { Verdict } from '../domain/notice-control.ts'
import type { Notice } from '../domain/notice.ts'
import type { NoticeBody } from '../domain/notice-body.ts'
import type { Finding } from '../domain/reading-findings.ts'
import { inContext, type Actor } from './act.ts'
import { firstSeen, noticeRow, type NoticeContent } from './intake.ts'
import { noSuch } from './open-case.ts'
import { readOwnNotice, type OwnNotice } from './own-notices.ts'
import { openContent } from './sealed-addresses.ts'
import { controlContext } from './settings.ts'
import type { Tools } from './tools.ts'

/** A sent notice in full, with what has been told about it since. */
export type SentNotice = OwnNotice & {
  /** Whose notice it is: the landlord, or the person who acts alone; never whoever happens to look at the receipt. */
  sentBy: string
  content: NoticeContent
  updates: {
    type: string
    occurredOn: string | null
    amount: number | null
    note: string | null
    receivedAt: string
  }[]
}

/** What is known of whoever sends, so that it need not be written again. */
export type SenderProfile = {
  name: string
  organisationNumber: string | null
  latest: Pick<Notice, 'landlord' | 'payment'> | null
}

/** A notice as it would be taken in if it were sent now. `sentBefore`: the number of the same notice, sent earlier. */
export type Preview = {
  notice: NoticeContent
  findings: Finding[]
  verdict: Verdict
  sentBefore: string | null
}

/** Reads and controls notices as sending them would; nothing is kept. */
export async function previewNotices(
  db: Db,
  tools: Tools,
  actor: Actor,
  bodies: readonly NoticeBody[],
): Promise<Preview[]> {
  if (bodies.length === 0) return []
  return inContext(db, actor, async (trx, at) => {
    const from = { actor, source: 'form' as const, at, context: await controlContext(trx) }
    const rows = bodies.map((body) => noticeRow(tools, from, body, ''))
    const seen = await firstSeen(
      trx,
      rows.map((row) => row.identityKey),
    )
    const earlier = await numbersOf(trx, [...seen.values()])
    return rows.map(({ findings, verdict, identityKey, ...row }) => {
      const sentBefore = earlier.get(seen.get(identityKey.toString('hex')) ?? '') ?? null
      return { notice: openContent(tools.keys, row), findings, verdict, sentBefore }
    })
  })
}

async function numbersOf(trx: Trx, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{
    id: string
    number: string
  }>`select id, number from notice where id = any(${[...ids]}::uuid[])`.execute(trx)
  return new Map(rows.map(({ id, number }) => [id, number]))
}

/** One of the sender's own notices in full. Refuses `not-found` for anybody else's. */
export async function readSentNotice(db: Db, tools: Tools, actor: Actor, id: string): Promise<SentNotice> {
  const own = await readOwnNotice(db, tools, actor, id)
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<{
      id: string
      content: NoticeContent
      sealedAddress: Buffer | null
      sentBy: string | null
    }>`select n.id, n.content, n.sealed_address, coalesce(l.name, p.name) as sent_by from notice n
      left join landlord l on l.id = n.landlord_id left join person p on n.sender = 'person:' || p.id
      where n.id = ${id}`.execute(trx)
    if (!rows[0]) throw noSuch()
    const sentBy = rows[0].sentBy ?? actor.name
    return { ...own, sentBy, content: openContent(tools.keys, rows[0]), updates: await updatesOf(trx, id) }
  })
}

async function updatesOf(trx: Trx, noticeId: string): Promise<SentNotice['updates']> {
  return trx
    .selectFrom('noticeUpdate')
    .select(['type', 'occurredOn', 'amount', 'note', 'receivedAt'])
    .where('noticeId', '=', noticeId)
    .orderBy('receivedAt', 'desc')
    .execute()
}

/** Name and number from the register, address, telephone and account from the latest notice. */
export async function senderProfile(db: Db, actor: Actor): Promise<SenderProfile> {
  return inContext(db, actor, async (trx) => {
    const landlord = actor.landlordId
      ? await trx
          .selectFrom('landlord')
          .select(['name', 'organisationNumber'])
          .where('id', '=', actor.landlordId)
          .executeTakeFirst()
      : undefined
    const { rows } = await sql<{ content: NoticeContent }>`select content from notice
      where sender = ${actor.sender} order by received_at desc limit 1`.execute(trx)
    const known = landlord ?? { name: actor.name, organisationNumber: null }
    return { ...known, latest: rows[0]?.content ?? null }
  })
}
