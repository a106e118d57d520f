// The watchdog: a process and a database role of its own that tells a person when the service does not, without queue or web.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { readEnvironment } from '../config/env.ts'
import { ENDS } from '../shared/casework/audit.ts'
import { beat } from '../shared/casework/sweeps.ts'
import { findDue, findEnds, findFeeds, lookOver } from '../shared/casework/watch.ts'
import { openDatabase } from '../shared/db/open.ts'
import { alarmsOf, endsToKeep, newsOf, told, usualLimits } from '../shared/domain/watch.ts'
import type { Alarm, Feed, LaneEnd, Limits, Memory, News } from '../shared/domain/watch.ts'
import { openLog } from '../shared/log.ts'
import { openMailer } from '../shared/mailer.ts'
import { stopOnSignal, type StopStep } from '../shared/stop.ts'
import { watchLetter } from '../shared/text/watch.ts'
import { queueNames } from '../shared/topics.ts'
import { loop } from './loop.ts'
import { openDoor } from './watch-door.ts'
import { readMemory, writeMemory } from './watch-file.ts'

const env = readEnvironment(['databaseUrl'])
const log = openLog('watchdog', env.logLevel)
const onError = (error: Error) => log.warn({ err: error }, 'away')
// It asks little and must know soon that the database is away.
const db = openDatabase({
  url: env.watchdogDatabaseUrl ?? env.databaseUrl,
  role: 'bokvar_watchdog',
  max: 2,
  statementTimeout: 4_000,
  onError,
})
const limits: Limits = {
  ...usualLimits,
  lateSeconds: env.lateSeconds,
  kinds: ['web', 'relay', 'sweep', 'work', ...queueNames.map((name) => `ears ${name}`)],
  production: env.environment === 'production',
}
const apartEveryMs = 600_000
const remindMs = 3_600_000
/** A look or two may fail by a moment's break; after that the database is away. */
const awayAfterMs = 3 * env.watchdogIntervalMs
/** Nobody looked for so long without a look that failed: the whole machine slept. Looks that are only slow still count. */
const sleptMs = (limits.silentSeconds * 1000) / 2
const name = `watchdog ${hostname()} ${process.pid}`

const apart = { feeds: [] as Feed[], ends: [] as LaneEnd[], lostEnds: [] as LaneEnd[], askedAt: -Infinity }
const seen = { since: performance.now(), lastAt: performance.now(), today: '', failed: false }

/** Looked up seldom. The ends also go to the log, which leaves this machine where the operator has seen to it. */
async function lookApart(kept: readonly LaneEnd[]): Promise<void> {
  if (performance.now() - apart.askedAt <= apartEveryMs) return
  const feeds = await findFeeds(db)
  const { ends, lost } = await findEnds(db, kept)
  log.info({ ends }, ENDS)
  Object.assign(apart, { feeds, ends: endsToKeep(ends, lost), lostEnds: lost, askedAt: performance.now() })
}

/** The alarms of one look; while the database cannot be asked, those that stood before still stand. */
async function look(memory: Memory): Promise<Alarm[]> {
  try {
    await lookApart(memory.ends)
    const sight = await lookOver(db, apart)
    await beat(db, name, 'watchdog', new Date())
    const now = performance.now()
    // An outage of the database is everybody's: the others get the same time after it as we do.
    if (now - seen.lastAt > (seen.failed ? awayAfterMs : sleptMs)) seen.since = now
    Object.assign(seen, { lastAt: now, today: sight.today, failed: false })
    return alarmsOf(sight, limits, (now - seen.since) / 1000)
  } catch (error) {
    onError(error as Error)
    seen.failed = true
    const seconds = Math.round((performance.now() - seen.lastAt) / 1000)
    const others = memory.standing.filter(({ code }) => code !== 'database-away')
    const away: Alarm = { code: 'database-away', about: '', count: 1, seconds }
    const known = memory.standing.length > others.length
    return known || seconds * 1000 >= awayAfterMs ? [...others, away] : others
  }
}

/** Tells a person: straight to the mail server, whatever the queue, the web and the database do. */
async function tell(news: readonly News[]): Promise<void> {
  for (const one of news)
    if (one.kind === 'test') log.info('test')
    else log[one.kind === 'ended' ? 'info' : 'error']({ ...one.alarm, kind: one.kind }, 'alarm')
  if (env.smtpUrl === undefined || env.dutyMail === undefined) return
  const mailer = openMailer(env.smtpUrl, env.mailFrom)
  try {
    const letter = watchLetter(news, env.baseUrl)
    for (const to of env.dutyMail.split(','))
      await mailer.send({ id: randomUUID(), to: to.trim(), ...letter })
  } finally {
    mailer.close()
  }
}

let memory = readMemory(env.watchdogFile)

async function step(): Promise<number> {
  const found = await look(memory)
  if (apart.askedAt > 0) memory = { ...memory, ends: apart.ends }
  const today = seen.today || new Date().toISOString().slice(0, 10)
  const next = newsOf(memory, found, { now: Date.now(), today, remindMs })
  memory = next.memory
  if (next.news.length > 0) {
    try {
      await tell(next.news)
      memory = told(memory, Date.now(), today)
    } catch (error) {
      // The mail server may be part of the trouble: the log has it, the file shows it, and it is tried again.
      log.error({ err: error }, 'alarm not sent')
      memory = unsent(memory, next.news)
    }
  }
  writeMemory(env.watchdogFile, memory, new Date().toISOString())
  return 0
}

/** What ended and could not be told is kept, so that its end is told when the mail server is back. */
function unsent({ standing, ...rest }: Memory, news: readonly News[]): Memory {
  const ended = news.flatMap((one) => (one.kind === 'ended' ? [{ ...one.alarm, since: 0, toldAt: 0 }] : []))
  return { ...rest, standing: [...standing, ...ended] }
}

/** One look for a supervisor that asks by itself: a line for each alarm, and 1 as the exit code when there is any. */
async function once(): Promise<void> {
  seen.since = -Infinity
  const { lost } = await findEnds(db, readMemory(env.watchdogFile).ends)
  const sight = await lookOver(db, { feeds: await findFeeds(db), lostEnds: lost })
  const alarms = alarmsOf(sight, limits, Infinity)
  for (const { code, about, count, seconds } of alarms)
    process.stdout.write(`${[code, about].join(' ').trim()}: ${count}, ${seconds} s\n`)
  await db.destroy()
  process.exit(alarms.length > 0 ? 1 : 0)
}

async function watch(): Promise<void> {
  const steps: StopStep[] = []
  stopOnSignal(steps, { withinMs: env.stopWithinMs, tell: (text) => log.warn(text) })
  const { host, watchdogPort: port, lateSeconds } = env
  if (port !== undefined)
    steps.push({ name: 'door', run: await openDoor({ port, host, lateSeconds }, () => findDue(db)) })
  steps.push({ name: 'watch', run: loop(step, env.watchdogIntervalMs, onError) })
  steps.push({ name: 'watchdog database', run: () => db.destroy() })
  log.info({ port: port ?? null, tellsByMail: env.dutyMail !== undefined }, 'started')
  process.send?.('ready')
}

await (process.argv.includes('--once') ? once() : watch())
