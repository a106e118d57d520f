// The municipality's own choices as they stand in the database: who it is, and its tables in the version in force.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { WorkingTime } from '../domain/calendar.ts'
import type { CounsellingHours } from '../domain/counselling-slots.ts'
import { parseCodes } from '../domain/codes.ts'
import { parseLetters } from '../domain/letter-sheet.ts'
import { parseMeetingSeries } from '../domain/meeting-series.ts'
import { parseEscalation } from '../domain/escalation-ladder.ts'
import { parseCommittees, parseSettings, parseUnits } from '../domain/municipal-sheets.ts'
import type { ControlContext } from '../domain/notice-control.ts'
import { parseTaskTemplates } from '../domain/planning.ts'
import { parseVisitTeams, type VisitSettings } from '../domain/visit-teams.ts'
import { parseChecklist } from '../domain/visits.ts'
import { compileRoutingTable } from '../domain/routing.ts'
import { parseRoutingTable } from '../domain/routing-table.ts'

/** The limits a municipality has set; days are calendar days unless the name says otherwise. */
export type Thresholds = {
  unownedWorkingDays: number
  rejectionsToSupervisor: number
  debtCounsellingDaysLeft: number
  debtCounsellingMonthsUnpaid: number
  evictionDaysLeft: number
  contactAttemptsBeforeMeeting: number
  elderlyAge: number
  youngAdultAge: number
  smallDebtSek: number
  /** How many days late, and how many kronor short, an instalment of a payment plan may be. */
  planToleranceDays: number
  planToleranceSek: number
}

export type Municipality = {
  code: string
  name: string
  defaultCommittee: string
  defaultUnit: string
  workingTime: WorkingTime
  postalRanges: [string, string][]
  earlyArrearsEnabled: boolean
  privateLandlordsAtOnce: boolean
  thresholds: Thresholds
  visits?: Partial<VisitSettings>
  counselling?: Partial<CounsellingHours>
}

const readers = {
  routing: (text: string) => {
    const { table, problems } = parseRoutingTable(text)
    return { table, problems, compiled: compileRoutingTable(table) }
  },
  tasks: parseTaskTemplates,
  escalation: parseEscalation,
  codes: parseCodes,
  checklist: parseChecklist,
  committees: parseCommittees,
  units: parseUnits,
  settings: parseSettings,
  letters: parseLetters,
  'visit-teams': parseVisitTeams,
  meetings: parseMeetingSeries,
}

/** The tables that a municipality changes in versions. */
export type RuleKind = keyof typeof readers
export const kinds = Object.keys(readers) as RuleKind[]
export type Table<K extends RuleKind> = ReturnType<(typeof readers)[K]>
export type Rules<K extends RuleKind> = { id: number; version: number; table: Table<K> }

/** A table as its sheet says, with every problem in it; never throws. */
export function readRules<K extends RuleKind>(kind: K, body: string): Table<K> {
  return readers[kind](body) as Table<K>
}

// A published version never changes, so what was read of it once is true for ever.
const read = new Map<number, unknown>()

/** Who the municipality is and what it has set, as of today. Throws when none has been loaded. */
export async function readMunicipality(trx: Trx | Db): Promise<Municipality> {
  const { rows } = await sql<MunicipalityRow>`
    select m.code, m.name, m.default_committee, m.default_unit, m.settings,
      (select v.id from rule_version v where v.kind = 'settings' and v.state = 'published' and v.valid_from <= clock_today()
        order by v.valid_from desc, v.version desc limit 1) as settings_id
    from municipality m`.execute(trx)
  const [row] = rows
  if (!row) throw new Error('No municipality has been loaded into the database')
  const { settings, settingsId, ...named } = row
  const decided = settingsId === null ? null : (await rulesOf(trx, 'settings', settingsId)).values
  // What the sheet does not name stays as the file said it.
  const thresholds = { ...settings.thresholds, ...decided?.thresholds }
  return { ...settings, ...decided, thresholds, ...named }
}

type MunicipalityRow = Pick<Municipality, 'code' | 'name' | 'defaultCommittee' | 'defaultUnit'> & {
  settings: Omit<Municipality, 'code' | 'name' | 'defaultCommittee' | 'defaultUnit'>
  settingsId: number | null
}

/** The published version of a table in force on `today` (ISO day), read once per process. Throws when there is none. */
export async function rulesInForce<K extends RuleKind>(
  trx: Trx | Db,
  kind: K,
  today: string,
): Promise<Rules<K>> {
  const row = await trx
    .selectFrom('ruleVersion')
    .select(['id', 'version'])
    .where('kind', '=', kind)
    .where('state', '=', 'published')
    .where('validFrom', '<=', today)
    .orderBy('validFrom', 'desc')
    .orderBy('version', 'desc')
    .executeTakeFirst()
  if (!row) throw new Error(`No ${kind} table is in force`)
  return { id: row.id, version: row.version, table: await rulesOf(trx, kind, row.id) }
}

/** One version of a table by its id, whatever its state. */
export async function rulesOf<K extends RuleKind>(trx: Trx | Db, kind: K, id: number): Promise<Table<K>> {
  const known = read.get(id)
  if (known) return known as Table<K>
  const { body } = await trx
    .selectFrom('ruleVersion')
    .select('body')
    .where('id', '=', id)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow()
  const table = readers[kind](body) as Table<K>
  read.set(id, table)
  return table
}

/** What the form control of a notice needs to know about this municipality. */
export async function controlContext(trx: Trx): Promise<ControlContext> {
  const { postalRanges, earlyArrearsEnabled } = await readMunicipality(trx)
  const firms = await trx
    .selectFrom('landlord')
    .select('organisationNumber')
    .where('kind', '=', 'collection')
    .execute()
  return {
    postalRanges,
    earlyArrearsEnabled,
    collectionFirms: firms.flatMap((firm) => firm.organisationNumber ?? []),
  }
}
