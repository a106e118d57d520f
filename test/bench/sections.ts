// What the bench measures, a section each, as the lines of a table.
import { openApi } from '../support/api.ts'
import { LARGE, plansOfHotDeeds } from '../support/hot-deeds.ts'
import { measureBoards, type Measured } from './boards.ts'
import { measureDeadlines } from './deadlines.ts'
import { measureImport } from './import.ts'
import { makeManyCases } from './many-cases.ts'
import { measureLatency, measurePipeline, type Carrier, type PipelineRun } from './pipeline.ts'
import { measureReaders } from './readers.ts'
import { measureRehearsal } from './rehearsal.ts'
import { measureRouting } from './routing.ts'
import { measureStart } from './start.ts'
import { measureYear } from './year.ts'

export type Bench = {
  folder: string
  notices: number
  /** Also what takes long: a million cases, the whole country's year. */
  large: boolean
  /** Null where the machine has no Redis or Valkey. */
  redisUrl: string | null
}

export type Section = {
  id: string
  title: string
  about: string
  measure: (bench: Bench) => Promise<string[]>
}

/** Notices a year in all of Sweden (method.md, section 8). */
const SWEDEN_A_YEAR = 85_000

const whole = (value: number): string => Math.round(value).toLocaleString('en')
const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0)
const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${columns.join(' | ')} |`,
  `|${columns.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
]

const PIPELINE = ['queue', 'workers', 'notices/s', 'floor/s', 'ratio', 'rows a notice', 'peak MB a process']
const pipelineRow = (run: PipelineRun): string[] => [
  run.queue,
  String(run.workers),
  whole(run.perSecond),
  whole(run.floorPerSecond),
  run.ratio.toFixed(2),
  (run.rows / run.notices).toFixed(1),
  whole(run.peakMegabytes),
]

async function pipeline({ folder, notices, redisUrl }: Bench): Promise<string[]> {
  const redis: Carrier[] = redisUrl ? [{ queue: 'redis', url: redisUrl }] : []
  const rows: string[][] = []
  for (const carrier of [{ queue: 'postgres' as const }, ...redis])
    for (const workers of [1, 2, 4])
      rows.push(pipelineRow(await measurePipeline(folder, workers, notices, carrier)))
  const latency = await measureLatency(folder, 105)
  return [
    ...table(PIPELINE, rows),
    '',
    `One notice alone: p50 ${ms(latency.p50)} ms, p99 ${ms(latency.p99)} ms.`,
    ...(redisUrl ? [] : ['', 'This machine has no Redis or Valkey.']),
  ]
}

async function others({ folder, notices, redisUrl }: Bench): Promise<string[]> {
  const ours: Carrier[] = redisUrl
    ? [{ queue: 'redis', url: redisUrl }, { queue: 'postgres' }]
    : [{ queue: 'postgres' }]
  const rows: string[][] = []
  for (const carrier of [...ours, { queue: 'pg-boss' as const }, { queue: 'graphile-worker' as const }])
    rows.push(pipelineRow(await measurePipeline(folder, 2, notices, carrier)))
  return table(PIPELINE, rows)
}

async function year({ folder, notices, large, redisUrl }: Bench): Promise<string[]> {
  const carrier: Carrier = redisUrl ? { queue: 'redis', url: redisUrl } : { queue: 'postgres' }
  const run = await measureYear(folder, 2, large ? SWEDEN_A_YEAR : notices, carrier)
  const row = (what: string, count: number, seconds: number) => [
    what,
    whole(count),
    seconds.toFixed(seconds < 10 ? 1 : 0),
    whole(count / seconds),
  ]
  return [
    ...table(
      ['what', 'how many', 'worked in s', 'a second'],
      [
        row(`notices, of ${whole(run.households)} households, until planned`, run.notices, run.noticeSeconds),
        row('payments and Kronofogden’s events told later', run.later, run.laterSeconds),
      ],
    ),
    '',
    `Queue on ${carrier.queue}; a process took ${whole(run.peakMegabytes)} MB at most.`,
    ...(large ? [] : ['', `With \`--large\` it is the year: ${whole(SWEDEN_A_YEAR)} notices.`]),
  ]
}

function boardRows(measured: readonly Measured[]): string[][] {
  const [small] = measured
  const last = measured.at(-1)
  return (small?.readings ?? []).map(({ what, p95, statements, kilobytes }, at) => {
    const all = measured.map(({ readings }) => readings[at])
    const ratio = (last?.readings[at]?.p95 ?? 0) / Math.max(p95, 0.1)
    return [
      what,
      ...all.map((one) => `${ms(one?.first ?? 0)} / ${ms(one?.p50 ?? 0)} / ${ms(one?.p95 ?? 0)}`),
      ratio.toFixed(1),
      whole(statements),
      whole(kilobytes),
    ]
  })
}

function sweepRows(measured: readonly Measured[]): string[][] {
  const names = Object.keys(measured[0]?.sweepMs ?? {})
  return names.map((name) => {
    const all = measured.map(({ sweepMs }) => sweepMs[name] ?? 0)
    const ratio = (all.at(-1) ?? 0) / Math.max(all[0] ?? 0, 0.1)
    return [name, ...all.map(ms), ratio.toFixed(1)]
  })
}

async function boards({ large }: Bench): Promise<string[]> {
  const totals = [10_000, 100_000, ...(large ? [1_000_000] : [])]
  const measured: Measured[] = []
  for (const total of totals) measured.push(await measureBoards({ total, open: 10_000 }))
  const columns = totals.map((total) => `${whole(total)} cases, first / p50 / p95 ms`)
  return table(['on the server', ...columns, 'last p95 / first', 'statements', 'kB'], boardRows(measured))
}

async function readers(): Promise<string[]> {
  const found = await measureReaders()
  return table(
    ['page', 'a hundred readers', 'pages/s', 'p50 ms', 'p97.5 ms', 'p99 ms'],
    found.map(({ what, how, perSecond, p50, p975, p99 }) => [
      what,
      how,
      whole(perSecond),
      whole(p50),
      whole(p975),
      whole(p99),
    ]),
  )
}

async function sweeps({ large }: Bench): Promise<string[]> {
  const opens = [1_000, 100_000, ...(large ? [1_000_000] : [])]
  const measured: Measured[] = []
  for (const open of opens) measured.push(await measureBoards({ total: open, open }, 0))
  const columns = opens.map((open) => `${whole(open)} open, ms`)
  return table(['a hundred due', ...columns, 'last / first'], sweepRows(measured))
}

async function rules(): Promise<string[]> {
  const deadlines = measureDeadlines()
  const engines = await measureRouting()
  const { seconds } = await measureRehearsal()
  return [
    ...table(
      ['what', 'a second'],
      [
        ['Deadline calculations on one core', whole(deadlines.perSecond)],
        ...engines.map(({ engine, perSecond }) => [`Routing, 200 rows: ${engine}`, whole(perSecond)]),
      ],
    ),
    '',
    `Dry run of a rules table over 100,000 past cases: ${seconds.toFixed(1)} s.`,
  ]
}

async function imports(): Promise<string[]> {
  const run = await measureImport(100_000)
  return [
    `${whole(run.rows)} rows in ${run.files} files of CSV, from the answer to stored notices: ${whole(run.seconds)} s, ${whole(run.rows / run.seconds)} rows a second, ${whole(run.accepted)} accepted.`,
  ]
}

async function plans(): Promise<string[]> {
  const api = await openApi({ pages: true })
  try {
    await makeManyCases(api.url, { total: 100_000, open: 2_000 })
    const found = Map.groupBy(await plansOfHotDeeds(api), ({ deed }) => deed)
    const rows = [...found].map(([deed, made]) => {
      const large = made.flatMap(({ readings }) => readings).filter(({ table: name }) => LARGE.includes(name))
      const ways = new Set(large.map(({ table: name, way, index }) => `${name}: ${index ?? way}`))
      return [deed, String(made.length), [...ways].toSorted().join(', ') || 'none']
    })
    return table(['deed', 'statements', 'large tables are read by'], rows)
  } finally {
    await api.stop()
  }
}

async function start({ folder }: Bench): Promise<string[]> {
  const { firstSeconds, againSeconds } = await measureStart(folder)
  return [
    `\`npm start\` in an empty folder, with the demo month fed: ready after ${firstSeconds.toFixed(1)} s. Started again: ${againSeconds.toFixed(1)} s.`,
  ]
}

/** In the order they are printed; `--only` takes their ids. */
export const sections: readonly Section[] = [
  {
    id: 'pipeline',
    title: 'From 201 to planned tasks',
    about:
      'Notices a second from the answer given until every task is planned, beside the floor: the same final rows written by set-based SQL on the same PostgreSQL, without a queue, the better of two. Each process has been warmed up on 500 notices, and PostgreSQL counts its tables as it does by itself.',
    measure: pipeline,
  },
  {
    id: 'others',
    title: 'The same work on other queues',
    about:
      'Two workers. The same operations, fence and final rows; only what carries the work differs. graphile-worker takes ten jobs at a time from a local queue, pg-boss batches of 500 without a pause while they are full.',
    measure: others,
  },
  {
    id: 'year',
    title: 'A year of all of Sweden',
    about:
      'Two workers on one database. Three in ten notices come from a household that came before. What is told later comes all at once when they are planned: a third are paid, one in eleven leads to an application to Kronofogden, six in ten of which are withdrawn and the others dated and carried out.',
    measure: year,
  },
  {
    id: 'import',
    title: 'Importing files',
    about: 'Landlords’ month files, one after the other.',
    measure: imports,
  },
  {
    id: 'boards',
    title: 'What a person waits for',
    about:
      'Whole answers through the server, sixty readings each, and the very first after the start. Ten thousand cases are open; the rest are the archive behind them, ten thousand a year.',
    measure: boards,
  },
  {
    id: 'readers',
    title: 'A hundred readers at once',
    about:
      'Whole pages over a hundred connections (autocannon), with ten thousand cases open: each opening one every five seconds, and each at once again when the last has come. Nobody was turned away.',
    measure: readers,
  },
  {
    id: 'sweeps',
    title: 'Finding what is due',
    about: 'One sweep with a hundred due of so many open, median of twenty-five.',
    measure: sweeps,
  },
  {
    id: 'plans',
    title: 'How the hottest queries read',
    about:
      'Plans over 100,000 cases, 2,000 of them open. A test holds every deed to it: none reads a large table from end to end.',
    measure: plans,
  },
  { id: 'rules', title: 'The law and the rules', about: 'Pure functions on one core.', measure: rules },
  { id: 'start', title: 'Starting', about: 'From the command to `/health/ready`.', measure: start },
]
