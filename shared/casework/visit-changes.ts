// Moves a booked visit to another time or pair, or calls it off: with the reason why, and everybody told by the plan.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { findCase, nameInDiary, noSuch, touchCase } from './open-case.ts'
import { writeTimeline } from './timeline.ts'
import { bookPeople, freePeople } from './visit-teams.ts'
import { demandBookable, endOf, lockVisit, lockVisitors, type Visit, type VisitTimes } from './visits.ts'

/** A new time or pair for a booked visit, and why. */
export type Rebooking = VisitTimes & { visitId: string; why: string }

/** Refuses what would move or call off a visit without saying why, or one that is made already. */
function demandOpen(visit: Visit, why: string): void {
  if (why.trim() === '') {
    const detail = 'Skriv varför besöket ändras: hushållet och kollegan ska kunna förstå det efteråt.'
    throw new Refusal('unprocessable', 'visit.why', detail, [{ pointer: '/why', code: 'visit.why', detail }])
  }
  if (visit.state === 'booked') return
  throw new Refusal('conflict', 'visit.done', 'Besöket är redan gjort eller avbokat. Boka ett nytt besök.')
}

/** Locks the visit's case, which the actor must see: a visitor of another committee asks the one who booked. */
async function lockBooked(trx: Trx, visitId: string, why: string): Promise<Visit> {
  const { rows } = await sql<{
    caseId: string
    visitors: string[]
  }>`select case_id, visitors from visit where id = ${visitId}`.execute(trx)
  if (!rows[0] || !(await findCase(trx, rows[0].caseId))) throw noSuch()
  const visit = await lockVisit(trx, visitId)
  demandOpen(visit, why)
  return visit
}

/** Moves a booked visit. The same time and pair again changes nothing. Refuses whatever booking refuses. */
export async function rebookVisit(db: Db, actor: Actor, wanted: Rebooking): Promise<Visit> {
  return inContext(db, actor, async (trx, at) => {
    await lockVisitors(trx, wanted.visitors)
    const visit = await lockBooked(trx, wanted.visitId, wanted.why)
    if (isSame(visit, wanted)) return visit
    const { announced, reason, caseId } = visit
    await demandBookable(trx, at, { ...wanted, announced, reason, caseId })
    const { startsAt, visitors } = wanted
    const endsAt = endOf(startsAt, wanted.minutes)
    await sql`update visit set starts_at = ${startsAt}, ends_at = ${endsAt}, visitors = ${[...visitors]}::uuid[],
      reason_anyway = ${wanted.reasonAnyway ?? null}, checked_in_at = null, version = version + 1 where id = ${visit.id}`.execute(
      trx,
    )
    await bookPeople(trx, { id: visit.id, startsAt, endsAt, visitors })
    await tellOf(trx, at, actor, visit, {
      kind: 'visit.rebooked',
      detail: { from: visit.startsAt, startsAt },
    })
    return lockVisit(trx, visit.id)
  })
}

function isSame(visit: Visit, { startsAt, minutes, visitors }: Rebooking): boolean {
  return (
    Date.parse(visit.startsAt) === Date.parse(startsAt) &&
    Date.parse(visit.endsAt) === Date.parse(endOf(startsAt, minutes)) &&
    visit.visitors.toSorted().join() === visitors.toSorted().join()
  )
}

/** Calls a booked visit off. Called off already, it stays so. */
export async function cancelVisit(
  db: Db,
  actor: Actor,
  { visitId, why }: { visitId: string; why: string },
): Promise<Visit> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<{ state: string }>`select state from visit where id = ${visitId}`.execute(trx)
    if (rows[0]?.state === 'cancelled') return lockVisit(trx, visitId)
    const visit = await lockBooked(trx, visitId, why)
    await sql`update visit set state = 'cancelled', cancelled_at = ${at.now}, cancelled_by = ${actor.personId},
      cancelled_reason = ${why.trim()}, version = version + 1 where id = ${visit.id}`.execute(trx)
    await freePeople(trx, visit.id)
    await tellOf(trx, at, actor, visit, { kind: 'visit.cancelled', detail: { startsAt: visit.startsAt } })
    return lockVisit(trx, visit.id)
  })
}

async function tellOf(
  trx: Trx,
  at: Moment,
  actor: Actor,
  visit: Visit,
  { kind, detail }: { kind: string; detail: object },
): Promise<void> {
  const { id, caseId } = visit
  await touchCase(trx, caseId)
  await writeTimeline(trx, at, [
    { caseId, kind, actor: nameInDiary(actor), detail: { visitId: id, ...detail } },
  ])
  await emit(trx, 'visit.changed', [id])
}
