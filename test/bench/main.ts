// `npm run bench`: every figure beside its floor in the same run, on this machine, printed as a table.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCluster } from '../support/cluster-run.ts'
import { measureLatency, measurePipeline } from './pipeline.ts'

const cluster = await startCluster()
process.env['BOKVAR_TEST_CLUSTER'] = cluster.url
const folder = mkdtempSync(join(tmpdir(), 'bokvar-bench-'))
const count = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 5_000)
const say = (text: string) => process.stdout.write(`${text}\n`)
const round = (value: number) => Math.round(value).toLocaleString('en')
try {
  say(`Machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`)
  say(`\nNotices per second from 201 to planned tasks, ${count} notices, beside the floor in the same run`)
  say('workers  queue     notices/s  floor/s  ratio  rows/notice  peak MB per process')
  for (const workers of [1, 2, 4]) {
    const run = await measurePipeline(folder, workers, count)
    say(
      `${String(workers).padEnd(8)} ${run.queue.padEnd(9)} ${round(run.perSecond).padStart(9)} ${round(run.floorPerSecond).padStart(8)} ${run.ratio.toFixed(2).padStart(6)} ${(run.rows / count).toFixed(1).padStart(12)} ${round(run.peakMegabytes).padStart(8)}`,
    )
  }
  const latency = await measureLatency(folder, 105)
  say(`\nOne notice alone: p50 ${latency.p50.toFixed(0)} ms, p99 ${latency.p99.toFixed(0)} ms`)
} finally {
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
}
