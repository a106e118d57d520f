// Computes every statutory date of some cases again and writes what moved: nothing is overwritten, closed cases stay.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows, updateRows } from '../db/rows.ts'
import { endingOf, servedOn, type FoldedNotice } from '../domain/case-facts.ts'
import { daysBetween } from '../domain/calendar.ts'
import type { DeadlineEvent, DeadlineFacts } from '../domain/deadline-facts.ts'
import type { ComputedDeadline } from '../domain/deadline.ts'
import { computeDeadlines } from '../domain/deadlines.ts'
import type { ArrivedEviction, EvictionState } from '../domain/eviction-notice.ts'
import type { Law } from '../domain/periods.ts'
import type { Moment } from './act.ts'
import type { CaseInput } from './case-inputs.ts'
import { writeTimeline, type TimelineEntry } from './timeline.ts'

/** A date with what started it: a notice's id, or the first of Kronofogden's events in the case. */
type Dated = ComputedDeadline & { caseId: string; origin: string; settled: boolean }

type Current = {
  id: string
  caseId: string
  origin: string
  kind: string
  version: number
  rawDate: string | null
  lastDay: string | null
  notBefore: string | null
  basis: string
  periodVersion: string
  state: string
}

/** The recovery period a case is worked to: the earliest of those that run. Null when none runs. */
export type Recovery = { lastDay: string | null; safeDay: string | null; basis: string }

/**
 * Brings the dates of these cases up to today's facts and law: an unchanged date is left alone, a changed one gets a
 * new version that says by how many days it moved. Returns each case's recovery period.
 */
export async function refreshDeadlines(
  trx: Trx,
  at: Moment,
  law: Law,
  inputs: ReadonlyMap<string, CaseInput>,
): Promise<Map<string, Recovery>> {
  const dated = [...inputs].flatMap(([caseId, input]) => datesOf(caseId, input, law, at.today))
  const current = await currentDeadlines(trx, [...inputs.keys()])
  const changes = changesBetween(dated, current)
  await sql`update deadline set superseded_at = ${at.now} where id = any(${changes.superseded}::uuid[])`.execute(
    trx,
  )
  await insertRows(
    trx,
    'deadline',
    changes.added.map((row) => ({ ...row, computedAt: at.now })),
  )
  await updateRows(trx, 'deadline', changes.restated)
  await writeTimeline(trx, at, changes.moves)
  return recoveries(dated)
}

async function currentDeadlines(trx: Trx, caseIds: readonly string[]): Promise<Map<string, Current>> {
  if (caseIds.length === 0) return new Map()
  const rows = await trx
    .selectFrom('deadline')
    .select([
      'id',
      'caseId',
      'origin',
      'kind',
      'version',
      'rawDate',
      'lastDay',
      'notBefore',
      'basis',
      'periodVersion',
      'state',
    ])
    .where('caseId', 'in', [...caseIds])
    .where('supersededAt', 'is', null)
    .execute()
  return new Map(rows.map((row) => [keyOf(row), row]))
}

const keyOf = (row: { caseId: string; origin: string; kind: string }) =>
  `${row.caseId} ${row.origin} ${row.kind}`

function changesBetween(dated: readonly Dated[], current: ReadonlyMap<string, Current>) {
  const superseded: string[] = []
  const added: ReturnType<typeof rowOf>[] = []
  const restated: { id: string; state: string; stateReason: string | null }[] = []
  const moves: TimelineEntry[] = []
  const wanted = new Set(dated.map(keyOf))
  for (const [key, row] of current) if (!wanted.has(key)) superseded.push(row.id)
  for (const one of dated) {
    const before = current.get(keyOf(one))
    if (before && sameDates(before, one)) {
      const state = one.state?.state ?? 'running'
      if (state !== before.state)
        restated.push({ id: before.id, state, stateReason: one.state?.why.sv ?? null })
      continue
    }
    if (before) superseded.push(before.id)
    const moved = before ? movedBetween(before, one) : null
    added.push(rowOf(one, before ? before.version + 1 : 1, moved))
    if (moved)
      moves.push({
        caseId: one.caseId,
        kind: 'deadline.moved',
        actor: 'system',
        detail: { deadline: one.kind, ...moved },
      })
  }
  return { superseded, added, restated, moves }
}

function sameDates(before: Current, after: Dated): boolean {
  return (
    before.rawDate === after.rawDate &&
    before.lastDay === after.lastDay &&
    before.notBefore === after.notBefore &&
    before.basis === after.basis &&
    before.periodVersion === after.periodVersion
  )
}

function movedBetween(before: Current, after: Dated): { from: string; to: string; days: number } | null {
  const from = before.lastDay ?? before.rawDate
  const to = after.lastDay ?? after.rawDate
  return from && to && from !== to ? { from, to, days: daysBetween(from, to) } : null
}

function rowOf(one: Dated, version: number, moved: object | null) {
  return {
    caseId: one.caseId,
    origin: one.origin,
    kind: one.kind,
    version,
    rawDate: one.rawDate,
    lastDay: one.lastDay,
    safeDay: one.safeDay,
    notBefore: one.notBefore,
    notBeforeAlternative: one.notBeforeAlternative,
    basis: one.basis,
    inputs: one.inputs,
    periodVersion: one.periodVersion,
    source: one.source,
    explanationSv: one.explanation.sv,
    explanationEn: one.explanation.en,
    state: one.state?.state ?? 'running',
    stateReason: one.state?.why.sv ?? null,
    moved,
  }
}

function datesOf(caseId: string, input: CaseInput, law: Law, today: string): Dated[] {
  const own = input.notices.filter((folded) => folded.duplicateOf === null)
  const fromNotices = own.flatMap((folded) =>
    computeDeadlines(factsOf(folded, input.facts.eviction, today), law).deadlines.map((one) => ({
      ...one,
      caseId,
      origin: folded.id,
      settled: endingOf(folded) !== null,
    })),
  )
  const { eviction } = input.facts
  if (!eviction) return fromNotices
  const origin = input.events[0]?.id ?? caseId
  const events = evictionEvents(eviction)
  const facts = { ...evictionFacts(eviction, input.events), today, events }
  return [
    ...fromNotices,
    ...computeDeadlines(facts, law).deadlines.map((one) => ({ ...one, caseId, origin, settled: false })),
  ]
}

/** What one notice says, in the terms the law's periods start from. */
export function factsOf(folded: FoldedNotice, eviction: EvictionState | null, today: string): DeadlineFacts {
  const { notice } = folded
  const first = notice.rents
    .filter((rent) => rent.dueDate)
    .toSorted((one, other) => ((one.dueDate ?? '') < (other.dueDate ?? '') ? -1 : 1))[0]
  return {
    kind: notice.type.startsWith('cooperative') ? 'cooperative' : 'rent',
    noticeType: notice.type,
    dueDate: first?.dueDate ?? null,
    rentPeriod: first?.period ?? null,
    noticeDate: notice.noticeDate,
    terminatedDate: notice.terminatedDate,
    servedDate: servedOn(folded),
    dispatchedDate: notice.dispatchedDate,
    dispatchMethod: notice.dispatchMethod,
    receivedDate: folded.receivedOn,
    terminationCopyReceivedOn: notice.type === 'nuisance-termination' ? folded.receivedOn : null,
    today,
    events: [...noticeEvents(folded), ...(eviction ? evictionEvents(eviction) : [])],
  }
}

function noticeEvents(folded: FoldedNotice): DeadlineEvent[] {
  return folded.updates.flatMap((update) =>
    update.type === 'paid' || update.type === 'withdrawn' || update.type === 'moved'
      ? [{ type: update.type, date: update.occurredOn ?? update.receivedOn }]
      : [],
  )
}

function evictionEvents(eviction: EvictionState): DeadlineEvent[] {
  return eviction.history.flatMap((event) =>
    event.event === 'cancelled' || event.event === 'executed'
      ? [{ type: event.event, date: event.occurredOn ?? event.receivedAt.slice(0, 10) }]
      : [],
  )
}

function evictionFacts(eviction: EvictionState, events: readonly ArrivedEviction[]): DeadlineFacts {
  const told = events.filter((event) => event.event === 'date-set' || event.event === 'rescheduled').at(-1)
  return {
    kind: 'rent',
    orderDate: eviction.orderedOn,
    opportunityToRespondOn: eviction.opportunityToRespondOn,
    documentsCompleteOn: eviction.documentsCompleteOn,
    evictionNoticeReceivedAt: told?.receivedAt ?? null,
    evictedOn: eviction.executedOn,
  }
}

function recoveries(dated: readonly Dated[]): Map<string, Recovery> {
  const running = dated.filter(
    (one) =>
      one.kind === 'recovery' && !one.settled && one.state?.state !== 'stopped' && one.state?.state !== 'met',
  )
  const byCase = Map.groupBy(running, (one) => one.caseId)
  return new Map(
    [...byCase].flatMap(([caseId, all]) => {
      const first = all.toSorted((one, other) => (one.rawDate < other.rawDate ? -1 : 1))[0]
      return first
        ? [[caseId, { lastDay: first.lastDay, safeDay: first.safeDay, basis: first.basis }] as const]
        : []
    }),
  )
}
