// Gives each case its owner by the municipality's rules table, once; later facts propose, a person decides.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertAlike, updateRows } from '../db/rows.ts'
import { decideRouting, type Decision } from '../domain/routing.ts'
import type { ClientAt } from '../domain/routing-facts.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { noteIdentities } from './case-identity.ts'
import { askRegisters } from './client-registers.ts'
import { noteContacts } from './contact-facts.ts'
import { queueMails, queueUnitMails } from './mail.ts'
import { proposeOwners } from './owner-proposals.ts'
import { answerBy, readPlaces, type Placed } from './owners.ts'
import { reviewTasks, type Review } from './reviews.ts'
import { lockForRouting, routingFacts, type Decided, type RoutedCase } from './routing-facts.ts'
import { keepSealed } from './sealed-addresses.ts'
import { readMunicipality, rulesInForce, rulesOf, type Municipality } from './settings.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'

/** What is read once for a batch. */
type Asked = {
  at: Moment
  municipality: Municipality
  clients: ReadonlyMap<string, ClientAt[]>
  place: (owner: Decision['owners'][number]) => Placed
}

/**
 * Routes cases: an unrouted one gets its owner, its reason and its co-assigned units; a routed one keeps its owner,
 * and a change that its own version of the table would make is proposed to a person. Tells planning in both cases.
 */
export async function routeCases(
  trx: Trx,
  at: Moment,
  tools: Tools,
  caseIds: readonly string[],
): Promise<void> {
  const rows = await keepSealed(trx, tools.keys, await lockForRouting(trx, caseIds))
  const ids = rows.map((row) => row.id)
  await noteContacts(trx, ids)
  const municipality = await readMunicipality(trx)
  const clients = await askRegisters(trx, at, tools, rows)
  const decided = await decideAll(trx, rows, { at, municipality, clients })
  const fresh = decided.filter(({ row }) => row.routedAt === null)
  const owners = decided.flatMap(({ decision }) => [...decision.owners, ...decision.additions])
  const asked = { at, municipality, clients, place: await readPlaces(trx, at, owners, municipality) }
  const chosen = await own(trx, fresh, asked)
  await addUnits(trx, decided, asked)
  await proposeOwners(
    trx,
    at,
    decided.filter(({ row }) => row.routedAt !== null),
    asked,
  )
  await adoptVersion(trx, at, decided, asked)
  await noteIdentities(trx, tools.keys, ids)
  // One mail an hour to a unit is one row that every batch asks for: asked for earlier, the others would wait for all of this.
  await tellOwners(trx, at, chosen)
  await emit(trx, 'case.routed', ids)
}

/** An unrouted case is decided by the version in force, a routed one by its own until somebody moves it to another. */
async function decideAll(
  trx: Trx,
  rows: readonly RoutedCase[],
  { at, municipality, clients }: Omit<Asked, 'place'>,
): Promise<Decided[]> {
  const inForce = await rulesInForce(trx, 'routing', at.today)
  const decided: Decided[] = []
  for (const row of rows) {
    const version = row.routedAt === null ? inForce.id : (row.routingVersion ?? inForce.id)
    const { compiled } = await rulesOf(trx, 'routing', version)
    const facts = routingFacts(row, at, municipality, clients.get(row.id) ?? [])
    const decision = decideRouting(facts, compiled)
    // Rules may ask where a protected person lives; what they were asked on is kept without it.
    decided.push({ row, facts: row.protected ? { ...facts, postalCode: null } : facts, decision, version })
  }
  return decided
}

/** A moved case whose owner stays takes the new version's row as its own; a new owner takes it when confirmed. */
async function adoptVersion(
  trx: Trx,
  at: Moment,
  decided: readonly Decided[],
  { place }: Asked,
): Promise<void> {
  const staying = decided.flatMap((one): Chosen[] => {
    const [owner] = one.decision.owners
    if (!one.row.moved || !owner) return []
    const { committee, unit } = place(owner)
    const same = committee === one.row.committee && unit === one.row.unit
    return same ? [{ ...one, owner: { committee, unit, personId: null } }] : []
  })
  await writeOwners(trx, at, staying)
}

type Chosen = Decided & { owner: Placed }

/** Writes the owner with the version, row and reason that spoke; the default row also asks a person. Returns what was chosen. */
async function own(trx: Trx, decided: readonly Decided[], asked: Asked): Promise<Chosen[]> {
  const { at, municipality, place } = asked
  const fallback = {
    committee: municipality.defaultCommittee,
    unit: municipality.defaultUnit,
    personId: null,
  }
  const chosen = decided.map((one): Chosen => {
    const [owner] = one.decision.owners
    return { ...one, owner: owner ? place(owner) : fallback }
  })
  await writeOwners(trx, at, chosen)
  await assign(
    trx,
    at,
    chosen.flatMap((one) => ownersOf(one, asked)),
  )
  await writeTimeline(trx, at, chosen.map(entryOf))
  const lost = chosen.filter(({ decision }) => decision.isDefault || decision.owners.length === 0)
  await reviewTasks(
    trx,
    at,
    lost.map(({ row, owner }): Review => ({
      kind: 'no-rule',
      caseId: row.id,
      subjectId: row.id,
      committee: owner.committee,
      unit: owner.unit,
    })),
  )
  return chosen
}

const entryOf = ({ row, decision, owner: { committee, unit } }: Chosen) => ({
  caseId: row.id,
  kind: 'case.routed',
  actor: 'system',
  detail: { committee, unit, row: decision.row },
})

async function writeOwners(trx: Trx, at: Moment, chosen: readonly Chosen[]): Promise<void> {
  await updateRows(
    trx,
    'arrearsCase',
    chosen.map(({ row, facts, decision, version, owner }) => ({
      id: row.id,
      committee: owner.committee,
      unit: owner.unit,
      routingVersion: version,
      routingRow: decision.row,
      routingReasonSv: decision.reason.sv,
      routingReasonEn: decision.reason.en,
      routingFacts: facts,
      routedAt: row.routedAt ?? at.now,
      movedToVersion: null,
    })),
  )
}

/** A named caseworker is told herself; she must accept, so the case has no assignee until she has. */
async function tellOwners(trx: Trx, at: Moment, chosen: readonly Chosen[]): Promise<void> {
  const units = chosen.filter(({ owner }) => owner.personId === null).map(({ owner }) => owner.unit)
  await queueUnitMails(trx, at, 'new-cases', units)
  const people = chosen.flatMap(({ owner }) => owner.personId ?? [])
  const hour = at.now.slice(0, 13)
  await queueMails(
    trx,
    at,
    [...new Set(people)].map((personId) => ({
      onceKey: `new-cases ${personId} ${hour}`,
      template: 'new-cases' as const,
      personId,
    })),
  )
}

function ownersOf({ row, decision, version }: Decided, { at, municipality, place }: Asked) {
  return decision.owners.map((owner, nth) => ({
    ...assignmentOf(row.id, place(owner), decision.reason, { version, row: decision.row }),
    kind: nth === 0 ? 'owner' : 'joint',
    answerBy: answerBy(at, decision.answerWithinWorkingDays, municipality),
  }))
}

/** A row of the table of assignments; the caller says of which kind it is and by when it must be answered. */
function assignmentOf(
  caseId: string,
  to: Placed,
  reason: { sv: string; en: string },
  from: { version: number; row: number | null },
) {
  return {
    caseId,
    ...to,
    kind: 'added',
    state: 'active',
    reasonSv: reason.sv,
    reasonEn: reason.en,
    routingVersion: from.version,
    routingRow: from.row,
    answerBy: null as string | null,
  }
}

async function assign(trx: Trx, at: Moment, rows: readonly ReturnType<typeof assignmentOf>[]): Promise<void> {
  await insertAlike(
    trx,
    'assignment',
    rows.map((row) => ({ ...row, createdAt: at.now })),
    { caseId: 'uuid' },
    sql`on conflict (case_id, kind, committee, coalesce(unit, '')) where state in ('active', 'accepted') do nothing`,
  )
}

/** Co-assigns every unit that the table calls in and that is not there already. */
async function addUnits(trx: Trx, decided: readonly Decided[], asked: Asked): Promise<void> {
  const { at, municipality, place } = asked
  await assign(
    trx,
    at,
    decided.flatMap(({ row, decision, version }) =>
      decision.additions.map((addition) => ({
        ...assignmentOf(row.id, place(addition), addition.reason, { version, row: addition.row }),
        answerBy: answerBy(at, addition.answerWithinWorkingDays, municipality),
      })),
    ),
  )
}
