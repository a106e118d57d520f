// Puts a made visit into its case: as the answer of the task that asked for it, else as a contact of its own.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { findCode } from '../domain/codes.ts'
import { emit } from '../outbox.ts'
import type { Actor, Moment } from './act.ts'
import { logContact } from './contact-facts.ts'
import { nameInDiary } from './open-case.ts'
import { rulesInForce } from './settings.ts'
import { answersOf, channelOf, isContactTask, readRowBehind } from './task-answers.ts'
import { finishTask, lockTask, type Task } from './tasks.ts'
import { writeTimeline } from './timeline.ts'

/** The visit as the case needs it. */
export type MadeVisit = {
  id: string
  caseId: string
  taskId: string | null
  committee: string
  startsAt: string
}

/** Answers the visit's task and logs the contact, in the case's diary too; what follows is planned from there. */
export async function logVisit(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { visit, result }: { visit: MadeVisit; result: { outcome: string; note: string | null } },
): Promise<void> {
  const { caseId, startsAt } = visit
  const { outcome, note } = result
  await emit(trx, 'case.changed', [caseId])
  const occurredAt = Date.parse(startsAt) < Date.parse(at.now) ? startsAt : at.now
  const task = await taskFor(trx, visit, outcome)
  if (task) {
    const completion = { outcome, note, occurredAt, channel: 'visit' as const }
    await finishTask(trx, at, actor, { task, completion })
    return
  }
  const { codes } = (await rulesInForce(trx, 'codes', at.today)).table
  const detail = { visitId: visit.id, outcome }
  await writeTimeline(trx, at, [{ caseId, kind: 'visit.recorded', actor: nameInDiary(actor), detail }])
  await logContact(trx, actor, {
    caseId,
    committee: actor.committee ?? visit.committee,
    taskId: null,
    referralId: null,
    channel: 'visit',
    outcome,
    reached: findCode(codes, 'visit-result', outcome)?.reached === true,
    byWhom: 'municipality',
    note,
    occurredAt,
  })
}

/** The open visit task that this visit was for: the one named in the booking, else the one nearest due. */
async function taskFor(trx: Trx, visit: MadeVisit, outcome: string): Promise<Task | null> {
  const { rows } = await sql<{ id: string; occurrence: string; ruleVersion: number | null }>`
    select id, occurrence, rule_version from task where case_id = ${visit.caseId} and state = 'open' and rule_version is not null
    order by id = ${visit.taskId}::uuid desc nulls last, due_at, id`.execute(trx)
  for (const one of rows) {
    const row = await readRowBehind(trx, one)
    if (isContactTask(row) && channelOf(row) === 'visit' && outcome in answersOf(row))
      return lockTask(trx, one.id)
  }
  return null
}
