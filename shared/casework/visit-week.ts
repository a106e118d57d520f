// Reads a week of home visits by person with what room is left, what waits for a time, and one person's day.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { addDays, instantAt, isWorkingDay, localDateOf } from '../domain/calendar.ts'
import { isAwayOn } from '../domain/visit-plan.ts'
import { inContext, type Actor } from './act.ts'
import { openCarried, placeBehind, type CarriedPlace } from './sealed-addresses.ts'
import type { Tools } from './tools.ts'
import { readVisitors, type NamedVisitor } from './visit-teams.ts'

/** A booked visit in the week. `id` null: the one who reads may not open it, and sees only that somebody is busy. */
export type BusyTime = {
  visitId: string | null
  personId: string
  startsAt: string
  endsAt: string
  area: string | null
  state: string | null
}

export type PersonDay = { day: string; busy: BusyTime[]; away: boolean; closed: boolean; room: number }
export type PersonWeek = { visitor: NamedVisitor; days: PersonDay[]; booked: number }

/** A visit that waits for a time. `caseNumber` null: offered from another committee, whose case is closed to us. */
export type WaitingVisit = {
  id: string
  caseId: string | null
  caseNumber: string | null
  committee: string
  dueOn: string
  state: 'wanted' | 'suggested' | 'offered' | 'lacking'
  children: boolean
  area: string | null
  startsAt: string | null
  endsAt: string | null
  names: string[]
  accepted: boolean
}

export type WeekAheadRow = { week: string; needed: number; room: number; lacking: number }

export type VisitWeek = {
  monday: string
  today: string
  people: PersonWeek[]
  waiting: WaitingVisit[]
  ahead: WeekAheadRow[]
}

const inSweden = (column: string) => sql.raw(`(${column} at time zone 'Europe/Stockholm')::date`)

/** The week that begins on `monday`, of the actor's committee and of those who serve all committees. */
export async function readVisitWeek(db: Db, actor: Actor, monday: string): Promise<VisitWeek> {
  return inContext(db, actor, async (trx, at) => {
    const { visitors, rules } = await readVisitors(trx)
    const ours = visitors.filter((one) => one.committee === null || one.committee === actor.committee)
    const busy = await busyIn(trx, monday, ours)
    const days = Array.from({ length: 7 }, (_, nth) => addDays(monday, nth))
    const booked = new Set(busy.map(({ startsAt }) => localDateOf(startsAt)))
    // A weekend is shown only when somebody is booked on it.
    const shown = days.filter(
      (day) => rules.workingTime.days.includes(dayOfWeek(days, day)) || booked.has(day),
    )
    const people = ours.map((visitor) => {
      const own = busy.filter(({ personId }) => personId === visitor.id)
      const left = visitor.visitsPerWeek - own.length
      const week = shown.map((day) => {
        const closed = !isWorkingDay(day, rules.workingTime)
        return dayOf(visitor, day, { own, left, closed })
      })
      return { visitor, days: week, booked: own.length }
    })
    const ahead = await aheadOf(trx, actor)
    return { monday, today: at.today, people, waiting: await waitingFor(trx, actor), ahead }
  })
}

/** The coming weeks of the actor's committee as the plan last counted them: needed against room. */
export async function readVisitsAhead(db: Db, actor: Actor): Promise<WeekAheadRow[]> {
  return inContext(db, actor, (trx) => aheadOf(trx, actor))
}

async function aheadOf(trx: Trx, actor: Actor): Promise<WeekAheadRow[]> {
  const { rows } = await sql<WeekAheadRow>`
    select week, needed, room, lacking from visit_forecast where committee = ${actor.committee}
      and week >= clock_today() - 6 order by week limit 4`.execute(trx)
  return rows
}

const dayOfWeek = (days: readonly string[], day: string) => days.indexOf(day) + 1

function dayOf(
  visitor: NamedVisitor,
  day: string,
  { own, left, closed }: { own: readonly BusyTime[]; left: number; closed: boolean },
): PersonDay {
  const busy = own.filter(({ startsAt }) => localDateOf(startsAt) === day)
  const away = isAwayOn(visitor, day)
  const room = away || closed ? 0 : Math.max(0, Math.min(visitor.visitsPerDay - busy.length, left))
  return { day, busy, away, closed, room }
}

async function busyIn(trx: Trx, monday: string, people: readonly NamedVisitor[]): Promise<BusyTime[]> {
  const { rows } = await sql<BusyTime>`
    select v.id as visit_id, p.person_id, p.starts_at, p.ends_at, left(replace(v.postal_code, ' ', ''), 3) as area, v.state
    from visit_person p left join visit v on v.id = p.visit_id
    where p.booked and p.person_id = any(${people.map(({ id }) => id)}::uuid[])
      and p.starts_at >= ${instantAt(monday, '00:00')} and p.starts_at < ${instantAt(addDays(monday, 7), '00:00')}
    order by p.starts_at, p.visit_id`.execute(trx)
  return rows
}

async function waitingFor(trx: Trx, actor: Actor): Promise<WaitingVisit[]> {
  const { rows } = await sql<WaitingVisit>`
    select n.id, c.id as case_id, c.number as case_number, n.committee, n.due_on, n.state, coalesce(c.children = 'yes', false) as children,
      left(replace(n.postal_code, ' ', ''), 3) as area, n.starts_at, n.ends_at, n.accepted_by is not null as accepted,
      (select coalesce(json_agg(p.name order by p.name), '[]') from person p where p.id = any(n.person_ids)) as names
    from visit_need n left join arrears_case c on c.id = n.case_id
    where n.state in ('suggested', 'offered', 'lacking') and (n.committee = ${actor.committee} or n.offered_to = ${actor.committee})
      and (c.id is not null or n.offered_to = ${actor.committee})
    order by n.due_on, coalesce(c.children = 'yes', false) desc, n.starts_at nulls first, n.id limit 500`.execute(
    trx,
  )
  return rows
}

/** A visit in somebody's day. */
export type DayVisit = {
  id: string
  startsAt: string
  endsAt: string
  state: string
  address: string
  checkedInAt: string | null
  checkedOutAt: string | null
}

/** The actor's own visits on a day (null: today), in order; what was called off is left out. */
export async function readVisitDay(
  db: Db,
  tools: Tools,
  actor: Actor,
  wanted: string | null,
): Promise<{ day: string; today: string; visits: DayVisit[] }> {
  return inContext(db, actor, async (trx, at) => {
    const day = wanted ?? at.today
    const { rows } = await sql<DayVisit & CarriedPlace>`
      select v.id, v.case_id, v.starts_at, v.ends_at, v.state, v.address, ${placeBehind('v')}, v.checked_in_at, v.checked_out_at from visit v
      where ${actor.personId ?? ''} = any(v.visitors::text[]) and v.state <> 'cancelled' and ${inSweden('v.starts_at')} = ${day}::date
      order by v.starts_at, v.id`.execute(trx)
    return { day, today: at.today, visits: rows.map((row) => openCarried(tools.keys, row)) }
  })
}

/** A visit that a case needs, as the plan sees it. */
export type CaseNeed = Omit<WaitingVisit, 'caseId' | 'caseNumber'> & { reason: string | null }

/** What the plan has come to for one case: the visit it waits for, or null. */
export async function needOfCase(db: Db, actor: Actor, caseId: string): Promise<CaseNeed | null> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<CaseNeed>`
      select n.id, n.committee, n.due_on, n.state, c.children = 'yes' as children, left(replace(n.postal_code, ' ', ''), 3) as area,
        n.starts_at, n.ends_at, n.reason, n.accepted_by is not null as accepted,
        (select coalesce(json_agg(p.name order by p.name), '[]') from person p where p.id = any(n.person_ids)) as names
      from visit_need n join arrears_case c on c.id = n.case_id
      where n.case_id = ${caseId} and n.state in ('suggested', 'offered', 'lacking') order by n.due_on, n.id limit 1`.execute(
      trx,
    )
    return rows[0] ?? null
  })
}

/** Those who can be chosen for a visit: the teams first, then the committee's own caseworkers. */
export async function listVisitors(
  db: Db,
  actor: Actor,
): Promise<{ id: string; name: string; team: boolean }[]> {
  return inContext(db, actor, async (trx) => {
    const own = await trx
      .selectFrom('person')
      .select('id')
      .where('committee', '=', actor.committee)
      .where('active', '=', true)
      .where('role', 'in', ['caseworker', 'visitor', 'counsellor', 'supervisor'])
      .execute()
    const { visitors } = await readVisitors(
      trx,
      own.map(({ id }) => id),
    )
    return visitors
      .map(({ id, name, team }) => ({ id, name, team }))
      .toSorted((one, other) => Number(other.team) - Number(one.team))
  })
}
