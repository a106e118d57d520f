// Agrees on a payment plan and notes what is paid on it; the watch judges it by the day.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { addDays } from '../domain/calendar.ts'
import { planProblems, type Instalment } from '../domain/payment-plan.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { findCase, lockCase, nameInDiary, noSuch, touchCase } from './open-case.ts'
import { lookAtPlans, readPlans } from './payment-plan-watch.ts'
import { readMunicipality } from './settings.ts'
import { answerTemplateTask } from './template-tasks.ts'
import { writeTimeline } from './timeline.ts'

/** A plan as it is agreed. Amounts in öre. */
export type PlanAgreed = {
  caseId: string
  agreedOn: string
  debt: number
  instalments: readonly Instalment[]
}

function refuse(code: string, pointer: string, detail: string, en?: string): never {
  throw new Refusal('unprocessable', code, detail, [{ pointer, code, detail, ...(en && { en }) }])
}

/**
 * Records a plan; the one before it ends as replaced. The same plan again changes nothing. Refuses one that does not
 * cover the debt, has two payments on a day, or begins before it was agreed.
 */
export async function agreePlan(db: Db, actor: Actor, agreed: PlanAgreed): Promise<{ id: string }> {
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, agreed.caseId, null)
    demandSound(agreed, at)
    const plans = await readPlans(trx, { caseId: open.id })
    const standing = plans.find(({ state }) => state === 'active' || state === 'broken')
    if (standing && samePlan(standing, agreed)) return { id: standing.id }
    await sql`update payment_plan set state = 'ended', ended_reason = 'replaced', look_on = null
      where case_id = ${open.id} and state in ('active', 'broken')`.execute(trx)
    const id = randomUUID()
    await writePlan(trx, at, actor, { ...agreed, id })
    await answerTemplateTask(trx, at, actor, { caseId: open.id, row: 'T2/6', outcome: 'PLAN', note: null })
    await writeTimeline(trx, at, [
      { caseId: open.id, kind: 'plan.agreed', actor: nameInDiary(actor), detail: { planId: id } },
    ])
    await touchCase(trx, open.id)
    await emit(trx, 'case.changed', [open.id])
    await lookAtPlans(trx, [open.id])
    return { id }
  })
}

async function writePlan(
  trx: Trx,
  at: Moment,
  actor: Actor,
  plan: PlanAgreed & { id: string },
): Promise<void> {
  const { thresholds } = await readMunicipality(trx)
  const { id, caseId, agreedOn, debt, instalments } = plan
  const toleranceDays = thresholds.planToleranceDays
  const [first] = instalments.toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : 1))
  const row = {
    id,
    caseId,
    agreedOn,
    debt,
    toleranceDays,
    toleranceOre: thresholds.planToleranceSek * 100,
    lookOn: first ? addDays(first.dueOn, toleranceDays + 1) : null,
    notedBy: actor.personId,
    notedAt: at.now,
  }
  await insertRows(trx, 'paymentPlan', [row])
  const rows = instalments.map(({ dueOn, amountOre }) => ({ planId: id, dueOn, amount: amountOre }))
  await insertRows(trx, 'paymentInstalment', rows)
}

/** More instalments than this are no plan that anybody can follow. */
const MOST_INSTALMENTS = 36

function demandSound({ instalments, debt, agreedOn }: PlanAgreed, { today }: Moment): void {
  if (agreedOn > today)
    refuse('plan.date-ahead', '/agreedOn', 'Planen kan inte vara överenskommen framåt i tiden.')
  if (instalments.length === 0)
    refuse('plan.empty', '/instalments', 'Ange minst en betalning med dag och belopp.')
  if (instalments.length > MOST_INSTALMENTS)
    refuse('plan.long', '/instalments', `Högst ${MOST_INSTALMENTS} betalningar. Dela upp skulden på färre.`)
  if (instalments.some(({ dueOn }) => dueOn < agreedOn))
    refuse('plan.before', '/instalments', 'En betalning ligger före dagen då planen kom till. Ändra dagen.')
  const [problem] = planProblems(instalments, debt)
  if (problem) refuse(`plan.${problem.code}`, '/instalments', problem.sentence.sv, problem.sentence.en)
}

function samePlan(
  standing: { agreedOn: string; debt: number; instalments: Instalment[] },
  agreed: PlanAgreed,
): boolean {
  return (
    standing.agreedOn === agreed.agreedOn &&
    standing.debt === agreed.debt &&
    asText(standing.instalments) === asText(agreed.instalments)
  )
}

const asText = (instalments: readonly Instalment[]) =>
  instalments
    .map(({ dueOn, amountOre }) => `${dueOn} ${amountOre}`)
    .toSorted()
    .join()

/** A payment that our own people know of. Amount in öre; `source` is who told. */
export type PaymentNoted = { caseId: string; paidOn: string; amount: number; source: string }

/** Notes a payment, also after the case is closed: the plan goes on. The same payment again is noted once. */
export async function notePayment(db: Db, actor: Actor, payment: PaymentNoted): Promise<void> {
  return inContext(db, actor, async (trx, at) => {
    const found = await findCase(trx, payment.caseId)
    if (!found) throw noSuch()
    if (payment.paidOn > at.today)
      refuse('payment.date-ahead', '/paidOn', 'Dagen ligger framåt i tiden. Ange dagen då det betalades.')
    if (payment.amount <= 0) refuse('payment.amount', '/amount', 'Ange ett belopp större än noll.')
    const row = { ...payment, notedBy: actor.personId, notedAt: at.now }
    const added = await insertRows(
      trx,
      'payment',
      [row],
      sql`on conflict (case_id, paid_on, amount, source) do nothing returning id`,
    )
    if (added.length === 0) return
    await writeTimeline(trx, at, [
      { caseId: found.id, kind: 'payment.noted', actor: nameInDiary(actor), detail: { on: payment.paidOn } },
    ])
    await lookAtPlans(trx, [found.id])
  })
}
