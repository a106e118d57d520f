// The one deep module over the work: takes rows behind the fence, runs the operation, counts failures, gives up to a person.
import type { Db, Trx } from '../shared/db/open.ts'
import { fail, finish, postpone, take, type Claimed } from '../shared/outbox.ts'
import type { Ring } from '../shared/queues.ts'
import type { Topic } from '../shared/topics.ts'
import { moment, type Moment } from '../shared/casework/act.ts'
import { reviewTasks } from '../shared/casework/reviews.ts'

/** An operation on many subjects in the worker's transaction. It skips what is done; running it twice changes nothing. */
export type Operation = (trx: Trx, at: Moment, subjectIds: string[]) => Promise<void>

/** An operation whose effect is outside the database and that keeps its own transactions: mail. */
export type Errand = { errand: (subjectIds: string[]) => Promise<unknown> }

/** Every topic has exactly one; a topic without one does not compile. */
export type Handlers = Record<Topic, Operation | Errand>

/** Told about each failure: topic and code, never a person's data. */
export type OnFailure = (failure: { topic: Topic; outboxId: number; code: string; dead: boolean }) => void

/** Rows worked in one transaction at most. */
export const batchSize = 250

/** Not the row's fault: the database was away, full, busy or in deadlock. Such a try is not counted. */
function isOutage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string')
    return /terminat|timeout|closed|ECONN/i.test((error as Error | null)?.message ?? '')
  return /^(08|40|53|57)/.test(code) || code === '55P03' || code.startsWith('E')
}

/** The database itself is away: trying the same rows one by one would only wait as many times. */
function isAway(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return isOutage(error) && !(typeof code === 'string' && /^(40|55)/.test(code))
}

/** A stable word for what went wrong. Messages may quote what was in the row, so they never leave this process. */
function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
}

async function perform(db: Db, topic: Topic, operation: Operation, ids: readonly number[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const rows = await take(trx, ids)
    if (rows.length === 0) return
    await operation(trx, await moment(trx), [...new Set(rows.map((row) => row.subjectId))])
    await finish(
      trx,
      topic,
      rows.map((row) => row.id),
    )
  })
}

/** Counts a failed try; after the last one the row is dead and a person has a task, in the same transaction. */
async function giveUp(db: Db, topic: Topic, id: number, error: unknown, onFailure: OnFailure): Promise<void> {
  const code = codeOf(error)
  if (isOutage(error)) {
    await postpone(db, id, 3)
    return onFailure({ topic, outboxId: id, code, dead: false })
  }
  const dead = await db.transaction().execute(async (trx) => {
    const rows = await take(trx, [id])
    const last = await fail(trx, id, code)
    const subjectId = rows[0]?.subjectId
    if (last && subjectId) {
      await reviewTasks(trx, await moment(trx), [
        { kind: 'dead-work', caseId: null, subjectId, detail: { topic } },
      ])
    }
    return last
  })
  onFailure({ topic, outboxId: id, code, dead })
}

/**
 * Answers one ring. A batch that fails is tried again row by row, so that one bad case never holds back the others.
 * Throws only when the database cannot be reached: then the lease ends and the row is published again.
 */
export async function answer(db: Db, handlers: Handlers, ring: Ring, onFailure: OnFailure): Promise<void> {
  const handler = handlers[ring.topic]
  // A newer version of the service may ring for a topic that this one does not know: leave it to those who do.
  if (!handler) return
  if (typeof handler !== 'function') return runErrand(db, ring, handler, onFailure)
  try {
    await perform(db, ring.topic, handler, ring.ids)
  } catch (error) {
    if (isAway(error)) throw error
    const only = ring.ids.length === 1 ? ring.ids[0] : undefined
    if (only !== undefined) return giveUp(db, ring.topic, only, error, onFailure)
    for (const id of ring.ids) await answer(db, handlers, { topic: ring.topic, ids: [id] }, onFailure)
  }
}

async function runErrand(db: Db, ring: Ring, handler: Errand, onFailure: OnFailure): Promise<void> {
  for (const id of ring.ids) {
    try {
      const [row] = await db.transaction().execute((trx) => take(trx, [id]))
      if (!row) continue
      await handler.errand([row.subjectId])
      await db.transaction().execute(async (trx) => {
        if ((await take(trx, [id])).length > 0) await finish(trx, ring.topic, [id])
      })
    } catch (error) {
      await giveUp(db, ring.topic, id, error, onFailure)
    }
  }
}

/** Groups claimed rows into rings of one topic, at most a batch each. */
export function ringsOf(claimed: readonly Claimed[]): Ring[] {
  const byTopic = Map.groupBy(claimed, (row) => row.topic)
  return [...byTopic].flatMap(([topic, rows]) => {
    const ids = rows.map((row) => row.id).sort((one, other) => one - other)
    return Array.from({ length: Math.ceil(ids.length / batchSize) }, (_, part) => ({
      topic,
      ids: ids.slice(part * batchSize, (part + 1) * batchSize),
    }))
  })
}
