// The worker of an earlier release, beside those of this one: it does not know every topic, and counts with older law.
import { readEnvironment } from '../../../config/env.ts'
import { readDataFile } from '../../../config/files.ts'
import { lawStamp, noteLaw } from '../../../shared/casework/law.ts'
import { openDatabase } from '../../../shared/db/open.ts'
import { readLaw } from '../../../shared/domain/periods.ts'
import { openMailer } from '../../../shared/mailer.ts'
import { openEars, type QueueBackend } from '../../../shared/queues.ts'
import { readKeys } from '../../../shared/seal.ts'
import { stopOnSignal } from '../../../shared/stop.ts'
import type { Topic } from '../../../shared/topics.ts'
import { handlersOf } from '../../../workers/handlers.ts'
import { loop } from '../../../workers/loop.ts'
import { pollOnce } from '../../../workers/poll.ts'
import { answer, type Handlers } from '../../../workers/worker.ts'

const newSince = new Set<string>(['task.completed', 'case.closed', 'task.overdue'])

const env = readEnvironment(['databaseUrl', 'smtpUrl', 'keysFile'])
// A recovery period of two weeks instead of three: a case counted with it would be seen by the judge.
const older = readDataFile('law/periods.csv').replace(/(recovery;rent;dwelling.*?);3 weeks;/, '$1;2 weeks;')
const { law } = readLaw(older, readDataFile('law/holidays.csv'))
if (!law) throw new Error('The law’s tables cannot be read')
const backend: QueueBackend = env.redisUrl
  ? { kind: 'redis', url: env.redisUrl }
  : { kind: 'postgres', url: env.databaseUrl }
const quiet = () => undefined
const db = openDatabase({ url: env.databaseUrl, role: 'bokvar_worker', onError: quiet })
const mailer = openMailer(env.smtpUrl, env.mailFrom)
const stamp = lawStamp([older, ''], 'version\n0')
const all = handlersOf({ db, mailer, law, keys: readKeys(env.keysFile), baseUrl: env.baseUrl, stamp })
const known = Object.entries(all).filter(([topic]) => !newSince.has(topic))
const handlers = Object.fromEntries(known) as Handlers
const ears = openEars(backend, (ring) => answer(db, handlers, ring, quiet), quiet)
const topics = known.map(([topic]) => topic as Topic)
const poll = loop(() => pollOnce(db, handlers, quiet, { seconds: 2, topics }), env.pollIntervalMs, quiet)
const compare = loop(() => noteLaw(db, stamp), 1_000, quiet)
stopOnSignal(
  [
    { name: 'law', run: compare },
    { name: 'ears', run: ears.close },
    { name: 'poll', run: poll },
  ],
  { withinMs: env.stopWithinMs },
)
process.send?.('ready')
