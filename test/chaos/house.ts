// The whole service as separate processes on servers of its own, each started again when it ends, as a supervisor would.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { environmentWith, readEnvironment, type Environment, type Settings } from '../../config/env.ts'
import { startChild, type ChildOptions } from '../../services/start/child.ts'
import { keysFile } from '../../services/start/data-folder.ts'
import { startMailSink, type Answer, type MailSink, type Stage } from '../../services/start/mail-sink.ts'
import { freePort } from '../../services/start/ports.ts'
import { startPostgres, type Postgres } from '../../services/start/postgres.ts'
import { prepareDatabase } from '../../services/start/prepare.ts'
import { chooseQueue, startRedis, type PrivateRedis } from '../../services/start/queue.ts'
import { prepareSignIn, type SignIn } from '../../services/start/sign-in.ts'
import type { Running } from '../../services/start/supervise.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { openLine, type Line } from './line.ts'

/** Which queue backend, and which entry each kind of process runs (a negative control swaps one). */
export type Plan = {
  backend: 'redis' | 'postgres'
  parts: Record<'relay' | 'sweep' | 'work', string>
  /** Settings of our processes other than the usual ones. */
  settings?: Partial<Settings>
}

/** One of our processes. `hold` keeps it down until `release`. */
export type Part = {
  name: string
  pid: () => number
  up: () => boolean
  hold: () => Promise<void>
  release: () => void
  end: () => Promise<void>
}

/** Letters the sink has taken, over all its lives. */
export type Post = { messageId: string; text: string }

export type House = {
  folder: string
  baseUrl: string
  signIn: SignIn
  /** The owner's pool, straight to the server and not over the line that faults are played on. */
  owner: Db
  parts: Part[]
  line: Line
  postgres: { restart: () => Promise<void> }
  queue: {
    kind: string
    redis: () => PrivateRedis | undefined
    down: (wipe: boolean) => Promise<void>
    up: () => Promise<void>
  }
  mail: {
    behave: (how: ((stage: Stage) => Answer | undefined) | undefined) => void
    down: () => Promise<void>
    up: () => Promise<void>
    post: () => Post[]
  }
  close: () => Promise<void>
}

const restartMs = 300

/** The backend that this machine can run: a real Redis or Valkey, else BullMQ's on PostgreSQL. */
export function backendHere(): Plan['backend'] {
  return chooseQueue({ wish: 'auto' }).kind === 'private' ? 'redis' : 'postgres'
}

async function keepPart(options: ChildOptions): Promise<Part> {
  let [held, ended] = [false, false]
  let running: Running | undefined = await startChild(options)
  let freed = Promise.withResolvers<void>()
  const watch = async () => {
    while (!ended) {
      await running?.exited
      running = undefined
      if (held) await freed.promise
      if (ended) return
      await pause(restartMs)
      if (held || ended) continue
      running = await startChild(options).catch(() => undefined)
      if (ended) await running?.stop()
    }
  }
  const watching = watch()
  return {
    name: options.name,
    pid: () => running?.pid ?? 0,
    up: () => running !== undefined,
    hold: async () => {
      held = true
      freed = Promise.withResolvers<void>()
      await running?.stop()
    },
    release: () => {
      held = false
      freed.resolve()
    },
    end: async () => {
      ended = true
      freed.resolve()
      await running?.stop()
      await watching
    },
  }
}

async function openMail(): Promise<House['mail'] & { url: string }> {
  let how: ((stage: Stage) => Answer | undefined) | undefined
  const earlier: Post[] = []
  const behaviour = (stage: Stage) => how?.(stage)
  let sink: MailSink | undefined = await startMailSink({ behaviour })
  const { port, smtpUrl } = sink
  const letters = () => sink?.letters().map(({ messageId, raw }) => ({ messageId, text: raw })) ?? []
  return {
    url: smtpUrl,
    behave: (next) => (how = next),
    down: async () => {
      earlier.push(...letters())
      const old = sink
      sink = undefined
      await old?.stop()
    },
    up: async () => {
      sink ??= await startMailSink({ behaviour, port })
    },
    post: () => [...earlier, ...letters()],
  }
}

async function openQueue(
  folder: string,
  backend: Plan['backend'],
): Promise<House['queue'] & { url: string }> {
  const choice = chooseQueue({ wish: backend })
  if (choice.kind !== 'private') {
    const nothing = async () => undefined
    return { kind: 'PostgreSQL', url: '', redis: () => undefined, down: nothing, up: nothing }
  }
  const root = join(folder, 'queue')
  let redis: PrivateRedis | undefined = await startRedis(choice.program, root)
  const { url, port } = redis
  return {
    kind: choice.program,
    url,
    redis: () => redis,
    down: async (wipe) => {
      const old = redis
      redis = undefined
      if (old) process.kill(old.pid, 'SIGKILL')
      await old?.exited
      if (wipe) rmSync(join(root, 'data'), { recursive: true, force: true })
    },
    up: async () => {
      redis ??= await startRedis(choice.program, root, port)
    },
  }
}

function optionsOf(settings: Environment, given: object, signIn: SignIn, plan: Plan): ChildOptions[] {
  const logFolder = join(settings.dataFolder, 'log')
  const environment = environmentWith({ ...given, port: settings.port, baseUrl: settings.baseUrl })
  const own = { ...signIn.settings, dataFolder: settings.dataFolder, port: signIn.port, host: '127.0.0.1' }
  const many = (kind: keyof Plan['parts'], count: number) =>
    Array.from({ length: count }, (_, n) => ({
      name: `${kind}-${n + 1}`,
      script: plan.parts[kind],
      environment,
      logFolder,
    }))
  return [
    {
      name: 'identity',
      script: 'services/identity/main.ts',
      environment: environmentWith(own),
      logFolder,
      readyUrl: `http://127.0.0.1:${signIn.port}/.well-known/openid-configuration`,
    },
    {
      name: 'web',
      script: 'services/main.ts',
      environment,
      logFolder,
      readyUrl: `http://127.0.0.1:${settings.port}/health/ready`,
    },
    ...many('relay', 2),
    ...many('sweep', 2),
    ...many('work', 3),
  ]
}

/** Starts everything in a folder of its own, which must be new. */
export async function openHouse(folder: string, plan: Plan): Promise<House> {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const port = await freePort()
  const settings = {
    ...readEnvironment([]),
    dataFolder: folder,
    port,
    baseUrl: `http://localhost:${port}`,
    municipality: '1880',
  }
  let server: Postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true })
  const line = await openLine(server.port)
  const queue = await openQueue(folder, plan.backend)
  const mail = await openMail()
  const signIn = prepareSignIn(settings, await freePort())
  await prepareDatabase({
    settings,
    databaseUrl: server.url,
    redisUrl: queue.url,
    signIn,
    tell: () => undefined,
  })
  const databaseUrl = server.url.replace(`:${server.port}/`, `:${line.port}/`)
  const given = {
    ...signIn.settings,
    databaseUrl,
    redisUrl: queue.url,
    smtpUrl: mail.url,
    keysFile: keysFile(folder, undefined, false),
    dataFolder: folder,
    stopWithinMs: 12_000,
    logLevel: 'warn' as const,
    ...plan.settings,
  }
  const options = optionsOf(settings, given, signIn, plan)
  const owner = openDatabase({ url: server.url, role: 'owner', max: 4, statementTimeout: 60_000 })
  const parts = [
    await keepPart(options[0] as ChildOptions),
    ...(await Promise.all(options.slice(1).map(keepPart))),
  ]
  const restart = async () => {
    await server.stop('immediate')
    server = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true, port: server.port })
  }
  const close = async () => {
    await Promise.all(parts.map((part) => part.end()))
    await owner.destroy()
    await line.close()
    await mail.down()
    await queue.redis()?.stop()
    await server.stop('immediate')
  }
  return {
    folder,
    baseUrl: settings.baseUrl,
    signIn,
    owner,
    parts,
    line,
    postgres: { restart },
    queue,
    mail,
    close,
  }
}
