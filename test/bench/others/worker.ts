// A worker of another queue, for comparison: takes its jobs and answers them with our own operations and our own fence.
import { Logger, run } from 'graphile-worker'
import { PgBoss } from 'pg-boss'
import { readEnvironment } from '../../../config/env.ts'
import { readDataFile } from '../../../config/files.ts'
import { lawStamp } from '../../../shared/casework/law.ts'
import { openDatabase } from '../../../shared/db/open.ts'
import { readLaw } from '../../../shared/domain/periods.ts'
import { openMailer } from '../../../shared/mailer.ts'
import { readKeys } from '../../../shared/seal.ts'
import type { Topic } from '../../../shared/topics.ts'
import { handlersOf } from '../../../workers/handlers.ts'
import { answer, batchSize, ringsOf } from '../../../workers/worker.ts'
import type { OtherQueue } from './install.ts'

type Deed = { id: number; topic: Topic }

const env = readEnvironment(['databaseUrl', 'smtpUrl', 'keysFile'])
const tables = [readDataFile('law/periods.csv'), readDataFile('law/holidays.csv')] as const
const { law } = readLaw(...tables)
if (!law) throw new Error('The law’s tables cannot be read')
const stamp = lawStamp(tables, readDataFile('law/versions.csv'))
const db = openDatabase({ url: env.databaseUrl, role: 'bokvar_worker', max: 12 })
const mailer = openMailer(env.smtpUrl, env.mailFrom)
const handlers = handlersOf({ db, mailer, law, keys: readKeys(env.keysFile), baseUrl: env.baseUrl, stamp })
const onFailure = (failure: object) => process.stderr.write(`${JSON.stringify(failure)}\n`)

async function work(deeds: readonly Deed[]): Promise<void> {
  for (const ring of ringsOf(deeds)) await answer(db, handlers, ring, onFailure)
}

// Each is set up as its own documents advise for throughput: graphile-worker with a local queue and ten at a time,
// pg-boss with batches as large as ours and no pause while batches come back full.
const start: Readonly<Record<OtherQueue, () => Promise<() => Promise<void>>>> = {
  'graphile-worker': async () => {
    const runner = await run({
      preset: {
        worker: {
          connectionString: env.databaseUrl,
          concurrentJobs: 10,
          pollInterval: 500,
          localQueue: { size: 100 },
          completeJobBatchDelay: 0,
          maxPoolSize: 12,
        },
      },
      noHandleSignals: true,
      logger: new Logger(() => () => undefined),
      taskList: { deed: (deed) => work([deed as Deed]) },
    })
    return () => runner.stop()
  },
  'pg-boss': async () => {
    const boss = new PgBoss({ connectionString: env.databaseUrl, supervise: false, schedule: false })
    await boss.start()
    const options = { batchSize, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true, localConcurrency: 2 }
    await boss.work<Deed>('deed', options, (jobs) => work(jobs.map(({ data }) => data)))
    return () => boss.stop({ graceful: true })
  },
}

const stop = await start[process.argv[2] as OtherQueue]()
process.once('SIGTERM', () => {
  void stop()
    .then(() => db.destroy())
    .then(() => mailer.close())
    .then(() => process.exit(0))
})
process.send?.('ready')
