// Takes in what Kronofogden tells, and joins it to the household's case; events may come twice, late or mixed.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { foldCase } from '../domain/case-facts.ts'
import {
  evictionContentKey,
  readEvictionNotice,
  type EvictionNotice,
  type EvictionNoticeBody,
} from '../domain/eviction-notice.ts'
import { householdKeys, saysProtected } from '../domain/household.ts'
import { birthDay } from '../domain/identity-number.ts'
import { emit } from '../outbox.ts'
import { blindIndex, seal } from '../seal.ts'
import { lockTexts, type Actor, type Moment } from './act.ts'
import { once, type Receipt, type Sent } from './intake.ts'
import { joinArrivals, type Incoming } from './matching.ts'
import { refreshCases } from './refresh.ts'
import { reviewTasks } from './reviews.ts'
import { openContent, sealContent } from './sealed-addresses.ts'
import { readMunicipality } from './settings.ts'
import type { Tools } from './tools.ts'

/** What is stored of an event: the reading without the identity number, and the birth day it gave. */
export type EvictionContent = EvictionNotice & { bornOn: string | null }

/** Receives one event. The same content again is stored, linked to the first, and changes nothing. */
export async function receiveEvictionNotice(
  db: Db,
  tools: Tools,
  actor: Actor,
  sent: Sent<EvictionNoticeBody>,
): Promise<Receipt> {
  return once(db, actor, sent, (trx, at) => storeEvictionNotice(trx, tools, { actor, at }, sent))
}

/** Stores one event in the caller's transaction and tells the queue. `from.at`: when it reached the municipality. */
export async function storeEvictionNotice(
  trx: Trx,
  tools: Tools,
  { actor, at }: { actor: Actor; at: Moment },
  sent: Pick<Sent<EvictionNoticeBody>, 'body' | 'raw'>,
): Promise<Receipt> {
  const { notice, findings } = readEvictionNotice(sent.body, at.today)
  const row = rowOf(tools, actor, notice, sent.raw)
  await lockTexts(trx, [row.identityKey.toString('hex')])
  const receipt = await store(trx, at, row, findings)
  await emit(trx, 'eviction-notice.received', [row.id])
  return receipt
}

async function store(
  trx: Trx,
  at: Moment,
  row: ReturnType<typeof rowOf>,
  findings: Receipt['findings'],
): Promise<Receipt> {
  const first = await trx
    .selectFrom('evictionNotice')
    .select('id')
    .where('identityKey', '=', row.identityKey)
    .where('duplicateOf', 'is', null)
    .executeTakeFirst()
  const doubtful = findings.some((finding) => finding.severity === 'critical')
  const verdict = doubtful ? ('doubtful' as const) : ('complete' as const)
  const duplicateOf = first?.id ?? null
  const [stored] = await insertRows<'evictionNotice', { number: string; receivedAt: string }>(
    trx,
    'evictionNotice',
    [{ ...row, findings, verdict, duplicateOf, receivedAt: at.now, receivedOn: at.today }],
    sql`returning number, received_at`,
  )
  return {
    id: row.id,
    number: stored?.number ?? '',
    receivedAt: stored?.receivedAt ?? at.now,
    verdict,
    findings,
    ...(first && { possibleDuplicateOf: first.id }),
  }
}

function rowOf(tools: Tools, actor: Actor, notice: EvictionNotice, raw: Uint8Array) {
  const id = randomUUID()
  const number = notice.respondent.personalIdentityNumber
  const keys = householdKeys(notice.respondent)
  const plain: EvictionContent = {
    ...notice,
    respondent: { ...notice.respondent, personalIdentityNumber: null },
    bornOn: number ? birthDay(number) : null,
  }
  return {
    id,
    sender: actor.sender,
    event: notice.event,
    caseNumber: notice.caseNumber,
    occurredOn: notice.occurredOn,
    evictionAt: notice.evictionAt,
    raw: seal(tools.keys, id, raw),
    ...(saysProtected(plain.respondent.address)
      ? sealContent(tools.keys, id, plain)
      : { content: plain, sealedAddress: null }),
    personalId: number ? seal(tools.keys, id, number) : null,
    identityKey: blindIndex(tools.keys, 'eviction-notice', evictionContentKey(notice)),
    matchIdentity: keys.byIdentity ? blindIndex(tools.keys, 'household', keys.byIdentity) : null,
    matchAddress: keys.byAddress ? blindIndex(tools.keys, 'household', keys.byAddress) : null,
    matchEnforcement: blindIndex(tools.keys, 'household', `enforcement ${notice.caseNumber}`),
  }
}

const ASK_KRONOFOGDEN = {
  sv: 'Något som avgör vad som måste göras, till exempel tiden för avhysningen, saknas eller går inte att läsa. Fråga Kronofogden och skriv in det rätta i inkorgen: tills dess räknas inget från det.',
  en: 'Something that decides what must be done, such as the time of the eviction, is missing or cannot be read. Ask Kronofogden and enter what is right in the inbox: until then nothing is counted from it.',
}

type Row = {
  id: string
  content: EvictionContent
  sealedAddress: Buffer | null
  receivedAt: string
  receivedOn: string
  matchIdentity: Buffer | null
  matchAddress: Buffer | null
  matchEnforcement: Buffer
  duplicateOf: string | null
  verdict: string
}

/** Joins events to cases: the same enforcement case, the same person, or the same name and door. */
export async function joinEvictionNotices(
  trx: Trx,
  at: Moment,
  tools: Tools,
  ids: readonly string[],
): Promise<void> {
  const { rows } = await sql<Row>`
    select id, content, sealed_address, received_at, received_on, match_identity, match_address, match_enforcement, duplicate_of, verdict
    from eviction_notice where id = any(${[...ids]}::uuid[]) and case_id is null order by id for update`.execute(
    trx,
  )
  const { defaultCommittee } = await readMunicipality(trx)
  const joined = await joinArrivals(
    trx,
    at,
    tools,
    rows.map((row) => incoming({ ...row, content: openContent(tools.keys, row) }, defaultCommittee)),
  )
  // An eviction happens whether its day was readable or not, so a person asks for it the same day.
  const unclear = joined.filter(
    (_, place) => rows[place]?.verdict === 'doubtful' && !rows[place]?.duplicateOf,
  )
  await reviewTasks(
    trx,
    at,
    unclear.map(({ caseId, arrivalId }) => ({
      kind: 'eviction',
      caseId,
      subjectId: arrivalId,
      reason: ASK_KRONOFOGDEN,
    })),
  )
  await refreshCases(
    trx,
    at,
    tools,
    joined.map((join) => join.caseId),
  )
}

function incoming(row: Row, committee: string): Incoming {
  const { respondent, applicant } = row.content
  const facts = foldCase([], [{ ...row.content, receivedAt: row.receivedAt }], false)
  return {
    id: row.id,
    table: 'evictionNotice',
    identity: row.matchIdentity?.toString('hex') ?? null,
    enforcement: row.matchEnforcement.toString('hex'),
    address: row.matchAddress?.toString('hex') ?? null,
    duplicateOf: row.duplicateOf,
    first: null,
    newCase: {
      tenantName: respondent.name,
      address: respondent.address,
      apartment: respondent.apartmentNumber,
      postalCode: respondent.postalCode,
      city: respondent.city,
      landlordId: null,
      landlordName: applicant.name ?? '',
      landlordKind: 'unknown',
      stage: facts.stage,
      noticeType: facts.noticeType,
      notifiedOn: row.receivedOn,
      receivedOn: row.receivedOn,
      bornOn: row.content.bornOn,
      monthsUnpaid: 0,
      amountOwed: 0,
      committee,
      protected: saysProtected(respondent.address),
    },
  }
}
