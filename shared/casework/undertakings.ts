// Holds the committee's undertaking for the rent to its law: within the period, for rent, decided by one and asked for by another.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import type { Objection } from '../domain/objection.ts'
import { Refusal } from '../domain/refusal.ts'
import { mayUndertake, type UndertakingRequest } from '../domain/undertaking.ts'
import type { Actor, Moment } from './act.ts'

/** The answer by which an undertaking is recorded as sent. */
const SENT = 'SKICKAT'

/** What the law asks about an undertaking in this case; who decides and who checks is told by the caller. */
export async function undertakingMatter(
  trx: Trx,
  caseId: string,
): Promise<(UndertakingRequest & { sent: boolean }) | null> {
  const { rows } = await sql<UndertakingRequest & { sent: boolean }>`
    select c.notice_type, coalesce(c.facts->>'tenancyKind', 'unknown') as tenancy_kind, c.recovery_last_day as last_day,
      (select t.completed_by from task t where t.case_id = c.id and t.state = 'done' and t.template = 'T2'
         and t.outcome in ('JA', 'BEVILJAT') order by t.completed_at desc limit 1) as decided_by, null as checked_by,
      coalesce((select array_agg(distinct coalesce(r->>'period', left(r->>'dueDate', 7))) from notice n, jsonb_array_elements(n.content->'rents') r
         where n.case_id = c.id and n.duplicate_of is null), '{}') as periods,
      exists (select 1 from undertaking u where u.case_id = c.id and u.state = 'sent') as sent
    from arrears_case c where c.id = ${caseId}`.execute(trx)
  return rows[0] ?? null
}

/** One refusal with every objection, and what to do instead; nothing when there is none. */
export function refuseObjections(
  objections: readonly Objection[],
  pointerOf: (code: string) => string,
): void {
  const [first] = objections
  if (!first) return
  const problems = objections.map(({ code, sentence }) => ({
    pointer: pointerOf(code),
    code: `undertaking.${code}`,
    detail: sentence.sv,
    en: sentence.en,
  }))
  throw new Refusal('unprocessable', `undertaking.${first.code}`, first.sentence.sv, problems)
}

/**
 * Refuses to record an undertaking as sent when it could not bind, was not decided by one and checked by another
 * (JB 12:44 fourth paragraph), or has no proof of dispatch on record.
 */
export async function demandUndertaking(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { caseId, outcome }: { caseId: string | null; outcome: string },
): Promise<void> {
  if (outcome !== SENT || caseId === null) return
  const matter = await undertakingMatter(trx, caseId)
  if (!matter || matter.sent) return
  const { sent: _sent, ...request } = matter
  refuseObjections(mayUndertake({ ...request, checkedBy: actor.personId }, at.today), () => '/outcome')
  refuseObjections([NOT_SENT], () => '/outcome')
}

const NOT_SENT: Objection = {
  code: 'not-sent',
  sentence: {
    sv: 'Registrera först avsändningen i ärendet under Nämndens åtagande: sätt, dag och bevis.',
    en: "First record the dispatch in the case under The committee's undertaking: way, day and proof.",
  },
}
