// What a task may be answered with, and what each answer leads to: read from the version of the templates that planned it.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { findCode, type Codes } from '../domain/codes.ts'
import type { Attempt } from '../domain/contact-ladder.ts'
import type { Consequence, TaskRow, TaskTemplates } from '../domain/task-templates.ts'
import { Refusal } from '../domain/refusal.ts'
import { rulesOf } from './settings.ts'

/** A task in the terms of its template. */
export type TemplateOf = { occurrence: string; ruleVersion: number | null }

/** What a person adds by hand, or what a review asks for, has no row in the table. */
const BY_HAND: Readonly<Record<string, Consequence>> = {
  KLAR: { kind: 'none' },
  EJ_BEHOVLIG: { kind: 'none' },
}

/** What a registrar answers when asked whether two cases are one household; "the same" starts the merge. */
export const SAME_HOUSEHOLD = 'SAMMA_HUSHALL'
const MATCH = 'review/match#'

/** The template row behind a task; null for reviews and what people have added. */
export function rowBehind(task: TemplateOf, templates: TaskTemplates): TaskRow | null {
  const name = task.occurrence.split('#')[0]
  return templates.rows.find((row) => `${row.template}/${row.task}` === name) ?? null
}

/** The row behind a task in the version that planned it. */
export async function readRowBehind(trx: Trx, task: TemplateOf): Promise<TaskRow | null> {
  if (task.ruleVersion === null) return null
  return rowBehind(task, (await rulesOf(trx, 'tasks', task.ruleVersion)).templates)
}

/** Every answer that the task takes. */
export function answersOf(
  row: TaskRow | null,
  { occurrence = '', caseId = null }: { occurrence?: string; caseId?: string | null } = {},
): Readonly<Record<string, Consequence>> {
  if (!occurrence.startsWith(MATCH)) return row?.outcomes ?? BY_HAND
  // A notice that was tied to the wrong household cannot be untied by itself: somebody must look.
  const tied = occurrence !== `${MATCH}${caseId ?? ''}`
  return { [SAME_HOUSEHOLD]: { kind: 'none' }, OLIKA_HUSHALL: { kind: tied ? 'supervisor' : 'none' } }
}

/**
 * A task by which somebody tries to reach the household: one whose failure is a step on the contact ladder, or a visit
 * at which nobody opened (the last of all, T19, leads to a meeting instead).
 */
export function isContactTask(row: TaskRow | null): row is TaskRow {
  if (row === null) return false
  return 'INGEN_OPPNADE' in row.outcomes || Object.values(row.outcomes).some((then) => then.kind === 'ladder')
}

const CHANNELS: Readonly<Record<string, Attempt['channel']>> = {
  'sms+phone': 'phone',
  phone: 'phone',
  sms: 'sms',
  letter: 'letter',
  visit: 'visit',
  'visit-evening': 'visit',
  meeting: 'meeting',
}

/** The way in which the task tries to reach the household. */
export function channelOf(row: TaskRow): Attempt['channel'] {
  return CHANNELS[row.channel] ?? 'other'
}

/**
 * Whether an answer to a contact task was an attempt at all, and whether the household was reached. What goes to the
 * supervisor without contact (nobody free to visit) was no attempt; a letter reaches nobody by being sent.
 */
export function attemptIn(
  row: TaskRow,
  outcome: string,
  codes: Codes,
): { attempted: boolean; reached: boolean } {
  const then = answersOf(row)[outcome]
  const code = findCode(codes, 'contact-result', outcome) ?? findCode(codes, 'visit-result', outcome)
  const unclear = row.channel === 'letter' || then?.kind === 'ladder' || then?.kind === 'supervisor'
  const reached = code?.reached ?? !unclear
  return { attempted: reached || then?.kind !== 'supervisor', reached }
}

/** Answers that mean nothing without the reason for them: whether a child is reported, and whether an inquiry is opened. */
const WITH_REASON: ReadonlySet<string> = new Set(['OROSANMALAN', 'INGEN_OROSANMALAN', 'INGEN_UTREDNING'])

/** Refuses an answer that the law wants a reason for (SoL 14:2, 19:1) while none is written. */
export function demandReason({ outcome, note }: { outcome: string; note: string | null }): void {
  if (!WITH_REASON.has(outcome) || note?.trim()) return
  const detail = 'Skriv skälet till ställningstagandet.'
  throw new Refusal('unprocessable', 'reason.missing', detail, [
    { pointer: '/note', code: 'reason.missing', detail },
  ])
}

/** The answer in the code lists that says that every committee has been tried. */
export const SCREENED = 'PROVAD'

/** Refuses "screened against all committees" while nobody has said why the case is not the others'. */
export async function demandScreened(
  trx: Trx,
  taskId: string,
  { outcome, note }: { outcome: string; note: string | null },
): Promise<void> {
  if (outcome !== SCREENED || note?.trim()) return
  const { rows } = await sql`select 1 from screening where task_id = ${taskId} limit 1`.execute(trx)
  if (rows.length > 0) return
  const detail = 'Skriv för varje nämnd varför ärendet inte är deras.'
  throw new Refusal('unprocessable', 'reason.missing', detail, [
    { pointer: '/note', code: 'reason.missing', detail },
  ])
}

/** Tasks of the countdown that are done by writing the plan of the day, each with the answer that says so. */
export const DONE_BY_PLAN = [
  ['T10/6', 'KLAR'],
  ['T10/6b', 'BOKAD'],
  ['T10/6c', 'KLAR'],
] as const

/**
 * Refuses "planned" while no plan is written for the eviction day that is set: a plan that nobody else can read helps
 * nobody on the day.
 */
export async function demandDayPlanned(
  trx: Trx,
  { caseId, occurrence }: TemplateOf & { caseId: string | null },
  { outcome }: { outcome: string },
): Promise<void> {
  const row = occurrence.split('#')[0]
  if (caseId === null || outcome !== 'KLAR' || !DONE_BY_PLAN.some(([name]) => name === row)) return
  // After the day nothing can be planned any more: what was left open must still be possible to end.
  const { rows } =
    await sql`select 1 from arrears_case c where c.id = ${caseId} and c.stage = 'date-set' and not exists (
      select 1 from eviction_plan e where e.case_id = c.id and e.eviction_day = c.eviction_day)`.execute(trx)
  if (rows.length === 0) return
  const detail = 'Skriv först planen för avhysningsdagen i ärendet. Då blir uppgiften klar av sig själv.'
  throw new Refusal('unprocessable', 'eviction-plan.unwritten', detail, [
    { pointer: '/outcome', code: 'eviction-plan.unwritten', detail },
  ])
}
