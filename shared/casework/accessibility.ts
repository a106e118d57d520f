// Reports of barriers in the service (lag 2018:1937): each is a task of the administrators' with a last day, until it is answered.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { addWorkingDays } from '../domain/calendar.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, lockTexts, moment, type Actor } from './act.ts'
import { noSuch } from './open-case.ts'
import { readMunicipality } from './settings.ts'

/** Working days within which a report is answered. */
const ANSWER_WITHIN = 10
/** Anybody may report: a flood must not fill the database, and beyond this nobody could read them. */
const MOST_OPEN = 500

export type BarrierReport = {
  id: string
  page: string
  problem: string
  contact: string
  receivedAt: string
  dueOn: string
  overdue: boolean
  answer: string | null
  answeredByName: string | null
  answeredAt: string | null
}

/** Takes in what somebody could not use. The same words about the same page, while unanswered, are one report. */
export async function reportBarrier(
  db: Db,
  report: { page: string; problem: string; contact: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockTexts(trx, ['accessibility-report'])
    const { now, today } = await moment(trx)
    const { rows } = await sql<{ open: number; same: boolean }>`select count(*)::int as open,
      coalesce(bool_or(page = ${report.page} and problem = ${report.problem} and contact = ${report.contact}), false) as same
      from accessibility_report where answered_at is null`.execute(trx)
    if (rows[0]?.same) return
    if ((rows[0]?.open ?? 0) >= MOST_OPEN)
      throw new Refusal(
        'conflict',
        'too-many',
        'Just nu går det inte att ta emot fler rapporter här. Ring kommunen i stället.',
      )
    const { workingTime } = await readMunicipality(trx)
    await sql`insert into accessibility_report (page, problem, contact, received_at, due_on)
      values (${report.page}, ${report.problem}, ${report.contact}, ${now}, ${addWorkingDays(today, ANSWER_WITHIN, workingTime)})`.execute(
      trx,
    )
  })
}

/** The reports, those without an answer first, by their last day. */
export async function listBarrierReports(db: Db, actor: Actor): Promise<BarrierReport[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<BarrierReport>`
      select r.id, r.page, r.problem, r.contact, r.received_at, r.due_on, r.answered_at is null and r.due_on < ${at.today} as overdue,
        r.answer, p.name as answered_by_name, r.answered_at
      from accessibility_report r left join person p on p.id = r.answered_by
      order by r.answered_at is not null, r.due_on, r.received_at limit 200`.execute(trx)
    return rows
  })
}

/** Writes what was done. Refuses `not-found`; a second answer leaves the first. */
export async function answerBarrierReport(db: Db, actor: Actor, id: string, answer: string): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    const { rows } = await sql`update accessibility_report set answer = coalesce(answer, ${answer}),
        answered_by = coalesce(answered_by, ${actor.personId}), answered_at = coalesce(answered_at, ${at.now})
      where id = ${id} returning id`.execute(trx)
    if (rows.length === 0) throw noSuch()
  })
}
