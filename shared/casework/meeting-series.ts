// Makes the recurring meetings what their published sheet says, and says what stands against a sheet.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { parseMeetingSeries, type SeriesRow } from '../domain/meeting-series.ts'
import { sheetProblem, type SheetProblem } from '../domain/sheet.ts'

/** Makes the series what the sheet says. One that it leaves out ends: meetings already held or planned stay. */
export async function carryOutMeetings(trx: Trx, csv: string): Promise<void> {
  const series = parseMeetingSeries(csv).series.map(({ line: _line, ...one }) => ({ ...one, active: true }))
  await sql`update meeting_series set active = false where not code = any(${series.map(({ code }) => code)}::text[])`.execute(
    trx,
  )
  await insertRows(
    trx,
    'meetingSeries',
    series,
    sql`on conflict (code) do update set committee = excluded.committee, kind = excluded.kind, name_sv = excluded.name_sv,
      name_en = excluded.name_en, first_day = excluded.first_day, every_days = excluded.every_days, time = excluded.time,
      place = excluded.place, units = excluded.units, partners = excluded.partners, landlord = excluded.landlord, active = true`,
  )
}

/** Committees and units that the sheet names and the municipality does not have. */
export async function meetingProblems(trx: Trx, csv: string): Promise<SheetProblem[]> {
  const units = await trx.selectFrom('unit').select('code').where('active', '=', true).execute()
  const committees = await trx.selectFrom('committee').select('code').execute()
  const known = new Set([...units, ...committees].map(({ code }) => code))
  return parseMeetingSeries(csv).series.flatMap((one) => [
    ...(known.has(one.committee) ? [] : [unknown(one, 'committee', one.committee)]),
    ...one.units.filter((unit) => !known.has(unit)).map((unit) => unknown(one, 'units', unit)),
  ])
}

function unknown({ line }: SeriesRow, column: string, code: string): SheetProblem {
  const [sv, en] = column === 'units' ? ['Enheten', 'The unit'] : ['Nämnden', 'The committee']
  return sheetProblem(
    `unknown-${column === 'units' ? 'unit' : 'committee'}`,
    { line, column },
    `${sv} ”${code}” finns inte. Skriv en kod ur tabellen.`,
    `${en} "${code}" does not exist. Write a code from its table.`,
  )
}
