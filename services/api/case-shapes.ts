// How a case, its tasks and its people look in the API, field by field: what is not named here never leaves the house.
import { z } from 'zod'
import type { Assignment } from '../../shared/casework/assignments.ts'
import type { CaseDeadline, CaseView } from '../../shared/casework/cases.ts'
import type { Task } from '../../shared/casework/tasks.ts'
import type { Visit } from '../../shared/casework/visits.ts'
import type { Language } from '../../shared/text/say.ts'
import { deadline, finding, inLanguage, sek, showFindings } from './showing.ts'

export const task = z.object({
  id: z.string(),
  caseId: z.string().nullable(),
  caseNumber: z.string().nullable(),
  template: z.string(),
  title: z.string(),
  role: z.string(),
  channel: z.string().nullable(),
  committee: z.string(),
  unit: z.string().nullable(),
  assignee: z.string().nullable(),
  assigneeName: z.string().nullable(),
  dueOn: z.string(),
  dueAt: z.string(),
  overdue: z.boolean(),
  fast: z.boolean(),
  reason: z.string().nullable(),
  state: z.enum(['open', 'done', 'ended']),
  outcome: z.string().nullable(),
  completedAt: z.string().nullable(),
  endedReason: z.string().nullable(),
})

/** A task; `template` is the row of the municipality's table, `T2/3`. */
export function showTask(row: Task, language: Language): z.infer<typeof task> {
  const { id, caseId, caseNumber, role, channel, committee, unit, assignee, assigneeName } = row
  const { dueOn, dueAt, overdue, fast, state, outcome, completedAt, endedReason } = row
  const template = row.occurrence.split('#')[0] ?? row.template
  const title = inLanguage(row.titleSv, row.titleEn, language)
  const reason = inLanguage(row.reasonSv, row.reasonEn, language)
  const who = { committee, unit, assignee, assigneeName }
  const when = { dueOn, dueAt, overdue, fast, reason }
  const answer = { state, outcome, completedAt, endedReason }
  return { id, caseId, caseNumber, template, title, role, channel, ...who, ...when, ...answer }
}

export const assignment = z.object({
  id: z.string(),
  kind: z.enum(['owner', 'joint', 'added']),
  state: z.enum(['proposed', 'active', 'accepted', 'rejected', 'ended']),
  committee: z.string(),
  unit: z.string().nullable(),
  personId: z.string().nullable(),
  reason: z.string(),
  createdAt: z.string(),
  endedReason: z.string().nullable(),
})

export function showAssignment(row: Assignment, language: Language): z.infer<typeof assignment> {
  const { id, kind, state, committee, unit, personId, createdAt, endedReason } = row
  const reason = inLanguage(row.reasonSv, row.reasonEn, language)
  return { id, kind, state, committee, unit, personId, reason, createdAt, endedReason }
}

export const visit = z.object({
  id: z.string(),
  caseId: z.string(),
  state: z.enum(['booked', 'done', 'cancelled']),
  startsAt: z.string(),
  endsAt: z.string(),
  visitors: z.array(z.string()),
  announced: z.boolean(),
  reason: z.string().nullable(),
  outcome: z.string().nullable(),
  consentGiven: z.boolean().nullable(),
})

export function showVisit(row: Visit): z.infer<typeof visit> {
  const { id, caseId, state, startsAt, endsAt, visitors, announced, reason, outcome, consentGiven } = row
  return { id, caseId, state, startsAt, endsAt, visitors, announced, reason, outcome, consentGiven }
}

const notice = z.object({
  id: z.string(),
  number: z.string(),
  kind: z.enum(['notice', 'eviction-notice']),
  type: z.string(),
  receivedAt: z.string(),
  verdict: z.string(),
  state: z.string().nullable(),
  findings: z.array(finding),
  duplicateOf: z.string().nullable(),
})

const caseDeadline = deadline.extend({
  version: z.number(),
  moved: z.object({ from: z.string(), to: z.string(), days: z.number() }).nullable(),
})

function showDeadline(row: CaseDeadline, language: Language): z.infer<typeof caseDeadline> {
  const { kind, rawDate, lastDay, safeDay, notBefore, notBeforeAlternative, state, stateReason } = row
  const { source, basis, periodVersion, version, moved } = row
  const dates = { rawDate, lastDay, safeDay, notBefore, notBeforeAlternative }
  const explanation = inLanguage(row.explanationSv, row.explanationEn, language)
  const inputs = row.inputs.map(({ name, date, note }) => ({ name, date, note: note?.[language] ?? null }))
  return {
    kind,
    ...dates,
    state,
    stateReason,
    source,
    explanation,
    basis,
    periodVersion,
    inputs,
    version,
    moved,
  }
}

export const caseShape = z.object({
  id: z.string(),
  number: z.string(),
  state: z.enum(['open', 'closed', 'merged']),
  stage: z.string(),
  committee: z.string(),
  unit: z.string().nullable(),
  assignee: z.string().nullable(),
  assigneeName: z.string().nullable(),
  routing: z.object({
    ruleSet: z.string(),
    version: z.number().nullable(),
    row: z.number().nullable(),
    reason: z.string().nullable(),
  }),
  household: z.object({
    name: z.string(),
    address: z.string(),
    apartmentNumber: z.string().nullable(),
    postalCode: z.string().nullable(),
    city: z.string().nullable(),
    children: z.enum(['yes', 'no', 'unknown']),
  }),
  landlord: z.object({ name: z.string() }),
  monthsUnpaid: z.number(),
  amountOwed: z.number(),
  repeated: z.boolean(),
  settled: z.string().nullable(),
  evictionAt: z.string().nullable(),
  firstAttemptAt: z.string().nullable(),
  firstContactAt: z.string().nullable(),
  outcome: z.string().nullable(),
  outcomeOn: z.string().nullable(),
  openedAt: z.string(),
  closedAt: z.string().nullable(),
  notices: z.array(notice),
  deadlines: z.array(caseDeadline),
  tasks: z.array(task),
  assignments: z.array(assignment),
  visits: z.array(visit),
  timeline: z.array(
    z.object({ at: z.string(), kind: z.string(), actor: z.string(), detail: z.looseObject({}) }),
  ),
})

function showHome(row: CaseView) {
  const { tenantName, address, apartment, postalCode, city, children } = row
  return { name: tenantName, address, apartmentNumber: apartment, postalCode, city, children }
}

function showRouting(row: CaseView, language: Language) {
  const reason = inLanguage(row.routingReasonSv, row.routingReasonEn, language)
  return { ruleSet: 'routing', version: row.routingVersion, row: row.routingRow, reason }
}

/** A whole case in one language; amounts in SEK. */
export function showCase(row: CaseView, language: Language): z.infer<typeof caseShape> {
  const { id, number, state, stage, committee, unit, assignee, assigneeName } = row
  const { monthsUnpaid, repeated, settled, evictionAt, firstAttemptAt, firstContactAt } = row
  const { outcome, outcomeOn, openedAt, closedAt } = row
  const whose = { id, number, state, stage, committee, unit, assignee, assigneeName }
  const facts = { monthsUnpaid, repeated, settled, evictionAt, firstAttemptAt, firstContactAt }
  const ending = { outcome, outcomeOn, openedAt, closedAt }
  return {
    ...whose,
    routing: showRouting(row, language),
    household: showHome(row),
    landlord: { name: row.landlordName },
    amountOwed: sek(row.amountOwed),
    ...facts,
    ...ending,
    notices: row.notices.map((one) => ({ ...one, findings: showFindings(one.findings, language) })),
    deadlines: row.deadlines.map((one) => showDeadline(one, language)),
    tasks: row.tasks.map((one) => showTask(one, language)),
    assignments: row.assignments.map((one) => showAssignment(one, language)),
    visits: row.visits.map(showVisit),
    timeline: row.timeline.map(({ at, kind, actor, detail }) => ({ at, kind, actor, detail: { ...detail } })),
  }
}
