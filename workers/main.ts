// Starts the parts of the work named on the command line (relay, sweep, work; all when none is named) and stops them in order.
import { hostname } from 'node:os'
import { readDataFile } from '../config/files.ts'
import { readEnvironment } from '../config/env.ts'
import { openDatabase } from '../shared/db/open.ts'
import { readLaw } from '../shared/domain/periods.ts'
import { openLog } from '../shared/log.ts'
import { openMailer } from '../shared/mailer.ts'
import { topics } from '../shared/outbox.ts'
import { openBell, openEars, type QueueBackend } from '../shared/queues.ts'
import { readKeys } from '../shared/seal.ts'
import { stopOnSignal, type StopStep } from '../shared/stop.ts'
import { lawFingerprint, noteLaw } from '../shared/casework/law.ts'
import { beat, sweepDeadlines, sweepStages, sweepTasks } from '../shared/casework/sweeps.ts'
import { handlersOf } from './handlers.ts'
import { loop } from './loop.ts'
import { pollOnce } from './poll.ts'
import { relayOnce } from './relay.ts'
import { answer } from './worker.ts'

const parts = ['relay', 'sweep', 'work'] as const
type Part = (typeof parts)[number]

const env = readEnvironment(['databaseUrl', 'smtpUrl', 'keysFile'])
const log = openLog('workers', env.logLevel)
const onFailure = (failure: object) => log.warn(failure, 'failed')
const onError = (error: Error) => log.warn({ err: error }, 'away')
const backend: QueueBackend = env.redisUrl
  ? { kind: 'redis', url: env.redisUrl }
  : { kind: 'postgres', url: env.databaseUrl }
const open = (role: 'bokvar_relay' | 'bokvar_sweeper' | 'bokvar_worker') =>
  openDatabase({ url: env.databaseUrl, role, max: env.databaseConnections, onError })

/** The law's tables change when a process starts; asking now and then costs one row and mends a missed start. */
const lawPauseMs = 600_000

function startRelay(): StopStep[] {
  const db = open('bokvar_relay')
  const bell = openBell(backend, onError)
  const stop = loop(
    () => relayOnce(db, bell, { batch: env.relayBatch, leaseSeconds: env.leaseSeconds }),
    env.relayIntervalMs,
    onError,
  )
  return [
    { name: 'relay', run: stop },
    { name: 'bell', run: bell.close },
    { name: 'relay database', run: () => db.destroy() },
  ]
}

function startSweep(): StopStep[] {
  const db = open('bokvar_sweeper')
  const name = `sweep ${hostname()} ${process.pid}`
  const step = async () => {
    await beat(db, name, 'sweep', new Date())
    return (await sweepStages(db)) + (await sweepTasks(db)) + (await sweepDeadlines(db))
  }
  return [
    { name: 'sweep', run: loop(step, env.sweepIntervalMs, onError) },
    { name: 'sweep database', run: () => db.destroy() },
  ]
}

function startWork(): StopStep[] {
  const tables = [readDataFile('law/periods.csv'), readDataFile('law/holidays.csv')] as const
  const { law, problems } = readLaw(...tables)
  if (!law) throw new Error(`The law's tables cannot be read: ${problems[0] ?? ''}`)
  const db = open('bokvar_worker')
  const mailer = openMailer(env.smtpUrl, env.mailFrom)
  const handlers = handlersOf({ db, mailer, law, keys: readKeys(env.keysFile), baseUrl: env.baseUrl })
  const ears = openEars(
    backend,
    (ring) => answer(db, handlers, ring, onFailure),
    onError,
    env.workerConcurrency,
  )
  const seconds = env.pollOverdueSeconds
  // Mail has a poll of its own: a slow mail server must not hold back the rest of the work while the queue is away.
  const polls = [['mail.queued'] as const, topics.filter((topic) => topic !== 'mail.queued')].map((some) =>
    loop(() => pollOnce(db, handlers, onFailure, { seconds, topics: some }), env.pollIntervalMs, onError),
  )
  // Asked again until it has been answered once: the database may be away as this process starts.
  const fingerprint = lawFingerprint(tables)
  const compare = loop(() => noteLaw(db, fingerprint), lawPauseMs, onError)
  return [
    { name: 'law', run: compare },
    { name: 'ears', run: ears.close },
    { name: 'poll', run: () => Promise.all(polls.map((stop) => stop())) },
    { name: 'mailer', run: mailer.close },
    { name: 'worker database', run: () => db.destroy() },
  ]
}

const start: Record<Part, () => StopStep[]> = { relay: startRelay, sweep: startSweep, work: startWork }
const named = parts.filter((part) => process.argv.includes(part))
const steps = (named.length > 0 ? named : parts).flatMap((part) => start[part]())
stopOnSignal(steps, { withinMs: env.stopWithinMs, tell: (text) => log.warn(text) })
log.info({ parts: named.length > 0 ? named : parts, queue: backend.kind }, 'started')
process.send?.('ready')
