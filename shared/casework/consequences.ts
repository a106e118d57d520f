// Does what follows from completed tasks: the next step up the contact ladder, a referral, a follow-up, an ending.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { localDateOf } from '../domain/calendar.ts'
import type { Ending } from '../domain/case-facts.ts'
import { isReached, nextContactStep, type Attempt } from '../domain/contact-ladder.ts'
import { planningAnswers } from '../domain/planning-facts.ts'
import { tasksAfter, type PlannedTask, type TaskTemplates } from '../domain/planning.ts'
import type { Consequence } from '../domain/task-templates.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { attemptsOf } from './contact-facts.ts'
import { startsPeriod } from './own-records.ts'
import { giveToCounsellors } from './counselling-tasks.ts'
import { lockForPlanning, planningFacts, taskRow, type PlannedCase } from './planning.ts'
import { reviewTasks, type Review } from './reviews.ts'
import { mergeAnswered } from './same-household.ts'
import { readMunicipality, rulesInForce, rulesOf, type Municipality } from './settings.ts'
import { answersOf, isContactTask, rowBehind, SAME_HOUSEHOLD } from './task-answers.ts'
import type { Units } from './task-places.ts'

type Done = {
  id: string
  caseId: string
  occurrence: string
  outcome: string
  occurredAt: string
  completedBy: string | null
  ruleVersion: number | null
}

type Following = { done: Done; row: PlannedCase; next: Consequence }

type Setting = {
  at: Moment
  municipality: Municipality
  templates: TaskTemplates
  ruleVersion: number
  units: Units
  attempts: Map<string, Attempt[]>
}

/**
 * Follows up completed tasks, set by set; then planning looks at their cases again. In a closed case only the
 * supervisor is asked: what a follow-up finds must reach somebody, but plans nothing.
 */
export async function followTasks(trx: Trx, at: Moment, taskIds: readonly string[]): Promise<void> {
  const done = await doneTasks(trx, taskIds)
  const caseIds = done.map((one) => one.caseId)
  const open = await followingIn(trx, done, await lockForPlanning(trx, caseIds))
  const closed = open.length < done.length ? await lockForPlanning(trx, caseIds, 'closed') : []
  const late = await followingIn(trx, done, closed)
  // What follows from one answer follows once, however often the task is looked at.
  const followed = [...open, ...late].map((one) => one.done.id)
  await sql`update task set followed_at = ${at.now} where id = any(${followed}::uuid[])`.execute(trx)
  await reviewTasks(trx, at, late.flatMap(reviewsOf))
  if (open.length === 0) return
  await noteFacts(trx, at, open)
  await addFollowing(trx, at, open)
  await reviewTasks(trx, at, open.flatMap(reviewsOf))
  const same = open.filter(({ done }) => done.outcome === SAME_HOUSEHOLD)
  if (same.length > 0)
    await mergeAnswered(
      trx,
      at,
      same.map(({ done }) => done.id),
    )
  await emit(trx, 'case.changed', [...new Set(open.map(({ row }) => row.id))])
  const dated = open.filter(({ done }) => startsPeriod(done)).map(({ row }) => row.id)
  await emit(trx, 'dates.recorded', [...new Set(dated)])
  const ended = open.filter(({ next }) => next.kind === 'end').map(({ row }) => row.id)
  await emit(trx, 'case.settled', [...new Set(ended)])
}

async function followingIn(
  trx: Trx,
  done: readonly Done[],
  rows: readonly PlannedCase[],
): Promise<Following[]> {
  const cases = new Map(rows.map((row) => [row.id, row]))
  const following: Following[] = []
  for (const one of done) {
    const row = cases.get(one.caseId)
    if (row) following.push({ done: one, row, next: await consequenceOf(trx, one) })
  }
  return following
}

async function doneTasks(trx: Trx, taskIds: readonly string[]): Promise<Done[]> {
  const { rows } = await sql<Done>`
    select id, case_id, occurrence, outcome, occurred_at, completed_by, rule_version from task
    where id = any(${[...taskIds]}::uuid[]) and state = 'done' and case_id is not null
      and followed_at is null order by completed_at, id for update`.execute(trx)
  return rows
}

async function consequenceOf(trx: Trx, one: Done): Promise<Consequence> {
  if (one.ruleVersion === null) return answersOf(null, one)[one.outcome] ?? { kind: 'none' }
  const { templates } = await rulesOf(trx, 'tasks', one.ruleVersion)
  return answersOf(rowBehind(one, templates))[one.outcome] ?? { kind: 'none' }
}

/** Adds the tasks that follow: a named row or template, or the ladder's next step. */
async function addFollowing(trx: Trx, at: Moment, following: readonly Following[]): Promise<void> {
  const rules = await rulesInForce(trx, 'tasks', at.today)
  const municipality = await readMunicipality(trx)
  const caseIds = following.map(({ row }) => row.id)
  const setting: Setting = {
    at,
    municipality,
    templates: rules.table.templates,
    ruleVersion: rules.id,
    units: await trx.selectFrom('unit').select(['code', 'committee', 'kind']).orderBy('code').execute(),
    attempts: await attemptsOf(trx, caseIds, municipality.workingTime),
  }
  const standing = await standingTasks(trx, caseIds)
  const rows = following.flatMap((one) => {
    const known = standing.get(one.row.id) ?? []
    return plannedAfter(one, known, setting).map((task) => taskRow(one.row, task, setting))
  })
  await insertRows(trx, 'task', rows, sql`on conflict (case_id, occurrence) do nothing`)
  const counselled = rows.filter(({ role }) => role === 'counsellor')
  await giveToCounsellors(
    trx,
    at,
    counselled.map(({ caseId }) => caseId),
  )
}

type Standing = { occurrence: string; channel: string | null; ruleVersion: number | null; open: boolean }

async function standingTasks(trx: Trx, caseIds: readonly string[]): Promise<Map<string, Standing[]>> {
  const { rows } = await sql<Standing & { caseId: string }>`
    select case_id, occurrence, channel, rule_version, state = 'open' as open from task where case_id = any(${[...caseIds]}::uuid[])`.execute(
    trx,
  )
  return Map.groupBy(rows, (row) => row.caseId)
}

function plannedAfter(
  { done, row, next }: Following,
  known: readonly Standing[],
  setting: Setting,
): PlannedTask[] {
  const asked =
    next.kind === 'task' ? next : next.kind === 'ladder' ? nextOnLadder(row, known, setting) : null
  if (!asked) return []
  const before = known.filter(({ occurrence }) => occurrence.startsWith(`${asked.template}/${asked.task}#`))
  return tasksAfter(
    {
      template: asked.template,
      task: asked.task,
      recordedOn: localDateOf(done.occurredAt),
      nth: before.length + 1,
    },
    planningFacts(row, setting.at.today),
    setting.templates,
    { workingTime: setting.municipality.workingTime, today: setting.at.today },
  )
}

/** The next step, unless somebody already has such a task; after the last step a supervisor decides. */
function nextOnLadder(
  row: PlannedCase,
  known: readonly Standing[],
  setting: Setting,
): { template: string; task: string } | null {
  const { today } = setting.at
  const attempts = setting.attempts.get(row.id) ?? []
  if (isReached(attempts)) return null
  const answers = planningAnswers(planningFacts(row, today), today, false)
  const facts = { answers, recoveryEnds: row.recoverySafeDay, evictionDay: row.evictionDay }
  const step = nextContactStep(attempts, facts, today, setting.templates)
  const decision = setting.templates.rows.findLast(
    (one) => one.template === 'KL' && one.role === 'supervisor',
  )
  const wanted = step?.row ?? decision
  if (!wanted) return null
  const prefix = `${wanted.template}/${wanted.task}#`
  // A call to the landlord is also made by telephone, and must not pass for a call to the household.
  const triesChannel = (task: Standing) =>
    step !== null && task.channel === wanted.channel && isContactTask(rowBehind(task, setting.templates))
  const stands = known.some((task) => task.open && (task.occurrence.startsWith(prefix) || triesChannel(task)))
  return stands ? null : { template: wanted.template, task: wanted.task }
}

/** What an answer says of the case itself, written to it and to the rows: what follows is planned with what was learnt. */
async function noteFacts(trx: Trx, at: Moment, following: readonly Following[]): Promise<void> {
  const noted = [...Map.groupBy(following, ({ row }) => row.id).values()].map((all) => {
    const [{ row }] = all as [Following]
    for (const one of all) {
      Object.assign(row.facts, factsAfter(row.facts, one, at))
      Object.assign(row, columnsAfter(one))
    }
    return row
  })
  await sql`update arrears_case c set facts = n.facts, settled = n.settled, children = n.children
    from json_to_recordset(${JSON.stringify(noted)}::json) as n(id uuid, facts jsonb, settled text, children text)
    where c.id = n.id`.execute(trx)
}

type Known = PlannedCase['facts'] & { endings?: Ending[] }

function factsAfter(known: Known, { done, next }: Following, at: Moment): object {
  if (next.kind === 'refer') return { tenantAsks: true }
  if (next.kind === 'close') return { closingApprovedBy: done.completedBy }
  if (next.kind === 'end') {
    const ending: Ending = { reason: next.reason, on: localDateOf(done.occurredAt), at: at.now }
    return { endings: [...(known.endings ?? []), ending] }
  }
  if (next.kind !== 'task' || next.note === null || next.note === 'children') return {}
  return { flags: [...new Set([...(known.flags ?? []), next.note])] }
}

function columnsAfter({ next }: Following): Partial<PlannedCase> {
  if (next.kind === 'end') return { settled: next.reason }
  return next.kind === 'task' && next.note === 'children' ? { children: 'yes' } : {}
}

function reviewsOf({ done, row, next }: Following): Review[] {
  if (next.kind !== 'supervisor' && next.kind !== 'close') return []
  const kind = next.kind === 'close' ? 'close' : 'outcome'
  const subjectId = next.kind === 'close' ? row.id : done.id
  return [{ kind, caseId: row.id, subjectId, committee: row.committee, unit: row.unit }]
}
