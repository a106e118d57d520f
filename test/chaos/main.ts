// `npm run chaos`: breaks the service in every way we know, and judges whether anything was lost, doubled or silently late.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { controls, sound } from './controls.ts'
import { backendHere } from './house.ts'
import { describeControls, describeRun, isClean, pageOf, type Tried } from './report.ts'
import { runChaos, type Result, type Wishes } from './run.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: backendHere() },
    short: { type: 'boolean', default: false },
    controls: { type: 'boolean', default: false },
    'queue-away': { type: 'boolean', default: false },
    faults: { type: 'string', default: '' },
  },
})

function readBackend(name: string): 'redis' | 'postgres' {
  if (name !== 'redis' && name !== 'postgres') throw new Error('--backend takes redis or postgres')
  return name
}

const backend = readBackend(values.backend)

const say = (text: string) => void process.stdout.write(`${text}\n`)
const folder = mkdtempSync(join(tmpdir(), 'bokvar-chaos-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
// The database runs as another user than root, and must reach its folder.
chmodSync(folder, 0o755)

const run = (name: string, wishes: Partial<Wishes>): Promise<Result> =>
  runChaos({
    folder: join(folder, name),
    seed: Number(values.seed),
    seconds: values.short ? 40 : Number(values.minutes) * 60,
    plan: { backend, ...sound },
    perSecond: 10,
    faultEveryMs: [1_500, 5_000],
    drainMs: 90_000,
    queueAway: values['queue-away'],
    faults: new RegExp(values.faults),
    say,
    ...wishes,
  })

async function tryControls(): Promise<Tried[]> {
  const tried: Tried[] = []
  // Without a queue server of its own the queue cannot be away while the database is there.
  for (const control of controls.filter(({ queueAway }) => backend === 'redis' || !queueAway)) {
    const { name, parts, settings = {}, faults, queueAway, breaks } = control
    say(`Control: ${name}`)
    const wishes = {
      plan: { backend, parts, settings },
      faults,
      queueAway,
      seconds: 15,
      faultEveryMs: [800, 2_000] as [number, number],
    }
    const { verdicts } = await run(`control-${tried.length}`, { ...wishes, drainMs: 12_000 })
    const broken = verdicts.filter(({ bad }) => bad > 0)
    tried.push({ name, broken, seen: broken.some(({ rule }) => breaks.test(rule)) })
  }
  return tried
}

const result = await run('house', {})
say(`\n${describeRun(result)}`)
const tried = values.controls ? await tryControls() : []
if (tried.length > 0) say(`\n${describeControls(tried)}`)
if (!values.short) {
  const at = new Date().toISOString().slice(0, 16).replace('T', ' ')
  writeFileSync(join(import.meta.dirname, '../../docs/chaos.md'), pageOf(result, tried, at))
}
process.exit(isClean(result) && tried.every(({ seen }) => seen) ? 0 : 1)
