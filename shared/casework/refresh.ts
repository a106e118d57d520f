// Folds everything known about some cases again, with their dates: a newer truth takes the older's place.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { updateRows } from '../db/rows.ts'
import type { EvictionState } from '../domain/eviction-notice.ts'
import type { Moment } from './act.ts'
import { readCaseInputs, type CaseInput } from './case-inputs.ts'
import { refreshDeadlines } from './deadlines.ts'
import type { Tools } from './tools.ts'

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
  const recoveries = await refreshDeadlines(trx, at, tools.law, inputs)
  const rows = [...inputs].map(([id, { facts, events }]) => {
    const recovery = facts.settled ? undefined : recoveries.get(id)
    return {
      id,
      stage: facts.stage,
      noticeType: facts.noticeType,
      notifiedOn: facts.notifiedOn,
      receivedOn: facts.governing?.receivedOn ?? facts.notifiedOn,
      eventOn: facts.settledOn ?? events.at(-1)?.receivedAt.slice(0, 10) ?? null,
      settled: facts.settled,
      watchId: facts.governing?.id ?? events[0]?.id ?? null,
      watchFrom: facts.governing?.receivedAt ?? events[0]?.receivedAt ?? at.now,
      evictionId: dateSetter(facts.eviction, events)?.id ?? null,
      evictionToldAt: dateSetter(facts.eviction, events)?.receivedAt ?? null,
      monthsUnpaid: facts.monthsUnpaid,
      amountOwed: facts.amountOwed,
      repeated: facts.repeated,
      bornOn: facts.bornOn,
      recoveryLastDay: recovery?.lastDay ?? null,
      recoverySafeDay: recovery?.safeDay ?? null,
      recoveryBasis: recovery?.basis ?? null,
      evictionAt: facts.eviction?.stage === 'date-set' ? facts.eviction.evictionAt : null,
      evictionDay: evictionDay(facts.eviction),
      enforcementNumber: facts.enforcementNumber,
      updatedAt: at.now,
    }
  })
  await updateRows(trx, 'arrearsCase', rows)
  const told = [...inputs].filter(([, { facts }]) => facts.children !== 'unknown')
  await noteChildren(
    trx,
    told.map(([id, { facts }]) => ({ id, answer: facts.children })),
  )
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

/** The event that set the date in force: a moved eviction is watched from the message that moved it. */
function dateSetter(eviction: EvictionState | null, events: CaseInput['events']) {
  if (eviction?.stage !== 'date-set' && eviction?.stage !== 'executed') return undefined
  const setter = events.findLast(
    (event) => event.evictionAt !== null && event.evictionAt === eviction.evictionAt,
  )
  return setter ?? events.findLast((event) => event.event === 'executed')
}
