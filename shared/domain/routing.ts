// Decides who owns a case and who is called in: gates first, then the first owner row, then every row that adds.

import { INPUTS } from './routing-facts.ts'
import type { ClientAt, Input, RoutingFacts, Words } from './routing-facts.ts'
import type { Condition } from './routing-cells.ts'
import { askedOf, holds, numberOf, wordOf } from './routing-match.ts'
import { OTHER_CASEWORKERS, OWN_CASEWORKER } from './routing-row.ts'
import type { RoutingRow } from './routing-row.ts'
import type { RoutingTable } from './routing-table.ts'

export type Owner = { committee: string; unit: string | null; person: string | null }

export type Addition = Owner & {
  /** The first row that called this unit in, and all that did. */
  row: number
  rows: readonly number[]
  reason: Words
  templates: readonly string[]
  answerWithinWorkingDays: number | null
}

export type Decision = {
  /** The GATE row that stopped the ordinary rules, if one did. */
  gate: number | null
  /** Empty only when the table has no default row; several when committees own together. */
  owners: readonly Owner[]
  additions: readonly Addition[]
  /** The row that spoke for the owner, and the ADD rows that gave the owner more tasks. */
  row: number | null
  alsoRows: readonly number[]
  reason: Words
  templates: readonly string[]
  answerWithinWorkingDays: number | null
  isDefault: boolean
}

/** One bit per row in the order gates, owners, adds; per column, which rows each answer leaves standing. */
type Column = {
  input: Input
  conditions: readonly (Condition | undefined)[]
  bounds: readonly number[] | null
  memo: Map<string | number, Uint32Array>
}

export type CompiledRoutingTable = {
  rows: readonly RoutingRow[]
  gates: number
  owners: number
  columns: readonly Column[]
  everything: Uint32Array
  standing: Uint32Array
}

const NO_ROW: Words = { sv: 'Ingen rad i tabellen gällde.', en: 'No row of the table matched.' }
/** Answers remembered per column; landlords are the only open-ended kind, and a cleared memory only costs time. */
const MEMO_LIMIT = 4096

/** Prepares a table for many decisions: afterwards a decision costs the columns in use, not the rows. */
export function compileRoutingTable(table: RoutingTable): CompiledRoutingTable {
  const gates = table.rows.filter((row) => row.kind === 'gate')
  const owners = table.rows.filter((row) => row.kind === 'owner')
  const rows = [...gates, ...owners, ...table.rows.filter((row) => row.kind === 'add')]
  const everything = maskOf(rows.length, () => true)
  const used = INPUTS.filter((input) => rows.some((row) => row.conditions[input.name]))
  const columns = used.map((input) => {
    const conditions = rows.map((row) => row.conditions[input.name])
    return { input, conditions, bounds: boundsOf(conditions), memo: new Map<string | number, Uint32Array>() }
  })
  return {
    rows,
    gates: gates.length,
    owners: owners.length,
    columns,
    everything,
    standing: everything.slice(),
  }
}

function maskOf(size: number, stands: (at: number) => boolean): Uint32Array {
  const mask = new Uint32Array(Math.max(1, Math.ceil(size / 32)))
  for (let at = 0; at < size; at += 1) if (stands(at)) mask[at >>> 5]! |= 1 << (at & 31)
  return mask
}

/** Where the answer can change: the first number of every stretch between two bounds. Null for other kinds. */
function boundsOf(conditions: readonly (Condition | undefined)[]): number[] | null {
  const ranges = conditions.flatMap((condition) => (condition?.kind === 'ranges' ? [condition] : []))
  if (ranges.length === 0) return null
  const starts = ranges.flatMap(({ ranges }) => ranges.flatMap(([low, high]) => [low, high + 1]))
  return [...new Set(starts)].filter(Number.isFinite).sort((a, b) => a - b)
}

function keyOf({ input, bounds }: Column, facts: RoutingFacts): string | number {
  if (bounds) return stretchOf(bounds, numberOf(input, facts))
  if (input.kind === 'landlord') return `${facts.landlord.organisationNumber ?? ''} ${facts.landlord.name}`
  if (input.kind === 'clients') {
    return facts.clientOf.length === 0
      ? ''
      : facts.clientOf.map((at) => `${at.committee}/${at.unit ?? ''}`).join(' ')
  }
  return input.kind === 'flags' ? facts.needs.join(' ') : wordOf(input, facts)
}

function stretchOf(bounds: readonly number[], value: number | null): number {
  if (value === null) return -1
  let [low, high] = [0, bounds.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bounds[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

function standingFor(column: Column, facts: RoutingFacts): Uint32Array {
  const key = keyOf(column, facts)
  const known = column.memo.get(key)
  if (known) return known
  const asked = askedOf(column.input, facts)
  const mask = maskOf(column.conditions.length, (at) => {
    const condition = column.conditions[at]
    return !condition || holds(condition, asked)
  })
  if (column.memo.size >= MEMO_LIMIT) column.memo.clear()
  column.memo.set(key, mask)
  return mask
}

/**
 * Decides one case by a compiled table. Pure: the same facts and table give the same decision, whatever was decided
 * before. Behind a GATE nobody else learns of the case: only ADD rows that say so speak.
 */
export function decideRouting(facts: RoutingFacts, table: CompiledRoutingTable): Decision {
  const { standing, everything, gates, owners, rows } = table
  standing.set(everything)
  for (const column of table.columns) {
    const mask = standingFor(column, facts)
    for (let word = 0; word < mask.length; word += 1) standing[word]! &= mask[word]!
  }
  const gate = nextStanding(standing, 0, gates)
  const spoke = gate < gates ? gate : nextStanding(standing, gates, gates + owners)
  const row = spoke < gates + owners ? rows[spoke] : undefined
  const adds: RoutingRow[] = []
  for (let at = nextStanding(standing, gates + owners, rows.length); at < rows.length;) {
    const add = rows[at]!
    if (gate >= gates || add.behindGate) adds.push(add)
    at = nextStanding(standing, at + 1, rows.length)
  }
  return assemble(facts, row, adds)
}

/** The first set bit from `from`, or `end`. */
function nextStanding(mask: Uint32Array, from: number, end: number): number {
  for (let at = from; at < end; at = (at | 31) + 1) {
    const rest = mask[at >>> 5]! & (-1 << (at & 31))
    if (rest !== 0) return Math.min(end, (at & ~31) + 31 - Math.clz32(rest & -rest))
  }
  return end
}

function assemble(facts: RoutingFacts, row: RoutingRow | undefined, adds: readonly RoutingRow[]): Decision {
  const owners = row ? ownersOf(row, facts.clientOf) : []
  const templates = row ? [...row.templates] : []
  const alsoRows: number[] = []
  const additions: Addition[] = []
  for (const add of adds) {
    const called = calledBy(add, facts.clientOf, owners)
    const others = called.filter((one) => !owners.some((owner) => sameUnit(one, owner)))
    const forOwner = add.person === null && add.targets.length === 0
    if (forOwner || others.length < called.length) {
      alsoRows.push(add.row)
      addMissing(templates, add.templates)
    }
    for (const other of others) join(additions, other, add)
  }
  return {
    gate: row?.kind === 'gate' ? row.row : null,
    owners,
    additions,
    row: row?.row ?? null,
    alsoRows,
    reason: row?.reason ?? NO_ROW,
    templates,
    answerWithinWorkingDays: row?.answerWithinWorkingDays ?? null,
    isDefault: row?.kind === 'owner' && isUnconditional(row),
  }
}

/** A row without a condition: the default, when it is an OWNER row. */
export function isUnconditional(row: RoutingRow): boolean {
  for (const _ in row.conditions) return false
  return true
}

const sameUnit = (one: Owner, owner: Owner): boolean =>
  one.committee === owner.committee && (one.unit === null || one.unit === owner.unit)

function ownersOf(row: RoutingRow, clientOf: readonly ClientAt[]): Owner[] {
  if (row.person === OWN_CASEWORKER) {
    const own = clientOf.find(
      ({ committee }) => row.targets.length === 0 || row.targets.some((to) => to.committee === committee),
    )
    if (own) return [{ committee: own.committee, unit: own.unit, person: own.caseworker }]
  }
  const person = row.person === OWN_CASEWORKER ? null : row.person
  return row.targets.map(({ committee, unit }) => ({ committee, unit, person }))
}

function calledBy(add: RoutingRow, clientOf: readonly ClientAt[], owners: readonly Owner[]): Owner[] {
  if (add.person === OTHER_CASEWORKERS) {
    const elsewhere = clientOf.filter((at) => !owners.some((owner) => owner.committee === at.committee))
    return elsewhere.map(({ committee, unit, caseworker }) => ({ committee, unit, person: caseworker }))
  }
  return ownersOf(add, clientOf)
}

function join(additions: Addition[], other: Owner, add: RoutingRow): void {
  const at = additions.findIndex(
    (one) => one.committee === other.committee && one.unit === other.unit && one.person === other.person,
  )
  const known = additions[at]
  const { row, reason, answerWithinWorkingDays } = add
  if (!known) {
    additions.push({ ...other, row, rows: [row], reason, templates: add.templates, answerWithinWorkingDays })
    return
  }
  const templates = [...known.templates]
  addMissing(templates, add.templates)
  additions[at] = { ...known, rows: [...known.rows, row], templates }
}

function addMissing(templates: string[], more: readonly string[]): void {
  for (const template of more) if (!templates.includes(template)) templates.push(template)
}
