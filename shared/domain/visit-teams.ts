// Reads the sheet of home-visit teams: on what terms each unit's people go, in hours, numbers and areas.
import { readSheet, sheetProblem } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'
import { PAIRINGS, type Pairing, type VisitTime } from './visit-plan.ts'

/** Times are written `09:00-10:30`; `evenings` are ISO weekdays; `areas` beginnings of postal codes. */
export type VisitTeam = {
  unit: string
  organisation: string
  forAll: boolean
  visitsPerDay: number
  visitsPerWeek: number
  dayTimes: string[]
  eveningTimes: string[]
  evenings: number[]
  areas: string[]
}

/** How a municipality pairs visitors, and what holds for those who go without belonging to a team. */
export type VisitSettings = { pairing: Pairing; minutes: number; visitsPerDay: number; visitsPerWeek: number }

/** Where a municipality has said nothing: two people of any kind, an hour and a half, three a day. */
export const USUAL_VISITS: VisitSettings = { pairing: 'any', minutes: 90, visitsPerDay: 3, visitsPerWeek: 10 }

/** The municipality's own words where they can be read, the usual ones for the rest. */
export function visitSettings(given: Partial<VisitSettings> | undefined): VisitSettings {
  const settings = { ...USUAL_VISITS, ...given }
  return PAIRINGS.includes(settings.pairing) ? settings : { ...settings, pairing: USUAL_VISITS.pairing }
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/
const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** A time as it is written; null when it is not one or does not go forward. */
export function readVisitTime(text: string, evening: boolean): VisitTime | null {
  if (!TIME.test(text)) return null
  const [starts = '', ends = ''] = text.split('-')
  return starts < ends ? { starts, ends, evening } : null
}

/** Reads visit-teams.csv. Never throws; a row with a fault is left out and named in `problems`. */
export function parseVisitTeams(csv: string): { teams: VisitTeam[]; problems: SheetProblem[] } {
  const sheet = readSheet(csv)
  const problems = [...sheet.problems]
  const teams = sheet.rows.flatMap((row) => readTeam(row, problems))
  return { teams, problems }
}

function readTeam({ line, cells }: SheetRow, problems: SheetProblem[]): VisitTeam[] {
  const of = (column: string): string => cells[column] ?? ''
  const team: VisitTeam = {
    unit: of('unit'),
    organisation: of('organisation'),
    forAll: of('for_all') === 'yes',
    visitsPerDay: Number(of('visits_per_day')),
    visitsPerWeek: Number(of('visits_per_week')),
    dayTimes: listOf(of('day_times')),
    eveningTimes: listOf(of('evening_times')),
    evenings: listOf(of('evenings')).map(Number),
    areas: listOf(of('areas')).map((area) => area.replaceAll(' ', '')),
  }
  const faults = faultsOf(team, of('for_all'))
  problems.push(
    ...faults.map((column) =>
      sheetProblem(
        'bad-team',
        { line, column },
        `Rad ${line}: kolumnen ${column} är fel för enheten ${team.unit || '–'}.`,
        `Line ${line}: the column ${column} is wrong for the unit ${team.unit || '–'}.`,
      ),
    ),
  )
  return faults.length > 0 ? [] : [team]
}

const whole = (number: number, most: number): boolean =>
  Number.isInteger(number) && number >= 1 && number <= most

function faultsOf(team: VisitTeam, forAll: string): string[] {
  const times = [...team.dayTimes, ...team.eveningTimes]
  const checks: [string, boolean][] = [
    ['unit', team.unit !== ''],
    ['organisation', team.organisation !== ''],
    ['for_all', ['yes', 'no'].includes(forAll)],
    ['visits_per_day', whole(team.visitsPerDay, 20)],
    ['visits_per_week', whole(team.visitsPerWeek, 60)],
    ['day_times', times.length > 0 && times.every((time) => readVisitTime(time, false) !== null)],
    ['evenings', team.evenings.every((day) => whole(day, 7))],
    ['areas', team.areas.every((area) => /^\d{1,5}$/.test(area))],
  ]
  return checks.filter(([, holds]) => !holds).map(([column]) => column)
}
