// Watches payment plans by the database's day: what was paid against what was agreed, a breach told once, the next day to look.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { addDays } from '../domain/calendar.ts'
import { longDate } from '../domain/date-words.ts'
import { planState, type Instalment, type Payment, type PlanState } from '../domain/payment-plan.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { addOwnTasks, type OwnTask } from './own-tasks.ts'
import { writeTimeline } from './timeline.ts'

/** A plan with everything that judging it needs. Amounts in öre. */
export type WatchedPlan = {
  id: string
  caseId: string
  state: 'active' | 'broken' | 'finished' | 'ended'
  agreedOn: string
  debt: number
  toleranceDays: number
  toleranceOre: number
  endedReason: string | null
  instalments: Instalment[]
  payments: (Payment & { source: string })[]
  about: {
    id: string
    state: string
    settled: string | null
    committee: string
    unit: string | null
    assignee: string | null
  }
}

/**
 * Plans by id, or all of one case. What the landlord reports counts as paid, and what our own people have noted; the
 * same day and sum told by both is one payment. "Everything is paid" pays what is left.
 */
export async function readPlans(
  trx: Trx,
  wish: { ids: readonly string[] } | { caseId: string },
): Promise<WatchedPlan[]> {
  const which = 'ids' in wish ? sql`p.id = any(${[...wish.ids]}::uuid[])` : sql`p.case_id = ${wish.caseId}`
  const { rows } = await sql<WatchedPlan>`
    select p.id, p.case_id, p.state, p.agreed_on, p.debt, p.tolerance_days, p.tolerance_ore, p.ended_reason,
      (select json_agg(json_build_object('dueOn', i.due_on, 'amountOre', i.amount) order by i.due_on)
       from payment_instalment i where i.plan_id = p.id) as instalments,
      (select coalesce(json_agg(json_build_object('paidOn', m.paid_on, 'amountOre', m.amount, 'source', m.source) order by m.paid_on), '[]') from (
         select paid_on, amount, min(source) as source from (
           select paid_on, amount, source from payment where case_id = p.case_id
           union all
           select coalesce(u.occurred_on, u.received_on), case when u.type = 'paid' then coalesce(u.amount, p.debt) else u.amount end, 'landlord'
           from notice_update u join notice n on n.id = u.notice_id
           where n.case_id = p.case_id and u.type in ('paid', 'part-paid') and (u.amount > 0 or u.type = 'paid')) told
         where paid_on >= p.agreed_on group by paid_on, amount) m) as payments,
      json_build_object('id', c.id, 'state', c.state, 'settled', c.settled, 'committee', c.committee, 'unit', c.unit, 'assignee', c.assignee) as about
    from payment_plan p join arrears_case c on c.id = p.case_id
    where ${which} order by p.agreed_on desc, p.id`.execute(trx)
  return rows
}

/** How a plan stands today. */
export function stateOfPlan(plan: WatchedPlan, today: string): PlanState {
  const tolerance = { days: plan.toleranceDays, ore: plan.toleranceOre }
  return planState(plan.instalments, plan.payments, tolerance, today)
}

/** Tells the watch to look at the standing plans of these cases now: something has been paid, or is no longer owed. */
export async function lookAtPlans(trx: Trx, caseIds: readonly string[]): Promise<void> {
  if (caseIds.length === 0) return
  const { rows } = await sql<{ id: string }>`select id from payment_plan
    where case_id = any(${[...caseIds]}::uuid[]) and state in ('active', 'broken') order by id`.execute(trx)
  await emit(
    trx,
    'plan.due',
    rows.map(({ id }) => id),
  )
}

/**
 * Judges plans: a broken one gives a person a task, once for each instalment that was missed; in a closed case the
 * supervisor has it. Sets the next day to look. Judging again on the same day changes nothing.
 */
export async function judgePlans(trx: Trx, at: Moment, planIds: readonly string[]): Promise<void> {
  await sql`select id from payment_plan where id = any(${[...planIds]}::uuid[]) order by id for update`.execute(
    trx,
  )
  const plans = (await readPlans(trx, { ids: planIds })).filter(
    ({ state }) => state === 'active' || state === 'broken',
  )
  const judged = plans.map((plan) => ({ plan, now: verdictOn(plan, at.today) }))
  for (const { plan, now } of judged)
    await sql`update payment_plan set state = ${now.state}, look_on = ${now.lookOn}, ended_reason = ${now.endedReason}
      where id = ${plan.id}`.execute(trx)
  const changed = judged.filter(({ plan, now }) => plan.state !== now.state)
  await writeTimeline(
    trx,
    at,
    changed.map(({ plan, now }) => ({
      caseId: plan.caseId,
      kind: `plan.${now.state}`,
      actor: 'system',
      detail: { planId: plan.id },
    })),
  )
  await addOwnTasks(trx, at, judged.flatMap(breachTask))
}

type Verdict = {
  state: WatchedPlan['state']
  lookOn: string | null
  endedReason: string | null
  unpaidSince: string | null
}

function verdictOn(plan: WatchedPlan, today: string): Verdict {
  const { settled } = plan.about
  if (settled !== null && settled !== 'paid')
    return { state: 'ended', lookOn: null, endedReason: settled, unpaidSince: null }
  const now = stateOfPlan(plan, today)
  const none = { endedReason: null, unpaidSince: null }
  if (now.state === 'finished') return { ...none, state: 'finished', lookOn: null }
  const days = plan.instalments.map(({ dueOn }) => addDays(dueOn, plan.toleranceDays + 1))
  const lookOn = days.find((day) => day > today) ?? null
  return now.state === 'broken'
    ? { ...none, state: 'broken', lookOn, unpaidSince: now.unpaidSince }
    : { ...none, state: 'active', lookOn }
}

function breachTask({ plan, now }: { plan: WatchedPlan; now: Verdict }): OwnTask[] {
  if (now.unpaidSince === null) return []
  const day = longDate(now.unpaidSince)
  const reason = {
    sv: `Betalningen ${day.sv} har inte kommit. Hjälp hushållet att betala eller kom överens om en ny plan.`,
    en: `The payment of ${day.en} has not come. Help the household to pay or agree on a new plan.`,
  }
  const closed = plan.about.state === 'open' ? {} : { role: 'supervisor' as const }
  const { about, id } = plan
  return [
    { kind: 'plan-broken', subjectId: id, turn: now.unpaidSince, dueOn: null, reason, about, ...closed },
  ]
}
