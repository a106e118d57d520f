// What a coordination meeting decides becomes a task of whoever is responsible; extra meetings are called between the ordinary.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { allSeries } from './nominations.ts'
import { lockCase, nameInDiary, noSuch, touchCase, type LockedCase } from './open-case.ts'
import { addOwnTasks } from './own-tasks.ts'
import { answerTemplateTask } from './template-tasks.ts'
import { writeTimeline } from './timeline.ts'

/** A decision on one case: in words, who does it, and by when. */
export type MeetingDecision = { lineId: string; decision: string; responsible: string; dueOn: string }

type Line = { caseId: string; meetingId: string; decision: string | null; dueOn: string | null }

/**
 * Records a decision; whoever is responsible has it as a task. The same decision again changes nothing; another takes
 * its place with a task of its own. Refuses a day that has gone by and somebody of another committee.
 */
export async function decideInMeeting(
  db: Db,
  actor: Actor,
  decided: MeetingDecision,
): Promise<{ meetingId: string }> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<Line>`
      select case_id, meeting_id, decision, due_on from meeting_case where id = ${decided.lineId} for update`.execute(
      trx,
    )
    const [found] = rows
    if (!found) throw noSuch()
    const { caseId, meetingId } = found
    if (found.decision === decided.decision && found.dueOn === decided.dueOn) return { meetingId }
    const open = await lockCase(trx, caseId, null)
    await demandDecision(trx, at, decided, open.committee)
    await write(trx, at, actor, { decided, meetingId })
    await follow(trx, at, actor, { decided, meetingId, open })
    return { meetingId }
  })
}

type Deciding = { decided: MeetingDecision; meetingId: string }

async function write(trx: Trx, at: Moment, actor: Actor, { decided, meetingId }: Deciding): Promise<void> {
  const { lineId, decision, responsible, dueOn } = decided
  // Decided, the case is no longer shown to the others: what they were to hear they have heard.
  await sql`update meeting_case set decision = ${decision}, responsible = ${responsible}, due_on = ${dueOn},
    decided_by = ${actor.personId}, decided_at = ${at.now}, shared = '[]' where id = ${lineId}`.execute(trx)
  await sql`update meeting set state = 'held', held_by = ${actor.personId}
    where id = ${meetingId} and day <= ${at.today}`.execute(trx)
}

async function follow(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { decided, meetingId, open }: Deciding & { open: LockedCase },
): Promise<void> {
  const { lineId, decision, responsible, dueOn } = decided
  const caseId = open.id
  const reason = { sv: decision, en: decision }
  const task = { subjectId: lineId, turn: at.now, dueOn, assignee: responsible, reason, about: open }
  await addOwnTasks(trx, at, [{ kind: 'meeting-decision', ...task }])
  for (const row of ['KL/6', 'T19/2'])
    await answerTemplateTask(trx, at, actor, { caseId, row, outcome: 'KLAR', note: null })
  const detail = { meetingId, personId: responsible }
  await writeTimeline(trx, at, [{ caseId, kind: 'meeting.decided', actor: nameInDiary(actor), detail }])
  await touchCase(trx, caseId)
}

async function demandDecision(
  trx: Trx,
  at: Moment,
  { dueOn, responsible }: MeetingDecision,
  committee: string,
): Promise<void> {
  if (dueOn < at.today)
    refuse('meeting.day', '/dueOn', 'Dagen har redan varit. Välj i dag eller en dag framåt.')
  const { rows } =
    await sql`select 1 from person where id = ${responsible}::uuid and active and committee = ${committee}
    and role in ('caseworker', 'supervisor', 'visitor', 'counsellor')`.execute(trx)
  if (rows.length === 0)
    refuse(
      'meeting.person',
      '/responsible',
      'Välj någon i den nämnd som har ärendet. Andra tillkallas i ärendet.',
    )
}

function refuse(code: string, pointer: string, detail: string): never {
  throw new Refusal('unprocessable', code, detail, [{ pointer, code, detail }])
}

/** Calls an extra meeting of a series; the same day again is the same meeting. Refuses a day that has gone by. */
export async function callExtraMeeting(
  db: Db,
  actor: Actor,
  { series: code, day }: { series: string; day: string },
): Promise<{ id: string }> {
  return inContext(db, actor, async (trx, at) => {
    const series = (await allSeries(trx)).find(
      (one) => one.code === code && one.committee === actor.committee,
    )
    if (!series) refuse('meeting.unknown', '/series', 'Välj ett möte som din nämnd håller i.')
    if (day < at.today)
      refuse('meeting.day', '/day', 'Dagen har redan varit. Välj i dag eller en dag framåt.')
    const row = { series: series.code, committee: series.committee, day, extra: true }
    await insertRows(trx, 'meeting', [row], sql`on conflict (series, day) do nothing`)
    return trx
      .selectFrom('meeting')
      .select('id')
      .where('series', '=', code)
      .where('day', '=', day)
      .executeTakeFirstOrThrow()
  })
}
