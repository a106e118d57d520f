// The one deep module over the work: takes rows behind the fence, runs the operation, counts failures, gives up to a person.
import type { Db, Trx } from '../shared/db/open.ts'
import { troubleOf } from '../shared/outages.ts'
import {
  fail,
  finish,
  postpone,
  putOff,
  ringAhead,
  take,
  type Ahead,
  type Claimed,
} from '../shared/outbox.ts'
import type { Ring } from '../shared/queues.ts'
import type { Topic } from '../shared/topics.ts'
import { moment, type Moment } from '../shared/casework/act.ts'
import { reviewTasks } from '../shared/casework/reviews.ts'

/** An operation on many subjects in the worker's transaction. It skips what is done; running it twice changes nothing. */
export type Operation = (trx: Trx, at: Moment, subjectIds: string[]) => Promise<void>

/** An operation that keeps its own transactions, because it works outside the database or for long: letters, files, dry runs. */
export type Errand = { errand: (subjectIds: string[]) => Promise<unknown> }

/** Every topic has exactly one; a topic without one does not compile. */
export type Handlers = Record<Topic, Operation | Errand>

/** A ring to answer. With `ahead`, what the work tells is noted there for the caller to ring for. */
export type Asked = Ring & { ahead?: Ahead }

/** Told about each failure: topic and code, never a person's data. */
export type OnFailure = (failure: { topic: Topic; outboxId: number; code: string; dead: boolean }) => void

/** Seconds until a row that could not be tried fairly is tried again, unless what failed says otherwise. */
const retrySeconds = 3

/** Rows worked in one transaction at most. */
export const batchSize = 500

/** A stable word for what went wrong. Messages may quote what was in the row, so they never leave this process. */
function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
}

async function perform(db: Db, operation: Operation, { topic, ids, ahead }: Asked): Promise<void> {
  const told: Claimed[] = []
  await db.transaction().execute(async (trx) => {
    const rows = await take(trx, ids)
    if (rows.length === 0) return
    if (ahead) ringAhead(trx, { ...ahead, told })
    await operation(trx, await moment(trx), [...new Set(rows.map((row) => row.subjectId))])
    await finish(
      trx,
      topic,
      rows.map((row) => row.id),
    )
  })
  // Only what has been committed is there to be rung for.
  ahead?.told.push(...told)
}

/**
 * Counts a failed try; after the last one the row is dead and a person has a task, in the same transaction. What could
 * not be tried fairly is tried on, but a person has a task when it has been put off too often.
 */
async function giveUp(db: Db, topic: Topic, id: number, error: unknown, onFailure: OnFailure): Promise<void> {
  const [code, trouble] = [codeOf(error), troubleOf(error)]
  if (trouble === 'away') {
    await postpone(db, [id], (error as { retrySeconds?: number }).retrySeconds ?? retrySeconds)
    return onFailure({ topic, outboxId: id, code, dead: false })
  }
  const told = await db.transaction().execute(async (trx) => {
    const subjectId = trouble === 'busy' ? await putOff(trx, id) : await fail(trx, id, code)
    if (subjectId === null) return false
    const kind = trouble === 'busy' ? 'slow-work' : 'dead-work'
    await reviewTasks(trx, await moment(trx), [
      { kind, caseId: null, subjectId, turn: String(id), detail: { topic } },
    ])
    return true
  })
  onFailure({ topic, outboxId: id, code, dead: told && trouble === 'fault' })
}

/**
 * Answers one ring. A batch that fails is tried again in halves, down to the one bad row, so that it never holds back
 * the others: with five hundred of them row by row the last would wait for longer than its lease.
 * Throws only when the database cannot be reached: then the lease ends and the row is published again.
 */
export async function answer(db: Db, handlers: Handlers, ring: Asked, onFailure: OnFailure): Promise<void> {
  const handler = handlers[ring.topic]
  // A newer version of the service may ring for a topic that this one does not know: leave it to those who do.
  if (!handler) return
  if (typeof handler !== 'function') return runErrand(db, ring, handler, onFailure)
  try {
    await perform(db, handler, ring)
  } catch (error) {
    if (troubleOf(error) === 'away') throw error
    const only = ring.ids.length === 1 ? ring.ids[0] : undefined
    if (only !== undefined) return giveUp(db, ring.topic, only, error, onFailure)
    const half = Math.ceil(ring.ids.length / 2)
    for (const ids of [ring.ids.slice(0, half), ring.ids.slice(half)])
      await answer(db, handlers, { ...ring, ids }, onFailure)
  }
}

async function runErrand(db: Db, ring: Ring, handler: Errand, onFailure: OnFailure): Promise<void> {
  for (const [place, id] of ring.ids.entries()) {
    try {
      const [row] = await db.transaction().execute((trx) => take(trx, [id]))
      if (!row) continue
      await handler.errand([row.subjectId])
      await db.transaction().execute(async (trx) => {
        if ((await take(trx, [id])).length > 0) await finish(trx, ring.topic, [id])
      })
    } catch (error) {
      await giveUp(db, ring.topic, id, error, onFailure)
      // What is away is away for the others too: trying each would only wait as many times.
      const alone = (error as { alone?: boolean }).alone === true
      if (troubleOf(error) === 'away' && !alone) return postpone(db, ring.ids.slice(place + 1), retrySeconds)
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
