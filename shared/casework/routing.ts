// Gives each case its owner by the municipality's rules table, once; later facts propose, a person decides.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertAlike, insertRows, updateRows } from '../db/rows.ts'
import { ageAt } from '../domain/age.ts'
import { daysBetween, localDateOf, nextWorkingInstant } from '../domain/calendar.ts'
import { decideRouting, type Decision } from '../domain/routing.ts'
import type { RoutingFacts } from '../domain/routing-facts.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { noteIdentities } from './case-identity.ts'
import { noteContacts } from './contact-facts.ts'
import { queueUnitMails } from './mail.ts'
import { reviewTasks, type Review } from './reviews.ts'
import { readMunicipality, rulesInForce, rulesOf, type Municipality, type Rules } from './settings.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'

type CaseRow = {
  id: string
  stage: string
  noticeType: string
  postalCode: string | null
  bornOn: string | null
  children: 'yes' | 'no' | 'unknown'
  protected: boolean
  landlordName: string
  landlordKind: string
  landlordNumber: string | null
  monthsUnpaid: number
  amountOwed: number
  repeated: boolean
  recoverySafeDay: string | null
  evictionAt: string | null
  committee: string
  unit: string | null
  routingVersion: number | null
  routedAt: string | null
  facts: Partial<RoutingFacts>
  attempts: number
  reached: boolean
}

type Decided = { row: CaseRow; facts: RoutingFacts; decision: Decision }

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
  const rows = await lockCases(trx, caseIds)
  await noteContacts(
    trx,
    rows.map((row) => row.id),
  )
  const municipality = await readMunicipality(trx)
  const inForce = await rulesInForce(trx, 'routing', at.today)
  const fresh = rows
    .filter((row) => row.routedAt === null)
    .map((row) => decide(row, at, municipality, inForce))
  const standing: Decided[] = []
  for (const row of rows) {
    if (row.routedAt === null || row.routingVersion === null) continue
    const table = await rulesOf(trx, 'routing', row.routingVersion)
    standing.push(decide(row, at, municipality, { id: row.routingVersion, version: 0, table }))
  }
  await own(trx, at, fresh, inForce)
  await propose(trx, at, standing)
  await addUnits(trx, [...fresh, ...standing])
  await noteIdentities(
    trx,
    tools.keys,
    rows.map((row) => row.id),
  )
  await emit(
    trx,
    'case.routed',
    rows.map((row) => row.id),
  )
}

async function lockCases(trx: Trx, caseIds: readonly string[]): Promise<CaseRow[]> {
  const { rows } = await sql<CaseRow>`
    select c.id, c.stage, c.notice_type, c.postal_code, c.born_on, c.children, c.protected, c.landlord_name, c.landlord_kind,
      l.organisation_number as landlord_number, c.months_unpaid, c.amount_owed, c.repeated, c.recovery_safe_day, c.eviction_at,
      c.committee, c.unit, c.routing_version, c.routed_at, c.facts,
      (select count(*)::int from contact k where k.case_id = c.id and not k.by_landlord) as attempts,
      exists (select 1 from contact k where k.case_id = c.id and k.reached and not k.by_landlord) as reached
    from arrears_case c left join landlord l on l.id = c.landlord_id
    where c.id = any(${[...caseIds]}::uuid[]) and c.state = 'open' order by c.id for update of c`.execute(trx)
  return rows
}

function decide(row: CaseRow, at: Moment, municipality: Municipality, rules: Rules<'routing'>): Decided {
  const facts = routingFacts(row, at, municipality)
  return { row, facts, decision: decideRouting(facts, rules.table.compiled) }
}

/** The case in the terms of the rules table. What nobody has recorded is unknown, never guessed. */
function routingFacts(row: CaseRow, at: Moment, municipality: Municipality): RoutingFacts {
  const evictionDay = row.evictionAt ? localDateOf(row.evictionAt) : null
  const days = [row.recoverySafeDay, evictionDay].flatMap((day) => (day ? [daysBetween(at.today, day)] : []))
  const running = days.filter((left) => left >= 0)
  return {
    noticeType: row.noticeType,
    stage: row.stage,
    daysLeft: running.length > 0 ? Math.min(...running) : null,
    daysToEviction: evictionDay ? daysBetween(at.today, evictionDay) : null,
    monthsUnpaid: row.monthsUnpaid,
    amount: row.amountOwed,
    landlord: { organisationNumber: row.landlordNumber, name: row.landlordName },
    landlordKind: row.landlordKind,
    postalCode: row.postalCode,
    age: row.bornOn ? ageAt(row.bornOn, at.today) : null,
    childrenInHousehold: row.children,
    repeatWithin12Months: row.repeated,
    contactState: row.reached ? 'reached' : row.attempts > 0 ? 'trying' : 'not-tried',
    contactAttempts: row.attempts,
    tenancyKind: row.noticeType.startsWith('cooperative') ? 'cooperative' : 'unknown',
    clientOf: [],
    outOfHours: nextWorkingInstant(at.now, municipality.workingTime).slice(0, 19) > at.now.slice(0, 19),
    protectedIdentity: row.protected,
    violence: false,
    needs: [],
    ...row.facts,
  }
}

/** Writes the owner with the version, row and reason that spoke; the default row also asks a person. */
async function own(
  trx: Trx,
  at: Moment,
  decided: readonly Decided[],
  rules: Rules<'routing'>,
): Promise<void> {
  const municipality = await readMunicipality(trx)
  const chosen = decided.map(({ row, facts, decision }) => {
    const owner = decision.owners[0] ?? {
      committee: municipality.defaultCommittee,
      unit: municipality.defaultUnit,
    }
    return { row, facts, decision, owner }
  })
  await updateRows(
    trx,
    'arrearsCase',
    chosen.map(({ row, facts, decision, owner }) => ({
      id: row.id,
      committee: owner.committee,
      unit: owner.unit ?? municipality.defaultUnit,
      routingVersion: rules.id,
      routingRow: decision.row,
      routingReasonSv: decision.reason.sv,
      routingReasonEn: decision.reason.en,
      routingFacts: facts,
      routedAt: at.now,
    })),
  )
  const owners = chosen.flatMap(({ row, decision }) =>
    decision.owners.map((owner, place) => ({
      ...assignmentOf(row.id, owner, decision.reason, { version: rules.id, row: decision.row }),
      kind: place === 0 ? 'owner' : 'joint',
    })),
  )
  await assign(trx, owners)
  await writeTimeline(
    trx,
    at,
    chosen.map(({ row, decision, owner }) => ({
      caseId: row.id,
      kind: 'case.routed',
      actor: 'system',
      detail: { committee: owner.committee, unit: owner.unit, row: decision.row },
    })),
  )
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
  await queueUnitMails(
    trx,
    at,
    'new-cases',
    chosen.map(({ owner }) => owner.unit ?? municipality.defaultUnit),
  )
}

function assignmentOf(
  caseId: string,
  to: { committee: string; unit: string | null },
  reason: { sv: string; en: string },
  from: { version: number | null; row: number | null },
) {
  return {
    caseId,
    committee: to.committee,
    unit: to.unit,
    kind: 'added',
    state: 'active',
    reasonSv: reason.sv,
    reasonEn: reason.en,
    routingVersion: from.version,
    routingRow: from.row,
  }
}

async function assign(trx: Trx, rows: readonly ReturnType<typeof assignmentOf>[]): Promise<void> {
  await insertAlike(
    trx,
    'assignment',
    rows,
    { caseId: 'uuid' },
    sql`on conflict (case_id, kind, committee, coalesce(unit, '')) where state in ('active', 'accepted') do nothing`,
  )
}

/** Co-assigns every unit that the table calls in and that is not there already. */
async function addUnits(trx: Trx, decided: readonly Decided[]): Promise<void> {
  await assign(
    trx,
    decided.flatMap(({ row, decision }) =>
      decision.additions.map((addition) =>
        assignmentOf(row.id, addition, addition.reason, { version: row.routingVersion, row: addition.row }),
      ),
    ),
  )
}

/** A change of owner is proposed, never made: a family should not change hands because a number moved. */
async function propose(trx: Trx, at: Moment, decided: readonly Decided[]): Promise<void> {
  const changed = decided.filter(({ row, decision }) => {
    const owner = decision.owners[0]
    return (
      owner &&
      !decision.isDefault &&
      (owner.committee !== row.committee || (owner.unit ?? row.unit) !== row.unit)
    )
  })
  if (changed.length === 0) return
  const asked = await trx
    .selectFrom('assignment')
    .select(['caseId', 'committee', 'unit'])
    .where(
      'caseId',
      'in',
      changed.map(({ row }) => row.id),
    )
    .where('kind', '=', 'owner')
    // Also what a person has already moved away from: the table must not ask for it back.
    .where('state', 'in', ['proposed', 'rejected', 'ended'])
    .execute()
  const known = new Set(asked.map((one) => `${one.caseId} ${one.committee} ${one.unit ?? ''}`))
  const fresh = changed.flatMap(({ row, decision }) => {
    const owner = decision.owners[0]
    if (!owner || known.has(`${row.id} ${owner.committee} ${owner.unit ?? ''}`)) return []
    return [
      {
        row,
        assignment: {
          ...assignmentOf(row.id, owner, decision.reason, { version: row.routingVersion, row: decision.row }),
          kind: 'owner',
          state: 'proposed',
        },
      },
    ]
  })
  await insertRows(
    trx,
    'assignment',
    fresh.map(({ assignment }) => assignment),
  )
  await reviewTasks(
    trx,
    at,
    fresh.map(({ row }): Review => ({
      kind: 'owner',
      caseId: row.id,
      subjectId: row.id,
      committee: row.committee,
      unit: row.unit,
    })),
  )
}
