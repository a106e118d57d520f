// Writes again and again while the database is away what nobody else knows and what must not be forgotten.
import { setTimeout as pause } from 'node:timers/promises'

const pauseMs = 200

/** Does `write` until it succeeds; the last error is thrown when that took longer than `withinMs`. */
export async function again<T>(withinMs: number, write: () => Promise<T>): Promise<T> {
  for (const giveUpAt = performance.now() + withinMs; ; await pause(pauseMs)) {
    try {
      return await write()
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
    }
  }
}
