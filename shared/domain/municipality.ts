// A municipality as a folder of files: read together, so that every name in one file is known to exist in another.

import { z } from 'zod'
import { checkRoutingTable } from './routing-checks.ts'
import type { TableProblem } from './routing-checks.ts'
import { parseRoutingCases, tryRoutingCases } from './routing-cases.ts'
import type { RoutingCase } from './routing-cases.ts'
import { parseRoutingTable } from './routing-table.ts'
import type { RoutingTable } from './routing-table.ts'
import { missingColumns, readSheet, sheetProblem } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'
import { PAIRINGS } from './visit-plan.ts'

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const isoDay = z.string().regex(/^\d{4}-\d\d-\d\d$/)
const weekdays = z.array(z.int().min(1).max(7)).min(1)
const postal = z.string().regex(/^\d{5}$/)

const settings = z.object({
  code: z.string().regex(/^\d{4}$/),
  name: z.string().min(1),
  defaultCommittee: z.string().min(1),
  defaultUnit: z.string().min(1),
  postalRanges: z.array(z.tuple([postal, postal])).min(1),
  timeZone: z.literal('Europe/Stockholm'),
  workingTime: z.object({ days: weekdays, opens: clock, closes: clock, closedDays: z.array(isoDay) }),
  registerOpenings: z.object({ days: weekdays, opens: clock, closes: clock }),
  earlyArrearsEnabled: z.boolean(),
  privateLandlordsAtOnce: z.boolean().default(true),
  thresholds: z.record(z.string(), z.number()),
  counselling: z
    .object({
      weekdays,
      starts: z.array(clock).min(1),
      minutes: z.int().min(10).max(240),
      weeksAhead: z.int().min(2).max(26),
      waitMostDays: z.int().min(1).max(365),
      alternative: z.object({ sv: z.string().min(1), en: z.string().min(1) }),
    })
    .optional(),
  visits: z
    .object({
      pairing: z.enum(PAIRINGS),
      minutes: z.int().min(10).max(480),
      visitsPerDay: z.int().min(1).max(20),
      visitsPerWeek: z.int().min(1).max(60),
    })
    .optional(),
})

export type MunicipalitySettings = z.infer<typeof settings>
export type Committee = { code: string; nameSv: string; nameEn: string }
export type Unit = Committee & {
  committee: string
  kind: string
  email: string
  capacityPerMonth: number | null
}
export type LandlordKind = 'public' | 'private' | 'cooperative' | 'collection'
export type Landlord = { organisationNumber: string; name: string; kind: LandlordKind }

/** A problem and the file it is in. */
export type FileProblem = TableProblem & { file: string }

export type MunicipalityFolder = {
  settings: MunicipalitySettings | null
  committees: Committee[]
  units: Unit[]
  landlords: Landlord[]
  routing: RoutingTable
  cases: RoutingCase[]
  problems: FileProblem[]
}

type Report = (file: string, problems: readonly (SheetProblem & { severity?: 'error' | 'warning' })[]) => void

/**
 * Reads a municipality's files (name → text): the settings, committees, units, landlords, rules and example cases.
 * Never throws; every fault is a problem with file, row and column. A folder is fit for use without an error among them.
 */
export function readMunicipalityFolder(files: ReadonlyMap<string, string>): MunicipalityFolder {
  const problems: FileProblem[] = []
  const report: Report = (file, found) => {
    for (const problem of found) problems.push({ severity: 'error', ...problem, file })
  }
  const sheet = (file: string, columns: readonly string[]): SheetRow[] =>
    readNamed(files, file, columns, report)
  const read = readSettings(files.get('municipality.json'), report)
  const committees = sheet('committees.csv', ['code', 'name_sv', 'name_en']).map(({ cells }) => named(cells))
  const units = sheet('units.csv', UNIT_COLUMNS).map(({ cells }) => unitOf(cells))
  const landlords = sheet('landlords.csv', ['organisation_number', 'name', 'kind']).flatMap((row) =>
    landlordOf(row, report),
  )
  const rules = parseRoutingTable(files.get('routing.csv') ?? '')
  const examples = parseRoutingCases(files.get('routing-cases.csv') ?? '')
  report('routing.csv', rules.problems)
  report('routing.csv', checkRoutingTable(rules.table, { committees, units }))
  report('routing-cases.csv', examples.problems)
  report('routing-cases.csv', failing(examples.cases, rules.table))
  report('units.csv', homeless(units, committees))
  if (read) report('municipality.json', unknownDefault(read, units))
  return {
    settings: read,
    committees,
    units,
    landlords,
    routing: rules.table,
    cases: examples.cases,
    problems,
  }
}

const UNIT_COLUMNS = ['code', 'committee', 'name_sv', 'name_en', 'kind', 'email', 'capacity_per_month']

function readNamed(
  files: ReadonlyMap<string, string>,
  file: string,
  columns: readonly string[],
  report: Report,
): SheetRow[] {
  const sheet = readSheet(files.get(file) ?? '')
  report(file, sheet.problems)
  const missing = missingColumns(sheet, columns)
  report(file, missing)
  return missing.length > 0 ? [] : sheet.rows
}

function readSettings(text: string | undefined, report: Report): MunicipalitySettings | null {
  let json: unknown
  try {
    json = JSON.parse(text ?? '')
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault
    report('municipality.json', [
      sheetProblem('malformed-json', {}, 'Filen går inte att läsa som JSON.', 'The file is not JSON.'),
    ])
    return null
  }
  const read = settings.safeParse(json)
  if (read.success) return read.data
  const at = read.error.issues.map((issue) => issue.path.join('.'))
  report(
    'municipality.json',
    at.map((column) =>
      sheetProblem('bad-setting', { column }, `Fältet ${column} är fel.`, `The field ${column} is wrong.`),
    ),
  )
  return null
}

const named = (cells: Record<string, string>): Committee => ({
  code: cells['code'] ?? '',
  nameSv: cells['name_sv'] ?? '',
  nameEn: cells['name_en'] ?? '',
})

function unitOf(cells: Record<string, string>): Unit {
  const capacity = cells['capacity_per_month'] ?? ''
  return {
    ...named(cells),
    committee: cells['committee'] ?? '',
    kind: cells['kind'] ?? '',
    email: cells['email'] ?? '',
    capacityPerMonth: /^\d+$/.test(capacity) ? Number(capacity) : null,
  }
}

const LANDLORD_KINDS: readonly LandlordKind[] = ['public', 'private', 'cooperative', 'collection']

function landlordOf({ line, cells }: SheetRow, report: Report): Landlord[] {
  const kind = LANDLORD_KINDS.find((one) => one === cells['kind'])
  if (!kind) {
    const sv = `Typen ska vara ${LANDLORD_KINDS.join(', ')}.`
    report('landlords.csv', [
      sheetProblem(
        'unknown-value',
        { line, column: 'kind' },
        sv,
        `The kind must be ${LANDLORD_KINDS.join(', ')}.`,
      ),
    ])
    return []
  }
  return [{ organisationNumber: cells['organisation_number'] ?? '', name: cells['name'] ?? '', kind }]
}

function homeless(units: readonly Unit[], committees: readonly Committee[]): SheetProblem[] {
  return units
    .filter((unit) => !committees.some(({ code }) => code === unit.committee))
    .map(({ code, committee }) =>
      sheetProblem(
        'unknown-committee',
        { column: 'committee' },
        `${code}: nämnden ”${committee}” finns inte.`,
        `${code}: committee "${committee}" does not exist.`,
      ),
    )
}

function unknownDefault(
  { defaultCommittee, defaultUnit }: MunicipalitySettings,
  units: readonly Unit[],
): SheetProblem[] {
  if (units.some((unit) => unit.code === defaultUnit && unit.committee === defaultCommittee)) return []
  const sv = `Enheten ${defaultUnit} finns inte hos ${defaultCommittee}.`
  return [
    sheetProblem(
      'unknown-unit',
      { column: 'defaultUnit' },
      sv,
      `${defaultCommittee} has no unit ${defaultUnit}.`,
    ),
  ]
}

function failing(cases: readonly RoutingCase[], table: RoutingTable): SheetProblem[] {
  return tryRoutingCases(cases, table)
    .filter((result) => !result.passes)
    .map(({ case: example, owners, row }) =>
      sheetProblem(
        'example-fails',
        { line: example.line, row, column: 'agare' },
        `Exemplet ”${example.name}” går till ${owners.join(' + ') || 'ingen'} genom rad ${row ?? '–'}.`,
        `The example "${example.name}" goes to ${owners.join(' + ') || 'nobody'} by row ${row ?? '–'}.`,
      ),
    )
}
