// Reads what stands behind the board's tables: the age of what is late, and twelve weeks of what came, was done and was late.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import {
  ageOfLateness,
  weekFigures,
  type AgeLine,
  type LateTasks,
  type WeekCounts,
} from '../domain/board-figures.ts'
import { addDays } from '../domain/days.ts'
import { mondayOf } from '../domain/visit-plan.ts'
import { inContext, type Actor } from './act.ts'
import { readMunicipality } from './settings.ts'

/** A line of the table of ages, with the unit's name. */
export type AgeOfUnit = AgeLine & { name: string | null }

/** The committee's overdue tasks by unit and age in working days. */
export async function readAges(db: Db, actor: Actor): Promise<AgeOfUnit[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<LateTasks>`select unit, due_on, count(*)::int as tasks from task
      where committee = ${actor.committee} and state = 'open' and due_at < (select clock_now()) group by unit, due_on`.execute(
      trx,
    )
    const { workingTime } = await readMunicipality(trx)
    const units = await trx.selectFrom('unit').select(['code', 'nameSv']).execute()
    const names = new Map(units.map(({ code, nameSv }) => [code, nameSv]))
    return ageOfLateness(rows, at.today, workingTime).map((line) => ({
      ...line,
      name: names.get(line.unit ?? '') ?? null,
    }))
  })
}

/** One week of a committee: `week` is its Monday; `late` what was overdue when it ended, or is now. */
export type Week = { week: string; came: number; done: number; late: number }

// Each task is looked at once and falls among tasks alike; counted week by week, ten thousand open cases took seconds. Late
// at a week's end is what was due before it and is open or was done after it: a place in the list of the ends.
const weekCounts = (committee: string | null, weeks: number) => sql<WeekCounts>`
  with week as materialized (
    select array_agg(monday at time zone 'Europe/Stockholm' order by monday) as began,
      array_agg(least((monday + interval '7 days') at time zone 'Europe/Stockholm', ended) order by monday) as ended
    from (select clock_now() as ended) now,
      generate_series(date_trunc('week', ended at time zone 'Europe/Stockholm') - make_interval(weeks => ${weeks - 1}),
        date_trunc('week', ended at time zone 'Europe/Stockholm'), interval '1 week') as monday),
  placed as (
    select width_bucket(created_at, (select began from week)) as came,
      case when state = 'done' then width_bucket(completed_at, (select began from week)) end as done,
      1 + width_bucket(greatest(created_at, due_at), (select ended from week)) as late_from,
      case when state = 'open' then ${weeks}::int when completed_at is null then 0 else width_bucket(completed_at, (select ended from week)) end as late_to
    from task where committee = ${committee} and (state = 'open' or created_at >= (select began[1] from week)
      or completed_at >= (select began[1] from week)))
  select came, done, late_from, late_to, count(*)::int as tasks from placed group by 1, 2, 3, 4`

/** The last `weeks` weeks up to and with this one. */
export async function readTrend(db: Db, actor: Actor, weeks = 12): Promise<Week[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await weekCounts(actor.committee, weeks).execute(trx)
    const last = mondayOf(at.today)
    return weekFigures(rows, weeks).map((figures, place) => ({
      week: addDays(last, 7 * (place + 1 - weeks)),
      ...figures,
    }))
  })
}
