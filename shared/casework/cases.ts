// Reads one case whole, as it stands now: its dates judged by today, its tasks, people, notices and diary. Each reading is logged.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { stateOf } from '../domain/deadline-state.ts'
import type { Input } from '../domain/deadline.ts'
import type { Law } from '../domain/periods.ts'
import type { Finding } from '../domain/reading-findings.ts'
import { inContext, type Actor } from './act.ts'
import { assignmentsOf, type Assignment } from './assignments.ts'
import { stateAccess } from './audit.ts'
import { noSuch } from './open-case.ts'
import { openPlace } from './sealed-addresses.ts'
import { tasksInCase, type Task } from './tasks.ts'
import type { Tools } from './tools.ts'
import { visitsOf, type Visit } from './visits.ts'

/** The case's own row, with what its rules version is called. Amounts in öre. */
export type CaseRow = {
  id: string
  number: string
  state: 'open' | 'closed' | 'merged'
  stage: string
  committee: string
  unit: string | null
  assignee: string | null
  assigneeName: string | null
  noticeType: string
  tenantName: string
  address: string
  apartment: string | null
  postalCode: string | null
  city: string | null
  children: 'yes' | 'no' | 'unknown'
  /** Seen only by those who work in it, and by whoever breaks the glass. */
  restricted: boolean
  landlordName: string
  monthsUnpaid: number
  amountOwed: number
  repeated: boolean
  settled: string | null
  evictionAt: string | null
  enforcementNumber: string | null
  routingVersion: number | null
  routingRow: number | null
  routingReasonSv: string | null
  routingReasonEn: string | null
  firstAttemptAt: string | null
  firstContactAt: string | null
  outcome: string | null
  outcomeOn: string | null
  openedAt: string
  closedAt: string | null
  version: number
}

export type CaseDeadline = {
  kind: string
  origin: string
  version: number
  rawDate: string | null
  lastDay: string | null
  safeDay: string | null
  notBefore: string | null
  notBeforeAlternative: string | null
  basis: 'known' | 'earliest-possible'
  inputs: Input[]
  periodVersion: string
  source: string
  explanationSv: string
  explanationEn: string
  state: 'running' | 'met' | 'passed' | 'stopped'
  stateReason: string | null
  moved: { from: string; to: string; days: number } | null
}

/** A notice in the case, or one of Kronofogden's events. */
export type CaseNotice = {
  id: string
  number: string
  kind: 'notice' | 'eviction-notice'
  type: string
  receivedAt: string
  verdict: string
  state: string | null
  findings: Finding[]
  duplicateOf: string | null
}

export type TimelineLine = { at: string; kind: string; actor: string; detail: object }

export type CaseView = CaseRow & {
  notices: CaseNotice[]
  deadlines: CaseDeadline[]
  tasks: Task[]
  assignments: Assignment[]
  visits: Visit[]
  timeline: TimelineLine[]
}

/** Reads a case for `actor` and logs it. Refuses `not-found` also for a case of another committee. */
export async function readCase(
  db: Db,
  tools: Tools,
  actor: Actor,
  { caseId, purpose }: { caseId: string; purpose: string | null },
): Promise<CaseView> {
  return inContext(db, actor, async (trx, at) => {
    const { sealedAddress: _sealed, ...row } = openPlace(tools.keys, await caseRow(trx, caseId))
    stateAccess(trx, { action: 'read', purpose, found: 1 })
    const deadlines = await deadlinesIn(trx, caseId)
    return {
      ...row,
      notices: await noticesIn(trx, caseId),
      deadlines: deadlines.map((one) => asOf(at.today, one, tools.law)),
      tasks: await tasksInCase(trx, caseId),
      assignments: await assignmentsOf(trx, caseId),
      visits: await visitsOf(trx, caseId),
      timeline: await timelineOf(trx, caseId),
    }
  })
}

/** The version of a case, for those who only need to know whether it has changed. Refuses `not-found`. */
export async function caseVersion(db: Db, actor: Actor, caseId: string): Promise<number> {
  return inContext(db, actor, async (trx) => (await caseRow(trx, caseId)).version)
}

type StoredCase = CaseRow & { sealedAddress: Buffer | null }

async function caseRow(trx: Trx, caseId: string): Promise<StoredCase> {
  const { rows } = await sql<StoredCase>`
    select c.id, c.number, c.state, c.stage, c.committee, c.unit, c.assignee, p.name as assignee_name, c.notice_type, c.tenant_name, c.address, c.sealed_address,
      c.apartment, c.postal_code, c.city, c.children, c.restricted, c.landlord_name, c.months_unpaid, c.amount_owed, c.repeated, c.settled, c.eviction_at,
      c.enforcement_number, r.version as routing_version, c.routing_row, c.routing_reason_sv, c.routing_reason_en, c.first_attempt_at,
      c.first_contact_at, c.outcome, c.outcome_on, c.opened_at, c.closed_at, c.version
    from arrears_case c left join person p on p.id = c.assignee left join rule_version r on r.id = c.routing_version
    where c.id = ${caseId}`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

async function deadlinesIn(trx: Trx, caseId: string): Promise<CaseDeadline[]> {
  const { rows } = await sql<CaseDeadline>`
    select kind, origin, version, raw_date, last_day, safe_day, not_before, not_before_alternative, basis, inputs, period_version, source,
      explanation_sv, explanation_en, state, state_reason, moved
    from deadline where case_id = ${caseId} and superseded_at is null order by coalesce(last_day, raw_date), kind`.execute(
    trx,
  )
  return rows
}

/** What was met or stopped by an event stays so; whether the rest runs or has passed is a matter of what day it is. */
function asOf(today: string, one: CaseDeadline, law: Law): CaseDeadline {
  const { rawDate } = one
  if (rawDate === null || one.state === 'met' || one.state === 'stopped') return one
  const startDate =
    one.inputs
      .map((input) => input.date)
      .toSorted()
      .at(-1) ?? rawDate
  const form = law.versions.get(one.periodVersion)?.form
  const standing = {
    ...one,
    rawDate,
    startDate,
    form: form === 'statement' || !form ? 'target' : form,
  } as const
  const { state, why } = stateOf(standing, law, { today, events: [] })
  return { ...one, state, stateReason: why.sv }
}

async function noticesIn(trx: Trx, caseId: string): Promise<CaseNotice[]> {
  const { rows } = await sql<CaseNotice>`
    select id, number, 'notice' as kind, type, received_at, verdict, state, findings, duplicate_of from notice where case_id = ${caseId}
    union all
    select id, number, 'eviction-notice', event, received_at, verdict, null, findings, duplicate_of from eviction_notice where case_id = ${caseId}
    order by received_at, id`.execute(trx)
  return rows
}

async function timelineOf(trx: Trx, caseId: string): Promise<TimelineLine[]> {
  const { rows } = await sql<TimelineLine>`select at, kind, actor, detail from timeline
    where case_id = ${caseId} order by id desc limit 500`.execute(trx)
  return rows
}
