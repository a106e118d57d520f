// Merges two cases of one household, and takes a merge apart again: a person asks, the worker does both committees' part.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { noSuch } from './open-case.ts'
import { refreshCases } from './refresh.ts'
import { protectCases } from './sealed-addresses.ts'
import { withdrawShown } from './shown-items.ts'
import { writeTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'

/** What a merge moved, so that it can be moved back: ids only. */
type Moved = {
  notices: string[]
  evictionNotices: string[]
  endedTasks: string[]
  keys: string[]
  /** What was agreed and consented to for the household, by table. */
  agreed?: Record<string, string[]>
}

type Merge = {
  id: string
  fromCase: string
  intoCase: string
  moved: Moved | null
  mergedAt: string | null
  undoAskedAt: string | null
  undoneAt: string | null
}

/**
 * Asks for a merge, with the reason a person gives. The same merge asked again answers with the one that stands.
 * Refusals: `not-found` when either case is not there for the actor, `conflict` when one is closed.
 */
export async function askMerge(
  db: Db,
  actor: Actor,
  asked: { fromId: string; intoId: string; reason: string },
): Promise<{ mergeId: string }> {
  if (asked.fromId === asked.intoId) {
    throw new Refusal('invalid', 'merge.same-case', 'Välj ett annat ärende att slå ihop med.')
  }
  return inContext(db, actor, async (trx, at) => {
    const cases = await lockBoth(trx, asked.fromId, asked.intoId)
    const standing = await trx
      .selectFrom('caseMerge')
      .select('id')
      .where('fromCase', '=', asked.fromId)
      .where('intoCase', '=', asked.intoId)
      .where('undoAskedAt', 'is', null)
      .executeTakeFirst()
    if (standing) return { mergeId: standing.id }
    if (cases.some((one) => one.state !== 'open')) {
      throw new Refusal(
        'conflict',
        'merge.case-closed',
        'Bara öppna ärenden kan slås ihop. Öppna ärendet igen först.',
      )
    }
    const { id } = await trx
      .insertInto('caseMerge')
      .values({
        fromCase: asked.fromId,
        intoCase: asked.intoId,
        reason: asked.reason,
        askedBy: actor.personId,
        askedAt: at.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await emit(trx, 'case-merge.asked', [id])
    return { mergeId: id }
  })
}

async function lockBoth(trx: Trx, one: string, other: string) {
  const cases = await trx
    .selectFrom('arrearsCase')
    .select(['id', 'state'])
    .where('id', 'in', [one, other])
    .orderBy('id')
    .forUpdate()
    .execute()
  if (cases.length !== 2) throw noSuch()
  return cases
}

/** Asks for a merge to be undone; asking twice changes nothing more. Refusal `not-found` when it is not the actor's to see. */
export async function askUndoing(db: Db, actor: Actor, mergeId: string): Promise<{ caseId: string }> {
  return inContext(db, actor, async (trx, at) => {
    const merge = await trx
      .selectFrom('caseMerge')
      .selectAll()
      .where('id', '=', mergeId)
      .forUpdate()
      .executeTakeFirst()
    if (!merge) throw noSuch()
    if (merge.undoAskedAt === null) {
      await sql`update case_merge set undo_asked_at = ${at.now}, undone_by = ${actor.personId} where id = ${mergeId}`.execute(
        trx,
      )
      await emit(trx, 'case-merge.asked', [mergeId])
    }
    return { caseId: merge.fromCase }
  })
}

/** Does the merges and undoings that have been asked for; one that is done already is left alone. */
export async function performMerges(
  trx: Trx,
  at: Moment,
  tools: Tools,
  mergeIds: readonly string[],
): Promise<void> {
  const { rows } =
    await sql<Merge>`select id, from_case, into_case, moved, merged_at, undo_asked_at, undone_at from case_merge
    where id = any(${[...mergeIds]}::uuid[]) order by id for update`.execute(trx)
  for (const merge of rows) {
    await sql`select id from arrears_case where id = any(${[merge.fromCase, merge.intoCase]}::uuid[]) order by id for update`.execute(
      trx,
    )
    const done =
      merge.mergedAt === null
        ? await merged(trx, at, tools, merge)
        : merge.undoAskedAt && !merge.undoneAt
          ? await undone(trx, at, merge)
          : null
    if (!done) continue
    const ids = [merge.fromCase, merge.intoCase]
    await refreshCases(trx, at, tools, ids)
    await writeTimeline(
      trx,
      at,
      ids.map((caseId) => ({ caseId, kind: done, actor: 'system', detail: { mergeId: merge.id } })),
    )
    await emit(trx, 'case.changed', ids)
  }
}

async function joinedTo(trx: Trx, table: 'notice' | 'evictionNotice', caseId: string): Promise<string[]> {
  const rows = await trx.selectFrom(table).select('id').where('caseId', '=', caseId).orderBy('id').execute()
  return rows.map(({ id }) => id)
}

async function merged(
  trx: Trx,
  at: Moment,
  tools: Tools,
  { id, fromCase, intoCase }: Merge,
): Promise<string> {
  const tasks = await sql<{
    id: string
  }>`update task set state = 'ended', ended_reason = 'merged', completed_at = ${at.now}
    where case_id = ${fromCase} and state = 'open' returning id`.execute(trx)
  const keys = await sql<{
    key: string
  }>`update household_key set household_id = (select household_id from arrears_case where id = ${intoCase})
    where household_id = (select household_id from arrears_case where id = ${fromCase}) returning encode(key, 'hex') as key`.execute(
    trx,
  )
  const moved: Moved = {
    notices: await joinedTo(trx, 'notice', fromCase),
    evictionNotices: await joinedTo(trx, 'evictionNotice', fromCase),
    endedTasks: tasks.rows.map((row) => row.id),
    keys: keys.rows.map((row) => row.key),
    agreed: await agreedIn(trx, fromCase, intoCase),
  }
  await moveRows(trx, moved, intoCase)
  await withdrawShown(trx, at, [fromCase])
  await carryProtection(trx, tools, fromCase, intoCase)
  await sql`update arrears_case set state = 'merged', version = version + 1, updated_at = ${at.now} where id = ${fromCase}`.execute(
    trx,
  )
  await sql`update stage set stopped_at = ${at.now}, stop_reason = 'superseded'
    where case_id = ${fromCase} and fired_at is null and stopped_at is null`.execute(trx)
  await sql`update case_merge set merged_at = ${at.now}, moved = ${JSON.stringify(moved)}::jsonb where id = ${id}`.execute(
    trx,
  )
  return 'case.merged'
}

/** One household: protected in one of its cases, protected in the one that lives on. */
async function carryProtection(trx: Trx, { keys }: Tools, fromCase: string, intoCase: string): Promise<void> {
  const { rows } = await sql`select 1 from arrears_case where id = ${fromCase} and protected`.execute(trx)
  if (rows.length > 0) await protectCases(trx, keys, [intoCase])
}

/** Everything the merge moved goes back; what has come in since stays where it was joined. */
async function undone(trx: Trx, at: Moment, { id, fromCase, moved }: Merge): Promise<string | null> {
  if (!moved) return null
  await moveRows(trx, moved, fromCase)
  await sql`update arrears_case set state = 'open', version = version + 1, updated_at = ${at.now} where id = ${fromCase}`.execute(
    trx,
  )
  await sql`update household_key set household_id = (select household_id from arrears_case where id = ${fromCase})
    where key in (select decode(k, 'hex') from unnest(${moved.keys}::text[]) k)`.execute(trx)
  await sql`update task set state = 'open', ended_reason = null, completed_at = null
    where id = any(${moved.endedTasks}::uuid[]) and state = 'ended' and ended_reason = 'merged'`.execute(trx)
  await sql`update stage set stopped_at = null, stop_reason = null
    where case_id = ${fromCase} and fired_at is null and stop_reason = 'superseded'`.execute(trx)
  await sql`update case_merge set undone_at = ${at.now} where id = ${id}`.execute(trx)
  return 'case.merge-undone'
}

/** What follows the household to the case that lives on, with what makes a row there the same one. */
const AGREED: Readonly<Record<string, readonly string[]>> = {
  consent: ['person', 'recipient', 'purpose', 'items', 'from_day'],
  sharing_basis: ['recipient', 'items', 'paragraph', 'noted_on'],
  disclosure: ['person', 'recipient', 'items', 'purpose', 'told_on', 'told_by'],
  payment: ['paid_on', 'amount', 'source'],
  respite: ['kind', 'state'],
  // Of these only one stands at a time: where the other case has its own, the row stays where it was agreed.
  payment_plan: [],
  undertaking: [],
}

async function agreedIn(trx: Trx, fromCase: string, intoCase: string): Promise<Record<string, string[]>> {
  const agreed: Record<string, string[]> = {}
  for (const [name, columns] of Object.entries(AGREED)) {
    const alike = columns.map(
      (column) => sql`and o.${sql.ref(column)} is not distinct from t.${sql.ref(column)}`,
    )
    const { rows } = await sql<{
      id: string
    }>`select t.id from ${sql.table(name)} t where t.case_id = ${fromCase}
      and not exists (select 1 from ${sql.table(name)} o where o.case_id = ${intoCase} ${sql.join(alike, sql` `)}) order by t.id`.execute(
      trx,
    )
    agreed[name] = rows.map(({ id }) => id)
  }
  return agreed
}

async function moveRows(trx: Trx, moved: Moved, caseId: string): Promise<void> {
  for (const [table, ids] of Object.entries(moved.agreed ?? {}))
    await sql`update ${sql.table(table)} set case_id = ${caseId} where id = any(${ids}::uuid[])`.execute(trx)
  await sql`update notice set case_id = ${caseId} where id = any(${moved.notices}::uuid[])`.execute(trx)
  await sql`update eviction_notice set case_id = ${caseId} where id = any(${moved.evictionNotices}::uuid[])`.execute(
    trx,
  )
}
