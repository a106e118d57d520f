// The municipality's recurring meetings (meetings.csv): which there are, who sits there always, and on which days they are held.
import { addDays, isWorkingDay, type WorkingTime } from './calendar.ts'
import { daysBetween, isIsoDate, type IsoDate } from './days.ts'
import {
  doubled,
  missingColumns,
  readSheet,
  sheetProblem,
  type SheetProblem,
  type SheetRow,
} from './sheet.ts'

export const MEETING_KINDS = ['nomination', 'landlord', 'network'] as const

/** One series: `units` are those whose people sit there always, `partners` organisations outside the municipality. */
export type MeetingSeries = {
  code: string
  committee: string
  kind: (typeof MEETING_KINDS)[number]
  nameSv: string
  nameEn: string
  firstDay: IsoDate
  everyDays: number
  time: string
  place: string
  units: string[]
  partners: string[]
  /** Organisation number of the landlord whose meeting it is. */
  landlord: string | null
}

/** A series and the line of the sheet that it stands on. */
export type SeriesRow = MeetingSeries & { line: number }

const COLUMNS = [
  'code',
  'committee',
  'kind',
  'name_sv',
  'name_en',
  'first_day',
  'every_days',
  'time',
  'place',
].concat('units', 'partners', 'landlord')

type Fault = { column: string; holds: (cell: string) => boolean; sv: string; en: string }
const filled = (cell: string): boolean => cell !== ''
const NAME = { holds: filled, sv: 'Skriv mötets namn.', en: 'Write the name of the meeting.' }

/** How each cell is written, and whether it is. */
const FAULTS: readonly Fault[] = [
  {
    column: 'code',
    holds: (cell) => /^[\p{Lu}\d][\p{Lu}\d-]{0,19}$/u.test(cell),
    sv: 'Koden ska vara stora bokstäver, siffror och bindestreck, högst 20 tecken.',
    en: 'The code must be capital letters, digits and hyphens, at most 20 characters.',
  },
  { column: 'committee', holds: filled, sv: 'Skriv nämndens kod.', en: 'Write the code of the committee.' },
  {
    column: 'kind',
    holds: (cell) => MEETING_KINDS.some((kind) => kind === cell),
    sv: `Skriv ett av: ${MEETING_KINDS.join(', ')}.`,
    en: `Write one of: ${MEETING_KINDS.join(', ')}.`,
  },
  { column: 'name_sv', ...NAME },
  { column: 'name_en', ...NAME },
  {
    column: 'first_day',
    holds: isIsoDate,
    sv: 'Skriv första mötesdagen som ÅÅÅÅ-MM-DD.',
    en: 'Write the day of the first meeting as YYYY-MM-DD.',
  },
  {
    column: 'every_days',
    holds: (cell) => /^\d{1,3}$/.test(cell) && Number(cell) >= 1 && Number(cell) <= 366,
    sv: 'Skriv antal dagar mellan mötena, 1 till 366.',
    en: 'Write the number of days between meetings, 1 to 366.',
  },
  {
    column: 'time',
    holds: (cell) => /^([01]\d|2[0-3]):[0-5]\d$/.test(cell),
    sv: 'Skriv klockslaget som TT:MM.',
    en: 'Write the time as HH:MM.',
  },
  {
    column: 'landlord',
    holds: (cell) => cell === '' || /^\d{6}-?\d{4}$/.test(cell),
    sv: 'Skriv hyresvärdens organisationsnummer, eller lämna tomt.',
    en: 'Write the landlord’s organisation number, or leave empty.',
  },
]

/** Reads meetings.csv. Never throws; a row with a fault is left out and each fault is named in `problems`. */
export function parseMeetingSeries(csv: string): { series: SeriesRow[]; problems: SheetProblem[] } {
  if (csv.trim() === '') return { series: [], problems: [] }
  const sheet = readSheet(csv)
  const problems = [...sheet.problems, ...missingColumns(sheet, COLUMNS)]
  if (problems.length > 0) return { series: [], problems }
  const series = sheet.rows.flatMap((row) => readSeries(row, problems))
  problems.push(...doubled(series, 'code', ({ code }) => code, { sv: 'Koden', en: 'code' }))
  return { series, problems }
}

function readSeries({ line, cells }: SheetRow, problems: SheetProblem[]): SeriesRow[] {
  const of = (column: string): string => (cells[column] ?? '').trim()
  const faults = FAULTS.filter(({ column, holds }) => !holds(of(column)))
  const kind = MEETING_KINDS.find((known) => known === of('kind'))
  for (const { column, sv, en } of faults)
    problems.push(
      sheetProblem(
        'bad-meeting',
        { line, column },
        `${of('code') || '–'}: ${sv}`,
        `${of('code') || '–'}: ${en}`,
      ),
    )
  if (faults.length > 0 || kind === undefined) return []
  return [
    {
      line,
      code: of('code'),
      committee: of('committee'),
      kind,
      nameSv: of('name_sv'),
      nameEn: of('name_en'),
      firstDay: of('first_day'),
      everyDays: Number(of('every_days')),
      time: of('time'),
      place: of('place'),
      units: listOf(of('units')),
      partners: listOf(of('partners')),
      landlord: of('landlord').replace('-', '') || null,
    },
  ]
}

const listOf = (cell: string): string[] =>
  cell
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

/** The first day of the series on or after `from`; one that falls on a closed day is held on the next working day. */
export function nextMeetingDay(
  { firstDay, everyDays }: Pick<MeetingSeries, 'firstDay' | 'everyDays'>,
  from: IsoDate,
  workingTime: WorkingTime,
): IsoDate {
  // A meeting moved off a closed day may lie on or after `from` although its own day does not.
  const passed = Math.max(0, Math.floor((daysBetween(firstDay, from) - 14) / everyDays))
  for (let nth = passed; ; nth += 1) {
    let day = addDays(firstDay, nth * everyDays)
    while (!isWorkingDay(day, workingTime)) day = addDays(day, 1)
    if (day >= from) return day
  }
}
