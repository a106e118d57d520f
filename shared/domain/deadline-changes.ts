// Change without loss: what moved when dates were computed anew, and what a second notice does to a running period.
import { longDate } from './date-words.ts'
import type { Calculation, ComputedDeadline, Statement } from './deadline.ts'
import type { DeadlineFacts, Text } from './deadline-facts.ts'
import { computeDeadlines } from './deadlines.ts'
import { daysBetween } from './days.ts'
import type { IsoDate } from './days.ts'
import type { Law } from './periods.ts'
import type { Finding } from './reading-findings.ts'

const COMPARED = ['rawDate', 'lastDay', 'safeDay', 'notBefore', 'notBeforeAlternative'] as const
type ComparedField = (typeof COMPARED)[number]

/** The dates of a deadline, computed or stored. */
export type DeadlineDates = { kind: string } & Pick<ComputedDeadline, ComparedField>

/** One date that moved; `days` is how far, negative when earlier, null when one side has no such date. */
export type Move = { field: ComparedField; from: IsoDate | null; to: IsoDate | null; days: number | null }

/** What became of one kind. `earlier` when less time is left than was thought: then a person must act on it. */
export type Change = {
  kind: string
  change: 'moved' | 'added' | 'removed'
  earlier: boolean
  moves: Move[]
} & Text

/** The day people work to: the earliest day, the legal last day, or the day before any shift. */
const governing = ({ notBefore, lastDay, rawDate }: DeadlineDates): IsoDate => notBefore ?? lastDay ?? rawDate

/** What differs between the dates before and after; unchanged kinds are left out. */
export function compareDeadlines(
  before: readonly DeadlineDates[],
  after: readonly DeadlineDates[],
): Change[] {
  const removed = before.filter(({ kind }) => !after.some((one) => one.kind === kind))
  const changes = after.flatMap((now) => {
    const then = before.find(({ kind }) => kind === now.kind)
    if (!then) return [lone(now, 'added')]
    const moves = COMPARED.flatMap((field) => (then[field] === now[field] ? [] : [moveOf(field, then, now)]))
    return moves.length === 0 ? [] : [moved(then, now, moves)]
  })
  return [...changes, ...removed.map((gone) => lone(gone, 'removed'))]
}

function moveOf(field: ComparedField, then: DeadlineDates, now: DeadlineDates): Move {
  const [from, to] = [then[field], now[field]]
  return { field, from, to, days: from && to ? daysBetween(from, to) : null }
}

function moved(then: DeadlineDates, now: DeadlineDates, moves: Move[]): Change {
  const [from, to] = [governing(then), governing(now)]
  const words = moveWords(from, to)
  const earlier = moves.some(({ days }) => days !== null && days < 0)
  return { kind: now.kind, change: 'moved', earlier, moves, ...words }
}

function moveWords(from: IsoDate, to: IsoDate): Text {
  const [old, fresh, days] = [longDate(from), longDate(to), daysBetween(from, to)]
  if (days === 0) {
    return { sv: `Sista dagen är densamma, ${fresh.sv}.`, en: `The governing day is the same, ${fresh.en}.` }
  }
  const n = Math.abs(days)
  return {
    sv: `Flyttad från ${old.sv} till ${fresh.sv}, ${n} ${n === 1 ? 'dag' : 'dagar'} ${days < 0 ? 'tidigare' : 'senare'}.`,
    en: `Moved from ${old.en} to ${fresh.en}, ${n} ${n === 1 ? 'day' : 'days'} ${days < 0 ? 'earlier' : 'later'}.`,
  }
}

function lone(deadline: DeadlineDates, change: 'added' | 'removed'): Change {
  const day = longDate(governing(deadline))
  const words =
    change === 'added'
      ? { sv: `Ny: ${day.sv}.`, en: `New: ${day.en}.` }
      : { sv: `Gäller inte längre: ${day.sv}.`, en: `No longer applies: ${day.en}.` }
  return { kind: deadline.kind, change, earlier: change === 'added', moves: [], ...words }
}

/**
 * One notice of a case, in the order they came. `corrects` when it replaces an earlier one; `restartConfirmed` when a
 * person has decided that the period began anew with it.
 */
export type NoticeFacts = { id: string; facts: DeadlineFacts; corrects?: boolean; restartConfirmed?: boolean }

/** A restart for a person to confirm: until then the earlier day is worked to. */
export type RestartProposal = {
  fromNotice: string
  toNotice: string
  from: IsoDate
  to: IsoDate
  days: number
} & Text

export type CaseCalculation = {
  worked: (ComputedDeadline & { noticeId: string })[]
  later: (ComputedDeadline & { noticeId: string })[]
  restart: RestartProposal | null
  statements: Statement[]
  findings: (Finding & { noticeId: string })[]
}

/**
 * All dates of a case with one or more notices: each is computed, and of each kind the earlier is worked to (RH
 * 2001:22 left open which notice governs). Facts of the case itself (`shared`) fill in what a notice does not say.
 */
export function computeForNotices(
  notices: readonly NoticeFacts[],
  shared: DeadlineFacts,
  law: Law,
): CaseCalculation {
  const confirmed = notices.findLastIndex((notice) => notice.restartConfirmed)
  const counted = notices
    .slice(Math.max(confirmed, 0))
    .map((notice) => ({ notice, result: computeDeadlines({ ...shared, ...notice.facts }, law) }))
  const all = counted.flatMap(({ notice, result }) =>
    result.deadlines.map((one) => ({ ...one, noticeId: notice.id })),
  )
  const worked = all.filter((one, place) => {
    const rivals = all.filter(({ kind }) => kind === one.kind)
    return all.indexOf(rivals.reduce((a, b) => (governing(b) < governing(a) ? b : a))) === place
  })
  const later = all.filter((one) =>
    worked.some((first) => first.kind === one.kind && governing(first) < governing(one)),
  )
  return {
    worked,
    later,
    restart: proposeRestart(worked, later, notices),
    statements: distinct(counted.map(({ result }) => result)),
    findings: counted.flatMap(({ notice, result }) =>
      result.findings.map((finding) => ({ ...finding, noticeId: notice.id })),
    ),
  }
}

function distinct(results: readonly Calculation[]): Statement[] {
  return [...new Map(results.flatMap(({ statements }) => statements).map((one) => [one.kind, one])).values()]
}

function proposeRestart(
  worked: CaseCalculation['worked'],
  later: CaseCalculation['later'],
  notices: readonly NoticeFacts[],
): RestartProposal | null {
  const first = worked.find(({ kind }) => kind === 'recovery')
  const last = later
    .filter(({ kind }) => kind === 'recovery')
    .sort((a, b) => (governing(a) < governing(b) ? 1 : -1))[0]
  if (!first || !last) return null
  const order = notices.map(({ id }) => id)
  // Only a notice that came after can restart what an earlier one began.
  if (order.indexOf(last.noticeId) < order.indexOf(first.noticeId)) return null
  const [from, to] = [governing(first), governing(last)]
  const [old, fresh] = [longDate(from), longDate(to)]
  const corrected = notices.find(({ id }) => id === last.noticeId)?.corrects
  return {
    fromNotice: first.noticeId,
    toNotice: last.noticeId,
    from,
    to,
    days: daysBetween(from, to),
    sv: `${corrected ? 'Ett rättat' : 'Ett andra'} meddelande kan ha startat om fristen: ${fresh.sv} i stället för ${old.sv}. Arbeta mot den tidigare dagen tills en person har bekräftat omstarten.`,
    en: `A ${corrected ? 'corrected' : 'second'} notice may have restarted the period: ${fresh.en} instead of ${old.en}. Work to the earlier day until a person has confirmed the restart.`,
  }
}
