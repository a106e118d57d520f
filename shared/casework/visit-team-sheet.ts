// Makes the home-visit teams what their published sheet says, and says what stands against a sheet.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { sheetProblem, type SheetProblem } from '../domain/sheet.ts'
import { parseVisitTeams } from '../domain/visit-teams.ts'

/** Makes the teams what the sheet says. A team that it leaves out is no longer a team; visits already booked stay. */
export async function carryOutVisitTeams(trx: Trx, csv: string): Promise<void> {
  const teams = parseVisitTeams(csv).teams.map(({ line: _line, ...team }) => team)
  await sql`delete from visit_team where not unit = any(${teams.map(({ unit }) => unit)}::text[])`.execute(
    trx,
  )
  await insertRows(
    trx,
    'visitTeam',
    teams,
    sql`on conflict (unit) do update set organisation = excluded.organisation, for_all = excluded.for_all,
      visits_per_day = excluded.visits_per_day, visits_per_week = excluded.visits_per_week, day_times = excluded.day_times,
      evening_times = excluded.evening_times, evenings = excluded.evenings, areas = excluded.areas, updated_at = clock_now()`,
  )
}

/** Units that the sheet names and the municipality does not have. */
export async function visitTeamProblems(trx: Trx, csv: string): Promise<SheetProblem[]> {
  const units = await trx.selectFrom('unit').select('code').where('active', '=', true).execute()
  const codes = new Set(units.map(({ code }) => code))
  return parseVisitTeams(csv)
    .teams.filter(({ unit }) => !codes.has(unit))
    .map(({ unit, line }) =>
      sheetProblem(
        'unknown-unit',
        { line, column: 'unit' },
        `Enheten ”${unit}” finns inte. Skriv en kod ur tabellen Enheter.`,
        `The unit "${unit}" does not exist. Write a code from the table Units.`,
      ),
    )
}
