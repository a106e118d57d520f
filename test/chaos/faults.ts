// The faults: what each does to the house, and how it is taken back. Each resolves when the fault itself is over.
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Chance } from './chance.ts'
import type { House } from './house.ts'

/** One fault of the table; `weight` is how often it is chosen. `only` names the queue backend it needs. */
export type Fault = {
  name: string
  weight: number
  only?: 'redis' | 'postgres'
  run: (house: House, chance: Chance) => Promise<string>
}

/** Sends commands to our Redis as a client would by hand. */
async function tellRedis(house: House, ...commands: string[]): Promise<void> {
  const redis = house.queue.redis()
  if (!redis) return
  const { password, port } = new URL(redis.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write([`AUTH ${password}`, ...commands, 'QUIT', ''].join('\r\n'))
  socket.resume()
  await Promise.race([new Promise((closed) => socket.once('close', closed)), pause(2_000)])
  socket.destroy()
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    if (pid > 0) process.kill(pid, name)
  } catch {
    // It ended just now: somebody else was quicker.
  }
}

const parts = (house: House, what: RegExp) => house.parts.filter(({ name }) => what.test(name))

const killOne =
  (what: RegExp): Fault['run'] =>
  async (house, chance) => {
    const part = chance.pick(parts(house, what))
    signal(part.pid(), 'SIGKILL')
    return part.name
  }

const freezeOne =
  (what: RegExp): Fault['run'] =>
  async (house, chance) => {
    const part = chance.pick(parts(house, what))
    const pid = part.pid()
    const seconds = chance.whole(2, 12)
    signal(pid, 'SIGSTOP')
    await pause(seconds * 1000)
    signal(pid, 'SIGCONT')
    return `${part.name}, ${seconds} s`
  }

const terminate = async (house: House, times: number, where: string) => {
  for (let n = 0; n < times; n += 1) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and ${sql.raw(where)}`.execute(
      house.owner,
    )
    await pause(150)
  }
}

const mailFault =
  (seconds: number, answer: { code?: number; delayMs?: number; drop?: boolean }): Fault['run'] =>
  async (house) => {
    house.mail.behave((stage) => (stage === 'data' ? answer : undefined))
    await pause(seconds * 1000)
    house.mail.behave(undefined)
    return `${seconds} s`
  }

const lock = async (house: House, seconds: number, table: string) => {
  await house.owner.transaction().execute(async (trx) => {
    await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(trx)
    await pause(seconds * 1000)
  })
  return `${table}, ${seconds} s`
}

/** Two processes of one kind, or the queue and a process, at once: what single faults hide. */
const both = async (house: House, chance: Chance) => {
  for (const part of parts(house, /work|relay/)) if (chance.next() < 0.6) signal(part.pid(), 'SIGKILL')
  await tellRedis(house, 'FLUSHALL')
  return 'workers and relays killed, queue emptied'
}

export const faults: Fault[] = [
  { name: 'kill -9 worker', weight: 5, run: killOne(/work/) },
  { name: 'kill -9 relay', weight: 2, run: killOne(/relay/) },
  { name: 'kill -9 sweep', weight: 2, run: killOne(/sweep/) },
  { name: 'kill -9 web', weight: 2, run: killOne(/web/) },
  { name: 'kill -9 many at once', weight: 1, run: both },
  { name: 'SIGSTOP worker', weight: 3, run: freezeOne(/work/) },
  { name: 'SIGSTOP relay or sweep', weight: 2, run: freezeOne(/relay|sweep/) },
  { name: 'SIGSTOP web', weight: 1, run: freezeOne(/web/) },
  {
    name: 'SIGTERM worker',
    weight: 1,
    run: async (house, chance) => {
      const part = chance.pick(parts(house, /work/))
      const pid = part.pid()
      const from = performance.now()
      signal(pid, 'SIGTERM')
      while (part.pid() === pid) await pause(20)
      return `${part.name}, ended in ${((performance.now() - from) / 1000).toFixed(1)} s`
    },
  },
  {
    name: 'queue emptied (FLUSHALL)',
    weight: 3,
    only: 'redis',
    run: async (house) => tellRedis(house, 'FLUSHALL').then(() => ''),
  },
  {
    name: 'queue killed and wiped',
    weight: 2,
    only: 'redis',
    run: async (house, chance) => {
      await house.queue.down(true)
      const seconds = chance.whole(1, 8)
      await pause(seconds * 1000)
      await house.queue.up()
      return `away ${seconds} s`
    },
  },
  {
    name: 'queue hung (SIGSTOP)',
    weight: 2,
    only: 'redis',
    run: async (house, chance) => {
      const pid = house.queue.redis()?.pid ?? 0
      const seconds = chance.whole(3, 8)
      signal(pid, 'SIGSTOP')
      await pause(seconds * 1000)
      signal(pid, 'SIGCONT')
      return `${seconds} s`
    },
  },
  {
    name: 'queue full',
    weight: 1,
    only: 'redis',
    run: async (house) => {
      await tellRedis(house, 'CONFIG SET maxmemory 1mb')
      await pause(5_000)
      await tellRedis(house, 'CONFIG SET maxmemory 0')
      return '5 s'
    },
  },
  {
    name: 'queue read-only',
    weight: 1,
    only: 'redis',
    run: async (house) => {
      await tellRedis(house, 'REPLICAOF 127.0.0.1 1')
      await pause(4_000)
      await tellRedis(house, 'REPLICAOF NO ONE')
      return '4 s'
    },
  },
  {
    name: 'queue tables emptied',
    weight: 3,
    only: 'postgres',
    run: async (house) => {
      const { rows } = await sql<{
        name: string
      }>`select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname = 'bullmq' and tablename !~ 'migration'`.execute(house.owner)
      await sql`truncate ${sql.raw(rows.map(({ name }) => name).join(', '))} cascade`.execute(house.owner)
      return ''
    },
  },
  {
    name: 'queue connections killed',
    weight: 2,
    only: 'postgres',
    run: async (house) => {
      await terminate(house, 3, `application_name !~ '^bokvar_'`)
      return ''
    },
  },
  {
    name: 'PostgreSQL stopped at once',
    weight: 2,
    run: async (house) => house.postgres.restart().then(() => ''),
  },
  {
    name: 'database connections killed',
    weight: 2,
    run: async (house) => terminate(house, 10, 'true').then(() => '10 times'),
  },
  { name: 'lines to the database cut', weight: 2, run: async (house) => `${house.line.cut()} lines` },
  { name: 'lines to the database silent', weight: 1, run: async (house) => `${house.line.silence()} lines` },
  {
    name: 'table locked',
    weight: 2,
    run: (house, chance) =>
      lock(house, chance.whole(2, 6), chance.pick(['outbox', 'arrears_case', 'stage', 'mail'])),
  },
  {
    name: 'mail server down',
    weight: 1,
    run: async (house, chance) => {
      await house.mail.down()
      const seconds = chance.whole(2, 8)
      await pause(seconds * 1000)
      await house.mail.up()
      return `${seconds} s`
    },
  },
  { name: 'mail server says later (451)', weight: 1, run: mailFault(4, { code: 451 }) },
  { name: 'mail server refuses (550)', weight: 1, run: mailFault(2, { code: 550 }) },
  { name: 'mail server slow', weight: 1, run: mailFault(6, { delayMs: 4_000 }) },
  { name: 'mail server gone after DATA', weight: 2, run: mailFault(4, { drop: true }) },
]

/** The faults that a house with this backend can suffer. */
export const faultsFor = (backend: 'redis' | 'postgres') =>
  faults.filter(({ only }) => only === undefined || only === backend)

/** Chooses one by weight. */
export function chooseFault(from: readonly Fault[], chance: Chance): Fault {
  const total = from.reduce((sum, { weight }) => sum + weight, 0)
  let dice = chance.next() * total
  return from.find(({ weight }) => (dice -= weight) < 0) ?? (from[0] as Fault)
}
