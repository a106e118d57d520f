// What a supervisor sees first: how much is late, due and unread per committee, unit and person, and the oldest of it.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { caseCondition } from './worklists.ts'

/** Counts of one committee, unit or person. Null where a count has no meaning for that level. */
export type BoardLine = {
  committee: string
  unit: string | null
  personId: string | null
  name: string | null
  openTasks: number
  overdue: number
  dueToday: number
  oldestDue: string | null
  openCases: number
  clocks: number
  unowned: number
  withoutAttempt: number
  unread: number
}

export type Board = { committees: BoardLine[]; units: BoardLine[]; people: BoardLine[] }

type Place = { committee: string; unit: string | null; person: string | null; level: number }

/** The board of the actor's committee; another committee's rows are not there to be counted. */
export async function readBoard(db: Db, actor: Actor): Promise<Board> {
  return inContext(db, actor, async (trx, at) => {
    const lines = new Map<string, BoardLine>()
    const names = await namesIn(trx)
    for (const part of [
      await countTasks(trx, actor),
      await countCases(trx, at, actor),
      await countAlerts(trx, actor),
    ]) {
      for (const { committee, unit, person, level, ...counts } of part) {
        const key = `${level} ${committee} ${unit ?? ''} ${person ?? ''}`
        const line = lines.get(key) ?? emptyLine(committee, unit, person)
        lines.set(key, Object.assign(line, { name: names.get(person ?? unit ?? committee) ?? null }, counts))
      }
    }
    const of = (level: string) =>
      [...lines]
        .filter(([key]) => key.startsWith(level))
        .map(([, line]) => line)
        .toSorted((one, other) => ((one.oldestDue ?? '9') < (other.oldestDue ?? '9') ? -1 : 1))
    return { committees: of('0 '), units: of('1 '), people: of('2 ') }
  })
}

function emptyLine(committee: string, unit: string | null, personId: string | null): BoardLine {
  const tasks = { openTasks: 0, overdue: 0, dueToday: 0, oldestDue: null }
  const cases = { openCases: 0, clocks: 0, unowned: 0, withoutAttempt: 0, unread: 0 }
  return { committee, unit, personId, name: null, ...tasks, ...cases }
}

async function namesIn(trx: Trx): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select code as id, name_sv as name from committee union all select code, name_sv from unit
    union all select id::text, name from person`.execute(trx)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

// The policy sees to who may see what; naming the committee as well lets the indexes be used.
const own = (actor: Actor) => sql`committee = ${actor.committee}`

// Three levels in one pass: the committee as a whole, each unit, and each person (of whatever unit).
const levels = (person: string) =>
  sql`group by grouping sets ((committee), (committee, unit), (committee, ${sql.ref(person)}))
    having grouping(unit) = 1 and grouping(${sql.ref(person)}) = 1
      or grouping(unit) = 0 and unit is not null or grouping(${sql.ref(person)}) = 0 and ${sql.ref(person)} is not null`
const place = (person: string) =>
  sql`committee, unit, ${sql.ref(person)}::text as person,
    case when grouping(unit) = 0 then 1 when grouping(${sql.ref(person)}) = 0 then 2 else 0 end as level`

// The clock is asked once, in a sub-select: asked for each row it took three quarters of the board's time.
type TaskCounts = Place & Pick<BoardLine, 'openTasks' | 'overdue' | 'dueToday' | 'oldestDue'>

async function countTasks(trx: Trx, actor: Actor): Promise<TaskCounts[]> {
  const { rows } = await sql<TaskCounts>`
    select ${place('assignee')}, count(*)::int as open_tasks, count(*) filter (where due_at < (select clock_now()))::int as overdue,
      count(*) filter (where due_on = (select clock_today()))::int as due_today, min(due_on) as oldest_due
    from task where ${own(actor)} and state = 'open' ${levels('assignee')}`.execute(trx)
  return rows
}

type CaseCounts = Place & Pick<BoardLine, 'openCases' | 'clocks' | 'unowned' | 'withoutAttempt'>

async function countCases(trx: Trx, at: Moment, actor: Actor): Promise<CaseCounts[]> {
  const { rows } = await sql<CaseCounts>`
    select ${place('assignee')}, count(*)::int as open_cases,
      count(*) filter (where ${caseCondition('clocks', at)})::int as clocks,
      count(*) filter (where ${caseCondition('unowned', at)})::int as unowned,
      count(*) filter (where ${caseCondition('untried', at)})::int as without_attempt
    from arrears_case where ${own(actor)} and state = 'open' ${levels('assignee')}`.execute(trx)
  return rows
}

async function countAlerts(trx: Trx, actor: Actor): Promise<(Place & Pick<BoardLine, 'unread'>)[]> {
  const { rows } = await sql<Place & Pick<BoardLine, 'unread'>>`
    select ${place('person_id')}, count(*)::int as unread from alert where ${own(actor)} and seen_at is null ${levels('person_id')}`.execute(
    trx,
  )
  return rows
}
