// Starts a real PostgreSQL of our own on the loopback address, and leaves nothing running behind.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { guard } from './guard.ts'
import { claimFolder, releaseFolder } from './owner.ts'
import { endLeftover, ensureInitialised, isNew, keepPassword, preparePlace, USER } from './postgres-folder.ts'
import type { Place } from './postgres-folder.ts'
import { freePort } from './ports.ts'

/** `durable`: what was committed survives a power cut (the demo, a small municipality); otherwise fast, for tests. */
export type PostgresOptions = {
  dataDir: string
  durable: boolean
  port?: number
  password?: string
  /** Settings of the server besides ours, which they overrule. */
  settings?: Readonly<Record<string, string>>
  onProgress?: (text: string) => void
}

/** A running server. `exited` resolves when it ended, whoever ended it. */
export type Postgres = {
  url: string
  port: number
  pid: number
  exited: Promise<void>
  stop: (mode?: 'fast' | 'immediate') => Promise<void>
}

const READY_WITHIN_MS = 30_000
const LOG_LIMIT_BYTES = 5_000_000

// Statements and row values may hold personal data: neither may reach the server's log.
const ALWAYS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: '0',
}
const DURABLE = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  password_encryption: 'scram-sha-256',
}
const FAST = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum_naptime: '10min',
}

const openLog = (root: string): number => {
  const file = join(root, 'postgres.log')
  const log = openSync(file, 'a', 0o600)
  if (statSync(file).size > LOG_LIMIT_BYTES) truncateSync(file)
  return log
}

const launch = (place: Place, port: number, { durable, settings = {} }: PostgresOptions): ChildProcess => {
  const all = Object.entries({ ...ALWAYS, ...(durable ? DURABLE : FAST), ...settings, port: String(port) })
  const log = openLog(place.root)
  const server = spawn(
    join(place.bin, 'postgres'),
    ['-D', place.dataArgument, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...place.account,
      cwd: place.data,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', log, log],
      // Its own session: Ctrl-C in the terminal must reach the programs that use it first, not the server.
      detached: true,
    },
  )
  closeSync(log)
  if (server.pid !== undefined) guard(server, durable ? 'INT' : 'QUIT', place.account)
  return server
}

const answers = async (url: string): Promise<boolean> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Waits until the server answers; false when it ended instead. */
const becomesReady = async (server: ChildProcess, url: string): Promise<boolean> => {
  const giveUpAt = performance.now() + READY_WITHIN_MS
  while (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
    if (await answers(url)) return true
    if (performance.now() > giveUpAt) server.kill('SIGQUIT')
    await pause(25)
  }
  return false
}

const lastWords = (root: string): string => readFileSync(join(root, 'postgres.log'), 'utf8').slice(-600)

const stopper =
  (server: ChildProcess, exited: Promise<void>, release: () => void) =>
  async (mode: 'fast' | 'immediate' = 'fast'): Promise<void> => {
    const urge = setTimeout(() => server.kill('SIGQUIT'), 10_000)
    const force = setTimeout(() => server.kill('SIGKILL'), 15_000)
    server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await exited
    clearTimeout(urge)
    clearTimeout(force)
    release()
  }

const startIn = async (place: Place, options: PostgresOptions): Promise<Postgres> => {
  const password = options.durable ? keepPassword(place.root, options.password) : undefined
  await ensureInitialised(place, password)
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const port = options.port ?? (await freePort())
    const url = `postgres://${USER}${password === undefined ? '' : `:${password}`}@127.0.0.1:${port}/postgres`
    const server = launch(place, port, options)
    const exited = new Promise<void>((resolve) => {
      server.once('exit', () => resolve())
      server.once('error', () => resolve())
    })
    if (await becomesReady(server, url)) {
      return {
        url,
        port,
        pid: server.pid ?? 0,
        exited,
        stop: stopper(server, exited, () => releaseFolder(place.root)),
      }
    }
    // Lost the port to somebody, or the last sessions of a server killed with -9 still hold its memory.
    await pause(100 * attempt)
  }
  throw new Error(`PostgreSQL does not start in ${place.root}: ${lastWords(place.root)}`)
}

/**
 * Starts PostgreSQL with its files under `dataDir`, on `port` or a free one of 127.0.0.1, and waits until it answers.
 * Root hands it to an unprivileged user. It ends with `stop()`, or when this process ends in whatever way.
 * Throws `FolderInUse` when another living process uses the folder.
 */
export const startPostgres = async (options: PostgresOptions): Promise<Postgres> => {
  claimFolder(options.dataDir)
  try {
    const place = preparePlace(options.dataDir)
    if (isNew(place)) options.onProgress?.('Creating the database (the first time only) …')
    await endLeftover(place)
    return await startIn(place, options)
  } catch (error) {
    releaseFolder(options.dataDir)
    throw error
  }
}
