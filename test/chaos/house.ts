// The whole service as separate processes on servers of its own, each started again when it ends.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { environmentWith, readEnvironment, type Environment, type Settings } from '../../config/env.ts'
import type { ChildOptions } from '../../services/start/child.ts'
import { keysFile } from '../../services/start/data-folder.ts'
import { freePort } from '../../services/start/ports.ts'
import { prepareDatabase } from '../../services/start/prepare.ts'
import { MEMORY_FLAGS } from '../../services/start/processes.ts'
import { prepareSignIn, type SignIn } from '../../services/start/sign-in.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { openBase, type Base } from './database.ts'
import { openDisk, type Disk } from './disks.ts'
import type { Leap } from './fault.ts'
import { openLine, type Line } from './line.ts'
import { keepPart, type Part } from './part.ts'
import { openPost, type Post } from './post.ts'
import { openQueueServer, type Backend, type QueueServer } from './queue.ts'

export type Kind = 'web' | 'relay' | 'sweep' | 'work' | 'watchdog'

/** Which queue backend, and which entry each kind of process runs (a negative control swaps one). */
export type Plan = {
  backend: Backend
  parts: Partial<Record<Kind, string>>
  /** Settings of our processes other than the usual ones. */
  settings?: Partial<Settings>
  /** Put into the database before the processes start: a defect there. */
  sabotage?: string
  /** Small disks that can be filled (only where mounting is allowed). */
  onDisks?: boolean
  /** The longest that a fault is held, in seconds; 8 when not said. */
  longest?: number
  /** The instant of the database's clock as the processes start; the real one when not said. */
  startAt?: string
}

export type House = {
  folder: string
  baseUrl: string
  signIn: SignIn
  /** The owner's pool, straight to the server and not over the line that faults are played on. */
  owner: Db
  parts: Part[]
  line: Line
  base: Base
  logDisk: Disk | undefined
  queue: QueueServer
  post: Post
  /** The longest that a fault is held, in seconds. */
  longest: number
  /** How the database's clock was moved in this run, oldest first. */
  leaps: Leap[]
  /** How many moves of it are under way: what it shows meanwhile is not known yet. */
  moving: number
  /** When the last of them is done. */
  moved: Promise<unknown>
  /** Lets so many things happen at once, and a file of so many rows arrive; the driver of the run gives it. */
  burst: (things: number, rows: number) => void
  /** Options of one more process beside the usual ones. */
  another: (name: string, script: string) => ChildOptions
  close: () => Promise<void>
}

const counts: Record<Kind, number> = { web: 1, relay: 2, sweep: 2, work: 3, watchdog: 1 }
/** Whom the watchdog tells, in every chaos run. */
export const onDuty = 'jour@kommunen.example'

function partsOf(
  settings: Environment,
  plan: Plan,
  another: House['another'],
  signIn: SignIn,
): ChildOptions[] {
  const identity = {
    ...signIn.settings,
    dataFolder: settings.dataFolder,
    port: signIn.port,
    host: '127.0.0.1',
  }
  const ours = Object.entries(plan.parts).flatMap(([kind, script]) => {
    const count = counts[kind as Kind]
    return Array.from({ length: count }, (_, n) => another(count > 1 ? `${kind}-${n + 1}` : kind, script))
  })
  return [
    {
      ...another('identity', 'services/identity/main.ts'),
      environment: environmentWith(identity),
      readyUrl: `http://127.0.0.1:${signIn.port}/.well-known/openid-configuration`,
    },
    ...ours.map((one) =>
      one.name === 'web'
        ? { ...one, flags: MEMORY_FLAGS, readyUrl: `http://127.0.0.1:${settings.port}/health/ready` }
        : { ...one, flags: MEMORY_FLAGS },
    ),
  ]
}

/** What goes before the processes: the clock they start at, a defect for a control. */
async function arrange(owner: Db, { startAt, sabotage }: Plan): Promise<void> {
  if (startAt)
    await sql`insert into clock_shift (shift) values (${startAt}::timestamptz - clock_timestamp())`.execute(
      owner,
    )
  if (sabotage) await sql`${sql.raw(sabotage)}`.execute(owner)
}

/** Starts everything in a folder of its own, which must be new. */
export async function openHouse(folder: string, plan: Plan): Promise<House> {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const port = await freePort()
  const baseUrl = `http://localhost:${port}`
  const settings = { ...readEnvironment([]), dataFolder: folder, port, baseUrl, municipality: '1880' }
  const base = await openBase(folder, plan.onDisks ?? false)
  const logFolder = join(folder, 'log')
  const logDisk = base.data && openDisk('log', logFolder)
  const line = await openLine(base.port)
  const queue = await openQueueServer(folder, plan.backend)
  const post = await openPost()
  const signIn = prepareSignIn(settings, await freePort())
  const quiet = () => undefined
  await prepareDatabase({ settings, databaseUrl: base.url, redisUrl: queue.url, signIn, tell: quiet })
  const owner = openDatabase({ url: base.url, role: 'owner', max: 4, statementTimeout: 60_000 })
  await arrange(owner, plan)
  const environment = environmentWith({
    ...signIn.settings,
    databaseUrl: base.url.replace(`:${base.port}/`, `:${line.port}/`),
    redisUrl: queue.url,
    smtpUrl: post.url,
    keysFile: keysFile(folder, undefined, false),
    dataFolder: folder,
    stopWithinMs: 12_000,
    logLevel: 'warn',
    port,
    baseUrl,
    dutyMail: onDuty,
    watchdogIntervalMs: 1_000,
    watchdogFile: join(folder, 'watchdog.json'),
    ...plan.settings,
  })
  const another = (name: string, script: string) => ({ name, script, environment, logFolder })
  const [identity, ...others] = partsOf(settings, plan, another, signIn)
  const parts = [
    await keepPart(identity as ChildOptions),
    ...(await Promise.all(others.map((one) => keepPart(one)))),
  ]
  const own = {
    longest: plan.longest ?? 8,
    leaps: [],
    moving: 0,
    moved: Promise.resolve(),
    burst: () => undefined,
  }
  const close = async () => {
    await Promise.all(parts.map((part) => part.end()))
    await owner.destroy()
    await line.close()
    await post.down()
    await queue.close()
    await base.stop()
    logDisk?.close()
  }
  return { folder, baseUrl, signIn, owner, parts, line, base, logDisk, queue, post, ...own, another, close }
}
