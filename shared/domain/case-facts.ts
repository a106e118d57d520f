// What a case is about today, folded from everything that has come in: the facts that routing, planning and clocks read.
import { amountOwed, monthsUnpaid, unpaidOf } from './notice.ts'
import { localDateOf } from './calendar.ts'
import { currentNotices, type FoldedNotice } from './notice-versions.ts'
import { orderEvictionEvents, type ArrivedEviction, type EvictionState } from './eviction-notice.ts'

/** Why nothing more runs: every notice has been taken back or paid, or the person is no longer the one concerned. */
export type Settled = 'paid' | 'withdrawn' | 'moved' | 'agreement' | 'cancelled' | 'wrong-person'

/** An ending that the municipality's own people have recorded. `on`: the day it happened; `at`: when it was recorded. */
export type Ending = { reason: Settled; on: string; at: string }

/** How many times the work has begun afresh: with a new notice after all earlier were settled, after a cancelling. */
export type Turn = { notice: number; eviction: number }

export type CaseFacts = {
  noticeType: string
  stage: 'early' | 'warned' | 'terminated' | 'applied' | 'ordered' | 'date-set' | 'stayed' | 'executed'
  /** The day the planning counts from: the governing notice's own date. */
  notifiedOn: string
  governing: FoldedNotice | null
  monthsUnpaid: number
  /** Öre; 0 when no amount could be read. */
  amountOwed: number
  repeated: boolean
  children: 'yes' | 'no' | 'unknown'
  bornOn: string | null
  eviction: EvictionState | null
  enforcementNumber: string | null
  settled: Settled | null
  settledOn: string | null
  turn: Turn
}

const noticeStage: Record<string, CaseFacts['stage']> = {
  'early-arrears': 'early',
  'rent-termination': 'terminated',
  'nuisance-warning': 'warned',
  'nuisance-termination': 'terminated',
  'cooperative-fee-termination': 'terminated',
  'cooperative-nuisance': 'warned',
  'power-cutoff': 'early',
}

const evictionStage: Record<EvictionState['stage'], CaseFacts['stage']> = {
  application: 'applied',
  order: 'ordered',
  'date-set': 'date-set',
  cancelled: 'stayed',
  executed: 'executed',
}

const rank: CaseFacts['stage'][] = [
  'early',
  'warned',
  'terminated',
  'applied',
  'ordered',
  'stayed',
  'date-set',
  'executed',
]

/** The day a notice counts from: its own date, else the day it was sent, else the day it came. */
export function dayOfNotice(folded: FoldedNotice): string {
  const { noticeDate, dispatchedDate } = folded.notice
  const own = noticeDate ?? dispatchedDate ?? folded.receivedOn
  return own < folded.receivedOn ? own : folded.receivedOn
}

/**
 * The day the tenant was served: what was reported last counts, else what the notice itself says. A day that lay
 * ahead when it was told is not believed, also not when it has come: it would let the period grow day by day.
 */
export function servedOn(folded: FoldedNotice): string | null {
  const told = folded.updates.filter(
    ({ type, occurredOn, receivedOn }) =>
      type === 'served' && occurredOn !== null && occurredOn <= receivedOn,
  )
  return told.at(-1)?.occurredOn ?? believed(folded, 'servedDate')
}

/** What a notice says has happened on a day; null when that day lay ahead as it was told. */
export function believed(
  { notice, saidOn, receivedOn }: FoldedNotice,
  field: 'noticeDate' | 'terminatedDate' | 'dispatchedDate' | 'servedDate',
): string | null {
  const day = notice[field]
  return day !== null && day <= (saidOn ?? receivedOn) ? day : null
}

/** The amount the tenant must pay, in öre: a correction with an amount takes the notice's place. */
function owedOn(folded: FoldedNotice): number {
  const corrected = folded.updates.findLast((update) => update.type === 'corrected' && update.amount !== null)
  return corrected?.amount ?? amountOwed(folded.notice) ?? 0
}

const ENDS: ReadonlySet<string> = new Set(['paid', 'withdrawn', 'moved', 'wrong-person'])

/** How a notice has ended, by the latest update that ends it; null while it stands. */
export function endingOf(folded: FoldedNotice): Ending | null {
  const last = folded.updates
    .filter((update) => ENDS.has(update.type))
    .toSorted((one, other) =>
      (one.occurredOn ?? one.receivedOn) < (other.occurredOn ?? other.receivedOn) ? -1 : 1,
    )
    .at(-1)
  if (!last) return null
  return { reason: last.type as Settled, on: last.occurredOn ?? last.receivedOn, at: last.receivedAt }
}

/**
 * The notices with what our own people have recorded of their end: an ending holds for every notice that had come by
 * then, and leaves standing what comes after it.
 */
export function withEndings(notices: readonly FoldedNotice[], endings: readonly Ending[]): FoldedNotice[] {
  return notices.map((folded) => {
    const own = endings.filter((ending) => Date.parse(folded.receivedAt) <= Date.parse(ending.at))
    const updates = own.map(({ reason, on, at }) => ({
      id: `${folded.id}/${at}`,
      type: reason,
      occurredOn: on,
      amount: null,
      receivedOn: localDateOf(at),
      receivedAt: at,
    }))
    return updates.length === 0 ? folded : { ...folded, updates: [...folded.updates, ...updates] }
  })
}

/**
 * Folds everything known about one household's case. `events` are Kronofogden's, in any order; `earlier` tells that
 * the household had another case within twelve months; `endings` are what our own people have recorded, already
 * told of the notices (`withEndings`). At least one notice or event must be given.
 */
export function foldCase(
  notices: readonly FoldedNotice[],
  events: readonly ArrivedEviction[],
  earlier: boolean,
  endings: readonly Ending[] = [],
): CaseFacts {
  const own = currentNotices(notices)
  const live = own.filter((folded) => endingOf(folded) === null)
  const ordered = (live.length > 0 ? live : own).toSorted((one, other) =>
    dayOfNotice(one) < dayOfNotice(other) ? -1 : 1,
  )
  const governing = ordered.at(-1) ?? null
  const eviction = orderEvictionEvents(events)
  const first = events[0]
  return {
    noticeType: governing?.notice.type ?? 'eviction',
    // A settled case keeps the stage it had reached: what survives the ending is still judged by it.
    stage: stageOf(live.length > 0 ? live : own, eviction),
    notifiedOn: governing ? dayOfNotice(governing) : first ? localDateOf(first.receivedAt) : '',
    governing,
    ...debtOf(live),
    repeated: earlier || own.length > 1,
    children: eviction?.childrenInHousehold ?? 'unknown',
    bornOn: own.map((folded) => folded.bornOn).find((day) => day !== null) ?? null,
    eviction,
    enforcementNumber: first?.caseNumber ?? governing?.notice.enforcementCaseNumber ?? null,
    ...settledOf(live, eviction, [...own.flatMap((folded) => endingOf(folded) ?? []), ...endings]),
    turn: { notice: noticeTurn(own), eviction: evictionTurn(eviction) },
  }
}

function stageOf(live: readonly FoldedNotice[], eviction: EvictionState | null): CaseFacts['stage'] {
  const stages = live.map((folded) => noticeStage[folded.notice.type] ?? 'early')
  if (eviction && !isPast(eviction, live)) stages.push(evictionStage[eviction.stage])
  return stages.toSorted((one, other) => rank.indexOf(one) - rank.indexOf(other)).at(-1) ?? 'early'
}

/** Months and debt over all standing notices, each month counted once with what the latest notice says of it. */
function debtOf(live: readonly FoldedNotice[]): { monthsUnpaid: number; amountOwed: number } {
  const only = live[0]
  const partPaid = live.flatMap((folded) => folded.updates).filter((update) => update.type === 'part-paid')
  const paid = partPaid.reduce((sum, update) => sum + (update.amount ?? 0), 0)
  if (!only) return { monthsUnpaid: 0, amountOwed: 0 }
  if (live.length === 1) {
    return { monthsUnpaid: monthsUnpaid(only.notice), amountOwed: Math.max(0, owedOn(only) - paid) }
  }
  const months = new Map<string, number>()
  for (const folded of live.toSorted((one, other) => (dayOfNotice(one) < dayOfNotice(other) ? -1 : 1))) {
    folded.notice.rents.forEach((rent, place) => {
      const unpaid = unpaidOf(rent)
      if (unpaid !== 0) months.set(rent.period ?? rent.dueDate ?? `${folded.id}/${place}`, unpaid ?? 0)
    })
  }
  const sum = [...months.values()].reduce((total, ore) => total + ore, 0)
  return { monthsUnpaid: months.size, amountOwed: Math.max(0, sum - paid) }
}

/** A cancelled eviction says nothing of a notice that came after the cancelling: its work begins from the start. */
function isPast({ stage, history }: EvictionState, live: readonly FoldedNotice[]): boolean {
  const told = Date.parse(history.at(-1)?.receivedAt ?? '')
  return stage === 'cancelled' && live.some((folded) => Date.parse(folded.receivedAt) > told)
}

/** What Kronofogden tells after an ending means that the threat stands: an ending never silences what came later. */
function settledOf(
  live: readonly FoldedNotice[],
  eviction: EvictionState | null,
  endings: readonly Ending[],
): { settled: Settled | null; settledOn: string | null } {
  const last = endings.toSorted((one, other) => (one.on < other.on ? -1 : 1)).at(-1)
  const told = eviction?.history.filter((event) => event.event !== 'cancelled') ?? []
  const later = told.some((event) =>
    endings.every((ending) => Date.parse(event.receivedAt) > Date.parse(ending.at)),
  )
  const threatens = eviction !== null && eviction.stage !== 'cancelled' && later
  if (!last || live.length > 0 || threatens || eviction?.stage === 'executed')
    return { settled: null, settledOn: null }
  return { settled: last.reason, settledOn: last.on }
}

/** A settling told only after the next notice came starts no turn: what was done for that notice stays done. */
function noticeTurn(own: readonly FoldedNotice[]): number {
  const arrived = own.toSorted((one, other) => Date.parse(one.receivedAt) - Date.parse(other.receivedAt))
  return arrived.reduce((turn, folded, place) => {
    const settled = arrived.slice(0, place).every((before) => {
      const ending = endingOf(before)
      return ending !== null && Date.parse(ending.at) < Date.parse(folded.receivedAt)
    })
    return place > 0 && settled ? turn + 1 : turn
  }, 1)
}

function evictionTurn(eviction: EvictionState | null): number {
  const history = eviction?.history ?? []
  const anew = history.filter(
    ({ event }, place) => event !== 'cancelled' && history[place - 1]?.event === 'cancelled',
  )
  return 1 + anew.length
}
