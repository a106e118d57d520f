// Reads all that has come in about some cases, set by set, and folds it into their facts.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { foldCase, type CaseFacts, type FoldedNotice, type FoldedUpdate } from '../domain/case-facts.ts'
import type { ArrivedEviction, EvictionNotice } from '../domain/eviction-notice.ts'
import type { NoticeContent } from './intake.ts'

/** One case's facts with the notices and events they come from. */
export type CaseInput = {
  facts: CaseFacts
  notices: FoldedNotice[]
  events: (ArrivedEviction & { id: string })[]
}

type NoticeRow = {
  id: string
  caseId: string
  content: NoticeContent
  landlordId: string | null
  receivedOn: string
  receivedAt: string
  duplicateOf: string | null
  updates: FoldedUpdate[] | null
}

/** All inputs of the given cases, by case id. Reads three statements however many cases there are. */
export async function readCaseInputs(trx: Trx, caseIds: readonly string[]): Promise<Map<string, CaseInput>> {
  const notices = await sql<NoticeRow>`
    select n.id, n.case_id, n.content, n.landlord_id, n.received_on, n.received_at, n.duplicate_of,
      (select json_agg(json_build_object('type', u.type, 'occurredOn', u.occurred_on, 'amount', u.amount, 'receivedOn', u.received_on)
         order by u.received_at) from notice_update u where u.notice_id = n.id) as updates
    from notice n where n.case_id = any(${[...caseIds]}::uuid[]) order by n.received_at, n.id`.execute(trx)
  const events = await sql<{ id: string; caseId: string; content: EvictionNotice; receivedAt: string }>`
    select id, case_id, content, received_at from eviction_notice
    where case_id = any(${[...caseIds]}::uuid[]) order by received_at, id`.execute(trx)
  const repeated = await sql<{ id: string }>`
    select c.id from arrears_case c where c.id = any(${[...caseIds]}::uuid[]) and exists (
      select 1 from arrears_case p where p.household_id = c.household_id and p.id <> c.id
        and p.state = 'closed' and p.opened_at > c.opened_at - interval '12 months')`.execute(trx)
  const again = new Set(repeated.rows.map((row) => row.id))
  const inputs = new Map(
    caseIds.map((id) => [id, { notices: [] as FoldedNotice[], events: [] as CaseInput['events'] }]),
  )
  for (const row of notices.rows) inputs.get(row.caseId)?.notices.push(folded(row))
  for (const row of events.rows)
    inputs.get(row.caseId)?.events.push({ ...row.content, id: row.id, receivedAt: row.receivedAt })
  return new Map(
    [...inputs].map(([id, { notices, events }]) => [
      id,
      { notices, events, facts: foldCase(notices, events, again.has(id)) },
    ]),
  )
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
    updates: row.updates ?? [],
  }
}
