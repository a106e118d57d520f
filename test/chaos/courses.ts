// The courses a chaos run can take: one seed at leisure, many in a row, each fault alone, no faults, no queue.
import { join } from 'node:path'
import { sound } from './controls.ts'
import { hasMountsOfItsOwn } from './disks.ts'
import { moveDatabaseClock, type Fault } from './fault.ts'
import { faults as allFaults } from './faults.ts'
import { alonePledges, awayPledges, quietPledges } from './pledges.ts'
import type { Backend } from './queue.ts'
import type { Wishes } from './storm.ts'

export type Course = {
  folder: string
  backend: Backend
  seconds: number
  seed: number
  faults: RegExp
  say: (text: string) => void
}

function usual({ folder, backend, seconds, seed, faults, say }: Course): Wishes {
  return {
    folder: join(folder, `house-${seed}`),
    seed,
    seconds,
    plan: { backend, ...sound, onDisks: hasMountsOfItsOwn(), longest: 10 },
    perSecond: 12,
    files: { everySeconds: 15, rows: 60 },
    faultEveryMs: [1_500, 5_000],
    atOnce: 2,
    faults,
    drainMs: 90_000,
    say,
  }
}

/** One seed, with faults that last longer the longer the run. */
export function one(course: Course): Wishes {
  const wishes = usual(course)
  return { ...wishes, plan: { ...wishes.plan, longest: course.seconds > 600 ? 35 : 12 } }
}

/** Nights on which the clock is set forward or back, in between ordinary days. */
const starts = [undefined, '2026-10-25T00:59:20Z', undefined, '2027-03-28T00:59:20Z', undefined]

/**
 * One of many seeds: short faults, three at once at most so that there is a web to be answered by, and as many notices
 * as a large town's in two years.
 */
export function many(course: Course): Wishes {
  const wishes = usual(course)
  const startAt = starts[course.seed % starts.length]
  return {
    ...wishes,
    plan: { ...wishes.plan, longest: 4, ...(startAt && { startAt }) },
    perSecond: 20,
    files: { everySeconds: 4, rows: 150 },
    faultEveryMs: [200, 1_000],
    atOnce: 3,
    drainMs: 180_000,
  }
}

/** No fault at all, at the usual load. */
export const quiet = (course: Course): Wishes => ({
  ...usual(course),
  faults: /^$/,
  atOnce: 0,
  pledges: quietPledges,
})

/** Each fault that this machine can play, alone and in turn, with time to recover in between, under a town's busy day. */
export function each(course: Course): Wishes {
  const wishes = usual(course)
  // What only comes alone comes last: the senders that waited meanwhile all come at once, and are no other fault's burden.
  const inTurn = allFaults
    .filter(({ name }) => course.faults.test(name))
    .toSorted((one, other) => Number(one.weight === 0) - Number(other.weight === 0))
  return { ...wishes, perSecond: 8, plan: { ...wishes.plan, longest: 4 }, inTurn, pledges: alonePledges }
}

/** So long a run without a queue is the half hour itself, and not a shortened one. */
export const halfHour = 1_800

/**
 * The queue away from beginning to end, while hours of the database's clock pass so that stages fall due: for as long as
 * said, which with `--minutes 30` is the half hour itself.
 */
export function queueAway(course: Course): Wishes {
  const passing: Fault = {
    name: 'the database’s clock passes an hour',
    weight: 1,
    run: (house) => moveDatabaseClock(house, 3_600).then(() => ''),
  }
  const hours = Math.min(24, Math.max(3, Math.floor(course.seconds / 8)))
  const long = course.seconds >= halfHour
  return {
    ...usual(course),
    // A town's load for half an hour; that of a storm would be a country's.
    ...(long && { perSecond: 3, files: { everySeconds: 60, rows: 60 } }),
    queueAway: true,
    inTurn: Array.from({ length: hours }, () => passing),
    pledges: awayPledges,
  }
}
