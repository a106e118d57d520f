// `npm run bench`: every figure beside its floor or its neighbour in the same run, on this machine, printed and kept.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { numberIn, refuse, understand } from '../../services/start/command.ts'
import { chooseQueue, startRedis, type PrivateRedis } from '../../services/start/queue.ts'
import { startCluster } from '../support/cluster-run.ts'
import { sections, type Bench } from './sections.ts'

const help = `
npm run bench [-- NOTICES] [-- --only NAMES] [-- --large] [-- --write]

Measures on servers of its own, each figure beside its floor or its neighbour in the same run. NOTICES is how many go
through the pipeline (5,000 when not said).

  --only NAMES   these sections alone, with commas between: ${sections.map(({ id }) => id).join(', ')}
  --large        also what takes long: a million cases, the whole country's year
  --write        writes the result into docs/performance.md
`
const { values, word } = understand({
  help,
  takes: 'NOTICES',
  options: {
    only: { type: 'string', default: '' },
    /** The figures that take long: a million cases, the whole country's year. */
    large: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const PAGE = new URL('../../docs/performance.md', import.meta.url)
const say = (text: string) => void process.stdout.write(`${text}\n`)
const wanted = values.only === '' ? null : new Set(values.only.split(','))
const notices = word === '' ? 5_000 : numberIn(word, 'NOTICES')
const unknown = [...(wanted ?? [])].filter((name) => !sections.some(({ id }) => id === name))
if (unknown.length > 0) refuse(`There is no section ${unknown.join(', ')}.\n\n${help.trim()}`)

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
// Tables are counted as often as PostgreSQL does by itself; tests have no time for it, but a burst grows its tables tenfold.
const cluster = await startCluster({ autovacuum_naptime: '1min' })
process.env['BOKVAR_TEST_CLUSTER'] = cluster.url
const redis = await ownRedis(folder)
const bench: Bench = {
  folder,
  notices,
  large: values.large,
  redisUrl: redis?.url ?? null,
}
/** The document with these sections in the place of the old ones of the same name; the others stay as they are. */
function pageWith(document: string, sections: readonly string[]): string {
  const titleIn = (text: string) => text.slice(0, text.indexOf('\n'))
  const old = document.split(/^(?=## )/m)
  const fresh = new Map(sections.map((text) => [titleIn(text), `${text.trimEnd()}\n\n`]))
  const kept = old.map((text) => {
    const [title, found] = [titleIn(text), fresh.get(titleIn(text))]
    fresh.delete(title)
    return found ?? text
  })
  // A section that the document did not have stands before what is said by hand at its end.
  const end = kept.findIndex((text) => text.startsWith('## Not measured'))
  return [...kept.slice(0, end), ...fresh.values(), ...kept.slice(end)].join('').trimEnd().concat('\n')
}

const pages: string[] = []
try {
  say(`Machine: ${machine()}\n`)
  for (const { id, title, about, measure } of sections) {
    if (wanted && !wanted.has(id)) continue
    const begun = loadavg()[0] ?? 0
    const lines = await measure(bench)
    // What a busy neighbour has done to a figure nobody can tell afterwards: it is written down.
    const when = `${new Date().toISOString().slice(0, 10)}, ${machine()}, load ${begun.toFixed(1)} as it began.`
    const page = [`## ${title}`, '', about, '', ...lines, '', when, ''].join('\n')
    say(page)
    pages.push(page)
  }
} finally {
  await redis?.stop()
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
}
if (values.write) writeFileSync(PAGE, pageWith(readFileSync(PAGE, 'utf8'), pages))
