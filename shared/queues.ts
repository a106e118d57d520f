// The bell: BullMQ queues on Redis/Valkey or on PostgreSQL. The only file that knows BullMQ or ioredis.
import { setTimeout as pause } from 'node:timers/promises'
import { Queue, Worker, createPostgresBackend, runMigrations, type Job } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { redisAt } from './redis-address.ts'
import { queueNames, queueOf, type QueueName, type Topic } from './topics.ts'

/** Where the bell hangs: a Redis/Valkey URL, or the PostgreSQL database the service already has. */
export type QueueBackend = { kind: 'redis' | 'postgres'; url: string; traced?: boolean }

/** One ring: outbox ids of one topic. */
export type Ring = { topic: Topic; ids: number[] }

type OnError = (error: Error) => void

const POSTGRES_SCHEMA = 'bullmq'
const RING_WITHIN_MS = 2_500
/** How long a worker may take to finish what is in hand, well within the time a process has to stop. */
const CLOSE_WITHIN_MS = 8_000
const CUT_WITHIN_MS = 2_000
const LISTEN_AGAIN_MS = 1_000

/** What the relay rings with; both reject quickly when the queue is away. `ping` asks every queue for a sign of life. */
export type Bell = {
  ring: (rings: readonly Ring[]) => Promise<void>
  ping: () => Promise<void>
  close: () => Promise<void>
}

/** What hears the bell. `close` lets work in hand finish. */
export type Ears = { close: () => Promise<void> }

/** How ears hear: rings at once per queue, and what a ping's arrival leads to. */
export type Hearing = { concurrency?: number; onPing?: (queue: string) => Promise<void> }

/**
 * A worker may be deaf after an outage while every connection answers: only a job that went all the way through
 * proves that work flows. Its few ids are used in turn, so that pings nobody hears never pile up.
 */
const PING = 'ping'
const PING_TURNS = 4

type Connections = { options: (forWorker: boolean) => object; close: () => Promise<void> }

function redisConnections(address: string, onError: OnError): Connections {
  // A producer must fail fast (intake and relay go on without the queue); a worker must wait for ever.
  const open: Redis[] = []
  const { url, ...tls } = redisAt(address)
  const connect = (forWorker: boolean) => {
    const client = new Redis(url, {
      ...tls,
      maxRetriesPerRequest: forWorker ? null : 1,
      ...(forWorker ? {} : { commandTimeout: 2_000, connectTimeout: 2_000 }),
      retryStrategy: () => 500,
    })
    client.on('error', onError)
    open.push(client)
    return client
  }
  const producer = { client: undefined as Redis | undefined }
  return {
    options: (forWorker) => ({
      connection: forWorker ? connect(true) : (producer.client ??= connect(false)),
    }),
    close: async () => open.forEach((client) => client.disconnect()),
  }
}

function postgresConnections(url: string, onError: OnError): Connections {
  const pool = new Pool({
    connectionString: url,
    max: 16,
    connectionTimeoutMillis: 2_000,
    // On a line that has gone silent a worker would otherwise wait for ever for the answer to one small question.
    query_timeout: 10_000,
    keepAlive: true,
    // BullMQ calls its functions by their bare names, and sets the path only for pools of its own making.
    options: `-c search_path=${POSTGRES_SCHEMA}`,
  })
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  let ended: Promise<void> | undefined
  return { options: () => ({ connection: pool }), close: () => (ended ??= pool.end()) }
}

function connections(backend: QueueBackend, onError: OnError): Connections {
  return backend.kind === 'redis'
    ? redisConnections(backend.url, onError)
    : postgresConnections(backend.url, onError)
}

/**
 * Makes the backend ready: on PostgreSQL BullMQ's own tables; on Redis refuses a server that may evict jobs,
 * because an evicted job is lost without a trace (`maxmemory-policy` must be `noeviction`).
 */
export async function prepareQueues(backend: QueueBackend): Promise<void> {
  if (backend.kind === 'postgres') {
    const pool = new Pool({ connectionString: backend.url, max: 1 })
    await runMigrations(pool, POSTGRES_SCHEMA).finally(() => pool.end())
    return
  }
  const { url, ...tls } = redisAt(backend.url)
  const client = new Redis(url, { ...tls, maxRetriesPerRequest: 1, connectTimeout: 2_000 })
  client.on('error', () => undefined)
  try {
    const policy = /maxmemory_policy:(\S+)/.exec(await client.info('memory'))?.[1]
    if (policy !== 'noeviction') throw new Error('Redis must have maxmemory-policy noeviction')
  } finally {
    client.disconnect()
  }
}

/** Opens the producer side of every queue. */
export function openBell(backend: QueueBackend, onError: OnError): Bell {
  let hung = hang(backend, onError)
  // A queue that met no server when it was opened stays broken for ever, on either backend: a new one takes its place.
  const replace = () => {
    void takeDown(hung).catch(onError)
    hung = hang(backend, onError)
  }
  const inTime = async (deeds: readonly Promise<unknown>[]) => {
    try {
      await within(RING_WITHIN_MS, Promise.all(deeds))
    } catch (error) {
      replace()
      throw error
    }
  }
  let pings = 0
  return {
    ring: (rings) => inTime(ringAll(hung.queues, rings)),
    ping: () => {
      const jobId = `${PING}-${(pings += 1) % PING_TURNS}`
      return inTime([...hung.queues.values()].map((queue) => queue.add(PING, { ids: [] }, { jobId })))
    },
    close: () => takeDown(hung),
  }
}

/** The queues themselves, to be looked at: for the page of whoever runs the service. */
export function openQueues(
  backend: QueueBackend,
  onError: OnError,
): { queues: readonly Queue[]; close: () => Promise<void> } {
  const hung = hang(backend, onError)
  return { queues: [...hung.queues.values()], close: () => takeDown(hung) }
}

type Queues = ReadonlyMap<QueueName, Queue>
type Hung = { queues: Queues; close: () => Promise<void> }

async function takeDown({ queues, close }: Hung): Promise<void> {
  await Promise.all([...queues.values()].map((queue) => queue.close()))
  await close()
}

function ringAll(queues: Queues, rings: readonly Ring[]): Promise<unknown>[] {
  return [...queues].flatMap(([name, queue]) => {
    const mine = rings.filter((ring) => queueOf[ring.topic] === name)
    if (mine.length === 0) return []
    return [queue.addBulk(mine.map((ring) => ({ name: ring.topic, data: { ids: ring.ids } })))]
  })
}

/** A queue server that hangs must not hold the relay: whatever was not rung in time is rung again when its lease ends. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('The queue does not answer')), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function hang(backend: QueueBackend, onError: OnError): Hung {
  const shared = connections(backend, onError)
  const options = {
    ...shared.options(false),
    ...tracing(backend),
    skipWaitingForReady: true,
    skipMetasUpdate: true,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    streams: { events: { maxLen: 100 } },
  }
  const queues = new Map(queueNames.map((name) => [name, openQueue(name, options as never, backend)]))
  for (const queue of queues.values()) queue.on('error', onError)
  return { queues, close: shared.close }
}

/** Spans name a queue and a topic and carry outbox ids; without a kit registered in the process they cost nothing. */
const tracing = ({ traced }: QueueBackend) =>
  traced ? { telemetry: new BullMQOtel({ tracerName: 'bokvar' }) } : {}

function openQueue(name: QueueName, options: never, backend: QueueBackend): Queue {
  return backend.kind === 'postgres'
    ? (new Queue(name, options, createPostgresBackend) as unknown as Queue)
    : new Queue(name, options)
}

/** Opens a worker per queue; each ring is given to `answer`, which must throw when the work is not done. */
export function openEars(
  backend: QueueBackend,
  answer: (ring: Ring) => Promise<void>,
  onError: OnError,
  { concurrency = 1, onPing = async () => undefined }: Hearing = {},
): Ears {
  const processor = (job: Job<{ ids: number[] }>) =>
    job.name === PING ? onPing(job.queueName) : answer({ topic: job.name as Topic, ids: job.data.ids })
  const ears = queueNames.map((name) => {
    const open = () => {
      const own = connections(backend, onError)
      const worker = openWorker(
        name,
        processor,
        { ...own.options(true), ...tracing(backend), concurrency },
        backend,
      )
      worker.on('error', onError)
      return { worker, close: own.close }
    }
    return keepListening(open, onError)
  })
  return {
    close: async () => {
      await Promise.all(ears.map((ear) => ear.close()))
    },
  }
}

function openWorker(
  name: QueueName,
  processor: (job: Job<{ ids: number[] }>) => Promise<void>,
  own: object,
  backend: QueueBackend,
): Worker {
  const options = {
    ...own,
    autorun: false,
    lockDuration: 30_000,
    maxStalledCount: 3,
    // BullMQ's own pause after a lost connection is 15 s, in which a worker neither hears nor closes.
    runRetryDelay: 1_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  } as never
  return backend.kind === 'postgres'
    ? (new Worker(name, processor, options, createPostgresBackend) as unknown as Worker)
    : new Worker(name, processor, options)
}

/**
 * Keeps one worker hearing. A worker that ends by itself (its server was away when it was opened, its loop broke)
 * says so once and then never hears again: another takes its place.
 */
function keepListening(open: () => Ear, onError: OnError): Ears {
  const closed = Promise.withResolvers<void>()
  let closing = false
  let ear = open()
  const listen = async () => {
    while (!closing) {
      await ear.worker
        .waitUntilReady()
        .then(() => ear.worker.run())
        .catch(onError)
      if (closing) return
      void dismiss(ear, true).catch(onError)
      await Promise.race([pause(LISTEN_AGAIN_MS), closed.promise])
      if (!closing) ear = open()
    }
  }
  void listen()
  return {
    close: async () => {
      closing = true
      closed.resolve()
      await dismiss(ear, false)
    },
  }
}

type Ear = { worker: Worker; close: () => Promise<void> }

/**
 * Ends a worker: work in hand may finish, but BullMQ also waits for a server that has gone, for ever. Then the
 * connection is cut instead; what was in hand is fenced by its row and rung again when its lease ends.
 */
async function dismiss({ worker, close }: Ear, force: boolean): Promise<void> {
  const closed = worker.close(force).then(
    () => true,
    () => false,
  )
  await Promise.race([closed, pause(CLOSE_WITHIN_MS, undefined, { ref: false })])
  // A pool waits for every line it has lent out, also for one that a hung worker never gives back.
  await Promise.race([close(), pause(CUT_WITHIN_MS, undefined, { ref: false })])
}
