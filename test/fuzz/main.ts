// `npm run fuzz`: every operation of the API with every kind of bad input we know, against the service's real processes.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { numberIn, understand } from '../../services/start/command.ts'
import { openHouse, type House } from '../chaos/house.ts'
import { backendHere } from '../chaos/queue.ts'
import { noticeNumber } from '../bench/notices.ts'
import { operationsOf, type Document } from './operations.ts'
import { figuresOf, pageOf, type Report } from './report.ts'
import { runFuzz } from './run.ts'
import { MARKS } from './samples.ts'
import { openConnections, openSenders, senderFor, type Senders } from './senders.ts'
import { watchProcesses } from './watch.ts'

const help = `
npm run fuzz [-- --requests 100000] [-- --seed 1] [-- --write]

Sends every operation of the API every kind of bad input, against the service's real processes, and judges each answer.
Exits with 1 when a figure does not hold.

  --requests N   so many requests (100,000 when not said)
  --seed N       another seed
  --write        writes the result into docs/fuzz.md
`
const { values } = understand({
  help,
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})
const requests = numberIn(values.requests, '--requests')
const seed = numberIn(values.seed, '--seed')
/** The entries and options of production, each worker with relay, sweep and work: of these the memory is told. */
const parts = { web: 'services/main.ts', work: 'workers/main.ts', watchdog: 'workers/watchdog.ts' }
/** Sent whole before the run begins. */
const NOTICES = 80
const say = (text: string) => void process.stdout.write(`${text}\n`)
const folder = mkdtempSync(join(tmpdir(), 'bokvar-fuzz-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
// The database runs as another user than root, and must reach its folder.
chmodSync(folder, 0o755)

/** Rows of the outbox that are neither done nor handed to a person, once the workers have had their time. */
async function undoneAfter({ owner }: House, seconds: number): Promise<number> {
  for (let waited = 0; ; waited++) {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from outbox
      where done_at is null and dead_at is null and available_at <= clock_now()`.execute(owner)
    const count = rows[0]?.count ?? 0
    if (count === 0 || waited >= seconds) return count
    await pause(1_000)
  }
}

const linesOf = (logFolder: string): string[] =>
  readdirSync(logFolder).flatMap((name) => readFileSync(join(logFolder, name), 'utf8').split('\n'))

function unexpectedIn(logFolder: string): string[] {
  return [...new Set(linesOf(logFolder).filter((line) => line.includes('"unexpected"')))]
}

function linesWithPersonalData(logFolder: string): number {
  return linesOf(logFolder).filter((line) => MARKS.some((mark) => line.includes(mark))).length
}

/** A month of a landlord, worked through: what is asked about cases and tasks should mostly be there. */
async function feed(house: House, senders: Senders): Promise<void> {
  for (let n = 0; n < NOTICES; n += 1) {
    const headers = {
      ...senders.get('landlord'),
      'content-type': 'application/json',
      'idempotency-key': `feed-${n}`,
    }
    const sent = { method: 'POST', headers, body: JSON.stringify(noticeNumber(n)) }
    const { status } = await fetch(`${house.baseUrl}/v1/notices`, sent)
    if (status !== 201) throw new Error(`A good notice was answered ${status}`)
  }
  if ((await undoneAfter(house, 60)) > 0)
    throw new Error('The notices before the run were not worked in a minute')
}

async function fuzz(house: House): Promise<Report> {
  const { baseUrl, signIn, parts } = house
  const senders = await openSenders(baseUrl, signIn)
  await feed(house, senders)
  const operations = operationsOf((await (await fetch(`${baseUrl}/openapi.json`)).json()) as Document)
  const connections = openConnections(baseUrl)
  const watch = watchProcesses(baseUrl, parts)
  const begun = performance.now()
  const outcome = await runFuzz({
    operations,
    requests,
    seed,
    atOnce: 8,
    sign: (request, chance) => {
      request.headers = { ...senderFor(request.operation, senders, chance), ...request.headers }
    },
    send: connections.send,
    tell: (done) => say(`${done.toLocaleString('en')} requests`),
  })
  const seconds = (performance.now() - begun) / 1000
  connections.close()
  const undone = await undoneAfter(house, 120)
  const leaks = linesWithPersonalData(join(house.folder, 'log'))
  return { ...outcome, ...(await watch.stop()), seed, seconds, leaks, undone }
}

const house = await openHouse(join(folder, 'house'), { backend: backendHere(), parts })
try {
  const report = await fuzz(house)
  for (const fault of report.faults) say(JSON.stringify(fault))
  // Where it happened: the log holds the trace and never the value.
  for (const line of unexpectedIn(join(house.folder, 'log')).slice(0, 10)) say(line)
  const page = pageOf(report)
  say(page)
  if (values.write) writeFileSync(new URL('../../docs/fuzz.md', import.meta.url), page)
  if (figuresOf(report).some(({ holds }) => !holds)) process.exitCode = 1
} finally {
  await house.close()
}
