// Tasks for a person to look at something the machine must not decide: a match, a possible fault in form, failed work.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { endOfWorkingDay, firstAlarm } from '../domain/due.ts'
import type { Moment } from './act.ts'
import { readMunicipality } from './settings.ts'

/** What each kind of review asks of the person, in both languages. */
export const titles = {
  match: {
    sv: 'Kontrollera om ärendet gäller samma hushåll som ett annat',
    en: 'Check whether the case concerns the same household as another',
  },
  form: {
    sv: 'Möjligt formfel i meddelandet: bedöm',
    en: 'Possible fault in the form of the notice: assess',
  },
  eviction: {
    sv: 'Kronofogdens underrättelse går inte att läsa säkert: fråga och skriv in det rätta',
    en: 'The notice from Kronofogden cannot be read with certainty: ask, and enter what is right',
  },
  'no-rule': {
    sv: 'Ingen regel passade: avgör vem som ska ha ärendet',
    en: 'No rule fitted: decide who should have the case',
  },
  owner: {
    sv: 'Nya uppgifter talar för en annan ägare: bekräfta eller avslå',
    en: 'New facts suggest another owner: confirm or reject',
  },
  cycle: {
    sv: 'Reglerna skickar ärendet runt: avgör vem som ska ha det',
    en: 'The rules send the case round: decide who should have it',
  },
  restart: {
    sv: 'Rättat eller nytt meddelande: avgör om fristen börjar om',
    en: 'Corrected or new notice: decide whether the period starts again',
  },
  moved: {
    sv: 'Ett datum har flyttats: avgör vad som måste göras nu',
    en: 'A date has moved: decide what must be done now',
  },
  outcome: {
    sv: 'En uppgift gav ett svar som du behöver ta ställning till',
    en: 'A task had an outcome that needs your decision',
  },
  close: {
    sv: 'Avsluta ärendet, eller säg varför det ska vara öppet',
    en: 'Close the case, or say why it is to stay open',
  },
  bounced: {
    sv: 'Ärendet har lämnats tillbaka flera gånger: avgör vem som ska ha det',
    en: 'The case has been handed back several times: decide who should have it',
  },
  referral: {
    sv: 'Hänvisningen har avvisats: avgör vem som ska ta den',
    en: 'The referral has been rejected: decide who should take it',
  },
  'visit-absent': {
    sv: 'En besökare är frånvarande: boka om besöket',
    en: 'A visitor is away: rebook the visit',
  },
  'visit-ended': {
    sv: 'Ett besök är avbokat för att besökaren har slutat: boka ett nytt och säg till hushållet',
    en: 'A visit is called off because its visitor has left: book another and tell the household',
  },
  'dead-work': {
    sv: 'Automatiskt arbete misslyckades: åtgärda för hand',
    en: 'Automatic work failed: handle by hand',
  },
  'slow-work': {
    sv: 'Automatiskt arbete blir inte klart: följ upp, och handlägg för hand om det brådskar',
    en: 'Automatic work does not come to an end: follow up, and handle by hand if it is urgent',
  },
  inbox: {
    sv: 'Skriv in det som har kommit till inkorgen',
    en: 'Enter what has come to the inbox',
  },
  unreadable: {
    sv: 'Ett meddelande gick inte att läsa: läs det och skriv in det',
    en: 'A message could not be read: read it and enter it',
  },
  elsewhere: {
    sv: 'Ett meddelande gäller en adress som ser ut att ligga utanför kommunen: kontrollera adressen',
    en: 'A notice is about an address that seems to lie outside the municipality: check the address',
  },
  mail: {
    sv: 'Ett e-postmeddelande kom inte fram: nå mottagaren på annat sätt',
    en: 'A mail could not be delivered: reach the recipient another way',
  },
} as const

const OF_REGISTRAR: ReadonlySet<string> = new Set([
  'match',
  'form',
  'eviction',
  'inbox',
  'unreadable',
  'elsewhere',
])

/** What a person must look at. One open task per kind and subject, however often it is asked for. */
export type Review = {
  kind: keyof typeof titles
  caseId: string | null
  subjectId: string
  committee?: string
  unit?: string | null
  detail?: object
  /** Tells one time from another when the same subject may need a person more than once. */
  turn?: string
  /** Why a person is asked, in a sentence or two. */
  reason?: { sv: string; en: string }
}

/** Makes one review task per subject, due at the end of the same working day (or of the next one). */
export async function reviewTasks(trx: Trx, at: Moment, reviews: readonly Review[]): Promise<void> {
  if (reviews.length === 0) return
  const municipality = await readMunicipality(trx)
  const due = endOfWorkingDay(at.now, municipality.workingTime)
  const rows = reviews.map((review) => ({
    caseId: review.caseId,
    subjectId: review.subjectId,
    committee: review.committee ?? municipality.defaultCommittee,
    unit: review.unit === undefined ? municipality.defaultUnit : review.unit,
    template: 'review',
    occurrence: `review/${review.kind}#${review.subjectId}${review.turn ? `.${review.turn}` : ''}`,
    titleSv: titles[review.kind].sv,
    titleEn: titles[review.kind].en,
    reasonSv: review.reason?.sv ?? null,
    reasonEn: review.reason?.en ?? null,
    role: OF_REGISTRAR.has(review.kind) ? 'registrar' : 'supervisor',
    dueOn: due.date,
    dueAt: due.at,
    alarmAt: firstAlarm(due.date, municipality.workingTime),
    createdAt: at.now,
  }))
  await insertRows(trx, 'task', rows, sql`on conflict (case_id, occurrence) do nothing`)
}
