// A home visit's rules: who may be booked when, consent of each adult at the door, the checklist, and the result.
import { holidayName, isWorkingDay } from './calendar.ts'
import type { IsoDate } from './days.ts'
import type { Objection } from './objection.ts'
import { objectIf } from './objection.ts'
import type { Words } from './routing-facts.ts'
import { readSheet, sheetProblem } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'
import { inWeekOf, isAwayOn, worksThen } from './visit-plan.ts'
import type { Booking, Visitor, VisitRules, VisitTime } from './visit-plan.ts'

/** `announced`: the time was sent and could be declined. `reasonUnannounced`: why not, when it was not (JO 1188-2020). */
export type WantedVisit = {
  visitors: readonly Visitor[]
  day: IsoDate
  time: VisitTime
  announced: boolean
  reasonUnannounced: string | null
  /** Why it is booked past the limit or on a closed day, if so. */
  reasonAnyway: string | null
}

/** Everything that stands in the way of booking this visit; empty: it may be booked. */
export function mayBook(wanted: WantedVisit, booked: readonly Booking[], rules: VisitRules): Objection[] {
  return [
    ...aboutPair(wanted, rules),
    ...wanted.visitors.flatMap((visitor) => aboutPerson(visitor, wanted, booked)),
    ...aboutDay(wanted, rules),
    ...objectIf(
      !wanted.announced && (wanted.reasonUnannounced ?? '').trim() === '',
      'unannounced',
      'Skicka en tid som går att tacka nej till, eller skriv varför besöket inte kan föranmälas.',
      'Send a time that can be declined, or write why the visit cannot be announced.',
    ),
  ]
}

function aboutPair({ visitors }: WantedVisit, rules: VisitRules): Objection[] {
  const people = new Set(visitors.map((visitor) => visitor.id))
  const houses = new Set(visitors.map((visitor) => visitor.organisation))
  return [
    ...objectIf(
      people.size < 2,
      'two-persons',
      'Ett hembesök görs av två personer. Välj en till.',
      'A home visit is made by two people. Choose one more.',
    ),
    ...objectIf(
      people.size >= 2 && rules.pairing === 'different' && houses.size < 2,
      'same-organisation',
      'Besökarna ska komma från olika organisationer. Byt en av dem.',
      'The visitors must come from different organisations. Change one of them.',
    ),
  ]
}

function aboutPerson(
  visitor: Visitor,
  { day, time, reasonAnyway }: WantedVisit,
  booked: readonly Booking[],
): Objection[] {
  const all = booked.filter((booking) => booking.personIds.includes(visitor.id))
  const own = all.filter((booking) => booking.day === day)
  const inWeek = inWeekOf(day, all).length
  return [
    ...objectIf(
      isAwayOn(visitor, day),
      'on-leave',
      'En av personerna är frånvarande den dagen. Välj någon annan eller en annan dag.',
      'One of the people is away that day. Choose somebody else or another day.',
    ),
    ...objectIf(
      own.some((booking) => booking.starts < time.ends && time.starts < booking.ends),
      'double-booked',
      'En av personerna är redan bokad då. Välj någon annan eller en annan tid.',
      'One of the people is already booked then. Choose somebody else or another time.',
    ),
    ...(reasonAnyway === null ? aboutLimits(visitor, own.length, inWeek) : []),
    ...objectIf(
      time.evening && !worksThen(visitor, day, time),
      'no-evening',
      'En av personerna arbetar inte den kvällen. Välj någon annan eller en annan kväll.',
      'One of the people does not work that evening. Choose somebody else or another evening.',
    ),
  ]
}

function aboutLimits(visitor: Visitor, inDay: number, inWeek: number): Objection[] {
  return [
    ...objectIf(
      inDay >= visitor.visitsPerDay,
      'day-full',
      `En av personerna har redan ${inDay} besök den dagen. Välj en annan dag eller boka ändå med skäl.`,
      `One of the people already has ${inDay} visits that day. Choose another day, or book anyway with a reason.`,
    ),
    ...objectIf(
      inDay < visitor.visitsPerDay && inWeek >= visitor.visitsPerWeek,
      'week-full',
      `En av personerna har redan ${inWeek} besök den veckan. Välj en annan vecka eller boka ändå med skäl.`,
      `One of the people already has ${inWeek} visits that week. Choose another week, or book anyway with a reason.`,
    ),
  ]
}

function aboutDay({ day, time, reasonAnyway }: WantedVisit, rules: VisitRules): Objection[] {
  const { workingTime } = rules
  const closed = !isWorkingDay(day, workingTime)
  const name = holidayName(day)
  return [
    ...objectIf(
      closed && reasonAnyway === null,
      'closed-day',
      `${name ? `Dagen är ${name.toLowerCase()}` : 'Dagen är inte en arbetsdag'}. Välj en annan dag eller boka ändå med skäl.`,
      'The day is not a working day. Choose another day, or book anyway with a reason.',
    ),
    ...objectIf(
      !time.evening && (time.starts < workingTime.opens || time.ends > workingTime.closes),
      'outside-hours',
      `Besök görs ${workingTime.opens}–${workingTime.closes}, eller på en kväll som besökarna arbetar. Välj en annan tid.`,
      `Visits are made ${workingTime.opens}–${workingTime.closes}, or in an evening that the visitors work. Choose another time.`,
    ),
  ]
}

/** The day and hours of a visit as the rules read them: one that begins at or after closing time is an evening's. */
export function timeOfVisit(starts: string, ends: string, closes: string): VisitTime {
  return { starts, ends, evening: starts >= closes }
}

/** What each adult at home answered at the door, with the instant it was answered; null: not asked. */
export type DoorAnswer = { adult: string; answer: 'yes' | 'no' | 'door-only' | null; at: string | null }

/** Whether the visitors may go in: every adult at home has said yes (RF 2:6, JO 6367-2019). */
export function mayEnter(answers: readonly DoorAnswer[]): Objection[] {
  return [
    ...objectIf(
      answers.length === 0 || answers.some(({ answer, at }) => answer === null || at === null),
      'consent-not-recorded',
      'Fråga varje vuxen hemma och anteckna svaret med klockslag innan ni går in.',
      'Ask each adult at home and note the answer with the time before you go in.',
    ),
    ...objectIf(
      answers.some(({ answer }) => answer === 'no' || answer === 'door-only'),
      'consent-refused',
      'Någon vuxen hemma har inte sagt ja. Prata i dörren eller lämna kontaktuppgifter.',
      'An adult at home has not said yes. Talk at the door or leave contact details.',
    ),
  ]
}

/** Whether a result may be recorded: a visit inside needs recorded consent, a refusal or a closed door does not. */
export function mayRecordVisit(result: string, answers: readonly DoorAnswer[]): Objection[] {
  return result === 'GENOMFORT' ? mayEnter(answers) : []
}

export const PHASES = ['before', 'door', 'ask', 'see', 'agree', 'after'] as const
export type Phase = (typeof PHASES)[number]
export type ChecklistItem = { phase: Phase; item: string; words: Words; required: boolean }

/** Reads visit-checklist.csv. Never throws; a row with a fault is left out and named in `problems`. */
export function parseChecklist(csv: string): { items: ChecklistItem[]; problems: SheetProblem[] } {
  const sheet = readSheet(csv)
  const problems = [...sheet.problems]
  const items = sheet.rows.flatMap((row) => readItem(row, problems))
  return { items, problems }
}

function readItem({ line, cells }: SheetRow, problems: SheetProblem[]): ChecklistItem[] {
  const phase = PHASES.find((known) => known === cells['phase'])
  const [item, sv, en] = [cells['item'] ?? '', cells['sv'] ?? '', cells['en'] ?? '']
  if (phase && item !== '' && sv !== '' && en !== '') {
    return [{ phase, item, words: { sv, en }, required: cells['required'] === 'yes' }]
  }
  problems.push(
    sheetProblem(
      'bad-item',
      { line },
      `Rad ${line} i checklistan är inte fullständig.`,
      `Line ${line} of the checklist is not complete.`,
    ),
  )
  return []
}
