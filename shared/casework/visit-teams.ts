// Who goes on home visits, on what terms and when: from their units, their own terms, their absence and their bookings.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { localDateOf, localTimeOf } from '../domain/calendar.ts'
import type { Booking, Visitor, VisitRules, VisitTime } from '../domain/visit-plan.ts'
import { readVisitTime, visitSettings, type VisitSettings } from '../domain/visit-teams.ts'
import { readMunicipality } from './settings.ts'

/** A visitor with what pages call them. */
export type NamedVisitor = Visitor & { name: string; unit: string | null; team: boolean; restricted: boolean }

type TeamRow = {
  unit: string
  organisation: string
  forAll: boolean
  visitsPerDay: number
  visitsPerWeek: number
  dayTimes: string[]
  eveningTimes: string[]
  evenings: number[]
  areas: string[]
}

type PersonRow = {
  id: string
  name: string
  committee: string | null
  unit: string | null
  restricted: boolean
  absentFrom: string | null
  absentTo: string | null
  goes: boolean | null
  visitsPerDay: number | null
  visitsPerWeek: number | null
  weekdays: number[] | null
  evenings: number[] | null
  areas: string[] | null
  absences: { awayFrom: string; awayTo: string }[] | null
}

export type VisitPeople = { visitors: NamedVisitor[]; rules: VisitRules; settings: VisitSettings }

/**
 * Everybody who belongs to a home-visit team, and those of `others` (ids) who may be taken along without one:
 * caseworkers, counsellors and supervisors. Somebody who is gone or does no casework is left out.
 */
export async function readVisitors(trx: Trx, others: readonly string[] = []): Promise<VisitPeople> {
  const municipality = await readMunicipality(trx)
  const { workingTime } = municipality
  const settings = visitSettings(municipality.visits)
  const teams = await trx.selectFrom('visitTeam').selectAll().execute()
  const units = teams.map(({ unit }) => unit)
  const { rows } = await sql<PersonRow>`
    select p.id, p.name, p.committee, p.unit, p.absent_from, p.absent_to, v.goes, v.visits_per_day, v.visits_per_week, v.weekdays,
      v.evenings, v.areas, coalesce(u.kind = 'restricted', false) as restricted,
      (select json_agg(json_build_object('awayFrom', a.away_from, 'awayTo', a.away_to)) from absence a
        where a.person_id = p.id and a.withdrawn_at is null and a.away_to >= clock_today() - 7) as absences
    from person p left join visitor v on v.person_id = p.id left join unit u on u.code = p.unit
    where p.active and p.role in ('visitor', 'caseworker', 'counsellor', 'supervisor')
      and (p.unit = any(${units}::text[]) and coalesce(v.goes, true) or v.goes or p.id = any(${[...others]}::uuid[]))
    order by p.name, p.id`.execute(trx)
  const visitors = rows.map((row) => {
    const team = teams.find(({ unit }) => unit === row.unit)
    const known = team && (row.goes ?? true) ? team : null
    return visitorOf(row, known, { settings, days: workingTime.days, name: municipality.name })
  })
  const times = [
    ...new Map(visitors.flatMap(({ times }) => times).map((time) => [timeKey(time), time])).values(),
  ]
  const rules = { times: times.toSorted(byStart), pairing: settings.pairing, workingTime }
  return { visitors, rules, settings }
}

const timeKey = ({ starts, ends, evening }: VisitTime) => `${starts} ${ends} ${evening}`
const byStart = (one: VisitTime, other: VisitTime) => (timeKey(one) < timeKey(other) ? -1 : 1)

type Terms = { settings: VisitSettings; days: number[]; name: string }

/** A person's own terms before the team's, and the municipality's for whoever has no team. */
function visitorOf(row: PersonRow, team: TeamRow | null, { settings, days, name }: Terms): NamedVisitor {
  const times = [
    ...(team?.dayTimes ?? []).flatMap((text) => readVisitTime(text, false) ?? []),
    ...(team?.eveningTimes ?? []).flatMap((text) => readVisitTime(text, true) ?? []),
  ]
  const own = row.absentFrom ? [{ awayFrom: row.absentFrom, awayTo: row.absentTo ?? '9999-12-31' }] : []
  return {
    id: row.id,
    name: row.name,
    unit: row.unit,
    team: team !== null || row.goes === true,
    restricted: row.restricted,
    organisation: team?.organisation ?? name,
    committee: team?.forAll ? null : row.committee,
    weekdays: row.weekdays ?? days,
    evenings: row.evenings ?? team?.evenings ?? [],
    times,
    areas: row.areas ?? team?.areas ?? [],
    visitsPerDay: row.visitsPerDay ?? team?.visitsPerDay ?? settings.visitsPerDay,
    visitsPerWeek: row.visitsPerWeek ?? team?.visitsPerWeek ?? settings.visitsPerWeek,
    absences: [...own, ...(row.absences ?? [])],
  }
}

type BookedRow = {
  visitId: string
  personIds: string[]
  startsAt: string
  endsAt: string
  postalCode: string
}

/** The bookings of these people that lie ahead or in the present week, as the rules read them; one visit left out. */
export async function bookingsOf(
  trx: Trx,
  personIds: readonly string[],
  without: string | null = null,
): Promise<Booking[]> {
  const { rows } = await sql<BookedRow>`
    select p.visit_id, array_agg(p.person_id::text) as person_ids, min(p.starts_at) as starts_at, max(p.ends_at) as ends_at,
      coalesce(max(v.postal_code), '') as postal_code
    from visit_person p left join visit v on v.id = p.visit_id
    where p.booked and p.person_id = any(${[...personIds]}::uuid[]) and p.starts_at > clock_now() - interval '8 days'
      and p.visit_id is distinct from ${without}::uuid
    group by p.visit_id order by min(p.starts_at), p.visit_id`.execute(trx)
  return rows.map(({ personIds: ids, startsAt, endsAt, postalCode }) => ({
    personIds: ids,
    day: localDateOf(startsAt),
    starts: localTimeOf(startsAt),
    ends: localTimeOf(endsAt),
    postalCode,
  }))
}

/** Writes who is booked when; a person who is already somewhere else then is refused by the database itself. */
export async function bookPeople(
  trx: Trx,
  visit: { id: string; startsAt: string; endsAt: string; visitors: readonly string[] },
): Promise<void> {
  await sql`update visit_person set booked = false where visit_id = ${visit.id}`.execute(trx)
  await insertRows(
    trx,
    'visitPerson',
    visit.visitors.map((personId) => ({
      visitId: visit.id,
      personId,
      startsAt: visit.startsAt,
      endsAt: visit.endsAt,
      booked: true,
    })),
    sql`on conflict (visit_id, person_id) do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at, booked = true`,
  )
}

/** Sets free whoever was booked on a visit that is made or called off. */
export async function freePeople(trx: Trx, visitId: string): Promise<void> {
  await sql`update visit_person set booked = false where visit_id = ${visitId}`.execute(trx)
}
