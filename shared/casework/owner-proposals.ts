// When new facts speak for another owner: proposes it to a person, settles nothing itself, and never sends a case round.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { proposeOwner, type OwnerEvent, type OwnerProposal } from '../domain/routing-proposals.ts'
import type { Owner } from '../domain/routing.ts'
import type { Moment } from './act.ts'
import { moveCase } from './assignments.ts'
import { answerBy, type Placed } from './owners.ts'
import { reviewTasks, type Review } from './reviews.ts'
import type { Decided } from './routing-facts.ts'
import type { Municipality } from './settings.ts'
import { writeTimeline } from './timeline.ts'

type Setting = { municipality: Municipality; place: (owner: Owner) => Placed }

type OwnerRow = {
  id: string
  caseId: string
  kind: 'owner' | 'joint'
  state: 'proposed' | 'active' | 'accepted' | 'rejected' | 'ended'
  decision: 'confirmed' | 'declined' | 'superseded' | null
  committee: string
  unit: string | null
  routingRow: number | null
}

type Weighed = {
  one: Decided
  owners: Placed[]
  proposal: OwnerProposal
  pending: OwnerRow[]
  /** Whether the case came to where it is by the rules; what a person has moved by hand stays there in silence. */
  byRules: boolean
}

/**
 * Weighs the decisions on cases that have an owner. Another owner is proposed, and a person confirms or declines; a
 * proposal that would send the case round goes to the supervisor. Only a GATE acts at once: a protected person must not
 * stay readable while somebody thinks it over.
 */
export async function proposeOwners(
  trx: Trx,
  at: Moment,
  decided: readonly Decided[],
  setting: Setting,
): Promise<void> {
  const changed = decided.filter((one) => speaksForAnother(one, setting))
  if (changed.length === 0) return
  const history = await ownerRows(
    trx,
    changed.map(({ row }) => row.id),
  )
  const weighed = changed.map((one) => weigh(one, history.get(one.row.id) ?? [], setting))
  const gated = weighed.filter(({ one, proposal }) => one.decision.gate !== null && proposal.kind !== 'none')
  for (const { one, owners } of gated) await closeIn(trx, at, one, owners)
  const open = weighed.filter(({ one }) => one.decision.gate === null)
  await supersede(trx, at, open)
  await writeProposals(trx, at, open, setting)
  await askSupervisor(
    trx,
    at,
    open.filter(
      ({ proposal, byRules }) => byRules && proposal.kind === 'refused' && proposal.code === 'proposal-cycle',
    ),
  )
}

/** The default row says that no rule fitted: that is no reason to take a case from whoever has it. */
function speaksForAnother({ row, decision }: Decided, { place }: Setting): boolean {
  const [owner, other] = decision.owners
  if (!owner || decision.isDefault) return false
  const to = place(owner)
  return other !== undefined || to.committee !== row.committee || to.unit !== row.unit
}

async function ownerRows(trx: Trx, caseIds: readonly string[]): Promise<Map<string, OwnerRow[]>> {
  const { rows } = await sql<OwnerRow>`
    select id, case_id, kind, state, decision, committee, unit, routing_row from assignment
    where case_id = any(${[...caseIds]}::uuid[]) and kind in ('owner', 'joint') order by created_at, kind desc, id`.execute(
    trx,
  )
  return Map.groupBy(rows, (row) => row.caseId)
}

const asOwner = ({ committee, unit }: { committee: string; unit: string | null }): Owner => ({
  committee,
  unit,
  person: null,
})

function weigh(one: Decided, rows: readonly OwnerRow[], { place }: Setting): Weighed {
  const owners = one.decision.owners.map(place)
  const standing = rows.filter((row) => row.state === 'active' || row.state === 'accepted')
  const joint = standing.filter((row) => row.kind === 'joint').map(asOwner)
  const current = [asOwner(one.row), ...joint]
  const decision = { ...one.decision, owners: owners.map(asOwner) }
  const proposal = proposeOwner(current, decision, rows.flatMap(eventOf))
  const byRules = standing.some((row) => row.kind === 'owner' && row.routingRow !== null)
  return { one, owners, proposal, byRules, pending: rows.filter((row) => row.state === 'proposed') }
}

/** An assignment as an event of the past; what was only proposed, or replaced by another proposal, never owned. */
function eventOf(row: OwnerRow): OwnerEvent[] {
  if (row.kind !== 'owner' || row.state === 'proposed' || row.decision === 'superseded') return []
  const owners = [asOwner(row)]
  if (row.decision === 'declined') return [{ kind: 'declined-proposal', owners, row: row.routingRow }]
  const kinds = { active: 'routed', accepted: 'accepted', rejected: 'rejected', ended: 'moved' } as const
  return [{ kind: kinds[row.state], owners, row: row.routingRow }]
}

const sameUnits = (pending: readonly OwnerRow[], owners: readonly Placed[]): boolean =>
  pending.length === owners.length &&
  owners.every((owner) => pending.some((row) => row.committee === owner.committee && row.unit === owner.unit))

/** A proposal that the facts no longer support would be confirmed on yesterday's truth. */
async function supersede(trx: Trx, at: Moment, weighed: readonly Weighed[]): Promise<void> {
  const old = weighed
    .filter(({ proposal, pending, owners }) => proposal.kind === 'proposal' && !sameUnits(pending, owners))
    .flatMap(({ pending }) => pending.filter((row) => row.decision === null && row.routingRow !== null))
  if (old.length === 0) return
  await sql`update assignment set state = 'ended', decision = 'superseded', ended_at = ${at.now}
    where id = any(${old.map((row) => row.id)}::uuid[])`.execute(trx)
}

async function writeProposals(
  trx: Trx,
  at: Moment,
  weighed: readonly Weighed[],
  { municipality }: Setting,
): Promise<void> {
  const fresh = weighed.filter(
    ({ proposal, pending, owners }) => proposal.kind === 'proposal' && !sameUnits(pending, owners),
  )
  const rows = fresh.flatMap(({ one, owners }) =>
    owners.map((owner, nth) => ({
      id: randomUUID(),
      ...rowOf(one, owner),
      kind: nth === 0 ? 'owner' : 'joint',
      state: 'proposed',
      answerBy: answerBy(at, one.decision.answerWithinWorkingDays, municipality),
      createdAt: at.now,
    })),
  )
  await insertRows(trx, 'assignment', rows)
  const first = rows.filter((row) => row.kind === 'owner')
  await reviewTasks(
    trx,
    at,
    first.map(({ id, caseId }): Review => {
      const { committee, unit } = fresh.find(({ one }) => one.row.id === caseId)!.one.row
      return { kind: 'owner', caseId, subjectId: id, committee, unit }
    }),
  )
  await writeTimeline(
    trx,
    at,
    first.map(({ id, caseId, committee, unit, routingRow }) => ({
      caseId,
      kind: 'owner.proposed',
      actor: 'system',
      detail: { assignmentId: id, committee, unit, row: routingRow },
    })),
  )
}

function rowOf({ row, facts, decision, version }: Decided, to: Placed) {
  return {
    caseId: row.id,
    ...to,
    reasonSv: decision.reason.sv,
    reasonEn: decision.reason.en,
    routingVersion: version,
    routingRow: decision.row,
    routingFacts: facts,
  }
}

/** The restricted queue takes the case, and nobody else is left holding an assignment that names it. */
async function closeIn(trx: Trx, at: Moment, one: Decided, owners: readonly Placed[]): Promise<void> {
  const [target] = owners
  if (!target) return
  const id = randomUUID()
  await moveCase(trx, at, one.row, { target, reason: 'gate' })
  const called = one.decision.additions.map(({ committee, unit }) => `${committee}/${unit ?? ''}`)
  await sql`update assignment set state = 'ended', ended_at = ${at.now}, ended_reason = 'gate'
    where case_id = ${one.row.id} and kind in ('added', 'joint') and state in ('proposed', 'active', 'accepted')
      and not committee || '/' || coalesce(unit, '') = any(${called}::text[])`.execute(trx)
  await insertRows(trx, 'assignment', [
    { id, ...rowOf(one, target), kind: 'owner', state: 'active', createdAt: at.now },
  ])
  await noteSpokenRow(trx, id)
  await writeTimeline(trx, at, [
    { caseId: one.row.id, kind: 'case.closed-in', actor: 'system', detail: { row: one.decision.row } },
  ])
}

/** The row that spoke for this assignment, with its version and values, becomes the case's own. */
export async function noteSpokenRow(trx: Trx, assignmentId: string): Promise<void> {
  await sql`update arrears_case c set routing_version = a.routing_version, routing_row = a.routing_row,
      routing_reason_sv = a.reason_sv, routing_reason_en = a.reason_en, routing_facts = coalesce(a.routing_facts, c.routing_facts), moved_to_version = null
    from assignment a where a.id = ${assignmentId} and a.routing_version is not null and c.id = a.case_id`.execute(
    trx,
  )
}

async function askSupervisor(trx: Trx, at: Moment, weighed: readonly Weighed[]): Promise<void> {
  await reviewTasks(
    trx,
    at,
    weighed.map(({ one: { row } }): Review => ({
      kind: 'cycle',
      caseId: row.id,
      subjectId: row.id,
      committee: row.committee,
      unit: row.unit,
    })),
  )
}
