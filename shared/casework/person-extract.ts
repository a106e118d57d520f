// Everything kept about the person of a case, as an export for them (GDPR art. 15): found by the same references as erasure.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { showAddress } from '../domain/hidden-address.ts'
import { unseal } from '../seal.ts'
import { addMonths } from '../domain/days.ts'
import { endOfWorkingDay } from '../domain/due.ts'
import { insertRows } from '../db/rows.ts'
import { rightsWords } from '../text/audit.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { stateAccess } from './audit.ts'
import { referencesIn, tablesUnder } from './erasure.ts'
import { lockCase, nameInDiary, noSuch, type LockedCase } from './open-case.ts'
import { readMunicipality } from './settings.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'

/** Rows by table, each cell under its column's name. What is sealed is opened or left out; keyed hashes are left out. */
export type PersonExtract = {
  number: string
  takenAt: string
  personalIdentityNumber: string | null
  tables: { table: string; rows: Record<string, unknown>[] }[]
}

/**
 * The service's own machinery, what would tell the person who else has looked (the log has an excerpt of its own), and
 * text that has not got its final form (lag 2018:218 5 kap. 2 §).
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'stage',
  'alert',
  'case_identity',
  'rehearsal_case',
  'break_glass',
  'approval',
  'case_likeness',
  'counselling_slot',
  'form_draft',
])

/** Every table that an extract can show rows of, as the database's references stand now. */
export async function tablesInExtract(trx: Trx): Promise<string[]> {
  return [...tablesUnder('arrears_case', await referencesIn(trx))].filter((table) => !LEFT_OUT.has(table))
}

/** Reads all that hangs on a case, as the reader's own committee may see it. Refuses `not-found`. */
export async function personExtract(
  db: Db,
  tools: Tools,
  actor: Actor,
  caseId: string,
): Promise<PersonExtract> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<{
      number: string
    }>`select number from arrears_case where id = ${caseId}`.execute(trx)
    if (!rows[0]) throw noSuch()
    stateAccess(trx, { action: 'export', purpose: 'registerutdrag', found: 1, caseIds: [caseId] })
    const found = new Map<string, Record<string, unknown>[]>()
    await gather(trx, { table: 'arrears_case', column: 'id', ids: [caseId] }, found)
    const tables = [...found].map(([table, some]) => ({
      table,
      rows: some.map((row) => shownOf(openedRow(tools, table, row))),
    }))
    const personalIdentityNumber = await numberIn(trx, tools, caseId)
    return { number: rows[0].number, takenAt: at.now, personalIdentityNumber, tables }
  })
}

async function gather(
  trx: Trx,
  from: { table: string; column: string; ids: readonly string[] },
  found: Map<string, Record<string, unknown>[]>,
): Promise<void> {
  if (from.ids.length === 0 || LEFT_OUT.has(from.table) || !(await mayRead(trx, from.table))) return
  const { rows } = await sql<{
    row: Record<string, unknown>
  }>`select to_jsonb(t) as row from ${sql.table(from.table)} t
    where ${sql.ref(from.column)} = any(${[...from.ids]}::uuid[])`.execute(trx)
  const known = found.get(from.table) ?? []
  const fresh = rows
    .map(({ row }) => row)
    .filter((row) => !known.some((one) => JSON.stringify(one) === JSON.stringify(row)))
  if (fresh.length === 0) return
  found.set(from.table, [...known, ...fresh])
  const ids = fresh.flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
  const references = await referencesIn(trx)
  const below = tablesUnder(from.table, references)
  for (const { child, column } of references.filter(
    ({ parent, child }) => parent === from.table && below.has(child),
  )) {
    if (child !== from.table) await gather(trx, { table: child, column, ids }, found)
  }
}

async function mayRead(trx: Trx, table: string): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`select has_table_privilege(${table}, 'select') as may`.execute(
    trx,
  )
  return rows[0]?.may ?? false
}

/** A row as it is when its address is not sealed: the person may know what is kept about them, wherever it lies. */
function openedRow(tools: Tools, table: string, row: Record<string, unknown>): Record<string, unknown> {
  const sealed = row['sealed_address'] ?? row['sealed_text']
  if (typeof sealed !== 'string') return row
  const bytes = Buffer.from(sealed.replace('\\x', ''), 'hex')
  const plain = JSON.parse(unseal(tools.keys, String(row['id']), bytes).toString()) as Record<string, unknown>
  if (table === 'letter') return { ...row, ...plain }
  if (table !== 'arrears_case') return { ...row, content: showAddress(row['content'] as object, plain) }
  const { postalCode, ...place } = plain
  return { ...row, ...place, postal_code: postalCode }
}

/** Bytes come out of the database as hex text: seals and keyed hashes, which tell the person nothing. */
function shownOf(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).filter(
      ([, value]) => value !== null && !(typeof value === 'string' && value.startsWith('\\x')),
    ),
  )
}

async function numberIn(trx: Trx, tools: Tools, caseId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string; personalId: Buffer }>`select id, personal_id from notice
    where case_id = ${caseId} and personal_id is not null order by received_at limit 1`.execute(trx)
  const one = rows[0]
  return one ? unseal(tools.keys, one.id, one.personalId).toString() : null
}

export const RIGHTS = ['correction', 'objection', 'extract'] as const
export type Right = (typeof RIGHTS)[number]

/**
 * Notes that the person asks for a correction, objects, or wants an extract, as a task for the supervisor: answered
 * within a month (GDPR art. 12.3). The same request the same day is one task.
 */
export async function askRight(
  db: Db,
  actor: Actor,
  wish: { caseId: string; right: Right; what: string },
): Promise<void> {
  const what = wish.what.trim().slice(0, 500)
  if (what === '') {
    const detail = 'Skriv vad personen begär.'
    throw new Refusal('invalid', 'right.empty', detail, [{ pointer: '/what', code: 'right.empty', detail }])
  }
  await inContext(db, actor, async (trx, at) => {
    const found = await lockCase(trx, wish.caseId, null)
    const task = await taskOf(trx, at, found, { ...wish, what })
    const made = await insertRows<'task', { id: string }>(
      trx,
      'task',
      [task],
      sql`on conflict (case_id, occurrence) do nothing returning id`,
    )
    if (made.length === 0) return
    await writeTimeline(trx, at, [
      { caseId: found.id, kind: `right.${wish.right}`, actor: nameInDiary(actor) },
    ])
  })
}

async function taskOf(
  trx: Trx,
  at: Moment,
  found: LockedCase,
  { right, what }: { right: Right; what: string },
) {
  const { workingTime } = await readMunicipality(trx)
  const due = endOfWorkingDay(`${addMonths(at.today, 1)}T08:00:00Z`, workingTime)
  const title = rightsWords[right]
  return {
    caseId: found.id,
    committee: found.committee,
    unit: found.unit,
    template: 'review',
    occurrence: `right/${right}#${at.today}`,
    titleSv: title.sv,
    titleEn: title.en,
    reasonSv: what,
    reasonEn: what,
    role: 'supervisor',
    dueOn: due.date,
    dueAt: due.at,
    createdAt: at.now,
  }
}
