// Consent (samtycke): may this item be told to that recipient, for that purpose, on that day? Without it nothing is.
import type { IsoDate } from './days.ts'
import type { Words } from './routing-facts.ts'

export const RECIPIENTS = [
  'landlord',
  'enforcement',
  'collection',
  'debt-counselling',
  'eksam',
  'other-committee',
  'care',
  'neutral-person',
] as const
export type ConsentRecipient = (typeof RECIPIENTS)[number]

/** One person's consent to one recipient. Days are inclusive; `to` null means until it is withdrawn. */
export type Consent = {
  personId: string
  recipient: ConsentRecipient
  items: readonly string[]
  purpose: string
  from: IsoDate
  to: IsoDate | null
  givenHow: 'written' | 'spoken' | 'e-service'
  notedBy: string
  withdrawnOn: IsoDate | null
}

/** Another recorded legal basis than consent, with the paragraph that carries it. */
export type LegalBasis = {
  recipient: ConsentRecipient
  items: readonly string[]
  paragraph: string
  notedBy: string
  on: IsoDate
}

export type Sharing = { personId: string; recipient: ConsentRecipient; item: string; purpose: string }

export type SharingAnswer = { allowed: true; basis: Words } | { allowed: false; why: Words }

/**
 * Whether one item may be told on that day (OSL 26:1, 10:1, 12:2). Consent counts from its first day until its last or
 * its withdrawal, for the purpose it was given for only; a withdrawal counts from the same day.
 */
export function mayShare(
  sharing: Sharing,
  on: IsoDate,
  consents: readonly Consent[],
  otherBases: readonly LegalBasis[] = [],
): SharingAnswer {
  const given = consents.filter(
    (consent) => consent.personId === sharing.personId && consent.recipient === sharing.recipient,
  )
  const running = given.find((consent) => covers(consent, sharing) && runsOn(consent, on))
  if (running) {
    return {
      allowed: true,
      basis: { sv: `Samtycke från ${running.from}.`, en: `Consent of ${running.from}.` },
    }
  }
  const law = otherBases.find(
    (basis) => basis.recipient === sharing.recipient && basis.items.includes(sharing.item) && basis.on <= on,
  )
  if (law)
    return { allowed: true, basis: { sv: `Stöd i ${law.paragraph}.`, en: `Basis in ${law.paragraph}.` } }
  return { allowed: false, why: whyNot(given, sharing, on) }
}

const covers = (consent: Consent, { item, purpose }: Sharing): boolean =>
  consent.items.includes(item) && consent.purpose === purpose

/** True on the days when the consent is in force. */
export function runsOn(consent: Pick<Consent, 'from' | 'to' | 'withdrawnOn'>, on: IsoDate): boolean {
  const ended = consent.withdrawnOn !== null && consent.withdrawnOn <= on
  return consent.from <= on && (consent.to === null || on <= consent.to) && !ended
}

function whyNot(given: readonly Consent[], sharing: Sharing, on: IsoDate): Words {
  const covering = given.filter((consent) => covers(consent, sharing))
  if (covering.some((consent) => consent.withdrawnOn !== null && consent.withdrawnOn <= on)) {
    return {
      sv: 'Samtycket är återtaget. Fråga personen igen innan något lämnas ut.',
      en: 'The consent is withdrawn. Ask the person again before anything is told.',
    }
  }
  if (covering.some((consent) => consent.to !== null && consent.to < on)) {
    return { sv: 'Samtycket har gått ut. Be om ett nytt.', en: 'The consent has ended. Ask for a new one.' }
  }
  if (given.some((consent) => runsOn(consent, on))) {
    return {
      sv: 'Samtycket gäller andra uppgifter eller ett annat ändamål. Be om samtycke till detta.',
      en: 'The consent is for other items or another purpose. Ask for consent to this.',
    }
  }
  return {
    sv: 'Samtycke saknas. Be personen om samtycke, eller ange en annan rättslig grund.',
    en: 'There is no consent. Ask the person, or record another legal basis.',
  }
}
