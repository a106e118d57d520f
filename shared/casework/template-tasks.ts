// Answers the open tasks of a template row that a deed has just done, so that nobody has to say the same thing twice.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import type { Actor, Moment } from './act.ts'
import { finishTask, lockTask } from './tasks.ts'

/** Completes every open task of that row (`T2/9`) with this answer; does nothing when there is none. */
export async function answerTemplateTask(
  trx: Trx,
  at: Moment,
  actor: Actor,
  answer: { caseId: string; row: string; outcome: string; note: string | null },
): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from task
    where case_id = ${answer.caseId} and occurrence like ${`${answer.row}#%`} and state = 'open' order by due_at, id`.execute(
    trx,
  )
  const { outcome, note } = answer
  for (const { id } of rows) {
    const task = await lockTask(trx, id)
    await finishTask(trx, at, actor, { task, completion: { outcome, note, occurredAt: null } })
  }
}
