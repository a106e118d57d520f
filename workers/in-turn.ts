// One after the other: deeds of one kind that must not run side by side in a process, and that end with the one in hand.

export type InTurn = {
  /** Does it when those before it have ended; refuses once no more are taken. */
  run: <T>(deed: () => Promise<T>) => Promise<T>
  /** Takes no more: what waits for its turn is refused, the one in hand goes on. */
  close: () => void
  /** Resolves when the one in hand has ended. */
  ended: () => Promise<void>
}

/** Opens a turn. What it refuses is tried again by another process, and counts as no failure. */
export function openTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  let closed = false
  const begin = <T>(deed: () => Promise<T>): Promise<T> => {
    if (closed) throw Object.assign(new Error('This process is about to end'), { code: 'ECONNCLOSING' })
    return deed()
  }
  return {
    run: (deed) => {
      const mine = last.then(() => begin(deed))
      last = mine.catch(() => undefined)
      return mine
    },
    close: () => {
      closed = true
    },
    ended: async () => {
      await last
    },
  }
}
