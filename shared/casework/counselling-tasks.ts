// Gives counsellors' tasks to a counsellor: with a name and an address, because the case itself may be another committee's.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { shareOut } from '../domain/counselling.ts'
import type { Moment } from './act.ts'
import { recheckSlots, releaseSlots } from './counselling-slots.ts'
import { counsellorsOf } from './counsellors.ts'
import { queueMails } from './mail.ts'
import { lineInSql } from './sealed-addresses.ts'

type Fresh = { id: string; unit: string; counsellor: string | null }

/**
 * Shares out the counsellors' tasks of these cases that nobody has yet: to whoever has the case's referral, else to the
 * one with most room, the most urgent first. A task that has been given is left where it is.
 */
export async function giveToCounsellors(trx: Trx, at: Moment, caseIds: readonly string[]): Promise<void> {
  if (caseIds.length === 0) return
  const { rows } = await sql<Fresh>`
    insert into counselling_task (task_id, committee, case_number, tenant_name, address)
    select t.id, t.committee, c.number, c.tenant_name,
      ${lineInSql}
    from task t join arrears_case c on c.id = t.case_id join unit u on u.code = t.unit and u.kind = 'debt-counselling'
    where t.case_id = any(${[...caseIds]}::uuid[]) and t.role = 'counsellor' and t.state = 'open' and not c.protected
    on conflict (task_id) do nothing
    returning task_id as id, (select unit from task where id = task_id) as unit,
      (select r.counsellor from referral r join task t on t.case_id = r.case_id
        where t.id = task_id and r.state in ('assigned', 'accepted')) as counsellor`.execute(trx)
  for (const [unit, tasks] of Map.groupBy(rows, (row) => row.unit)) await share(trx, at, unit, tasks)
}

async function share(trx: Trx, at: Moment, unit: string, tasks: readonly Fresh[]): Promise<void> {
  const ordered = await sql<{
    id: string
  }>`select id from task where id = any(${tasks.map(({ id }) => id)}::uuid[])
    order by due_at, priority desc, id`.execute(trx)
  const known = new Map(tasks.map(({ id, counsellor }) => [id, counsellor]))
  const unshared = ordered.rows.map(({ id }) => id).filter((id) => known.get(id) === null)
  const people = await counsellorsOf(trx, unit, at.today)
  const shared = new Map(
    shareOut(unshared, people, at.today).map((one) => [one.referralId, one.counsellorId]),
  )
  const given = tasks.map(({ id, counsellor }) => ({ id, to: counsellor ?? shared.get(id) ?? null }))
  await sql`update task t set assignee = g."to" from json_to_recordset(${JSON.stringify(given)}::json) as g(id uuid, "to" uuid)
    where t.id = g.id and t.state = 'open' and g."to" is not null`.execute(trx)
  const hour = at.now.slice(0, 13)
  const mails = given.map(({ to }) => ({
    onceKey: `referral ${to ?? unit} ${hour}`,
    template: 'referral' as const,
    personId: to,
    unit: to ? null : unit,
  }))
  await queueMails(trx, at, [...new Map(mails.map((mail) => [mail.onceKey, mail])).values()])
}

/** After a referral was accepted, booked or re-dated: its counsellor has the case's other tasks too, and times are looked through. */
export async function followCounselling(trx: Trx, at: Moment, referralIds: readonly string[]): Promise<void> {
  await sql`update task t set assignee = r.counsellor, version = t.version + 1
    from referral r where r.id = any(${[...referralIds]}::uuid[]) and r.state = 'accepted' and t.case_id = r.case_id
      and t.role = 'counsellor' and t.state = 'open' and t.unit = r.unit and t.assignee is distinct from r.counsellor`.execute(
    trx,
  )
  const ended = await sql<{ id: string }>`select id from referral
    where id = any(${[...referralIds]}::uuid[]) and state in ('ended', 'rejected')`.execute(trx)
  await releaseSlots(
    trx,
    at,
    ended.rows.map(({ id }) => id),
  )
  await recheckSlots(trx, at, referralIds)
}
