// What a draft of the rules table would change: row by row against the table in force, and over cases already decided.

import type { RoutingFacts } from './routing-facts.ts'
import { ROUTING_COLUMNS } from './routing-row.ts'
import type { RoutingRow } from './routing-row.ts'
import { decideRouting } from './routing.ts'
import type { CompiledRoutingTable, Decision, Owner } from './routing.ts'
import { printRow } from './routing-table.ts'
import type { RoutingTable } from './routing-table.ts'

export type ChangedCell = { column: string; before: string; after: string }
export type RowDifference =
  | { kind: 'added' | 'removed'; row: number; cells: readonly ChangedCell[] }
  | { kind: 'changed'; row: number; cells: readonly ChangedCell[] }

/** The difference between two tables, by row number and column, in the words of the sheet. */
export function diffRoutingTables(before: RoutingTable, after: RoutingTable): RowDifference[] {
  const old = new Map(before.rows.map((row) => [row.row, row]))
  const fresh = new Map(after.rows.map((row) => [row.row, row]))
  const numbers = [...new Set([...old.keys(), ...fresh.keys()])].sort((a, b) => a - b)
  return numbers.flatMap((row) => {
    const [was, is] = [old.get(row), fresh.get(row)]
    const cells = changedCells(was, is)
    if (cells.length === 0) return []
    return [{ kind: was && is ? 'changed' : was ? 'removed' : 'added', row, cells } satisfies RowDifference]
  })
}

function changedCells(was: RoutingRow | undefined, is: RoutingRow | undefined): ChangedCell[] {
  const [old, fresh] = [was ? printRow(was) : [], is ? printRow(is) : []]
  return ROUTING_COLUMNS.flatMap((column, at) => {
    const [before, after] = [old[at] ?? '', fresh[at] ?? '']
    return before === after ? [] : [{ column, before, after }]
  })
}

export type PastCase = { id: string; facts: RoutingFacts }
export type ChangedCase = {
  id: string
  before: { owners: readonly Owner[]; row: number | null }
  after: { owners: readonly Owner[]; row: number | null }
}
/** Cases per unit: as owner, and called in. */
export type UnitCount = {
  committee: string
  unit: string | null
  before: number
  after: number
  addedBefore: number
  addedAfter: number
}
export type Rehearsal = {
  cases: number
  newOwner: number
  shorterAnswer: number
  longerAnswer: number
  units: UnitCount[]
  changed: ChangedCase[]
}

/** A rehearsal before its first case. */
export const emptyRehearsal = (): Rehearsal => ({
  cases: 0,
  newOwner: 0,
  shorterAnswer: 0,
  longerAnswer: 0,
  units: [],
  changed: [],
})

/**
 * Decides every case by both tables and counts what differs; nothing is changed. A job that shows progress hands over
 * batches and passes what it has so far, which is added to in place.
 */
export function rehearseRouting(
  cases: Iterable<PastCase>,
  before: CompiledRoutingTable,
  after: CompiledRoutingTable,
  soFar: Rehearsal = emptyRehearsal(),
): Rehearsal {
  const counts = new Map(soFar.units.map((count) => [unitKey(count), count]))
  for (const { id, facts } of cases) {
    const [was, is] = [decideRouting(facts, before), decideRouting(facts, after)]
    soFar.cases += 1
    countUnits(counts, was, 'before')
    countUnits(counts, is, 'after')
    countAnswer(soFar, was, is)
    if (ownersKey(was.owners) === ownersKey(is.owners)) continue
    soFar.newOwner += 1
    soFar.changed.push({
      id,
      before: { owners: was.owners, row: was.row },
      after: { owners: is.owners, row: is.row },
    })
  }
  soFar.units = [...counts.values()].sort((a, b) => unitKey(a).localeCompare(unitKey(b), 'sv'))
  return soFar
}

const unitKey = ({ committee, unit }: { committee: string; unit: string | null }): string =>
  `${committee}/${unit ?? ''}`

const ownersKey = (owners: readonly Owner[]): string =>
  owners.length === 1 && owners[0]
    ? `${unitKey(owners[0])}/${owners[0].person ?? ''}`
    : owners.map((owner) => `${unitKey(owner)}/${owner.person ?? ''}`).join('+')

function countUnits(counts: Map<string, UnitCount>, decision: Decision, when: 'before' | 'after'): void {
  for (const owner of decision.owners) countOf(counts, owner)[when] += 1
  const added = when === 'before' ? 'addedBefore' : 'addedAfter'
  for (const addition of decision.additions) countOf(counts, addition)[added] += 1
}

function countOf(counts: Map<string, UnitCount>, { committee, unit }: Owner): UnitCount {
  const key = unitKey({ committee, unit })
  const known = counts.get(key)
  if (known) return known
  const count = { committee, unit, before: 0, after: 0, addedBefore: 0, addedAfter: 0 }
  counts.set(key, count)
  return count
}

function countAnswer(soFar: Rehearsal, was: Decision, is: Decision): void {
  const [old, fresh] = [was.answerWithinWorkingDays, is.answerWithinWorkingDays]
  if (old === null || fresh === null || old === fresh) return
  if (fresh < old) soFar.shorterAnswer += 1
  else soFar.longerAnswer += 1
}

/**
 * Cases per month that each unit is expected to get as owner under the rehearsed table, for the capacity check.
 * `days` is the length of the rehearsed period.
 */
export function expectedPerMonth(rehearsal: Rehearsal, days: number): Record<string, number> {
  const perMonth = 365 / 12 / Math.max(1, days)
  return Object.fromEntries(
    rehearsal.units.flatMap(({ unit, after }) => (unit === null ? [] : [[unit, after * perMonth]])),
  )
}
