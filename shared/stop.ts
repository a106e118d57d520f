// Graceful stop of a process: ordered steps, one time limit, and never a process that outlives its parent.

/** One step of a stop: what it ends, and how. */
export type StopStep = { name: string; run: () => unknown }

/** `withinMs` bounds all steps together; `tell` hears why, and which step failed or was cut off, without the error's text. */
export type StopOptions = { withinMs: number; tell?: (text: string) => void }

/** How long a process whose parent was killed may tidy up: what it uses is going down at the same time. */
const ORPHAN_MS = 3_000

/**
 * Runs the steps in order, each after the one before has ended; a failing step does not keep the rest from running.
 * Resolves with the names of the steps that failed or were not reached in time.
 */
export async function runSteps(steps: readonly StopStep[], withinMs: number): Promise<string[]> {
  const unfinished = new Set(steps.map(({ name }) => name))
  const inOrder = async () => {
    for (const { name, run } of steps) {
      const ended = await Promise.resolve()
        .then(run)
        .then(
          () => true,
          () => false,
        )
      if (ended) unfinished.delete(name)
    }
  }
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, withinMs)
  })
  await Promise.race([inOrder(), limit])
  clearTimeout(timer)
  return [...unfinished]
}

/**
 * Ends this process in order on SIGTERM, SIGINT or when the process that started it is gone. A second signal is
 * harmless. Exits 0 when every step ended, else 1. The answer starts the same stop by hand, to exit with `code`.
 * Steps added to the array before the stop count too.
 */
export function stopOnSignal(
  steps: readonly StopStep[],
  options: StopOptions,
): (code?: number, reason?: string) => void {
  let stopping = false
  const stop = async (reason: string, withinMs: number, code = 0) => {
    if (stopping) return
    stopping = true
    options.tell?.(`Stopping: ${reason}`)
    const unfinished = await runSteps(steps, withinMs)
    if (unfinished.length > 0) options.tell?.(`Not ended in order: ${unfinished.join(', ')}`)
    process.exit(unfinished.length > 0 ? 1 : code)
  }
  const onSignal = (signal: string) => void stop(signal, options.withinMs)
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  exitWithParent(
    () => void stop('the process that started this one is gone', Math.min(options.withinMs, ORPHAN_MS)),
  )
  return (code, reason = 'asked to') => void stop(reason, options.withinMs, code)
}

/**
 * Calls `leave` when the process that started this one with an IPC channel is gone, even by kill -9.
 * Does nothing for a process that was started in another way (a container, a terminal).
 */
export function exitWithParent(leave: () => void): void {
  if (process.channel === undefined) return
  process.once('disconnect', leave)
  // The channel alone must not keep a process alive that has nothing left to do.
  process.channel?.unref()
}
