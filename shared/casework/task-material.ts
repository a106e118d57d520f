// What a task is about, for those who do it without seeing the case: a registrar's notices, a counsellor's household.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { Finding } from '../domain/reading-findings.ts'
import { inContext, type Actor } from './act.ts'
import { registryOf } from './inbox.ts'

/** One notice, or one event of Kronofogden's, behind a registrar's question. `other`: of a case that may be the same household. */
export type Paper = {
  id: string
  number: string
  what: string
  receivedOn: string
  name: string
  address: string
  landlord: string | null
  evictionAt: string | null
  findings: Finding[]
  /** The item of the inbox whose document it was copied from. */
  itemId: string | null
  other: boolean
}

/** Whom a counsellor is to reach. */
export type Household = {
  caseNumber: string
  tenantName: string
  address: string
  /** An open referral of the same case, where contact and meeting are recorded. */
  referralId: string | null
}

/**
 * The notices and events that a registrar's task is about, the latest first; the database lets through only those of an
 * open question of the own committee.
 */
export async function papersBehind(db: Db, actor: Actor, taskId: string): Promise<Paper[]> {
  return inContext(db, registryOf(actor), async (trx) => {
    const { rows } = await sql<Paper>`
      with asked as (
        select t.case_id, false as other from task t where t.id = ${taskId} and t.case_id is not null
        union select l.like_case_id, true from task t join case_likeness l on l.case_id = t.case_id where t.id = ${taskId})
      select n.id, n.number, n.type as what, n.received_on, n.content #>> '{tenant,name}' as name,
        concat_ws(', ', nullif(n.content #>> '{dwelling,address}', ''), n.content #>> '{dwelling,apartmentNumber}', n.content #>> '{dwelling,city}') as address,
        n.content #>> '{landlord,name}' as landlord, null::timestamptz as eviction_at, n.findings,
        (select i.id from inbox_item i where i.notice_id = n.id) as item_id, a.other
      from asked a join notice n on n.case_id = a.case_id
      union all
      select e.id, e.number, e.event, e.received_on, e.content #>> '{respondent,name}',
        concat_ws(', ', nullif(e.content #>> '{respondent,address}', ''), e.content #>> '{respondent,city}'),
        e.content #>> '{applicant,name}', e.eviction_at, e.findings,
        (select i.id from inbox_item i where i.eviction_notice_id = e.id), a.other
      from asked a join eviction_notice e on e.case_id = a.case_id
      order by other, received_on desc, number desc limit 50`.execute(trx)
    return rows
  })
}

/** The item of the inbox that a task reminds of; null when it is about something else. */
export async function itemBehind(db: Db, actor: Actor, taskId: string): Promise<string | null> {
  return inContext(db, registryOf(actor), async (trx) => {
    const { rows } = await sql<{
      id: string
    }>`select i.id from inbox_item i join task t on t.subject_id = i.id
      where t.id = ${taskId}`.execute(trx)
    return rows[0]?.id ?? null
  })
}

/** The household of a counsellor's task; null for any other task. */
export async function householdBehind(db: Db, actor: Actor, taskId: string): Promise<Household | null> {
  return inContext(db, actor, (trx) => findHousehold(trx, taskId))
}

async function findHousehold(trx: Trx, taskId: string): Promise<Household | null> {
  const { rows } = await sql<Household>`
    select k.case_number, k.tenant_name, k.address, (select r.id from referral r join task t on t.case_id = r.case_id
      where t.id = k.task_id and r.state in ('assigned', 'accepted')) as referral_id
    from counselling_task k where k.task_id = ${taskId}`.execute(trx)
  return rows[0] ?? null
}
