// Rehearses a draft of the rules table over past cases: a job with progress that reads, counts, lists and changes no case.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { Refusal } from '../domain/refusal.ts'
import { printOwner } from '../domain/routing-cases.ts'
import type { RoutingFacts } from '../domain/routing-facts.ts'
import { emptyRehearsal, rehearseRouting, type Rehearsal } from '../domain/routing-rehearsal.ts'
import type { CompiledRoutingTable, Owner } from '../domain/routing.ts'
import { emit } from '../outbox.ts'
import { inContext, lockTexts, type Actor } from './act.ts'
import { noSuch } from './open-case.ts'
import { findRules } from './rules.ts'
import { rulesInForce, rulesOf } from './settings.ts'

/** Cases read, decided and listed at a time: what the process holds, and how often progress is told. */
const PAGE = 5_000

/** What a rehearsal counted, without the list of cases. */
export type RehearsalCounts = Omit<Rehearsal, 'changed'>

/** A rehearsal as it stands. `done` of `total` cases have been decided by both tables. */
export type RehearsalState = {
  id: string
  ruleVersionId: number
  againstId: number
  fromDay: string
  toDay: string
  state: 'waiting' | 'running' | 'done'
  done: number
  total: number
  result: RehearsalCounts | null
  createdAt: string
  finishedAt: string | null
}

/** A case that would get another owner; owners as `committee/unit`, joint ones with a plus. */
export type RehearsedCase = {
  id: string
  number: string
  beforeOwner: string
  beforeRow: number | null
  afterOwner: string
  afterRow: number | null
}

const shown = sql`id, rule_version_id, against_id, from_day, to_day, state, done, total, result, created_at, finished_at`

/**
 * Asks for a rehearsal of a version over the cases routed in a period (ISO days, both included), against the table in
 * force. The same question again, while it has not been answered, is the same rehearsal.
 */
export async function askRehearsal(
  db: Db,
  actor: Actor,
  id: number,
  period: { from: string; to: string },
): Promise<RehearsalState> {
  if (period.from > period.to) throw wrongPeriod()
  return inContext(db, actor, async (trx, at) => {
    const { kind } = await findRules(trx, id)
    if (kind !== 'routing')
      throw new Refusal(
        'unprocessable',
        'rules.other-kind',
        'Bara regeltabellen kan prövas mot gångna ärenden.',
      )
    await lockTexts(trx, [`rehearsal ${id}`])
    const { rows } = await sql<RehearsalState>`select ${shown} from rehearsal where rule_version_id = ${id}
      and from_day = ${period.from} and to_day = ${period.to} and state <> 'done'`.execute(trx)
    if (rows[0]) return rows[0]
    const against = await rulesInForce(trx, 'routing', at.today)
    const rehearsal = randomUUID()
    await sql`insert into rehearsal (id, rule_version_id, against_id, from_day, to_day, asked_by, created_at)
      values (${rehearsal}, ${id}, ${against.id}, ${period.from}, ${period.to}, ${actor.personId}, ${at.now})`.execute(
      trx,
    )
    await emit(trx, 'rehearsal.asked', [rehearsal])
    return findRehearsal(trx, rehearsal)
  })
}

function wrongPeriod(): Refusal {
  const detail = 'Perioden slutar före den börjar.'
  return new Refusal('invalid', 'period.reversed', detail, [
    { pointer: '/to', code: 'period.reversed', detail },
  ])
}

async function findRehearsal(trx: Trx | Db, id: string): Promise<RehearsalState> {
  const { rows } = await sql<RehearsalState>`select ${shown} from rehearsal where id = ${id}`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

/** A rehearsal with a page of the changed cases that the actor may see; the counts are of all cases. */
export async function readRehearsal(
  db: Db,
  actor: Actor,
  id: string,
  page: { limit: number; page: number },
): Promise<RehearsalState & { cases: RehearsedCase[] }> {
  return inContext(db, actor, async (trx) => {
    const rehearsal = await findRehearsal(trx, id)
    const { rows } = await sql<RehearsedCase>`
      select c.id, c.number, r.before_owner, r.before_row, r.after_owner, r.after_row
      from rehearsal_case r join arrears_case c on c.id = r.case_id where r.rehearsal_id = ${id}
      order by c.number limit ${page.limit} offset ${(page.page - 1) * page.limit}`.execute(trx)
    return { ...rehearsal, cases: rows }
  })
}

/** The rehearsals of one version, the latest first: they stay with the draft. */
export async function listRehearsals(db: Db, actor: Actor, id: number): Promise<RehearsalState[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<RehearsalState>`select ${shown} from rehearsal where rule_version_id = ${id}
      order by created_at desc, id`.execute(trx)
    return rows
  })
}

/** Runs the rehearsals that were asked for; one that is done already is left as it is. */
export async function runRehearsals(db: Db, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const rehearsal = await findRehearsal(db, id)
    if (rehearsal.state !== 'done') await run(db, rehearsal)
  }
}

/** The same rehearsal is under way elsewhere: the code is Postgres' own, so that the work waits instead of failing. */
class UnderWay extends Error {
  readonly code = '55P03'
}

/**
 * One read-only snapshot for all pages: cases that change meanwhile are neither missed nor counted twice, and the
 * database itself refuses any write to them.
 */
async function run(db: Db, rehearsal: RehearsalState): Promise<void> {
  await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const lock = await sql<{ mine: boolean }>`
        select pg_try_advisory_xact_lock(hashtextextended(${`rehearsal ${rehearsal.id}`}, 0)) as mine`.execute(
        trx,
      )
      if (!lock.rows[0]?.mine) throw new UnderWay('This rehearsal is under way in another process')
      const before = (await rulesOf(trx, 'routing', rehearsal.againstId)).compiled
      const after = (await rulesOf(trx, 'routing', rehearsal.ruleVersionId)).compiled
      await begin(db, trx, rehearsal)
      const { changed: _listed, ...counts } = await decidePages(db, trx, rehearsal, { before, after })
      await sql`update rehearsal set state = 'done', result = ${JSON.stringify(counts)}, done = ${counts.cases}, finished_at = clock_now()
        where id = ${rehearsal.id}`.execute(db)
    })
}

// Protected persons are in no count: a row made to fit one person would tell an administrator that she is there.
const inPeriod = ({
  fromDay,
  toDay,
}: RehearsalState) => sql`not protected and routed_at >= ${fromDay}::date::timestamp at time zone 'Europe/Stockholm'
  and routed_at < (${toDay}::date + 1)::timestamp at time zone 'Europe/Stockholm' and routing_facts is not null`

/** A rehearsal that was cut short begins anew: its counts must come from one snapshot. */
async function begin(db: Db, trx: Trx, rehearsal: RehearsalState): Promise<void> {
  const { rows } = await sql<{ total: number }>`
    select count(*)::int as total from arrears_case where ${inPeriod(rehearsal)}`.execute(trx)
  await sql`delete from rehearsal_case where rehearsal_id = ${rehearsal.id}`.execute(db)
  await sql`update rehearsal set state = 'running', done = 0, total = ${rows[0]?.total ?? 0} where id = ${rehearsal.id}`.execute(
    db,
  )
}

type Tables = { before: CompiledRoutingTable; after: CompiledRoutingTable }

async function decidePages(
  db: Db,
  trx: Trx,
  rehearsal: RehearsalState,
  { before, after }: Tables,
): Promise<Rehearsal> {
  await sql`declare past no scroll cursor for select id, routing_facts as facts from arrears_case
    where ${inPeriod(rehearsal)}`.execute(trx)
  let soFar = emptyRehearsal()
  for (;;) {
    const { rows } = await sql<{ id: string; facts: RoutingFacts }>`fetch ${sql.lit(PAGE)} from past`.execute(
      trx,
    )
    if (rows.length === 0) return soFar
    soFar = rehearseRouting(rows, before, after, soFar)
    await list(db, rehearsal.id, soFar.changed.splice(0))
    await sql`update rehearsal set done = ${soFar.cases} where id = ${rehearsal.id}`.execute(db)
  }
}

const named = (owners: readonly Owner[]): string => owners.map(printOwner).join(' + ')

async function list(db: Db, rehearsalId: string, changed: Rehearsal['changed']): Promise<void> {
  await db.transaction().execute((trx) =>
    insertRows(
      trx,
      'rehearsalCase',
      changed.map(({ id, before, after }) => ({
        rehearsalId,
        caseId: id,
        beforeOwner: named(before.owners),
        beforeRow: before.row,
        afterOwner: named(after.owners),
        afterRow: after.row,
      })),
    ),
  )
}
