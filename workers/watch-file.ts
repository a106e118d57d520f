// What the watchdog remembers, in a file: a restart repeats no alarm, and a supervisor reads how it stands.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Memory } from '../shared/domain/watch.ts'

/** The file as written: when it was looked last, whether all is well, and the alarms that stand. */
export type WatchFile = Memory & { lookedAt: string; well: boolean }

/** What an earlier watchdog remembered; nothing when there is no file, or none that can be read. */
export function readMemory(path: string | undefined): Memory {
  const nothing: Memory = { standing: [], tested: null, ends: [] }
  if (path === undefined) return nothing
  try {
    const { standing, tested, ends } = JSON.parse(readFileSync(path, 'utf8')) as WatchFile
    return Array.isArray(standing) ? { standing, tested: tested ?? null, ends: ends ?? [] } : nothing
  } catch {
    // No file yet, or half of one: everything that stands is told once more.
    return nothing
  }
}

/** Writes the file whole: whoever reads it meanwhile sees the old one or the new one. */
export function writeMemory(path: string | undefined, memory: Memory, lookedAt: string): void {
  if (path === undefined) return
  const file: WatchFile = { lookedAt, well: memory.standing.length === 0, ...memory }
  writeFileSync(`${path}.new`, JSON.stringify(file, null, 2), { mode: 0o644 })
  renameSync(`${path}.new`, path)
}
