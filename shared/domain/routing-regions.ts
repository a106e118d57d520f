// The cases a row takes, as boxes over small sets of answers, so that "is anything left for this row?" is a subtraction.

import { INPUTS } from './routing-facts.ts'
import type { Input } from './routing-facts.ts'
import type { Condition } from './routing-cells.ts'
import type { RoutingRow } from './routing-row.ts'

/** One bit per answer that the table can tell apart. */
type Answers = bigint
/** Which answers each dimension allows; a dimension that is left out allows all. */
export type Box = ReadonlyMap<string, Answers>

/** What the table can tell apart: every answer of every dimension, in words for whoever reads a gap. */
export type Space = {
  answers: ReadonlyMap<string, readonly string[]>
  tokens: ReadonlyMap<string, readonly string[]>
  /** Cuts after which one subtraction is given up, so that a hostile table cannot hold the server. */
  mostCuts: number
}

/** Cuts for a whole table, shared by its rows: a second or two of work, and a hundred times what the presets need. */
const CUTS_PER_TABLE = 100_000

const ALL = (space: Space, dimension: string): Answers =>
  (1n << BigInt(space.answers.get(dimension)?.length ?? 0)) - 1n
const COUNTS = ['none', 'one', 'many']

/** Builds the space of a table: numbers fall into stretches between its bounds, open words into "named" or "other". */
export function spaceOf(rows: readonly RoutingRow[]): Space {
  const answers = new Map<string, readonly string[]>()
  const tokens = new Map<string, readonly string[]>()
  for (const input of INPUTS) {
    const conditions = rows.flatMap((row) => row.conditions[input.name] ?? [])
    if (conditions.length === 0) continue
    if (input.kind === 'clients' || input.kind === 'flags') {
      const named = namedFlags(conditions)
      tokens.set(input.name, named)
      for (const token of named) answers.set(`${input.name}:${token}`, ['no', 'yes'])
      if (input.kind === 'clients') answers.set(`${input.name}#`, COUNTS)
    } else answers.set(input.name, answersOf(input, conditions))
  }
  return { answers, tokens, mostCuts: Math.ceil(CUTS_PER_TABLE / Math.max(1, rows.length)) }
}

function namedFlags(conditions: readonly Condition[]): string[] {
  const words = conditions.flatMap((condition) => (condition.kind === 'flags' ? condition.anyOf.flat() : []))
  return [...new Set(words)].filter((word) => word !== 'any' && !COUNTS.includes(word))
}

function answersOf(input: Input, conditions: readonly Condition[]): string[] {
  if (input.kind === 'choice') return input.choices.map((choice) => choice.code)
  if (input.kind === 'yes-no') return ['yes', 'no']
  const named = conditions.flatMap((condition) => (condition.kind === 'values' ? condition.values : []))
  if (input.kind === 'landlord') return [...new Set(named), 'other']
  return ['unknown', '-Infinity', ...boundsOf(conditions).map(String)]
}

function boundsOf(conditions: readonly Condition[]): number[] {
  const starts = conditions.flatMap((condition) =>
    condition.kind === 'ranges' ? condition.ranges.flatMap(([low, high]) => [low, high + 1]) : [],
  )
  return [...new Set(starts)].filter(Number.isFinite).sort((a, b) => a - b)
}

/** The boxes a row takes: one for plain cells, several where a cell lists alternatives of recorded flags. */
export function boxesOf(row: RoutingRow, space: Space): Box[] {
  let boxes: Map<string, Answers>[] = [new Map()]
  for (const input of INPUTS) {
    const condition = row.conditions[input.name]
    if (!condition) continue
    const pieces =
      condition.kind === 'flags' ? flagPieces(input, condition, space) : [plainPiece(input, condition, space)]
    boxes = boxes.flatMap((box) => pieces.flatMap((piece) => intersect(box, piece, space) ?? []))
  }
  return boxes
}

function plainPiece(input: Input, condition: Condition, space: Space): Map<string, Answers> {
  const answers = space.answers.get(input.name) ?? []
  let allowed = 0n
  answers.forEach((answer, at) => {
    if (takes(condition, answer)) allowed |= 1n << BigInt(at)
  })
  return new Map([[input.name, allowed]])
}

function takes(condition: Condition, answer: string): boolean {
  if (condition.kind === 'values') return condition.values.includes(answer) !== condition.except
  if (condition.kind !== 'ranges') return false
  if (answer === 'unknown') return condition.unknown
  const from = Number(answer)
  return condition.ranges.some(([low, high]) => from >= low && from <= high)
}

function flagPieces(input: Input, condition: Condition, space: Space): Map<string, Answers>[] {
  if (condition.kind !== 'flags') return []
  const held = condition.anyOf.flatMap((all) => holdingAll(input, all, space) ?? [])
  return condition.except ? subtract([new Map()], held, space).map((box) => new Map(box)) : held
}

/** All words at once. A committee that is named means at least one committee; two committees mean many. */
function holdingAll(input: Input, all: readonly string[], space: Space): Map<string, Answers> | null {
  const committees = new Set<string>()
  const wanted: Box[] = []
  for (const word of all) {
    const counts = countsOf(word)
    if (counts) {
      wanted.push(new Map([[`${input.name}#`, counts]]))
      continue
    }
    const committee = word.split('/')[0] ?? ''
    committees.add(committee)
    wanted.push(new Map([[`${input.name}:${word}`, 2n]]))
    if (space.answers.has(`${input.name}:${committee}`))
      wanted.push(new Map([[`${input.name}:${committee}`, 2n]]))
  }
  if (input.kind === 'clients' && committees.size > 0) {
    wanted.push(new Map([[`${input.name}#`, committees.size > 1 ? 4n : 6n]]))
  }
  return wanted.reduce<Map<string, Answers> | null>(
    (piece, box) => piece && intersect(piece, box, space),
    new Map(),
  )
}

function countsOf(word: string): Answers | null {
  if (word === 'any') return 6n
  const at = COUNTS.indexOf(word)
  return at < 0 ? null : 1n << BigInt(at)
}

/** The cases in both boxes, or null when there is none. */
export function intersect(a: Box, b: Box, space: Space): Map<string, Answers> | null {
  const both = new Map(a)
  for (const [dimension, allowed] of b) {
    const left = (both.get(dimension) ?? ALL(space, dimension)) & allowed
    if (left === 0n) return null
    both.set(dimension, left)
  }
  return both
}

function overlaps(a: Box, b: Box): boolean {
  for (const [dimension, allowed] of b) {
    const other = a.get(dimension)
    if (other !== undefined && (other & allowed) === 0n) return false
  }
  return true
}

/** Whether some case lies in both sets of boxes. */
export const meet = (a: readonly Box[], b: readonly Box[]): boolean =>
  a.some((one) => b.some((other) => overlaps(one, other)))

/** What a subtraction left, which of the sets took something, and whether it was too hard to finish. */
export type Remainder = { left: Box[]; takers: number[]; gaveUp: boolean }

/** Cuts the sets away from `boxes`, one after another, until nothing is left or the work grows too large. */
export function remainder(boxes: readonly Box[], sets: readonly (readonly Box[])[], space: Space): Remainder {
  const takers: number[] = []
  let left = [...boxes]
  let cuts = 0
  for (const [at, taken] of sets.entries()) {
    if (left.length === 0) break
    if (!meet(left, taken)) continue
    takers.push(at)
    for (const cut of taken) {
      cuts += left.length
      if (cuts > space.mostCuts) return { left, takers, gaveUp: true }
      left = left.flatMap((box) => cutAway(box, cut, space))
    }
  }
  return { left, takers, gaveUp: false }
}

/** What is left of `boxes` once every box of `taken` is cut away. Keeps too much, never too little, when it is hard. */
export const subtract = (boxes: readonly Box[], taken: readonly Box[], space: Space): Box[] =>
  remainder(boxes, [taken], space).left

function cutAway(box: Box, cut: Box, space: Space): Box[] {
  if (!overlaps(box, cut)) return [box]
  const pieces: Box[] = []
  const rest = new Map(box)
  for (const [dimension, allowed] of cut) {
    const before = rest.get(dimension) ?? ALL(space, dimension)
    const outside = before & ~allowed
    if (outside !== 0n) pieces.push(new Map(rest).set(dimension, outside))
    rest.set(dimension, before & allowed)
  }
  return pieces
}
