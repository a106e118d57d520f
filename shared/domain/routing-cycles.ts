// Finds rows that would send a case round: a client of one committee to another whose clients are sent back.

import { intersect, remainder } from './routing-regions.ts'
import type { Box, Space } from './routing-regions.ts'
import { OWN_CASEWORKER } from './routing-row.ts'
import type { RoutingRow } from './routing-row.ts'
import { sheetProblem } from './sheet.ts'
import type { SheetProblem } from './sheet.ts'

/** A client of `from` is sent to `to` by `row`, when the other facts lie in one of `boxes`. */
type Move = { from: string; to: string; row: RoutingRow; boxes: Box[] }
type Boxes = ReadonlyMap<RoutingRow, Box[]>

/**
 * Every cycle of proposals in the table: whoever accepts becomes the committee where the person is a client, the rules
 * are asked again, and the case never rests. Each is named at the row that sends the case back.
 */
export function proposalCycles(deciding: readonly RoutingRow[], boxes: Boxes, space: Space): SheetProblem[] {
  const committees = new Set(deciding.flatMap((row) => row.targets.map((target) => target.committee)))
  const moves = [...committees].flatMap((from) => movesFrom(from, deciding, { boxes, space }))
  const cycles = new Map<string, SheetProblem>()
  for (const start of moves) {
    for (const path of pathsBack([start], start.boxes, moves, space)) {
      const rows = path.map((move) => move.row.row)
      const key = [...rows].sort((a, b) => a - b).join(',')
      if (!cycles.has(key)) cycles.set(key, cycle(fromFirstRow(path)))
    }
  }
  return [...cycles.values()]
}

/** The rows that speak, first match first, for a person who is a client of this one committee only. */
function movesFrom(
  from: string,
  deciding: readonly RoutingRow[],
  known: { boxes: Boxes; space: Space },
): Move[] {
  const { space } = known
  const moves: Move[] = []
  const start: Box[] = [clientOfOnly(from, space)]
  const earlier: Box[][] = []
  for (const row of deciding) {
    const taken = known.boxes.get(row) ?? []
    const spoken = both(start, taken, space)
    const stays = row.kind === 'gate' || row.person === OWN_CASEWORKER || row.targets.length !== 1
    const [target] = row.targets
    if (!stays && target && target.committee !== from) {
      const { left, gaveUp } = remainder(spoken, earlier, space)
      // An unfinished subtraction keeps too much: a cycle is only claimed where it is certain.
      if (left.length > 0 && !gaveUp)
        moves.push({ from, to: target.committee, row, boxes: left.map(withoutClients) })
    }
    if (spoken.length > 0) earlier.push(taken)
  }
  return moves
}

/** Boxes compared at most: beyond that a cycle may be missed, but the answer comes. */
const MOST_BOXES = 200

const both = (a: readonly Box[], b: readonly Box[], space: Space): Box[] =>
  a
    .slice(0, MOST_BOXES)
    .flatMap((one) => b.slice(0, MOST_BOXES).flatMap((other) => intersect(one, other, space) ?? []))

function clientOfOnly(committee: string, space: Space): Box {
  const box = new Map<string, bigint>()
  if (space.answers.has('clientOf#')) box.set('clientOf#', 2n)
  for (const token of space.tokens.get('clientOf') ?? []) {
    if (token === committee) box.set(`clientOf:${token}`, 2n)
    else if (!token.startsWith(`${committee}/`)) box.set(`clientOf:${token}`, 1n)
  }
  return box
}

const withoutClients = (box: Box): Box =>
  new Map([...box].filter(([dimension]) => !dimension.startsWith('clientOf')))

function pathsBack(path: Move[], boxes: readonly Box[], moves: readonly Move[], space: Space): Move[][] {
  const [first, last] = [path[0], path.at(-1)]
  if (!first || !last) return []
  if (last.to === first.from) return [path]
  return moves.flatMap((next) => {
    if (next.from !== last.to || path.some((move) => move.from === next.from)) return []
    const shared = both(boxes, next.boxes, space)
    return shared.length === 0 ? [] : pathsBack([...path, next], shared, moves, space)
  })
}

/** The same round, told from the row that stands first in the table. */
function fromFirstRow(path: readonly Move[]): Move[] {
  const first = Math.min(...path.map((move) => move.row.row))
  const at = path.findIndex((move) => move.row.row === first)
  return [...path.slice(at), ...path.slice(0, at)]
}

function cycle(path: readonly Move[]): SheetProblem {
  const back = path.at(-1)
  const round = [path[0]?.from, ...path.map((move) => move.to)].join(' → ')
  const rows = path.map((move) => move.row.row).join(', ')
  return sheetProblem(
    'proposal-cycle',
    { line: back?.row.line ?? 0, row: back?.row.row ?? null, column: 'namnd' },
    `Raderna ${rows} skickar ärendet runt: ${round}.`,
    `Rows ${rows} send the case round: ${round}.`,
  )
}
