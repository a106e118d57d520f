// The municipality's own choices as they stand in the database: who it is, and its tables in the version in force.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { WorkingTime } from '../domain/calendar.ts'
import type { CounsellingHours } from '../domain/counselling-slots.ts'
import { parseCodes } from '../domain/codes.ts'
import { parseEscalation } from '../domain/escalation.ts'
import { parseCommittees, parseSettings, parseUnits, printSettings } from '../domain/municipal-sheets.ts'
import { readMunicipalityFolder } from '../domain/municipality.ts'
import type { ControlContext } from '../domain/notice-control.ts'
import { parseTaskTemplates } from '../domain/planning.ts'
import type { VisitSettings } from '../domain/visit-teams.ts'
import { parseChecklist } from '../domain/visits.ts'
import { loadMeetings } from './meeting-series.ts'
import { loadVisitTeams } from './visit-team-sheet.ts'
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

/** Throws with file, row, column and reason when the files do not hang together: nothing may start on a broken table. */
function demandSoundFolder(files: ReadonlyMap<string, string>): void {
  const errors = readMunicipalityFolder(files).problems.filter(({ severity }) => severity === 'error')
  const told = errors
    .slice(0, 10)
    .map(({ file, line, row, column, reason }) =>
      [file, `row ${row ?? line}`, column, reason.en].filter((part) => part !== null).join(', '),
    )
  if (told.length > 0) throw new Error(`The municipality's files cannot be used:\n${told.join('\n')}`)
}

/**
 * Loads a municipality's files the first time; later changes are made in the service, in versions. `files` is file
 * name → text. Throws with file, row and column when they do not hang together or a table cannot be read.
 */
export async function loadMunicipality(db: Db, files: ReadonlyMap<string, string>): Promise<void> {
  demandSoundFolder(files)
  const text = (name: string) => {
    const found = files.get(name)
    if (found === undefined) throw new Error(`The municipality has no ${name}`)
    return found
  }
  const { code, name, defaultCommittee, defaultUnit, ...settings } = JSON.parse(
    text('municipality.json'),
  ) as Municipality
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('load-municipality', 0))`.execute(trx)
    await trx
      .insertInto('municipality')
      .values({ code, name, defaultCommittee, defaultUnit, settings: JSON.stringify(settings) })
      .onConflict((conflict) => conflict.column('code').doNothing())
      .execute()
    await loadSheet(trx, 'committee', 'code', text('committees.csv'))
    await loadSheet(trx, 'unit', 'code', text('units.csv'))
    await loadSheet(trx, 'landlord', 'organisation_number', text('landlords.csv'))
    await loadVisitTeams(trx, files.get('visit-teams.csv'))
    await loadMeetings(trx, files.get('meetings.csv'))
    for (const kind of kinds) {
      const examples = kind === 'routing' ? text('routing-cases.csv') : null
      const body = kind === 'settings' ? settingsSheet(text('municipality.json')) : text(fileOf(kind))
      await loadFirstVersion(trx, kind, body, examples)
    }
  })
}

const fileOf = (kind: RuleKind) => (kind === 'checklist' ? 'visit-checklist.csv' : `${kind}.csv`)

/** The settings are a sheet too from the first version on, so that they are changed like every other table. */
function settingsSheet(municipality: string): string {
  return printSettings(JSON.parse(municipality) as Parameters<typeof printSettings>[0])
}

async function loadFirstVersion(
  trx: Trx,
  kind: RuleKind,
  body: string,
  examples: string | null,
): Promise<void> {
  const { problems } = readRules(kind, body)
  if (problems.length > 0) throw new Error(`${kind}.csv cannot be used: ${JSON.stringify(problems[0])}`)
  await trx
    .insertInto('ruleVersion')
    .values({
      kind,
      version: 1,
      body,
      examples,
      state: 'published',
      sha256: createHash('sha256').update(body).digest('hex'),
      validFrom: '2000-01-01',
    })
    .onConflict((conflict) => conflict.columns(['kind', 'version']).doNothing())
    .execute()
}

/** A plain semicolon sheet whose headings are the table's columns. */
async function loadSheet(
  trx: Trx,
  table: 'committee' | 'unit' | 'landlord',
  key: string,
  text: string,
): Promise<void> {
  const [headings, ...lines] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(';'))
  if (!headings) return
  const rows = lines.map((cells) =>
    Object.fromEntries(
      headings.map((heading, place) => [
        heading,
        cells[place]
          ?.trim()
          .replace(/^"|"$/g, '')
          .replace(/^(\d{6})-(\d{4})$/, '$1$2') || null,
      ]),
    ),
  )
  const columns = sql.join(headings.map((heading) => sql.ref(heading)))
  await sql`insert into ${sql.table(table)} (${columns})
    select ${columns} from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::json)
    on conflict (${sql.ref(key)}) do nothing`.execute(trx)
}
