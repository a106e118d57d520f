// The fallback: works rows that are overdue whatever the queue says, so that everything moves while the queue is away.
import type { Db } from '../shared/db/open.ts'
import { claimOverdue } from '../shared/outbox.ts'
import { answer, batchSize, ringsOf, type Handlers, type OnFailure } from './worker.ts'

/** Claims and works up to one batch of rows overdue by more than `overdueSeconds`; returns how many. */
export async function pollOnce(
  db: Db,
  handlers: Handlers,
  onFailure: OnFailure,
  overdueSeconds: number,
): Promise<number> {
  const claimed = await claimOverdue(db, batchSize, overdueSeconds)
  for (const ring of ringsOf(claimed)) await answer(db, handlers, ring, onFailure)
  return claimed.length
}
