// Measures what a person waits for: whole pages and answers through the server, with an archive of any size behind.
import { sql } from 'kysely'
import { sweepDeadlines, sweepStages, sweepTasks } from '../../shared/casework/sweeps.ts'
import { openLog } from '../../shared/log.ts'
import { compileTemplates } from '../../services/web/warm.ts'
import { openApi, type Api, type Who } from '../support/api.ts'
import { caughtIn } from '../support/plans.ts'
import { makeManyCases, type Size } from './many-cases.ts'

/** Milliseconds on the server over many readings and the very first, what it asks of the database, and its size. */
export type Reading = {
  what: string
  first: number
  p50: number
  p95: number
  statements: number
  kilobytes: number
}

export type Measured = { size: Size; readings: Reading[]; sweepMs: Record<string, number> }

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

type Ask = { what: string; as: Who; path: () => string; json?: unknown }

async function asksOf({ owner }: Api): Promise<Ask[]> {
  const { rows } = await sql<{ id: string }>`select id from arrears_case
    where state = 'open' and committee = 'GAN' order by number limit 50`.execute(owner)
  let turn = 0
  const anyCase = () => rows[turn++ % rows.length]?.id ?? ''
  return [
    { what: 'Worklist, page', as: 'caseworker.gan', path: () => '/uppgifter' },
    { what: 'A day’s work, page', as: 'caseworker.gan', path: () => '/' },
    {
      what: 'Worklist of what is overdue, page',
      as: 'supervisor.gan',
      path: () => '/uppgifter?flik=all&nar=overdue',
    },
    { what: 'Cases by nearest clock, page', as: 'supervisor.gan', path: () => '/arenden?lista=clocks' },
    { what: 'Supervisor’s board, page', as: 'supervisor.gan', path: () => '/tavla' },
    { what: 'The board’s twelve weeks, page', as: 'supervisor.gan', path: () => '/tavla/veckor' },
    { what: 'Supervisor’s board, API', as: 'supervisor.gan', path: () => '/v1/boards/supervisor' },
    { what: 'A case, page', as: 'caseworker.gan', path: () => `/arenden/${anyCase()}` },
    { what: 'A case, API', as: 'caseworker.gan', path: () => `/v1/cases/${anyCase()}` },
    {
      what: 'Search by number',
      as: 'caseworker.gan',
      path: () => '/v1/case-searches',
      json: { number: 'B-7' },
    },
    {
      what: 'Search by name',
      as: 'caseworker.gan',
      path: () => '/v1/case-searches',
      json: { name: 'Exempel Efternamn99' },
    },
    {
      what: 'Search by personnummer',
      as: 'caseworker.gan',
      path: () => '/v1/case-searches',
      json: { personalIdentityNumber: '19900101-2385' },
    },
  ]
}

async function once(api: Api, ask: Ask): Promise<{ ms: number; bytes: number }> {
  const from = performance.now()
  const { status, text } = await api.call(ask.path(), {
    as: ask.as,
    ...(ask.json !== undefined && { json: ask.json }),
  })
  const ms = performance.now() - from
  if (status !== 200) throw new Error(`${ask.what} was answered ${status}`)
  return { ms, bytes: Buffer.byteLength(text) }
}

async function read(api: Api, ask: Ask, times: number): Promise<Reading> {
  const first = await once(api, ask)
  const statements = (await caughtIn(() => once(api, ask))).length
  const taken: number[] = []
  let bytes = first.bytes
  for (let n = 0; n < times; n += 1) {
    const one = await once(api, ask)
    taken.push(one.ms)
    bytes = Math.max(bytes, one.bytes)
  }
  const sorted = taken.toSorted((one, other) => one - other)
  const figures = { first: first.ms, p50: at(sorted, 0.5), p95: at(sorted, 0.95) }
  return { what: ask.what, ...figures, statements, kilobytes: bytes / 1024 }
}

const SWEEPS = {
  stages: {
    sweep: sweepStages,
    arm: sql`update stage set fired_at = null, due_at = clock_now() - interval '1 minute' where id in (select id from stage where stopped_at is null limit 100)`,
  },
  tasks: {
    sweep: sweepTasks,
    arm: sql`update task set alarm_at = clock_now() - interval '1 minute' where id in (select id from task where state = 'open' limit 100)`,
  },
  deadlines: {
    sweep: sweepDeadlines,
    arm: sql`update arrears_case set passes_on = clock_today() where id in (select id from arrears_case where state = 'open' and passes_on is null limit 100)`,
  },
} as const

/** The median of many sweeps that each find a hundred due. */
async function sweepMs({ owner, worker }: Api, { sweep, arm }: (typeof SWEEPS)[keyof typeof SWEEPS]) {
  const taken: number[] = []
  for (let n = 0; n < 25; n += 1) {
    await arm.execute(owner)
    const from = performance.now()
    const found = await sweep(worker)
    taken.push(performance.now() - from)
    if (found !== 100) throw new Error(`The sweep ${sweep.name} found ${found} of 100`)
  }
  return at(
    taken.toSorted((one, other) => one - other),
    0.5,
  )
}

/** Pages, answers and sweeps over a database of that size; `times` 0: the sweeps alone. */
export async function measureBoards(size: Size, times = 60): Promise<Measured> {
  // What an unexpected answer came of is told: its code and place, never a value.
  const api = await openApi({ pages: true, logger: openLog('bench', 'error') })
  try {
    await makeManyCases(api.url, size)
    // As the web process does when it has started.
    await compileTemplates(api.app.frame.environment)
    const readings: Reading[] = []
    if (times > 0) for (const ask of await asksOf(api)) readings.push(await read(api, ask, times))
    const swept: Record<string, number> = {}
    for (const [name, one] of Object.entries(SWEEPS)) swept[name] = await sweepMs(api, one)
    return { size, readings, sweepMs: swept }
  } finally {
    await api.stop()
  }
}
