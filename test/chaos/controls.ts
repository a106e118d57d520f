// The negative controls: the service put together with one known defect each. The judge must see every one of them.
import { join } from 'node:path'
import type { Course } from './courses.ts'
import type { Plan } from './house.ts'
import type { Tried } from './report.ts'
import { runChaos } from './run.ts'

const whole: Plan['parts'] = {
  web: 'test/chaos/parts/web.ts',
  relay: 'test/chaos/parts/relay.ts',
  sweep: 'test/chaos/parts/sweep.ts',
  work: 'test/chaos/parts/work.ts',
  watchdog: 'workers/watchdog.ts',
}

/** The service as it is. */
export const sound = { parts: whole }

/** A defect, the faults that bring it to light, and the rules of which at least one must break. */
export type Control = {
  name: string
  parts: Plan['parts']
  settings?: NonNullable<Plan['settings']>
  sabotage?: string
  faults: RegExp
  queueAway: boolean
  /** How long the storm blows; 15 s when not said. */
  seconds?: number
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
  {
    name: 'no audit (its lines vanish as they are written)',
    parts: whole,
    sabotage: `create function chaos_no_audit() returns trigger language plpgsql as $$ begin return null; end $$;
      create trigger aaa_chaos_no_audit before insert on audit_entry for each row execute function chaos_no_audit();`,
    // The staff must come to act, on a slow machine too: the web is left alone, and there is time.
    faults: /kill -9 worker/,
    queueAway: false,
    seconds: 30,
    breaks: /^I15b$/,
  },
]

/** Tries every control that this backend can show, and whose name is asked for. */
export async function runControls({ folder, backend, seed, faults: asked, say }: Course): Promise<Tried[]> {
  const tried: Tried[] = []
  // Without a queue server of its own the queue cannot be away while the database is there.
  const possible = controls.filter(({ queueAway }) => backend === 'redis' || !queueAway)
  for (const control of possible.filter(({ name }) => asked.test(name))) {
    const { name, parts, settings = {}, sabotage, faults, queueAway, seconds = 15, breaks } = control
    say(`Control: ${name}`)
    const { verdicts } = await runChaos({
      folder: join(folder, `control-${tried.length}`),
      seed,
      plan: { backend, parts, settings, ...(sabotage && { sabotage }) },
      faults,
      queueAway,
      seconds,
      perSecond: 10,
      faultEveryMs: [800, 2_000],
      atOnce: 2,
      drainMs: 12_000,
      say,
    })
    const broken = verdicts.filter(({ bad }) => bad > 0)
    tried.push({ name, broken, seen: broken.some(({ rule }) => breaks.test(rule)) })
  }
  return tried
}
