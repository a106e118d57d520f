// What follows when a registrar has said that two cases are one household: the merge that anybody who sees them could ask for.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { reviewTasks } from './reviews.ts'
import { SAME_HOUSEHOLD } from './task-answers.ts'

type Answered = { id: string; caseId: string; committee: string; unit: string | null; others: string[] }

/**
 * Asks for the merges that the answers call for: the newer case goes into the one it was like. Where several cases were
 * like it, a supervisor says which. The same answer looked at twice asks once.
 */
export async function mergeAnswered(trx: Trx, at: Moment, taskIds: readonly string[]): Promise<void> {
  const { rows } = await sql<Answered>`
    select t.id, t.case_id, c.committee, c.unit, array_agg(l.like_case_id order by l.like_case_id) as others
    from task t join arrears_case c on c.id = t.case_id and c.state = 'open' join case_likeness l on l.case_id = c.id
      join arrears_case o on o.id = l.like_case_id and o.state = 'open' and o.committee = c.committee
    where t.id = any(${[...taskIds]}::uuid[]) and t.state = 'done' and t.outcome = ${SAME_HOUSEHOLD}
      and t.occurrence = 'review/match#' || t.case_id
    group by t.id, c.id order by c.id`.execute(trx)
  const sure = rows
    .filter(({ others }) => others.length === 1)
    .map(({ id, others }) => ({ id, other: others[0] }))
  const asked = await sql<{ id: string }>`
    insert into case_merge (from_case, into_case, reason, asked_by, asked_at)
    select t.case_id, s.other, coalesce(nullif(trim(t.note), ''), 'Registratorn: samma hushåll'), t.completed_by, ${at.now}::timestamptz
    from json_to_recordset(${JSON.stringify(sure)}::json) as s(id uuid, other uuid) join task t on t.id = s.id
    where not exists (select 1 from case_merge m where m.from_case = t.case_id and m.into_case = s.other and m.undo_asked_at is null)
    returning id`.execute(trx)
  await emit(
    trx,
    'case-merge.asked',
    asked.rows.map(({ id }) => id),
  )
  const unsure = rows.filter(({ others }) => others.length > 1)
  await reviewTasks(
    trx,
    at,
    unsure.map(({ id, caseId, committee, unit }) => ({
      kind: 'outcome' as const,
      caseId,
      subjectId: id,
      committee,
      unit,
      reason: {
        sv: 'Registratorn säger att ärendet gäller samma hushåll som ett av flera andra. Slå ihop dem som hör ihop.',
        en: 'The registrar says that the case concerns the same household as one of several others. Merge those that belong together.',
      },
    })),
  )
}
