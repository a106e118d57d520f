// The negative controls: the service put together with one known defect each. The judge must see every one of them.
import type { Plan } from './house.ts'

const whole: Plan['parts'] = {
  relay: 'test/chaos/parts/relay.ts',
  sweep: 'test/chaos/parts/sweep.ts',
  work: 'test/chaos/parts/work.ts',
}

/** The service as it is. */
export const sound = { parts: whole }

/** A defect, the faults that bring it to light, and the rules of which at least one must break. */
export type Control = {
  name: string
  parts: Plan['parts']
  settings?: NonNullable<Plan['settings']>
  faults: RegExp
  queueAway: boolean
  breaks: RegExp
}

export const controls: Control[] = [
  {
    name: 'publish once (a lease that never ends, and no poll)',
    parts: { ...whole, relay: 'test/chaos/defects/publish-once.ts', work: 'test/chaos/defects/no-poll.ts' },
    faults: /kill -9 (worker|many)|queue (emptied|tables|killed)/,
    queueAway: false,
    breaks: /^I4$/,
  },
  {
    name: 'no fence',
    parts: { ...whole, work: 'test/chaos/defects/no-fence.ts' },
    // A lease shorter than the work: what is rung twice must still be done once.
    settings: { leaseSeconds: 1 },
    faults: /SIGSTOP worker|kill -9 worker/,
    queueAway: false,
    breaks: /^I6/,
  },
  {
    name: 'no sweep',
    parts: { ...whole, sweep: 'test/chaos/defects/no-sweep.ts' },
    faults: /kill -9 sweep/,
    queueAway: false,
    breaks: /^I7a$/,
  },
  {
    name: 'the application’s clock',
    parts: { ...whole, sweep: 'test/chaos/defects/app-clock.ts' },
    faults: /kill -9 sweep/,
    queueAway: false,
    breaks: /^I7a$/,
  },
  {
    name: 'no poll, with the queue away',
    parts: { ...whole, work: 'test/chaos/defects/no-poll.ts' },
    faults: /kill -9 worker/,
    queueAway: true,
    breaks: /^I4$/,
  },
]
