// Plans a case: which tasks its facts call for, who does them and when they are due, and what changes when facts change.
import { addWorkingDays, isWorkingDay } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import { holds } from './condition.ts'
import type { Facts } from './condition.ts'
import type { IsoDate } from './days.ts'
import { earliestDue } from './due-date.ts'
import type { Anchor, Anchors, DueRule } from './due-date.ts'
import { planningAnswers } from './planning-facts.ts'
import type { EndReason, PlanningFacts } from './planning-facts.ts'
import type { Words } from './routing-facts.ts'
import type { Role, TaskRow, TaskTemplates } from './task-templates.ts'

export { endingOf } from './planning-facts.ts'
export type { EndReason, PlanningFacts } from './planning-facts.ts'
export { parseTaskTemplates } from './task-templates.ts'
export type { TaskTemplates } from './task-templates.ts'

export type PlannedTask = {
  template: string
  task: string
  /** Unique in the case: planning the same facts twice gives the same occurrences. */
  occurrence: string
  title: Words
  role: Role
  channel: string
  dueDate: IsoDate
  /** Where the rule points; earlier than `dueDate` only when the rule points into the past. */
  targetDate: IsoDate
  /** What the date is counted from. */
  decidedBy: Anchor
  fast: boolean
  priorityReason: Words
}

/** A notice older than this many working days when the case is first planned starts in the fast column. */
const LATE_AFTER = 5

type Setting = {
  facts: PlanningFacts
  answers: Facts
  today: IsoDate
  wt: WorkingTime
  fast: readonly Words[]
}

/** Everything the tables need to judge one case on one day. */
function settingOf(facts: PlanningFacts, templates: TaskTemplates, wt: WorkingTime, today: IsoDate): Setting {
  const late = (facts.firstPlannedOn ?? today) > addWorkingDays(facts.t0, LATE_AFTER, wt)
  const answers = planningAnswers(facts, today, late)
  const fast = templates.fast.filter((row) => holds(row.condition, answers)).map((row) => row.title)
  return { facts, answers, today, wt, fast }
}

/**
 * The tasks that the facts call for on `today` (Stockholm date). A row whose dates all wait for something unknown
 * (no recovery period, no eviction date) is left for the day it becomes known. What the system itself does at once,
 * and what follows only from an outcome, is not planned here.
 */
export function planTasks(
  facts: PlanningFacts,
  templates: TaskTemplates,
  workingTime: WorkingTime,
  today: IsoDate,
): PlannedTask[] {
  const setting = settingOf(facts, templates, workingTime, today)
  return templates.rows
    .filter((row) => !row.followsOutcome && row.role !== 'system' && isCalledFor(row, templates, setting))
    .flatMap((row) => plannedFrom(row, setting, null))
}

function isCalledFor(row: TaskRow, templates: TaskTemplates, { facts, answers }: Setting): boolean {
  const head = templates.applies[row.template]
  if (!head || !holds(head.condition, answers) || !holds(row.condition, answers)) return false
  if (facts.ended && row.endsOn.includes(facts.ended)) return false
  // An open case is not yet followed up, and a closed one is only followed up.
  return row.due.some((rule) => rule.anchor === 'C') === Boolean(facts.closedOn)
}

/**
 * The tasks that a recorded outcome asks for: one row (`T2/6`) or a whole template (`T3`), counted from
 * `recordedOn`. `nth` tells the second time the same task follows (1, 2, …). What the plan calls for anyway is left to it.
 */
export function tasksAfter(
  asked: { template: string; task: string | null; recordedOn: IsoDate; nth: number },
  facts: PlanningFacts,
  templates: TaskTemplates,
  at: { workingTime: WorkingTime; today: IsoDate },
): PlannedTask[] {
  const setting = settingOf(facts, templates, at.workingTime, at.today)
  return templates.rows
    .filter((row) => row.template === asked.template && row.role !== 'system')
    .filter((row) => (asked.task === null ? !row.followsOutcome : row.task === asked.task))
    .filter((row) => row.followsOutcome || !isCalledFor(row, templates, setting))
    .filter((row) => holds(row.condition, setting.answers))
    .flatMap((row) => plannedFrom(row, setting, asked))
}

function plannedFrom(
  row: TaskRow,
  setting: Setting,
  asked: { recordedOn: IsoDate; nth: number } | null,
): PlannedTask[] {
  const { facts, fast } = setting
  const anchors: Anchors = { ...anchorsOf(facts), F: asked?.recordedOn ?? null }
  const found = earliestDue(fast.length > 0 ? row.dueFast : row.due, anchors, setting.wt)
  if (!found) return []
  return [
    {
      template: row.template,
      task: row.task,
      occurrence: `${row.template}/${row.task}#${cycleOf(row, facts)}${asked ? `.${asked.nth}` : ''}`,
      title: row.title,
      role: row.role,
      channel: row.channel,
      targetDate: found.date,
      decidedBy: found.rule.anchor,
      dueDate: found.date < setting.today ? firstDayLeft(found.rule, setting) : found.date,
      fast: fast.length > 0,
      priorityReason: reasonFor(found.rule, anchors, fast),
    },
  ]
}

function anchorsOf(facts: PlanningFacts): Anchors {
  return {
    t0: facts.t0,
    M: facts.receivedOn,
    R: facts.recoveryEnds,
    D: facts.evictionDay,
    E: facts.eventOn ?? facts.receivedOn,
    C: facts.closedOn ?? null,
    P: facts.rentDueOn ?? null,
  }
}

/** What was due in the past is due today; on a closed day the next open one, unless a deadline would be passed. */
function firstDayLeft(rule: DueRule, { facts, today, wt }: Setting): IsoDate {
  if (rule.unit === 'exact' || isWorkingDay(today, wt)) return today
  const next = addWorkingDays(today, 0, wt)
  const stops = [facts.recoveryEnds, facts.evictionDay].filter((day) => day !== null && day >= today)
  return stops.some((day) => day !== null && next > day) ? today : next
}

/**
 * A monthly guard is named by its month; the countdown by its eviction day, since a new day needs its own confirmation
 * (SoF 2025:468 11:3), plan, presence and outcome, whatever was done for the old one; all else by the turn.
 */
function cycleOf(row: TaskRow, facts: PlanningFacts): string {
  const turn = { notice: 1, eviction: 1, ...facts.cycle }
  if (row.due.some((rule) => rule.anchor === 'P')) return (facts.rentDueOn ?? '').slice(0, 7)
  if (row.template === COUNTDOWN && facts.evictionDay) return facts.evictionDay
  return String(AROUND_EVICTION.has(row.template) ? turn.eviction : turn.notice)
}

const COUNTDOWN = 'T10'
const AROUND_EVICTION: ReadonlySet<string> = new Set(['T9', 'T11', 'T12'])

const ANCHOR_WORDS: Readonly<Record<Anchor, Words>> = {
  t0: { sv: 'Räknas från anmälans datum', en: 'Counted from the date of the notice' },
  M: { sv: 'Räknas från dagen då anmälan kom in', en: 'Counted from the day the notice came in' },
  R: { sv: 'Återvinningsfristen styr', en: 'The recovery period decides' },
  D: { sv: 'Dagen för avhysning styr', en: 'The eviction day decides' },
  E: { sv: 'Räknas från den senaste händelsen', en: 'Counted from the latest event' },
  C: { sv: 'Räknas från avslutet', en: 'Counted from the closing' },
  P: { sv: 'Hyrans förfallodag styr', en: "The rent's due date decides" },
  F: { sv: 'Räknas från det som noterades', en: 'Counted from what was recorded' },
}

/** Why this date and this place in the order, in a sentence or two; never a score. */
function reasonFor(rule: DueRule, anchors: Anchors, fast: readonly Words[]): Words {
  const day = anchors[rule.anchor] ?? ''
  const words = ANCHOR_WORDS[rule.anchor]
  return {
    sv: [...fast.map((reason) => reason.sv), `${words.sv} (${day})`]
      .map((sentence) => `${sentence}.`)
      .join(' '),
    en: [...fast.map((reason) => reason.en), `${words.en} (${day})`]
      .map((sentence) => `${sentence}.`)
      .join(' '),
  }
}

/** A task that exists. `planned` is false for what a person, or an outcome, added. */
export type ExistingTask = {
  occurrence: string
  state: 'open' | 'done' | 'ended'
  dueDate: IsoDate
  planned: boolean
}

/** `why`: a real ending, or `superseded` when the facts no longer call for the task (another stage, say). */
export type Replanning = {
  add: PlannedTask[]
  redate: { occurrence: string; from: IsoDate; to: IsoDate; reason: Words }[]
  end: { occurrence: string; reason: EndReason | 'superseded' }[]
}

/**
 * What to change so that the case matches its plan: nothing, when nothing has changed. Done tasks stay as they are. A task
 * that was ended comes back under a name of its own when the facts call for it again: an eviction date set anew after
 * a cancelled one must not find its countdown already ended. After a real ending also what people and outcomes added
 * is ended, unless its row survives that ending.
 */
export function replan(
  existing: readonly ExistingTask[],
  planned: readonly PlannedTask[],
  ended: EndReason | null,
  templates: TaskTemplates,
): Replanning {
  const known = latestByName(existing)
  const wanted = new Set(planned.map((task) => task.occurrence))
  const open = existing.filter((task) => task.state === 'open' && !wanted.has(nameOf(task.occurrence)))
  return {
    add: planned.flatMap((task) => missing(task, known.get(task.occurrence))),
    redate: planned.flatMap((task) => movedFrom(known.get(task.occurrence), task)),
    end: open
      .filter((task) => isPlanned(task) || (ended !== null && endsWith(task, ended, templates)))
      .map((task) => ({ occurrence: task.occurrence, reason: ended ?? 'superseded' })),
  }
}

/** `T2/3#1~2` is the second time that `T2/3#1` was called for; `T3/1#1.1` is `T3/1#1` brought by an outcome. */
const nameOf = (occurrence: string): string => /^[^~.]*/.exec(occurrence)?.[0] ?? occurrence
const timesOf = (occurrence: string): number => Number(occurrence.split('~')[1] ?? 1)
const followsOutcome = (occurrence: string): boolean => occurrence.includes('.')

function latestByName(existing: readonly ExistingTask[]): Map<string, ExistingTask> {
  const ordered = existing.toSorted((a, b) => timesOf(a.occurrence) - timesOf(b.occurrence))
  return new Map(ordered.map((task) => [nameOf(task.occurrence), task]))
}

function missing(task: PlannedTask, latest: ExistingTask | undefined): PlannedTask[] {
  if (!latest) return [task]
  if (latest.state !== 'ended') return []
  return [{ ...task, occurrence: `${task.occurrence}~${timesOf(latest.occurrence) + 1}` }]
}

const rowOf = (task: ExistingTask, templates: TaskTemplates): TaskRow | undefined =>
  templates.rows.find(({ template, task: name }) => task.occurrence.startsWith(`${template}/${name}#`))

/** What an outcome brought is in no plan, and so no plan may take it away. */
const isPlanned = (task: ExistingTask): boolean => task.planned && !followsOutcome(task.occurrence)

function endsWith(task: ExistingTask, ended: EndReason, templates: TaskTemplates): boolean {
  return rowOf(task, templates)?.endsOn.includes(ended) ?? true
}

function movedFrom(task: ExistingTask | undefined, to: PlannedTask): Replanning['redate'] {
  if (task?.state !== 'open' || task.dueDate === to.dueDate) return []
  // A rule that points into the past says "today" anew each day; an overdue task must stay overdue.
  if (to.targetDate < to.dueDate && task.dueDate < to.dueDate) return []
  // Only a deadline that itself moved may give more time: a second notice must not postpone the unmade call of the first.
  if (task.dueDate < to.dueDate && !['R', 'D', 'P'].includes(to.decidedBy)) return []
  return [{ occurrence: task.occurrence, from: task.dueDate, to: to.dueDate, reason: to.priorityReason }]
}
