// A worker put together with a defect of choice, for the negative controls: no fallback poll, or no fence.
import { sql } from 'kysely'
import { readEnvironment } from '../../../config/env.ts'
import { readDataFile } from '../../../config/files.ts'
import { moment } from '../../../shared/casework/act.ts'
import { openDatabase, type Db } from '../../../shared/db/open.ts'
import { readLaw } from '../../../shared/domain/periods.ts'
import { openMailer } from '../../../shared/mailer.ts'
import { openEars, type QueueBackend, type Ring } from '../../../shared/queues.ts'
import { readKeys } from '../../../shared/seal.ts'
import { stopOnSignal } from '../../../shared/stop.ts'
import { handlersOf } from '../../../workers/handlers.ts'
import { answer, type Handlers } from '../../../workers/worker.ts'

/** Does the work without asking whether it is done, or whether somebody else is doing it. */
export async function answerUnfenced(db: Db, handlers: Handlers, ring: Ring): Promise<void> {
  const handler = handlers[ring.topic]
  const { rows } = await sql<{
    subjectId: string
  }>`select subject_id from outbox where id = any(${ring.ids}::bigint[])`.execute(db)
  const subjects = rows.map(({ subjectId }) => subjectId)
  if (typeof handler === 'function')
    await db.transaction().execute(async (trx) => handler(trx, await moment(trx), subjects))
  else await handler.errand(subjects)
  await sql`insert into effect_log (outbox_id, topic) select unnest(${ring.ids}::bigint[]), ${ring.topic}`.execute(
    db,
  )
  await sql`update outbox set done_at = clock_now() where id = any(${ring.ids}::bigint[])`.execute(db)
}

/** Starts a worker process that only listens: it has no poll, and with `fenced` false no fence either. */
export function startDefective(fenced: boolean): void {
  const env = readEnvironment(['databaseUrl', 'smtpUrl', 'keysFile'])
  const { law } = readLaw(readDataFile('law/periods.csv'), readDataFile('law/holidays.csv'))
  if (!law) throw new Error('The law’s tables cannot be read')
  const backend: QueueBackend = env.redisUrl
    ? { kind: 'redis', url: env.redisUrl }
    : { kind: 'postgres', url: env.databaseUrl }
  const quiet = () => undefined
  const db = openDatabase({ url: env.databaseUrl, role: 'bokvar_worker' })
  const mailer = openMailer(env.smtpUrl, env.mailFrom)
  const handlers = handlersOf({ db, mailer, law, keys: readKeys(env.keysFile), baseUrl: env.baseUrl })
  const hear = (ring: Ring) =>
    fenced ? answer(db, handlers, ring, quiet) : answerUnfenced(db, handlers, ring)
  const ears = openEars(backend, hear, quiet, { concurrency: env.workerConcurrency })
  stopOnSignal([{ name: 'ears', run: ears.close }], { withinMs: env.stopWithinMs })
  process.send?.('ready')
}
