// What a supervisor sees first: how much is late, due and unread per committee, unit and person, and the oldest of it.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { boardLines, type BoardCounts, type Board } from '../domain/board-lines.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { readAway } from './away.ts'
import { caseCondition } from './worklists.ts'

/** The board of the actor's committee; another committee's rows are not there to be counted. */
export async function readBoard(db: Db, actor: Actor): Promise<Board> {
  return inContext(db, actor, async (trx, at) => {
    const names = await namesIn(trx)
    return boardLines([...(await countsIn(trx, at, actor)), ...(await awayIn(trx, actor))], names)
  })
}

/** Whoever is away today counts in their own unit, with or without work there: it is the unit that is short of them. */
async function awayIn(trx: Trx, actor: Actor): Promise<BoardCounts[]> {
  const tasks = { openTasks: 0, overdue: 0, dueToday: 0, oldestDue: null }
  const cases = { openCases: 0, clocks: 0, unowned: 0, withoutAttempt: 0, unread: 0 }
  const committee = actor.committee ?? ''
  return (await readAway(trx, actor)).map(({ personId, unit, until }) => ({
    ...tasks,
    ...cases,
    committee,
    unit,
    personId,
    away: 1,
    awayUntil: until,
  }))
}

async function namesIn(trx: Trx): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select code as id, name_sv as name from committee union all select code, name_sv from unit
    union all select id::text, name from person`.execute(trx)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/**
 * Tasks, cases and alerts by unit and person, each table read once and counted at the finest level; the levels above are
 * sums of it. The policy sees to who may see what; naming the committee as well lets the indexes be used. The clock is
 * asked once, in a sub-select: asked for each row it took three quarters of the board's time. People come first among the
 * groups: ids are sorted in half the time of unit codes.
 */
async function countsIn(trx: Trx, at: Moment, { committee }: Actor): Promise<BoardCounts[]> {
  const { rows } = await sql<Omit<BoardCounts, 'away' | 'awayUntil'>>`
    select committee, unit, assignee::text as person_id, count(*)::int as open_tasks,
      count(*) filter (where due_at < (select clock_now()))::int as overdue,
      count(*) filter (where due_on = ${at.today}::date)::int as due_today, min(due_on) as oldest_due,
      0 as open_cases, 0 as clocks, 0 as unowned, 0 as without_attempt, 0 as unread
    from task where committee = ${committee} and state = 'open' group by committee, assignee, unit
    union all
    select committee, unit, assignee::text, 0, 0, 0, null, count(*)::int, count(*) filter (where ${caseCondition('clocks', at)})::int,
      count(*) filter (where ${caseCondition('unowned', at)})::int, count(*) filter (where ${caseCondition('untried', at)})::int, 0
    from arrears_case where committee = ${committee} and state = 'open' group by committee, assignee, unit
    union all
    select committee, unit, person_id::text, 0, 0, 0, null, 0, 0, 0, 0, count(*)::int
    from alert where committee = ${committee} and seen_at is null group by committee, person_id, unit`.execute(
    trx,
  )
  return rows.map((row) => ({ ...row, away: 0, awayUntil: null }))
}
