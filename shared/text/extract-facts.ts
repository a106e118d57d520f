// A kept fact as the person it is about can read it in the own extract: words instead of the form that machines keep it in.
import { extractColumn } from './extract-columns.ts'
import type { Language } from './say.ts'

/** Names inside kept facts that no column bears; what is a column's name has its words there. */
const words: Readonly<Record<string, readonly [sv: string, en: string]>> = {
  age: ['Ålder', 'Age'],
  amountOre: ['Belopp i ören', 'Amount in öre'],
  amountToRecoverOre: [
    'Att betala för att få tillbaka lägenheten, i ören',
    'To pay to recover the home, in öre',
  ],
  apartmentNumber: ['Lägenhetsnummer', 'Apartment number'],
  applicant: ['Sökande hos Kronofogden', 'Applicant'],
  area: ['Område', 'Area'],
  bankgiro: ['Bankgiro', 'Bankgiro'],
  basis: ['Grund', 'Basis'],
  bornOn: ['Född', 'Born'],
  childrenInHousehold: ['Barn i hushållet', 'Children in the household'],
  city: ['Ort', 'Town'],
  clientOf: ['Känd hos', 'Known to'],
  code: ['Kod', 'Code'],
  contactAttempts: ['Kontaktförsök', 'Attempts at contact'],
  contactState: ['Kontakt', 'Contact'],
  count: ['Antal', 'Number'],
  date: ['Datum', 'Date'],
  daysLeft: ['Dagar kvar av fristen', 'Days left of the period'],
  daysToEviction: ['Dagar till avhysningen', 'Days to the eviction'],
  deadline: ['Frist', 'Period'],
  description: ['Beskrivning', 'Description'],
  dispatchMethod: ['Avsänt genom', 'Sent by'],
  dispatchedDate: ['Avsänt den', 'Sent on'],
  documentsCompleteOn: ['Handlingarna kompletta den', 'Documents complete on'],
  duplicateOf: ['Samma som', 'Same as'],
  dwelling: ['Bostad', 'Home'],
  enforcementCaseNumber: ['Kronofogdens målnummer', "The Enforcement Authority's number"],
  event: ['Händelse', 'Event'],
  evictionAt: ['Avhysning, tid', 'Eviction, time'],
  evictionOn: ['Avhysning den', 'Eviction on'],
  field: ['Fält', 'Field'],
  flags: ['Kända omständigheter', 'Known circumstances'],
  interestOre: ['Ränta i ören', 'Interest in öre'],
  landlord: ['Hyresvärd', 'Landlord'],
  landlordKind: ['Slag av hyresvärd', 'Kind of landlord'],
  lateSeconds: ['Sekunder för sent', 'Seconds late'],
  message: ['Mer att veta', 'More to know'],
  monthsUnpaid: ['Obetalda månader', 'Unpaid months'],
  name: ['Namn', 'Name'],
  needs: ['Behov', 'Needs'],
  noticeDate: ['Meddelandets datum', 'Date of the notice'],
  noticeType: ['Slag av meddelande', 'Kind of notice'],
  ocr: ['OCR-nummer', 'OCR number'],
  opportunityToRespondOn: ['Tillfälle att yttra sig den', 'Opportunity to respond on'],
  organisationNumber: ['Organisationsnummer', 'Organisation number'],
  outOfHours: ['Utanför kontorstid', 'Out of hours'],
  paidOre: ['Betalt i ören', 'Paid in öre'],
  payment: ['Betalas till', 'Pay to'],
  period: ['Period', 'Period'],
  personalIdentityNumber: ['Personnummer', 'Personal identity number'],
  phone: ['Telefon', 'Telephone'],
  plusgiro: ['Plusgiro', 'Plusgiro'],
  postalAddress: ['Postadress', 'Postal address'],
  protectedIdentity: ['Skyddade personuppgifter', 'Protected identity'],
  recipient: ['Till', 'To'],
  reference: ['Hyresvärdens referens', "The landlord's reference"],
  rents: ['Hyror', 'Rents'],
  repeatWithin12Months: ['Ny anmälan inom tolv månader', 'A new notice within twelve months'],
  respondent: ['Den som avhysningen gäller', 'Whom the eviction concerns'],
  rooms: ['Antal rum', 'Rooms'],
  sentence: ['Skäl', 'Reason'],
  servedDate: ['Delgiven den', 'Served on'],
  severity: ['Vikt', 'Weight'],
  step: ['Steg', 'Step'],
  tenancyKind: ['Upplåtelseform', 'Kind of tenancy'],
  tenant: ['Hyresgäst', 'Tenant'],
  tenantConsentOn: ['Hyresgästen samtyckte den', 'The tenant consented on'],
  terminatedDate: ['Uppsagd den', 'Terminated on'],
  trigger: ['Anledning', 'Cause'],
  urgency: ['Angelägenhet', 'Urgency'],
  violence: ['Våld', 'Violence'],
}

/** What a name inside a kept fact is called; the name itself only where both catalogues have forgotten it. */
function factWord(name: string, language: Language): string {
  const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return words[name]?.[language === 'sv' ? 0 : 1] ?? extractColumn(column, language) ?? name
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** A kept value in words: of a text in both languages the reader's, of what is kept together each named part. */
export function factInWords(value: unknown, language: Language): string {
  if (isEmpty(value)) return '–'
  if (typeof value === 'boolean') return language === 'sv' ? (value ? 'ja' : 'nej') : value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map((one) => factInWords(one, language)).join('; ')
  if (typeof value === 'string' || typeof value === 'number') return `${value}`
  const parts = { ...(value as object) } as Record<string, unknown>
  if ('sv' in parts && 'en' in parts) return factInWords(parts[language], language)
  const said = Object.entries(parts).filter(([, part]) => !isEmpty(part))
  return (
    said.map(([name, part]) => `${factWord(name, language)}: ${factInWords(part, language)}`).join(', ') ||
    '–'
  )
}

/** The columns of a kept row in the reader's language: of a text kept in both, the other one is no fact of its own. */
export function readableColumns(
  row: Readonly<Record<string, unknown>>,
  language: Language,
): [string, unknown][] {
  const [own, other] = language === 'sv' ? ['sv', 'en'] : ['en', 'sv']
  return Object.entries(row).filter(
    ([name]) => !(name.endsWith(`_${other}`) && `${name.slice(0, -2)}${own}` in row),
  )
}
