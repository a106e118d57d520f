// The case page's section on home visits: what is booked and what came of it.
import type { CaseSection } from './case-sections.ts'
import { nameOfCode } from './codes.ts'

export const visitSection: CaseSection = {
  id: 'visits',
  permission: 'case.read',
  template: 'casework/section-visits.njk',
  load: async (_deps, _request, found, { codes, language }) => ({
    visits: found.visits.map(({ startsAt, state, outcome }) => ({
      startsAt,
      state,
      outcome: outcome ? nameOfCode(codes, outcome, language) : '',
    })),
  }),
}
