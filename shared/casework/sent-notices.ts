// What a landlord may see of what it has sent: its own words, when they arrived, and the few states secrecy allows.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { controlNotice, type Verdict } from '../domain/notice-control.ts'
import { readNotice, type Notice } from '../domain/notice.ts'
import type { NoticeBody } from '../domain/notice-body.ts'
import type { Finding } from '../domain/reading-findings.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor } from './act.ts'
import type { NoticeContent } from './intake.ts'
import { controlContext } from './settings.ts'
import type { Tools } from './tools.ts'

/** One line of what a sender has sent. */
export type SentNotice = {
  id: string
  number: string
  type: Notice['type']
  reference: string | null
  receivedAt: string
  state: 'received' | 'needs-completion' | 'wrong-municipality' | 'withdrawn'
  address: string
}

/** A sent notice in full, with what has been told about it since. */
export type SentNoticeDetail = SentNotice & {
  content: NoticeContent
  findings: Finding[]
  verdict: Verdict
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

/** A notice read and controlled as it would be if it were sent now; nothing is kept. */
export async function previewNotice(
  db: Db,
  tools: Tools,
  actor: Actor,
  body: NoticeBody,
): Promise<{ notice: Notice; findings: Finding[]; verdict: Verdict }> {
  return inContext(db, actor, async (trx, at) => {
    const { notice, findings } = readNotice(body, at.today)
    const context = { ...(await controlContext(trx)), receivedOn: at.today, law: tools.law }
    const control = controlNotice(notice, context)
    return { notice, findings: [...findings, ...control.findings], verdict: control.verdict }
  })
}

const shown = sql`n.id, n.number, n.type, n.reference, n.received_at, n.state, n.content #>> '{dwelling,address}' as address`

/** The sender's own notices, the latest first, a page at a time. */
export async function listSentNotices(
  db: Db,
  actor: Actor,
  { limit, page }: { limit: number; page: number },
): Promise<{ notices: SentNotice[]; total: number }> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<SentNotice>`select ${shown} from notice n where n.sender = ${actor.sender}
      order by n.received_at desc, n.id limit ${limit} offset ${(page - 1) * limit}`.execute(trx)
    const counted = await sql<{
      total: number
    }>`select count(*)::int as total from notice where sender = ${actor.sender}`.execute(trx)
    return { notices: rows, total: counted.rows[0]?.total ?? 0 }
  })
}

/** One of the sender's own notices. Refusal `not-found` for anybody else's. */
export async function readSentNotice(db: Db, actor: Actor, id: string): Promise<SentNoticeDetail> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Omit<SentNoticeDetail, 'updates'>>`
      select ${shown}, n.content, n.findings, n.verdict from notice n
      where n.id = ${id} and n.sender = ${actor.sender}`.execute(trx)
    const notice = rows[0]
    if (!notice)
      throw new Refusal('not-found', 'notice.not-found', 'Meddelandet finns inte bland dem ni har skickat.')
    return { ...notice, updates: await updatesOf(trx, id) }
  })
}

async function updatesOf(trx: Trx, noticeId: string): Promise<SentNoticeDetail['updates']> {
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
