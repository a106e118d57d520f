// Faults of the queue: emptied, killed, hung, full, read-only, evicting, set back, cut short, cut off; or its tables emptied.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { freeze, hold, terminate, type Fault } from './fault.ts'

type Kind = Omit<Fault, 'on' | 'fits' | 'reason'>

const ofRedis = (fault: Kind): Fault => ({
  ...fault,
  on: 'queue',
  fits: ({ queue }) => queue.url !== '',
  reason: 'the queue of this run is in PostgreSQL',
})
const ofPostgres = (fault: Kind): Fault => ({
  ...fault,
  on: 'queue',
  fits: ({ queue }) => queue.url === '',
  reason: 'the queue of this run is a server of its own',
})

/** Settings changed while it runs, and set right again. */
const changed =
  (wrong: readonly string[], right: readonly string[]): Fault['run'] =>
  async (house, chance) => {
    await house.queue.tell(...wrong)
    try {
      return await hold(chance, 3, house.longest)
    } finally {
      await house.queue.tell(...right)
    }
  }

const redisFaults: Kind[] = [
  {
    name: 'queue emptied (FLUSHALL)',
    weight: 3,
    run: (house) => house.queue.tell('FLUSHALL').then(() => ''),
  },
  {
    name: 'queue killed and wiped',
    weight: 2,
    run: async (house, chance) => {
      await house.queue.down(true)
      const away = await hold(chance, 1, house.longest)
      await house.queue.up()
      return `away ${away}`
    },
  },
  {
    name: 'queue hung (SIGSTOP)',
    weight: 2,
    run: (house, chance) => freeze(house.queue.pid(), chance, house.longest),
  },
  { name: 'queue full', weight: 1, run: changed(['CONFIG SET maxmemory 1mb'], ['CONFIG SET maxmemory 0']) },
  {
    name: 'queue evicts (wrong policy, full)',
    weight: 1,
    run: changed(
      ['CONFIG SET maxmemory-policy allkeys-lru', 'CONFIG SET maxmemory 1mb'],
      ['CONFIG SET maxmemory 0', 'CONFIG SET maxmemory-policy noeviction'],
    ),
  },
  { name: 'queue read-only', weight: 1, run: changed(['REPLICAOF 127.0.0.1 1'], ['REPLICAOF NO ONE']) },
  {
    name: 'queue set back to an old copy',
    weight: 2,
    run: async (house, chance) => {
      house.queue.keepCopy()
      const old = await hold(chance, 2, house.longest)
      await house.queue.down(false)
      house.queue.putBack()
      await house.queue.up()
      return `a copy ${old} old`
    },
  },
  {
    name: 'queue’s log cut short',
    weight: 1,
    run: async (house, chance) => {
      await house.queue.down(false)
      const bytes = house.queue.cutShort(chance.whole(1_000, 200_000))
      await house.queue.up()
      return `${bytes} bytes`
    },
  },
  {
    name: 'lines to the queue cut',
    weight: 1,
    run: async (house) => `${house.queue.line?.cut() ?? 0} lines`,
  },
  {
    name: 'lines to the queue deaf (half-open)',
    weight: 2,
    run: async (house, chance) => {
      house.queue.line?.deaf(true)
      try {
        return await hold(chance, 2, house.longest)
      } finally {
        house.queue.line?.deaf(false)
      }
    },
  },
]

const postgresFaults: Kind[] = [
  {
    name: 'queue tables emptied',
    weight: 3,
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
    run: async (house) => {
      await terminate(house, 3, `application_name !~ '^bokvar_'`)
      await pause(100)
      return ''
    },
  },
]

export const queueFaults: Fault[] = [...redisFaults.map(ofRedis), ...postgresFaults.map(ofPostgres)]
