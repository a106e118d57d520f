// Reads what our own people have recorded that starts, ends or moves a case's dates: undertakings, new dates, the child's track.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { localDateOf } from '../domain/calendar.ts'
import type { CaseEvent, ChildTrack, OwnRecord } from '../domain/own-record.ts'

/** A new time of the eviction that Kronofogden has confirmed to us. */
export type OwnDate = { id: string; at: string; confirmedOn: string; recordedAt: string }

type Row = {
  id: string
  undertaken: string[] | null
  moves: OwnDate[] | null
  answers: { outcome: string; at: string }[] | null
}

/** What is recorded in each of these cases, by case id; cases with nothing are left out. */
export async function readOwnRecords(
  trx: Trx,
  caseIds: readonly string[],
): Promise<Map<string, OwnRecord & { moves: OwnDate[] }>> {
  const { rows } = await sql<Row>`
    select c.id,
      (select json_agg(u.counts_on order by u.counts_on) from undertaking u where u.case_id = c.id and u.state = 'sent') as undertaken,
      (select json_agg(json_build_object('id', r.id, 'at', r.new_eviction_at, 'confirmedOn', r.enforcement_confirmed_on,
         'recordedAt', r.answered_at) order by r.answered_at) from respite r
       where r.case_id = c.id and r.state = 'granted' and r.new_eviction_at is not null) as moves,
      (select json_agg(json_build_object('outcome', t.outcome, 'at', t.occurred_at) order by t.occurred_at, t.id) from task t
       where t.case_id = c.id and t.state = 'done' and t.outcome = any(${Object.values(CHILD)}::text[])
         and t.template = 'T3') as answers
    from unnest(${[...caseIds]}::uuid[]) as c(id)`.execute(trx)
  const told = rows.filter((row) => row.undertaken || row.moves || row.answers)
  return new Map(told.map((row) => [row.id, recordOf(row)]))
}

/** The answers of the child's track in the task templates (T3). */
const CHILD = {
  report: 'OROSANMALAN',
  protection: 'SKYDDSBEDOMD',
  inquiry: 'UTREDNING',
  noInquiry: 'INGEN_UTREDNING',
  done: 'UTREDNING_KLAR',
} as const

/** Whether this answer starts or ends a period of the child's track, so that the case's dates must be computed again. */
export function startsPeriod({ occurrence, outcome }: { occurrence: string; outcome: string }): boolean {
  return occurrence.startsWith('T3/') && Object.values(CHILD).some((known) => known === outcome)
}

function recordOf({ undertaken, moves, answers }: Row): OwnRecord & { moves: OwnDate[] } {
  return { undertakenOn: undertaken ?? [], child: childTrackOf(answers ?? []), moves: moves ?? [] }
}

/** Counted from the latest report: a new one is a new track. */
function childTrackOf(answers: readonly { outcome: string; at: string }[]): ChildTrack | null {
  const start = answers.findLastIndex(({ outcome }) => outcome === CHILD.report)
  const report = answers[start]
  if (!report) return null
  const dayOf = (...wanted: string[]): string | null => {
    const found = answers.slice(start).find(({ outcome }) => wanted.includes(outcome))
    return found ? localDateOf(found.at) : null
  }
  return {
    reportedOn: localDateOf(report.at),
    protectedOn: dayOf(CHILD.protection),
    assessedOn: dayOf(CHILD.inquiry, CHILD.noInquiry),
    inquiryOpenedOn: dayOf(CHILD.inquiry),
    inquiryDoneOn: dayOf(CHILD.done),
  }
}

/** Kronofogden's events with the new dates that we have recorded; without a date of theirs there is nothing to move. */
export function withOwnDates(events: readonly CaseEvent[], moves: readonly OwnDate[]): CaseEvent[] {
  const last = events.findLast((event) => event.evictionAt !== null)
  if (!last || moves.length === 0) return [...events]
  const own = moves.map(({ id, at, confirmedOn, recordedAt }): CaseEvent => ({
    ...last,
    id,
    own: true,
    event: 'rescheduled',
    occurredOn: confirmedOn,
    evictionAt: new Date(at).toISOString(),
    evictionOn: localDateOf(at),
    receivedAt: new Date(recordedAt).toISOString(),
    childrenInHousehold: 'unknown',
  }))
  return [...events, ...own].toSorted(
    (one, other) => Date.parse(one.receivedAt) - Date.parse(other.receivedAt),
  )
}
