// What the administrator's pages over the letters say, and the made-up household that previews are written to.
import type { LetterVariable } from '../domain/letter-template.ts'

type Words = { sv: string; en: string }

/** Made-up data for a preview. Numbers of organisations and telephones belong to nobody. */
export const letterExamples: Readonly<Record<LetterVariable, Words>> = {
  municipality: { sv: 'Exempelkommunen', en: 'Exempelkommunen' },
  committee: { sv: 'Socialnämnden', en: 'The social welfare committee' },
  unit: { sv: 'Bo kvar-enheten', en: 'The Stay Home unit' },
  caseworker: { sv: 'Hanna Handläggarsson', en: 'Hanna Handläggarsson' },
  caseNumber: { sv: '2026-0000', en: '2026-0000' },
  today: { sv: 'söndag 22 november 2026', en: 'Sunday 22 November 2026' },
  name: { sv: 'Vera Exempel', en: 'Vera Exempel' },
  address: { sv: 'Vera Exempel\nProvgatan 1\n702 10 Örebro', en: 'Vera Exempel\nProvgatan 1\n702 10 Örebro' },
  landlord: { sv: 'Exempelbostäder AB', en: 'Exempelbostäder AB' },
  dwelling: { sv: 'Provgatan 1', en: 'Provgatan 1' },
  debt: { sv: '16 900 kr', en: 'SEK 16,900' },
  lastDay: { sv: 'måndag 28 december 2026', en: 'Monday 28 December 2026' },
  enforcementNumber: { sv: 'U-000000-26', en: 'U-000000-26' },
  receivedAt: { sv: 'måndag 23 november 2026 kl. 09.15', en: 'Monday 23 November 2026, 09:15' },
  evictionAt: { sv: 'tisdag 15 december 2026 kl. 10.00', en: 'Tuesday 15 December 2026, 10:00' },
  confirmation: { sv: 'Vi har tagit emot er underrättelse.', en: 'We have received your notice.' },
  phone: { sv: '019-000 00 00', en: '019-000 00 00' },
  visitDay: { sv: 'tisdag 24 november', en: 'Tuesday 24 November' },
  visitTime: { sv: '13.30', en: '13:30' },
  place: { sv: 'Provgatan 1', en: 'Provgatan 1' },
  periods: { sv: 'oktober 2026, november 2026', en: 'October 2026, November 2026' },
  undertaken: { sv: '16 900 kr', en: 'SEK 16,900' },
  decidedOn: { sv: 'torsdag 10 december 2026', en: 'Thursday 10 December 2026' },
}

export const letterTemplateTexts = {
  'letter-templates.intro': {
    sv: 'Breven skrivs på svenska, lättläst svenska och engelska. En ändring skrivs som ett utkast av en person och publiceras av en annan. Brev som redan är skrivna behåller sin text och sin version.',
    en: 'The letters are written in Swedish, easy Swedish and English. A change is drafted by one person and published by another. Letters already written keep their text and their version.',
  },
  'letter-templates.law': { sv: 'Brevet krävs enligt {law}', en: 'The letter is asked for by {law}' },
  'letter-templates.law.fixed': {
    sv: 'Brevet krävs enligt {law}. Du kan ändra orden men inte vem som får brevet eller när det kan skrivas. Texten måste nämna: {must}.',
    en: 'The letter is asked for by {law}. You can change the words but not who gets the letter or when it can be written. The text must name: {must}.',
  },
  'letter-templates.changed': { sv: 'Ändrad i utkastet', en: 'Changed in the draft' },
  'letter-templates.draft.see': {
    sv: 'Se hela utkastet och lämna över det',
    en: 'See the whole draft and hand it over',
  },
  'letter-templates.file': {
    sv: 'Ett nytt brev läggs till i filen som hämtas här under, och filen laddas upp i utkastet.',
    en: 'A new letter is added in the file downloaded below, and the file is uploaded in the draft.',
  },
  'letter-template.example': {
    sv: 'Så här blir breven. Alla uppgifter är påhittade.',
    en: 'This is how the letters read. Everything in them is made up.',
  },
  'letter-template.of-draft': {
    sv: 'Det här är utkastet. Det gäller först när en kollega har publicerat det.',
    en: 'This is the draft. It is in force only when a colleague has published it.',
  },
  'letter-template.in-force': { sv: 'Se texten som gäller', en: 'See the text in force' },
  'letter-template.see-draft': { sv: 'Se utkastet', en: 'See the draft' },
  'letter-template.edit': { sv: 'Ändra texterna', en: 'Change the texts' },
  'letter-template.none': {
    sv: 'Det finns ingen text på det här språket.',
    en: 'There is no text in this language.',
  },
  'letter-template.pdf': { sv: 'Visa som PDF', en: 'Show as PDF' },
  'letter-template.foot': { sv: 'Förhandsvisning med påhittade uppgifter', en: 'Preview with made-up data' },
  'letter-template.title': { sv: 'Ändra: {name}', en: 'Change: {name}' },
  'letter-template.how': {
    sv: 'Skriv # före en rubrik och - före varje rad i en lista. En tom rad skiljer stycken åt. Ord inom klamrar, till exempel {example}, fylls i från ärendet.',
    en: 'Write # before a heading and - before each line of a list. An empty line parts paragraphs. Words in braces, such as {example}, are filled in from the case.',
  },
  'letter-template.names': { sv: 'Det här kan brevet nämna', en: 'What the letter can name' },
  'letter-template.write': { sv: 'Skriv så här', en: 'Write this' },
  'letter-template.means': { sv: 'Så fylls det i', en: 'It is filled in with' },
  'letter-template.name': { sv: 'Mallens namn', en: 'Name of the template' },
  'letter-template.subject': { sv: 'Rubrik i brevet', en: 'Heading of the letter' },
  'letter-template.body': { sv: 'Text', en: 'Text' },
  'letter-template.optional': {
    sv: 'Lämna alla tre fälten tomma om brevet inte ska finnas på det här språket.',
    en: 'Leave all three fields empty if the letter is not to exist in this language.',
  },
  'letter-template.no-swedish': {
    sv: 'Brevet måste finnas på svenska. Skriv en text här.',
    en: 'The letter must exist in Swedish. Write a text here.',
  },
  'letter-template.save': { sv: 'Spara i utkastet', en: 'Save in the draft' },
  'letter-template.saved': {
    sv: 'Sparat i utkastet. Läs igenom breven. Lämna sedan över utkastet för granskning.',
    en: 'Saved in the draft. Read the letters through. Then hand the draft over for review.',
  },
  'letter-template.conflict': {
    sv: '{name} har ändrat texten på {language} {at}, efter att du öppnade den. Inget av ditt är sparat ännu.',
    en: '{name} has changed the text in {language} {at}, after you opened it. Nothing of yours is saved yet.',
  },
} as const satisfies Record<string, Words>
