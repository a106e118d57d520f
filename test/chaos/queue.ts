// The queue server of the chaos run: taken down, wiped, set back to an old copy, cut short, and reached over a line of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chooseQueue, startRedis, type PrivateRedis } from '../../services/start/queue.ts'
import { signal } from './fault.ts'
import { openLine, type Line } from './line.ts'

export type Backend = 'redis' | 'postgres'

export type QueueServer = {
  kind: string
  /** What our processes are given; empty when the queue is in PostgreSQL. */
  url: string
  line: Line | undefined
  pid: () => number
  /** Sends commands as a client would by hand. */
  tell: (...commands: string[]) => Promise<void>
  /** Kills it; with `wipe` its files are gone too. */
  down: (wipe: boolean) => Promise<void>
  up: () => Promise<void>
  /** Keeps a copy of its files, and puts the last one kept in their place (it must be down); false when there is none. */
  keepCopy: () => void
  putBack: () => boolean
  /** Cuts bytes off the end of its log, as a power failure does (it must be down). Returns how many. */
  cutShort: (bytes: number) => number
  close: () => Promise<void>
}

/** The backend that this machine can run: a real Redis or Valkey, else BullMQ's on PostgreSQL. */
export function backendHere(): Backend {
  return chooseQueue({ wish: 'auto' }).kind === 'private' ? 'redis' : 'postgres'
}

async function say(url: string, commands: readonly string[]): Promise<void> {
  const { password, port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write([`AUTH ${password}`, ...commands, 'QUIT', ''].join('\r\n'))
  socket.resume()
  await Promise.race([new Promise((closed) => socket.once('close', closed)), pause(2_000)])
  socket.destroy()
}

const nothing = async () => undefined
const inPostgres: QueueServer = {
  kind: 'PostgreSQL',
  url: '',
  line: undefined,
  pid: () => 0,
  tell: nothing,
  down: nothing,
  up: nothing,
  keepCopy: () => undefined,
  putBack: () => false,
  cutShort: () => 0,
  close: nothing,
}

function cutLog(data: string, bytes: number): number {
  const folder = join(data, 'appendonlydir')
  const name = existsSync(folder) ? readdirSync(folder).find((one) => one.includes('.incr.')) : undefined
  if (name === undefined) return 0
  const path = join(folder, name)
  const { size } = statSync(path)
  truncateSync(path, Math.max(0, size - bytes))
  return Math.min(size, bytes)
}

/** Starts the server in a folder of its own, unless the backend is PostgreSQL. */
export async function openQueueServer(folder: string, backend: Backend): Promise<QueueServer> {
  const choice = chooseQueue({ wish: backend })
  if (choice.kind !== 'private') return inPostgres
  const root = join(folder, 'queue')
  const [data, copy] = [join(root, 'data'), join(root, 'copy')]
  let redis: PrivateRedis | undefined
  const start = async (at?: number) => {
    const started = await startRedis(choice.program, root, at)
    redis = started
    void started.exited.then(() => (redis = redis === started ? undefined : redis))
    return started
  }
  const { url, port = 0 } = await start()
  const line = await openLine(port)
  const place = (from: string, to: string) => {
    rmSync(to, { recursive: true, force: true })
    // With owner and rights: the server runs as another user, and would die of files it may not read.
    spawnSync('cp', ['-a', from, to])
  }
  return {
    kind: choice.program,
    url: url.replace(`:${port}`, `:${line.port}`),
    line,
    pid: () => redis?.pid ?? 0,
    tell: (...commands) => say(url, commands),
    down: async (wipe) => {
      const old = redis
      redis = undefined
      if (old) signal(old.pid, 'SIGKILL')
      await old?.exited
      if (wipe) rmSync(data, { recursive: true, force: true })
    },
    up: async () => {
      if (!redis) await start(port)
    },
    keepCopy: () => place(data, copy),
    putBack: () => {
      if (!existsSync(copy)) return false
      place(copy, data)
      return true
    },
    cutShort: (bytes) => cutLog(data, bytes),
    close: async () => {
      await line.close()
      await redis?.stop()
    },
  }
}
