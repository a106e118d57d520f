// The letters the service prepares, in plain words: a person reads each, prints or copies it, and answers for it.

/** A letter as text, ready to print or copy. */
export type Letter = { subject: string; body: string }

/** What the confirmation to Kronofogden says; days and hours are Swedish time, in words. */
export type ConfirmationFacts = {
  municipality: string
  committee: string
  enforcementNumber: string
  caseNumber: string
  receivedAt: string
  evictionAt: string
  responsible: string
}

/** The confirmation that SoF (2025:468) 11:3 asks for the same day. It names the matter by number, never the person. */
export const confirmationToEnforcement = {
  sv: (facts: ConfirmationFacts): Letter => ({
    subject: `Bekräftelse av underrättelse om avhysning, mål ${facts.enforcementNumber}`,
    body: `Till Kronofogden

Vi har tagit emot er underrättelse om tid för avhysning.

Ert målnummer: ${facts.enforcementNumber}
Underrättelsen kom in: ${facts.receivedAt}
Tid för avhysning: ${facts.evictionAt}
Ansvarig handläggare hos oss: ${facts.responsible}
Vårt ärendenummer: ${facts.caseNumber}

Den som avhysningen gäller får en kopia av den här bekräftelsen.

Bekräftelsen lämnas enligt 11 kap. 3 § socialtjänstförordningen (2025:468).

${facts.responsible}
${facts.committee}, ${facts.municipality}
`,
  }),
  en: (facts: ConfirmationFacts): Letter => ({
    subject: `Confirmation of notice of eviction, case ${facts.enforcementNumber}`,
    body: `To the Enforcement Authority

We have received your notice of the time of an eviction.

Your case number: ${facts.enforcementNumber}
The notice arrived: ${facts.receivedAt}
Time of the eviction: ${facts.evictionAt}
Responsible caseworker: ${facts.responsible}
Our case number: ${facts.caseNumber}

The person concerned gets a copy of this confirmation.

The confirmation is given under Chapter 11, Section 3 of the Social Services Ordinance (2025:468).

${facts.responsible}
${facts.committee}, ${facts.municipality}
`,
  }),
} as const

/** To whom the copy goes; `address` null where it must not be written out (protected identity). */
export type CopyFacts = ConfirmationFacts & { name: string; address: string | null }

const heading = (facts: CopyFacts) =>
  [facts.name, ...(facts.address === null ? [] : [facts.address])].join('\n')

/** The copy to the person: what has happened, who helps, and what Kronofogden was told. */
export const confirmationToPerson = {
  sv: (facts: CopyFacts): Letter => ({
    subject: 'Kopia av vår bekräftelse till Kronofogden',
    body: `${heading(facts)}

Kronofogden har meddelat oss att en avhysning är bestämd till ${facts.evictionAt}.

Vi vill hjälpa dig att få bo kvar eller hitta en annan lösning. Hjälpen är frivillig och kostar ingenting. Kontakta ${facts.responsible} hos oss.

I dag har vi svarat Kronofogden. Så här skrev vi:

${confirmationToEnforcement.sv(facts).body}`,
  }),
  en: (facts: CopyFacts): Letter => ({
    subject: 'Copy of our confirmation to the Enforcement Authority',
    body: `${heading(facts)}

The Enforcement Authority has told us that an eviction is set for ${facts.evictionAt}.

We want to help you stay in your home or find another solution. The help is voluntary and costs nothing. Contact ${facts.responsible} at our office.

Today we have answered the Enforcement Authority. This is what we wrote:

${confirmationToEnforcement.en(facts).body}`,
  }),
} as const
