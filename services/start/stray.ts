// A server that was left behind when its starter and its guard were both killed: found by its folder, and ended.

import { spawnSync } from 'node:child_process'
import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from './owner.ts'

/** What is known of it: its number, the folder it works in, and a word of its command line. */
export type Stray = { pid: number; folder: string; word: string }

/** A number is used again after a restart of the machine: a stranger must not be taken for our server. */
function isOurs({ pid, folder, word }: Stray): boolean {
  if (!(pid > 1) || !isAlive(pid)) return false
  const cwd = `/proc/${pid}/cwd`
  if (existsSync('/proc/self')) {
    // Unreadable for another user's process: then the folder it works in, which is ours, cannot be its own.
    try {
      return readlinkSync(cwd) === realpathSync(folder)
    } catch {
      return false
    }
  }
  const ps = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  return ps.stdout.includes(word)
}

/** Ends it with `signals` in turn, each with ten seconds to act. Does nothing when it is gone or somebody else's. */
export async function endStray(stray: Stray, signals: readonly NodeJS.Signals[]): Promise<void> {
  if (!isOurs(stray)) return
  for (const signal of signals) {
    process.kill(stray.pid, signal)
    for (let waited = 0; isAlive(stray.pid) && waited < 10_000; waited += 50) await pause(50)
    if (!isAlive(stray.pid)) return
  }
}
