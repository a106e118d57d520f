// Asks after a closed case whether the home was kept: at the times the table names, of whoever worked on it.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { planTasks } from '../domain/planning.ts'
import type { Moment } from './act.ts'
import { lockForPlanning, planningFacts, taskRow } from './planning.ts'
import { readMunicipality, rulesInForce } from './settings.ts'

/** Plans the follow-up of closed cases, once; a case that was an error or left for another municipality has none. */
export async function followUpCases(trx: Trx, at: Moment, caseIds: readonly string[]): Promise<void> {
  const rows = await lockForPlanning(trx, caseIds, 'closed')
  const municipality = await readMunicipality(trx)
  const rules = await rulesInForce(trx, 'tasks', at.today)
  const units = await trx.selectFrom('unit').select(['code', 'committee', 'kind']).orderBy('code').execute()
  const by = { municipality, ruleVersion: rules.id, units, at }
  const tasks = rows.flatMap((row) =>
    planTasks(planningFacts(row, at.today), rules.table.templates, municipality.workingTime, at.today).map(
      (task) => taskRow(row, task, by),
    ),
  )
  await insertRows(trx, 'task', tasks, sql`on conflict (case_id, occurrence) do nothing`)
}
