// Tells of tasks that nobody has done: the assignee first, then the supervisor, then the duty list, until it is done.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { updateRows } from '../db/rows.ts'
import { alertTitle, clocksFor, repeatOf, type Clock } from '../domain/escalation.ts'
import type { Moment } from './act.ts'
import { tell, type Alert } from './escalation.ts'
import { readWatch, type Watch } from './ladders.ts'
import { readDirectory, toldIn } from './recipients.ts'

type Overdue = {
  id: string
  caseId: string | null
  dueOn: string
  alarmStep: number
  createdAt: string
  committee: string
  unit: string | null
  assignee: string | null
}

const trigger = 'task-overdue'

/** Takes the step that each overdue task has come to and sets the alarm for the next; a done task is left alone. */
export async function tellOverdue(trx: Trx, at: Moment, taskIds: readonly string[]): Promise<void> {
  const { rows } = await sql<Overdue>`
    select id, case_id, due_on, alarm_step, created_at, committee, unit, assignee from task
    where id = any(${[...taskIds]}::uuid[]) and state = 'open' and alarm_at is null order by id for update`.execute(
    trx,
  )
  const watch = await readWatch(trx, at)
  const directory = await readDirectory(trx, at.today)
  const taken = rows.map((row) => ({ row, ...stepsOf(row, at, watch) }))
  const alerts = taken.flatMap(({ row, step }): Alert[] => {
    if (!step) return []
    const about = { ...row, counsellor: null, counsellorCommittee: null }
    const told = toldIn(step.recipientRole, about, directory)
    return [
      { ...alertOf(row, step, at), title: alertTitle({ trigger, step: row.alarmStep }, watch.table), told },
    ]
  })
  await tell(trx, at, oneForEachCase(alerts))
  await updateRows(
    trx,
    'task',
    taken.map(({ row, next }) => ({
      id: row.id,
      alarmAt: next?.dueAt ?? null,
      alarmStep: row.alarmStep + 1,
    })),
  )
}

function alertOf(row: Overdue, step: Clock, at: Moment): Omit<Alert, 'title' | 'told'> {
  return {
    stageId: null,
    caseId: row.caseId,
    subjectId: row.id,
    trigger,
    step: row.alarmStep,
    urgency: step.urgency,
    lateSeconds: Math.max(0, Math.round((Date.parse(at.now) - Date.parse(step.dueAt)) / 1000)),
  }
}

/**
 * One alert for each case and reader, by its most urgent task, that says how many it speaks for: nineteen alerts about
 * one neglected case hide the twentieth about another.
 */
function oneForEachCase(alerts: readonly Alert[]): Alert[] {
  const groups = Map.groupBy(
    alerts,
    ({ caseId, subjectId, told }) => `${caseId ?? subjectId} ${told.personId ?? told.unit}`,
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group.toSorted((one, other) => other.urgency - one.urgency || other.step - one.step)
    return first ? [{ ...first, count: group.length }] : []
  })
}

/** The step that is due now and the one after it; beyond the ladder's end the last step comes again, counted from now. */
function stepsOf(row: Overdue, at: Moment, watch: Watch): { step: Clock | undefined; next: Clock | null } {
  const watched = { kind: 'task' as const, startedAt: row.createdAt, dueOn: row.dueOn }
  const { workingTime } = watch.municipality
  const ladder = clocksFor(watched, watch.table, workingTime)
  const last = ladder.at(-1)
  const step =
    ladder.find((clock) => clock.step === row.alarmStep) ??
    (last && { ...last, step: row.alarmStep, dueAt: at.now })
  const next = ladder.find((clock) => clock.step === row.alarmStep + 1)
  return { step, next: next ?? (step ? repeatOf(step, watched, watch.table, workingTime) : null) }
}
