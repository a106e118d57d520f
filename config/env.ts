// Every setting of every process: one table of variables, read once and checked as a whole before anything opens.
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { overTls } from './tls.ts'

type Source = Readonly<Record<string, string | undefined>>

const help = z.registry<{ name: string; help: string }>()

function named<T extends z.ZodType>(name: string, type: T, text: string): T {
  help.add(type, { name, help: text })
  return type
}

function whole(least: number, most: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most))
}

function link(protocol: RegExp) {
  return z.url({ protocol })
}

const text = z.string().trim().min(1)
const list = text.transform((written) => written.split(/[\s,]+/))
const postgres = link(/^postgres(ql)?$/)
const web = link(/^https?$/)
const milliseconds = whole(10, 3_600_000)
const seconds = whole(1, 3600)

const table = z.object({
  port: named('PORT', whole(0, 65_535).default(3000), 'Port of the pages and the API; 0 takes a free one.'),
  host: named('HOST', text.default('127.0.0.1'), 'Address to listen on; 0.0.0.0 in a container.'),
  baseUrl: named('BASE_URL', web.optional(), 'Public address; http://localhost:PORT when not set.'),
  trustedProxies: named(
    'TRUSTED_PROXIES',
    text.optional(),
    'Proxies whose X-Forwarded-For counts (CIDR list).',
  ),
  environment: named(
    'NODE_ENV',
    z.enum(['development', 'test', 'production']).default('development'),
    'production refuses generated keys.',
  ),
  scannerUrl: named('SCANNER_URL', link(/^tcp$/).optional(), 'clamd that looks at files: tcp://host:3310.'),
  logLevel: named(
    'LOG_LEVEL',
    z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
    'How much is logged.',
  ),
  dataFolder: named('BOKVAR_DATA', text.default('.bokvar'), 'Folder of what npm start keeps.'),
  municipality: named(
    'BOKVAR_MUNICIPALITY',
    z
      .string()
      .regex(/^\d{4}$/)
      .default('1880'),
    'Municipality code (four digits) whose tables are loaded the first time.',
  ),
  keysFile: named(
    'BOKVAR_KEYS_FILE',
    text.optional(),
    'JSON file with encryption and index keys, mode 0600.',
  ),
  databaseUrl: named(
    'DATABASE_URL',
    postgres.optional(),
    'PostgreSQL 15 or newer; npm start brings its own when not set.',
  ),
  webDatabaseUrl: named('WEB_DATABASE_URL', postgres.optional(), 'The web’s own login; DATABASE_URL else.'),
  workerDatabaseUrl: named('WORKER_DATABASE_URL', postgres.optional(), 'The workers’ own login, likewise.'),
  watchdogDatabaseUrl: named('WATCHDOG_DATABASE_URL', postgres.optional(), 'The watchdog’s own, likewise.'),
  tlsOff: named(
    'TLS_OFF',
    list.optional(),
    'In production without TLS: some of database, redis, smtp, identity, scanner.',
  ),
  tlsCaFile: named(
    'TLS_CA_FILE',
    text.optional(),
    'Certificates believed besides, for the database and the queue.',
  ),
  databaseConnections: named(
    'DATABASE_CONNECTIONS',
    whole(1, 500).default(10),
    'Connections at most per pool.',
  ),
  redisUrl: named('REDIS_URL', link(/^rediss?$/).optional(), 'Valkey or Redis 6.2+ with noeviction.'),
  queue: named(
    'BOKVAR_QUEUE',
    z.enum(['auto', 'redis', 'postgres']).default('auto'),
    'Queue backend; auto takes REDIS_URL, else an installed server, else PostgreSQL.',
  ),
  queuePagePort: named('QUEUE_PAGE_PORT', whole(1, 65_535).default(3300), 'Where `npm run queue` listens.'),
  traces: named(
    'TRACES',
    z.enum(['on', 'off']).default('off'),
    'Spans of each ring for the OpenTelemetry kit that the process is started with.',
  ),
  workerConcurrency: named(
    'WORKER_CONCURRENCY',
    whole(1, 100).default(2),
    'Rings answered at once per queue.',
  ),
  relayIntervalMs: named(
    'RELAY_INTERVAL_MS',
    milliseconds.default(50),
    'How often the relay looks for outbox rows.',
  ),
  relayBatch: named('RELAY_BATCH', whole(1, 10_000).default(2000), 'Outbox rows the relay claims at once.'),
  leaseSeconds: named(
    'LEASE_SECONDS',
    seconds.default(20),
    'After this an unfinished outbox row is rung again.',
  ),
  sweepIntervalMs: named(
    'SWEEP_INTERVAL_MS',
    milliseconds.default(1000),
    'How often due deadlines are looked for.',
  ),
  pollIntervalMs: named(
    'POLL_INTERVAL_MS',
    milliseconds.default(1000),
    'How often overdue rows are looked for.',
  ),
  pollOverdueSeconds: named(
    'POLL_OVERDUE_SECONDS',
    seconds.default(2),
    'How late a row is before the poll takes it.',
  ),
  stopWithinMs: named(
    'STOP_WITHIN_MS',
    milliseconds.default(20_000),
    'How long work in hand may take on SIGTERM.',
  ),
  smtpUrl: named('SMTP_URL', link(/^smtps?$/).optional(), 'Mail server; npm start brings a catcher.'),
  mailFrom: named('MAIL_FROM', text.default('Bokvar <bokvar@localhost>'), 'Sender of all mail.'),
  dutyMail: named(
    'DUTY_MAIL',
    z
      .string()
      .regex(/^\s*[^\s@,<>]+@[^\s@,<>]+(\s*,\s*[^\s@,<>]+@[^\s@,<>]+)*\s*$/)
      .optional(),
    'Who is told of alarms: one address, or several with a comma between; the log alone when not set.',
  ),
  lateSeconds: named(
    'LATE_SECONDS',
    seconds.default(60),
    'How long something due may wait before it is late (/health/deadlines, the watchdog).',
  ),
  watchdogIntervalMs: named(
    'WATCHDOG_INTERVAL_MS',
    milliseconds.default(5000),
    'How often the watchdog looks.',
  ),
  watchdogPort: named(
    'WATCHDOG_PORT',
    whole(1, 65_535).optional(),
    'Port of the watchdog’s own /health/deadlines; none when not set.',
  ),
  watchdogFile: named(
    'WATCHDOG_FILE',
    text.optional(),
    'File with the alarms that stand, for a supervisor to read; remembers them over a restart.',
  ),
  staffIssuer: named('OIDC_STAFF_ISSUER', web.optional(), 'Identity provider of the staff.'),
  staffClientId: named('OIDC_STAFF_CLIENT_ID', text.optional(), 'Our client there.'),
  staffClientSecret: named('OIDC_STAFF_CLIENT_SECRET', text.optional(), 'Its secret.'),
  staffPreset: named(
    'OIDC_STAFF_PRESET',
    text.default('standard'),
    'Its kind: config/identity/presets.json.',
  ),
  staffLevels: named('OIDC_STAFF_LEVELS', list.optional(), 'Levels that do, or any; the preset’s else.'),
  landlordIssuer: named('OIDC_LANDLORD_ISSUER', web.optional(), 'Identity provider of the landlords.'),
  landlordClientId: named('OIDC_LANDLORD_CLIENT_ID', text.optional(), 'Our client there.'),
  landlordClientSecret: named('OIDC_LANDLORD_CLIENT_SECRET', text.optional(), 'Its secret.'),
  landlordPreset: named('OIDC_LANDLORD_PRESET', text.default('standard'), 'Its kind, as for the staff.'),
  landlordLevels: named('OIDC_LANDLORD_LEVELS', list.optional(), 'Levels that do, as for the staff.'),
  rateRequests: named('RATE_REQUESTS', whole(1, 1_000_000).default(1000), 'Requests per sender in a period.'),
  rateSeconds: named('RATE_SECONDS', seconds.default(1), 'The period in which requests are counted.'),
  tokenIssuer: named('TOKEN_ISSUER', web.optional(), 'Issuer of the access tokens that systems send.'),
  tokenAudience: named('TOKEN_AUDIENCE', text.default('bokvar'), 'Audience those tokens must be meant for.'),
  startedByNpm: named(
    'npm_lifecycle_event',
    text.optional(),
    'Set by npm itself: then npm start ends with npm.',
  ),
})

/** All settings of a process; what has no default may be missing. */
export type Settings = Readonly<z.infer<typeof table>>
/** The name of a setting in code. */
export type Setting = keyof Settings
/** Settings in which those named `S`, and our own address, are known to be set. */
export type Environment<S extends Setting = never> = Settings &
  Readonly<{ [R in S | 'baseUrl']: Exclude<Settings[R], undefined> }>

type Faulty = { setting: Setting; fault: 'missing' | 'not acceptable' | 'without TLS in production' }

/** What is wrong with the environment: names and rules, never the values, which may be secrets. */
export class EnvironmentFault extends Error {
  readonly names: readonly string[]

  constructor(faulty: readonly Faulty[]) {
    const lines = faulty.map(({ setting, fault }) => `  ${nameOf(setting)}: ${fault}. ${helpOf(setting)}`)
    super(`These environment variables must be mended (npm run env lists them all):\n${lines.join('\n')}`)
    this.name = 'EnvironmentFault'
    this.names = faulty.map(({ setting }) => nameOf(setting))
  }
}

const settings = table.keyof().options

function nameOf(setting: Setting): string {
  return help.get(table.shape[setting])?.name ?? setting
}

function helpOf(setting: Setting): string {
  return help.get(table.shape[setting])?.help ?? ''
}

function isComplete<S extends Setting>(found: Settings, needed: readonly S[]): found is Environment<S> {
  return found.baseUrl !== undefined && needed.every((setting) => found[setting] !== undefined)
}

/**
 * Reads and checks the whole environment; `needed` are the settings this process cannot do without
 * (the database, when nothing is said). Throws one `EnvironmentFault` that names all that is missing or malformed.
 */
export function readEnvironment(): Environment<'databaseUrl'>
export function readEnvironment<S extends Setting>(needed: readonly S[], source?: Source): Environment<S>
export function readEnvironment(
  needed: readonly Setting[] = ['databaseUrl'],
  source: Source = process.env,
): Environment<Setting> {
  // Compose passes a variable that is not set as empty text: that is "not set" too.
  const given = Object.fromEntries(settings.map((setting) => [setting, source[nameOf(setting)] || undefined]))
  const read = table.safeParse(given)
  const malformed = new Set(read.error?.issues.map(({ path }) => path[0]))
  const faulty = settings.flatMap((setting): Faulty[] => {
    if (malformed.has(setting)) return [{ setting, fault: 'not acceptable' }]
    const has = given[setting] !== undefined || read.data?.[setting] !== undefined
    return has || !needed.includes(setting) ? [] : [{ setting, fault: 'missing' }]
  })
  if (read.data === undefined || faulty.length > 0) throw new EnvironmentFault(faulty)
  const found = { ...read.data, baseUrl: read.data.baseUrl ?? `http://localhost:${read.data.port}` }
  const safe = found.environment === 'production' ? demandTls(found) : found
  if (!isComplete(safe, needed)) throw new EnvironmentFault([])
  return Object.freeze(safe)
}

const CARRIED = {
  databaseUrl: 'database',
  webDatabaseUrl: 'database',
  workerDatabaseUrl: 'database',
  watchdogDatabaseUrl: 'database',
  redisUrl: 'redis',
  smtpUrl: 'smtp',
  scannerUrl: 'scanner',
  staffIssuer: 'identity',
  landlordIssuer: 'identity',
  tokenIssuer: 'identity',
} as const

/** What carries personal data or wakes the work goes over TLS; forgetting it must stop the start, not be found later. */
function demandTls(found: Settings): Settings {
  const tls = { off: found.tlsOff ?? [], caFile: found.tlsCaFile }
  const given = Object.entries(CARRIED).flatMap(([name, part]) => {
    const setting = name as keyof typeof CARRIED
    const address = found[setting]
    return address === undefined ? [] : [{ setting, address: overTls(part, address, tls) }]
  })
  const bare = given.filter(({ address }) => address === null)
  if (bare.length > 0)
    throw new EnvironmentFault(bare.map(({ setting }) => ({ setting, fault: 'without TLS in production' })))
  return { ...found, ...Object.fromEntries(given.map(({ setting, address }) => [setting, address])) }
}

/** The variables of a child process: ours, with `changes` in place of what was there. */
export function environmentWith(changes: Partial<Settings>, source: Source = process.env): Source {
  const changed = settings.flatMap((setting) => {
    const value = changes[setting]
    return value === undefined ? [] : [[nameOf(setting), String(value)] as const]
  })
  return { ...source, ...Object.fromEntries(changed) }
}

/** The table as `npm run env` prints it: name, meaning and default of each variable. */
export function describeEnvironment(): string {
  const defaults = table.parse({})
  const width = Math.max(...settings.map((setting) => nameOf(setting).length))
  const line = (setting: Setting) => {
    const value = defaults[setting]
    return `${nameOf(setting).padEnd(width)}  ${helpOf(setting)}${value === undefined ? '' : ` [${String(value)}]`}`
  }
  return settings.map(line).join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${describeEnvironment()}\n`)
