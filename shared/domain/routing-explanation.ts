// Explains a routing decision: the values the row spoke on, and why every other row that was asked did not match.

import { INPUTS } from './routing-facts.ts'
import type { RoutingFacts, Words } from './routing-facts.ts'
import { printCell } from './routing-cells.ts'
import { askedOf, holds, printAsked } from './routing-match.ts'
import type { RoutingRow } from './routing-row.ts'
import { decideRouting } from './routing.ts'
import type { CompiledRoutingTable, Decision } from './routing.ts'

export type SpokenValue = { column: string; label: Words; condition: string; value: string }
export type NotMatched = { row: number; column: string; why: Words }
export type Explanation = { decision: Decision; values: SpokenValue[]; notMatched: NotMatched[] }

/**
 * The decision again, with its grounds. Kept apart from `decideRouting` because a rehearsal of a hundred thousand
 * cases needs none of these sentences. One entry per row: the first column, in the sheet's order, that said no.
 */
export function explainRouting(facts: RoutingFacts, table: CompiledRoutingTable): Explanation {
  const decision = decideRouting(facts, table)
  const spoke = table.rows.find((row) => row.row === decision.row)
  return {
    decision,
    values: spoke ? valuesOf(spoke, facts) : [],
    notMatched: table.rows
      .filter((row) => wasAsked(row, decision))
      .flatMap((row) => refusalOf(row, facts) ?? withheld(row, decision) ?? []),
  }
}

/** Rows after the one that spoke were never asked: the first that matches owns. */
function wasAsked(row: RoutingRow, decision: Decision): boolean {
  if (row.kind === 'add') return true
  if (row.kind === 'gate') return decision.gate === null || row.row < decision.gate
  return decision.gate === null && (decision.row === null || row.row < decision.row)
}

function valuesOf(row: RoutingRow, facts: RoutingFacts): SpokenValue[] {
  return INPUTS.flatMap((input) => {
    const condition = row.conditions[input.name]
    if (!condition) return []
    const { column, label } = input
    return [
      {
        column,
        label,
        condition: printCell(input, condition),
        value: printAsked(input, askedOf(input, facts)),
      },
    ]
  })
}

function refusalOf(row: RoutingRow, facts: RoutingFacts): NotMatched | null {
  for (const input of INPUTS) {
    const condition = row.conditions[input.name]
    if (!condition) continue
    const asked = askedOf(input, facts)
    if (holds(condition, asked)) continue
    const [wanted, given] = [printCell(input, condition), printAsked(input, asked)]
    return {
      row: row.row,
      column: input.column,
      why: {
        sv: `${input.label.sv} är ”${given}”, raden kräver ”${wanted}”.`,
        en: `${input.label.en} is "${given}", the row asks for "${wanted}".`,
      },
    }
  }
  return null
}

/** An ADD row that matched and still stayed silent, because a GATE keeps the case to itself. */
function withheld(row: RoutingRow, decision: Decision): NotMatched | null {
  if (row.kind !== 'add' || row.behindGate || decision.gate === null) return null
  const why = {
    sv: `Raden gällde, men rad ${decision.gate} håller ärendet i den skyddade kön.`,
    en: `The row matched, but row ${decision.gate} keeps the case in the restricted queue.`,
  }
  return { row: row.row, column: 'bakom_grind', why }
}
