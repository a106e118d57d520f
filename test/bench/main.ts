// `npm run bench`: every figure beside its floor or its neighbour in the same run, on this machine, printed and kept.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chooseQueue, startRedis, type PrivateRedis } from '../../services/start/queue.ts'
import { startCluster } from '../support/cluster-run.ts'
import { sections, type Bench } from './sections.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    /** The figures that take long: a million cases, the whole country's year. */
    large: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const say = (text: string) => void process.stdout.write(`${text}\n`)
const wanted = values.only === '' ? null : new Set(values.only.split(','))

/** A Redis or Valkey of this machine, run for the bench alone; none where the machine has none. */
async function ownRedis(folder: string): Promise<PrivateRedis | null> {
  const choice = chooseQueue({ wish: 'auto' })
  return choice.kind === 'private' ? startRedis(choice.program, join(folder, 'queue')) : null
}

function machine(): string {
  const [first] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${memory} GB, Node ${process.version}`
}

const folder = mkdtempSync(join(tmpdir(), 'bokvar-bench-'))
const cluster = await startCluster()
process.env['BOKVAR_TEST_CLUSTER'] = cluster.url
const redis = await ownRedis(folder)
const bench: Bench = {
  folder,
  notices: Number(positionals[0] ?? 5_000),
  large: values.large,
  redisUrl: redis?.url ?? null,
}
const pages: string[] = []
try {
  say(`Machine: ${machine()}\n`)
  for (const { id, title, about, measure } of sections) {
    if (wanted && !wanted.has(id)) continue
    const page = [`## ${title}`, '', about, '', ...(await measure(bench)), ''].join('\n')
    say(page)
    pages.push(page)
  }
} finally {
  await redis?.stop()
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
}
if (values.write) {
  const head = [
    '# Performance: what was measured',
    '',
    '`npm run bench -- --large --write` writes this page. Every figure stands beside its floor or its neighbour of the same',
    `run. Measured on ${machine()}, nothing else running, database and service on the same cores.`,
    '',
    '',
  ].join('\n')
  writeFileSync(new URL('../../docs/performance.md', import.meta.url), head + pages.join('\n'))
}
