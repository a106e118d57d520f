// Plans the weeks of home visits: a suggestion for every case that needs one, or the counted reason why there is none.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { updateRows } from '../db/rows.ts'
import { addDays, instantAt } from '../domain/calendar.ts'
import { areaOf, suggestVisits, type Booking, type Suggestion, type VisitNeed } from '../domain/visit-plan.ts'
import { lockTexts, type Moment } from './act.ts'
import { refreshAbsences } from './absences.ts'
import { bookAccepted } from './visit-offers.ts'
import { wantPlan } from './visit-plan-wish.ts'
import { tellOfCapacity } from './visit-capacity.ts'
import { endNeedlessVisits } from './visit-follow.ts'
import { bookingsOf, readVisitors, type VisitPeople } from './visit-teams.ts'
import { writeTimeline } from './timeline.ts'

/** How far ahead a time is looked for when none is left before the due date. */
const LATE_DAYS = 28

/** A need as the plan reads it; `version` is its row's, by which one that changed meanwhile is known. */
export type NeedRow = {
  id: string
  version: string
  caseId: string
  committee: string
  dueOn: string
  evening: boolean
  children: boolean
  postalCode: string | null
  needless: boolean
  booked: boolean
  state: string
  personIds: string[] | null
  startsAt: string | null
  offeredTo: string | null
  reason: string | null
  lackedAt: string | null
}

/**
 * Plans all visits that are not booked: children and the nearest dates first, neighbours on one trip. Planning twice
 * with nothing changed writes nothing; two at once wait for each other. Where the own committee has no pair in time the
 * next one is offered the visit, where nobody has, that is counted, and in both cases the supervisor is told.
 */
export async function planVisits(trx: Trx, at: Moment): Promise<void> {
  await lockTexts(trx, ['visit-plan'])
  await refreshAbsences(trx)
  await endNeedlessVisits(trx, at)
  await bookAccepted(trx, at)
  const people = await readVisitors(trx)
  const needs = await openNeeds(trx)
  const booked = await bookingsOf(
    trx,
    people.visitors.map(({ id }) => id),
  )
  const planned = planOf(needs, people, booked, at.today)
  await keep(trx, at, needs, planned)
  await tellOfCapacity(trx, at, { people, booked, planned: [...planned.values()] })
}

/** Read without a lock: whoever plans a case would else wait for the whole plan, holding the case, or it for them. */
async function openNeeds(trx: Trx): Promise<NeedRow[]> {
  const { rows } = await sql<NeedRow>`
    select n.id, n.xmin::text as version, n.case_id, c.committee, t.due_on, t.channel = 'visit-evening' as evening, c.children = 'yes' as children,
      c.postal_code, t.state <> 'open' or c.state <> 'open' or c.protected as needless,
      exists (select 1 from visit v where v.case_id = n.case_id and v.state = 'booked') as booked,
      n.state, n.person_ids, n.starts_at, n.offered_to, n.reason, n.lacked_at
    from visit_need n join task t on t.id = n.task_id join arrears_case c on c.id = n.case_id
    where n.state <> 'ended' order by t.due_on, n.id`.execute(trx)
  return rows
}

/** What a need has come to. `late`: the time lies after the due date. */
export type PlannedNeed = {
  need: NeedRow
  state: 'wanted' | 'suggested' | 'offered' | 'lacking' | 'booked' | 'ended'
  found: Suggestion | null
}

function planOf(
  needs: readonly NeedRow[],
  people: VisitPeople,
  booked: readonly Booking[],
  today: string,
): Map<string, PlannedNeed> {
  const open = needs.filter((need) => !need.needless && !need.booked)
  // A case is visited once, whatever number of its tasks ask for it: by the nearest of them.
  const first = [...Map.groupBy(open, ({ caseId }) => caseId).values()].flatMap(([one]) => one ?? [])
  const committees = [...new Set(people.visitors.flatMap(({ committee }) => committee ?? []))].toSorted()
  const wanted = first.map((need) => wantedOf(need, committees))
  const at = { rules: people.rules, today }
  const inTime = suggestVisits(wanted, people.visitors, booked, at)
  const left = new Set(inTime.without.map(({ caseId }) => caseId))
  // Too late is still better than never: the earliest time there is stands beside the reason why it is late.
  const late = suggestVisits(
    wanted
      .filter(({ caseId }) => left.has(caseId))
      .map((need) => ({ ...need, dueOn: addDays(today, LATE_DAYS) })),
    people.visitors,
    [...booked, ...inTime.suggestions.map((one) => ({ ...one, postalCode: '' }))],
    at,
  )
  const asked = new Set(first)
  const found = new Map([...inTime.suggestions, ...late.suggestions].map((one) => [one.caseId, one]))
  return new Map(
    needs.map((need) => {
      const own = asked.has(need) ? (found.get(need.caseId) ?? null) : null
      const state = stateOf(need, asked.has(need), left.has(need.caseId), own)
      return [need.id, { need, state, found: own }]
    }),
  )
}

function stateOf(
  need: NeedRow,
  isFirst: boolean,
  lacks: boolean,
  found: Suggestion | null,
): PlannedNeed['state'] {
  if (need.needless) return 'ended'
  if (need.booked) return 'booked'
  if (!isFirst) return 'wanted'
  if (lacks) return 'lacking'
  return found && found.committee !== need.committee ? 'offered' : 'suggested'
}

const wantedOf = (
  { caseId, committee, dueOn, evening, children, postalCode }: NeedRow,
  committees: readonly string[],
): VisitNeed => ({
  caseId,
  dueOn,
  evening,
  children,
  postalCode: postalCode ?? '',
  committees: [committee, ...committees.filter((one) => one !== committee)],
})

/** The needs that are as they were read and that nobody is changing; the others are for the next plan. */
async function takeUnchanged(trx: Trx, needs: readonly NeedRow[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`select n.id from visit_need n
    join (select unnest(${needs.map(({ id }) => id)}::uuid[]) as id, unnest(${needs.map(({ version }) => version)}::text[]) as version) r
      on r.id = n.id and r.version = n.xmin::text order by n.id for update of n skip locked`.execute(trx)
  return new Set(rows.map(({ id }) => id))
}

/** Writes what has changed, and notes in the case's diary what a person must know of. */
async function keep(
  trx: Trx,
  at: Moment,
  needs: readonly NeedRow[],
  planned: ReadonlyMap<string, PlannedNeed>,
): Promise<void> {
  const taken = await takeUnchanged(trx, needs)
  const wished = [...planned.values()].flatMap((one) => {
    const row = rowOf(one, at)
    return isSame(one.need, row) ? [] : [{ ...one, row }]
  })
  const changed = wished.filter(({ need }) => taken.has(need.id))
  if (changed.length < wished.length) await wantPlan(trx)
  await updateRows(
    trx,
    'visitNeed',
    changed.map(({ row }) => row),
  )
  await sql`update visit_need set looked_at = ${at.now} where id = any(${[...taken]}::uuid[]) and looked_at is null`.execute(
    trx,
  )
  const entries = changed.flatMap(({ need, state, row }) => {
    const detail = { dueOn: need.dueOn, area: areaOf(need.postalCode ?? '') }
    if (state === 'lacking' && need.lackedAt === null)
      return [{ caseId: need.caseId, kind: 'visit.no-pair', actor: 'system', detail }]
    const offered = state === 'offered' && need.offeredTo !== row.offeredTo
    return offered ? [{ caseId: need.caseId, kind: 'visit.offered', actor: 'system', detail }] : []
  })
  await writeTimeline(trx, at, entries)
}

function rowOf({ need, state, found }: PlannedNeed, at: Moment) {
  const lacks = state === 'lacking'
  return {
    id: need.id,
    state,
    personIds: found?.personIds ?? null,
    startsAt: found ? instantAt(found.day, found.starts) : null,
    endsAt: found ? instantAt(found.day, found.ends) : null,
    offeredTo: found && found.committee !== need.committee ? found.committee : null,
    reason: lacks ? 'KAPACITET' : need.reason,
    lackedAt: lacks ? (need.lackedAt ?? at.now) : need.lackedAt,
  }
}

const instantOr0 = (instant: string | null) => (instant === null ? 0 : Date.parse(instant))

function isSame(need: NeedRow, row: ReturnType<typeof rowOf>): boolean {
  return (
    need.state === row.state &&
    instantOr0(need.startsAt) === instantOr0(row.startsAt) &&
    (need.personIds ?? []).join() === (row.personIds ?? []).join() &&
    need.offeredTo === row.offeredTo &&
    need.reason === row.reason
  )
}
