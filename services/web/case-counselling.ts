// The case page's section on budget and debt counselling: who has the referral, its clocks, and referring by hand.
import { askCounselling, BASES, referralsInCase } from '../../shared/casework/referral-asking.ts'
import { may } from '../access.ts'
import type { App } from '../http.ts'
import type { CaseSection } from './case-sections.ts'
import { dateAndTime } from './filters.ts'
import { tellNextPage } from './frame.ts'
import { actorIn, idIn, textsOf, valuesIn, type PageDeps } from './page.ts'

export const counsellingSection: CaseSection = {
  id: 'counselling',
  permission: 'referral.read',
  template: 'casework/section-counselling.njk',
  load: async ({ db }, request, found) => {
    const t = textsOf(request)
    const referrals = await referralsInCase(db, actorIn(request), found.id)
    const [latest] = referrals
    const { principal } = request
    const open = latest !== undefined && (latest.state === 'assigned' || latest.state === 'accepted')
    const state =
      latest && (latest.state === 'ended' ? t('referrals.state.ended') : t(`referrals.${latest.state}`))
    return {
      id: open ? latest.id : null,
      state:
        latest &&
        t('counselling.with', { state: state ?? '', name: latest.counsellorName ?? t('referrals.nobody') }),
      basis: open ? t(`counselling.basis.${latest.basis}`) : null,
      meeting: latest?.meetingAt ? t('referrals.meeting-on', { at: dateAndTime(latest.meetingAt) }) : null,
      meetBy: open && !latest.meetingAt ? t('referrals.meet-by', { at: dateAndTime(latest.meetBy) }) : null,
      noSlot: open && latest.slotMissingAt !== null && latest.meetingAt === null,
      mayAsk:
        principal !== null &&
        may(principal, 'case.assign') &&
        found.state === 'open' &&
        (latest === undefined || (open && latest.basis === 'offer')),
      choices: BASES.filter((basis) => basis === 'consent' || !open),
    }
  },
}

/** `/arenden/{id}/radgivning`. */
export function caseCounsellingPages(app: App, { db }: PageDeps): void {
  app.post('/arenden/:id/radgivning', { config: { permission: 'case.assign' } }, async (request, reply) => {
    const t = textsOf(request)
    const caseId = idIn(request)
    const basis = BASES.find((known) => known === valuesIn(request)['basis'])
    if (basis) await askCounselling(db, actorIn(request), { caseId, basis })
    tellNextPage(
      request,
      t(basis ? 'counselling.ask.done' : 'counselling.ask.error'),
      basis ? 'success' : 'important',
    )
    return reply.redirect(`/arenden/${caseId}#counselling`, 303)
  })
}
