// The npm that started us: it cannot tell us when it is killed with -9, so we look whether it is still there.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

type Parentage = { parent: number; command: string }

function parentageOf(pid: number): Parentage | undefined {
  try {
    // The command name stands in parentheses and may itself hold spaces: count the fields after it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? ''
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return { parent: Number(stat.split(' ')[1]), command }
  } catch {
    const ps = spawnSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' })
    const [, parent, command] = /^\s*(\d+)\s+(.*)/.exec(ps.stdout ?? '') ?? []
    return parent === undefined || command === undefined ? undefined : { parent: Number(parent), command }
  }
}

/**
 * Calls `leave` once when npm is gone. npm runs its scripts through a shell, which survives it: then it is the
 * shell that changes parents, not we. A parent that has died but is not yet buried counts as gone, too.
 */
export function leaveWithNpm(leave: () => void): void {
  const parent = process.ppid
  const shell = parentageOf(parent)
  const npm = shell !== undefined && /^\S*sh -c /.test(shell.command) ? shell.parent : undefined
  const watch = setInterval(() => {
    // What cannot be read just now is no reason to leave.
    const grandparent = npm === undefined ? undefined : parentageOf(parent)?.parent
    if (process.ppid === parent && (grandparent === undefined || grandparent === npm)) return
    clearInterval(watch)
    leave()
  }, 1000)
  watch.unref()
}
