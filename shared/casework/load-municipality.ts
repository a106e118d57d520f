// Loads a municipality's files into the database the first time; from then on its tables are changed in the service.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { printLetters } from '../domain/letter-sheet.ts'
import { readLetterTemplates } from '../domain/letter-template.ts'
import { printSettings } from '../domain/municipal-sheets.ts'
import { readMunicipalityFolder } from '../domain/municipality.ts'
import { kinds, readRules, type Municipality, type RuleKind } from './settings.ts'
import { carryOut } from './units.ts'

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
    for (const kind of kinds) {
      const examples = kind === 'routing' ? text('routing-cases.csv') : null
      await loadFirstVersion(trx, kind, firstSheet(kind, files, text), examples)
    }
  })
}

/** A municipality without home visits or meetings of its own begins with an empty table. */
const EMPTY: Partial<Record<RuleKind, string>> = {
  'visit-teams':
    'unit;organisation;for_all;visits_per_day;visits_per_week;day_times;evening_times;evenings;areas;basis\n',
  meetings:
    'code;committee;kind;name_sv;name_en;first_day;every_days;time;place;units;partners;landlord;basis;inference\n',
}

/** A table's first sheet, from the municipality's files. */
function firstSheet(
  kind: RuleKind,
  files: ReadonlyMap<string, string>,
  text: (name: string) => string,
): string {
  const file = kind === 'checklist' ? 'visit-checklist.csv' : `${kind}.csv`
  // The settings and the letters are sheets too from the first version on, so that they are changed like every other table.
  if (kind === 'settings')
    // A folder that says nothing of private landlords means what the service does as shipped.
    return printSettings(
      Object.assign(
        { privateLandlordsAtOnce: true },
        JSON.parse(text('municipality.json')) as Parameters<typeof printSettings>[0],
      ),
    )
  if (kind === 'letters') return lettersSheet(files)
  return files.get(file) ?? EMPTY[kind] ?? text(file)
}

function lettersSheet(files: ReadonlyMap<string, string>): string {
  const place = 'letters/'
  const own = [...files].flatMap(([name, text]) =>
    name.startsWith(place) ? [[name.slice(place.length), text] as const] : [],
  )
  const { templates, problems } = readLetterTemplates(new Map(own))
  if (problems.length > 0) throw new Error(`The letters cannot be used: ${problems.join('; ')}`)
  return printLetters(templates)
}

async function loadFirstVersion(
  trx: Trx,
  kind: RuleKind,
  body: string,
  examples: string | null,
): Promise<void> {
  const { problems } = readRules(kind, body)
  if (problems.length > 0) throw new Error(`${kind}.csv cannot be used: ${JSON.stringify(problems[0])}`)
  const { numInsertedOrUpdatedRows } = await trx
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
    .executeTakeFirstOrThrow()
  // Once only: what somebody has changed since must not come back with the next start.
  if (numInsertedOrUpdatedRows === 1n) await carryOut(trx, { kind, body })
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
