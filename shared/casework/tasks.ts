// The tasks people work from: listed by what is due, and completed once with one of the answers their template takes.
import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { addDays } from '../domain/calendar.ts'
import type { Attempt } from '../domain/contact-ladder.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Consequence } from '../domain/task-templates.ts'
import type { TaskRow } from '../domain/task-templates.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { logContact } from './contact-facts.ts'
import { nameInDiary, noSuch } from './open-case.ts'
import { allShown, countOf } from './paging.ts'
import { rulesInForce } from './settings.ts'
import {
  answersOf,
  attemptIn,
  channelOf,
  demandDayPlanned,
  demandReason,
  demandScreened,
  isContactTask,
  readRowBehind,
} from './task-answers.ts'
import { writeTimeline } from './timeline.ts'
import { demandUndertaking } from './undertakings.ts'

/** A task as it is shown and worked on. */
export type Task = {
  id: string
  caseId: string | null
  caseNumber: string | null
  committee: string
  unit: string | null
  assignee: string | null
  assigneeName: string | null
  template: string
  occurrence: string
  titleSv: string
  titleEn: string
  role: string
  channel: string | null
  dueOn: string
  dueAt: string
  overdue: boolean
  fast: boolean
  reasonSv: string | null
  reasonEn: string | null
  state: 'open' | 'done' | 'ended'
  outcome: string | null
  completedAt: string | null
  endedReason: string | null
  ruleVersion: number | null
}

/** Which tasks: `due` counts by the database's clock, `week` is the next seven days and what is overdue before them. */
export type TaskWish = {
  state: Task['state'] | null
  due: 'overdue' | 'today' | 'week' | null
  unit: string | null
  /** A person's id, or `none` for what nobody has. */
  assignee: string | null
  limit: number
  page: number
}

const columns = sql`t.id, t.case_id, c.number as case_number, t.committee, t.unit, t.assignee, p.name as assignee_name, t.template, t.occurrence,
  t.title_sv, t.title_en, t.role, t.channel, t.due_on, t.due_at, t.state = 'open' and t.due_at < (select clock_now()) as overdue, t.fast,
  t.reason_sv, t.reason_en, t.state, t.outcome, t.completed_at, t.ended_reason, t.rule_version`
const named = sql`left join arrears_case c on c.id = t.case_id left join person p on p.id = t.assignee`
const sources = sql`task t ${named}`

function dueIn(wish: TaskWish['due'], today: string) {
  if (wish === 'overdue') return sql`t.due_at < (select clock_now())`
  if (wish === 'today') return sql`t.due_on = ${today}::date`
  return wish === 'week' ? sql`t.due_on <= ${addDays(today, 7)}::date` : sql`true`
}

function whose(assignee: string | null) {
  if (assignee === null) return sql`true`
  return assignee === 'none' ? sql`t.assignee is null` : sql`t.assignee = ${assignee}::uuid`
}

/** The tasks the actor's committee has, nearest due first and the fast column before the rest of the same day. */
export async function listTasks(
  db: Db,
  actor: Actor,
  wish: TaskWish,
): Promise<{ tasks: Task[]; total: number }> {
  return inContext(db, actor, async (trx, at) => {
    const where = wished(actor, wish, at)
    const tasks = await pageOfTasks(trx, where, wish)
    return { tasks, total: allShown(wish, tasks.length) ?? (await countOf(trx, sql`task t where ${where}`)) }
  })
}

/** The first of them, where somebody else has counted them. */
export async function firstTasks(db: Db, actor: Actor, wish: Omit<TaskWish, 'page'>): Promise<Task[]> {
  const whole = { ...wish, page: 1 }
  return inContext(db, actor, async (trx, at) => pageOfTasks(trx, wished(actor, whole, at), whole))
}

// The policy sees to who may see what; naming the committee as well lets the indexes be used.
const wished = (actor: Actor, wish: TaskWish, { today }: Moment) => sql`t.committee = ${actor.committee}
  and (${wish.state}::text is null or t.state = ${wish.state}) and ${dueIn(wish.due, today)}
  and (${wish.unit}::text is null or t.unit = ${wish.unit}) and ${whose(wish.assignee)}`

async function pageOfTasks(trx: Trx, where: RawBuilder<unknown>, { limit, page }: TaskWish): Promise<Task[]> {
  // The page's rows first, in the order of task_order, then their names: joined before the cut, an archive of a hundred
  // thousand cases was read for every page.
  const order = sql`t.due_on, t.priority desc, t.due_at, t.id`
  const { rows } = await sql<Task>`select ${columns} from (select t.* from task t where ${where}
      order by ${order} limit ${limit} offset ${(page - 1) * limit}) t ${named} order by ${order}`.execute(
    trx,
  )
  return rows
}

/** The tasks of one case, open ones first. */
export async function tasksInCase(trx: Trx, caseId: string): Promise<Task[]> {
  const { rows } = await sql<Task>`select ${columns} from ${sources} where t.case_id = ${caseId}
    order by t.state = 'open' desc, t.due_at, t.id limit 500`.execute(trx)
  return rows
}

/** One task with the answers it takes. Refuses `not-found`. */
export async function readTask(
  db: Db,
  actor: Actor,
  taskId: string,
): Promise<Task & { answers: string[]; follows: Readonly<Record<string, Consequence>> }> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Task>`select ${columns} from ${sources} where t.id = ${taskId}`.execute(trx)
    if (!rows[0]) throw noSuch()
    const follows = answersOf(await readRowBehind(trx, rows[0]), rows[0])
    return { ...rows[0], answers: Object.keys(follows), follows }
  })
}

/** A recorded answer. `occurredAt` null: now. The three last are what a logged contact knows better than the task. */
export type Completion = {
  outcome: string
  note: string | null
  occurredAt: string | null
  channel?: Attempt['channel']
  byWhom?: Attempt['by']
  referralId?: string | null
}

/**
 * Completes a task. The same answer again gives the same result; another answer to a done task is refused
 * (`task.done`), as is an answer the task does not take (`outcome.unknown`).
 */
export async function completeTask(
  db: Db,
  actor: Actor,
  taskId: string,
  completion: Completion,
): Promise<Task> {
  return inContext(db, actor, async (trx, at) => {
    const task = await lockTask(trx, taskId)
    if (task.state === 'done' && task.outcome === completion.outcome) {
      await demandNoteKept(trx, taskId, completion.note)
      return task
    }
    refuseUnlessOpen(task)
    await finishTask(trx, at, actor, { task, completion })
    return lockTask(trx, taskId)
  })
}

export async function lockTask(trx: Trx, taskId: string): Promise<Task> {
  const { rows } =
    await sql<Task>`select ${columns} from ${sources} where t.id = ${taskId} for update of t`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

/** The same answer once more is no second deed; a note that nobody has kept must not go down with it. */
async function demandNoteKept(trx: Trx, taskId: string, note: string | null): Promise<void> {
  if (note === null) return
  const kept = await trx.selectFrom('task').select('note').where('id', '=', taskId).executeTakeFirst()
  if (kept?.note === note) return
  throw new Refusal(
    'conflict',
    'task.done-note',
    'Uppgiften är redan klar med samma svar, men utan din anteckning. Behövs den, skriv in den som en kontakt i ärendet.',
  )
}

function refuseUnlessOpen(task: Task): void {
  if (task.state === 'done')
    throw new Refusal(
      'conflict',
      'task.done',
      'Uppgiften är redan klar med ett annat svar. Läs ärendet igen.',
    )
  if (task.state === 'ended')
    throw new Refusal(
      'conflict',
      'task.ended',
      'Uppgiften behövs inte längre. Läs ärendet igen och se varför.',
    )
}

/** An instant that has not come yet cannot have happened; a clock a little ahead is forgiven. */
export function demandPast(occurredAt: string | null, now: string): string {
  if (occurredAt !== null && Date.parse(occurredAt) > Date.parse(now) + 5 * 60_000) {
    const detail = 'Tidpunkten ligger framåt i tiden. Ange när det hände.'
    throw new Refusal('invalid', 'occurred-at.ahead', detail, [
      { pointer: '/occurredAt', code: 'occurred-at.ahead', detail },
    ])
  }
  return occurredAt ?? now
}

/**
 * Writes the answer of a locked, open task, logs the contact it was, and tells the worker, which does what follows
 * from it. Returns the id of the contact, or null when the task was none.
 */
export async function finishTask(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { task, completion }: { task: Task; completion: Completion },
): Promise<string | null> {
  const row = await readRowBehind(trx, task)
  const { outcome, note } = completion
  const possible = Object.keys(answersOf(row, task))
  if (!possible.includes(outcome)) {
    const detail = `Uppgiften kan besvaras med: ${possible.join(', ')}.`
    throw new Refusal('invalid', 'outcome.unknown', detail, [
      { pointer: '/outcome', code: 'outcome.unknown', detail },
    ])
  }
  await demandScreened(trx, task.id, completion)
  demandReason(completion)
  await demandDayPlanned(trx, task, completion)
  await demandUndertaking(trx, at, actor, { caseId: task.caseId, outcome })
  const occurredAt = demandPast(completion.occurredAt, at.now)
  await sql`update task set state = 'done', outcome = ${outcome}, note = ${note}, occurred_at = ${occurredAt},
      completed_by = ${actor.personId}, completed_at = ${at.now}, alarm_at = null, version = version + 1
    where id = ${task.id} and state = 'open'`.execute(trx)
  await emit(trx, 'task.completed', [task.id])
  if (task.caseId === null) return null
  const detail = { taskId: task.id, occurrence: task.occurrence, outcome }
  await writeTimeline(trx, at, [
    { caseId: task.caseId, kind: 'task.done', actor: nameInDiary(actor), detail },
  ])
  if (!isContactTask(row)) return null
  return logAttempt(trx, at, actor, {
    task: { ...task, caseId: task.caseId },
    row,
    completion: { ...completion, occurredAt },
  })
}

type Attempted = {
  task: Task & { caseId: string }
  row: TaskRow
  completion: Completion & { occurredAt: string }
}

/** Logs the contact that a completed contact task was, unless nobody tried. Returns its id or null. */
async function logAttempt(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { task, row, completion }: Attempted,
): Promise<string | null> {
  const { outcome, note, occurredAt } = completion
  const codes = await rulesInForce(trx, 'codes', at.today)
  const { attempted, reached } = attemptIn(row, outcome, codes.table.codes)
  if (!attempted) return null
  return logContact(trx, actor, {
    caseId: task.caseId,
    committee: actor.committee ?? task.committee,
    taskId: task.id,
    referralId: completion.referralId ?? null,
    channel: completion.channel ?? channelOf(row),
    outcome,
    reached,
    byWhom: completion.byWhom ?? 'municipality',
    note,
    occurredAt,
  })
}
