// Erases what the rules of retention say, household by household, with proof; or lists what it would erase.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import {
  decideRetention,
  type RetentionCase,
  type RetentionDecision,
  type RetentionRules,
} from '../domain/retention.ts'
import { moment, type Actor, type Moment } from './act.ts'
import { stateAccess, watchAccess, writeAudit } from './audit.ts'
import { digestOf, eraseRows, whatRemains, type Erased } from './erasure.ts'

/** What was erased in one run. */
export type RetentionRun = {
  households: number
  cases: number
  loose: number
  counts: Record<string, number>
}

/** Households per transaction: few enough that a run can be stopped, many enough that it ends. */
const batch = 25

const eraser = (committee: string | null): Actor => ({
  role: 'eraser',
  personId: null,
  committee,
  unit: null,
  sender: 'system:retention',
  landlordId: null,
  name: 'retention',
})

/** One transaction of the eraser, with its line in the log when something was erased. */
async function inErasure<T>(
  db: Db,
  committee: string | null,
  deed: (trx: Trx, at: Moment) => Promise<T>,
): Promise<T> {
  const actor = eraser(committee)
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('bokvar.role', ${actor.role}, true), set_config('bokvar.committee', ${committee ?? ''}, true)`.execute(
      trx,
    )
    const watched = watchAccess(trx)
    const done = await deed(watched.trx, await moment(trx))
    if (watched.access.action) await writeAudit(actor, watched)
    return done
  })
}

/** What the rules say of every household today. `db` is opened as `bokvar_eraser`. */
export async function planRetention(db: Db, rules: RetentionRules): Promise<RetentionDecision[]> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ today: string }>`select clock_today()::text as today`.execute(trx)
    return decisions(trx, rules, rows[0]?.today ?? '', sql`true`)
  })
}

async function decisions(
  trx: Trx,
  rules: RetentionRules,
  today: string,
  which: ReturnType<typeof sql>,
): Promise<RetentionDecision[]> {
  const { rows } =
    await sql<RetentionCase>`select id, number, committee, household_id, merged_household_id, open,
      last_note_on, born_on, held, released_birth_day, child_inquiry, child_born_on
    from retention_case where ${which} order by id`.execute(trx)
  const { code } = await trx.selectFrom('municipality').select('code').executeTakeFirstOrThrow()
  return decideRetention(rules, code, rows, today)
}

/**
 * Erases every household that is due, then what never became a case. Running it again erases nothing more; two runs at
 * once share the work. Each batch is one transaction with its proof: it counts what remains, and undoes itself when
 * anything does.
 */
export async function runRetention(db: Db, rules: RetentionRules): Promise<RetentionRun> {
  const due = (await planRetention(db, rules)).filter(({ erase }) => erase)
  const run: RetentionRun = { households: 0, cases: 0, loose: 0, counts: {} }
  for (const [committee, some] of batchesOf(due)) {
    const done = await eraseHouseholds(db, rules, committee, some)
    run.households += done.households
    run.cases += done.cases
    add(run.counts, done.counts)
  }
  const loose = await eraseLoose(db, rules)
  run.loose = loose.ids.length
  add(run.counts, loose.counts)
  return run
}

function add(counts: Record<string, number>, more: Record<string, number>): void {
  for (const [table, n] of Object.entries(more)) counts[table] = (counts[table] ?? 0) + n
}

function batchesOf(due: readonly RetentionDecision[]): [string, RetentionDecision[]][] {
  const byCommittee = Map.groupBy(due, ({ cases }) => cases[0]?.committee ?? '')
  return [...byCommittee].flatMap(([committee, all]) =>
    Array.from({ length: Math.ceil(all.length / batch) }, (_, n): [string, RetentionDecision[]] => [
      committee,
      all.slice(n * batch, (n + 1) * batch),
    ]),
  )
}

async function eraseHouseholds(
  db: Db,
  rules: RetentionRules,
  committee: string,
  due: readonly RetentionDecision[],
): Promise<{ households: number; cases: number; counts: Record<string, number> }> {
  const wanted = due.flatMap(({ cases }) => cases.map(({ id }) => id))
  return inErasure(db, committee, async (trx, at) => {
    const households = await stillDue(trx, rules, at, wanted)
    const cases = households.flatMap((one) => one.cases)
    if (cases.length === 0) return { households: 0, cases: 0, counts: {} }
    const ids = cases.map(({ id }) => id)
    const files = await filesBehind(trx, ids)
    const erased = await eraseRows(trx, 'arrears_case', ids)
    add(erased.counts, await eraseKeys(trx, cases))
    await emptyFiles(trx, files)
    await prove(trx, { committee, rule: 'case-years', households: households.length, erased })
    return { households: households.length, cases: ids.length, counts: erased.counts }
  })
}

/** Asked again under lock: a notice of this very second may have opened a case for the household. */
async function stillDue(
  trx: Trx,
  rules: RetentionRules,
  at: Moment,
  ids: readonly string[],
): Promise<RetentionDecision[]> {
  await sql`select 1 from arrears_case where id = any(${[...ids]}::uuid[]) order by id for update`.execute(
    trx,
  )
  const together = sql`household_id in (select household_id from arrears_case where id = any(${[...ids]}::uuid[]))`
  return (await decisions(trx, rules, at.today, together)).filter(({ erase }) => erase)
}

async function filesBehind(trx: Trx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select distinct file_id as id from notice
    where case_id = any(${[...ids]}::uuid[]) and file_id is not null`.execute(trx)
  return rows.map(({ id }) => id)
}

/** A file's bytes hold every household of that month; what has been read of them stands with each notice. */
async function emptyFiles(trx: Trx, ids: readonly string[]): Promise<void> {
  await sql`update notice_file set raw = '', file_name = null, problem = null where id = any(${[...ids]}::uuid[])`.execute(
    trx,
  )
  await sql`update notice_file_row set errors = null, findings = null where file_id = any(${[...ids]}::uuid[]) and notice_id is null`.execute(
    trx,
  )
}

/** The keyed hashes by which the household was recognised, once it has no case left. */
async function eraseKeys(trx: Trx, cases: readonly RetentionCase[]): Promise<Record<string, number>> {
  const households = [...new Set(cases.map(({ householdId }) => householdId))]
  const { numAffectedRows } =
    await sql`delete from household_key k where k.household_id = any(${households}::uuid[])
    and not exists (select 1 from arrears_case c where c.household_id = k.household_id)`.execute(trx)
  return { household_key: Number(numAffectedRows ?? 0) }
}

async function prove(
  trx: Trx,
  done: { committee: string | null; rule: string; households: number; erased: Erased },
): Promise<void> {
  const { committee, rule, households, erased } = done
  const remains = await whatRemains(trx, erased.ids)
  if (remains.rows > 0) throw new Error(`Erasure undone: rows remain in ${remains.where.join(', ')}`)
  const digest = digestOf(erased.ids)
  await insertRows(trx, 'erasure', [
    { committee, rule, households, counts: erased.counts, digest, remaining: 0 },
  ])
  stateAccess(trx, { action: 'erase', found: households, code: rule, purpose: null })
}

/** Notices and files that never became a case, receipts and mail, each after its own time. */
async function eraseLoose(db: Db, rules: RetentionRules): Promise<Erased> {
  return inErasure(db, null, async (trx) => {
    const before = sql`(clock_now() - make_interval(years => ${rules.looseNoticeYears}))`
    const erased: Erased = { counts: {}, ids: [] }
    const aside = sql`(clock_now() - make_interval(days => ${rules.notOursDays}))`
    const old = sql`received_at < ${before}`
    // what became no case, what the registrar set aside, what was never entered, and a file whose notices are all gone
    const left = [
      ['notice', sql`case_id is null and ${old}`],
      ['eviction_notice', sql`case_id is null and ${old}`],
      ['inbox_item', sql`state = 'not-ours' and handled_at < ${aside}`],
      ['inbox_item', sql`${old} and notice_id is null and eviction_notice_id is null`],
      ['notice_file', sql`${old} and not exists (select 1 from notice n where n.file_id = old.id)`],
    ] as const
    for (const [table, loose] of left) {
      const { rows } = await sql<{
        id: string
      }>`select id from ${sql.table(table)} old where ${loose}`.execute(trx)
      const ids = rows.map(({ id }) => id)
      const more = await eraseRows(trx, table, ids)
      add(erased.counts, more.counts)
      erased.ids.push(...more.ids)
    }
    await eraseReceipts(trx, rules, erased)
    if (Object.keys(erased.counts).length > 0)
      await prove(trx, { committee: null, rule: 'loose-notice-years', households: 0, erased })
    return erased
  })
}

async function eraseReceipts(trx: Trx, rules: RetentionRules, erased: Erased): Promise<void> {
  const before = sql`(clock_now() - make_interval(days => ${rules.receiptDays}))`
  const begun = sql`(clock_now() - make_interval(days => ${rules.draftDays}))`
  const written = sql`(clock_now() - make_interval(days => ${rules.formDraftDays}))`
  for (const [table, old] of [
    ['intake_key', sql`created_at < ${before}`],
    ['notice_draft', sql`updated_at < ${begun}`],
    ['form_draft', sql`updated_at < ${written}`],
    ['notice_file', sql`state = 'draft' and received_at < ${begun}`],
    ['mail', sql`created_at < ${before} and state in ('sent', 'refused', 'dropped', 'covered')`],
  ] as const) {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ${old}`.execute(trx)
    add(erased.counts, numAffectedRows ? { [table]: Number(numAffectedRows) } : {})
  }
}
