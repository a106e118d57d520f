// Logs a contact with a household, also by the counsellor of another committee, and completes the task that asked for it.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { findCode } from '../domain/codes.ts'
import type { Attempt } from '../domain/contact-ladder.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import { logContact } from './contact-facts.ts'
import { lockCase, nameInDiary, noSuch, touchCase } from './open-case.ts'
import { rulesInForce } from './settings.ts'
import { answersOf, channelOf, isContactTask, readRowBehind } from './task-answers.ts'
import { demandPast, finishTask, lockTask, type Task } from './tasks.ts'
import { writeTimeline } from './timeline.ts'

/** A contact as it is reported. `ifMatch` null: it is added whatever has happened since. */
export type ContactReport = {
  caseId: string
  ifMatch: number | null
  channel: Attempt['channel']
  outcome: string
  byWhom: Attempt['by']
  taskId: string | null
  note: string | null
  occurredAt: string | null
}

export type Contact = {
  id: string
  caseId: string
  channel: string
  outcome: string
  reached: boolean
  occurredAt: string
  taskId: string | null
}

/**
 * Logs a contact. The same contact at the same instant by the same person is logged once. Refuses `not-found` unless
 * the actor may see the case or has an open referral of it, and `outcome.unknown` for a code the lists do not have.
 */
export async function recordContact(db: Db, actor: Actor, report: ContactReport): Promise<Contact> {
  return inContext(db, actor, async (trx, at) => {
    const referralId = await scopeOf(trx, actor, report)
    const occurredAt = demandPast(report.occurredAt, at.now)
    const earlier = await sameContact(trx, actor, report, occurredAt)
    if (earlier) return earlier
    const reached = await reachedBy(trx, at, report.outcome)
    const id = await log(trx, at, actor, { report: { ...report, occurredAt }, referralId, reached })
    await touchCase(trx, report.caseId)
    await emit(trx, 'case.changed', [report.caseId])
    return readContact(trx, id)
  })
}

type Logged = {
  report: ContactReport & { occurredAt: string }
  referralId: string | null
  reached: boolean
}

/** The case itself, or the actor's open referral of another committee's case; locked against a parallel repeat. */
async function scopeOf(trx: Trx, actor: Actor, report: ContactReport): Promise<string | null> {
  await lockTexts(trx, [`contact ${report.caseId}`])
  const { rows } = await sql<{ id: string }>`select id from referral
    where case_id = ${report.caseId} and committee = ${actor.committee} and (unit = ${actor.unit} or counsellor = ${actor.personId})
      and state in ('assigned', 'accepted')`.execute(trx)
  const referralId = rows[0]?.id ?? null
  const seen = await sql`select 1 from arrears_case where id = ${report.caseId}`.execute(trx)
  if (seen.rows.length > 0) await lockCase(trx, report.caseId, report.ifMatch)
  else if (!referralId) throw noSuch()
  return referralId
}

const shown = sql`id, case_id, channel, result as outcome, reached, occurred_at, task_id`

async function sameContact(
  trx: Trx,
  actor: Actor,
  report: ContactReport,
  occurredAt: string,
): Promise<Contact | null> {
  const { rows } = await sql<Contact>`select ${shown} from contact
    where case_id = ${report.caseId} and channel = ${report.channel} and result = ${report.outcome}
      and occurred_at = ${occurredAt} and recorded_by is not distinct from ${actor.personId}`.execute(trx)
  return rows[0] ?? null
}

async function readContact(trx: Trx, id: string): Promise<Contact> {
  const { rows } = await sql<Contact>`select ${shown} from contact where id = ${id}`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

async function reachedBy(trx: Trx, at: Moment, outcome: string): Promise<boolean> {
  const { codes } = (await rulesInForce(trx, 'codes', at.today)).table
  const code = findCode(codes, 'contact-result', outcome) ?? findCode(codes, 'visit-result', outcome)
  if (code) return code.reached === true
  const known = codes.filter(({ list }) => list === 'contact-result').map((one) => one.code)
  const detail = `Ange ett resultat ur listan: ${known.join(', ')}.`
  throw new Refusal('invalid', 'outcome.unknown', detail, [
    { pointer: '/outcome', code: 'outcome.unknown', detail },
  ])
}

async function log(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { report, referralId, reached }: Logged,
): Promise<string> {
  const task = await taskFor(trx, report)
  const { caseId, channel, outcome, byWhom, note, occurredAt } = report
  if (task) {
    const completion = { outcome, note, occurredAt, channel, byWhom, referralId }
    const contactId = await finishTask(trx, at, actor, { task, completion })
    if (contactId) return contactId
  }
  const detail = { channel, outcome, byWhom }
  await writeTimeline(trx, at, [{ caseId, kind: 'contact.logged', actor: nameInDiary(actor), detail }])
  const committee = actor.committee ?? ''
  const taskId = task?.id ?? null
  return logContact(trx, actor, {
    caseId,
    committee,
    taskId,
    referralId,
    channel,
    outcome,
    reached,
    byWhom,
    note,
    occurredAt,
  })
}

/** The task named, or the open contact task nearest due that takes this channel and answer. */
async function taskFor(trx: Trx, report: ContactReport): Promise<Task | null> {
  if (report.taskId) {
    const task = await lockTask(trx, report.taskId)
    if (task.caseId !== report.caseId || task.state !== 'open') throw noSuch()
    return task
  }
  // What the landlord has tried is information: our own task stands.
  if (report.byWhom === 'landlord') return null
  const { rows } = await sql<{ id: string; occurrence: string; ruleVersion: number | null }>`
    select id, occurrence, rule_version from task
    where case_id = ${report.caseId} and state = 'open' and rule_version is not null order by due_at, id`.execute(
    trx,
  )
  for (const one of rows) {
    const row = await readRowBehind(trx, one)
    const phone = report.channel === 'sms' ? 'phone' : report.channel
    const fits = isContactTask(row) && channelOf(row) === phone && report.outcome in answersOf(row)
    if (fits) return lockTask(trx, one.id)
  }
  return null
}
