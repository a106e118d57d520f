// One of our own Node processes as a child: guarded, logged to a file of its own, ready when it says so.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { guard } from './guard.ts'
import type { Running } from './supervise.ts'

/** `script` is relative to the repository. Ready is: `readyUrl` answers 200, or without one the message 'ready'. */
export type ChildOptions = {
  name: string
  script: string
  environment: Readonly<Record<string, string | undefined>>
  logFolder: string
  port?: number
  readyUrl?: string
  /** Options of Node itself. */
  flags?: readonly string[]
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 15_000
const LOG_LIMIT_BYTES = 20_000_000

function openLog(folder: string, name: string): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${name}.log`)
  const log = openSync(file, 'a', 0o600)
  if (statSync(file).size > LOG_LIMIT_BYTES) truncateSync(file)
  return log
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

async function becomesReady(
  child: ChildProcess,
  isReady: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const giveUpAt = performance.now() + READY_WITHIN_MS
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    if (await isReady()) return true
    if (performance.now() > giveUpAt) child.kill('SIGKILL')
    await pause(50)
  }
  return false
}

function launch({ name, script, environment, logFolder, flags = [] }: ChildOptions): ChildProcess {
  const log = openLog(logFolder, name)
  const options = [...flags, '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...options, join(ROOT, script)], {
    // What a start has compiled the next one reads: half of the processor time that each process takes to be ready.
    env: { NODE_COMPILE_CACHE: join(logFolder, '..', 'compiled'), ...environment },
    stdio: ['ignore', log, log, 'ipc'],
    // Ctrl-C in the terminal goes to us alone; the children are ended in order, each told once.
    detached: true,
  })
  closeSync(log)
  if (child.pid !== undefined) guard(child, 'TERM')
  return child
}

/**
 * Starts it and waits until it is ready. `stop` sends SIGTERM, and SIGKILL after 15 s.
 * Throws when it ends before it is ready; its log says why.
 */
export async function startChild(options: ChildOptions): Promise<Running> {
  const child = launch(options)
  const exited = new Promise<void>((done) => {
    child.once('exit', () => done())
    child.once('error', () => done())
  })
  let told = false
  child.on('message', (message) => (told ||= message === 'ready'))
  const { readyUrl } = options
  if (!(await becomesReady(child, () => (readyUrl === undefined ? told : answers(readyUrl))))) {
    const file = join(options.logFolder, `${options.name}.log`)
    throw new Error(
      `${options.name} does not start. The end of ${file}:\n${readFileSync(file, 'utf8').slice(-1500)}`,
    )
  }
  const stop = async () => {
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
    child.kill('SIGTERM')
    await exited
    clearTimeout(force)
  }
  return { pid: child.pid ?? 0, exited, stop, ...(options.port !== undefined && { port: options.port }) }
}
