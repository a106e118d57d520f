// Holds a committee's undertaking for the rent to its law when it is recorded as sent: in time, by two people, for rent.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { mayUndertake, type UndertakingRequest } from '../domain/undertaking.ts'
import type { Actor, Moment } from './act.ts'

/** The answer by which an undertaking is recorded as sent. */
const SENT = 'SKICKAT'

/** What the law asks about the undertaking; who decided is whoever last granted it or said yes to it. */
async function requestOf(trx: Trx, actor: Actor, caseId: string): Promise<UndertakingRequest | null> {
  const { rows } = await sql<Omit<UndertakingRequest, 'checkedBy'>>`
    select c.notice_type, coalesce(c.facts->>'tenancyKind', 'unknown') as tenancy_kind, c.recovery_last_day as last_day,
      (select t.completed_by from task t where t.case_id = c.id and t.state = 'done' and t.template = 'T2'
         and t.outcome in ('JA', 'BEVILJAT') order by t.completed_at desc limit 1) as decided_by,
      coalesce((select array_agg(distinct coalesce(r->>'period', left(r->>'dueDate', 7))) from notice n, jsonb_array_elements(n.content->'rents') r
         where n.case_id = c.id and n.duplicate_of is null), '{}') as periods
    from arrears_case c where c.id = ${caseId}`.execute(trx)
  return rows[0] ? { ...rows[0], checkedBy: actor.personId } : null
}

/**
 * Refuses to record an undertaking as sent when it could not bind or was not decided by one and checked by another
 * (JB 12:44 fourth paragraph), with every objection and what to do instead.
 */
export async function demandUndertaking(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { caseId, outcome }: { caseId: string | null; outcome: string },
): Promise<void> {
  if (outcome !== SENT || caseId === null) return
  const request = await requestOf(trx, actor, caseId)
  const objections = request ? mayUndertake(request, at.today) : []
  const [first] = objections
  if (!first) return
  const problems = objections.map(({ code, sentence }) => ({
    pointer: '/outcome',
    code: `undertaking.${code}`,
    detail: sentence.sv,
  }))
  throw new Refusal('unprocessable', `undertaking.${first.code}`, first.sentence.sv, problems)
}
