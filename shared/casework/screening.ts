// Screens a case against every committee: whose it is, and in words why it is not the others', so that nobody falls between.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { noSuch } from './open-case.ts'
import { readPlaces } from './owners.ts'
import { readMunicipality } from './settings.ts'
import { SCREENED } from './task-answers.ts'
import { finishTask, lockTask, type Task } from './tasks.ts'

/** One committee's answer. `reason` is needed where the case is not theirs. */
export type Screened = { committee: string; answer: 'ours' | 'not-ours'; reason: string }

/**
 * Completes a screening task with an answer for every committee. Refuses (`screening.incomplete`) when one is missing,
 * is named twice or says "not ours" without a reason. A committee that says "ours" is called in, and must accept. The
 * same answers again change nothing.
 */
export async function screenCase(
  db: Db,
  actor: Actor,
  taskId: string,
  answers: readonly Screened[],
): Promise<Task> {
  return inContext(db, actor, async (trx, at) => {
    const task = await lockTask(trx, taskId)
    if (task.caseId === null) throw noSuch()
    if (task.state === 'done' && task.outcome === SCREENED) return task
    await demandAll(trx, answers)
    await insertRows(
      trx,
      'screening',
      answers.map((one) => ({
        ...one,
        taskId,
        caseId: task.caseId as string,
        screenedBy: actor.personId,
        screenedAt: at.now,
      })),
    )
    await callIn(trx, at, task, answers)
    await finishTask(trx, at, actor, {
      task,
      completion: { outcome: SCREENED, note: null, occurredAt: null },
    })
    return lockTask(trx, taskId)
  })
}

async function demandAll(trx: Trx, answers: readonly Screened[]): Promise<void> {
  const committees = await trx.selectFrom('committee').select(['code', 'nameSv']).orderBy('code').execute()
  const missing = committees.flatMap(({ code, nameSv }): Problem[] => {
    const [answer, again] = answers.filter((one) => one.committee === code)
    const silent = answer?.answer === 'not-ours' && answer.reason.trim() === ''
    if (answer && !again && !silent) return []
    const detail = silent ? `Skriv varför ärendet inte är ${nameSv}s.` : `Ange ett svar för ${nameSv}.`
    return [{ pointer: `/committees/${code}`, code: silent ? 'reason.missing' : 'answer.missing', detail }]
  })
  const known = new Set(committees.map(({ code }) => code))
  if (answers.some(({ committee }) => !known.has(committee))) throw noSuch()
  if (missing.length > 0)
    throw new Refusal('unprocessable', 'screening.incomplete', 'Pröva ärendet mot varje nämnd.', missing)
}

async function callIn(trx: Trx, at: Moment, task: Task, answers: readonly Screened[]): Promise<void> {
  const theirs = answers.filter(({ answer, committee }) => answer === 'ours' && committee !== task.committee)
  if (theirs.length === 0) return
  const owners = theirs.map(({ committee }) => ({ committee, unit: null, person: null }))
  const place = await readPlaces(trx, at, owners, await readMunicipality(trx))
  await insertRows(
    trx,
    'assignment',
    owners.map((owner) => ({
      caseId: task.caseId as string,
      ...place(owner),
      kind: 'added',
      state: 'active',
      reasonSv: 'Prövningen mot alla nämnder visade att ärendet också är ert.',
      reasonEn: 'Screening against all committees showed that the case is yours too.',
      createdAt: at.now,
    })),
    sql`on conflict (case_id, kind, committee, coalesce(unit, '')) where state in ('active', 'accepted') do nothing`,
  )
}
