// Brings each case's tasks in line with its plan: what is missing is added, what moved is re-dated, what is needless ends.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertAlike, updateRows } from '../db/rows.ts'
import { ageAt } from '../domain/age.ts'
import { localDateOf } from '../domain/calendar.ts'
import { dueInstant, firstAlarm } from '../domain/due.ts'
import {
  endingOf,
  planTasks,
  replan,
  type EndReason,
  type ExistingTask,
  type PlannedTask,
  type PlanningFacts,
  type Replanning,
} from '../domain/planning.ts'
import { rentDueOn } from '../domain/passing-time.ts'
import type { Moment } from './act.ts'
import { nominateCases } from './nominations.ts'
import { giveToCounsellors } from './counselling-tasks.ts'
import { noteUnreached } from './not-reached.ts'
import { refreshShown } from './shown-items.ts'
import { planStages } from './stages.ts'
import { readMunicipality, rulesInForce, type Municipality, type Rules } from './settings.ts'
import { placeFor, type Units } from './task-places.ts'
import { writeTimeline } from './timeline.ts'

export type PlannedCase = {
  id: string
  stage: string
  noticeType: string
  notifiedOn: string
  receivedOn: string
  eventOn: string | null
  settled: string | null
  noticeTurn: number
  evictionTurn: number
  recoverySafeDay: string | null
  recoveryLastDay: string | null
  recoveryBasis: string | null
  evictionDay: string | null
  evictionId: string | null
  evictionToldAt: string | null
  watchId: string | null
  watchFrom: string | null
  children: 'yes' | 'no' | 'unknown'
  bornOn: string | null
  monthsUnpaid: number
  amountOwed: number
  repeated: boolean
  landlordKind: string
  committee: string
  unit: string | null
  assignee: string | null
  /** A committee's register had the person when the case was routed. */
  knownClient: boolean
  plannedAt: string | null
  openedAt: string
  closedAt: string | null
  outcome: string | null
  facts: {
    flags?: string[]
    needs?: string[]
    tenancyKind?: string
    tenantAsks?: boolean
    counsellingOffered?: boolean
  }
  /** Two-way contact since the governing notice. */
  reached: boolean
  firstAttemptAt: string | null
  firstContactAt: string | null
}

type TaskRow = ExistingTask & { id: string; caseId: string }

type Planned = { row: PlannedCase; tasks: TaskRow[]; change: Replanning }

/**
 * Plans cases: tasks from the templates in force, the stages that must be noticed, and the referral to budget and debt
 * counselling. Planning twice adds nothing, because every task has its occurrence in the case.
 */
export async function planCases(trx: Trx, at: Moment, caseIds: readonly string[]): Promise<void> {
  const rows = await lockForPlanning(trx, caseIds)
  // Closed before it was planned: nothing is left to plan.
  if (rows.length === 0) return
  const municipality = await readMunicipality(trx)
  const rules = await rulesInForce(trx, 'tasks', at.today)
  await noteUnreached(trx, at, rows, municipality.workingTime)
  const existing = await tasksOf(
    trx,
    rows.filter((row) => row.plannedAt !== null).map((row) => row.id),
  )
  const planned = rows.map((row) =>
    planOne(row, existing.get(row.id) ?? [], { municipality, rules, today: at.today }),
  )
  await writePlan(trx, at, planned, { municipality, ruleVersion: rules.id })
  await planStages(trx, at, rows, municipality)
  const counselled = planned.filter(({ change }) => change.add.some(({ role }) => role === 'counsellor'))
  await giveToCounsellors(
    trx,
    at,
    counselled.map(({ row }) => row.id),
  )
  await nominateCases(trx, at, rows)
  await refreshShown(
    trx,
    at,
    rows.map((row) => row.id),
  )
  await sql`update arrears_case set planned_at = coalesce(planned_at, ${at.now}), version = version + 1
    where id = any(${rows.map((row) => row.id)}::uuid[])`.execute(trx)
}

/** The open (or closed) cases among these, locked in id order, with what planning reads of them. */
export async function lockForPlanning(
  trx: Trx,
  caseIds: readonly string[],
  state: 'open' | 'closed' = 'open',
): Promise<PlannedCase[]> {
  const { rows } = await sql<PlannedCase>`
    select id, stage, notice_type, notified_on, received_on, event_on, settled, notice_turn, eviction_turn, recovery_safe_day, recovery_last_day, recovery_basis,
      eviction_day, eviction_id, eviction_told_at, watch_id, watch_from, children, born_on, months_unpaid, amount_owed, repeated, landlord_kind, committee, unit, assignee, planned_at,
      opened_at, closed_at, outcome, facts, first_attempt_at, first_contact_at,
      coalesce(jsonb_array_length(routing_facts->'clientOf'), 0) > 0 as known_client,
      first_contact_at is not null and exists (select 1 from contact k where k.case_id = arrears_case.id and k.reached
        and not k.by_landlord and k.recorded_at >= coalesce(watch_from, opened_at)) as reached
    from arrears_case where id = any(${[...caseIds]}::uuid[]) and state = ${state} order by id for update`.execute(
    trx,
  )
  return rows
}

async function tasksOf(trx: Trx, caseIds: readonly string[]): Promise<Map<string, TaskRow[]>> {
  if (caseIds.length === 0) return new Map()
  const { rows } = await sql<TaskRow>`
    select id, case_id, occurrence, state, due_on as due_date, template <> 'review' and template <> 'manual' as planned
    from task where case_id = any(${[...caseIds]}::uuid[]) order by id for update`.execute(trx)
  return Map.groupBy(rows, (row) => row.caseId)
}

/** The case in the terms of the task templates. */
export function planningFacts(row: PlannedCase, today: string): PlanningFacts {
  const flags = row.facts.flags ?? []
  return {
    noticeType: row.noticeType,
    stage: row.stage,
    t0: row.notifiedOn,
    receivedOn: row.receivedOn,
    recoveryEnds: row.recoverySafeDay,
    recoveryBasis: row.recoveryBasis,
    evictionDay: row.evictionDay,
    eventOn: row.eventOn,
    firstPlannedOn: row.plannedAt ? localDateOf(row.plannedAt) : null,
    childrenInHousehold: row.children,
    age: row.bornOn ? ageAt(row.bornOn, today) : null,
    monthsUnpaid: row.monthsUnpaid,
    debtOre: row.amountOwed,
    repeatWithin12Months: row.repeated,
    knownClient: row.knownClient,
    landlordKind: row.landlordKind,
    tenancyKind:
      row.facts.tenancyKind ?? (row.noticeType.startsWith('cooperative') ? 'cooperative' : 'unknown'),
    closedOn: row.closedAt ? localDateOf(row.closedAt) : null,
    finalOutcome: row.outcome,
    flags,
    rentDueOn: flags.includes('municipality-pays') ? rentDueOn(today) : null,
    cycle: { notice: row.noticeTurn, eviction: row.evictionTurn },
    ended: row.settled as EndReason | null,
  }
}

// A burst of notices is planned alike: the same day, the same dates, the same templates.
const plans = new Map<string, PlannedTask[]>()

/** The plan for such facts on such a day, remembered while the tables stand. */
function planFor(
  facts: PlanningFacts,
  by: { municipality: Municipality; rules: Rules<'tasks'>; today: string },
): PlannedTask[] {
  const { workingTime } = by.municipality
  const key = JSON.stringify([facts, by.rules.id, by.today, workingTime])
  const known = plans.get(key)
  if (known) return known
  if (plans.size > 2_000) plans.clear()
  const plan = planTasks(facts, by.rules.table.templates, workingTime, by.today)
  plans.set(key, plan)
  return plan
}

function planOne(
  row: PlannedCase,
  tasks: TaskRow[],
  by: { municipality: Municipality; rules: Rules<'tasks'>; today: string },
): Planned {
  const facts = planningFacts(row, by.today)
  const { templates } = by.rules.table
  const plan = planFor(facts, by)
  const month = facts.rentDueOn?.slice(0, 7)
  // A guard that was missed last month is still to be answered for, though this month's has taken its place.
  const known = tasks.map((task) => (isPastGuard(task, month) ? { ...task, planned: false } : task))
  return { row, tasks, change: replan(known, plan, endingOf(facts), templates) }
}

function isPastGuard({ occurrence }: TaskRow, month: string | undefined): boolean {
  const named = /#(\d{4}-\d{2})$/.exec(occurrence)?.[1]
  return month !== undefined && named !== undefined && named < month
}

async function writePlan(
  trx: Trx,
  at: Moment,
  planned: readonly Planned[],
  by: { municipality: Municipality; ruleVersion: number },
): Promise<void> {
  const units = await trx.selectFrom('unit').select(['code', 'committee', 'kind']).orderBy('code').execute()
  const added = planned.flatMap(({ row, change }) =>
    change.add.map((task) => taskRow(row, task, { ...by, units, at })),
  )
  await insertAlike(trx, 'task', added, { caseId: 'uuid' }, sql`on conflict (case_id, occurrence) do nothing`)
  const redated = planned.flatMap(({ tasks, change }) =>
    change.redate.flatMap((move) => {
      const task = tasks.find((one) => one.occurrence === move.occurrence)
      if (!task) return []
      const { workingTime } = by.municipality
      return [
        {
          id: task.id,
          dueOn: move.to,
          dueAt: dueInstant(move.to, at.now, workingTime),
          alarmAt: firstAlarm(move.to, workingTime),
          alarmStep: 1,
        },
      ]
    }),
  )
  await updateRows(trx, 'task', redated, sql`t.state = 'open'`)
  await endTasks(trx, at, planned)
  await writeTimeline(trx, at, planned.flatMap(entriesOf))
}

async function endTasks(trx: Trx, at: Moment, planned: readonly Planned[]): Promise<void> {
  const ended = planned.flatMap(({ tasks, change }) =>
    change.end.flatMap((end) => {
      const task = tasks.find((one) => one.occurrence === end.occurrence)
      return task
        ? [{ id: task.id, state: 'ended', endedReason: end.reason, completedAt: at.now, alarmAt: null }]
        : []
    }),
  )
  await updateRows(trx, 'task', ended, sql`t.state = 'open'`)
}

function entriesOf({ row, change }: Planned) {
  const entry = (kind: string, detail: object) => ({ caseId: row.id, kind, actor: 'system', detail })
  return [
    ...(change.add.length > 0 ? [entry('tasks.planned', { count: change.add.length })] : []),
    ...(change.redate.length > 0
      ? [
          entry('tasks.redated', {
            moves: change.redate.map(({ occurrence, from, to }) => ({ occurrence, from, to })),
          }),
        ]
      : []),
    ...(change.end.length > 0
      ? [entry('tasks.ended', { count: change.end.length, reason: change.end[0]?.reason })]
      : []),
  ]
}

/** The row of a planned task: its instant, its first alarm, and the unit whose people do such tasks. */
export function taskRow(
  row: PlannedCase,
  task: PlannedTask,
  by: { municipality: Municipality; ruleVersion: number; units: Units; at: Moment },
) {
  const { workingTime } = by.municipality
  return {
    caseId: row.id,
    ...placeFor(task.role, row, by.units),
    assignee: task.role === 'caseworker' ? row.assignee : null,
    template: task.template,
    occurrence: task.occurrence,
    titleSv: task.title.sv,
    titleEn: task.title.en,
    role: task.role,
    channel: task.channel || null,
    dueOn: task.dueDate,
    dueAt: dueInstant(task.dueDate, by.at.now, workingTime),
    fast: task.fast,
    priority: task.fast ? 1 : 0,
    reasonSv: task.priorityReason.sv,
    reasonEn: task.priorityReason.en,
    alarmAt: firstAlarm(task.dueDate, workingTime),
    ruleVersion: by.ruleVersion,
    createdAt: by.at.now,
  }
}
