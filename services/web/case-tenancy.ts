// The case page's section on what can save the tenancy: the undertaking, the plan, time given, the day of the eviction, meetings.
import { inContext } from '../../shared/casework/act.ts'
import type { CaseView } from '../../shared/casework/cases.ts'
import { evictionPlanOf } from '../../shared/casework/eviction-plans.ts'
import { meetingsOfCase } from '../../shared/casework/meetings.ts'
import { readPlans, stateOfPlan, type WatchedPlan } from '../../shared/casework/payment-plan-watch.ts'
import { respitesOf, type Respite } from '../../shared/casework/respites.ts'
import { undertakingsOf, type Undertaking } from '../../shared/casework/undertaking-steps.ts'
import { may } from '../access.ts'
import type { CaseSection } from './case-sections.ts'
import type { Reader } from './case-view.ts'
import { dayInText, kronor } from './filters.ts'
import { actorIn } from './page.ts'
import { dayAndTime } from './respite-forms.ts'

function undertakingLine(one: Undertaking, { t, language }: Reader) {
  return {
    state: t(`undertaking.state.${one.state}`),
    amount: kronor(one.amount, language),
    periods: one.periods.join(', '),
    asked: one.askedByName,
    decided: one.decidedByName,
    sent: one.state === 'sent' && one.dispatchMethod ? t(`undertaking.method.${one.dispatchMethod}`) : '',
    sentOn: one.dispatchedOn,
    proof: one.dispatchReference,
  }
}

function planLine(plan: WatchedPlan, { t, language, today }: Reader) {
  const now = stateOfPlan(plan, today)
  const ended = plan.state === 'ended'
  const state = ended ? 'ended' : now.state
  return {
    state: t(`plan.state.${state}`),
    bad: state === 'broken' || state === 'late',
    paid: t('plan.paid', { paid: kronor(now.paidOre, language), debt: kronor(plan.debt, language) }),
    next: !ended && now.nextDueOn ? t('plan.next', { date: dayInText(now.nextDueOn, language) }) : '',
    rows: plan.instalments.map(({ dueOn, amountOre }) => ({ dueOn, amount: kronor(amountOre, language) })),
    payments: plan.payments.map((one) => ({ on: one.paidOn, amount: kronor(one.amountOre, language) })),
    standing: plan.state === 'active' || plan.state === 'broken',
  }
}

function respiteLine(one: Respite, { t }: Reader) {
  const until = one.newEvictionAt ? t('respite.until', { at: dayAndTime(one.newEvictionAt) }) : ''
  return {
    kind: t(`respite.kind.${one.kind}`),
    state: t(`respite.state.${one.state}`),
    on: one.askedOn,
    until,
  }
}

/** What may be done now, in the order it is done; what is not its turn yet has no link. */
function linksOf(
  found: CaseView,
  undertakings: readonly Undertaking[],
  respites: readonly Respite[],
  { t }: Reader,
) {
  const standing = undertakings.find(({ state }) => state === 'asked' || state === 'granted')
  const undertaking =
    standing?.state === 'granted'
      ? [
          ['brev/nytt/undertaking?sprak=sv', t('undertaking.letter')],
          ['atagande/avsandning', t('undertaking.dispatch')],
        ]
      : standing
        ? [['atagande/beslut', t('undertaking.decide')]]
        : [['atagande', t('undertaking.ask')]]
  const dayAhead = found.stage === 'date-set' ? [['avhysningsdag', t('day-plan.title')]] : []
  const answer = respites.some(({ state }) => state === 'asked')
    ? [['anstand/svar', t('respite.answer')]]
    : []
  return [
    ...undertaking,
    ['betalningsplan', t('plan.new')],
    ['betalning', t('payment.new')],
    ['anstand', t('respite.ask')],
    ...answer,
    ['hyran-betalas', t('payer.title')],
    ...dayAhead,
    ['boende', t('housing.title')],
    ['nominera', t('meeting.nominate')],
  ].map(([path = '', text = '']) => ({ href: `/arenden/${found.id}/${path}`, text }))
}

export const tenancySection: CaseSection = {
  id: 'tenancy',
  permission: 'case.read',
  template: 'casework/section-tenancy.njk',
  load: async ({ db }, request, found, reader) => {
    const all = await inContext(db, actorIn(request), async (trx) => ({
      undertakings: await undertakingsOf(trx, found.id),
      plans: await readPlans(trx, { caseId: found.id }),
      respites: await respitesOf(trx, found.id),
      dayPlan: await evictionPlanOf(trx, found.id),
      meetings: await meetingsOfCase(trx, found.id),
    }))
    const { principal } = request
    const mayRecord = principal !== null && may(principal, 'tenancy.record') && found.state === 'open'
    const { language } = reader
    return {
      undertakings: all.undertakings.map((one) => undertakingLine(one, reader)),
      plans: all.plans.map((one) => planLine(one, reader)),
      respites: all.respites.map((one) => respiteLine(one, reader)),
      dayPlan: all.dayPlan,
      meetings: all.meetings.map((one) => ({
        ...one,
        name: language === 'sv' ? one.nameSv : one.nameEn,
      })),
      opensMeetings: principal !== null && may(principal, 'meeting.read'),
      links: mayRecord ? linksOf(found, all.undertakings, all.respites, reader) : [],
    }
  },
}
