// The plan for the day of an eviction: the night, children, pets, medicine, belongings and who is there; and where the household lives after.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { findCode } from '../domain/codes.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { inContext, type Actor } from './act.ts'
import { lockCase, nameInDiary, touchCase, type LockedCase } from './open-case.ts'
import { rulesInForce } from './settings.ts'
import { DONE_BY_PLAN } from './task-answers.ts'
import { answerTemplateTask } from './template-tasks.ts'
import { writeTimeline } from './timeline.ts'

export const PLAN_PARTS = ['night', 'children', 'pets', 'medicine', 'belongings'] as const
export type PlanPart = (typeof PLAN_PARTS)[number]

/** The plan: each part in words (none is a word too), and who is there. */
export type EvictionPlan = Record<PlanPart, string> & { present: string[] }

export type KeptPlan = EvictionPlan & { evictionDay: string; presentNames: string[]; notedAt: string }

/** The plan that stands for the case's present eviction day, else for the latest one before. */
export async function evictionPlanOf(trx: Trx, caseId: string): Promise<KeptPlan | null> {
  const { rows } = await sql<KeptPlan>`
    select e.eviction_day, e.night, e.children, e.pets, e.medicine, e.belongings, e.present, e.noted_at,
      (select array_agg(p.name order by p.name) from person p where p.id = any(e.present)) as present_names
    from eviction_plan e where e.case_id = ${caseId} order by e.eviction_day desc limit 1`.execute(trx)
  return rows[0] ?? null
}

/**
 * Writes the plan of the eviction day that is set; the latest words stand, and the countdown's tasks that asked for it
 * are done. Refuses a part left empty, and a person who is away that day.
 */
export async function planEvictionDay(
  db: Db,
  actor: Actor,
  { caseId, plan }: { caseId: string; plan: EvictionPlan },
): Promise<void> {
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, caseId, null)
    const day = demandDay(open)
    await demandPlan(trx, plan, day)
    const { night, children, pets, medicine, belongings, present } = plan
    const { rows } = await sql`
      insert into eviction_plan as e (case_id, eviction_day, night, children, pets, medicine, belongings, present, noted_by, noted_at)
      values (${caseId}, ${day}, ${night}, ${children}, ${pets}, ${medicine}, ${belongings}, ${[...new Set(present)]}::uuid[], ${actor.personId}, ${at.now})
      on conflict (case_id, eviction_day) do update set night = excluded.night, children = excluded.children, pets = excluded.pets,
        medicine = excluded.medicine, belongings = excluded.belongings, present = excluded.present, noted_by = excluded.noted_by, noted_at = excluded.noted_at
      where (e.night, e.children, e.pets, e.medicine, e.belongings, e.present)
        is distinct from (excluded.night, excluded.children, excluded.pets, excluded.medicine, excluded.belongings, excluded.present)
      returning 1`.execute(trx)
    for (const [row, outcome] of DONE_BY_PLAN)
      await answerTemplateTask(trx, at, actor, { caseId, row, outcome, note: null })
    if (rows.length === 0) return
    await writeTimeline(trx, at, [
      { caseId, kind: 'eviction.planned', actor: nameInDiary(actor), detail: { day } },
    ])
    await touchCase(trx, caseId)
  })
}

function demandDay({ stage, evictionDay }: LockedCase): string {
  if (stage === 'date-set' && evictionDay !== null) return evictionDay
  throw new Refusal(
    'unprocessable',
    'eviction-plan.no-day',
    'Ingen dag för avhysning är satt. Planera när Kronofogden har meddelat en dag.',
  )
}

async function demandPlan(trx: Trx, plan: EvictionPlan, day: string): Promise<void> {
  const empty = PLAN_PARTS.filter((part) => plan[part].trim() === '')
  const detail = 'Skriv hur det är ordnat, eller att det inte behövs.'
  const problems: Problem[] = empty.map((part) => ({
    pointer: `/${part}`,
    code: 'eviction-plan.empty',
    detail,
  }))
  const { rows } = await sql<{ away: boolean }>`
    select coalesce(absent_from <= ${day}::date and ${day}::date <= coalesce(absent_to, 'infinity'), false) as away
    from person where id = any(${plan.present}::uuid[]) and active and role in ('caseworker', 'supervisor', 'visitor', 'counsellor')`.execute(
    trx,
  )
  const present = (code: string, said: string) => problems.push({ pointer: '/present', code, detail: said })
  if (plan.present.length === 0) present('eviction-plan.nobody', 'Välj minst en person som är på plats.')
  else if (rows.length < new Set(plan.present).size)
    present('eviction-plan.person', 'En av personerna finns inte. Välj någon annan.')
  else if (rows.some(({ away }) => away))
    present('eviction-plan.away', 'En av personerna är frånvarande den dagen. Välj någon annan.')
  const [first] = problems
  if (first) throw new Refusal('unprocessable', first.code, first.detail, problems)
}

/**
 * Records where the household lives now (HS1-HS4 and the others of the municipality's list); the task that asked is
 * done. Recording the same again changes nothing.
 */
export async function recordHousing(
  db: Db,
  actor: Actor,
  { caseId, housing }: { caseId: string; housing: string },
): Promise<void> {
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, caseId, null)
    const { codes } = (await rulesInForce(trx, 'codes', at.today)).table
    if (!findCode(codes, 'housing-after', housing)) {
      const detail = 'Välj ett boende i listan.'
      throw new Refusal('invalid', 'code.unknown', detail, [
        { pointer: '/housing', code: 'code.unknown', detail },
      ])
    }
    await answerTemplateTask(trx, at, actor, { caseId, row: 'T12/2', outcome: 'KLAR', note: null })
    if (open.facts['housingAfter'] === housing) return
    await sql`update arrears_case set facts = facts || ${JSON.stringify({ housingAfter: housing })}::jsonb where id = ${caseId}`.execute(
      trx,
    )
    await writeTimeline(trx, at, [{ caseId, kind: 'housing.recorded', actor: nameInDiary(actor) }])
    await touchCase(trx, caseId)
  })
}
