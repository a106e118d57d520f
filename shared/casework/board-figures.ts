// Reads what stands behind the board's tables: the age of what is late, and twelve weeks of what came, was done and was late.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { ageOfLateness, type AgeLine, type LateTasks } from '../domain/board-figures.ts'
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

/** Tasks that began longer ago than this and are closed do not count as late in a week of the trend. */
const oldestDays = 250

/** The last `weeks` weeks up to and with this one. */
export async function readTrend(db: Db, actor: Actor, weeks = 12): Promise<Week[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Week>`
      with week as (
        select monday::date, least(((monday + interval '7 days') at time zone 'Europe/Stockholm'), clock_now()) as ended,
          monday at time zone 'Europe/Stockholm' as began
        from generate_series(date_trunc('week', clock_now() at time zone 'Europe/Stockholm') - make_interval(weeks => ${weeks - 1}),
          date_trunc('week', clock_now() at time zone 'Europe/Stockholm'), interval '1 week') as monday),
      own as materialized (
        select created_at, due_at, state, completed_at from task
        where committee = ${actor.committee} and (state = 'open' or created_at > (select clock_now()) - make_interval(days => ${oldestDays})))
      select w.monday::text as week,
        (select count(*)::int from own where created_at >= w.began and created_at < w.ended) as came,
        (select count(*)::int from own where state = 'done' and completed_at >= w.began and completed_at < w.ended) as done,
        (select count(*)::int from own where created_at < w.ended and due_at < w.ended
          and (state = 'open' or completed_at >= w.ended)) as late
      from week w order by w.monday`.execute(trx)
    return rows
  })
}
