// Looks at a version before or after it is in force: what differs from another, what it says of one case, and why a case is where it is.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { explainRouting, type Explanation } from '../domain/routing-explanation.ts'
import { ORDINARY_FACTS } from '../domain/routing-cases.ts'
import type { RoutingFacts } from '../domain/routing-facts.ts'
import { diffRoutingTables, type RowDifference } from '../domain/routing-rehearsal.ts'
import { Refusal } from '../domain/refusal.ts'
import { readSheet } from '../domain/sheet.ts'
import { inContext, type Actor } from './act.ts'
import { assignmentsOf, type Assignment } from './assignments.ts'
import { noSuch } from './open-case.ts'
import { findRules } from './rules.ts'
import { readRules, rulesOf } from './settings.ts'

/** What differs: cells of the rules table, or whole lines of another sheet. */
export type RuleDifference = {
  from: number
  to: number
  rows: RowDifference[]
  lines: { kind: 'added' | 'removed'; line: number; cells: readonly string[] }[]
}

/** The difference between a version and another (null: the one it was made from). Refuses two different kinds. */
export async function diffRules(
  db: Db,
  actor: Actor,
  id: number,
  againstId: number | null,
): Promise<RuleDifference> {
  return inContext(db, actor, async (trx) => {
    const after = await findRules(trx, id)
    const before = await findRules(trx, againstId ?? after.basedOn ?? id)
    if (before.kind !== after.kind)
      throw new Refusal('unprocessable', 'rules.other-kind', 'Jämför två versioner av samma tabell.')
    const numbers = { from: before.version, to: after.version }
    if (after.kind !== 'routing') return { ...numbers, rows: [], lines: lineDiff(before.body, after.body) }
    const [was, is] = [await rulesOf(trx, 'routing', before.id), await rulesOf(trx, 'routing', after.id)]
    return { ...numbers, rows: diffRoutingTables(was.table, is.table), lines: [] }
  })
}

function lineDiff(before: string, after: string): RuleDifference['lines'] {
  const [was, is] = [linesOf(before), linesOf(after)]
  return [...onlyIn(was, is, 'removed'), ...onlyIn(is, was, 'added')]
}

type Lines = Map<string, { line: number; cells: readonly string[] }>

function onlyIn(lines: Lines, others: Lines, kind: 'added' | 'removed'): RuleDifference['lines'] {
  return [...lines].flatMap(([key, line]) => (others.has(key) ? [] : [{ kind, ...line }]))
}

function linesOf(csv: string): Lines {
  const rows = readSheet(csv).rows.map(({ line, cells }) => ({ line, cells: Object.values(cells) }))
  return new Map(rows.map((row) => [row.cells.join(';'), row]))
}

/** What one version of the rules table says of a made-up case; what is not told is an unknown adult's ordinary case. */
export async function tryRules(
  db: Db,
  actor: Actor,
  id: number,
  facts: Partial<RoutingFacts>,
): Promise<Explanation> {
  return inContext(db, actor, async (trx) => {
    const { kind } = await findRules(trx, id)
    if (kind !== 'routing')
      throw new Refusal('unprocessable', 'rules.other-kind', 'Bara regeltabellen kan prövas på ett ärende.')
    const { compiled } = await rulesOf(trx, 'routing', id)
    return explainRouting({ ...ORDINARY_FACTS, ...facts }, compiled)
  })
}

/** What a rules table says of a made-up case while it is still being written. Rows that cannot be read say nothing. */
export function tryRuleText(csv: string, facts: RoutingFacts): Explanation {
  return explainRouting(facts, readRules('routing', csv).compiled)
}

/** Why a case is where it is: the version and row that spoke, on which values, why earlier rows did not, and its owners. */
export type RoutingExplanation = {
  versionId: number
  version: number
  row: number | null
  reason: { sv: string; en: string }
  basis: string | null
  values: Explanation['values']
  notMatched: Explanation['notMatched']
  history: Assignment[]
}

type Spoken = {
  routingVersion: number | null
  version: number
  routingFacts: RoutingFacts
  routingRow: number | null
  routingReasonSv: string | null
  routingReasonEn: string | null
}

/** Explains the routing of a case as it was decided. Refuses `not-found`, also while the case is not routed yet. */
export async function readRoutingExplanation(
  db: Db,
  actor: Actor,
  caseId: string,
): Promise<RoutingExplanation> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Spoken>`
      select c.routing_version, v.version, c.routing_facts, c.routing_row, c.routing_reason_sv, c.routing_reason_en
      from arrears_case c join rule_version v on v.id = c.routing_version where c.id = ${caseId}`.execute(trx)
    const [spoken] = rows
    if (!spoken?.routingVersion) throw noSuch()
    const { compiled, table } = await rulesOf(trx, 'routing', spoken.routingVersion)
    const { values, notMatched } = explainRouting(spoken.routingFacts, compiled)
    return {
      versionId: spoken.routingVersion,
      version: spoken.version,
      row: spoken.routingRow,
      reason: { sv: spoken.routingReasonSv ?? '', en: spoken.routingReasonEn ?? '' },
      basis: table.rows.find((row) => row.row === spoken.routingRow)?.basis ?? null,
      values,
      notMatched,
      history: await assignmentsOf(trx, caseId),
    }
  })
}
