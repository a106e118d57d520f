// Does what follows from an assignment: tells who got it, moves an accepted case, and finds an owner for a returned one.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { moveCase, type Assignment } from './assignments.ts'
import { tell } from './escalation.ts'
import { queueMails } from './mail.ts'
import { noteSpokenRow } from './owner-proposals.ts'
import { readDirectory, toldIn } from './recipients.ts'
import { reviewTasks, titles } from './reviews.ts'
import { readMunicipality } from './settings.ts'

type Changed = Assignment & {
  caseCommittee: string
  caseUnit: string | null
  caseAssignee: string | null
  rejections: number
  owned: boolean
}

/** Follows up changed assignments of open cases, in id order. Running twice finds nothing left to do. */
export async function followAssignments(
  trx: Trx,
  at: Moment,
  assignmentIds: readonly string[],
): Promise<void> {
  const municipality = await readMunicipality(trx)
  for (const id of assignmentIds.toSorted()) {
    const one = await lockChanged(trx, id)
    if (!one || one.kind !== 'owner') continue
    if (one.state === 'accepted') await takeOver(trx, at, one)
    else if (one.state === 'rejected')
      await handBack(trx, at, one, municipality.thresholds.rejectionsToSupervisor)
    else await tellNewOwner(trx, at, one)
    await emit(trx, 'case.changed', [one.caseId])
  }
}

async function lockChanged(trx: Trx, id: string): Promise<Changed | null> {
  const { rows } = await sql<Changed>`
    select a.id, a.case_id, a.kind, a.state, a.committee, a.unit, a.person_id, a.reason_sv, a.reason_en, a.created_at, a.ended_reason,
      c.committee as case_committee, c.unit as case_unit, c.assignee as case_assignee,
      (select count(*)::int from assignment r where r.case_id = c.id and r.kind = 'owner' and r.state = 'rejected'
        and r.ended_at <= a.ended_at) as rejections,
      exists (select 1 from assignment o where o.case_id = c.id and o.kind = 'owner' and o.state in ('active', 'accepted')) as owned
    from assignment a join arrears_case c on c.id = a.case_id
    where a.id = ${id} and c.state = 'open' for update of c, a`.execute(trx)
  return rows[0] ?? null
}

/** The committee that was asked has said yes: the case, its open tasks and its other offers follow. */
async function takeOver(trx: Trx, at: Moment, one: Changed): Promise<void> {
  const unit = one.unit ?? one.caseUnit ?? ''
  const moved =
    one.committee !== one.caseCommittee || unit !== one.caseUnit || one.personId !== one.caseAssignee
  if (!moved) return
  const target = { committee: one.committee, unit, personId: one.personId }
  await moveCase(
    trx,
    at,
    { id: one.caseId, unit: one.caseUnit, assignee: one.caseAssignee },
    { target, reason: 'accepted' },
  )
  await noteSpokenRow(trx, one.id)
  await sql`update assignment set state = 'accepted', ended_at = null, ended_reason = null where id = ${one.id}`.execute(
    trx,
  )
}

/** Handed back: the unit has it without a person, and after the second time a supervisor decides. */
async function handBack(trx: Trx, at: Moment, one: Changed, most: number): Promise<void> {
  if (!one.owned) {
    await sql`update arrears_case set assignee = null, version = version + 1 where id = ${one.caseId}`.execute(
      trx,
    )
    await insertRows(trx, 'assignment', [
      {
        caseId: one.caseId,
        committee: one.caseCommittee,
        unit: one.caseUnit,
        kind: 'owner',
        state: 'active',
        reasonSv: 'Ärendet har lämnats tillbaka.',
        reasonEn: 'The case has been handed back.',
        createdAt: at.now,
      },
    ])
  }
  if (one.rejections < most) return
  const { caseId, caseCommittee, caseUnit } = one
  await reviewTasks(trx, at, [
    { kind: 'bounced', caseId, subjectId: one.id, committee: caseCommittee, unit: caseUnit },
  ])
  const about = { committee: caseCommittee, unit: caseUnit, assignee: null }
  const told = toldIn(
    'unit-supervisor',
    { ...about, counsellor: null, counsellorCommittee: null },
    await readDirectory(trx, at.today),
  )
  const alert = { stageId: null, caseId, subjectId: one.id, trigger: 'bounced', step: 1, urgency: 2 }
  await tell(trx, at, [{ ...alert, lateSeconds: 0, title: titles.bounced, told }])
}

async function tellNewOwner(trx: Trx, at: Moment, one: Changed): Promise<void> {
  const to = one.personId ? { personId: one.personId } : { unit: one.unit }
  await queueMails(trx, at, [{ onceKey: `assignment ${one.id}`, template: 'new-cases', ...to }])
}
