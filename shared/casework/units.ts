// Committees, units and what hangs on them as their published sheets say: checked against those who work there and the rules that name them.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { parseCommittees, parseUnits, type UnitRow } from '../domain/municipal-sheets.ts'
import { parseRoutingTable } from '../domain/routing-table.ts'
import { sheetProblem, type SheetProblem } from '../domain/sheet.ts'
import { letterProblems } from './letter-texts.ts'
import { carryOutMeetings, meetingProblems } from './meeting-series.ts'
import type { RuleKind } from './settings.ts'
import { carryOutVisitTeams, visitTeamProblems } from './visit-team-sheet.ts'

/** Whether publishing the sheet changes rows elsewhere at once; then it cannot be dated ahead. */
export const isCarriedOut = (kind: RuleKind): boolean =>
  ['committees', 'units', 'visit-teams', 'meetings'].includes(kind)

/** Makes committees, units, visit teams or meeting series what their sheet says. What the sheet has left out ends; nothing is deleted. */
export async function carryOut(trx: Trx, { kind, body }: { kind: RuleKind; body: string }): Promise<void> {
  if (kind === 'committees') {
    const rows = JSON.stringify(parseCommittees(body).committees)
    await sql`insert into committee (code, name_sv, name_en)
      select code, "nameSv", "nameEn" from json_to_recordset(${rows}::json) as r(code text, "nameSv" text, "nameEn" text)
      on conflict (code) do update set name_sv = excluded.name_sv, name_en = excluded.name_en`.execute(trx)
  }
  if (kind === 'units') await carryOutUnits(trx, parseUnits(body).units)
  if (kind === 'visit-teams') await carryOutVisitTeams(trx, body)
  if (kind === 'meetings') await carryOutMeetings(trx, body)
}

async function carryOutUnits(trx: Trx, units: readonly UnitRow[]): Promise<void> {
  await sql`insert into unit (code, committee, name_sv, name_en, kind, email, capacity_per_month)
    select code, committee, "nameSv", "nameEn", kind, email, "capacityPerMonth"
    from json_to_recordset(${JSON.stringify(units)}::json) as r(code text, committee text, "nameSv" text, "nameEn" text,
      kind text, email text, "capacityPerMonth" integer)
    on conflict (code) do update set committee = excluded.committee, name_sv = excluded.name_sv, name_en = excluded.name_en,
      kind = excluded.kind, email = excluded.email, capacity_per_month = excluded.capacity_per_month, active = true`.execute(
    trx,
  )
  await sql`update unit set active = false where not code = any(${units.map(({ code }) => code)}::text[])`.execute(
    trx,
  )
}

type Uses = { code: string; committee: string; people: number; isDefault: boolean }

/** What stands against a sheet of committees or units, as people, rules and the municipality's default stand now. */
export async function placeProblems(trx: Trx, kind: RuleKind, body: string): Promise<SheetProblem[]> {
  if (kind === 'committees') return committeeProblems(trx, parseCommittees(body).committees)
  if (kind === 'units') return unitProblems(trx, parseUnits(body).units)
  if (kind === 'visit-teams') return visitTeamProblems(trx, body)
  if (kind === 'meetings') return meetingProblems(trx, body)
  if (kind === 'letters') return letterProblems(trx, body)
  return []
}

async function committeeProblems(trx: Trx, sheet: readonly { code: string }[]): Promise<SheetProblem[]> {
  const { rows } = await sql<{
    code: string
  }>`select distinct committee as code from unit where active`.execute(trx)
  const gone = rows.filter(({ code }) => !sheet.some((one) => one.code === code))
  return gone.map(({ code }) =>
    sheetProblem(
      'committee-in-use',
      { column: 'code' },
      `Nämnden ${code} har enheter. Flytta eller avsluta enheterna först.`,
      `Committee ${code} has units. Move or end the units first.`,
    ),
  )
}

async function unitProblems(trx: Trx, sheet: readonly UnitRow[]): Promise<SheetProblem[]> {
  const { rows: committees } = await sql<{ code: string }>`select code from committee`.execute(trx)
  const { rows: uses } = await sql<Uses>`
    select u.code, u.committee, exists (select 1 from municipality where default_unit = u.code) as is_default,
      (select count(*) from person p where p.unit = u.code and p.active)::int as people
    from unit u where u.active order by u.code`.execute(trx)
  const routed = await routedUnits(trx)
  return [
    ...sheet
      .filter(({ committee }) => !committees.some(({ code }) => code === committee))
      .map(unknownCommittee),
    ...uses.flatMap((use) => inUse(use, sheet, routed)),
  ]
}

/** The units that the rules name, today and in what is already published for later days. */
async function routedUnits(trx: Trx): Promise<Set<string>> {
  const { rows } = await sql<{
    body: string
  }>`select body from rule_version v where kind = 'routing' and state = 'published'
    and valid_from >= (select max(valid_from) from rule_version where kind = 'routing' and state = 'published'
      and valid_from <= clock_today())`.execute(trx)
  const targets = rows.flatMap(({ body }) => parseRoutingTable(body).table.rows.flatMap((row) => row.targets))
  return new Set(targets.flatMap(({ unit }) => (unit === null ? [] : [unit])))
}

function unknownCommittee({ code, committee }: UnitRow): SheetProblem {
  return sheetProblem(
    'unknown-committee',
    { column: 'committee' },
    `${code}: nämnden ”${committee}” finns inte. Publicera den bland nämnderna först.`,
    `${code}: committee "${committee}" does not exist. Publish it among the committees first.`,
  )
}

/** A unit that people work in, that rules send to or that takes the rest can neither end nor change committee. */
function inUse(use: Uses, sheet: readonly UnitRow[], routed: ReadonlySet<string>): SheetProblem[] {
  const now = sheet.find(({ code }) => code === use.code)
  if (now?.committee === use.committee) return []
  const needs = [
    ...(use.people > 0
      ? [['unit-has-people', `${use.people} personer arbetar där`, `${use.people} people work there`]]
      : []),
    ...(routed.has(use.code)
      ? [['unit-in-rules', 'fördelningsreglerna skickar dit', 'the routing rules send to it']]
      : []),
    ...(use.isDefault
      ? [['unit-is-default', 'den tar emot det som ingen annan gör', 'it takes what nobody else does']]
      : []),
  ]
  return needs.map(([code = '', sv, en]) =>
    sheetProblem(
      code,
      { column: 'code' },
      `Enheten ${use.code} kan inte avslutas eller byta nämnd: ${sv}.`,
      `Unit ${use.code} cannot end or change committee: ${en}.`,
    ),
  )
}
