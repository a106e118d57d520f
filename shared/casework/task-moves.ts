// Gives open tasks to another person or unit of the same committee, one or many at once, with the reason why.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { targetOf } from './assignments.ts'
import { queueMails } from './mail.ts'
import { nameInDiary } from './open-case.ts'
import { writeTimeline } from './timeline.ts'

/** To a person, or to a unit when `personId` is null. */
export type TaskMove = {
  taskIds: readonly string[]
  personId: string | null
  unit: string | null
  reason: string
}

/** One mail an hour to whoever got something, however many tasks; none to those who move work to themselves. */
async function tellReceiver(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { personId, unit }: { personId: string | null; unit: string },
): Promise<void> {
  if (personId !== null && personId === actor.personId) return
  const onceKey = `task-moved ${personId ?? unit} ${at.now.slice(0, 13)}`
  await queueMails(trx, at, [{ onceKey, template: 'work-moved', personId, unit: personId ? null : unit }])
}

type Moved = { id: string; caseId: string | null }

/**
 * Moves those of the tasks that are open and the actor's committee's; what is done or already there is left alone.
 * Returns how many moved. Refuses a person who is absent or of another committee, which must be asked first.
 */
export async function moveTasks(db: Db, actor: Actor, move: TaskMove): Promise<number> {
  return inContext(db, actor, async (trx, at) => {
    const target = await targetOf(trx, at, move)
    if (target.committee !== actor.committee) {
      const detail = 'Personen hör till en annan nämnd. Flytta ärendet i stället, så tillfrågas den nämnden.'
      throw new Refusal('invalid', 'assignee.elsewhere', detail, [
        { pointer: '/personId', code: 'assignee.elsewhere', detail },
      ])
    }
    const { rows } = await sql<Moved>`
      update task t set assignee = ${target.personId}::uuid, unit = ${target.unit}, version = version + 1
      from (select id from task where id = any(${[...move.taskIds]}::uuid[]) order by id for update) o
      where t.id = o.id and t.state = 'open' and t.committee = ${actor.committee}
        and (t.assignee is distinct from ${target.personId}::uuid or t.unit is distinct from ${target.unit})
      returning t.id, t.case_id`.execute(trx)
    const { personId, unit } = target
    const actorName = nameInDiary(actor)
    const entries = rows.flatMap(({ id, caseId }) => {
      const detail = { taskId: id, personId, unit, reason: move.reason }
      return caseId ? [{ caseId, kind: 'task.moved', actor: actorName, detail }] : []
    })
    await writeTimeline(trx, at, entries)
    if (rows.length > 0) await tellReceiver(trx, at, actor, target)
    return rows.length
  })
}
