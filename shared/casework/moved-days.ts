// Tells what a refresh moved: the day a case is worked to, the day of the eviction, and what a person must judge now.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { longDate } from '../domain/date-words.ts'
import type { Text } from '../domain/deadline-facts.ts'
import { daysBetween } from '../domain/days.ts'
import type { Moment } from './act.ts'
import type { Refreshed } from './deadlines.ts'
import { reviewTasks, type Review } from './reviews.ts'
import { writeTimeline, type TimelineEntry } from './timeline.ts'

type Days = { id: string; recoveryLastDay: string | null; evictionDay: string | null; settled: string | null }
type Before = Days & { committee: string; unit: string | null }

/**
 * Compares the days that people work to with what `rows` are about to make of them. A day that came earlier, or is
 * gone by already, gives a person a task; so does a restart to judge. A case that is new here costs nothing.
 */
export async function tellMoves(
  trx: Trx,
  at: Moment,
  rows: readonly Days[],
  refreshed: ReadonlyMap<string, Refreshed>,
): Promise<void> {
  const moving = rows.filter((row) => {
    const dates = refreshed.get(row.id)
    return dates && (dates.known || dates.asked.length > 0)
  })
  if (moving.length === 0) return
  const before = await sql<Before>`
    select id, recovery_last_day, eviction_day, settled, committee, unit from arrears_case
    where id = any(${moving.map((row) => row.id)}::uuid[])`.execute(trx)
  const then = new Map(before.rows.map((row) => [row.id, row]))
  const told = moving.flatMap((row) => {
    const [old, dates] = [then.get(row.id), refreshed.get(row.id)]
    return old && dates ? [{ old, dates, moves: movesOf(old, row, at.today) }] : []
  })
  await writeTimeline(
    trx,
    at,
    told.flatMap(({ old, moves }) => moves.map((move): TimelineEntry => ({ caseId: old.id, ...move.entry }))),
  )
  await reviewTasks(
    trx,
    at,
    told.flatMap(({ old, dates, moves }) => reviewsOf(old, dates, moves, at)),
  )
}

type Move = { entry: { kind: string; actor: string; detail: object }; urgent: Text | null }

const NAMES = {
  recoveryLastDay: {
    kind: 'recovery.moved',
    sv: 'Sista dagen att få tillbaka hyresrätten',
    en: 'The last day to recover the tenancy',
  },
  evictionDay: { kind: 'eviction.moved', sv: 'Dagen för avhysningen', en: 'The day of the eviction' },
} as const

function movesOf(old: Days, now: Days, today: string): Move[] {
  return (['recoveryLastDay', 'evictionDay'] as const).flatMap((field) => {
    const [from, to] = [old[field], now[field]]
    if (from === to || !from || !to) return []
    const days = daysBetween(from, to)
    const { kind, ...name } = NAMES[field]
    const lost = days < 0 || to < today
    return [
      {
        entry: { kind, actor: 'system', detail: { from, to, days } },
        urgent: lost ? wordsOf(name, from, to) : null,
      },
    ]
  })
}

function wordsOf(name: Text, from: string, to: string): Text {
  const [old, fresh] = [longDate(from), longDate(to)]
  return {
    sv: `${name.sv}: ${fresh.sv} i stället för ${old.sv}.`,
    en: `${name.en}: ${fresh.en} instead of ${old.en}.`,
  }
}

function reviewsOf(old: Before, dates: Refreshed, moves: readonly Move[], at: Moment): Review[] {
  const owner = { caseId: old.id, committee: old.committee, unit: old.unit }
  const restarts = dates.asked.map((asked): Review => ({
    ...owner,
    kind: 'restart',
    subjectId: asked.origin,
    reason: asked.words,
  }))
  const urgent = [...moves.flatMap((move) => move.urgent ?? []), ...dates.urgent]
  if (urgent.length === 0) return restarts
  const all = (language: 'sv' | 'en') => urgent.map((words) => words[language]).join(' ')
  const reason = { sv: all('sv'), en: all('en') }
  // Each move is a task of its own: a day that comes nearer twice must be looked at twice.
  return [...restarts, { ...owner, kind: 'moved', subjectId: old.id, turn: at.now, reason }]
}
