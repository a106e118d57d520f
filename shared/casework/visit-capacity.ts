// Counts the coming weeks' visits against the people there are, and tells the supervisor before anything becomes late.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { weekNumberOf, weeksAhead } from '../domain/visit-forecast.ts'
import { mondayOf, type Booking } from '../domain/visit-plan.ts'
import type { Moment } from './act.ts'
import { tell, type Alert } from './escalation.ts'
import { readDirectory, toldIn } from './recipients.ts'
import type { PlannedNeed } from './visit-planning.ts'
import type { VisitPeople } from './visit-teams.ts'

const WEEKS = 4

type Forecast = {
  id: string
  committee: string
  week: string
  needed: number
  room: number
  lacking: number
  toldLacking: number
  toldStep: number
  toldOn: string | null
}

export type Planned = { people: VisitPeople; booked: readonly Booking[]; planned: readonly PlannedNeed[] }

/**
 * Writes the forecast of each committee's next weeks and tells its supervisor of a week whose visits do not fit: as soon
 * as it is seen, and again when it has become worse, but no more than once a day.
 */
export async function tellOfCapacity(trx: Trx, at: Moment, all: Planned): Promise<void> {
  const committees = [...new Set(all.planned.map(({ need }) => need.committee))]
  const rows = committees.flatMap((committee) => forecastOf(committee, at, all))
  const kept = await insertRows<'visitForecast', Forecast>(
    trx,
    'visitForecast',
    rows,
    sql`on conflict (committee, week) do update set needed = excluded.needed, room = excluded.room, lacking = excluded.lacking,
      counted_at = excluded.counted_at
      returning id, committee, week, needed, room, lacking, told_lacking, told_step, told_on`,
  )
  const worse = kept.filter((one) => one.lacking > one.toldLacking && one.toldOn !== at.today)
  if (worse.length === 0) return
  const directory = await readDirectory(trx, at.today)
  await tell(
    trx,
    at,
    worse.map((one): Alert => ({
      stageId: null,
      caseId: null,
      subjectId: one.id,
      trigger: 'visit-capacity',
      step: one.toldStep + 1,
      urgency: 3,
      lateSeconds: 0,
      count: one.lacking,
      title: titleOf(one),
      told: toldIn('unit-supervisor', aboutOf(one, directory.units), directory),
    })),
  )
  await sql`update visit_forecast set told_lacking = lacking, told_step = told_step + 1, told_on = ${at.today}::date
    where id = any(${worse.map(({ id }) => id)}::uuid[])`.execute(trx)
}

function forecastOf(committee: string, at: Moment, { people, booked, planned }: Planned) {
  const open = planned.filter(({ state }) => ['suggested', 'offered', 'lacking'].includes(state))
  const own = open.filter(({ need }) => need.committee === committee)
  const visitors = people.visitors.filter((one) => one.committee === committee || one.committee === null)
  // Whoever serves several committees has no room here for what is suggested elsewhere.
  const elsewhere = open.flatMap(({ need, found }) =>
    found && need.committee !== committee ? [{ ...found, postalCode: need.postalCode ?? '' }] : [],
  )
  const weeks = weeksAhead(
    own.map(({ need }) => need.dueOn),
    visitors,
    [...booked, ...elsewhere],
    { rules: people.rules, today: at.today, weeks: WEEKS },
  )
  const thisWeek = mondayOf(at.today)
  const without = own.filter(({ state }) => state !== 'suggested').map(({ need }) => mondayOf(need.dueOn))
  const firstShort = weeks.find(({ short }) => short > 0)
  return weeks.map(({ week, needed, room, short }) => {
    const late = without.filter((due) => due === week || (week === thisWeek && due < week)).length
    const lacking = Math.max(late, week === firstShort?.week ? short : 0)
    return { committee, week, needed, room, lacking, countedAt: at.now }
  })
}

function aboutOf(
  { committee }: Forecast,
  units: readonly { code: string; committee: string; kind: string }[],
) {
  const unit = units.find((one) => one.committee === committee && one.kind === 'home-visit')?.code ?? null
  return { committee, unit, assignee: null, counsellor: null, counsellorCommittee: null }
}

function titleOf({ week, lacking }: Forecast): { sv: string; en: string } {
  const number = weekNumberOf(week)
  return {
    sv: `Hembesöken räcker inte vecka ${number}: ${lacking} besök har inget eget par i tid. Ordna fler besökare, en annan nämnd eller ett annat sätt att nå hushållen.`,
    en: `Too few home visitors in week ${number}: ${lacking} ${lacking === 1 ? 'visit has' : 'visits have'} no pair of the committee in time. Find more visitors, another committee or another way to reach the households.`,
  }
}
