// The fallback: works rows that are overdue whatever the queue says, so that everything moves while the queue is away.
import type { Db } from '../shared/db/open.ts'
import { claimOverdue } from '../shared/outbox.ts'
import type { Topic } from '../shared/topics.ts'
import { answer, batchSize, ringsOf, type Handlers, type OnFailure } from './worker.ts'

/** Claims and works up to one batch of rows of `late.topics` overdue by more than `late.seconds`; returns how many. */
export async function pollOnce(
  db: Db,
  handlers: Handlers,
  onFailure: OnFailure,
  late: { seconds: number; topics: readonly Topic[] },
): Promise<number> {
  const claimed = await claimOverdue(db, batchSize, late.seconds, late.topics)
  for (const ring of ringsOf(claimed)) await answer(db, handlers, ring, onFailure)
  return claimed.length
}
