// `npm start`: everything Bokvar needs on one machine, started in order, kept running, and ended without a trace.

import { join, resolve } from 'node:path'
import { readEnvironment } from '../../config/env.ts'
import type { Environment, Settings } from '../../config/env.ts'
import { stopOnSignal } from '../../shared/stop.ts'
import type { StopStep } from '../../shared/stop.ts'
import { understand } from './command.ts'
import { clearFolder, keptPort, keysFile, writeProcesses, writeWhole } from './data-folder.ts'
import { feedOnce, passEarlierDaysOnce } from './feed-once.ts'
import { leaveWithNpm } from './npm-parent.ts'
import { claimFolder, releaseFolder } from './owner.ts'
import { isListening } from './ports.ts'
import { prepareDatabase } from './prepare.ts'
import { runIdentity, runWatchdog, runWeb, runWorkers } from './processes.ts'
import type { Processes } from './processes.ts'
import { openMail, openPostgres, openQueue } from './servers.ts'
import type { House } from './servers.ts'
import { demoFile, demoFilePath, prepareSignIn } from './sign-in.ts'
import type { SignIn } from './sign-in.ts'
import type { DemoPerson } from '../identity/demo-identity.ts'

type Given = Partial<Settings> & { databaseUrl: string; redisUrl: string; keysFile: string; smtpUrl: string }
type Started = { given: Given; mailUrl: string; signIn: SignIn | undefined; steps: StopStep[] }

const STOP_WITHIN_MS = 24_000
const CHILDREN_STOP_WITHIN_MS = 12_000
const began = performance.now()

function tell(text: string): void {
  process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${text}\n`)
}

type Wishes = { workers: number; fresh: boolean }

const HELP = `npm start [-- --workers 3] [-- --fresh]

Starts the whole service on this machine: what no setting names (npm run env lists them), it brings itself.

  --workers N   so many worker processes, 1 to 64 (2 when not said)
  --fresh       begins anew: removes what earlier starts have kept in BOKVAR_DATA
`
const OPTIONS = {
  workers: { type: 'string', default: '2' },
  fresh: { type: 'boolean', default: false },
} as const

function readWishes(): Wishes {
  const { values } = understand({ help: HELP, options: OPTIONS })
  const workers = Number(values.workers)
  if (!Number.isInteger(workers) || workers < 1 || workers > 64)
    throw new Error('--workers takes a number, 1 to 64.')
  return { workers, fresh: values.fresh }
}

function readSettings(): Environment {
  const found = readEnvironment([])
  return { ...found, dataFolder: resolve(found.dataFolder) }
}

async function takeFolder({ dataFolder, databaseUrl, port }: Environment, fresh: boolean): Promise<void> {
  if (await isListening(port)) {
    throw new Error(
      `Port ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`,
    )
  }
  claimFolder(dataFolder)
  if (!fresh) return
  if (databaseUrl !== undefined)
    throw new Error('--fresh removes only what npm start made; empty DATABASE_URL yourself.')
  tell('Removing what earlier starts have kept …')
  clearFolder(dataFolder)
}

/** Nothing runs any more: no stale number may be taken for one that does. */
function leaveFolder(dataFolder: string): void {
  writeProcesses(dataFolder, [])
  releaseFolder(dataFolder)
}

/** Keeps processes.json true while parts come, go and come back. */
function openHouse(dataFolder: string): House {
  const running = new Map<string, { name: string; pid: number; port?: number }>()
  return {
    tell,
    changed: (name, { pid, port }) => {
      running.set(name, { name, pid, ...(port !== undefined && { port }) })
      writeProcesses(dataFolder, [...running.values()])
    },
  }
}

/** Database, queue, mail and identity provider; `steps` grows by what must be ended, the last first. */
async function openServers(settings: Environment, house: House, steps: StopStep[]): Promise<Started> {
  const { dataFolder } = settings
  const keys = keysFile(dataFolder, settings.keysFile, settings.environment === 'production')
  const database = await openPostgres(settings, house)
  steps.unshift({ name: 'postgres', run: database.stop })
  const queue = await openQueue(settings, house)
  steps.unshift({ name: 'queue', run: queue.stop })
  const mail = await openMail(settings, house)
  steps.unshift({ name: 'mail', run: mail.stop })
  const ownSignIn = settings.staffIssuer === undefined
  const signIn = ownSignIn ? prepareSignIn(settings, await keptPort(dataFolder, 'identity')) : undefined
  const given = {
    ...signIn?.settings,
    databaseUrl: database.databaseUrl,
    redisUrl: queue.redisUrl,
    smtpUrl: mail.smtpUrl,
    keysFile: keys,
    dataFolder,
    stopWithinMs: CHILDREN_STOP_WITHIN_MS,
  }
  return { given, mailUrl: mail.mailUrl, signIn, steps }
}

async function runProcesses(
  settings: Environment,
  started: Started,
  house: House,
  workers: number,
): Promise<void> {
  const { given, signIn, steps } = started
  const processes: Processes = { house, stops: [] }
  steps.unshift({ name: 'processes', run: () => Promise.all(processes.stops.map((stop) => stop())) })
  house.tell(`Starting the pages, the API, ${workers} worker processes and the sign-in …`)
  await Promise.all([
    signIn && runIdentity(settings, signIn, processes),
    runWeb(settings, given, processes),
    runWorkers(settings, given, processes, workers),
    runWatchdog(settings, given, processes, await keptPort(settings.dataFolder, 'watchdog')),
  ])
}

function sayWhere(
  { baseUrl, dataFolder }: Environment,
  { mailUrl, signIn }: Started,
  people: readonly DemoPerson[],
): void {
  const lines = [`Bokvar is ready: ${baseUrl}`, `  API       ${baseUrl}/docs`]
  if (mailUrl !== '') lines.push(`  Mail      ${mailUrl}`)
  if (signIn) {
    lines.push('  Sign in as')
    for (const role of ['landlord', 'counsellor', 'supervisor', 'caseworker']) {
      const person = people.find((one) => one.role === role)
      if (person) lines.push(`    ${role.padEnd(11)} ${person.username} / ${person.password}`)
    }
    lines.push(`  All people and clients: ${demoFilePath(dataFolder)}`)
  }
  lines.push(`  Logs      ${join(dataFolder, 'log')}`, '  Ctrl-C ends it.')
  tell(lines.join('\n         '))
}

async function start(wishes: Wishes, settings: Environment, steps: StopStep[]): Promise<void> {
  const { dataFolder } = settings
  const house = openHouse(dataFolder)
  const started = await openServers(settings, house, steps)
  const { signIn, given, mailUrl } = started
  const { databaseUrl, redisUrl } = given
  const subjects = await prepareDatabase({ settings, databaseUrl, redisUrl, signIn, tell })
  const people = signIn?.identity.people.filter(({ sub }) => subjects.has(sub)) ?? []
  if (signIn) await passEarlierDaysOnce(settings, given, tell)
  await runProcesses(settings, started, house, wishes.workers)
  if (signIn) writeWhole(demoFilePath(dataFolder), demoFile(signIn, people, settings.baseUrl, mailUrl))
  sayWhere(settings, started, people)
  if (signIn) await feedOnce(settings, signIn, tell)
}

let leave = (code: number, _reason: string): void => process.exit(code)
try {
  const wishes = readWishes()
  const settings = readSettings()
  await takeFolder(settings, wishes.fresh)
  const steps: StopStep[] = [{ name: 'folder', run: () => leaveFolder(settings.dataFolder) }]
  leave = stopOnSignal(steps, { withinMs: STOP_WITHIN_MS, tell })
  if (settings.startedByNpm !== undefined) leaveWithNpm(() => leave(1, 'npm is gone'))
  await start(wishes, settings, steps)
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  leave(1, 'it could not start')
}
