// Keeps what each planned visit task asks for beside it, so that the week can be planned without reading every case.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { isContactTask, readRowBehind } from './task-answers.ts'

type Asked = {
  taskId: string
  caseId: string
  committee: string
  dueOn: string
  postalCode: string | null
  occurrence: string
  ruleVersion: number | null
  /** What it asks for is noted already. */
  noted: boolean
}

/**
 * Notes the visits that these cases' open tasks ask for, and that what is noted has changed. Noting twice adds nothing;
 * whatever is new or changed is looked at by the next plan. Only attempts to reach the household are planned by weeks:
 * presence at an eviction has its day already, and a protected person's visit is arranged by the named group alone.
 */
export async function noteVisitNeeds(trx: Trx, caseIds: readonly string[]): Promise<void> {
  const ids = sql`any(${[...caseIds]}::uuid[])`
  // Case by case (the offset keeps it so): before a burst has been counted the planner takes a case's tasks for hundreds
  // and reads the whole table instead, for each batch.
  const own = sql`with own as materialized (
    select t.* from unnest(${[...caseIds]}::uuid[]) as k (id) cross join lateral (
      select id, case_id, due_on, occurrence, rule_version, state, role, channel from task where case_id = k.id offset 0) t)`
  const { rows } = await sql<Asked>`${own}
    select t.id as task_id, t.case_id, c.committee, t.due_on, c.postal_code, t.occurrence, t.rule_version, n.id is not null as noted
    from own t join arrears_case c on c.id = t.case_id left join visit_need n on n.task_id = t.id
    where t.role = 'visitor' and (n.id is not null
      or t.state = 'open' and t.channel in ('visit', 'visit-evening') and not c.protected) order by t.id`.execute(
    trx,
  )
  const fresh = []
  for (const { occurrence, ruleVersion, noted, ...row } of rows)
    if (!noted && isContactTask(await readRowBehind(trx, { occurrence, ruleVersion }))) fresh.push(row)
  await insertRows(trx, 'visitNeed', fresh, sql`on conflict (task_id) do nothing`)
  if (rows.some(({ noted }) => noted))
    await sql`${own} update visit_need n set case_id = c.id, committee = c.committee, due_on = t.due_on, postal_code = c.postal_code, looked_at = null
    from own t join arrears_case c on c.id = t.case_id
    where n.task_id = t.id and n.state <> 'ended'
      and (t.state <> 'open' or c.protected or (n.case_id, n.committee, n.due_on) is distinct from (c.id, c.committee, t.due_on)
        or n.postal_code is distinct from c.postal_code)`.execute(trx)
  // Whoever becomes protected is so on the visits that are booked already, too.
  await sql`update visit v set protected = c.protected from arrears_case c
    where c.id = v.case_id and v.case_id = ${ids} and v.protected is distinct from c.protected`.execute(trx)
}
