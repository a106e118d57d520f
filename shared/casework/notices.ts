// What the queue does with notices: joins them to cases, and folds in what is told about them later.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { CONTROL_REMARK } from '../domain/control-findings.ts'
import { foldCase } from '../domain/case-facts.ts'
import { saysProtected } from '../domain/household.ts'
import type { FoldedNotice } from '../domain/notice-versions.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { askWhere } from './elsewhere.ts'
import { lockOpenCases, refreshCases } from './refresh.ts'
import type { NoticeContent } from './intake.ts'
import { joinArrivals, type Incoming } from './matching.ts'
import { lookAtPlans } from './payment-plan-watch.ts'
import { reviewTasks } from './reviews.ts'
import { openContent } from './sealed-addresses.ts'
import { readMunicipality } from './settings.ts'
import { writeTimeline, type TimelineEntry } from './timeline.ts'
import type { Tools } from './tools.ts'

type Row = {
  id: string
  type: string
  content: NoticeContent
  sealedAddress: Buffer | null
  landlordId: string | null
  landlordKind: string | null
  receivedOn: string
  receivedAt: string
  matchIdentity: Buffer | null
  matchAddress: Buffer | null
  duplicateOf: string | null
  state: string
  critical: boolean
  /** Something besides what it says itself tells of its case: an update, or another notice it repeats or corrects. */
  told: boolean
}

/**
 * Joins notices to their household's case. Locks them in id order and skips those that have one. A notice for a home
 * in another municipality opens no case here before a registrar has looked at where the home is.
 */
export async function joinNotices(
  trx: Trx,
  at: Moment,
  tools: Tools,
  noticeIds: readonly string[],
): Promise<void> {
  const rows = await lockUnjoined(trx, noticeIds)
  const here = rows.filter((row) => row.state !== 'wrong-municipality')
  const elsewhere = rows.filter((row) => row.state === 'wrong-municipality')
  await askWhere(
    trx,
    at,
    tools,
    elsewhere.map(({ id }) => id),
  )
  const { defaultCommittee } = await readMunicipality(trx)
  const joined = await joinArrivals(
    trx,
    at,
    tools,
    here.map((row) => incoming({ ...row, content: openContent(tools.keys, row) }, defaultCommittee)),
  )
  await refreshCases(
    trx,
    at,
    tools,
    joined.flatMap((join) => (join.counted ? [] : [join.caseId])),
  )
  const faulty = joined.filter((_, place) => here[place]?.critical && here[place]?.duplicateOf === null)
  await reviewTasks(
    trx,
    at,
    faulty.map((join) => ({
      kind: 'form',
      caseId: join.caseId,
      subjectId: join.arrivalId,
      reason: CONTROL_REMARK,
    })),
  )
}

async function lockUnjoined(trx: Trx, noticeIds: readonly string[]): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select n.id, n.type, n.content, n.sealed_address, n.landlord_id, n.received_on, n.received_at, n.match_identity, n.match_address, n.duplicate_of, n.state,
      coalesce(l.kind, s.kind) as landlord_kind,
      jsonb_path_exists(n.findings, '$[*] ? (@.severity == "critical")') as critical,
      n.duplicate_of is not null or n.corrects is not null
        or exists (select 1 from notice_update u where u.notice_id = n.id) as told
    from notice n
    left join landlord l on l.organisation_number = n.content #>> '{landlord,organisationNumber}'
    left join landlord s on s.id = n.landlord_id
    where n.id = any(${[...noticeIds]}::uuid[]) and n.case_id is null
    order by n.id for update of n`.execute(trx)
  return rows
}

function incoming(row: Row, committee: string): Incoming {
  const { bornOn, ...notice } = row.content
  const { id, landlordId, receivedOn, receivedAt } = row
  const own = { id, notice, bornOn, landlordId, receivedOn, receivedAt }
  const notices: FoldedNotice[] = [{ ...own, duplicateOf: null, corrects: null, updates: [] }]
  const facts = foldCase(notices, [], false)
  return {
    first: row.told ? null : { facts, notices },
    id: row.id,
    table: 'notice',
    identity: row.matchIdentity?.toString('hex') ?? null,
    enforcement: null,
    address: row.matchAddress?.toString('hex') ?? null,
    duplicateOf: row.duplicateOf,
    newCase: {
      tenantName: notice.tenant.name,
      address: notice.dwelling.address,
      apartment: notice.dwelling.apartmentNumber,
      postalCode: notice.dwelling.postalCode,
      city: notice.dwelling.city,
      landlordId: row.landlordId,
      landlordName: notice.landlord.name,
      landlordKind: row.landlordKind ?? (row.type.startsWith('cooperative') ? 'cooperative' : 'unknown'),
      stage: facts.stage,
      noticeType: facts.noticeType,
      notifiedOn: facts.notifiedOn,
      receivedOn: row.receivedOn,
      bornOn: facts.bornOn,
      monthsUnpaid: facts.monthsUnpaid,
      amountOwed: facts.amountOwed,
      committee,
      protected: saysProtected(notice.dwelling.address, notice.tenant.postalAddress),
    },
  }
}

/** Folds in updates (paid, served, withdrawn …): once each, then the case is looked at again from routing on. */
export async function applyUpdates(
  trx: Trx,
  at: Moment,
  tools: Tools,
  updateIds: readonly string[],
): Promise<void> {
  const { rows } = await sql<UpdateRow>`
    select u.id, u.type, u.notice_id, n.case_id from notice_update u join notice n on n.id = u.notice_id
    where u.id = any(${[...updateIds]}::uuid[]) and u.applied_at is null order by u.id for update of u`.execute(
    trx,
  )
  if (rows.some((row) => row.caseId === null)) await joinFirst(trx, at, tools, rows)
  await markWithdrawn(
    trx,
    rows.map((row) => row.id),
  )
  await sql`update notice_update set applied_at = ${at.now} where id = any(${rows.map((row) => row.id)}::uuid[])`.execute(
    trx,
  )
  // A closed case keeps its dates as they were; what was told of it still stands in its diary.
  const cases = await lockOpenCases(
    trx,
    rows.flatMap((row) => row.caseId ?? []),
  )
  await refreshCases(trx, at, tools, cases)
  await writeTimeline(trx, at, rows.flatMap(toldOf))
  await emit(trx, 'case.changed', cases)
  // A plan goes on after its case is closed, and so does what is paid on it.
  await lookAtPlans(
    trx,
    rows.flatMap((row) => row.caseId ?? []),
  )
}

type UpdateRow = { id: string; type: string; noticeId: string; caseId: string | null }

function toldOf({ id, type, noticeId, caseId }: UpdateRow): TimelineEntry[] {
  if (caseId === null) return []
  return [{ caseId, kind: `notice.${type}`, actor: 'landlord', detail: { noticeId, updateId: id } }]
}

/** An update may overtake its notice in the queue: the notice is joined first, in the same transaction. */
async function joinFirst(
  trx: Trx,
  at: Moment,
  tools: Tools,
  rows: { noticeId: string; caseId: string | null }[],
): Promise<void> {
  await joinNotices(
    trx,
    at,
    tools,
    rows.filter((row) => row.caseId === null).map((row) => row.noticeId),
  )
  const joined = await trx
    .selectFrom('notice')
    .select(['id', 'caseId'])
    .where(
      'id',
      'in',
      rows.map((row) => row.noticeId),
    )
    .execute()
  const caseOf = new Map(joined.map((notice) => [notice.id, notice.caseId]))
  for (const row of rows) row.caseId = caseOf.get(row.noticeId) ?? null
}

/** A withdrawal is one of the few states that the landlord may be shown. */
async function markWithdrawn(trx: Trx, updateIds: readonly string[]): Promise<void> {
  await sql`update notice n set state = 'withdrawn'
    from notice_update u where u.id = any(${[...updateIds]}::uuid[]) and u.notice_id = n.id and u.type = 'withdrawn'`.execute(
    trx,
  )
}
