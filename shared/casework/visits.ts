// Books a home visit for two people who are there, and records how it went: once, with the contact and task it was.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { localDateOf } from '../domain/calendar.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import { lockCase, nameInDiary, noSuch, touchCase } from './open-case.ts'
import { writeTimeline } from './timeline.ts'

export type Visit = {
  id: string
  caseId: string
  taskId: string | null
  state: 'booked' | 'done' | 'cancelled'
  startsAt: string
  endsAt: string
  visitors: string[]
  announced: boolean
  reason: string | null
  outcome: string | null
  consentGiven: boolean | null
}

/** A booking: instants in RFC 3339, two visitors, and a reason when the household is not told beforehand. */
export type Booking = {
  caseId: string
  ifMatch: number | null
  startsAt: string
  minutes: number
  visitors: string[]
  announced: boolean
  reason: string | null
  taskId: string | null
}

/** How a visit went. `consentGiven`: every adult at home agreed to the visit. */
export type VisitResult = { visitId: string; outcome: string; consentGiven: boolean; note: string | null }

const shown = sql`id, case_id, task_id, state, starts_at, ends_at, visitors, announced, reason, outcome, consent_given`

function refuse(code: string, pointer: string, detail: string): never {
  throw new Refusal('unprocessable', code, detail, [{ pointer, code, detail }])
}

/** The visits of one case, the latest first. */
export async function visitsOf(trx: Trx, caseId: string): Promise<Visit[]> {
  const { rows } =
    await sql<Visit>`select ${shown} from visit where case_id = ${caseId} order by starts_at desc, id`.execute(
      trx,
    )
  return rows
}

/**
 * Books a visit; the same case and instant again gives the same booking. Refuses fewer than two visitors, a person on
 * leave or already booked then, and an unannounced visit without a reason.
 */
export async function bookVisit(db: Db, actor: Actor, booking: Booking): Promise<Visit> {
  return inContext(db, actor, async (trx, at) => {
    // A visitor is booked once, whoever books at the same moment.
    await lockTexts(
      trx,
      booking.visitors.map((id) => `visitor ${id}`),
    )
    const open = await lockCase(trx, booking.caseId, booking.ifMatch)
    const standing = (await visitsOf(trx, open.id)).find(
      (one) => one.state === 'booked' && Date.parse(one.startsAt) === Date.parse(booking.startsAt),
    )
    if (standing) return standing
    demandOrder(booking, at)
    await demandVisitors(trx, booking)
    const id = randomUUID()
    const { caseId, taskId, startsAt, visitors, announced, reason } = booking
    await insertRows(trx, 'visit', [
      {
        id,
        caseId,
        taskId,
        committee: open.committee,
        startsAt,
        endsAt: endOf(booking),
        visitors,
        announced,
        reason,
        bookedBy: actor.personId,
        bookedAt: at.now,
      },
    ])
    await touchCase(trx, caseId)
    const detail = { visitId: id, startsAt }
    await writeTimeline(trx, at, [{ caseId, kind: 'visit.booked', actor: nameInDiary(actor), detail }])
    return lockVisit(trx, id)
  })
}

const endOf = ({ startsAt, minutes }: Booking) =>
  new Date(Date.parse(startsAt) + minutes * 60_000).toISOString()

function demandOrder({ visitors, announced, reason, startsAt }: Booking, at: Moment): void {
  if (new Set(visitors).size < 2)
    refuse('visit.two', '/visitors', 'Ett hembesök görs av två personer. Välj en till.')
  if (!announced && !reason)
    refuse('visit.unannounced', '/reason', 'Skriv varför besöket inte aviseras, eller avisera det.')
  if (Date.parse(startsAt) < Date.parse(at.now))
    refuse('visit.past', '/startsAt', 'Tiden har redan varit. Välj en tid framåt, eller notera resultatet.')
}

async function demandVisitors(trx: Trx, booking: Booking): Promise<void> {
  const day = localDateOf(booking.startsAt)
  const { rows } = await sql<{ id: string; away: boolean; taken: boolean }>`
    select p.id, coalesce(p.absent_from <= ${day}::date and ${day}::date <= coalesce(p.absent_to, 'infinity'), false) as away,
      exists (select 1 from visit v where v.state = 'booked' and v.visitors @> array[p.id]
        and tstzrange(v.starts_at, v.ends_at) && tstzrange(${booking.startsAt}, ${endOf(booking)})) as taken
    from person p where p.id = any(${booking.visitors}::uuid[]) and p.active
      and p.role in ('visitor', 'caseworker', 'counsellor', 'supervisor')`.execute(trx)
  if (rows.length < new Set(booking.visitors).size)
    refuse(
      'visit.person',
      '/visitors',
      'En av personerna finns inte eller gör inte hembesök. Välj någon annan.',
    )
  if (rows.some((row) => row.away))
    refuse(
      'visit.absent',
      '/visitors',
      'En av personerna är frånvarande den dagen. Välj någon annan eller en annan dag.',
    )
  if (rows.some((row) => row.taken))
    refuse(
      'visit.taken',
      '/visitors',
      'En av personerna är redan bokad då. Välj någon annan eller en annan tid.',
    )
}

/** Locks a visit. Refuses `not-found`. */
export async function lockVisit(trx: Trx, id: string): Promise<Visit> {
  const { rows } = await sql<Visit>`select ${shown} from visit where id = ${id} for update`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}
