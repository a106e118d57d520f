// Does what follows from a visit that was booked, moved, made or called off: the safety clock, and the case's diary.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import type { Actor, Moment } from './act.ts'
import { addStages, ladderOf, readWatch, type Watch } from './ladders.ts'
import { touchCase } from './open-case.ts'
import { reviewTasks } from './reviews.ts'
import { writeTimeline } from './timeline.ts'
import { wantPlan } from './visit-plan-wish.ts'
import { logVisit } from './visit-log.ts'
import { freePeople } from './visit-teams.ts'

type Changed = {
  id: string
  caseId: string
  taskId: string | null
  committee: string
  state: 'booked' | 'done' | 'cancelled'
  startsAt: string
  endsAt: string
  outcome: string | null
  note: string | null
  recordedBy: string | null
  checkedOutAt: string | null
  followedAt: string | null
}

/**
 * Follows visits that have changed, in id order, whatever they have become since: a booked one is watched until its
 * people have said that they are out, a result that another committee's visitor recorded is put into the case. Doing it
 * twice changes nothing.
 */
export async function followVisits(trx: Trx, at: Moment, visitIds: readonly string[]): Promise<void> {
  const { rows } = await sql<Changed>`
    select id, case_id, task_id, committee, state, starts_at, ends_at, outcome, note, recorded_by, checked_out_at, followed_at
    from visit where id = any(${[...visitIds]}::uuid[]) order by id for update`.execute(trx)
  await watchVisits(trx, at, rows)
  for (const visit of rows) await putIntoCase(trx, at, visit)
  await askForNew(trx, at, visitIds)
  await wantPlan(trx)
}

/** A visit called off because its visitor has ended: somebody books another and tells the household, who expect it. */
async function askForNew(trx: Trx, at: Moment, visitIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ subjectId: string; caseId: string; committee: string; unit: string | null }>`
    select v.id as subject_id, v.case_id, v.committee, c.unit from visit v join arrears_case c on c.id = v.case_id
    where v.id = any(${[...visitIds]}::uuid[]) and v.state = 'cancelled' and v.starts_at > ${at.now} and c.state = 'open'
      and exists (select 1 from person p where p.id = any(v.visitors) and not p.active) order by v.id`.execute(
    trx,
  )
  await reviewTasks(
    trx,
    at,
    rows.map((one) => ({ kind: 'visit-ended' as const, ...one })),
  )
}

/** The ladder of a visit that is not checked out in time; a visit that moved is watched from its new end. */
async function watchVisits(trx: Trx, at: Moment, rows: readonly Changed[]): Promise<void> {
  const watch = await readWatch(trx, at)
  const ladders = rows.map((visit) => ({ visit, clocks: isWatched(visit) ? laddersOf(visit, watch) : [] }))
  for (const { visit, clocks } of ladders) {
    const right = clocks.map(({ dueAt }) => dueAt)
    const why =
      visit.state === 'cancelled' ? 'visit-cancelled' : clocks.length > 0 ? 'superseded' : 'checked-out'
    await sql`update stage set stopped_at = ${at.now}, stop_reason = ${why}
      where subject_id = ${visit.id} and fired_at is null and stopped_at is null
        and not due_at = any(${right}::timestamptz[])`.execute(trx)
  }
  const wanted = ladders.map(({ visit, clocks }) => ({
    subject: { caseId: visit.caseId, id: visit.id },
    next: clocks.filter(({ step }) => step === 1),
  }))
  await addStages(trx, at, wanted, watch)
}

const isWatched = ({ state, checkedOutAt }: Changed) => state === 'booked' && checkedOutAt === null

const laddersOf = ({ endsAt }: Changed, watch: Watch) => ladderOf({ kind: 'visit', startedAt: endsAt }, watch)

async function putIntoCase(trx: Trx, at: Moment, visit: Changed): Promise<void> {
  const { id, caseId, outcome, note, recordedBy, committee } = visit
  if (visit.state !== 'done' || visit.followedAt !== null || outcome === null) return
  await sql`update visit set followed_at = ${at.now} where id = ${id}`.execute(trx)
  const actor: Actor = {
    role: 'visitor',
    personId: recordedBy,
    committee,
    unit: null,
    sender: 'visit',
    landlordId: null,
    name: '',
  }
  await logVisit(trx, at, actor, { visit, result: { outcome, note } })
  await touchCase(trx, caseId)
}

/**
 * Calls off visits that nobody needs any longer: the case is closed, or its debt is settled. The reason is the case's
 * own, so that whoever looks for the visit learns why it is gone.
 */
export async function endNeedlessVisits(trx: Trx, at: Moment): Promise<void> {
  const { rows } = await sql<{ id: string; caseId: string; reason: string }>`
    select v.id, v.case_id, case when c.state = 'open' then coalesce(c.settled, 'settled') else 'case-ended' end as reason
    from visit v join arrears_case c on c.id = v.case_id
    where v.state = 'booked' and v.starts_at > ${at.now} and v.checked_in_at is null
      and (c.state <> 'open' or c.settled is not null and c.stage <> 'date-set') order by v.id for update of v`.execute(
    trx,
  )
  for (const { id, reason } of rows) {
    await sql`update visit set state = 'cancelled', cancelled_at = ${at.now}, cancelled_reason = ${reason}, version = version + 1
      where id = ${id}`.execute(trx)
    await freePeople(trx, id)
    await sql`update stage set stopped_at = ${at.now}, stop_reason = 'visit-cancelled'
      where subject_id = ${id} and fired_at is null and stopped_at is null`.execute(trx)
  }
  const entries = rows.map(({ id, caseId, reason }) => ({
    caseId,
    kind: 'visit.cancelled',
    actor: 'system',
    detail: { visitId: id, reason },
  }))
  await writeTimeline(trx, at, entries)
}
