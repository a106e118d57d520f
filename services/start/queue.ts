// Chooses where the bell hangs: a given Redis, a server of this machine run for us alone, or our PostgreSQL.

import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { guard } from './guard.ts'
import { freePort, isListening } from './ports.ts'
import { accountFor, own } from './postgres-binaries.ts'
import { endStray } from './stray.ts'
import type { Running } from './supervise.ts'

/** What the choice is made from; `wish` is BOKVAR_QUEUE. */
export type QueueWish = { redisUrl?: string | undefined; wish: 'auto' | 'redis' | 'postgres' }

/** The choice: an address that is already served, a program to run ourselves, or the database we have. */
export type QueueChoice =
  { kind: 'given'; url: string } | { kind: 'private'; program: string } | { kind: 'postgres' }

/** A Redis or Valkey of ours, and the address with its password. */
export type PrivateRedis = Running & { url: string }

const PROGRAMS = ['valkey-server', 'redis-server']
const OLDEST = [6, 2] as const

function isNewEnough(program: string): boolean {
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' })
  const [, major, minor] = /v=(\d+)\.(\d+)/.exec(version.stdout ?? '') ?? []
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])
}

/**
 * Where the queue goes. Throws when `redis` is demanded and this machine has none, so that nobody
 * believes to run on Redis who does not.
 */
export function chooseQueue({ redisUrl, wish }: QueueWish): QueueChoice {
  if (wish === 'postgres') return { kind: 'postgres' }
  if (redisUrl !== undefined) return { kind: 'given', url: redisUrl }
  const program = PROGRAMS.find(isNewEnough)
  if (program !== undefined) return { kind: 'private', program }
  if (wish === 'redis') {
    throw new Error(
      'BOKVAR_QUEUE is redis, but there is no REDIS_URL and no valkey-server or redis-server 6.2+ here.',
    )
  }
  return { kind: 'postgres' }
}

function keptPassword(folder: string): string {
  const file = join(folder, 'password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

// An evicted or forgotten job would be late by a lease; a full disk of snapshots would stop the server.
function configuration(port: number, password: string): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n')
}

function launch(program: string, folder: string, text: string) {
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true })
  const account = accountFor(data)
  chmodSync(data, 0o700)
  own(data, account)
  const log = openSync(join(folder, 'queue.log'), 'w', 0o600)
  // The settings go in by stdin, so that the password stands in no file and no list of processes; the data folder
  // is entered before the rights are dropped, because root's home may be closed to the user the server runs as.
  const server = spawn(program, ['-'], { ...account, cwd: data, stdio: ['pipe', log, log], detached: true })
  closeSync(log)
  server.stdin?.on('error', () => undefined)
  server.stdin?.end(text)
  if (server.pid !== undefined) guard(server, 'TERM', account)
  return server
}

/** Two servers that append to one file would ruin it: the one left behind by a killed process goes first. */
async function endLeftover(root: string): Promise<void> {
  const file = join(root, 'pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8'))
  await endStray({ pid, folder: join(root, 'data'), word: 'server' }, ['SIGTERM', 'SIGKILL'])
  rmSync(file, { force: true })
}

/** Runs `program` for us alone, with its data under `folder`, on `port` or a free one of the loopback address. */
export async function startRedis(program: string, folder: string, wanted?: number): Promise<PrivateRedis> {
  const root = resolve(folder)
  mkdirSync(root, { recursive: true, mode: 0o711 })
  const password = keptPassword(root)
  await endLeftover(root)
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const port = wanted ?? (await freePort())
    const server = launch(program, root, configuration(port, password))
    const exited = new Promise<void>((done) => {
      server.once('exit', () => done())
      server.once('error', () => done())
    })
    while (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
      if (await isListening(port)) {
        const stop = async () => {
          const force = setTimeout(() => server.kill('SIGKILL'), 10_000)
          server.kill('SIGTERM')
          await exited
          clearTimeout(force)
        }
        writeFileSync(join(root, 'pid'), String(server.pid))
        return { url: `redis://:${password}@127.0.0.1:${port}`, port, pid: server.pid, exited, stop }
      }
      await pause(25)
    }
    await pause(100 * attempt)
  }
  throw new Error(`${program} does not start in ${root}; see queue.log there.`)
}
