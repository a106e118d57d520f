// A negative control: a relay that takes a lease for a fact. What is rung once is never rung again.
import { sql } from 'kysely'
import { readEnvironment } from '../../../config/env.ts'
import { openDatabase } from '../../../shared/db/open.ts'
import type { Claimed } from '../../../shared/outbox.ts'
import { openBell, type QueueBackend } from '../../../shared/queues.ts'
import { stopOnSignal } from '../../../shared/stop.ts'
import { loop } from '../../../workers/loop.ts'
import { ringsOf } from '../../../workers/worker.ts'

const env = readEnvironment(['databaseUrl'])
const backend: QueueBackend = env.redisUrl
  ? { kind: 'redis', url: env.redisUrl }
  : { kind: 'postgres', url: env.databaseUrl }
const quiet = () => undefined
const db = openDatabase({ url: env.databaseUrl, role: 'bokvar_relay', max: 2 })
const bell = openBell(backend, quiet)
const step = async () => {
  const { rows } = await sql<Claimed>`update outbox set publishes = 1 where id in (
    select id from outbox where publishes = 0 and done_at is null order by id limit 500 for update skip locked)
    returning id, topic`.execute(db)
  if (rows.length > 0) await bell.ring(ringsOf(rows))
  return rows.length
}
const stop = loop(step, env.relayIntervalMs, quiet)
stopOnSignal(
  [
    { name: 'relay', run: stop },
    { name: 'bell', run: bell.close },
  ],
  { withinMs: env.stopWithinMs },
)
process.send?.('ready')
