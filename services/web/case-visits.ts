// The case page's section on home visits: what is booked, what came of it, and what the plan suggests.
import { needOfCase } from '../../shared/casework/visit-week.ts'
import { may } from '../access.ts'
import type { CaseSection } from './case-sections.ts'
import { nameOfCode } from './codes.ts'
import { dayInText } from './filters.ts'
import { actorIn } from './page.ts'
import { suggestionInText } from './visits.ts'

export const visitSection: CaseSection = {
  id: 'visits',
  permission: 'case.read',
  template: 'casework/section-visits.njk',
  load: async ({ db }, request, found, { codes, language, t }) => {
    const need = found.state === 'open' ? await needOfCase(db, actorIn(request), found.id) : null
    const { principal } = request
    const mayWork = principal !== null && may(principal, 'visit.work')
    return {
      visits: found.visits.map(({ id, startsAt, state, outcome }) => ({
        id,
        startsAt,
        what: outcome ? nameOfCode(codes, outcome, language) : t(`visits.state.${state}`),
      })),
      need: need && {
        id: need.id,
        bookable: mayWork && need.startsAt !== null,
        needed: t('section.visits.needed', { day: dayInText(need.dueOn, language) }),
        suggestion: suggestionInText(need, { t, language }),
      },
      mayWork,
      book: mayWork && found.state === 'open' ? `/arenden/${found.id}/besok` : null,
    }
  },
}
