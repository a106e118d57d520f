// Starts the parts of the work named on the command line (relay, sweep, work; all when none is named) and stops them in order.
import { hostname } from 'node:os'
import { readDataFile } from '../config/files.ts'
import { readEnvironment } from '../config/env.ts'
import { openDatabase, type Db } from '../shared/db/open.ts'
import { readLaw } from '../shared/domain/periods.ts'
import { openLog } from '../shared/log.ts'
import { openMailer } from '../shared/mailer.ts'
import { topics } from '../shared/outbox.ts'
import { openBell, openEars, type Bell, type QueueBackend, type Ring } from '../shared/queues.ts'
import { readKeys, type Keys } from '../shared/seal.ts'
import { stopOnSignal, type StopStep } from '../shared/stop.ts'
import { queueOf, type Topic } from '../shared/topics.ts'
import { demandKeys, KeyFault } from '../shared/casework/key-fingerprints.ts'
import { lawStamp, noteLaw } from '../shared/casework/law.ts'
import {
  beat,
  sweepDeadlines,
  sweepPlans,
  sweepStages,
  sweepTasks,
  sweepVisits,
} from '../shared/casework/sweeps.ts'
import { handlersOf } from './handlers.ts'
import { openHearing, type Hearing } from './hearing.ts'
import { openTurn } from './in-turn.ts'
import { loop } from './loop.ts'
import { pollOnce } from './poll.ts'
import { leaseBehind, relayOnce } from './relay.ts'
import { answer, ringsOf, type Handlers } from './worker.ts'

const parts = ['relay', 'sweep', 'work'] as const
type Part = (typeof parts)[number]

const env = readEnvironment(['databaseUrl', 'smtpUrl', 'keysFile'])
const log = openLog('workers', env.logLevel)
const onFailure = (failure: object) => log.warn(failure, 'failed')
const onError = (error: Error) => log.warn({ err: error }, 'away')
const backend: QueueBackend = {
  ...(env.redisUrl ? { kind: 'redis', url: env.redisUrl } : { kind: 'postgres', url: env.databaseUrl }),
  traced: env.traces === 'on',
}
const open = (role: 'bokvar_relay' | 'bokvar_sweeper' | 'bokvar_worker') =>
  openDatabase({ url: env.workerDatabaseUrl ?? env.databaseUrl, role, max: env.databaseConnections, onError })

/** The law's tables change when a process starts; asking now and then costs one row and mends a missed start. */
const lawPauseMs = 600_000

const beatEveryMs = 10_000

/** With what a queue that rings has not come to yet the poll is so many times as patient. */
const patience = 5

/** A deed done at most so often, however often it is asked for. */
function nowAndThen(deed: () => Promise<unknown>): () => Promise<unknown> {
  let last = -Infinity
  return async () => {
    if (performance.now() - last < beatEveryMs) return
    last = performance.now()
    await deed()
  }
}

const alive = (db: Db, kind: string) => beat(db, `${kind} ${hostname()} ${process.pid}`, kind, new Date())

function startRelay(): StopStep[] {
  const db = open('bokvar_relay')
  const bell = openBell(backend, onError)
  const tellAlive = nowAndThen(async () => {
    await alive(db, 'relay')
    await bell.ping()
  })
  let behind = 0
  const step = async () => {
    const leaseSeconds = leaseBehind(env.leaseSeconds, behind)
    const rung = await relayOnce(db, bell, { batch: env.relayBatch, leaseSeconds })
    behind = rung < env.relayBatch ? 0 : behind + rung
    await tellAlive()
    return rung
  }
  const stop = loop(step, env.relayIntervalMs, onError)
  return [
    { name: 'relay', run: stop },
    { name: 'bell', run: bell.close },
    { name: 'relay database', run: () => db.destroy() },
  ]
}

function startSweep(): StopStep[] {
  const db = open('bokvar_sweeper')
  const step = async () => {
    await alive(db, 'sweep')
    return (
      (await sweepStages(db)) +
      (await sweepTasks(db)) +
      (await sweepDeadlines(db)) +
      (await sweepVisits(db)) +
      (await sweepPlans(db))
    )
  }
  return [
    { name: 'sweep', run: loop(step, env.sweepIntervalMs, onError) },
    { name: 'sweep database', run: () => db.destroy() },
  ]
}

/** With keys that are not the database's, everything that is sealed from now on would be lost: the process ends. */
async function demandRightKeys(db: Db, keys: Keys): Promise<void> {
  await demandKeys(db, keys).catch((error: unknown) => {
    if (!(error instanceof KeyFault)) throw error
    log.fatal({ err: error }, 'keys')
    process.exit(78)
  })
}

/** What follows is rung for at once: the relay looks now and then, and each of its looks writes every row once more. */
async function answerAndRing(db: Db, handlers: Handlers, bell: Bell, ring: Ring): Promise<void> {
  const ahead = { leaseSeconds: env.leaseSeconds, told: [] }
  await answer(db, handlers, { ...ring, ahead }, onFailure)
  await bell.ring(ringsOf(ahead.told)).catch(onError)
}

/** The law as this release knows it. Throws when its tables cannot be read. */
function lawHere() {
  const tables = [readDataFile('law/periods.csv'), readDataFile('law/holidays.csv')] as const
  const { law, problems } = readLaw(...tables)
  if (!law) throw new Error(`The law's tables cannot be read: ${problems[0] ?? ''}`)
  return { law, stamp: lawStamp(tables, readDataFile('law/versions.csv')) }
}

/** While a queue rings what is overdue is a backlog, not a loss: taken by the poll as well it would be worked twice over. */
const pollBeside = (hearing: Hearing, db: Db, handlers: Handlers) => async (some: readonly Topic[]) => {
  let worked = 0
  for (const [rings, those] of Map.groupBy(some, (topic) => hearing.rings(queueOf[topic]))) {
    const seconds = env.pollOverdueSeconds * (rings ? patience : 1)
    worked += await pollOnce(db, handlers, onFailure, { seconds, topics: those })
  }
  return worked
}

function startWork(): StopStep[] {
  const { law, stamp } = lawHere()
  const db = open('bokvar_worker')
  const mailer = openMailer(env.smtpUrl, env.mailFrom)
  const keys = readKeys(env.keysFile)
  const letters = openTurn()
  const handlers = handlersOf({ db, mailer, law, keys, baseUrl: env.baseUrl, stamp, letters })
  const hearing = openHearing()
  const bell = openBell(backend, onError)
  const hear = (ring: Ring) =>
    hearing.hear(queueOf[ring.topic], () => answerAndRing(db, handlers, bell, ring))
  const ears = openEars(backend, hear, onError, {
    concurrency: env.workerConcurrency,
    // One row per queue whoever hears: the watchdog asks whether anybody does.
    onPing: (queue) => beat(db, `ears ${queue}`, `ears ${queue}`, new Date()),
  })
  const poll = pollBeside(hearing, db, handlers)
  // Mail has a poll of its own: a slow mail server must not hold back the rest of the work while the queue is away.
  const tellAlive = nowAndThen(() => alive(db, 'work'))
  const others = topics.filter((topic) => topic !== 'mail.queued')
  const polls = [
    loop(() => poll(['mail.queued']), env.pollIntervalMs, onError),
    loop(() => tellAlive().then(() => poll(others)), env.pollIntervalMs, onError),
  ]
  // Asked again until it has been answered once: the database may be away as this process starts.
  const compare = loop(() => demandRightKeys(db, keys).then(() => noteLaw(db, stamp)), lawPauseMs, onError)
  return [
    // First: of a hundred letters that wait, none is begun that would be cut off by the end of the process.
    { name: 'no more letters', run: letters.close },
    { name: 'law', run: compare },
    { name: 'ears', run: ears.close },
    { name: 'own bell', run: bell.close },
    { name: 'poll', run: () => Promise.all(polls.map((stop) => stop())) },
    { name: 'letter in hand', run: letters.ended },
    { name: 'mailer', run: mailer.close },
    { name: 'worker database', run: () => db.destroy() },
  ]
}

const start: Record<Part, () => StopStep[]> = { relay: startRelay, sweep: startSweep, work: startWork }
const named = parts.filter((part) => process.argv.includes(part))
if (named.length === 0 || named.includes('work')) {
  const db = open('bokvar_worker')
  // Away, it is asked again by the work itself.
  await demandRightKeys(db, readKeys(env.keysFile)).catch(onError)
  await db.destroy()
}
const steps = (named.length > 0 ? named : parts).flatMap((part) => start[part]())
stopOnSignal(steps, { withinMs: env.stopWithinMs, tell: (text) => log.warn(text) })
log.info({ parts: named.length > 0 ? named : parts, queue: backend.kind }, 'started')
process.send?.('ready')
