// Keeps servers and processes running: what ends without being asked is started again, ever more slowly.

import { setTimeout as pause } from 'node:timers/promises'

/** Something that runs in a process of its own. `exited` resolves when it ended, whoever ended it. */
export type Running = { pid: number; port?: number; exited: Promise<void>; stop: () => Promise<void> }

/** A thing to keep running; `restart` is given what ran before, so that it can come back on the same port. */
export type Kept<R extends Running> = {
  name: string
  start: (before: R | undefined) => Promise<R>
  /** Told in words for a person. */
  tell: (text: string) => void
  /** Told after each start, with what runs now. */
  onStart: (running: R) => void
}

/** Handle on a kept thing. `stop` ends it for good; `current` is what runs now. */
export type Keeper<R extends Running> = { name: string; current: () => R; stop: () => Promise<void> }

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
const CALM_AFTER_MS = 60_000

type State<R> = { running: R; stopping: boolean; wake: AbortController }

/** Starts again until it runs; every failure doubles the pause, so that a broken part does not eat the machine. */
async function startAgain<R extends Running>(
  kept: Kept<R>,
  state: State<R>,
  failures: number,
): Promise<void> {
  for (let tries = failures; !state.stopping; tries += 1) {
    const wait = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS)
    await pause(wait, undefined, { signal: state.wake.signal }).catch(() => undefined)
    if (state.stopping) return
    try {
      state.running = await kept.start(state.running)
      // Asked to end while it was coming up: nobody else knows of this one.
      if (state.stopping) await state.running.stop()
      else {
        kept.onStart(state.running)
        kept.tell(`${kept.name}: runs again.`)
      }
      return
    } catch {
      kept.tell(`${kept.name}: does not start yet, trying again.`)
    }
  }
}

async function watch<R extends Running>(kept: Kept<R>, state: State<R>): Promise<void> {
  let failures = 0
  while (!state.stopping) {
    const since = performance.now()
    await state.running.exited
    if (state.stopping) return
    failures = performance.now() - since > CALM_AFTER_MS ? 0 : failures + 1
    kept.tell(`${kept.name}: ended unexpectedly, starting it again.`)
    await startAgain(kept, state, failures - 1)
  }
}

/** Starts a thing and keeps it running until its `stop`. Throws when the very first start fails. */
export async function keep<R extends Running>(kept: Kept<R>): Promise<Keeper<R>> {
  const state: State<R> = {
    running: await kept.start(undefined),
    stopping: false,
    wake: new AbortController(),
  }
  kept.onStart(state.running)
  const watching = watch(kept, state)
  const stop = async () => {
    state.stopping = true
    state.wake.abort()
    await state.running.stop()
    await watching
  }
  return { name: kept.name, current: () => state.running, stop }
}
