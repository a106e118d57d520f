// What a case is about today, folded from everything that has come in: the facts that routing, planning and clocks read.
import { amountOwed, monthsUnpaid, unpaidOf } from './notice.ts'
import { localDateOf } from './calendar.ts'
import { currentNotices, type FoldedNotice } from './notice-versions.ts'
import { orderEvictionEvents, type ArrivedEviction, type EvictionState } from './eviction-notice.ts'

/** Why nothing more runs: every notice has been taken back or paid, or the person is no longer the one concerned. */
export type Settled = 'paid' | 'withdrawn' | 'moved' | 'agreement' | 'cancelled'

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

/** The day the tenant was served: what was reported last counts, else what the notice itself says. */
export function servedOn(folded: FoldedNotice): string | null {
  const told = folded.updates.filter((update) => update.type === 'served' && update.occurredOn !== null)
  return told.at(-1)?.occurredOn ?? folded.notice.servedDate
}

/** The amount the tenant must pay, in öre: a correction with an amount takes the notice's place. */
function owedOn(folded: FoldedNotice): number {
  const corrected = folded.updates
    .filter((update) => update.type === 'corrected' && update.amount !== null)
    .at(-1)
  return corrected?.amount ?? amountOwed(folded.notice) ?? 0
}

/** How a notice has ended, by the latest update that ends it; null while it stands. */
export function endingOf(folded: FoldedNotice): { reason: Settled; on: string } | null {
  const last = folded.updates
    .filter((update) => ['paid', 'withdrawn', 'moved'].includes(update.type))
    .toSorted((one, other) =>
      (one.occurredOn ?? one.receivedOn) < (other.occurredOn ?? other.receivedOn) ? -1 : 1,
    )
    .at(-1)
  return last ? { reason: last.type as Settled, on: last.occurredOn ?? last.receivedOn } : null
}

/**
 * Folds everything known about one household's case. `events` are Kronofogden's, in any order; `earlier` tells that
 * the household had another case within twelve months. At least one notice or event must be given.
 */
export function foldCase(
  notices: readonly FoldedNotice[],
  events: readonly ArrivedEviction[],
  earlier: boolean,
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
    stage: stageOf(live, eviction),
    notifiedOn: governing ? dayOfNotice(governing) : first ? localDateOf(first.receivedAt) : '',
    governing,
    ...debtOf(live),
    repeated: earlier || own.length > 1,
    children: eviction?.childrenInHousehold ?? 'unknown',
    bornOn: own.map((folded) => folded.bornOn).find((day) => day !== null) ?? null,
    eviction,
    enforcementNumber: first?.caseNumber ?? governing?.notice.enforcementCaseNumber ?? null,
    ...settledOf(own, live, eviction),
  }
}

function stageOf(live: readonly FoldedNotice[], eviction: EvictionState | null): CaseFacts['stage'] {
  const stages = live.map((folded) => noticeStage[folded.notice.type] ?? 'early')
  if (eviction) stages.push(evictionStage[eviction.stage])
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

function settledOf(
  own: readonly FoldedNotice[],
  live: readonly FoldedNotice[],
  eviction: EvictionState | null,
): { settled: Settled | null; settledOn: string | null } {
  const threatens = eviction && ['application', 'order', 'date-set', 'executed'].includes(eviction.stage)
  if (live.length > 0 || own.length === 0 || threatens) return { settled: null, settledOn: null }
  const endings = own.flatMap((folded) => endingOf(folded) ?? [])
  const last = endings.toSorted((one, other) => (one.on < other.on ? -1 : 1)).at(-1)
  return { settled: last?.reason ?? null, settledOn: last?.on ?? null }
}
