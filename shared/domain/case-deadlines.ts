// Every statutory date of one case: of each paper that came, of Kronofogden's events, and the one that is worked to.
import { addDays, localDateOf } from './calendar.ts'
import { believed, endingOf, servedOn } from './case-facts.ts'
import { longDate } from './date-words.ts'
import type { DeadlineEvent, DeadlineFacts, Text } from './deadline-facts.ts'
import { computeForNotices } from './deadline-changes.ts'
import type { ComputedDeadline, DeadlineState } from './deadline.ts'
import { computeDeadlines } from './deadlines.ts'
import type { EvictionState } from './eviction-notice.ts'
import { datedVersions, type FoldedNotice } from './notice-versions.ts'
import type { Notice } from './notice.ts'
import { childFacts, undertakingEvents, type CaseEvent, type OwnRecord } from './own-record.ts'
import type { Law } from './periods.ts'
import type { Finding } from './reading-findings.ts'

/** What the dates of a case come from; `restarts` is what a person has decided, by notice or correction. */
export type CaseMatter = {
  notices: readonly FoldedNotice[]
  events: readonly CaseEvent[]
  eviction: EvictionState | null
  restarts: Readonly<Record<string, boolean>>
  own?: OwnRecord
}

/** A date with what started it: a notice, a correction, or the first of Kronofogden's events in the case. */
export type CaseDeadline = ComputedDeadline & { origin: string; settled: boolean }

/** The recovery period that a case is worked to. */
export type Recovery = { lastDay: string | null; safeDay: string | null; basis: string }

/** A restart for a person to confirm or decline: `origin` is the notice or the correction that may have begun anew. */
export type AskedRestart = { origin: string; words: Text }

export type CaseDates = {
  deadlines: CaseDeadline[]
  recovery: Recovery | null
  asked: AskedRestart[]
  /** The next day (ISO) on which a running date will have passed; null when none runs. */
  passesOn: string | null
}

/** Computes the dates of a case as it stands today (ISO day in Sweden). `caseId` names Kronofogden's dates if nothing else does. */
export function datesOfCase(caseId: string, matter: CaseMatter, law: Law, today: string): CaseDates {
  const versions = datedVersions(matter.notices)
  const papers =
    versions.length < 2
      ? versions
      : versions.toSorted((one, other) => one.receivedOn.localeCompare(other.receivedOn))
  const computed = papers.flatMap((paper) => datesOfPaper(paper, matter, law, today))
  const stopped = stoppedByWord(papers, matter)
  const decided = stopped.size === 0 ? computed : computed.map((one) => asDecided(one, stopped, law))
  const deadlines = [
    ...decided,
    ...evictionDates(caseId, matter, law, today),
    ...childDates(caseId, matter, law, today),
  ]
  const recovery = workedRecovery(deadlines)
  return {
    deadlines,
    recovery,
    asked:
      papers.length < 2
        ? []
        : restartsToAsk(
            papers.filter((paper) => stands(paper) && !stopped.has(paper.id)),
            decided,
            matter.restarts,
            { law, today },
          ),
    passesOn: nextPassing(deadlines),
  }
}

function datesOfPaper(
  paper: FoldedNotice,
  { eviction, own }: CaseMatter,
  law: Law,
  today: string,
): CaseDeadline[] {
  const settled = endingOf(paper) !== null
  const facts = factsOf(paper, eviction, today)
  const undertaken = own ? undertakingEvents(paper, own) : []
  const { deadlines } = computeDeadlines({ ...facts, events: [...(facts.events ?? []), ...undertaken] }, law)
  return deadlines.map((one) => ({ ...one, origin: paper.id, settled }))
}

/** What one paper says, in the terms the law's periods start from. */
export function factsOf(paper: FoldedNotice, eviction: EvictionState | null, today: string): DeadlineFacts {
  const { notice } = paper
  const first = notice.rents
    .filter((rent) => rent.dueDate)
    .toSorted((one, other) => ((one.dueDate ?? '') < (other.dueDate ?? '') ? -1 : 1))[0]
  return {
    kind: notice.type.startsWith('cooperative') ? 'cooperative' : 'rent',
    noticeType: notice.type,
    dueDate: first?.dueDate ?? null,
    rentPeriod: first?.period ?? null,
    noticeDate: believed(paper, 'noticeDate'),
    terminatedDate: believed(paper, 'terminatedDate'),
    servedDate: servedOn(paper),
    dispatchedDate: believed(paper, 'dispatchedDate'),
    dispatchMethod: notice.dispatchMethod,
    receivedDate: paper.receivedOn,
    terminationCopyReceivedOn: notice.type === 'nuisance-termination' ? paper.receivedOn : null,
    today,
    events: [...noticeEvents(paper), ...(eviction ? evictionEvents(eviction) : [])],
  }
}

const CONTRADICTIONS: ReadonlySet<string> = new Set([
  'served_before_terminated',
  'terminated_before_forfeiture',
])

/** Days in a notice, received on an ISO day, that cannot all be right: the sender should know, and a person look. */
export function contradictionsIn(notice: Notice, receivedOn: string, law: Law): Finding[] {
  const receivedAt = `${receivedOn}T12:00:00Z`
  const unlinked = { landlordId: null, duplicateOf: null, corrects: null, updates: [] }
  const paper = { id: '', notice, bornOn: null, receivedOn, receivedAt, ...unlinked }
  const { findings } = computeDeadlines(factsOf(paper, null, receivedOn), law)
  return findings.filter(({ code }) => CONTRADICTIONS.has(code))
}

function noticeEvents(paper: FoldedNotice): DeadlineEvent[] {
  return paper.updates.flatMap((update) =>
    update.type === 'paid' ||
    update.type === 'withdrawn' ||
    update.type === 'moved' ||
    update.type === 'wrong-person'
      ? [{ type: update.type, date: update.occurredOn ?? update.receivedOn }]
      : [],
  )
}

function evictionEvents(eviction: EvictionState): DeadlineEvent[] {
  return eviction.history.flatMap((event) =>
    event.event === 'cancelled' || event.event === 'executed'
      ? [{ type: event.event, date: event.occurredOn ?? localDateOf(event.receivedAt) }]
      : [],
  )
}

function evictionDates(caseId: string, matter: CaseMatter, law: Law, today: string): CaseDeadline[] {
  const { eviction, events } = matter
  if (!eviction) return []
  // Only Kronofogden's own message starts the duty to confirm it the same day.
  const told = events.findLast(
    (event) => !event.own && (event.event === 'date-set' || event.event === 'rescheduled'),
  )
  const heard = events.reduce((last, { receivedAt }) => (receivedAt > last ? receivedAt : last), '')
  // What lay ahead when it was told is not believed: the dates would move with every day that goes by.
  const past = (day: string | null) => (day !== null && day <= localDateOf(heard) ? day : null)
  const facts: DeadlineFacts = {
    kind: 'rent',
    orderDate: past(eviction.orderedOn),
    opportunityToRespondOn: past(eviction.opportunityToRespondOn),
    documentsCompleteOn: past(eviction.documentsCompleteOn),
    evictionNoticeReceivedAt: told?.receivedAt ?? null,
    evictedOn: past(eviction.executedOn),
    today,
    events: evictionEvents(eviction),
  }
  const origin = events[0]?.id ?? caseId
  return computeDeadlines(facts, law).deadlines.map((one) => ({ ...one, origin, settled: false }))
}

function childDates(caseId: string, { own }: CaseMatter, law: Law, today: string): CaseDeadline[] {
  if (!own?.child) return []
  const { deadlines } = computeDeadlines(childFacts(own.child, today), law)
  return deadlines.map((one) => ({ ...one, origin: caseId, settled: false }))
}

const BEGUN_ANEW: Text = {
  sv: 'Fristen började om med ett senare meddelande.',
  en: 'The period began anew with a later notice.',
}
const NOT_BEGUN: Text = {
  sv: 'En person har bedömt att fristen inte började om med detta meddelande.',
  en: 'A person has judged that the period did not begin anew with this notice.',
}

const stands = (paper: FoldedNotice) => endingOf(paper) === null

/**
 * The papers whose period a person's word has stopped. A declined one stays stopped only while an earlier paper
 * stands, and a confirmed one stops the earlier only while it stands itself: no household is left without a day.
 */
function stoppedByWord(
  papers: readonly FoldedNotice[],
  { restarts }: CaseMatter,
): ReadonlyMap<string, DeadlineState> {
  const stopped = new Map<string, DeadlineState>()
  const anew = papers.findLastIndex((paper) => restarts[paper.id] === true && stands(paper))
  let earlierStands = false
  for (const [place, paper] of papers.entries()) {
    if (place < anew) stopped.set(paper.id, { state: 'stopped', why: BEGUN_ANEW })
    else if (earlierStands && restarts[paper.id] === false)
      stopped.set(paper.id, { state: 'stopped', why: NOT_BEGUN })
    else earlierStands ||= stands(paper)
  }
  return stopped
}

/** A date as it stands after a person's word on the restarts. */
function asDecided(one: CaseDeadline, stopped: ReadonlyMap<string, DeadlineState>, law: Law): CaseDeadline {
  const state = stopped.get(one.origin)
  const open = one.state?.state === 'running' || one.state?.state === 'passed'
  return state && open && beginsWithPaper(one, law) ? { ...one, state } : one
}

const STARTING_FACTS: ReadonlySet<string | null> = new Set(['servedDate', 'boardNotifiedDate'])

/** Whether a date starts with the paper itself, so that another paper may have started it anew. */
function beginsWithPaper(one: CaseDeadline, law: Law): boolean {
  const operands = law.versions.get(one.periodVersion)?.start?.operands ?? []
  return operands.some(({ fact, endOf }) => STARTING_FACTS.has(fact) || endOf === 'recovery')
}

const dayOf = (one: ComputedDeadline) => one.lastDay ?? one.rawDate

/** The earliest that still runs; when none does, the earliest that has passed without the matter being settled. */
function workedRecovery(deadlines: readonly CaseDeadline[]): Recovery | null {
  const standing = deadlines.filter(
    (one) =>
      one.kind === 'recovery' && !one.settled && one.state?.state !== 'stopped' && one.state?.state !== 'met',
  )
  const running = standing.filter((one) => one.state?.state === 'running')
  const [first] = (running.length > 0 ? running : standing).toSorted((one, other) =>
    dayOf(one).localeCompare(dayOf(other)),
  )
  return first ? { lastDay: first.lastDay, safeDay: first.safeDay, basis: first.basis } : null
}

function nextPassing(deadlines: readonly CaseDeadline[]): string | null {
  const days = deadlines
    .filter((one) => one.state?.state === 'running')
    .map((one) => (one.form === 'not-before' ? dayOf(one) : addDays(dayOf(one), 1)))
  return days.toSorted()[0] ?? null
}

/** Every restart that a person has still to judge: of a later day, and of each corrected paper whatever its day. */
function restartsToAsk(
  standing: readonly FoldedNotice[],
  deadlines: readonly CaseDeadline[],
  restarts: CaseMatter['restarts'],
  { law, today }: { law: Law; today: string },
): AskedRestart[] {
  const { restart } = computeForNotices(
    standing.map((paper) => ({
      id: paper.id,
      facts: factsOf(paper, null, today),
      corrects: paper.corrects !== null,
      restartConfirmed: restarts[paper.id] === true,
    })),
    {},
    law,
  )
  const proposed = restart ? [{ origin: restart.toNotice, words: { sv: restart.sv, en: restart.en } }] : []
  const corrected = standing.flatMap((paper) => {
    const recovery = deadlines.find((one) => one.origin === paper.id && one.kind === 'recovery')
    const asks = paper.corrects !== null && recovery && paper.id !== restart?.toNotice
    return asks ? [{ origin: paper.id, words: correctedWords(recovery) }] : []
  })
  return [...proposed, ...corrected].filter(({ origin }) => restarts[origin] === undefined)
}

function correctedWords(recovery: CaseDeadline): Text {
  const day = longDate(dayOf(recovery))
  return {
    sv: `Ett rättat meddelande har kommit. Med det är sista dagen ${day.sv}. Arbeta mot den tidigaste dagen tills en person har bedömt om fristen började om.`,
    en: `A corrected notice has come. With it the last day is ${day.en}. Work to the earliest day until a person has judged whether the period began anew.`,
  }
}
