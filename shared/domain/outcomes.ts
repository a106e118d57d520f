// Closing a case: which outcome may be recorded when, and what to do instead when it may not.
import type { Codes } from './codes.ts'
import { codesOf, findCode } from './codes.ts'
import type { IsoDate } from './days.ts'
import type { Objection } from './objection.ts'
import { objectIf } from './objection.ts'
import type { Words } from './routing-facts.ts'

export type ClosingState = {
  /** The outcome already recorded, if the case is closed. */
  closedWith: string | null
  /** Tasks that are neither done nor ended, the follow-ups not counted. */
  openTasks: number
  causeRecorded: boolean
  reached: boolean
  /** What the contact ladder still asks for; empty when it is exhausted. */
  ladderLeft: readonly Words[]
  /** A supervisor's approval to close without contact. */
  approvedBy: string | null
  /** An eviction date that is neither cancelled nor executed. */
  evictionAhead: IsoDate | null
  housingAfterRecorded: boolean
}

/** `source`: who told, or where it was seen; an outcome without a source cannot be trusted in the figures. */
export type ClosingRequest = { outcome: string; on: IsoDate; source: string; requestedBy: string }

/** Everything that stands in the way of closing with this outcome; empty: it may be closed. */
export function mayClose(
  state: ClosingState,
  request: ClosingRequest,
  codes: Codes,
  today: IsoDate,
): Objection[] {
  if (state.closedWith !== null) return ALREADY_CLOSED
  const outcome = findCode(codes, 'outcome', request.outcome)
  if (!outcome) return unknownOutcome(codes)
  const closing = outcome.closing ?? 'contact'
  return [
    ...aboutRequest(state, request, today),
    ...objectIf(
      state.evictionAhead !== null && closing !== 'always',
      'eviction-ahead',
      `Avhysningen är satt till ${state.evictionAhead}. Vänta tills den är inställd eller verkställd, och ange då utfallet.`,
      `The eviction is set for ${state.evictionAhead}. Wait until it is cancelled or executed, then record the outcome.`,
    ),
    ...objectIf(
      closing === 'housing' && !state.housingAfterRecorded,
      'housing-missing',
      'Ange först var hushållet bor nu (HS1-HS4).',
      'First record where the household lives now (HS1-HS4).',
    ),
    ...(closing === 'ladder' ? aboutLadder(state, request) : []),
    ...(closing === 'contact' && !state.reached ? aboutLadder({ ...state, reached: false }, request) : []),
  ]
}

const ALREADY_CLOSED = objectIf(
  true,
  'already-closed',
  'Ärendet har redan ett utfall. Öppna det igen om något nytt har hänt.',
  'The case already has an outcome. Reopen it if something new has happened.',
)
// A system has no list to choose from, so the sentence names them.
function unknownOutcome(codes: Codes): Objection[] {
  const known = codesOf(codes, 'outcome')
  const [sv, en] = [`Välj ett utfall i listan: ${known}.`, `Choose an outcome in the list: ${known}.`]
  return objectIf(true, 'unknown-outcome', sv, en)
}

function aboutRequest(state: ClosingState, request: ClosingRequest, today: IsoDate): Objection[] {
  return [
    ...objectIf(
      state.openTasks > 0,
      'open-tasks',
      `Öppna uppgifter: ${state.openTasks}. Gör dem, eller avsluta dem med skäl, innan ärendet avslutas.`,
      `Open tasks: ${state.openTasks}. Do them, or end them with a reason, before the case is closed.`,
    ),
    ...objectIf(
      !state.causeRecorded,
      'cause-missing',
      'Ange först orsaken till anmälan.',
      'First record the cause of the notice.',
    ),
    ...objectIf(
      request.on > today,
      'date-ahead',
      'Datumet ligger framåt i tiden. Ange dagen då det hände.',
      'The date lies ahead. Give the day on which it happened.',
    ),
    ...objectIf(
      request.source.trim() === '',
      'source-missing',
      'Ange var uppgiften kommer från, till exempel hyresvärden eller Kronofogden.',
      'Say where this is known from, for example the landlord or Kronofogden.',
    ),
  ]
}

function aboutLadder(state: ClosingState, request: ClosingRequest): Objection[] {
  const left = {
    sv: state.ladderLeft.map((step) => step.sv).join('. '),
    en: state.ladderLeft.map((step) => step.en).join('. '),
  }
  return [
    ...objectIf(
      state.reached,
      'was-reached',
      'Hyresgästen har nåtts. Välj det utfall som samtalet ledde till.',
      'The tenant was reached. Choose the outcome that the talk led to.',
    ),
    ...objectIf(
      state.ladderLeft.length > 0,
      'ladder-left',
      `Försök först: ${left.sv}.`,
      `First try: ${left.en}.`,
    ),
    ...objectIf(
      state.approvedBy === null,
      'approval-missing',
      'Be arbetsledaren godkänna att ärendet avslutas utan kontakt.',
      'Ask the supervisor to approve closing without contact.',
    ),
    ...objectIf(
      state.approvedBy !== null && state.approvedBy === request.requestedBy,
      'own-approval',
      'Någon annan än du måste godkänna att ärendet avslutas utan kontakt.',
      'Somebody else than you must approve closing without contact.',
    ),
  ]
}
