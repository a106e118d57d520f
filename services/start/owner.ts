// Who owns a data folder: one living process, recognised by its number and the moment it started.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const ownerSchema = z.object({ pid: z.int(), started: z.string() })
type Owner = z.infer<typeof ownerSchema>

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

const startedOf = (pid: number): string => {
  try {
    // The command name stands in parentheses and may itself hold spaces: count the fields after it.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''
  } catch {
    const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
    return ps.status === 0 ? ps.stdout.trim() : ''
  }
}

/** True while a process with this number exists, whoever it belongs to. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

const isSame = ({ pid, started }: Owner): boolean => isAlive(pid) && startedOf(pid) === started

const readOwner = (file: string): Owner | undefined => {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

/** The number of the living process that claimed `folder`, if there is one. */
export const ownerOf = (folder: string): number | undefined => {
  const owner = readOwner(join(folder, 'owner.json'))
  return owner && isSame(owner) ? owner.pid : undefined
}

/** Thrown by `claimFolder`: another living process works in that folder. */
export class FolderInUse extends Error {
  constructor(folder: string, pid: number) {
    super(`${folder} is in use by process ${pid}; stop that one first, or set BOKVAR_DATA to another folder.`)
    this.name = 'FolderInUse'
  }
}

/**
 * Claims `folder` for this process (it is made when missing). A claim of a dead process is taken over;
 * a claim of another living one throws `FolderInUse`.
 */
export const claimFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'owner.json')
  const mine = JSON.stringify({ pid: process.pid, started: startedOf(process.pid) } satisfies Owner)
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, mine, { flag: 'wx' })
      return
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const pid = ownerOf(folder)
    if (pid === process.pid) return
    if (pid !== undefined) throw new FolderInUse(folder, pid)
    rmSync(file, { force: true })
  }
  throw new FolderInUse(folder, ownerOf(folder) ?? 0)
}

/** Gives the folder back, so that the next process need not find out that we are gone. */
export const releaseFolder = (folder: string): void => {
  if (ownerOf(folder) === process.pid) rmSync(join(folder, 'owner.json'), { force: true })
}
