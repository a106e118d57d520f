// Sums the counts of units and people into the board's three levels: the committee, each unit, each person.
import type { IsoDate } from './days.ts'

const SUMMED = [
  'openTasks',
  'overdue',
  'dueToday',
  'openCases',
  'clocks',
  'unowned',
  'withoutAttempt',
  'unread',
  'away',
] as const

/** `away`: how many are away today; `awayUntil`: the last day of it, of a person's own line alone. */
type Sums = Record<(typeof SUMMED)[number], number> & { oldestDue: IsoDate | null; awayUntil: IsoDate | null }

/** What one person has in one unit, or nobody. The same place may come several times, of tasks, cases, alerts and absence. */
export type BoardCounts = Sums & { committee: string; unit: string | null; personId: string | null }

/** Counts of one committee, unit or person. */
export type BoardLine = BoardCounts & { name: string | null }

export type Board = { committees: BoardLine[]; units: BoardLine[]; people: BoardLine[] }

type Place = Pick<BoardCounts, 'committee' | 'unit' | 'personId'>

function add(line: BoardLine, counts: BoardCounts): void {
  for (const key of SUMMED) line[key] += counts[key]
  if (counts.oldestDue !== null && counts.oldestDue < (line.oldestDue ?? '9'))
    line.oldestDue = counts.oldestDue
  if (line.personId !== null) line.awayUntil ??= counts.awayUntil
}

function emptyLine(place: Place, name: string | null): BoardLine {
  const tasks = { openTasks: 0, overdue: 0, dueToday: 0, oldestDue: null }
  const cases = { openCases: 0, clocks: 0, unowned: 0, withoutAttempt: 0 }
  return { ...place, name, ...tasks, ...cases, unread: 0, away: 0, awayUntil: null }
}

/** One level of the board: what `placeOf` says belongs together, the oldest due first; null belongs to no line of it. */
function level(
  counts: readonly BoardCounts[],
  names: ReadonlyMap<string, string>,
  placeOf: (counts: BoardCounts) => Place | null,
): BoardLine[] {
  const lines = new Map<string, BoardLine>()
  for (const one of counts) {
    const place = placeOf(one)
    if (!place) continue
    const own = place.personId ?? place.unit ?? place.committee
    const key = `${place.committee} ${own}`
    const line = lines.get(key) ?? emptyLine(place, names.get(own) ?? null)
    lines.set(key, line)
    add(line, one)
  }
  return [...lines.values()].toSorted((one, other) =>
    (one.oldestDue ?? '9') < (other.oldestDue ?? '9') ? -1 : 1,
  )
}

/** The board's levels. A person is one line, in however many units they have something; so is a unit. */
export function boardLines(counts: readonly BoardCounts[], names: ReadonlyMap<string, string>): Board {
  return {
    committees: level(counts, names, ({ committee }) => ({ committee, unit: null, personId: null })),
    units: level(counts, names, ({ committee, unit }) =>
      unit === null ? null : { committee, unit, personId: null },
    ),
    people: level(counts, names, ({ committee, personId }) =>
      personId === null ? null : { committee, unit: null, personId },
    ),
  }
}
