// Moves a case between people and units, and lets those who get it accept it or hand it back with a reason.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { lockCase, nameInDiary, noSuch, touchCase, type LockedCase } from './open-case.ts'
import { writeTimeline } from './timeline.ts'

export type Assignment = {
  id: string
  caseId: string
  kind: 'owner' | 'joint' | 'added'
  state: 'proposed' | 'active' | 'accepted' | 'rejected' | 'ended'
  committee: string
  unit: string | null
  personId: string | null
  reasonSv: string
  reasonEn: string
  createdAt: string
  endedReason: string | null
}

/** To a person, or to a unit; another committee's unit is asked first, because a committee is its own authority. */
export type Reassignment = {
  caseId: string
  ifMatch: number
  personId: string | null
  unit: string | null
  reason: string
}

const shown = sql`id, case_id, kind, state, committee, unit, person_id, reason_sv, reason_en, created_at, ended_reason`

type Target = { committee: string; unit: string; personId: string | null }

/** Every assignment of one case, the latest first. */
export async function assignmentsOf(trx: Trx, caseId: string): Promise<Assignment[]> {
  const { rows } =
    await sql<Assignment>`select ${shown} from assignment where case_id = ${caseId} order by created_at desc, kind = 'owner', id`.execute(
      trx,
    )
  return rows
}

/**
 * Gives a case to a person or a unit. The same owner again changes nothing. Refuses a person who is absent or unknown,
 * and a caseworker who gives a case to anybody but herself.
 */
export async function assignCase(db: Db, actor: Actor, wish: Reassignment): Promise<Assignment> {
  return inContext(db, actor, async (trx, at) => {
    const target = await targetOf(trx, at, wish)
    if (actor.role === 'caseworker' && target.personId !== actor.personId) {
      throw new Refusal('forbidden', 'assign.others', 'Be din enhetschef flytta ärendet till någon annan.')
    }
    const standing = (await assignmentsOf(trx, wish.caseId)).find((one) => isSame(one, target))
    const open = await lockCase(trx, wish.caseId, standing ? null : wish.ifMatch)
    const already = standing ?? null
    if (already && (open.assignee === target.personId || already.state === 'proposed')) return already
    const own = target.committee === open.committee
    if (own) await moveCase(trx, at, open, { target, reason: wish.reason })
    const id = await write(trx, at, actor, { wish, target, own })
    return readAssignment(trx, id)
  })
}

function isSame(one: Assignment, target: Target): boolean {
  const stands = one.kind === 'owner' && ['proposed', 'active', 'accepted'].includes(one.state)
  return (
    stands &&
    one.committee === target.committee &&
    one.unit === target.unit &&
    one.personId === target.personId
  )
}

/** Where work is to go. Refuses nobody, a stranger and whoever is away. */
export async function targetOf(
  trx: Trx,
  at: Moment,
  { personId, unit }: Pick<Reassignment, 'personId' | 'unit'>,
): Promise<Target> {
  if (personId) {
    const person = await trx
      .selectFrom('person')
      .select(['committee', 'unit', 'absentFrom', 'absentTo'])
      .where('id', '=', personId)
      .where('active', '=', true)
      .executeTakeFirst()
    if (!person?.committee || !person.unit)
      throw wrongTarget('/personId', 'Personen finns inte. Välj någon annan.')
    if (person.absentFrom && person.absentFrom <= at.today && at.today <= (person.absentTo ?? '9999'))
      throw wrongTarget('/personId', 'Personen är frånvarande. Välj någon annan, eller enheten.')
    return { committee: person.committee, unit: person.unit, personId }
  }
  const found = await trx
    .selectFrom('unit')
    .select('committee')
    .where('code', '=', unit ?? '')
    .executeTakeFirst()
  if (!found || !unit) throw wrongTarget('/unit', 'Enheten finns inte. Välj en enhet eller en person.')
  return { committee: found.committee, unit, personId: null }
}

function wrongTarget(pointer: string, detail: string): Refusal {
  return new Refusal('invalid', 'assignee.unknown', detail, [{ pointer, code: 'assignee.unknown', detail }])
}

/**
 * Within the committee the case moves at once, and with it the open tasks of whoever works on it. What another
 * committee's people do in it (a counsellor's call) stays with them.
 */
export async function moveCase(
  trx: Trx,
  at: Moment,
  open: Pick<LockedCase, 'id' | 'unit' | 'assignee'>,
  { target, reason }: { target: Target; reason: string },
): Promise<void> {
  await sql`update assignment set state = 'ended', ended_at = ${at.now}, ended_reason = ${reason}
    where case_id = ${open.id} and kind = 'owner' and state in ('active', 'accepted', 'proposed')`.execute(
    trx,
  )
  await sql`update task set committee = ${target.committee},
      unit = case when unit is not distinct from ${open.unit} or committee <> ${target.committee} then ${target.unit} else unit end,
      assignee = case when role = 'caseworker' then ${target.personId}::uuid else assignee end, version = version + 1
    where case_id = ${open.id} and state = 'open'
      and committee = (select committee from arrears_case where id = ${open.id})`.execute(trx)
  // What a person has given away before the rules spoke is no longer theirs to give: it would have two owners.
  await sql`update arrears_case set committee = ${target.committee}, unit = ${target.unit}, assignee = ${target.personId},
    routed_at = coalesce(routed_at, ${at.now}), version = version + 1, updated_at = ${at.now} where id = ${open.id}`.execute(
    trx,
  )
}

async function write(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { wish, target, own }: { wish: Reassignment; target: Target; own: boolean },
): Promise<string> {
  const id = randomUUID()
  const taken = target.personId !== null && target.personId === actor.personId
  await insertRows(trx, 'assignment', [
    {
      id,
      caseId: wish.caseId,
      ...target,
      kind: 'owner',
      state: !own ? 'proposed' : taken ? 'accepted' : 'active',
      reasonSv: wish.reason,
      reasonEn: wish.reason,
      createdAt: at.now,
    },
  ])
  if (!own) await touchCase(trx, wish.caseId)
  const detail = { assignmentId: id, ...target }
  const kind = own ? 'case.assigned' : 'case.offered'
  await writeTimeline(trx, at, [{ caseId: wish.caseId, kind, actor: nameInDiary(actor), detail }])
  await emit(trx, 'assignment.changed', [id])
  return id
}

/** An answer to an assignment; handing it back needs a reason. */
export type AssignmentAnswer = {
  caseId: string
  assignmentId: string
  answer: 'accepted' | 'rejected'
  reason: string | null
}

/**
 * Accepts an assignment or hands it back. The same answer again changes nothing; another answer to an answered one is
 * refused. What it means for a case of another committee is done by the worker.
 */
export async function answerAssignment(db: Db, actor: Actor, given: AssignmentAnswer): Promise<Assignment> {
  return inContext(db, actor, async (trx, at) => {
    const found = await lockAssignment(trx, actor, given)
    if (found.state === given.answer) return found
    if (
      found.state !== 'proposed' &&
      found.state !== 'active' &&
      !(found.state === 'accepted' && given.reason)
    ) {
      throw new Refusal(
        'conflict',
        'assignment.answered',
        'Tilldelningen är redan besvarad. Läs ärendet igen.',
      )
    }
    if (given.answer === 'rejected' && !given.reason) {
      const detail = 'Skriv varför ärendet lämnas tillbaka.'
      throw new Refusal('invalid', 'reason.missing', detail, [
        { pointer: '/reason', code: 'reason.missing', detail },
      ])
    }
    await sql`update assignment set state = ${given.answer}, seen_at = coalesce(seen_at, ${at.now}),
        person_id = case when ${given.answer} = 'accepted' then coalesce(person_id, ${actor.personId}::uuid) else person_id end,
        ended_reason = ${given.answer === 'rejected' ? given.reason : null}, ended_at = case when ${given.answer} = 'rejected' then ${at.now}::timestamptz end
      where id = ${found.id}`.execute(trx)
    const detail = { assignmentId: found.id }
    const kind = `assignment.${given.answer}`
    await writeTimeline(trx, at, [{ caseId: given.caseId, kind, actor: nameInDiary(actor), detail }])
    await emit(trx, 'assignment.changed', [found.id])
    return readAssignment(trx, found.id)
  })
}

/** Only the committee that is asked may answer. */
async function lockAssignment(trx: Trx, actor: Actor, given: AssignmentAnswer): Promise<Assignment> {
  const { rows } = await sql<Assignment>`select ${shown} from assignment
    where id = ${given.assignmentId} and case_id = ${given.caseId} and committee = ${actor.committee} for update`.execute(
    trx,
  )
  if (!rows[0]) throw noSuch()
  return rows[0]
}

async function readAssignment(trx: Trx, id: string): Promise<Assignment> {
  const { rows } = await sql<Assignment>`select ${shown} from assignment where id = ${id}`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}
