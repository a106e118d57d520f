// What the logged contacts say of a case: when somebody first tried, and when the household was first reached.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { isWorkingDay, localDateOf, localTimeOf, type WorkingTime } from '../domain/calendar.ts'
import type { Attempt } from '../domain/contact-ladder.ts'
import type { Actor } from './act.ts'

/**
 * Brings the first attempt and the first contact of these cases up to date with what is logged. The landlord's own
 * attempts are information and never count. Only cases that the acting role may see are touched.
 */
export async function noteContacts(trx: Trx, caseIds: readonly string[]): Promise<void> {
  await sql`update arrears_case c set first_attempt_at = k.attempt, first_contact_at = k.reached
    from (select case_id, min(occurred_at) as attempt, min(occurred_at) filter (where reached) as reached
      from contact where case_id = any(${[...caseIds]}::uuid[]) and not by_landlord group by case_id) k
    where c.id = k.case_id
      and (c.first_attempt_at is distinct from k.attempt or c.first_contact_at is distinct from k.reached)`.execute(
    trx,
  )
}

/** A contact to log. `byWhom`: the municipality itself, a neutral person, or the landlord. */
export type ContactToLog = {
  caseId: string
  committee: string
  taskId: string | null
  referralId: string | null
  channel: Attempt['channel']
  outcome: string
  reached: boolean
  byWhom: Attempt['by']
  note: string | null
  occurredAt: string
}

/** Logs one contact and returns its id. */
export async function logContact(trx: Trx, actor: Actor, contact: ContactToLog): Promise<string> {
  const id = randomUUID()
  await insertRows(trx, 'contact', [
    {
      id,
      caseId: contact.caseId,
      taskId: contact.taskId,
      referralId: contact.referralId,
      committee: contact.committee,
      channel: contact.channel,
      result: contact.outcome,
      reached: contact.reached,
      byLandlord: contact.byWhom === 'landlord',
      neutral: contact.byWhom === 'neutral',
      note: contact.note,
      occurredAt: contact.occurredAt,
      recordedBy: actor.personId,
    },
  ])
  await noteContacts(trx, [contact.caseId])
  return id
}

type LoggedContact = {
  caseId: string
  channel: Attempt['channel']
  reached: boolean
  byLandlord: boolean
  neutral: boolean
  occurredAt: string
}

/** What has been tried in these cases, as the contact ladder reads it. Evening: outside the working time. */
export async function attemptsOf(
  trx: Trx,
  caseIds: readonly string[],
  workingTime: WorkingTime,
): Promise<Map<string, Attempt[]>> {
  const { rows } = await sql<LoggedContact>`
    select case_id, channel, reached, by_landlord, neutral, occurred_at from contact
    where case_id = any(${[...caseIds]}::uuid[]) order by occurred_at, id`.execute(trx)
  const attempts = new Map<string, Attempt[]>(caseIds.map((id) => [id, []]))
  for (const { caseId, channel, reached, ...row } of rows) {
    const at = row.occurredAt
    const evening = localTimeOf(at) >= workingTime.closes || !isWorkingDay(localDateOf(at), workingTime)
    attempts.get(caseId)?.push({
      at,
      channel,
      reached,
      partOfDay: evening ? 'evening' : 'day',
      by: row.byLandlord ? 'landlord' : row.neutral ? 'neutral' : 'municipality',
    })
  }
  return attempts
}
