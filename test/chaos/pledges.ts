// What a course of its own pledges besides the rules: how late what was due may be, how soon work flows, who is told.
import type { Verdict } from './judge.ts'
import { missedInStop } from './lateness.ts'
import type { Result } from './run.ts'
import { wholeStop } from './fault-table.ts'

/** A pledge of a course: of its result, how often it was broken. */
export type Pledge = (result: Omit<Result, 'verdicts'>) => Verdict

const within = (
  rule: string,
  says: string,
  bad: (result: Parameters<Pledge>[0]) => readonly unknown[],
): Pledge => {
  return (result) => ({ rule, says, bad: bad(result).length })
}

const stagesOf = ({ lateness }: Pick<Result, 'lateness'>) =>
  lateness.filter(({ what }) => what === 'due stages')

/** The faults that came alone; the stop that ends every run has rules of its own. */
const alone = ({ suffered }: Pick<Result, 'suffered'>) => suffered.filter(({ name }) => name !== wholeStop)

const wiped = /^queue (emptied|tables emptied|killed and wiped)/

/** With no fault at all. */
export const quietPledges: readonly Pledge[] = [
  within('P1', 'no fault: nothing that was due is later than 5 s (p99)', ({ lateness }) =>
    lateness.filter(({ what, p99 }) => what !== missedInStop && p99 > 5_000),
  ),
  within('P2', 'no fault: no sender was asked to come again or left without an answer', ({ answers }) =>
    Array.from({ length: answers.busy + answers.broken }),
  ),
]

/** Each fault alone. */
export const alonePledges: readonly Pledge[] = [
  within('P3', 'any single fault: nothing waited longer than 60 s', (result) =>
    alone(result).filter(({ waitedMs }) => waitedMs > 60_000),
  ),
  within('P4', 'any single fault: work flowed within 60 s of its end', (result) =>
    alone(result).filter(({ recoveredMs }) => recoveredMs === null || recoveredMs > 60_000),
  ),
  within('P5', 'any single fault: no due stage was later than 60 s', (result) =>
    stagesOf(result).filter(({ max }) => max > 60_000),
  ),
  within('P10', 'queue and web away: whoever is on duty had a letter of it within 60 s', (result) =>
    alone(result).filter(
      ({ name, note }) => name.endsWith('until somebody is told') && !(Number(/\d+/.exec(note)?.[0]) <= 60),
    ),
  ),
  within('P6', 'queue wiped: all work flowed within 15 s', (result) =>
    alone(result).filter(
      ({ name, recoveredMs }) => wiped.test(name) && (recoveredMs === null || recoveredMs > 15_000),
    ),
  ),
]

/** The queue away all the time. */
export const awayPledges: readonly Pledge[] = [
  within('P7', 'queue away: everything sent was taken, and no sender was left without an answer', (result) =>
    Array.from({ length: result.answers.broken + result.unanswered }),
  ),
  within('P8', 'queue away: no due stage was later than 30 s', (result) =>
    stagesOf(result).filter(({ max }) => max > 30_000),
  ),
  within('P9', 'queue away: whoever is on duty had a letter of it within 60 s', ({ dutyToldMs }) =>
    dutyToldMs !== null && dutyToldMs <= 60_000 ? [] : [dutyToldMs],
  ),
]
