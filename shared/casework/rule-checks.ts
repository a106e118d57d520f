// What must be right before a table is published: readable, sound against the municipality, and right on its examples.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { parseRoutingCases, tryRoutingCases } from '../domain/routing-cases.ts'
import { checkRoutingTable, type TableProblem } from '../domain/routing-checks.ts'
import { expectedPerMonth, type Rehearsal } from '../domain/routing-rehearsal.ts'
import type { RoutingTable } from '../domain/routing-table.ts'
import { sheetProblem, type SheetProblem } from '../domain/sheet.ts'
import { daysBetween } from '../domain/calendar.ts'
import { readRules, rulesInForce, type RuleKind } from './settings.ts'
import { moment } from './act.ts'
import { placeProblems } from './units.ts'

/** Something wrong with a version; `sheet` says whether it stands in the table or in its examples. */
export type Finding = TableProblem & { sheet: 'rules' | 'examples' }

export type Text = { id: number; kind: RuleKind; body: string; examples: string | null }

const asError =
  (sheet: Finding['sheet']) =>
  (problem: SheetProblem): Finding => ({ ...problem, severity: 'error', sheet })

export const errorsIn = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ severity }) => severity === 'error')

/** Everything wrong with a version's text, as the municipality's units, people and templates stand now. */
export async function checkRules(trx: Trx, version: Text): Promise<Finding[]> {
  const { table, problems } = withTable(version.kind, version.body)
  if (problems.length > 0) return problems.map(asError('rules'))
  if (!table) return (await placeProblems(trx, version.kind, version.body)).map(asError('rules'))
  const found = checkRoutingTable(table, await registerOf(trx, version.id))
  return [
    ...found.map((one): Finding => ({ ...one, sheet: 'rules' })),
    ...examplesOf(version.examples, table),
  ]
}

function withTable(
  kind: RuleKind,
  csv: string,
): { table: RoutingTable | null; problems: readonly SheetProblem[] } {
  if (kind !== 'routing') return { table: null, problems: readRules(kind, csv).problems }
  return readRules(kind, csv)
}

/** Refuses a text that cannot be read at all, with every fault's row, column and reason. */
export function demandReadable(kind: RuleKind, csv: string, examples: string | null): void {
  const problems = [
    ...withTable(kind, csv).problems.map(asError('rules')),
    ...(examples === null ? [] : parseRoutingCases(examples).problems.map(asError('examples'))),
  ]
  if (problems.length === 0) return
  throw new Refusal(
    'invalid',
    'rules.unreadable',
    'Tabellen går inte att läsa. Rätta raderna och skicka den igen; den publicerade versionen gäller.',
    problemsOf(problems),
  )
}

/** The refusal of a table that can be read but must not be in force. */
export function unsound(errors: readonly Finding[]): Refusal {
  return new Refusal(
    'unprocessable',
    'rules.unsound',
    'Tabellen kan inte publiceras. Rätta raderna i ett nytt utkast; den publicerade versionen gäller.',
    problemsOf(errors),
  )
}

/** Faults as problems: the pointer names the rule's row (or the file's line) and the column. */
export function problemsOf(findings: readonly Finding[]): Problem[] {
  return findings.slice(0, 200).map(({ sheet, row, line, column, code, reason }) => {
    const place = row === null ? `lines/${line}` : `rows/${row}`
    // A heading that is nobody's is the sender's own text: it is cut to what a pointer can hold.
    const named = column === null ? '' : `/${column.replaceAll(/[^\p{L}\p{N}_-]/gu, '').slice(0, 40)}`
    return { pointer: `/${sheet}/${place}${named}`, code, detail: reason.sv, en: reason.en }
  })
}

async function registerOf(trx: Trx, id: number) {
  const committees = await trx.selectFrom('committee').select('code').execute()
  const units = await trx
    .selectFrom('unit')
    .select(['code', 'committee', 'capacityPerMonth'])
    .where('active', '=', true)
    .orderBy('code')
    .execute()
  const people = await trx.selectFrom('person').select('username').where('active', '=', true).execute()
  const tasks = await rulesInForce(trx, 'tasks', (await moment(trx)).today)
  const templates = [...new Set(tasks.table.templates.rows.map((row) => row.template))]
  const expectedVolumes = await expectedOf(trx, id)
  return { committees, units, people: people.map(({ username }) => username), templates, expectedVolumes }
}

/** What the latest rehearsal of this version says each unit will get per month; nothing before the first. */
async function expectedOf(trx: Trx, id: number): Promise<Record<string, number>> {
  const { rows } = await sql<{ result: Rehearsal; fromDay: string; toDay: string }>`
    select result, from_day, to_day from rehearsal
    where rule_version_id = ${id} and state = 'done' order by finished_at desc limit 1`.execute(trx)
  const [last] = rows
  return last ? expectedPerMonth(last.result, daysBetween(last.fromDay, last.toDay) + 1) : {}
}

function examplesOf(csv: string | null, table: RoutingTable): Finding[] {
  if (csv === null) return []
  const { cases, problems } = parseRoutingCases(csv)
  const failing = tryRoutingCases(cases, table).filter(({ passes }) => !passes)
  const told = failing.map(({ case: example, owners, row }) =>
    sheetProblem(
      'example-fails',
      { line: example.line, row: example.row, column: 'agare' },
      `Exemplet ”${example.name}” väntas gå genom rad ${example.row} men går till ${owners.join(' + ') || 'ingen'} genom rad ${row ?? '–'}.`,
      `The example "${example.name}" is expected by row ${example.row} but goes to ${owners.join(' + ') || 'nobody'} by row ${row ?? '–'}.`,
    ),
  )
  return [...problems, ...told].map(asError('examples'))
}
