// Takes in what landlords send: stored as it came, read leniently, answered with findings, told in the same transaction.
import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx, Db } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { birthDay } from '../domain/identity-number.ts'
import { householdKeys, saysProtected } from '../domain/household.ts'
import { controlNotice, type ControlContext } from '../domain/notice-control.ts'
import { contradictionsIn } from '../domain/case-deadlines.ts'
import {
  contentKey,
  householdOf,
  identityKey,
  readNotice,
  readUpdate,
  type Notice,
} from '../domain/notice.ts'
import type { NoticeBody, UpdateBody } from '../domain/notice-body.ts'
import type { Finding } from '../domain/reading-findings.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { blindIndex, seal } from '../seal.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import { stateAccess } from './audit.ts'
import { linkVersions } from './notice-versions.ts'
import { sealContent } from './sealed-addresses.ts'
import { controlContext } from './settings.ts'
import type { Tools } from './tools.ts'

/** What the sender is told, and told again when the same request comes again. */
export type Receipt = {
  id: string
  number: string
  receivedAt: string
  verdict: 'complete' | 'incomplete' | 'doubtful'
  findings: Finding[]
  possibleDuplicateOf?: string
}

/** One request: the sender's key, the bytes as they came, and the body that the schema let through. */
export type Sent<Body> = { key: string; raw: Uint8Array; body: Body }

/** What a stored notice's `content` holds: the reading, with the identity number taken out and the birth day kept. */
export type NoticeContent = Notice & { bornOn: string | null; collectionFirm?: boolean }

/** The row of a notice before it has a number. */
export type NoticeRow = ReturnType<typeof noticeRow>

/** Builds the row of one notice: read, controlled, sealed and hashed. Nothing is refused for its content. */
export function noticeRow(
  tools: Tools,
  from: { actor: Actor; source: 'api' | 'file' | 'form' | 'registrar'; at: Moment; context: ControlContext },
  body: NoticeBody,
  raw: Uint8Array | string,
) {
  const { actor, at, context } = from
  const reading = readNotice(body, at.today)
  const { findings, verdict } = controlled(tools, reading, at.today, context)
  const id = randomUUID()
  const number = reading.notice.tenant.personalIdentityNumber
  const keys = householdKeys(householdOf(reading.notice))
  const plain: NoticeContent = {
    ...reading.notice,
    tenant: { ...reading.notice.tenant, personalIdentityNumber: null },
    bornOn: number ? birthDay(number) : null,
  }
  const { dwelling, tenant } = plain
  const hidden = saysProtected(dwelling.address, tenant.postalAddress)
  return {
    id,
    sender: actor.sender,
    landlordId: actor.landlordId,
    source: from.source,
    type: reading.notice.type,
    reference: reading.notice.reference,
    raw: seal(tools.keys, id, raw),
    ...(hidden ? sealContent(tools.keys, id, plain) : { content: plain, sealedAddress: null }),
    personalId: number ? seal(tools.keys, id, number) : null,
    identityKey: blindIndex(tools.keys, 'notice', identityKey(reading.notice, actor.sender)),
    contentKey: blindIndex(tools.keys, 'notice', contentKey(reading.notice)),
    matchIdentity: keys.byIdentity ? blindIndex(tools.keys, 'household', keys.byIdentity) : null,
    matchAddress: keys.byAddress ? blindIndex(tools.keys, 'household', keys.byAddress) : null,
    verdict,
    findings,
    state: stateOf(findings, from.source),
    duplicateOf: null as string | null,
    corrects: null as string | null,
  }
}

/** Everything found in a notice: what could not be read, what its form lacks, and days that cannot all be right. */
function controlled(
  tools: Tools,
  { notice, findings }: ReturnType<typeof readNotice>,
  today: string,
  context: ControlContext,
): { findings: Finding[]; verdict: Receipt['verdict'] } {
  const consentRecorded = (notice.tenantConsentOn ?? '9999') <= today
  const control = controlNotice(notice, { ...context, consentRecorded, receivedOn: today, law: tools.law })
  const all = [...findings, ...control.findings, ...contradictionsIn(notice, today, tools.law)]
  return { findings: all, verdict: verdictOf(control.verdict, all) }
}

function verdictOf(control: Receipt['verdict'], findings: readonly Finding[]): Receipt['verdict'] {
  if (control !== 'complete') return control
  return findings.some((finding) => finding.severity === 'critical') ? 'doubtful' : 'complete'
}

/**
 * The few states that secrecy lets a landlord see. What a registrar enters is ours: where the home is has been looked at,
 * and postal codes do not stop at a border.
 */
function stateOf(
  findings: readonly Finding[],
  source: string,
): 'received' | 'needs-completion' | 'wrong-municipality' {
  const elsewhere = findings.some((finding) => finding.code === 'wrong_municipality')
  if (elsewhere && source !== 'registrar') return 'wrong-municipality'
  return findings.some((finding) => finding.severity === 'critical') ? 'needs-completion' : 'received'
}

/** The earliest notices that these identity keys were first seen on. */
export async function firstSeen(trx: Trx, identityKeys: readonly Buffer[]): Promise<Map<string, string>> {
  const rows = await trx
    .selectFrom('notice')
    .select(['id', 'identityKey'])
    .where('identityKey', 'in', [...identityKeys])
    .where('duplicateOf', 'is', null)
    .orderBy('receivedAt')
    .execute()
  const seen = new Map<string, string>()
  for (const row of rows) {
    const key = row.identityKey.toString('hex')
    if (!seen.has(key)) seen.set(key, row.id)
  }
  return seen
}

/**
 * Receives one notice. The same key and body give the same answer again; the same key with another body is refused
 * (`idempotency.other-body`). A repeat under a new key is stored, linked to the first and answered with it; so is a
 * corrected notice, whose dates are then computed beside those of the first.
 */
export async function receiveNotice(
  db: Db,
  tools: Tools,
  actor: Actor,
  sent: Sent<NoticeBody>,
  source: 'api' | 'form' | 'registrar' = 'api',
): Promise<Receipt> {
  return once(db, actor, sent, (trx, at) => storeNotice(trx, tools, { actor, source, at }, sent))
}

/**
 * Stores one notice in the caller's transaction and tells the queue. `arrived`: when it reached the municipality, if
 * that was before it was written in here; periods and controls count from that day.
 */
export async function storeNotice(
  trx: Trx,
  tools: Tools,
  from: { actor: Actor; source: 'api' | 'form' | 'registrar'; at: Moment; arrived?: Moment },
  { body, raw }: Pick<Sent<NoticeBody>, 'body' | 'raw'>,
): Promise<Receipt> {
  const { actor, source, arrived } = from
  const at = arrived ?? from.at
  const row = noticeRow(tools, { actor, source, at, context: await controlContext(trx) }, body, raw)
  await lockTexts(trx, [row.identityKey.toString('hex')])
  const first = (await linkVersions(trx, [row])).get(row.id) ?? null
  const [stored] = await insertRows<'notice', { number: string; receivedAt: string }>(
    trx,
    'notice',
    [{ ...row, ...(arrived && { receivedAt: arrived.now, receivedOn: arrived.today }) }],
    sql`returning number, received_at`,
  )
  await emit(trx, 'notice.received', [row.id])
  return receiptOf(row, stored as { number: string; receivedAt: string }, row.duplicateOf ?? first)
}

function receiptOf(
  row: NoticeRow,
  stored: { number: string; receivedAt: string },
  before: string | null,
): Receipt {
  return {
    id: row.id,
    number: stored.number,
    receivedAt: stored.receivedAt,
    verdict: row.verdict,
    findings: row.findings,
    ...(before ? { possibleDuplicateOf: before } : {}),
  }
}

/** Receives what has happened to a notice since. Refusal `not-found` when the notice is not the sender's own. */
export async function receiveUpdate(
  db: Db,
  tools: Tools,
  actor: Actor,
  sent: Sent<UpdateBody> & { noticeId: string },
) {
  return once(db, actor, sent, async (trx, at) => {
    const notice = await trx
      .selectFrom('notice')
      .select('id')
      .where('id', '=', sent.noticeId)
      .where('sender', '=', actor.sender)
      .executeTakeFirst()
    if (!notice)
      throw new Refusal('not-found', 'notice.not-found', 'Meddelandet finns inte bland dem ni har skickat.')
    const { update, findings } = readUpdate(sent.body, at.today)
    const id = randomUUID()
    await insertRows(trx, 'noticeUpdate', [
      {
        id,
        noticeId: notice.id,
        type: update.type,
        occurredOn: update.date,
        amount: update.amountOre,
        note: update.note,
        raw: seal(tools.keys, id, sent.raw),
        findings,
        sender: actor.sender,
        receivedAt: at.now,
        receivedOn: at.today,
      },
    ])
    await emit(trx, 'notice.updated', [id])
    return { id, receivedAt: at.now, findings }
  })
}

/**
 * Runs an intake once per sender and key. Parallel retries queue up on the lock instead of failing; the stored
 * answer is given again for the same body.
 */
export async function once<T extends object>(
  db: Db,
  actor: Actor,
  sent: { key: string; raw: Uint8Array },
  deed: (trx: Trx, at: Moment) => Promise<T>,
): Promise<T> {
  const bodyHash = createHash('sha256').update(sent.raw).digest()
  return inContext(db, actor, async (trx, at) => {
    await lockTexts(trx, [`${actor.sender}\n${sent.key}`])
    const earlier = await trx
      .selectFrom('intakeKey')
      .select(['bodyHash', 'response'])
      .where('sender', '=', actor.sender)
      .where('key', '=', sent.key)
      .executeTakeFirst()
    if (earlier && !bodyHash.equals(earlier.bodyHash)) {
      throw new Refusal(
        'unprocessable',
        'idempotency.other-body',
        'Nyckeln har redan använts för ett annat innehåll. Skicka med en ny Idempotency-Key.',
      )
    }
    if (earlier) return earlier.response as T
    const response = await deed(trx, at)
    if ('id' in response) stateAccess(trx, { caseIds: [String(response.id)] })
    await insertRows(trx, 'intakeKey', [
      { sender: actor.sender, key: sent.key, bodyHash, status: 201, response },
    ])
    return response
  })
}
