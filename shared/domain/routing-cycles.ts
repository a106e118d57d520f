// Finds rows that would send a case round: a client of one committee to another whose clients are sent back.

import { intersect, subtract } from './routing-regions.ts'
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
      if (!cycles.has(key)) cycles.set(key, cycle(path))
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
  let left: Box[] = [clientOfOnly(from, space)]
  for (const row of deciding) {
    const taken = known.boxes.get(row) ?? []
    const spoken = left.flatMap((box) => taken.flatMap((other) => intersect(box, other, space) ?? []))
    left = subtract(left, taken, space)
    const [target] = row.targets
    const stays = row.kind === 'gate' || row.person === OWN_CASEWORKER || row.targets.length !== 1
    if (spoken.length === 0 || stays || !target || target.committee === from) continue
    moves.push({ from, to: target.committee, row, boxes: spoken.map(withoutClients) })
  }
  return moves
}

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
    const both = boxes.flatMap((box) => next.boxes.flatMap((other) => intersect(box, other, space) ?? []))
    return both.length === 0 ? [] : pathsBack([...path, next], both, moves, space)
  })
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
