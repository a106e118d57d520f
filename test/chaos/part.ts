// One of our processes in the chaos run, started again whenever it ends, as a supervisor would.
import { setTimeout as pause } from 'node:timers/promises'
import { startChild, type ChildOptions } from '../../services/start/child.ts'
import type { Running } from '../../services/start/supervise.ts'

/** `hold` keeps it down until as many have released it as have held it. */
export type Part = {
  name: string
  pid: () => number
  up: () => boolean
  hold: () => Promise<void>
  release: () => void
  end: () => Promise<void>
}

const restartMs = 300

/** Starts it and keeps it running until its `end`. */
export async function keepPart(options: ChildOptions): Promise<Part> {
  let [holders, ended] = [0, false]
  // Started once more when it does not start: a database that is slow to answer is a supervisor's everyday.
  let running: Running | undefined = await startChild(options).catch(() => startChild(options))
  let freed = Promise.withResolvers<void>()
  const watch = async () => {
    while (!ended) {
      await running?.exited
      running = undefined
      if (holders > 0) await freed.promise
      if (ended) return
      await pause(restartMs)
      if (holders > 0 || ended) continue
      running = await startChild(options).catch(() => undefined)
      if (ended || holders > 0) await running?.stop()
    }
  }
  const watching = watch()
  return {
    name: options.name,
    pid: () => running?.pid ?? 0,
    up: () => running !== undefined,
    hold: async () => {
      holders += 1
      if (holders === 1) freed = Promise.withResolvers<void>()
      await running?.stop()
    },
    release: () => {
      holders -= 1
      if (holders === 0) freed.resolve()
    },
    end: async () => {
      ended = true
      freed.resolve()
      await running?.stop()
      await watching
    },
  }
}
