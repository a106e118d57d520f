// `npm run chaos`: breaks the service in every way we know, and judges whether anything was lost, doubled or silently late.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { numberIn, refuse, understand } from '../../services/start/command.ts'
import { runControls } from './controls.ts'
import { commitHere, describeCourse, keepSeed, lineOf } from './course-file.ts'
import { hasMountsOfItsOwn, inMountsOfItsOwn } from './disks.ts'
import { keepSection } from './page.ts'
import { backendHere, type Backend } from './queue.ts'
import { describeControls, describeEach, describeMany, describeRun, isClean } from './report.ts'
import { runChaos, type Result } from './run.ts'
import { each, halfHour, many, one, queueAway, quiet, type Course } from './courses.ts'
import { runWhole } from './whole.ts'

const help = `
npm run chaos [-- OPTIONS]

Starts the whole service on servers of its own, breaks it under load in seeded ways and judges it. Exits with 1 when a rule
is broken. One seed for two minutes when nothing is said.

  --course         the whole in a quarter of an hour: no faults, every fault alone, the negative controls, the queue away,
                   and as many seeds as there is time for
  --minutes N      how long one seed is broken (with --queue-away: 30 for the real half hour)
  --seed N         another seed
  --seeds N        many seeds, or 5..8; --at-once 2 runs two houses side by side
  --each           every fault alone and in turn; --faults WORDS only those so named (a pattern)
  --controls       the service with one known defect each: the judge must see every one
  --quiet          no fault: what lateness is when nothing is wrong
  --queue-away     no queue from beginning to end
  --backend NAME   redis or postgres
  --short          forty seconds of faults
  --keep           keeps a short run's result too; every other run writes its own into docs/chaos.md
`
const { values } = understand({
  help,
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '1' },
    backend: { type: 'string', default: backendHere() },
    faults: { type: 'string', default: '' },
    short: { type: 'boolean', default: false },
    course: { type: 'boolean', default: false },
    controls: { type: 'boolean', default: false },
    each: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    'queue-away': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})

/** The seeds asked for: `--seeds 5..8`, or so many from `--seed` on. */
function readSeeds(): number[] {
  const [from = NaN, to = NaN] = values.seeds.split('..').map(Number)
  const span = values.seeds.includes('..')
    ? { from, to }
    : { from: Number(values.seed), to: Number(values.seed) + from - 1 }
  const seeds = Array.from({ length: span.to - span.from + 1 }, (_, n) => span.from + n)
  if (seeds.length === 0 || seeds.some(Number.isNaN))
    refuse('--seeds and --seed take a number; --seeds also two, as 5..8.')
  return seeds
}

const seedsAsked = readSeeds()
const minutes = values.minutes === undefined ? undefined : numberIn(values.minutes, '--minutes')
const manySeeds = seedsAsked.length > 1 || values.seeds.includes('..')

function readBackend(name: string): Backend {
  if (name !== 'redis' && name !== 'postgres') refuse('--backend takes redis or postgres.')
  return name
}

process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../node_modules/.cache/bokvar')

// Full disks are disks of memory, mounted where only this run sees them and gone with it, however it ends.
const elsewhere = hasMountsOfItsOwn() ? undefined : await inMountsOfItsOwn()
process.exit(elsewhere ?? (await main()))

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bokvar-chaos-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  // Servers and processes end with the one that started them; a signal must only let it end in its own words.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(130))
  // The database runs as another user than root, and must reach its folder.
  chmodSync(folder, 0o755)
  const course: Course = {
    folder,
    backend: readBackend(values.backend),
    seconds: values.short ? 40 : (minutes ?? (manySeeds ? 1.25 : 2)) * 60,
    seed: seedsAsked[0] ?? 1,
    faults: new RegExp(values.faults),
    say: (text) => void process.stdout.write(`${text}\n`),
  }
  return run(course)
}

/** Runs what was asked for; what was measured in earnest is kept in docs/chaos.md by the run itself. */
async function run(course: Course): Promise<number> {
  const tell = (title: string, text: string) => {
    course.say(`\n${text}\n`)
    const where = course.backend === backendHere() ? '' : `, the queue on ${course.backend}`
    if (!values.short || values.keep) keepSection(`${title}${where}`, text)
  }
  if (values.course) {
    const whole = await runWhole(course, minutes ?? 15)
    tell('The whole in one command', whole.text)
    return whole.isSound ? 0 : 1
  }
  if (values.controls) {
    const tried = await runControls(course)
    tell('Negative controls', describeControls(tried))
    return tried.every(({ seen }) => seen) ? 0 : 1
  }
  const results = await runNamed(course, tell)
  return results.every(isClean) ? 0 : 1
}

async function runNamed(course: Course, tell: (title: string, text: string) => void): Promise<Result[]> {
  if (values.quiet) {
    const result = await runChaos(quiet(course))
    tell('No faults', describeRun(result))
    return [result]
  }
  if (values['queue-away']) {
    const result = await runChaos(queueAway(course))
    const long = course.seconds >= halfHour
    tell(long ? 'The queue away for half an hour' : 'The queue away', describeRun(result))
    return [result]
  }
  if (values.each) {
    const result = await runChaos(each(course))
    tell('Each fault alone', describeEach(result))
    return [result]
  }
  if (manySeeds) return runMany(course)
  const result = await runChaos(one(course))
  tell('One seed', describeRun(result))
  return [result]
}

/** Seed after seed, so many houses at once as wished; each is kept as soon as it is judged. */
async function runMany(course: Course): Promise<Result[]> {
  const [results, notRun]: [Result[], number[]] = [[], []]
  const commit = commitHere()
  const seeds = [...seedsAsked]
  const work = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const say = (text: string) => course.say(`${seed}: ${text}`)
      const result = await runChaos(many({ ...course, seed, say })).catch((error: Error) => error)
      if (result instanceof Error) {
        // The others are worth their time; that this one was not judged is told in the end.
        say(`not run: ${result.stack}`)
        notRun.push(seed)
        continue
      }
      results.push(result)
      results.sort((first, other) => first.seed - other.seed)
      if (!values.short || values.keep)
        keepSection('The long course', describeCourse(keepSeed(lineOf(result, course.backend, commit))))
    }
  }
  await Promise.all(Array.from({ length: numberIn(values['at-once'], '--at-once') }, work))
  course.say(`\n${describeMany(results)}\n`)
  if (notRun.length > 0) throw new Error(`Seeds not run: ${notRun.join(', ')}`)
  return results
}
