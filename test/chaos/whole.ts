// The whole in one command and so many minutes: no faults, every fault alone, the controls, the queue away, and seeds.
import { join } from 'node:path'
import { runControls } from './controls.ts'
import { each, many, queueAway, quiet, type Course } from './courses.ts'
import { describeWhole, isClean } from './report.ts'
import { runChaos, type Result } from './run.ts'
import type { Wishes } from './storm.ts'

/** A part of the whole as it was run. */
export type PartRun = { part: string; result: Result }

/** What a seed takes at most beside the controls, until one has been measured, s. */
const seedSeconds = 150

/**
 * Runs all of it. What is without faults and what has one at a time stands alone, because its times are judged; the
 * controls, which are to break, and the rest stand side by side.
 */
export async function runWhole(course: Course, minutes: number): Promise<{ text: string; isSound: boolean }> {
  const begun = performance.now()
  const left = () => minutes * 60 - (performance.now() - begun) / 1000
  const runs: PartRun[] = []
  const run = async (part: string, wishes: (course: Course) => Wishes, own: Partial<Course> = {}) => {
    const say = (text: string) => course.say(`${part}: ${text}`)
    const folder = join(course.folder, part.replaceAll(/\W+/g, '-'))
    const result = await runChaos(wishes({ ...course, seconds: 20, folder, say, ...own }))
    runs.push({ part, result })
    return result
  }
  await run('no faults', quiet)
  await run('each fault alone', each)
  const rest = async () => {
    // Long enough for the watchdog to miss whoever hears the queue.
    if (course.backend === 'redis') await run('the queue away', queueAway, { seconds: 60 })
    let longest = seedSeconds
    for (let seed = course.seed; left() > longest; seed += 1) {
      const { tookSeconds } = await run(`seed ${seed}`, many, { seed, seconds: 60 })
      longest = Math.max(longest, tookSeconds)
    }
  }
  const controls = runControls({ ...course, say: (text) => course.say(`controls: ${text}`) })
  const [tried] = await Promise.all([controls, rest()])
  const took = Math.round((performance.now() - begun) / 1000)
  const isSound = runs.every(({ result }) => isClean(result)) && tried.every(({ seen }) => seen)
  return { text: describeWhole(runs, tried, took), isSound }
}
