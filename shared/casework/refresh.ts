// Folds everything known about some cases again, with their dates: a newer truth takes the older's place.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { updateRows } from '../db/rows.ts'
import { localDateOf } from '../domain/calendar.ts'
import type { EvictionState } from '../domain/eviction-notice.ts'
import type { Moment } from './act.ts'
import { readCaseInputs, type CaseInput } from './case-inputs.ts'
import { refreshDeadlines, type Refreshed } from './deadlines.ts'
import { tellMoves } from './moved-days.ts'
import type { Tools } from './tools.ts'

/** Locks the open ones among these cases in id order, so that two refreshes of one case follow each other. */
export async function lockOpenCases(trx: Trx, caseIds: readonly string[]): Promise<string[]> {
  if (caseIds.length === 0) return []
  const { rows } = await sql<{ id: string }>`select id from arrears_case
    where id = any(${[...new Set(caseIds)]}::uuid[]) and state = 'open' order by id for update`.execute(trx)
  return rows.map((row) => row.id)
}

/** Refreshes the facts and dates of open cases; the caller holds their locks or has just made them. */
export async function refreshCases(
  trx: Trx,
  at: Moment,
  tools: Tools,
  caseIds: readonly string[],
): Promise<void> {
  const ids = [...new Set(caseIds)]
  if (ids.length === 0) return
  const inputs = await readCaseInputs(trx, ids)
  for (const [id, { notices, events }] of inputs) if (notices.length + events.length === 0) inputs.delete(id)
  const refreshed = await refreshDeadlines(trx, at, tools.law, inputs)
  const rows = [...inputs].map(([id, input]) => caseRow(id, input, refreshed.get(id), at))
  await tellMoves(trx, at, rows, refreshed)
  await updateRows(trx, 'arrearsCase', rows)
  const told = [...inputs].filter(([, { facts }]) => facts.children !== 'unknown')
  await noteChildren(
    trx,
    told.map(([id, { facts }]) => ({ id, answer: facts.children })),
  )
}

/** The columns of a case that are folded from what came in and from its dates. */
export function caseRow(
  id: string,
  { facts, events }: Pick<CaseInput, 'facts' | 'events'>,
  refreshed: Pick<Refreshed, 'recovery' | 'passesOn'> | undefined,
  at: Moment,
) {
  const recovery = facts.settled ? null : refreshed?.recovery
  const setter = dateSetter(facts.eviction, events)
  const latest = (facts.eviction?.stage === 'date-set' ? setter : null) ?? events.at(-1)
  return {
    id,
    stage: facts.stage,
    noticeType: facts.noticeType,
    notifiedOn: facts.notifiedOn,
    receivedOn: facts.governing?.receivedOn ?? facts.notifiedOn,
    // The duty of the same day counts from the message that set the time, not from whatever came after it.
    eventOn: facts.settledOn ?? (latest ? localDateOf(latest.receivedAt) : null),
    settled: facts.settled,
    watchId: facts.governing?.id ?? events[0]?.id ?? null,
    watchFrom: facts.governing?.receivedAt ?? events[0]?.receivedAt ?? at.now,
    evictionId: setter?.id ?? null,
    evictionToldAt: setter?.receivedAt ?? null,
    noticeTurn: facts.turn.notice,
    evictionTurn: facts.turn.eviction,
    monthsUnpaid: facts.monthsUnpaid,
    amountOwed: facts.amountOwed,
    repeated: facts.repeated,
    bornOn: facts.bornOn,
    recoveryLastDay: recovery?.lastDay ?? null,
    recoverySafeDay: recovery?.safeDay ?? null,
    recoveryBasis: recovery?.basis ?? null,
    passesOn: refreshed?.passesOn ?? null,
    evictionAt: facts.eviction?.stage === 'date-set' ? facts.eviction.evictionAt : null,
    evictionDay: evictionDay(facts.eviction),
    enforcementNumber: facts.enforcementNumber,
    updatedAt: at.now,
  }
}

/** What Kronofogden says of children fills a gap; what the municipality has recorded itself stands. */
async function noteChildren(trx: Trx, answers: readonly { id: string; answer: string }[]): Promise<void> {
  if (answers.length === 0) return
  await sql`update arrears_case c set children = a.answer
    from json_to_recordset(${JSON.stringify(answers)}::json) as a(id uuid, answer text)
    where c.id = a.id and c.children = 'unknown'`.execute(trx)
}

/** The day of the eviction: the date set, or the day it was carried out. */
function evictionDay(eviction: EvictionState | null): string | null {
  if (eviction?.stage === 'executed') return eviction.executedOn
  return eviction?.stage === 'date-set' ? eviction.evictionOn : null
}

/** The first message of the date in force: a moved eviction is watched from the message that moved it. */
function dateSetter(eviction: EvictionState | null, events: CaseInput['events']) {
  if (eviction?.stage !== 'date-set' && eviction?.stage !== 'executed') return undefined
  const moved = events.findLast((event) => event.own && event.evictionAt === eviction.evictionAt)
  const told = events.filter((event) => !event.own)
  // A date that our people recorded is watched anew, but what was done since Kronofogden's own message stays done.
  if (moved && told.every((event) => event.evictionAt !== eviction.evictionAt))
    return { ...moved, receivedAt: dateToldLast(told)?.receivedAt ?? moved.receivedAt }
  return setterAmong(eviction, told)
}

const dateToldLast = (told: CaseInput['events']) => told.findLast((event) => event.evictionAt !== null)

function setterAmong(eviction: EvictionState, events: CaseInput['events']) {
  const dated = events.filter((event) => event.evictionAt !== null)
  const other = dated.findLastIndex((event) => event.evictionAt !== eviction.evictionAt)
  // An older date that arrives late is no new message of the date in force.
  const setter = dated[other + 1] ?? dated.findLast((event) => event.evictionAt === eviction.evictionAt)
  return setter ?? events.findLast((event) => event.event === 'executed')
}
