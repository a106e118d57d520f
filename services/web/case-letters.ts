// The case page's section on letters: those that were made, and the way to a new one.
import { listLetters } from '../../shared/casework/letters.ts'
import { may } from '../access.ts'
import type { CaseSection } from './case-sections.ts'
import { nameOf } from './letters.ts'
import { actorIn } from './page.ts'

export const letterSection: CaseSection = {
  id: 'letters',
  permission: 'case.read',
  template: 'casework/section-letters.njk',
  load: async ({ db, tools }, request, found) => ({
    caseId: found.id,
    letters: (await listLetters(db, tools, actorIn(request), found.id)).map((one) => ({
      ...one,
      name: nameOf(request, one.template),
    })),
    mayWrite: found.state === 'open' && request.principal !== null && may(request.principal, 'letter.write'),
  }),
}
