// Two persons: what one asks for another must approve before it is done: rows out of the service, a legal date set by hand.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { isIsoDate } from '../domain/days.ts'
import { Refusal } from '../domain/refusal.ts'
import { writeSheet } from '../domain/sheet.ts'
import { emit } from '../outbox.ts'
import { seal } from '../seal.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { stateAccess } from './audit.ts'
import { lockCase, noSuch } from './open-case.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'
import { isOneOf } from './two-persons.ts'

export type ApprovalKind = 'export-tasks' | 'export-cases' | 'legal-date'

/** What is asked for. A date goes with the notice whose service it is about. */
export type ApprovalWish =
  | { kind: 'export-tasks' | 'export-cases' }
  | { kind: 'legal-date'; caseId: string; noticeId: string; servedDate: string }

export type Approval = {
  id: string
  kind: ApprovalKind
  caseId: string | null
  caseNumber: string | null
  wish: { noticeId?: string; servedDate?: string }
  reason: string
  state: 'asked' | 'approved' | 'refused' | 'done'
  askedBy: string
  askedByName: string
  /** What they are now; null when they no longer work in the committee. */
  askedByRole: string | null
  askedAt: string
  decidedByName: string | null
}

/** An approved export is fetched within a day; after that it is asked for anew. */
const fetchHours = 24

/** Asks for something that another person must approve. The same question asked twice is one. */
export async function askApproval(db: Db, actor: Actor, wish: ApprovalWish, reason: string): Promise<string> {
  demandReason(reason)
  return inContext(db, actor, async (trx, at) => {
    const caseId = wish.kind === 'legal-date' ? wish.caseId : null
    if (wish.kind === 'legal-date') await demandDate(trx, at, wish)
    const { kind, ...detail } = wish
    stateAccess(trx, { action: 'approval', purpose: reason, code: kind })
    const asked = {
      committee: actor.committee ?? '',
      kind,
      caseId,
      wish: detail,
      reason: reason.trim().slice(0, 500),
      askedBy: actor.personId ?? '',
    }
    const made = await insertRows<'approval', { id: string }>(
      trx,
      'approval',
      [asked],
      sql`on conflict do nothing returning id`,
    )
    if (made[0]) return made[0].id
    const { rows } = await sql<{
      id: string
    }>`select id from approval where asked_by = ${actor.personId} and kind = ${kind}
      and case_id is not distinct from ${caseId} and wish = ${JSON.stringify(detail)}::jsonb and state = 'asked'`.execute(
      trx,
    )
    return (rows[0] as { id: string }).id
  })
}

function refused(pointer: string, code: string, detail: string): Refusal {
  return new Refusal('invalid', code, detail, [{ pointer, code, detail }])
}

function demandReason(reason: string): void {
  if (reason.trim() === '') throw refused('/reason', 'reason.missing', 'Skriv varför det behövs.')
}

async function demandDate(
  trx: Trx,
  at: Moment,
  { caseId, noticeId, servedDate }: { caseId: string; noticeId: string; servedDate: string },
): Promise<void> {
  if (!isIsoDate(servedDate)) throw refused('/servedDate', 'date.unclear', 'Skriv dagen som ÅÅÅÅ-MM-DD.')
  if (servedDate > at.today)
    throw refused('/servedDate', 'date.future', 'Dagen ligger framåt. Ange dagen då delgivningen skedde.')
  await lockCase(trx, caseId, null)
  const { rows } = await sql`select 1 from notice where id = ${noticeId} and case_id = ${caseId}`.execute(trx)
  if (rows.length === 0) throw noSuch()
}

const shown = sql`a.id, a.kind, a.case_id, c.number as case_number, a.wish, a.reason, a.state, a.asked_by, p.name as asked_by_name, a.asked_at,
  case when p.active and p.committee = a.committee then p.role end as asked_by_role, d.name as decided_by_name`
const sources = sql`approval a join person p on p.id = a.asked_by left join person d on d.id = a.decided_by left join arrears_case c on c.id = a.case_id`

/** What waits for an answer in the actor's committee, and what has lately been answered. */
export async function listApprovals(db: Db, actor: Actor): Promise<Approval[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } =
      await sql<Approval>`select ${shown} from ${sources} where a.committee = ${actor.committee}
      and (a.state = 'asked' or a.decided_at > ${at.now}::timestamptz - interval '7 days')
      order by a.state <> 'asked', a.asked_at desc limit 100`.execute(trx)
    return rows
  })
}

/** Whether these two may do it together: one of them leads the work (reliability: the team lead is the second person). */
export function mayApprove(askedByRole: string | null, role: string): boolean {
  return [askedByRole, role].includes('supervisor')
}

/**
 * Another person's answer. An approved date takes effect at once: it is stored as what has happened to the notice, and
 * every date is computed anew beside the old ones. Refuses the one who asked (`approval.own`), an answer given twice, and
 * a yes to what is no longer what was asked for.
 */
export async function decideApproval(
  db: Db,
  tools: Tools,
  actor: Actor,
  decision: { id: string; approve: boolean },
): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    const { rows } =
      await sql<Approval>`select ${shown} from ${sources} where a.id = ${decision.id} for update of a`.execute(
        trx,
      )
    const asked = rows[0]
    if (!asked) throw noSuch()
    await demandAnswerable(trx, actor, asked)
    if (decision.approve) await demandApprovable(trx, actor, asked)
    stateAccess(trx, {
      action: 'approval',
      code: `${asked.kind}.${decision.approve ? 'approved' : 'refused'}`,
    })
    const dated = asked.kind === 'legal-date' && decision.approve
    const state = dated ? 'done' : decision.approve ? 'approved' : 'refused'
    await sql`update approval set state = ${state}, decided_by = ${actor.personId}, decided_at = ${at.now},
      done_at = ${dated ? at.now : null} where id = ${asked.id}`.execute(trx)
    if (dated) await setServedDate(trx, at, tools, { actor, asked })
  })
}

async function demandAnswerable(trx: Trx, actor: Actor, asked: Approval): Promise<void> {
  if (await isOneOf(trx, actor, [asked.askedBy]))
    throw new Refusal(
      'forbidden',
      'approval.own',
      'Den som har bett om något kan inte själv godkänna det. Be en kollega.',
    )
  if (asked.state !== 'asked')
    throw new Refusal('conflict', 'approval.answered', 'Frågan är redan besvarad. Ladda om sidan.')
}

/** Refuses a yes where one of the two has gone, neither leads the work, or the notice has changed meanwhile. */
async function demandApprovable(trx: Trx, actor: Actor, asked: Approval): Promise<void> {
  if (!['caseworker', 'supervisor'].includes(asked.askedByRole ?? ''))
    throw new Refusal(
      'unprocessable',
      'approval.asker-gone',
      'Den som bad om det har inte längre det arbetet. Avslå, och be om det på nytt om det behövs.',
    )
  if (!mayApprove(asked.askedByRole, actor.role))
    throw new Refusal(
      'forbidden',
      'approval.supervisor',
      'En av de två måste vara enhetschef. Be enhetschefen.',
    )
  if (asked.kind === 'legal-date' && (await isOvertaken(trx, asked)))
    throw new Refusal(
      'conflict',
      'approval.overtaken',
      'Meddelandet har ändrats sedan frågan ställdes. Avslå, läs ärendet och be på nytt om det behövs.',
    )
}

/** Does the notice lie in another case by now, or has somebody told something else of it since? */
async function isOvertaken(trx: Trx, { id, caseId, wish }: Approval): Promise<boolean> {
  const { rows } =
    await sql`select 1 from approval a join notice n on n.id = ${wish.noticeId} and n.case_id = ${caseId}
    where a.id = ${id} and not exists (select 1 from notice later where later.corrects = n.id and later.received_at > a.asked_at)
      and not exists (select 1 from notice_update u where u.notice_id = n.id and u.received_at > a.asked_at
        and u.type in ('served', 'corrected', 'withdrawn'))`.execute(trx)
  return rows.length === 0
}

async function setServedDate(
  trx: Trx,
  at: Moment,
  tools: Tools,
  { actor, asked }: { actor: Actor; asked: Approval },
): Promise<void> {
  const { noticeId = '', servedDate = '' } = asked.wish
  await lockCase(trx, asked.caseId ?? '', null)
  const id = randomUUID()
  await insertRows(trx, 'noticeUpdate', [
    {
      id,
      noticeId,
      type: 'served',
      occurredOn: servedDate,
      amount: null,
      note: null,
      raw: seal(tools.keys, id, JSON.stringify({ approval: asked.id })),
      findings: [],
      sender: actor.sender,
      receivedAt: at.now,
      receivedOn: at.today,
    },
  ])
  const detail = { noticeId, askedBy: asked.askedBy, approval: asked.id }
  await writeTimeline(trx, at, [
    { caseId: asked.caseId ?? '', kind: 'date.approved', actor: actor.personId ?? '', detail },
  ])
  await emit(trx, 'notice.updated', [id])
}

/** The approved rows, for the one who asked, once. `name` is what the file is called. */
export async function fetchExport(db: Db, actor: Actor, id: string): Promise<{ name: string; csv: string }> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<{ kind: ApprovalKind }>`update approval set state = 'done', done_at = ${at.now}
      where id = ${id} and asked_by = ${actor.personId} and state = 'approved' and kind <> 'legal-date'
        and decided_at > ${at.now}::timestamptz - make_interval(hours => ${fetchHours}) returning kind`.execute(
      trx,
    )
    const kind = rows[0]?.kind
    if (!kind) throw noSuch()
    const cells = kind === 'export-tasks' ? await taskRows(trx, actor) : await caseRows(trx, actor)
    stateAccess(trx, { action: 'export', code: kind, found: cells.rows.length, caseIds: cells.ids })
    return { name: `${kind.slice(7)}-${at.today}.csv`, csv: writeSheet(cells.columns, cells.rows) }
  })
}

type Cells = { columns: string[]; rows: string[][]; ids: string[] }

// As on the pages: numbers, days and who has it; no name of a tenant, no debt, no children (lag 2001:454 7 a §).
async function taskRows(trx: Trx, actor: Actor): Promise<Cells> {
  const { rows } = await sql<{ caseId: string | null; cells: (string | null)[] }>`
    select t.case_id, array[c.number, t.title_sv, t.due_on::text, u.name_sv, p.name] as cells
    from task t left join arrears_case c on c.id = t.case_id left join unit u on u.code = t.unit left join person p on p.id = t.assignee
    where t.committee = ${actor.committee} and t.state = 'open' order by t.due_at, t.id limit 20000`.execute(
    trx,
  )
  return cellsOf(['arende', 'uppgift', 'senast', 'enhet', 'ansvarig'], rows)
}

async function caseRows(trx: Trx, actor: Actor): Promise<Cells> {
  const { rows } = await sql<{ caseId: string; cells: (string | null)[] }>`
    select c.id as case_id, array[c.number, c.stage, c.recovery_safe_day::text, c.eviction_day::text, u.name_sv, p.name,
      (c.opened_at at time zone 'Europe/Stockholm')::date::text] as cells
    from arrears_case c left join unit u on u.code = c.unit left join person p on p.id = c.assignee
    where c.committee = ${actor.committee} and c.state = 'open' order by c.number limit 20000`.execute(trx)
  return cellsOf(['arende', 'skede', 'saker_dag', 'avhysning', 'enhet', 'ansvarig', 'oppnat'], rows)
}

function cellsOf(
  columns: string[],
  rows: readonly { caseId: string | null; cells: (string | null)[] }[],
): Cells {
  const ids = [...new Set(rows.flatMap(({ caseId }) => caseId ?? []))]
  return { columns, rows: rows.map(({ cells }) => cells.map((cell) => cell ?? '')), ids }
}
