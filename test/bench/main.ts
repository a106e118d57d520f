// `npm run bench [-- 5000]`: every figure beside its floor in the same run, on this machine, printed as a table.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseQueue, startRedis, type PrivateRedis } from '../../services/start/queue.ts'
import { startCluster } from '../support/cluster-run.ts'
import { measureDeadlines } from './deadlines.ts'
import { measureRehearsal } from './rehearsal.ts'
import { measureRouting } from './routing.ts'
import { measureLatency, measurePipeline, type PipelineRun } from './pipeline.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)
const whole = (value: number, width: number) => Math.round(value).toLocaleString('en').padStart(width)

/** A Redis or Valkey of this machine, run for the bench alone; none where the machine has none. */
async function ownRedis(folder: string): Promise<PrivateRedis | null> {
  const choice = chooseQueue({ wish: 'auto' })
  return choice.kind === 'private' ? startRedis(choice.program, join(folder, 'queue')) : null
}

function sayRun(run: PipelineRun): void {
  const rates = `${whole(run.perSecond, 9)} ${whole(run.floorPerSecond, 8)} ${run.ratio.toFixed(2).padStart(6)}`
  const size = `${(run.rows / run.notices).toFixed(1).padStart(12)} ${whole(run.peakMegabytes, 8)}`
  say(`${String(run.workers).padEnd(8)} ${run.queue.padEnd(9)} ${rates} ${size}`)
}

async function benchPipeline(folder: string, count: number, redis: PrivateRedis | null): Promise<void> {
  say(`\nNotices per second from 201 to planned tasks, ${count} notices, beside the floor in the same run:`)
  say('the same final rows written by set-based SQL on the same Postgres, without a queue.')
  say('workers  queue     notices/s  floor/s  ratio  rows/notice  peak MB per process')
  for (const workers of [1, 2, 4]) sayRun(await measurePipeline(folder, workers, count))
  if (redis) for (const workers of [1, 2, 4]) sayRun(await measurePipeline(folder, workers, count, redis.url))
  else say('(no valkey-server or redis-server on this machine: the Redis queue is not measured)')
  const latency = await measureLatency(folder, 105)
  say(
    `\nOne notice alone, from 201 to planned: p50 ${latency.p50.toFixed(0)} ms, p99 ${latency.p99.toFixed(0)} ms`,
  )
}

async function benchRules(): Promise<void> {
  const deadlines = measureDeadlines()
  say(
    `\nDeadline calculations on one core: ${whole(deadlines.perSecond, 1)} a second, ${whole(deadlines.dates, 1)} dates a second`,
  )
  say('\nRouting decisions a second, 200 rows, the same table in each engine')
  for (const { engine, perSecond } of await measureRouting())
    say(`${engine.padEnd(20)} ${whole(perSecond, 10)}`)
  const { seconds } = await measureRehearsal()
  say(`Dry run of a rules table over 100,000 past cases: ${seconds.toFixed(1)} s`)
}

const count = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 5_000)
const folder = mkdtempSync(join(tmpdir(), 'bokvar-bench-'))
const cluster = await startCluster()
process.env['BOKVAR_TEST_CLUSTER'] = cluster.url
const redis = await ownRedis(folder)
try {
  say(`Machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`)
  await benchRules()
  await benchPipeline(folder, count, redis)
} finally {
  await redis?.stop()
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
}
