// The municipality's recurring meetings (meetings.csv): which there are, who sits there always, and on which days they are held.
import { addDays, isWorkingDay, type WorkingTime } from './calendar.ts'
import { daysBetween, isIsoDate, type IsoDate } from './days.ts'
import { readSheet, sheetProblem, type SheetProblem, type SheetRow } from './sheet.ts'

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

/** Reads meetings.csv. Never throws; a row with a fault is left out and named in `problems`. */
export function parseMeetingSeries(csv: string): { series: MeetingSeries[]; problems: SheetProblem[] } {
  if (csv.trim() === '') return { series: [], problems: [] }
  const sheet = readSheet(csv)
  const problems = [...sheet.problems]
  return { series: sheet.rows.flatMap((row) => readSeries(row, problems)), problems }
}

function readSeries({ line, cells }: SheetRow, problems: SheetProblem[]): MeetingSeries[] {
  const of = (column: string): string => (cells[column] ?? '').trim()
  const kind = MEETING_KINDS.find((known) => known === of('kind'))
  const everyDays = Number(of('every_days'))
  if (kind === undefined || !isSound(of, everyDays)) {
    const named = of('code')
    problems.push(
      sheetProblem(
        'bad-meeting',
        { line },
        `Raden för "${named}" är inte fullständig.`,
        `The row of "${named}" is not complete.`,
      ),
    )
    return []
  }
  return [
    {
      code: of('code'),
      committee: of('committee'),
      kind,
      nameSv: of('name_sv'),
      nameEn: of('name_en'),
      firstDay: of('first_day'),
      everyDays,
      time: of('time'),
      place: of('place'),
      units: listOf(of('units')),
      partners: listOf(of('partners')),
      landlord: of('landlord').replace('-', '') || null,
    },
  ]
}

function isSound(of: (column: string) => string, everyDays: number): boolean {
  return (
    isIsoDate(of('first_day')) &&
    Number.isInteger(everyDays) &&
    everyDays >= 1 &&
    everyDays <= 366 &&
    /^([01]\d|2[0-3]):[0-5]\d$/.test(of('time')) &&
    ['code', 'committee', 'name_sv', 'name_en'].every((column) => of(column) !== '')
  )
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
