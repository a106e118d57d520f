// Gives open tasks to another person or unit of the same committee, one or many at once, with the reason why.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
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

/**
 * Tells whoever got something by mail, once an hour however many tasks; a worker's deed, for the web may write no mail.
 * What has been done or has gone on to somebody else meanwhile is told to whoever has it now.
 */
export async function tellMoved(trx: Trx, at: Moment, taskIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ personId: string | null; unit: string }>`
    select distinct assignee as person_id, unit from task where id = any(${[...taskIds]}::uuid[]) and state = 'open' and unit is not null`.execute(
    trx,
  )
  const hour = at.now.slice(0, 13)
  const mails = rows.map(({ personId, unit }) => ({
    onceKey: `task-moved ${personId ?? unit} ${hour}`,
    template: 'work-moved' as const,
    personId,
    unit: personId ? null : unit,
  }))
  const once = [...new Map(mails.map((mail) => [mail.onceKey, mail])).values()]
  if (once.length > 0) await queueMails(trx, at, once)
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
    // Whoever moves work to themselves knows it.
    const told = personId === actor.personId ? [] : rows.map(({ id }) => id)
    await emit(trx, 'task.moved', told)
    return rows.length
  })
}
