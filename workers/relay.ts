// The relay: leases due outbox rows and rings the bell for them, at least once.
import type { Db } from '../shared/db/open.ts'
import { lease } from '../shared/outbox.ts'
import type { Bell } from '../shared/queues.ts'
import { ringsOf } from './worker.ts'

/** Leases a batch of due rows and rings for them; returns how many. A bell that fails leaves the leases to end. */
export async function relayOnce(
  db: Db,
  bell: Bell,
  by: { batch: number; leaseSeconds: number },
): Promise<number> {
  const claimed = await lease(db, by.batch, by.leaseSeconds)
  if (claimed.length > 0) await bell.ring(ringsOf(claimed))
  return claimed.length
}
