// What Kronofogden tells of one eviction, and where the enforcement case stands when events come twice, late or mixed.
import { z } from 'zod'
import { localDateOf } from './calendar.ts'
import { day, needed, optional } from './notice-body.ts'
import type { Household } from './household.ts'
import { readIdentityNumber, readOrganisationNumber } from './identity-number.ts'
import { type Finding, findingsOf } from './reading-findings.ts'
import { readDate, readInstant, readLine, readLines, readPostalCode } from './written.ts'

export const EVICTION_EVENTS = [
  'application',
  'order',
  'date-set',
  'rescheduled',
  'cancelled',
  'executed',
] as const

/**
 * `POST /v1/eviction-notices`. Refused: wrong JSON types, and what lacks the event, the case number, or a respondent
 * with name and address. A strange date comes in with a finding, because an eviction happens whether it was readable.
 */
export const evictionNoticeBody = z
  .object({
    event: z.enum(EVICTION_EVENTS),
    caseNumber: needed(60).meta({
      description: 'The enforcement case number.',
      examples: ['U-24680-26/0210'],
    }),
    occurredOn: needed(40).meta({
      description: 'The day it happened, YYYY-MM-DD.',
      examples: ['2026-11-20'],
    }),
    respondent: z.object({
      name: needed(200),
      personalIdentityNumber: optional(40).meta({ examples: ['19900101-2385'] }),
      address: needed(200).meta({ examples: ['Exempelgatan 12 B lgh 1203'] }),
      postalCode: optional(20).meta({ examples: ['702 10'] }),
      city: optional(100).meta({ examples: ['Örebro'] }),
    }),
    applicant: z.object({ name: optional(200), organisationNumber: optional(40) }).nullish(),
    evictionAt: optional(40).meta({
      description: 'When the eviction is to be carried out, RFC 3339. Without an offset it is Swedish time.',
      examples: ['2026-12-14T08:00:00Z'],
    }),
    opportunityToRespondOn: day,
    documentsCompleteOn: day,
    childrenInHousehold: optional(20).meta({ description: 'yes, no or unknown.', examples: ['unknown'] }),
    reason: optional(2000),
  })
  .meta({
    description: 'One event in an enforcement case. Events may come twice, late, or in the wrong order.',
  })

export type EvictionNoticeBody = z.infer<typeof evictionNoticeBody>

/** One event as it could be read; `evictionOn` is the Swedish day of `evictionAt` (UTC), which is null without a time. */
export type EvictionNotice = {
  event: (typeof EVICTION_EVENTS)[number]
  caseNumber: string
  occurredOn: string | null
  respondent: Household
  applicant: { name: string | null; organisationNumber: string | null }
  evictionOn: string | null
  evictionAt: string | null
  opportunityToRespondOn: string | null
  documentsCompleteOn: string | null
  childrenInHousehold: 'yes' | 'no' | 'unknown'
  reason: string | null
}

type Reading = ReturnType<typeof findingsOf>

/** Reads a body that {@link evictionNoticeBody} let through, as leniently as a landlord's notice is read. */
export function readEvictionNotice(
  body: EvictionNoticeBody,
  today: string,
): { notice: EvictionNotice; findings: Finding[] } {
  const reading = findingsOf()
  const eviction = reading.read(body.evictionAt, readInstant, ['instant_unclear', '/evictionAt'])
  const setsDate = body.event === 'date-set' || body.event === 'rescheduled'
  if (setsDate && eviction === null) reading.note('eviction_date_missing', '/evictionAt')
  const notice: EvictionNotice = {
    event: body.event,
    caseNumber: caseNumber(body.caseNumber),
    occurredOn: reading.read(body.occurredOn, readDate, ['date_unclear', '/occurredOn']),
    respondent: respondentOf(body.respondent, reading, today),
    applicant: applicantOf(body.applicant, reading),
    evictionOn: eviction?.day ?? null,
    evictionAt: eviction?.at ?? null,
    opportunityToRespondOn: reading.read(body.opportunityToRespondOn, readDate, [
      'date_unclear',
      '/opportunityToRespondOn',
    ]),
    documentsCompleteOn: reading.read(body.documentsCompleteOn, readDate, [
      'date_unclear',
      '/documentsCompleteOn',
    ]),
    childrenInHousehold:
      reading.read(body.childrenInHousehold, children, ['children_unclear', '/childrenInHousehold']) ??
      'unknown',
    reason: readLines(body.reason),
  }
  if ((notice.occurredOn ?? '') > today) reading.note('date_in_future', '/occurredOn')
  return { notice, findings: reading.findings }
}

/** `u-24680-26 / 0210` and `U-24680-26/0210` are one case. */
function caseNumber(sent: string): string {
  return (readLine(sent) ?? '').normalize('NFKC').replaceAll(' ', '').toUpperCase()
}

function children(sent: string): EvictionNotice['childrenInHousehold'] | null {
  const answer = sent.trim().toLowerCase()
  return answer === 'yes' || answer === 'no' || answer === 'unknown' ? answer : null
}

function respondentOf(sent: EvictionNoticeBody['respondent'], reading: Reading, today: string): Household {
  return {
    name: readLine(sent.name) ?? '',
    personalIdentityNumber: reading.read(
      sent.personalIdentityNumber,
      (number) => readIdentityNumber(number, today),
      ['id_unverified', '/respondent/personalIdentityNumber'],
    ),
    address: readLine(sent.address) ?? '',
    postalCode: reading.read(sent.postalCode, readPostalCode, [
      'postal_code_unclear',
      '/respondent/postalCode',
    ]),
    city: readLine(sent.city),
    apartmentNumber: null,
  }
}

function applicantOf(sent: EvictionNoticeBody['applicant'], reading: Reading): EvictionNotice['applicant'] {
  const name = readLine(sent?.name)
  if (name === null) reading.note('applicant_missing', '/applicant/name')
  return {
    name,
    organisationNumber: reading.read(sent?.organisationNumber, readOrganisationNumber, [
      'organisation_number_unverified',
      '/applicant/organisationNumber',
    ]),
  }
}

/** An event with when it reached us (RFC 3339 UTC), which orders what happened on one day. */
export type ArrivedEviction = EvictionNotice & { receivedAt: string }

/** Where an enforcement case stands, and its distinct events in the order they happened. */
export type EvictionState = {
  stage: 'application' | 'order' | 'date-set' | 'cancelled' | 'executed'
  evictionOn: string | null
  evictionAt: string | null
  orderedOn: string | null
  executedOn: string | null
  opportunityToRespondOn: string | null
  documentsCompleteOn: string | null
  childrenInHousehold: 'yes' | 'no' | 'unknown'
  history: ArrivedEviction[]
}

/**
 * Where one enforcement case stands, whatever order its events came in: they are ordered by the day they happened, then
 * by arrival, and one with the same content as another is a repeat. Null when there is no event.
 */
export function orderEvictionEvents(events: readonly ArrivedEviction[]): EvictionState | null {
  const arrived = events.toSorted((one, other) => (one.receivedAt < other.receivedAt ? -1 : 1))
  const distinct = new Map<string, ArrivedEviction>()
  for (const event of arrived) {
    const content = evictionContentKey(event)
    if (!distinct.has(content)) distinct.set(content, event)
  }
  const history = [...distinct.values()].sort((one, other) => compare(happenedOn(one), happenedOn(other)))
  if (history.length === 0) return null
  const start: EvictionState = { ...NOTHING_YET, history }
  return history.reduce(follow, start)
}

/** The same text for the same event told twice; personal data, so hash it with a key before storing. */
export function evictionContentKey(notice: EvictionNotice): string {
  const { respondent, applicant } = notice
  return JSON.stringify([
    [notice.event, notice.caseNumber, notice.occurredOn, notice.evictionOn, notice.evictionAt],
    [notice.opportunityToRespondOn, notice.documentsCompleteOn, notice.childrenInHousehold, notice.reason],
    [respondent.name, respondent.personalIdentityNumber, respondent.address, respondent.postalCode],
    [applicant.name, applicant.organisationNumber],
  ])
}

const NOTHING_YET = {
  stage: 'application',
  evictionOn: null,
  evictionAt: null,
  orderedOn: null,
  executedOn: null,
  opportunityToRespondOn: null,
  documentsCompleteOn: null,
  childrenInHousehold: 'unknown',
} as const

/** The state after one more event. What an event does not say stands as it was. */
function follow(state: EvictionState, event: ArrivedEviction): EvictionState {
  const answered = event.childrenInHousehold !== 'unknown'
  const told: EvictionState = {
    ...state,
    opportunityToRespondOn: event.opportunityToRespondOn ?? state.opportunityToRespondOn,
    documentsCompleteOn: event.documentsCompleteOn ?? state.documentsCompleteOn,
    childrenInHousehold: answered ? event.childrenInHousehold : state.childrenInHousehold,
  }
  return { ...told, ...CHANGES[event.event](told, event) }
}

type Change = (state: EvictionState, event: ArrivedEviction) => Partial<EvictionState>

const setDate: Change = (state, event) => {
  // A new date that cannot be read must not switch the old countdown off.
  const { evictionOn, evictionAt } = event.evictionOn === null ? state : event
  return { stage: 'date-set', evictionOn, evictionAt, executedOn: null }
}

// A set date stands until Kronofogden moves or cancels it: an order dated after it takes nothing back.
const CHANGES: Record<EvictionNotice['event'], Change> = {
  application: (state) => ({ stage: state.stage === 'date-set' ? 'date-set' : 'application' }),
  order: (state, event) => ({
    stage: state.stage === 'date-set' ? 'date-set' : 'order',
    orderedOn: happenedOn(event),
  }),
  'date-set': setDate,
  rescheduled: setDate,
  cancelled: () => ({ stage: 'cancelled', evictionOn: null, evictionAt: null }),
  executed: (_, event) => ({ stage: 'executed', executedOn: happenedOn(event) }),
}

/**
 * The day it happened; the Swedish day it reached us when that was unreadable, or lies ahead: a year written wrong must
 * not put an event after everything that Kronofogden tells later.
 */
function happenedOn(event: ArrivedEviction): string {
  const day = localDateOf(event.receivedAt)
  return event.occurredOn !== null && event.occurredOn < day ? event.occurredOn : day
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
