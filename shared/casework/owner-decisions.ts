// A person's word on an owner that new facts speak for: confirmed or declined, with a reason, and the history kept.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { assignmentsOf, moveCase, type Assignment } from './assignments.ts'
import { lockCase, nameInDiary, noSuch, touchCase, type LockedCase } from './open-case.ts'
import { noteSpokenRow } from './owner-proposals.ts'
import { writeTimeline } from './timeline.ts'

/** `reason` is needed to decline, and kept. */
export type ProposalDecision = {
  caseId: string
  assignmentId: string
  decision: 'confirmed' | 'declined'
  reason: string | null
}

type Proposal = {
  id: string
  state: string
  decision: string | null
  committee: string
  unit: string | null
  personId: string | null
  createdAt: string
}

/**
 * Confirms or declines a proposed owner. Within the committee the case moves at once; another committee is asked, and
 * the case stays where it is until that committee accepts. The same word again changes nothing; another word on what
 * is decided is refused (`proposal.decided`).
 */
export async function decideProposal(db: Db, actor: Actor, given: ProposalDecision): Promise<Assignment> {
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, given.caseId, null)
    const proposal = await lockProposal(trx, given)
    if (proposal.decision !== given.decision) {
      demandUndecided(proposal, given)
      await carryOut(trx, at, open, { proposal, given, actor })
    }
    const found = (await assignmentsOf(trx, given.caseId)).find((one) => one.id === given.assignmentId)
    if (!found) throw noSuch()
    return found
  })
}

async function lockProposal(trx: Trx, { caseId, assignmentId }: ProposalDecision): Promise<Proposal> {
  const { rows } = await sql<Proposal>`
    select id, state, decision, committee, unit, person_id, created_at from assignment
    where id = ${assignmentId} and case_id = ${caseId} and kind = 'owner' and routing_row is not null for update`.execute(
    trx,
  )
  if (!rows[0]) throw noSuch()
  return rows[0]
}

function demandUndecided(proposal: Proposal, { decision, reason }: ProposalDecision): void {
  if (proposal.state !== 'proposed' || proposal.decision !== null) {
    throw new Refusal('conflict', 'proposal.decided', 'Förslaget är redan avgjort. Läs ärendet igen.')
  }
  if (decision === 'declined' && !reason?.trim()) {
    const detail = 'Skriv varför förslaget avböjs.'
    throw new Refusal('invalid', 'reason.missing', detail, [
      { pointer: '/reason', code: 'reason.missing', detail },
    ])
  }
}

type Deed = { proposal: Proposal; given: ProposalDecision; actor: Actor }

async function carryOut(trx: Trx, at: Moment, open: LockedCase, deed: Deed): Promise<void> {
  const { proposal, given, actor } = deed
  const declined = given.decision === 'declined'
  const own = proposal.committee === open.committee
  const state = declined ? 'ended' : own ? 'active' : 'proposed'
  if (!declined && own) await move(trx, at, open, proposal)
  // Owners that were proposed together are decided together.
  await sql`update assignment set decision = ${given.decision}, decided_by = ${actor.personId}, state = ${state},
      ended_at = case when ${declined} then ${at.now}::timestamptz end, ended_reason = ${declined ? given.reason : null}
    where case_id = ${open.id} and (id = ${proposal.id} or kind = 'joint' and state = 'proposed' and created_at = ${proposal.createdAt})`.execute(
    trx,
  )
  if (!declined && own) await noteSpokenRow(trx, proposal.id)
  await touchCase(trx, open.id)
  await sql`update task set state = 'done', outcome = 'KLAR', completed_by = ${actor.personId}, completed_at = ${at.now},
      occurred_at = ${at.now}, alarm_at = null, version = version + 1
    where case_id = ${open.id} and occurrence = ${`review/owner#${proposal.id}`} and state = 'open'`.execute(
    trx,
  )
  const detail = { assignmentId: proposal.id, committee: proposal.committee, unit: proposal.unit }
  const kind = `owner.${given.decision}`
  await writeTimeline(trx, at, [{ caseId: open.id, kind, actor: nameInDiary(actor), detail }])
  // A new owner is told; of a proposal that came to nothing there is nothing to tell.
  if (!declined) await emit(trx, 'assignment.changed', [proposal.id])
}

async function move(trx: Trx, at: Moment, open: LockedCase, proposal: Proposal): Promise<void> {
  const { committee, personId } = proposal
  const target = { committee, unit: proposal.unit ?? open.unit ?? '', personId: null }
  await moveCase(trx, at, open, { target, reason: 'proposal confirmed' })
  // A caseworker who is named must accept before the case is hers.
  if (personId)
    await sql`update assignment set person_id = ${personId} where id = ${proposal.id}`.execute(trx)
}
