// The relay: leases due outbox rows and rings the bell for them, at least once.
import type { Db } from '../shared/db/open.ts'
import { lease } from '../shared/outbox.ts'
import type { Bell } from '../shared/queues.ts'
import { ringsOf } from './worker.ts'

/** Rows a second that workers get through at the least in a burst: so much longer is the lease of what is rung behind others. */
const slowest = 400

/**
 * How long the next batch is leased when `behind` rows were rung just before it: with the same lease for all, the last of
 * a year's notices were rung again and again while they waited for their turn.
 */
export const leaseBehind = (leaseSeconds: number, behind: number): number =>
  leaseSeconds + Math.min(300, Math.floor(behind / slowest))

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
