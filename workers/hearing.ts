// Which queues ring: one that is silent while the others ring may be deaf after an outage, and its rows are the poll's.

export type Hearing = {
  /** Notes that this queue has rung, for as long as the deed lasts and a while after it. */
  hear: (queue: string, deed: () => Promise<void>) => Promise<void>
  /** Whether a row of this queue can be left to its ring a little longer. */
  rings: (queue: string) => boolean
}

/** After so long without any ring in this process the queue server is taken to be away. */
const awayMs = 2_000
/** After so long without a ring of its own, while others come, a queue is taken to be deaf. */
const deafMs = 6_000

/** Opens a hearing; `now` is a clock that only goes forward, in ms. */
export function openHearing(now: () => number = () => performance.now()): Hearing {
  const known = new Map<string, { inHand: number; last: number }>()
  const heard = (one: { inHand: number; last: number } | undefined, ms: number) =>
    one !== undefined && (one.inHand > 0 || now() - one.last < ms)
  return {
    hear: async (queue, deed) => {
      const one = known.get(queue) ?? { inHand: 0, last: -Infinity }
      known.set(queue, one)
      one.inHand += 1
      try {
        await deed()
      } finally {
        one.inHand -= 1
        one.last = now()
      }
    },
    rings: (queue) =>
      heard(known.get(queue), deafMs) && [...known.values()].some((one) => heard(one, awayMs)),
  }
}
