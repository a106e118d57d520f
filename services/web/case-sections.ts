// The case page's sections that belong to one kind of work each: who may see it, what it reads, and its template.
import type { FastifyRequest } from 'fastify'
import type { CaseView } from '../../shared/casework/cases.ts'
import { may, type Permission } from '../access.ts'
import { consentSection } from './case-consents.ts'
import { counsellingSection } from './case-counselling.ts'
import { letterSection } from './case-letters.ts'
import { tenancySection } from './case-tenancy.ts'
import type { Reader } from './case-view.ts'
import { secrecySection } from './case-secrecy.ts'
import { visitSection } from './case-visits.ts'
import type { PageDeps } from './page.ts'

export type CaseSection = {
  /** The section's anchor on the page, and what the template calls it. */
  id: string
  permission: Permission
  template: string
  /** What the template shows as `section.data`; null leaves the section out. */
  load: (deps: PageDeps, request: FastifyRequest, found: CaseView, reader: Reader) => Promise<object | null>
}

// In the order they stand on the page. A new kind of work adds its line here and touches nothing else of the page.
const SECTIONS: readonly CaseSection[] = [
  tenancySection,
  consentSection,
  counsellingSection,
  visitSection,
  letterSection,
  secrecySection,
]

export type ShownSection = { id: string; template: string; data: object }

/** The sections that this reader may see of this case, with what they show. */
export async function sectionsOf(
  deps: PageDeps,
  request: FastifyRequest,
  found: CaseView,
  reader: Reader,
): Promise<ShownSection[]> {
  const { principal } = request
  const shown: ShownSection[] = []
  for (const { id, permission, template, load } of SECTIONS) {
    if (!principal || !may(principal, permission)) continue
    const data = await load(deps, request, found, reader)
    if (data) shown.push({ id, template, data })
  }
  return shown
}
