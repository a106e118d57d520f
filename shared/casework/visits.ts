// Books a home visit for two people who are there: once, with everything that stands in its way said at once.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { localDateOf, localTimeOf } from '../domain/calendar.ts'
import type { Objection } from '../domain/objection.ts'
import { Refusal } from '../domain/refusal.ts'
import { mayBook, timeOfVisit } from '../domain/visits.ts'
import { emit } from '../outbox.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import { lockCase, nameInDiary, noSuch, touchCase } from './open-case.ts'
import { lineInSql } from './sealed-addresses.ts'
import { writeTimeline } from './timeline.ts'
import { bookingsOf, bookPeople, readVisitors } from './visit-teams.ts'

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

/** When and by whom; `reasonAnyway`: why past a limit or on a closed day. */
export type VisitTimes = {
  startsAt: string
  minutes: number
  visitors: string[]
  reasonAnyway?: string | null
}

/** A booking: instants in RFC 3339, two visitors, and a reason when the household is not told beforehand. */
export type Booking = VisitTimes & {
  caseId: string
  ifMatch: number | null
  announced: boolean
  reason: string | null
  taskId: string | null
  purpose?: string | null
  safetyNote?: string | null
  interpreter?: string | null
}

/** How a visit went. `consentGiven`: every adult at home agreed to the visit. */
export type VisitResult = { visitId: string; outcome: string; consentGiven: boolean; note: string | null }

const shown = sql`id, case_id, task_id, state, starts_at, ends_at, visitors, announced, reason, outcome, consent_given`

/** The visits of one case, the latest first. */
export async function visitsOf(trx: Trx, caseId: string): Promise<Visit[]> {
  const { rows } =
    await sql<Visit>`select ${shown} from visit where case_id = ${caseId} order by starts_at desc, id`.execute(
      trx,
    )
  return rows
}

/**
 * Books a visit; the same case and instant again gives the same booking. Refuses with every objection at once, each with
 * what to do instead: fewer than two visitors, somebody on leave, elsewhere, past a limit or outside their hours, two of
 * one organisation where that is not allowed, and an unannounced visit without a reason.
 */
export async function bookVisit(db: Db, actor: Actor, booking: Booking): Promise<Visit> {
  return inContext(db, actor, (trx, at) => bookIn(trx, at, actor, booking))
}

/** The same in a transaction that is already open. */
export async function bookIn(trx: Trx, at: Moment, actor: Actor, booking: Booking): Promise<Visit> {
  await lockVisitors(trx, booking.visitors)
  const open = await lockCase(trx, booking.caseId, booking.ifMatch)
  const standing = (await visitsOf(trx, open.id)).find(
    (one) => one.state === 'booked' && Date.parse(one.startsAt) === Date.parse(booking.startsAt),
  )
  if (standing) return standing
  const { announced, reason } = booking
  await demandBookable(trx, at, { ...booking, announced, reason, caseId: open.id, visitId: null })
  const id = await insertVisit(trx, at, actor, { booking, committee: open.committee })
  await touchCase(trx, open.id)
  const detail = { visitId: id, startsAt: booking.startsAt }
  await writeTimeline(trx, at, [{ caseId: open.id, kind: 'visit.booked', actor: nameInDiary(actor), detail }])
  await emit(trx, 'visit.changed', [id])
  return lockVisit(trx, id)
}

/** Waits its turn with each visitor: a visitor is booked once, whoever books at the same moment. */
export function lockVisitors(trx: Trx, ids: readonly string[]): Promise<void> {
  return lockTexts(
    trx,
    ids.map((id) => `visitor ${id}`),
  )
}

async function insertVisit(
  trx: Trx,
  at: Moment,
  actor: Actor,
  { booking, committee }: { booking: Booking; committee: string },
): Promise<string> {
  const id = randomUUID()
  const { caseId, taskId, startsAt, visitors, announced, reason, minutes } = booking
  const endsAt = endOf(startsAt, minutes)
  const { rows } = await sql<{ number: string }>`
    select number as case_number, tenant_name, ${lineInSql} as address,
      postal_code, protected from arrears_case c where id = ${caseId}`.execute(trx)
  await insertRows(trx, 'visit', [
    {
      id,
      caseId,
      taskId,
      committee,
      startsAt,
      endsAt,
      visitors,
      announced,
      reason,
      reasonAnyway: booking.reasonAnyway ?? null,
      purpose: booking.purpose ?? null,
      safetyNote: booking.safetyNote ?? null,
      interpreter: booking.interpreter ?? null,
      ...rows[0],
      bookedBy: actor.personId,
      bookedAt: at.now,
    },
  ])
  await bookPeople(trx, { id, startsAt, endsAt, visitors })
  return id
}

/** The planned end of a visit. */
export const endOf = (startsAt: string, minutes: number) =>
  new Date(Date.parse(startsAt) + minutes * 60_000).toISOString()

/** The codes by which the interface has always named these refusals, and the field each is about. */
const CODES: Readonly<Record<string, readonly [string, string]>> = {
  'two-persons': ['visit.two', '/visitors'],
  'same-organisation': ['visit.same-organisation', '/visitors'],
  'on-leave': ['visit.absent', '/visitors'],
  'double-booked': ['visit.taken', '/visitors'],
  'day-full': ['visit.full', '/visitors'],
  'week-full': ['visit.full', '/visitors'],
  'no-evening': ['visit.evening', '/visitors'],
  'closed-day': ['visit.closed-day', '/startsAt'],
  'outside-hours': ['visit.hours', '/startsAt'],
  unannounced: ['visit.unannounced', '/reason'],
}

/** Refuses with all of these, the first one's code in front; nothing happens when there are none. */
export function refuseFor(objections: readonly Objection[]): void {
  const problems = objections.map(({ code, sentence }) => {
    const [known, pointer] = CODES[code] ?? [`visit.${code}`, '']
    return { pointer, code: known, detail: sentence.sv, en: sentence.en }
  })
  const [first] = problems
  if (first) throw new Refusal('unprocessable', first.code, first.detail, problems)
}

function refuse(code: string, pointer: string, detail: string): never {
  throw new Refusal('unprocessable', code, detail, [{ pointer, code, detail }])
}

type Wanted = VisitTimes & {
  caseId: string
  visitId: string | null
  announced: boolean
  reason: string | null
}

/** Refuses a visit that cannot be made so; `visitId` is the booking that is moved, and so does not stand in its own way. */
export async function demandBookable(trx: Trx, at: Moment, wanted: Wanted): Promise<void> {
  if (Date.parse(wanted.startsAt) < Date.parse(at.now))
    refuse('visit.past', '/startsAt', 'Tiden har redan varit. Välj en tid framåt, eller notera resultatet.')
  const people = await readVisitors(trx, wanted.visitors)
  const visitors = people.visitors.filter(({ id }) => wanted.visitors.includes(id))
  if (visitors.length < new Set(wanted.visitors).size)
    refuse(
      'visit.person',
      '/visitors',
      'En av personerna finns inte eller gör inte hembesök. Välj någon annan.',
    )
  await demandNamedGroup(trx, wanted.caseId, visitors)
  const { workingTime } = people.rules
  const [starts, ends] = [wanted.startsAt, endOf(wanted.startsAt, wanted.minutes)].map(localTimeOf)
  const asked = {
    visitors,
    day: localDateOf(wanted.startsAt),
    time: timeOfVisit(starts ?? '', ends ?? '', workingTime.closes),
    announced: wanted.announced,
    reasonUnannounced: wanted.reason,
    reasonAnyway: wanted.reasonAnyway?.trim() || null,
  }
  refuseFor(mayBook(asked, await bookingsOf(trx, wanted.visitors, wanted.visitId), people.rules))
}

/** A protected person is visited by those who may know of them, and by nobody else. */
async function demandNamedGroup(
  trx: Trx,
  caseId: string,
  visitors: readonly { id: string; restricted: boolean }[],
): Promise<void> {
  const row = await trx
    .selectFrom('arrearsCase')
    .select('protected')
    .where('id', '=', caseId)
    .executeTakeFirst()
  if (!row?.protected || visitors.every(({ restricted }) => restricted)) return
  refuse(
    'visit.protected',
    '/visitors',
    'Ärendet är skyddat. Välj personer i enheten för skyddade ärenden, eller be dem göra besöket.',
  )
}

/** Locks a visit. Refuses `not-found`. */
export async function lockVisit(trx: Trx, id: string): Promise<Visit> {
  const { rows } = await sql<Visit>`select ${shown} from visit where id = ${id} for update`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}
