// Bokvar's own processes: identity provider, web and workers, each a guarded child that is kept running.

import { join } from 'node:path'
import { environmentWith } from '../../config/env.ts'
import type { Environment, Settings } from '../../config/env.ts'
import { startChild } from './child.ts'
import type { ChildOptions } from './child.ts'
import type { House } from './servers.ts'
import type { SignIn } from './sign-in.ts'
import { keep } from './supervise.ts'
import type { Running } from './supervise.ts'

/** The processes that run, so that whoever ends the rest finds them also when a start was cut short. */
export type Processes = { house: House; stops: (() => Promise<void>)[] }

async function keepChild(options: ChildOptions, { house, stops }: Processes): Promise<void> {
  const keeper = await keep<Running>({
    name: options.name,
    tell: house.tell,
    onStart: (running) => house.changed(options.name, running),
    start: () => startChild(options),
  })
  stops.push(keeper.stop)
}

function logFolder({ dataFolder }: Environment): string {
  return join(dataFolder, 'log')
}

/** The embedded identity provider, on the port that its name holds. */
export function runIdentity(
  settings: Environment,
  { port, settings: own }: SignIn,
  processes: Processes,
): Promise<void> {
  const options = {
    name: 'identity',
    script: 'services/identity/main.ts',
    environment: environmentWith({ ...own, dataFolder: settings.dataFolder, port, host: '127.0.0.1' }),
    logFolder: logFolder(settings),
    port,
    readyUrl: `http://127.0.0.1:${port}/.well-known/openid-configuration`,
  }
  return keepChild(options, processes)
}

/**
 * On a machine with much memory V8 lets the young generation grow to 128 MB, and the old one to four times what is live,
 * before it looks for what is still used: under load two thirds of the process were rubbish. Sixteen megabytes, twice, are
 * what a request needs; with less than a gigabyte before it the old one grows to one and a half times the 70 MB that are
 * live. No request comes near that gigabyte, and no batch of work. Also in the Dockerfile and the compose file.
 */
export const MEMORY_FLAGS: readonly string[] = ['--max-semi-space-size=16', '--max-old-space-size=768']

/** The web process: pages and API. `given` is what its environment must hold besides ours. */
export function runWeb(settings: Environment, given: Partial<Settings>, processes: Processes): Promise<void> {
  const { port } = settings
  const options = {
    name: 'web',
    script: 'services/main.ts',
    flags: MEMORY_FLAGS,
    environment: environmentWith({ ...given, port, baseUrl: settings.baseUrl }),
    logFolder: logFolder(settings),
    port,
    readyUrl: `http://127.0.0.1:${port}/health/ready`,
  }
  return keepChild(options, processes)
}

/** So many worker processes, each with relay, sweep and work. */
export async function runWorkers(
  settings: Environment,
  given: Partial<Settings>,
  processes: Processes,
  count: number,
): Promise<void> {
  const names = Array.from({ length: count }, (_, number) => `worker-${number + 1}`)
  const environment = environmentWith({ ...given, baseUrl: settings.baseUrl })
  const script = 'workers/main.ts'
  await Promise.all(
    names.map((name) =>
      keepChild(
        { name, script, flags: MEMORY_FLAGS, environment, logFolder: logFolder(settings) },
        processes,
      ),
    ),
  )
}

/** The watchdog, which tells by mail of its own when the others do not do what they should. */
export function runWatchdog(
  settings: Environment,
  given: Partial<Settings>,
  processes: Processes,
  port: number,
): Promise<void> {
  const own = {
    watchdogPort: port,
    watchdogFile: settings.watchdogFile ?? join(settings.dataFolder, 'watchdog.json'),
    // The demo's letter goes to the catcher, like all its mail.
    dutyMail: settings.dutyMail ?? 'jour@localhost',
  }
  const options = {
    name: 'watchdog',
    script: 'workers/watchdog.ts',
    flags: MEMORY_FLAGS,
    environment: environmentWith({ ...given, ...own, baseUrl: settings.baseUrl }),
    logFolder: logFolder(settings),
    port,
  }
  return keepChild(options, processes)
}
