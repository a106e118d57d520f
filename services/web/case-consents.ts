// The case page's section on consent: what may be told to whom today, what has been told, and who is the neutral contact.
import { inContext } from '../../shared/casework/act.ts'
import { registerOf } from '../../shared/casework/consents.ts'
import { contactOf } from '../../shared/casework/neutral-contacts.ts'
import type { CodeList, Codes } from '../../shared/domain/codes.ts'
import { findCode } from '../../shared/domain/codes.ts'
import { runsOn } from '../../shared/domain/consent.ts'
import { may } from '../access.ts'
import type { CaseSection } from './case-sections.ts'
import { actorIn } from './page.ts'

const namesIn = (codes: Codes, list: CodeList, language: 'sv' | 'en') => (code: string) =>
  findCode(codes, list, code)?.words[language] ?? code

export const consentSection: CaseSection = {
  id: 'consents',
  permission: 'case.read',
  template: 'casework/section-consents.njk',
  load: async ({ db }, request, found, { t, codes, language, today }) => {
    const actor = actorIn(request)
    const { register, contact } = await inContext(db, actor, async (trx) => ({
      register: await registerOf(trx, found.id),
      contact: await contactOf(trx, found.id),
    }))
    const item = namesIn(codes, 'consent-item', language)
    const purpose = namesIn(codes, 'consent-purpose', language)
    const { principal } = request
    return {
      mayRecord: principal !== null && may(principal, 'consent.record'),
      consents: register.consents.map((one) => ({
        id: one.id,
        person: one.person,
        to: t(`consent.to.${one.recipient}`),
        items: one.items.map(item).join(', '),
        purpose: purpose(one.purpose),
        from: one.from,
        until: one.to,
        running: runsOn(one, today),
        withdrawnOn: one.withdrawnOn,
      })),
      bases: register.bases.map((one) => ({
        to: t(`consent.to.${one.recipient}`),
        items: one.items.map(item).join(', '),
        paragraph: one.paragraph,
        on: one.on,
      })),
      told: register.disclosures.map((one) => ({
        on: one.toldOn,
        to: t(`consent.to.${one.recipient}`),
        items: one.items.map(item).join(', '),
        basis: language === 'sv' ? one.basisSv : one.basisEn,
      })),
      contact: contact && [contact.personName, contact.organisation].filter(Boolean).join(', '),
    }
  },
}
