// The servers that Bokvar needs and that nobody has given it: database, queue and mail catcher, kept running.

import { join } from 'node:path'
import type { Environment } from '../../config/env.ts'
import { keptPort } from './data-folder.ts'
import { startMailSink } from './mail-sink.ts'
import { startPostgres } from './postgres.ts'
import type { Postgres } from './postgres.ts'
import { chooseQueue, startRedis } from './queue.ts'
import type { PrivateRedis } from './queue.ts'
import { keep } from './supervise.ts'
import type { Running } from './supervise.ts'

/** How a part tells a person what it does, and the list of what runs that something has changed. */
export type House = { tell: (text: string) => void; changed: (name: string, running: Running) => void }

/** A part and how to end it; a part that was given to us is nobody's to end. */
export type Part<T> = T & { stop: () => Promise<void> }

const nothing = async (): Promise<void> => undefined

/** PostgreSQL: the given one, or our own in the data folder. */
export async function openPostgres(
  settings: Environment,
  house: House,
): Promise<Part<{ databaseUrl: string }>> {
  if (settings.databaseUrl !== undefined) return { databaseUrl: settings.databaseUrl, stop: nothing }
  const dataDir = join(settings.dataFolder, 'postgres')
  const wanted = await keptPort(settings.dataFolder, 'postgres')
  house.tell('Starting PostgreSQL …')
  const keeper = await keep<Postgres>({
    name: 'postgres',
    tell: house.tell,
    onStart: (running) => house.changed('postgres', running),
    // The children hold the address: a server that comes back must come back there.
    start: (before) =>
      startPostgres({ dataDir, durable: true, port: before?.port ?? wanted, onProgress: house.tell }),
  })
  return { databaseUrl: keeper.current().url, stop: keeper.stop }
}

/** The queue: a given Redis, one of this machine for us alone, or (empty address) our PostgreSQL. */
export async function openQueue(settings: Environment, house: House): Promise<Part<{ redisUrl: string }>> {
  const choice = chooseQueue({ redisUrl: settings.redisUrl, wish: settings.queue })
  if (choice.kind === 'given') return { redisUrl: choice.url, stop: nothing }
  if (choice.kind === 'postgres') {
    house.tell('The queue uses PostgreSQL: there is no REDIS_URL and no Valkey or Redis on this machine.')
    return { redisUrl: '', stop: nothing }
  }
  const folder = join(settings.dataFolder, 'queue')
  const wanted = await keptPort(settings.dataFolder, 'queue')
  house.tell(`Starting the queue (${choice.program}) …`)
  const keeper = await keep<PrivateRedis>({
    name: 'queue',
    tell: house.tell,
    onStart: (running) => house.changed('queue', running),
    start: (before) => startRedis(choice.program, folder, before?.port ?? wanted),
  })
  return { redisUrl: keeper.current().url, stop: keeper.stop }
}

/** The mail server: the given one, or our catcher and its page. */
export async function openMail(
  settings: Environment,
  house: House,
): Promise<Part<{ smtpUrl: string; mailUrl: string }>> {
  if (settings.smtpUrl !== undefined) return { smtpUrl: settings.smtpUrl, mailUrl: '', stop: nothing }
  const port = await keptPort(settings.dataFolder, 'mail')
  const pagePort = await keptPort(settings.dataFolder, 'mail-page')
  const sink = await startMailSink({ dir: join(settings.dataFolder, 'mail'), port, pagePort })
  const here = { pid: process.pid, exited: new Promise<void>(() => undefined), stop: sink.stop }
  house.changed('mail', { ...here, port })
  house.changed('mail-page', { ...here, port: pagePort })
  return { smtpUrl: sink.smtpUrl, mailUrl: sink.pageUrl, stop: sink.stop }
}
