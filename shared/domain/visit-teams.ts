// Reads the sheet of home-visit teams: on what terms each unit's people go, in hours, numbers and areas.
import { doubled, missingColumns, readSheet, sheetProblem } from './sheet.ts'
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

/** A team and the line of the sheet that it stands on. */
export type TeamRow = VisitTeam & { line: number }

const COLUMNS = [
  'unit',
  'organisation',
  'for_all',
  'visits_per_day',
  'visits_per_week',
  'day_times',
  'evening_times',
  'evenings',
  'areas',
]

/** How each cell is written, for whoever wrote it otherwise. */
const HOW: Readonly<Record<string, { sv: string; en: string }>> = {
  unit: { sv: 'Skriv enhetens kod.', en: 'Write the code of the unit.' },
  organisation: {
    sv: 'Skriv organisationen som besökarna kommer från.',
    en: 'Write the organisation that the visitors come from.',
  },
  for_all: {
    sv: 'Skriv yes om de kan gå med alla nämnders besökare, annars no.',
    en: 'Write yes if they pair with any committee’s visitors, else no.',
  },
  visits_per_day: { sv: 'Skriv besök per dag, 1 till 20.', en: 'Write visits a day, 1 to 20.' },
  visits_per_week: { sv: 'Skriv besök per vecka, 1 till 60.', en: 'Write visits a week, 1 to 60.' },
  day_times: {
    sv: 'Skriv tiderna som 09:00-10:30 med komma emellan.',
    en: 'Write the times as 09:00-10:30, separated by commas.',
  },
  evening_times: {
    sv: 'Skriv tiderna som 17:30-19:00 med komma emellan.',
    en: 'Write the times as 17:30-19:00, separated by commas.',
  },
  evenings: {
    sv: 'Skriv kvällarnas veckodagar som siffror, 1 är måndag: 2,4.',
    en: 'Write the weekdays of the evenings as digits, 1 is Monday: 2,4.',
  },
  areas: {
    sv: 'Skriv början av postnummer med komma emellan, eller lämna tomt för hela kommunen.',
    en: 'Write the beginnings of postal codes with commas, or leave empty for everywhere.',
  },
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
export function parseVisitTeams(csv: string): { teams: TeamRow[]; problems: SheetProblem[] } {
  const sheet = readSheet(csv)
  const problems = [...sheet.problems, ...missingColumns(sheet, COLUMNS)]
  const teams = problems.length > 0 ? [] : sheet.rows.flatMap((row) => readTeam(row, problems))
  problems.push(...doubled(teams, 'unit', ({ unit }) => unit, { sv: 'Enheten', en: 'unit' }))
  return { teams, problems }
}

function readTeam({ line, cells }: SheetRow, problems: SheetProblem[]): TeamRow[] {
  const of = (column: string): string => cells[column] ?? ''
  const team: TeamRow = {
    line,
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
        `${team.unit || '–'}: ${HOW[column]?.sv ?? ''}`,
        `${team.unit || '–'}: ${HOW[column]?.en ?? ''}`,
      ),
    ),
  )
  return faults.length > 0 ? [] : [team]
}

const goForward = (times: readonly string[]): boolean =>
  times.every((time) => readVisitTime(time, false) !== null)

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
    ['day_times', times.length > 0 && goForward(team.dayTimes)],
    ['evening_times', goForward(team.eveningTimes)],
    ['evenings', team.evenings.every((day) => whole(day, 7))],
    ['areas', team.areas.every((area) => /^\d{1,5}$/.test(area))],
  ]
  return checks.filter(([, holds]) => !holds).map(([column]) => column)
}
