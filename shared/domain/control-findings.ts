// What the control of a notice may find: which gap or doubt, its weight in case law, and the words for a person to judge.
import type { Severity } from './reading-findings.ts'

/** `missing`: a field of the statutory form is not there. `doubt`: it is there and does not hold together. */
type ControlFinding = {
  nature: 'missing' | 'doubt'
  severity: Severity
  source: string
  sv: string
  en: string
}

const FORM = 'F 1978:314 3 §, formulär 3 (bostadsrätt: F 2003:37 formulär 3)'
const missing = (severity: Severity, sv: string, en: string): ControlFinding => ({
  nature: 'missing',
  severity,
  source: FORM,
  sv,
  en,
})
const doubt = (severity: Severity, source: string, words: { sv: string; en: string }): ControlFinding => ({
  nature: 'doubt',
  severity,
  source,
  ...words,
})

/** Amount, due dates, interest and payment route decide a case (RH 1995:34); the number of rooms did not (NJA 1985 s. 586). */
export const CONTROL_FINDINGS = {
  landlord_contact_missing: missing(
    'minor',
    'Möjligt formfel: hyresvärdens postadress eller telefon saknas.',
    "Possible formal defect: the landlord's postal address or telephone is missing.",
  ),
  tenant_address_missing: missing(
    'minor',
    'Möjligt formfel: hyresgästens postadress saknas.',
    "Possible formal defect: the tenant's postal address is missing.",
  ),
  rooms_missing: missing(
    'minor',
    'Möjligt formfel: lägenhetens storlek (antal rum) saknas. Högsta domstolen godtog ett meddelande utan den (NJA 1985 s. 586).',
    'Possible formal defect: the size of the flat (number of rooms) is missing. The Supreme Court accepted a notice without it.',
  ),
  amount_missing: missing(
    'critical',
    'Möjligt formfel: beloppet som ska betalas för att få bo kvar saknas eller går inte att läsa.',
    'Possible formal defect: the amount to pay in order to stay is missing or cannot be read.',
  ),
  rents_missing: missing(
    'critical',
    'Möjligt formfel: det framgår inte vilka hyror som är obetalda och när de förföll.',
    'Possible formal defect: it does not say which rents are unpaid and when they fell due.',
  ),
  due_date_missing: missing(
    'critical',
    'Möjligt formfel: förfallodagen saknas eller går inte att läsa.',
    'Possible formal defect: the due date is missing or cannot be read.',
  ),
  rent_amount_missing: missing(
    'critical',
    'Möjligt formfel: hyrans belopp saknas eller går inte att läsa.',
    'Possible formal defect: the amount of the rent is missing or cannot be read.',
  ),
  interest_missing: missing(
    'critical',
    'Möjligt formfel: räntan saknas eller går inte att läsa. Skriv 0 om ingen ränta begärs.',
    'Possible formal defect: the interest is missing or cannot be read. Write 0 if none is claimed.',
  ),
  payment_route_missing: missing(
    'critical',
    'Möjligt formfel: plusgiro, bankgiro eller annan betalningsanvisning saknas.',
    'Possible formal defect: plusgiro, bankgiro or another way to pay is missing.',
  ),
  description_missing: missing(
    'minor',
    'Möjlig brist: det framgår inte vad störningarna består i. Lagen kräver ingen särskild blankett.',
    'Possible gap: it does not say what the nuisance is. The statute prescribes no form.',
  ),
  sum_mismatch: doubt('critical', 'RH 1995:34', {
    sv: 'Möjligt formfel: hyrorna och räntan blir inte det belopp som ska betalas. Ett felaktigt belopp har fällt ett krav på avhysning (RH 1995:34).',
    en: 'Possible formal defect: rents and interest do not add up to the amount to pay. A wrong amount has defeated an eviction claim.',
  }),
  bankgiro_invalid: doubt('critical', FORM, {
    sv: 'Möjligt formfel: bankgironumrets kontrollsiffra stämmer inte.',
    en: 'Possible formal defect: the check digit of the bankgiro number is wrong.',
  }),
  plusgiro_invalid: doubt('critical', FORM, {
    sv: 'Möjligt formfel: plusgironumrets kontrollsiffra stämmer inte.',
    en: 'Possible formal defect: the check digit of the plusgiro number is wrong.',
  }),
  due_date_not_past: doubt('critical', 'JB 12:42 1 st 1, BRL 7:18', {
    sv: 'Möjligt formfel: fristen efter förfallodagen hade inte gått ut, så hyran kunde ännu inte leda till förverkande.',
    en: 'Possible formal defect: the time after the due date had not run out, so this rent could not yet lead to forfeiture.',
  }),
  wrong_municipality: doubt('critical', 'JB 12:44, BRL 7:23', {
    sv: 'Adressen verkar ligga i en annan kommun. Socialnämnden där ska ha meddelandet.',
    en: 'The address seems to lie in another municipality. The committee there must have the notice.',
  }),
  collection_firm_sender: doubt('note', 'JB 12:44', {
    sv: 'Avsändaren är ett inkassoföretag. Kontrollera att det företräder hyresvärden.',
    en: 'The sender is a collection firm. Check that it acts for the landlord.',
  }),
  dated_long_before: doubt('minor', 'JB 12:63', {
    sv: 'Meddelandet är daterat långt innan det kom in. Kontrollera när det skickades, det avgör när fristen började.',
    en: 'The notice is dated long before it arrived. Check when it was sent, that decides when the period began.',
  }),
  termination_date_missing: doubt('note', 'JB 12:44 1 st 1', {
    sv: 'Det framgår inte när avtalet sades upp.',
    en: 'It does not say when the agreement was terminated.',
  }),
  fees_mentioned: doubt('note', 'JB 12:44', {
    sv: 'Påminnelse- eller inkassoavgift nämns. Kontrollera om avgiften ingår i beloppet.',
    en: 'A reminder or collection fee is mentioned. Check whether it is part of the amount.',
  }),
  early_arrears_off: doubt('critical', 'Saknar lagregel', {
    sv: 'Kommunen tar inte emot uppgifter om skulder före uppsägning. Ingen lag ålägger hyresvärden att lämna dem.',
    en: 'The municipality does not take reports of debts before termination. No statute makes the landlord give them.',
  }),
  consent_missing: doubt('critical', 'Saknar lagregel', {
    sv: 'Hyresgästens samtycke till en tidig anmälan är inte antecknat. Det krävs innan någon får arbeta med den.',
    en: "The tenant's consent to an early report is not recorded. It is required before anyone may work on it.",
  }),
} as const satisfies Record<string, ControlFinding>

export type ControlCode = keyof typeof CONTROL_FINDINGS

/** Stands beside every verdict: the control is no decision and no advice to the parties. */
export const CONTROL_REMARK = {
  sv: 'Kontrollen är automatisk. En handläggare bedömer vad den betyder. Den är ingen juridisk rådgivning.',
  en: 'The control is automatic. A caseworker judges what it means. It is not legal advice.',
} as const
