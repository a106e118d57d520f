// What the pages of letters say, and what each thing that a letter may name is called.
import type { LetterVariable } from '../domain/letter-template.ts'

/** A letter as text, ready to print or copy. */
export type Letter = { subject: string; body: string }

/** An amount in öre as a letter writes it. */
export function kronorInWords(ore: number, language: 'sv' | 'en'): string {
  const digits = ore % 100 === 0 ? 0 : 2
  const amount = new Intl.NumberFormat(language === 'sv' ? 'sv-SE' : 'en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(ore / 100)
  return language === 'sv' ? `${amount} kr` : `SEK ${amount}`
}

type Words = { sv: string; en: string }

/** The label of a field, where the case does not know and a person must say. */
export const letterVariableTexts: Readonly<Record<LetterVariable, Words>> = {
  municipality: { sv: 'Kommunens namn', en: 'Name of the municipality' },
  committee: { sv: 'Nämnd', en: 'Committee' },
  unit: { sv: 'Enhet', en: 'Unit' },
  caseworker: { sv: 'Handläggare', en: 'Caseworker' },
  caseNumber: { sv: 'Ärendenummer', en: 'Case number' },
  today: { sv: 'Dagens datum', en: 'Today’s date' },
  name: { sv: 'Mottagarens namn', en: 'Name of the recipient' },
  address: { sv: 'Namn och adress', en: 'Name and address' },
  landlord: { sv: 'Hyresvärd', en: 'Landlord' },
  dwelling: { sv: 'Lägenhetens adress', en: 'Address of the flat' },
  debt: { sv: 'Skuldens belopp', en: 'Amount of the debt' },
  lastDay: {
    sv: 'Sista dagen, till exempel måndag 28 december 2026',
    en: 'The last day, such as Monday 28 December 2026',
  },
  enforcementNumber: { sv: 'Kronofogdens målnummer', en: 'Enforcement case number' },
  receivedAt: { sv: 'När underrättelsen kom in', en: 'When the notice arrived' },
  evictionAt: { sv: 'Tid för avhysning', en: 'Time of the eviction' },
  confirmation: { sv: 'Vad vi skrev till Kronofogden', en: 'What we wrote to the Enforcement Authority' },
  phone: { sv: 'Telefonnummer att ringa', en: 'Telephone number to call' },
  visitDay: {
    sv: 'Dag för besöket, till exempel tisdag 24 november',
    en: 'Day of the visit, such as Tuesday 24 November',
  },
  visitTime: { sv: 'Klockslag', en: 'Time' },
  place: { sv: 'Plats', en: 'Place' },
  periods: { sv: 'Vilka hyror', en: 'Which rents' },
  undertaken: { sv: 'Sammanlagt belopp', en: 'Total amount' },
  decidedOn: { sv: 'Dag för beslutet', en: 'Day of the decision' },
}

export const letterTexts = {
  'letters.title': { sv: 'Brev', en: 'Letters' },
  'letters.section.make': { sv: 'Skriv ett brev', en: 'Write a letter' },
  'letters.none': { sv: 'Inga brev ännu.', en: 'No letters yet.' },
  'letters.made': { sv: '{name}, {at}, av {by}', en: '{name}, {at}, by {by}' },
  'letters.made.title': { sv: 'Brev i ärendet', en: 'Letters in the case' },
  'letters.choose': { sv: 'Välj ett brev', en: 'Choose a letter' },
  'letters.choose.text': {
    sv: 'Du ser brevet innan det sparas. Inget brev skickas av sig självt.',
    en: 'You see the letter before it is kept. No letter is sent by itself.',
  },
  'letters.to.tenant': { sv: 'Till den som bor där', en: 'To whoever lives there' },
  'letters.to.landlord': { sv: 'Till hyresvärden', en: 'To the landlord' },
  'letters.to.enforcement': { sv: 'Till Kronofogden', en: 'To the Enforcement Authority' },
  'letters.language.sv': { sv: 'Svenska', en: 'Swedish' },
  'letters.language.sv-easy': { sv: 'Lättläst svenska', en: 'Easy Swedish' },
  'letters.language.en': { sv: 'Engelska', en: 'English' },
  'letters.needs.undertaking': {
    sv: 'Kan skrivas när åtagandet är beslutat.',
    en: 'Can be written when the undertaking is granted.',
  },
  'letters.needs.eviction': {
    sv: 'Kan skrivas när en tid för avhysning är bestämd.',
    en: 'Can be written when a time for the eviction is set.',
  },
  'letters.changed': {
    sv: 'Mallen har ändrats sedan du öppnade brevet. Inget är sparat. Läs den nya texten och spara sedan.',
    en: 'The template has been changed since you opened the letter. Nothing is kept. Read the new text and then keep it.',
  },
  'letters.preview': { sv: 'Så här blir brevet', en: 'This is the letter' },
  'letters.fill': { sv: 'Fyll i det som ärendet inte vet', en: 'Fill in what the case does not know' },
  'letters.fill.error': { sv: 'Fyll i: {field}', en: 'Fill in: {field}' },
  'letters.see': { sv: 'Visa brevet med det jag fyllt i', en: 'Show the letter with what I filled in' },
  'letters.save': { sv: 'Spara brevet i ärendet', en: 'Keep the letter in the case' },
  'letters.saved': {
    sv: 'Brevet är sparat. Skriv ut det eller hämta det som PDF.',
    en: 'The letter is kept. Print it or get it as a PDF.',
  },
  'letters.window': { sv: 'Syns i kuvertets fönster', en: 'Shows in the window of the envelope' },
  'letters.window.none': {
    sv: 'Adressen skrivs inte ut, eftersom personen har skyddade uppgifter.',
    en: 'The address is not written out, because the person’s details are protected.',
  },
  'letters.protected': {
    sv: 'Personen har skyddade personuppgifter. Brevet får inte skickas till en adress som någon annan kan känna till.',
    en: 'The person’s details are protected. The letter must not go to an address that somebody else may know.',
  },
  'letters.protected.check': {
    sv: 'Jag har kontrollerat hur brevet kan lämnas säkert, till exempel genom Skatteverkets postförmedling',
    en: 'I have checked how the letter can be delivered safely, such as by the Tax Agency’s mail forwarding',
  },
  'letters.protected.error': {
    sv: 'Bekräfta att du har kontrollerat hur brevet kan lämnas säkert',
    en: 'Confirm that you have checked how the letter can be delivered safely',
  },
  'letters.one': { sv: 'Brev', en: 'Letter' },
  'letters.version': {
    sv: 'Mall {template}, version {version}, {language}',
    en: 'Template {template}, version {version}, {language}',
  },
  'letters.pdf': { sv: 'Hämta som PDF', en: 'Get as PDF' },
  'letters.sent': { sv: 'Registrera att du har skickat det', en: 'Record that you have sent it' },
  'letters.envelope': {
    sv: 'Använd fönsterkuvert utan tryck om ärendet. I fönstret syns bara namn och adress.',
    en: 'Use a window envelope with nothing of the matter printed on it. The window shows only name and address.',
  },
} as const satisfies Record<string, Words>
