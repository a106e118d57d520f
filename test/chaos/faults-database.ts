// Faults of the database: stopped, cut off, deaf, locked, crowded, with a full disk for data or log, with a moved clock.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { Client } from 'pg'
import type { Disk } from './disks.ts'
import { hold, moveDatabaseClock, terminate, type Fault } from './fault.ts'
import type { House } from './house.ts'

const noMount = 'this machine does not let us mount a small disk'

const full =
  (which: (house: House) => Disk | undefined): Fault['run'] =>
  async (house, chance) => {
    const disk = which(house)
    const bytes = disk?.fill() ?? 0
    try {
      return `${(bytes / 2 ** 20).toFixed(0)} MB taken, ${await hold(chance, 2, house.longest)}`
    } finally {
      disk?.free()
      await house.base.revive()
    }
  }

const lock: Fault['run'] = async (house, chance) => {
  const table = chance.pick(['outbox', 'arrears_case', 'stage', 'mail', 'notice', 'intake_key', 'task'])
  return house.owner.transaction().execute(async (trx) => {
    await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(trx)
    return `${table}, ${await hold(chance, 2, house.longest + 4)}`
  })
}

/** Every connection that the server gives is taken, and ours are thrown out: nobody gets in again. */
const crowd: Fault['run'] = async (house, chance) => {
  const clients: Client[] = []
  const take = async () => {
    const client = new Client({ connectionString: house.base.url, connectionTimeoutMillis: 2_000 })
    client.on('error', () => undefined)
    await client.connect()
    clients.push(client)
  }
  try {
    await terminate(house, 1, `application_name ~ '^bokvar_'`)
    for (let n = 0; n < 20; n += 1) await Promise.allSettled(Array.from({ length: 12 }, take))
    return `${clients.length} connections, ${await hold(chance, 2, house.longest)}`
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()))
  }
}

/** A clock set by a time server: a step of minutes forward, or of seconds back. */
const clock: Fault['run'] = async (house, chance) => {
  const seconds = chance.pick([-8, -3, 60, 600, 3_600])
  await moveDatabaseClock(house, seconds)
  return `${seconds} s`
}

export const databaseFaults: Fault[] = [
  {
    name: 'PostgreSQL stopped at once',
    weight: 2,
    on: 'database',
    run: (house) => house.base.restart().then(() => ''),
  },
  {
    name: 'database connections killed',
    weight: 2,
    run: (house) => terminate(house, 10, 'true').then(() => '10 times'),
  },
  { name: 'lines to the database cut', weight: 2, run: async (house) => `${house.line.cut()} lines` },
  { name: 'lines to the database silent', weight: 1, run: async (house) => `${house.line.silence()} lines` },
  {
    name: 'lines to the database deaf (half-open)',
    weight: 1,
    run: async (house, chance) => {
      house.line.deaf(true)
      try {
        return await hold(chance, 2, house.longest)
      } finally {
        house.line.deaf(false)
        await pause(50)
      }
    },
  },
  { name: 'table locked', weight: 2, on: 'database', run: lock },
  { name: 'connections exhausted', weight: 1, on: 'database', run: crowd },
  {
    name: 'data disk full',
    weight: 1,
    on: 'database',
    fits: ({ base }) => base.data !== undefined,
    reason: noMount,
    run: full(({ base }) => base.data),
  },
  {
    name: 'write-ahead log disk full',
    weight: 1,
    on: 'database',
    fits: ({ base }) => base.wal !== undefined,
    reason: noMount,
    run: full(({ base }) => base.wal),
  },
  { name: 'database clock moved', weight: 2, on: 'clock', run: clock },
]
