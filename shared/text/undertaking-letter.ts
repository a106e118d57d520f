// The letter by which the committee takes responsibility for the rent (JB 12:44 fourth paragraph): read, signed and sent by a person.
import type { Letter } from './letters.ts'

/** What the letter says; `dwelling` null where the address must not be written out (protected identity). Day and sum in words. */
export type UndertakingFacts = {
  municipality: string
  committee: string
  landlord: string
  tenant: string
  dwelling: string | null
  periods: string
  amount: string
  decidedBy: string
  decidedOn: string
  caseNumber: string
}

const lines = (parts: readonly (string | null)[]) => parts.filter((part) => part !== null).join('\n')

/** The undertaking to the landlord, in both languages; the Swedish one is the one that is sent. */
export const undertakingToLandlord = {
  sv: (facts: UndertakingFacts): Letter => ({
    subject: 'Åtagande om betalningsansvar för hyra',
    body: `Till ${facts.landlord}

${facts.committee} i ${facts.municipality} åtar sig betalningsansvaret för hyran enligt 12 kap. 44 § fjärde stycket jordabalken.

${lines([
  `Hyresgäst: ${facts.tenant}`,
  facts.dwelling === null ? null : `Lägenhet: ${facts.dwelling}`,
  `Åtagandet gäller hyran för: ${facts.periods}`,
  `Belopp: ${facts.amount}`,
  `Vårt ärendenummer: ${facts.caseNumber}`,
])}

Åtagandet har lämnats inom den tid som lagen anger. Hyresgästen får därför inte skiljas från lägenheten på grund av dröjsmålet med hyran.

Bekräfta gärna att brevet har kommit fram.

Beslutat av ${facts.decidedBy} den ${facts.decidedOn}, enligt delegation
${facts.committee}, ${facts.municipality}
`,
  }),
  en: (facts: UndertakingFacts): Letter => ({
    subject: 'Undertaking of responsibility for rent',
    body: `To ${facts.landlord}

${facts.committee} of ${facts.municipality} undertakes responsibility for the rent under Chapter 12, Section 44, fourth paragraph of the Land Code.

${lines([
  `Tenant: ${facts.tenant}`,
  facts.dwelling === null ? null : `Dwelling: ${facts.dwelling}`,
  `The undertaking covers the rent for: ${facts.periods}`,
  `Amount: ${facts.amount}`,
  `Our case number: ${facts.caseNumber}`,
])}

The undertaking is given within the time that the law sets. The tenant may therefore not be evicted because the rent was late.

Please confirm that the letter has arrived.

Decided by ${facts.decidedBy} on ${facts.decidedOn}, by delegation
${facts.committee}, ${facts.municipality}
`,
  }),
} as const
