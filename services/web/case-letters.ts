// The case page's section on letters: those that were made, and the way to a new one.
import { lettersInForce } from '../../shared/casework/letter-texts.ts'
import { listLetters } from '../../shared/casework/letters.ts'
import { may } from '../access.ts'
import type { CaseSection } from './case-sections.ts'
import { nameOf } from './letters.ts'
import { actorIn } from './page.ts'

export const letterSection: CaseSection = {
  id: 'letters',
  permission: 'case.read',
  template: 'casework/section-letters.njk',
  load: async ({ db, tools }, request, found) => {
    const made = await listLetters(db, tools, actorIn(request), found.id)
    const templates = made.length > 0 ? await lettersInForce(db) : []
    const mayWrite = request.principal !== null && may(request.principal, 'letter.write')
    return {
      caseId: found.id,
      letters: made.map((one) => ({ ...one, name: nameOf(request, templates, one.template) })),
      mayWrite: found.state === 'open' && mayWrite,
    }
  },
}
