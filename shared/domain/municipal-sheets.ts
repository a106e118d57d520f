// Reads the sheets of committees, units and settings (working hours, limits): typed values or problems with line and column.
import { isIsoDate } from './calendar.ts'
import {
  missingColumns,
  readSheet,
  sheetProblem,
  writeSheet,
  type Sheet,
  type SheetProblem,
  type SheetRow,
} from './sheet.ts'
import type { Words } from './routing-facts.ts'

export type CommitteeRow = { code: string; nameSv: string; nameEn: string }
export type UnitRow = CommitteeRow & {
  committee: string
  kind: string
  email: string | null
  capacityPerMonth: number | null
}

/** What a unit can be; routing, visits and protected cases look for their unit by it. */
export const UNIT_KINDS = [
  'reception',
  'coordination',
  'debt-counselling',
  'home-visit',
  'outreach',
  'advice',
  'meeting',
  'payment-guard',
  'accommodation',
  'partner',
  'restricted',
  'duty',
] as const

const NAMED = ['code', 'name_sv', 'name_en']

/** A sheet with these columns, or an empty one with what is missing among its problems. */
function withColumns(csv: string, columns: readonly string[]): Sheet {
  const sheet = readSheet(csv)
  if (sheet.problems.length > 0) return sheet
  const problems = missingColumns(sheet, columns)
  return problems.length > 0 ? { ...sheet, rows: [], problems } : sheet
}

const cell = ({ cells }: SheetRow, column: string): string => cells[column] ?? ''

function fault(row: SheetRow, code: string, column: string, words: Words): SheetProblem {
  return sheetProblem(code, { line: row.line, column }, words.sv, words.en)
}

function namingProblems(rows: readonly SheetRow[]): SheetProblem[] {
  const first = new Map<string, number>()
  return rows.flatMap((row) => {
    const found: SheetProblem[] = []
    const code = cell(row, 'code')
    if (!/^[\p{Lu}\d][\p{Lu}\d-]{0,19}$/u.test(code))
      found.push(
        fault(row, 'bad-code', 'code', {
          sv: 'Koden ska vara stora bokstäver, siffror och bindestreck, högst 20 tecken.',
          en: 'The code must be capital letters, digits and hyphens, at most 20 characters.',
        }),
      )
    const earlier = first.get(code)
    if (earlier !== undefined)
      found.push(
        fault(row, 'duplicate-code', 'code', {
          sv: `Koden finns redan på rad ${earlier} i filen.`,
          en: `The code is already on line ${earlier}.`,
        }),
      )
    first.set(code, earlier ?? row.line)
    const nameless = ['name_sv', 'name_en'].filter((column) => cell(row, column) === '')
    const words = { sv: 'Namnet saknas.', en: 'The name is missing.' }
    return [...found, ...nameless.map((column) => fault(row, 'missing-name', column, words))]
  })
}

const committeeOf = (row: SheetRow): CommitteeRow => ({
  code: cell(row, 'code'),
  nameSv: cell(row, 'name_sv'),
  nameEn: cell(row, 'name_en'),
})

/** Reads committees.csv. Never throws. */
export function parseCommittees(csv: string): { committees: CommitteeRow[]; problems: SheetProblem[] } {
  const sheet = withColumns(csv, NAMED)
  return {
    committees: sheet.rows.map(committeeOf),
    problems: [...sheet.problems, ...namingProblems(sheet.rows)],
  }
}

/** Reads units.csv. Never throws. */
export function parseUnits(csv: string): { units: UnitRow[]; problems: SheetProblem[] } {
  const sheet = withColumns(csv, [...NAMED, 'committee', 'kind', 'email', 'capacity_per_month'])
  const units = sheet.rows.map((row) => ({
    ...committeeOf(row),
    committee: cell(row, 'committee'),
    kind: cell(row, 'kind'),
    email: cell(row, 'email') || null,
    capacityPerMonth: /^\d{1,5}$/.test(cell(row, 'capacity_per_month'))
      ? Number(cell(row, 'capacity_per_month'))
      : null,
  }))
  return {
    units,
    problems: [...sheet.problems, ...namingProblems(sheet.rows), ...sheet.rows.flatMap(unitProblems)],
  }
}

function unitProblems(row: SheetRow): SheetProblem[] {
  const found: SheetProblem[] = []
  if (!UNIT_KINDS.some((kind) => kind === cell(row, 'kind')))
    found.push(
      fault(row, 'unknown-kind', 'kind', {
        sv: `Slaget ska vara ett av: ${UNIT_KINDS.join(', ')}.`,
        en: `The kind must be one of: ${UNIT_KINDS.join(', ')}.`,
      }),
    )
  if (cell(row, 'email') !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(cell(row, 'email')))
    found.push(
      fault(row, 'bad-email', 'email', {
        sv: 'E-postadressen går inte att läsa.',
        en: 'The e-mail address cannot be read.',
      }),
    )
  if (!/^\d{0,5}$/.test(cell(row, 'capacity_per_month')))
    found.push(
      fault(row, 'bad-capacity', 'capacity_per_month', {
        sv: 'Kapaciteten ska vara ett heltal, eller tom när den är okänd.',
        en: 'The capacity must be a whole number, or empty when it is not known.',
      }),
    )
  return found
}

export type SettingValues = {
  workingTime: { days: number[]; opens: string; closes: string; closedDays: string[] }
  registerOpenings: { days: number[]; opens: string; closes: string }
  earlyArrearsEnabled: boolean
  /** A landlord who acts for themselves alone is let in by the sign-in; else by the administrator, like an organisation. */
  privateLandlordsAtOnce: boolean
  thresholds: Record<string, number>
}

const DAY_WORDS = ['mån', 'tis', 'ons', 'tor', 'fre', 'lör', 'sön']
const THRESHOLDS: Readonly<Record<string, string>> = {
  utan_ansvarig_arbetsdagar: 'unownedWorkingDays',
  avvisningar_till_enhetschef: 'rejectionsToSupervisor',
  skuldradgivning_dagar_kvar: 'debtCounsellingDaysLeft',
  skuldradgivning_manader: 'debtCounsellingMonthsUnpaid',
  avhysning_dagar_kvar: 'evictionDaysLeft',
  kontaktforsok_fore_mote: 'contactAttemptsBeforeMeeting',
  aldre_fran_ar: 'elderlyAge',
  ung_vuxen_till_ar: 'youngAdultAge',
  liten_skuld_kr: 'smallDebtSek',
}

type Kind = 'days' | 'clock' | 'dates' | 'yes-no' | 'number'
const FIELDS: Readonly<Record<string, Kind>> = {
  arbetsdagar: 'days',
  oppnar: 'clock',
  stanger: 'clock',
  stangda_dagar: 'dates',
  registrator_dagar: 'days',
  registrator_oppnar: 'clock',
  registrator_stanger: 'clock',
  tidiga_skulder: 'yes-no',
  privata_hyresvardar_direkt: 'yes-no',
  ...Object.fromEntries(Object.keys(THRESHOLDS).map((field) => [field, 'number' as const])),
}

const HOW: Readonly<Record<Kind, Words>> = {
  days: {
    sv: 'Skriv veckodagar med komma emellan: mån, tis, ons, tor, fre.',
    en: 'Write weekdays with commas: mån, tis, ons, tor, fre.',
  },
  clock: { sv: 'Skriv klockslaget som TT:MM.', en: 'Write the time as HH:MM.' },
  dates: {
    sv: 'Skriv datum som ÅÅÅÅ-MM-DD med komma emellan.',
    en: 'Write dates as YYYY-MM-DD with commas.',
  },
  'yes-no': { sv: 'Skriv ja eller nej.', en: 'Write ja (yes) or nej (no).' },
  number: { sv: 'Skriv ett heltal.', en: 'Write a whole number.' },
}

const listed = (text: string): string[] =>
  text.trim() === '' ? [] : text.split(',').map((part) => part.trim())

function fits(kind: Kind, text: string): boolean {
  if (kind === 'days') return listed(text).length > 0 && listed(text).every((day) => DAY_WORDS.includes(day))
  if (kind === 'clock') return /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
  if (kind === 'dates') return listed(text).every(isIsoDate)
  if (kind === 'yes-no') return text === 'ja' || text === 'nej'
  return /^\d{1,7}$/.test(text)
}

/** Reads the sheet of settings (`falt;varde`). Never throws; `values` is null while anything in it is wrong. */
export function parseSettings(csv: string): { values: SettingValues | null; problems: SheetProblem[] } {
  const sheet = withColumns(csv, ['falt', 'varde'])
  const told = new Map(sheet.rows.map((row) => [cell(row, 'falt'), cell(row, 'varde')]))
  const wrong = sheet.rows.flatMap((row): SheetProblem[] => {
    const kind = FIELDS[cell(row, 'falt')]
    if (!kind)
      return [
        fault(row, 'unknown-setting', 'falt', {
          sv: 'Inställningen finns inte.',
          en: 'There is no such setting.',
        }),
      ]
    return fits(kind, cell(row, 'varde')) ? [] : [fault(row, 'bad-value', 'varde', HOW[kind])]
  })
  const absent = sheet.problems.length > 0 ? [] : Object.keys(FIELDS).filter((field) => !told.has(field))
  const missing = absent.map((field) =>
    sheetProblem(
      'missing-setting',
      { line: 1, column: 'falt' },
      `Inställningen ${field} saknas.`,
      `The setting ${field} is missing.`,
    ),
  )
  const problems = [...sheet.problems, ...wrong, ...missing]
  if (problems.length > 0) return { values: null, problems }
  const values = valuesOf((field) => told.get(field) ?? '')
  const closed = values.workingTime.opens >= values.workingTime.closes ? [closesFirst()] : []
  return { values: closed.length > 0 ? null : values, problems: closed }
}

const closesFirst = (): SheetProblem =>
  sheetProblem(
    'closes-before-opening',
    { line: 1, column: 'varde' },
    'Arbetstiden slutar innan den börjar.',
    'The working time ends before it begins.',
  )

function valuesOf(of: (field: string) => string): SettingValues {
  const days = (field: string): number[] =>
    listed(of(field))
      .map((day) => DAY_WORDS.indexOf(day) + 1)
      .toSorted((one, other) => one - other)
  const thresholds = Object.entries(THRESHOLDS).map(([field, name]) => [name, Number(of(field))] as const)
  return {
    workingTime: {
      days: days('arbetsdagar'),
      opens: of('oppnar'),
      closes: of('stanger'),
      closedDays: listed(of('stangda_dagar')),
    },
    registerOpenings: {
      days: days('registrator_dagar'),
      opens: of('registrator_oppnar'),
      closes: of('registrator_stanger'),
    },
    earlyArrearsEnabled: of('tidiga_skulder') === 'ja',
    privateLandlordsAtOnce: of('privata_hyresvardar_direkt') === 'ja',
    thresholds: Object.fromEntries(thresholds),
  }
}

const printDays = (numbers: readonly number[]): string =>
  numbers.map((day) => DAY_WORDS[day - 1] ?? '').join(', ')

/** The sheet of these settings: how a municipality's first version is made from its file. */
export function printSettings(values: SettingValues): string {
  const { workingTime, registerOpenings, earlyArrearsEnabled, privateLandlordsAtOnce, thresholds } = values
  const rows = [
    ['arbetsdagar', printDays(workingTime.days)],
    ['oppnar', workingTime.opens],
    ['stanger', workingTime.closes],
    ['stangda_dagar', workingTime.closedDays.join(', ')],
    ['registrator_dagar', printDays(registerOpenings.days)],
    ['registrator_oppnar', registerOpenings.opens],
    ['registrator_stanger', registerOpenings.closes],
    ['tidiga_skulder', earlyArrearsEnabled ? 'ja' : 'nej'],
    ['privata_hyresvardar_direkt', privateLandlordsAtOnce ? 'ja' : 'nej'],
    ...Object.entries(THRESHOLDS).map(([field, name]) => [field, String(thresholds[name] ?? 0)]),
  ]
  return writeSheet(['falt', 'varde'], rows)
}
