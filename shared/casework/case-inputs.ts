// Reads all that has come in about some cases, set by set, and folds it into their facts.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { foldCase, withEndings, type CaseFacts, type Ending } from '../domain/case-facts.ts'
import type { CaseEvent, OwnRecord } from '../domain/own-record.ts'
import type { EvictionNotice } from '../domain/eviction-notice.ts'
import type { FoldedNotice, FoldedUpdate } from '../domain/notice-versions.ts'
import type { NoticeContent } from './intake.ts'
import { readOwnRecords, withOwnDates, type OwnDate } from './own-records.ts'

/** One case's facts with the notices and events they come from. */
export type CaseInput = {
  facts: CaseFacts
  notices: FoldedNotice[]
  events: CaseEvent[]
  own: OwnRecord
  /** What a person has decided of restarts: by notice or correction, the latest word. */
  restarts: Readonly<Record<string, boolean>>
}

type NoticeRow = {
  id: string
  caseId: string
  content: NoticeContent
  landlordId: string | null
  receivedOn: string
  receivedAt: string
  duplicateOf: string | null
  corrects: string | null
  updates: FoldedUpdate[] | null
}

type EventRow = {
  id: string
  caseId: string
  content: EvictionNotice
  receivedAt: string
  duplicateOf: string | null
}

type Known = {
  id: string
  repeated: boolean
  restarts: Record<string, boolean> | null
  endings: Ending[] | null
}

/** All inputs of the given cases, by case id. Reads four statements however many cases there are. */
export async function readCaseInputs(trx: Trx, caseIds: readonly string[]): Promise<Map<string, CaseInput>> {
  const notices = await sql<NoticeRow>`
    select n.id, n.case_id, n.content, n.landlord_id, n.received_on, n.received_at, n.duplicate_of, n.corrects,
      (select json_agg(json_build_object('id', u.id, 'type', u.type, 'occurredOn', u.occurred_on, 'amount', u.amount, 'receivedOn', u.received_on, 'receivedAt', u.received_at)
         order by u.received_at) from notice_update u where u.notice_id = n.id) as updates
    from notice n where n.case_id = any(${[...caseIds]}::uuid[]) order by n.received_at, n.id`.execute(trx)
  const events = await sql<EventRow>`
    select id, case_id, content, received_at, duplicate_of from eviction_notice
    where case_id = any(${[...caseIds]}::uuid[]) order by received_at, id`.execute(trx)
  const known = await sql<Known>`
    select c.id, exists (
      select 1 from arrears_case p where p.household_id = c.household_id and p.id <> c.id
        and p.state = 'closed' and p.opened_at > c.opened_at - interval '12 months') as repeated,
      (select json_object_agg(d.origin, d.confirmed order by d.id) from restart_decision d where d.case_id = c.id) as restarts,
      c.facts->'endings' as endings
    from arrears_case c where c.id = any(${[...caseIds]}::uuid[])`.execute(trx)
  const records = await readOwnRecords(trx, caseIds)
  const inputs = new Map(
    known.rows.map(({ id, ...row }) => [
      id,
      { ...row, notices: [] as FoldedNotice[], events: [] as CaseInput['events'] },
    ]),
  )
  for (const row of notices.rows) inputs.get(row.caseId)?.notices.push(folded(row))
  for (const row of withoutRepeats(events.rows))
    inputs.get(row.caseId)?.events.push({ ...row.content, id: row.id, receivedAt: row.receivedAt })
  return new Map([...inputs].map(([id, row]) => [id, inputOf(row, records.get(id))]))
}

function inputOf(
  { repeated, restarts, ...row }: Omit<Known, 'id'> & Pick<CaseInput, 'notices' | 'events'>,
  { moves, ...own }: OwnRecord & { moves: readonly OwnDate[] } = NOTHING_OWN,
): CaseInput {
  const endings = row.endings ?? []
  const notices = withEndings(row.notices, endings)
  const events = withOwnDates(row.events, moves)
  const facts = foldCase(notices, events, repeated, endings)
  return { notices, events, own, restarts: restarts ?? {}, facts }
}

/** What our own people have recorded of a case nobody has worked in. */
export const NOTHING_OWN = { undertakenOn: [], child: null, moves: [] }

/** A message that came twice says nothing new, and must not move the day from which its duty is counted. */
function withoutRepeats(rows: readonly EventRow[]): EventRow[] {
  const first = new Set(rows.map((row) => row.id))
  return rows.filter((row) => row.duplicateOf === null || !first.has(row.duplicateOf))
}

function folded(row: NoticeRow): FoldedNotice {
  const { bornOn, ...notice } = row.content
  return {
    id: row.id,
    notice,
    bornOn,
    landlordId: row.landlordId,
    receivedOn: row.receivedOn,
    receivedAt: row.receivedAt,
    duplicateOf: row.duplicateOf,
    corrects: row.corrects,
    updates: row.updates ?? [],
  }
}
