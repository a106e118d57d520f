// Opens the database: one pool per process and role, with dates as ISO strings and whole numbers as numbers.
import type { Socket } from 'node:net'
import { Pool, types, type PoolClient } from 'pg'
import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely'
import type { DB } from './schema.ts'

export type Db = Kysely<DB>
export type Trx = Transaction<DB>

/** Each process has its own database role; none of them owns a table (see migrations 0001 and 0005). */
export type DbRole =
  | 'owner'
  | 'bokvar_web'
  | 'bokvar_worker'
  | 'bokvar_relay'
  | 'bokvar_sweeper'
  | 'bokvar_watchdog'
  | 'bokvar_auditor'
  | 'bokvar_eraser'

export type OpenOptions = {
  url: string
  role: DbRole
  /** Connections at most in this pool. */
  max?: number
  /** Milliseconds before a statement is given up. */
  statementTimeout?: number
  /** Told when an idle connection breaks; without a listener the process would die of it. */
  onError?: (error: Error) => void
}

const DATE = 1082
const INT8 = 20
const NUMERIC = 1700
const TIMESTAMPTZ = 1184

// What pg does with every other type; its own declaration knows only the numbers of its list.
const parserOf: (oid: number) => unknown = types.getTypeParser

function parser(oid: number): (text: string) => unknown {
  // A legal date has no time of day: as a JavaScript Date it would move with the process' time zone.
  if (oid === DATE) return (text) => text
  if (oid === INT8 || oid === NUMERIC) return Number
  if (oid === TIMESTAMPTZ) return (text) => new Date(text).toISOString()
  return parserOf(oid) as (text: string) => unknown
}

// Longer than a process' heartbeat is apart, so that one line stays open and knows the tables: closed after ten seconds, as
// pg does by itself, the first page of each quiet minute waited for a new one. Shorter than silence is borne (below).
const IDLE_MS = 15_000

/** Opens a pool as one role. Session timeouts keep a frozen client from holding row locks longer than a lease. */
export function openPool(options: OpenOptions): Pool {
  const { url, role, max = 8, statementTimeout = 15_000, onError = () => undefined } = options
  const settings = {
    ...(role === 'owner' ? {} : { role }),
    TimeZone: 'UTC',
    statement_timeout: String(statementTimeout),
    lock_timeout: String(Math.min(statementTimeout, 10_000)),
    idle_in_transaction_session_timeout: '20000',
    jit: 'off',
  }
  const pool = new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: IDLE_MS,
    application_name: role,
    keepAlive: true,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: { getTypeParser: parser as never },
  })
  pool.on('error', onError)
  pool.on('connect', (client) => {
    client.on('error', onError)
    if (statementTimeout > 0) hangUpWhenSilent(client, statementTimeout + SILENCE_MS)
  })
  return pool
}

/** The server cuts off a statement or an idle transaction before this; longer silence means that nobody is there. */
const SILENCE_MS = 5_000

/**
 * A line that a firewall has dropped, or a server that lost its power, says nothing: the statement under way would
 * wait for hours, and the loop that sent it would stand still without an error.
 */
function hangUpWhenSilent(client: PoolClient, ms: number): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.setTimeout(ms, () => stream.destroy(new Error('Connection terminated: the server is silent')))
}

/** Opens the typed query builder over a pool of its own. `destroy()` closes it. */
export function openDatabase(options: OpenOptions): Db {
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool: openPool(options) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}
