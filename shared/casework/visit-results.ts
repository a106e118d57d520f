// Records how a booked home visit went: once, as a contact, and as the answer of the task that asked for it.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { findCode } from '../domain/codes.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { logContact } from './contact-facts.ts'
import { lockCase, nameInDiary, noSuch, touchCase } from './open-case.ts'
import { rulesInForce } from './settings.ts'
import { answersOf, channelOf, isContactTask, readRowBehind } from './task-answers.ts'
import { finishTask, lockTask, type Task } from './tasks.ts'
import { writeTimeline } from './timeline.ts'
import { lockVisit, type Visit, type VisitResult } from './visits.ts'

/**
 * Records the result of a visit. The same result again changes nothing. Refuses another result, an unknown code, and a
 * visit indoors without every adult's consent: the home is theirs.
 */
export async function recordVisit(db: Db, actor: Actor, caseId: string, result: VisitResult): Promise<Visit> {
  return inContext(db, actor, async (trx, at) => {
    await lockCase(trx, caseId, null)
    const visit = await lockVisit(trx, result.visitId)
    if (visit.caseId !== caseId) throw noSuch()
    if (visit.state === 'done' && visit.outcome === result.outcome) return visit
    if (visit.state !== 'booked')
      throw new Refusal('conflict', 'visit.done', 'Besöket har redan ett resultat. Läs ärendet igen.')
    const reached = await reachedBy(trx, at, result)
    await sql`update visit set state = 'done', outcome = ${result.outcome}, consent_given = ${result.consentGiven}, note = ${result.note},
      recorded_by = ${actor.personId}, recorded_at = ${at.now} where id = ${visit.id}`.execute(trx)
    await logVisit(trx, at, actor, { visit, result, reached })
    await touchCase(trx, caseId)
    await emit(trx, 'case.changed', [caseId])
    return lockVisit(trx, visit.id)
  })
}

async function reachedBy(trx: Trx, at: Moment, { outcome, consentGiven }: VisitResult): Promise<boolean> {
  const { codes } = (await rulesInForce(trx, 'codes', at.today)).table
  const code = findCode(codes, 'visit-result', outcome)
  if (!code) {
    const known = codes.filter(({ list }) => list === 'visit-result').map((one) => one.code)
    const detail = `Ange ett resultat ur listan: ${known.join(', ')}.`
    throw new Refusal('invalid', 'outcome.unknown', detail, [
      { pointer: '/outcome', code: 'outcome.unknown', detail },
    ])
  }
  if (outcome === 'GENOMFORT' && !consentGiven) {
    const detail = 'Notera först att alla vuxna hemma har samtyckt till besöket, eller ange VID_DORREN.'
    throw new Refusal('unprocessable', 'visit.consent', detail, [
      { pointer: '/consentGiven', code: 'visit.consent', detail },
    ])
  }
  return code.reached === true
}

async function logVisit(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { visit, result, reached }: { visit: Visit; result: VisitResult; reached: boolean },
): Promise<void> {
  const { caseId, startsAt } = visit
  const { outcome, note } = result
  const occurredAt = Date.parse(startsAt) < Date.parse(at.now) ? startsAt : at.now
  const task = await taskFor(trx, visit, outcome)
  if (task) {
    const completion = { outcome, note, occurredAt, channel: 'visit' as const }
    await finishTask(trx, at, actor, { task, completion })
    return
  }
  const detail = { visitId: visit.id, outcome }
  await writeTimeline(trx, at, [{ caseId, kind: 'visit.recorded', actor: nameInDiary(actor), detail }])
  await logContact(trx, actor, {
    caseId,
    committee: actor.committee ?? '',
    taskId: null,
    referralId: null,
    channel: 'visit',
    outcome,
    reached,
    byWhom: 'municipality',
    note,
    occurredAt,
  })
}

/** The open visit task that this visit was for: the one named in the booking, else the one nearest due. */
async function taskFor(trx: Trx, visit: Visit, outcome: string): Promise<Task | null> {
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
