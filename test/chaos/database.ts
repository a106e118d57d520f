// The run's PostgreSQL: on disks that can be filled, where that is allowed, and started again when it has died.
import { spawnSync } from 'node:child_process'
import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { startPostgres, type Postgres } from '../../services/start/postgres.ts'
import { openDisk, type Disk } from './disks.ts'

export type Base = {
  url: string
  port: number
  folder: string
  /** Missing where this machine does not let us mount one. */
  data: Disk | undefined
  wal: Disk | undefined
  restart: () => Promise<void>
  /** Waits until it takes writes again; starts it when it has died. */
  revive: () => Promise<void>
  /** A server of its own on a copy of the files as a crash at this instant leaves them. */
  copyTo: (folder: string) => Promise<Postgres>
  stop: () => Promise<void>
}

const run = (program: string, ...args: string[]) => {
  const { status } = spawnSync(program, args)
  if (status !== 0) throw new Error(`${program} ${args[0] ?? ''} failed`)
}

/** The write-ahead log on a disk of its own, as a careful operator has it. */
function moveLog(data: string, wal: Disk): void {
  const [inside, outside] = [join(data, 'pg_wal'), join(wal.folder, 'pg_wal')]
  if (lstatSync(inside).isSymbolicLink()) return
  run('cp', '-a', inside, outside)
  rmSync(inside, { recursive: true })
  run('ln', '-s', outside, inside)
}

async function takesWrites(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000, query_timeout: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('create table chaos_alive ()')
    await client.query('drop table chaos_alive')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

// Little write-ahead log, so that its disk may be small.
async function keepLogSmall(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`alter system set max_wal_size = '256MB'`)
  await client.query(`select pg_reload_conf()`)
  await client.end()
}

/** Starts it in `folder`/postgres, which must be new; on disks of their own when the plan wants them. */
export async function openBase(folder: string, onDisks: boolean): Promise<Base> {
  const root = join(folder, 'postgres')
  const data = onDisks ? openDisk('data', root) : undefined
  const wal = data && openDisk('wal', join(folder, 'wal'))
  const state = { alive: true, server: await startPostgres({ dataDir: root, durable: true }) }
  const { url, port } = state.server
  const follow = () => {
    const { server } = state
    state.alive = true
    void server.exited.then(() => (state.alive = state.server !== server && state.alive))
  }
  const start = async () => {
    state.server = await startPostgres({ dataDir: root, durable: true, port })
    follow()
  }
  follow()
  await keepLogSmall(url)
  if (wal) {
    await state.server.stop()
    moveLog(join(root, 'data'), wal)
    await start()
  }
  const stop = () => state.server.stop('immediate')
  return {
    url,
    port,
    folder: root,
    data,
    wal,
    restart: async () => {
      await stop()
      await start()
    },
    revive: async () => {
      const giveUpAt = performance.now() + 60_000
      while (!(await takesWrites(url))) {
        if (performance.now() > giveUpAt) throw new Error('PostgreSQL does not come back')
        if (!state.alive) {
          await state.server.stop('immediate')
          await start()
        }
        await pause(100)
      }
    },
    copyTo: async (to) => {
      // A copy of files that are being written would be of no instant at all: what a crash leaves is of one.
      await stop()
      run('cp', '-aL', root, to)
      await start()
      return startCopy(to)
    },
    stop: async () => {
      await stop()
      data?.close()
      wal?.close()
    },
  }
}

function startCopy(to: string): Promise<Postgres> {
  for (const stale of ['owner.json', 'data/postmaster.pid', 'data/postmaster.opts', 'ballast'])
    rmSync(join(to, stale), { force: true })
  return startPostgres({ dataDir: to, durable: true })
}
