// A loop that goes on: runs a step again and again, at once when there was work, after a pause when there was none.

/** Stops the loop after the step in hand. */
export type Stop = () => Promise<void>

/**
 * Runs `step` until stopped. `step` returns how much it did; a full step is followed by the next at once. A step that
 * throws is told to `onError` and tried again after a longer pause, because an outage must not end the loop.
 */
export function loop(step: () => Promise<number>, pauseMs: number, onError: (error: Error) => void): Stop {
  const stopped = Promise.withResolvers<void>()
  let going = true
  const pause = (ms: number) =>
    new Promise<void>((resume) => {
      const timer = setTimeout(resume, ms)
      void stopped.promise.then(() => {
        clearTimeout(timer)
        return resume()
      })
    })
  const run = async () => {
    while (going) {
      try {
        if ((await step()) === 0) await pause(pauseMs)
      } catch (error) {
        onError(error as Error)
        await pause(Math.max(500, pauseMs))
      }
    }
  }
  const ended = run()
  return async () => {
    going = false
    stopped.resolve()
    await ended
  }
}
