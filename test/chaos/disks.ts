// Small disks of memory for data, write-ahead log and our logs, so that they can be filled; none where mounting is not allowed.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export type DiskName = 'data' | 'wal' | 'log'

/** A disk that can be filled to the last byte and emptied of what filled it. */
export type Disk = { folder: string; fill: () => number; free: () => void; close: () => void }

const megabytes: Record<DiskName, number> = { data: 1_500, wal: 700, log: 40 }

function mount(folder: string, size: number): boolean {
  mkdirSync(folder, { recursive: true })
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=0711`, 'tmpfs', folder]).status === 0
}

/** Fills what is free, in ever smaller pieces. Returns how many bytes it took. */
function fillUp(path: string): number {
  const file = openSync(path, 'a')
  let written = 0
  try {
    for (let piece = 4 << 20; piece >= 512;) {
      try {
        written += writeSync(file, Buffer.alloc(piece))
      } catch {
        piece = Math.floor(piece / 2)
      }
    }
  } finally {
    closeSync(file)
  }
  return written
}

/** Mounts one over `folder`; undefined when this machine does not allow it. */
export function openDisk(name: DiskName, folder: string): Disk | undefined {
  if (!hasMountsOfItsOwn() || !mount(folder, megabytes[name])) return undefined
  const ballast = join(folder, 'ballast')
  const close = () => {
    process.off('exit', close)
    spawnSync('umount', ['-l', folder])
  }
  // Before whoever removes the folder: an ended run that was mounted still would leave it behind.
  process.prependOnceListener('exit', close)
  return {
    folder,
    fill: () => fillUp(ballast),
    free: () => rmSync(ballast, { force: true }),
    close,
  }
}

const MARK = 'BOKVAR_CHAOS_MOUNTS'

/** Whether this process has mounts that nobody else sees. */
export const hasMountsOfItsOwn = () => process.env[MARK] === 'own'

/** Runs this same command where its mounts are its own; its exit code, or undefined where that is not allowed. */
export async function inMountsOfItsOwn(): Promise<number | undefined> {
  const wrap = ['--mount', '--propagation', 'private']
  if (process.getuid?.() !== 0 || spawnSync('unshare', [...wrap, 'true']).status !== 0) return undefined
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn('unshare', [...wrap, ...again], {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: 'own' },
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((ended) => child.once('exit', (code) => ended(code ?? 1)))
}
