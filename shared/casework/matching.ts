// Ties what came in to a household's case: one open case per household, a review task where a person must look.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { matchArrivals, type Arrival, type KeyKind, type KnownKey, type Match } from '../domain/matching.ts'
import { emit } from '../outbox.ts'
import { lockTexts, type Moment } from './act.ts'
import { openNewCases, type BornCase, type FirstFacts, type NewCase } from './new-cases.ts'
import { reviewTasks, type Review } from './reviews.ts'
import { protectCases } from './sealed-addresses.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'

/** What came in, as matching needs it: keyed hashes, and what a new case is called until its facts are folded. */
export type Incoming = Arrival & {
  table: 'notice' | 'evictionNotice'
  newCase: NewCase
  duplicateOf: string | null
  /** What the notice tells, when it alone can tell what a new case is: nothing has been told of it since. */
  first: FirstFacts | null
}

/** `counted`: a new case that has its facts and dates already. */
type Joined = Match & { caseId: string; isNew: boolean; counted: boolean }

/**
 * Joins arrivals to cases: locks every key in one order (so that two notices for one household in the same
 * millisecond give one case), decides, opens the cases that are missing, and tells routing. Already joined arrivals
 * must have been left out by the caller, which holds their row locks.
 */
export async function joinArrivals(
  trx: Trx,
  at: Moment,
  tools: Tools,
  arrivals: readonly Incoming[],
): Promise<Joined[]> {
  if (arrivals.length === 0) return []
  await lockTexts(
    trx,
    arrivals.flatMap((arrival) => keysIn(arrival)),
  )
  const { matches, newKeys } = matchArrivals(arrivals, await knownKeys(trx, arrivals), randomUUID)
  await insertRows(
    trx,
    'householdKey',
    newKeys.map(({ key, kind, householdId }) => ({ key: Buffer.from(key, 'hex'), kind, householdId })),
  )
  const open = await openCases(trx, matches)
  const alone = new Set(
    [...Map.groupBy(matches, ({ householdId }) => householdId)].flatMap(([id, all]) => (all[1] ? [] : [id])),
  )
  const born = new Map<string, BornCase>()
  const joined = matches.map((match, place) => {
    const existing = open.get(match.householdId) ?? born.get(match.householdId)?.id
    if (existing) return { ...match, caseId: existing, isNew: false, counted: false }
    const id = randomUUID()
    const { newCase, first } = arrivals[place] as Incoming
    // Only a household never heard of before has nothing behind it that would count too.
    const counts = match.basis === 'new' && alone.has(match.householdId) ? first : null
    born.set(match.householdId, { id, householdId: match.householdId, newCase, first: counts })
    return { ...match, caseId: id, isNew: true, counted: counts !== null }
  })
  await openNewCases(trx, at, tools, [...born.values()])
  const told = joined.filter((_, place) => arrivals[place]?.newCase.protected).map(({ caseId }) => caseId)
  await record(trx, at, arrivals, joined)
  await closeIn(trx, tools, joined, told)
  await emit(trx, 'case.changed', [...new Set(joined.map((join) => join.caseId))])
  return joined
}

/**
 * A household that was protected once is so in its next case from the first moment, before routing and before any list;
 * so is one of which a sender says it now.
 */
async function closeIn(
  trx: Trx,
  { keys }: Tools,
  joined: readonly Joined[],
  told: readonly string[],
): Promise<void> {
  const all = joined.map(({ caseId }) => caseId)
  const born = joined.filter(({ isNew }) => isNew).map(({ caseId }) => caseId)
  const { rows } = await sql<{ id: string }>`select c.id from arrears_case c
    where c.id = any(${all}::uuid[]) and (c.protected or c.id = any(${[...told]}::uuid[])
      or c.id = any(${born}::uuid[])
        and exists (select 1 from arrears_case o where o.household_id = c.household_id and o.protected))
    order by c.id`.execute(trx)
  // What comes in to a household that is protected already is sealed in the same transaction, too.
  if (rows.length > 0)
    await protectCases(
      trx,
      keys,
      rows.map(({ id }) => id),
    )
}

async function record(
  trx: Trx,
  at: Moment,
  arrivals: readonly Incoming[],
  joined: readonly Joined[],
): Promise<void> {
  for (const table of ['notice', 'evictionNotice'] as const) {
    const mine = joined.filter((_, place) => arrivals[place]?.table === table)
    if (mine.length === 0) continue
    await sql`update ${sql.table(table === 'notice' ? 'notice' : 'eviction_notice')} t set case_id = j.case_id, joined_at = ${at.now}
      from (select unnest(${mine.map((join) => join.arrivalId)}::uuid[]) as id, unnest(${mine.map((join) => join.caseId)}::uuid[]) as case_id) j
      where t.id = j.id`.execute(trx)
  }
  await writeTimeline(
    trx,
    at,
    joined.map((join, place) => ({
      caseId: join.caseId,
      kind: arrivals[place]?.table === 'notice' ? 'notice.joined' : 'eviction-notice.joined',
      actor: 'system',
      detail: { id: join.arrivalId, basis: join.basis, duplicateOf: arrivals[place]?.duplicateOf ?? null },
    })),
  )
  const reviews: Review[] = joined.flatMap((join) =>
    join.review ? [{ kind: 'match' as const, caseId: join.caseId, subjectId: join.arrivalId }] : [],
  )
  await reviewTasks(trx, at, [...reviews, ...(await similarOpenCases(trx, joined))])
}

function keysIn(arrival: Arrival): string[] {
  return [arrival.identity, arrival.enforcement, arrival.address].filter((key) => key !== null)
}

async function knownKeys(trx: Trx, arrivals: readonly Arrival[]): Promise<KnownKey[]> {
  const keys = [...new Set(arrivals.flatMap(keysIn))].map((key) => Buffer.from(key, 'hex'))
  const { rows } = await sql<{ key: Buffer; kind: KeyKind; householdId: string; identified: boolean }>`
    select k.key, k.kind, k.household_id, exists (
      select 1 from household_key i where i.household_id = k.household_id and i.kind = 'identity') as identified
    from household_key k where k.key = any(${keys}::bytea[])`.execute(trx)
  return rows.map((row) => ({ ...row, key: row.key.toString('hex') }))
}

async function openCases(trx: Trx, matches: readonly Match[]): Promise<Map<string, string>> {
  const known = matches.filter((match) => match.basis !== 'new').map((match) => match.householdId)
  if (known.length === 0) return new Map()
  const rows = await trx
    .selectFrom('arrearsCase')
    .select(['id', 'householdId'])
    .where('householdId', 'in', known)
    .where('state', '=', 'open')
    .orderBy('id')
    .forUpdate()
    .execute()
  return new Map(rows.map((row) => [row.householdId, row.id]))
}

/**
 * New cases whose tenant's name, or whose door, another open case has: a person decides whether they are one. Another
 * committee's case, or a protected person's, is no suggestion: it would tell that there is one. The other way round, a
 * protected person's new case is compared by name alone, because its address is sealed.
 */
async function similarOpenCases(trx: Trx, joined: readonly Joined[]): Promise<Review[]> {
  const fresh = joined.filter((join) => join.isNew).map((join) => join.caseId)
  if (fresh.length === 0) return []
  // First by name alone: in a burst the planner has not counted the cases yet, and would pair all of a committee's.
  const { rows } = await sql<{ id: string; like: string[] }>`
    with namesake as materialized (
      select c.id, o.id as other, o.state, o.protected, o.committee = c.committee
          and (c.protected or o.postal_code is not distinct from c.postal_code or lower(o.address) = lower(c.address)) as near
        from arrears_case c join arrears_case o on o.name_key = c.name_key and o.id <> c.id
        where c.id = any(${fresh}::uuid[]))
    select id, array_agg(other) as like from namesake where near and state = 'open' and not protected group by id`.execute(
    trx,
  )
  await noteLikeness(trx, rows)
  return rows.map((row) => ({ kind: 'match' as const, caseId: row.id, subjectId: row.id }))
}

/** Remembers which cases the question is about, so that whoever answers it sees both sides and nothing else. */
async function noteLikeness(trx: Trx, found: readonly { id: string; like: string[] }[]): Promise<void> {
  const pairs = found.flatMap(({ id, like }) => like.map((other) => ({ id, other })))
  await sql`insert into case_likeness (case_id, like_case_id, committee)
    select p.id, p.other, c.committee from json_to_recordset(${JSON.stringify(pairs)}::json) as p(id uuid, other uuid)
      join arrears_case c on c.id = p.other
    on conflict do nothing`.execute(trx)
}
