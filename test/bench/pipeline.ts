// Measures the spine: notices per second from the answer to planned tasks, with real worker processes and a real queue.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { environmentWith } from '../../config/env.ts'
import { municipalityFiles } from '../../config/files.ts'
import { noticeRow } from '../../shared/casework/intake.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { loadMunicipality } from '../../shared/casework/load-municipality.ts'
import { controlContext } from '../../shared/casework/settings.ts'
import { moment } from '../../shared/casework/act.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import type { NoticeBody } from '../../shared/domain/notice-body.ts'
import { insertRows } from '../../shared/db/rows.ts'
import { emit } from '../../shared/outbox.ts'
import { prepareQueues } from '../../shared/queues.ts'
import { landlordActor, testTools } from '../support/spine.ts'
import { freshDatabase } from '../support/cluster.ts'
import { startMailSink } from '../../services/start/mail-sink.ts'
import { MEMORY_FLAGS } from '../../services/start/processes.ts'
import { emptyTables, measureFloor } from './floor.ts'
import { noticeNumber } from './notices.ts'
import { installOther, type OtherQueue } from './others/install.ts'

export const actor = landlordActor('bench')

/** One measured run: rates are notices a second; `ratio` is the pipeline's rate over the floor's in the same run. */
export type PipelineRun = {
  workers: number
  queue: string
  notices: number
  perSecond: number
  floorPerSecond: number
  ratio: number
  rows: number
  peakMegabytes: number
}

export type House = {
  url: string
  owner: Db
  processes: ChildProcess[]
  peak: { megabytes: number }
  close: () => Promise<void>
}

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64')

/** What carries the work: our relay and BullMQ on Redis or PostgreSQL, or another queue on PostgreSQL. */
export type Carrier = { queue: 'redis'; url: string } | { queue: 'postgres' } | { queue: OtherQueue }

const ENTRY: Readonly<Record<Carrier['queue'], readonly string[]>> = {
  redis: ['../../workers/main.ts'],
  postgres: ['../../workers/main.ts'],
  'graphile-worker': ['others/worker.ts', 'graphile-worker'],
  'pg-boss': ['others/worker.ts', 'pg-boss'],
}

async function prepareCarrier(owner: Db, url: string, carrier: Carrier): Promise<void> {
  if (carrier.queue === 'redis') return prepareQueues({ kind: 'redis', url: carrier.url })
  if (carrier.queue === 'postgres') return prepareQueues({ kind: 'postgres', url })
  return installOther(owner, url, carrier.queue)
}

async function openHouse(folder: string, workers: number, carrier: Carrier): Promise<House> {
  const { url, drop } = await freshDatabase()
  const owner = openDatabase({ url, role: 'owner', max: 2, statementTimeout: 0 })
  await loadMunicipality(owner, municipalityFiles('1880'))
  await prepareCarrier(owner, url, carrier)
  const keysFile = join(folder, 'keys.json')
  writeFileSync(
    keysFile,
    JSON.stringify({ encryption: { current: 'test', keys: { test: key(7) } }, index: key(9) }),
  )
  const sink = await startMailSink({})
  const environment = environmentWith({
    databaseUrl: url,
    keysFile,
    smtpUrl: sink.smtpUrl,
    logLevel: 'error',
    ...(carrier.queue === 'redis' ? { redisUrl: carrier.url } : {}),
  })
  const [script = '', ...words] = ENTRY[carrier.queue]
  const processes = Array.from({ length: workers }, () =>
    spawn(process.execPath, [...MEMORY_FLAGS, join(import.meta.dirname, script), ...words], {
      env: { ...environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
  await Promise.all(processes.map((child) => once(child, 'message')))
  const close = async () => {
    const ended = processes.map((child) => once(child, 'exit'))
    for (const child of processes) child.kill('SIGTERM')
    await Promise.all(ended)
    await sink.stop()
    await owner.destroy()
    await drop()
  }
  return { url, owner, processes, peak: { megabytes: 0 }, close }
}

/** Stores notices exactly as the door does, all in one transaction, so that the clock starts with every answer given. */
export async function answerNotices(
  owner: Db,
  count: number,
  noticeOf: (n: number) => NoticeBody = noticeNumber,
): Promise<void> {
  const tools = testTools()
  await owner.transaction().execute(async (trx) => {
    const from = { actor, source: 'api' as const, at: await moment(trx), context: await controlContext(trx) }
    const ids: string[] = []
    // A thousand at a time: the server ends a transaction in which nothing is asked while a year's rows are made.
    for (let part = 0; part < count; part += 1_000) {
      const rows = Array.from({ length: Math.min(1_000, count - part) }, (_, n) => noticeOf(part + n)).map(
        (body) => noticeRow(tools, from, body, JSON.stringify(body)),
      )
      await insertRows(trx, 'notice', rows)
      ids.push(...rows.map((row) => row.id))
    }
    await emit(trx, 'notice.received', ids)
  })
}

const working = async (owner: Db) =>
  (
    await sql<{ yes: boolean }>`select exists (select 1 from outbox
      where done_at is null and dead_at is null and topic <> 'mail.queued') as yes`.execute(owner)
  ).rows[0]?.yes ?? false

function noteMemory({ processes, peak }: House): void {
  for (const { pid } of processes) {
    const status = pid ? readStatus(pid) : 0
    peak.megabytes = Math.max(peak.megabytes, status)
  }
}

function readStatus(pid: number): number {
  try {
    return (
      Number(
        /VmHWM:\s+(\d+)/.exec(
          process.getBuiltinModule('fs').readFileSync(`/proc/${pid}/status`, 'utf8'),
        )?.[1] ?? 0,
      ) / 1024
    )
  } catch {
    return 0 // no /proc on this system: memory is then not reported
  }
}

/** The floor is measured so often, and the best one counts. */
const FLOORS = 2

/** Notices a process is warmed up on: what is measured is a service that runs, not how its code is compiled. */
const WARM_UP = 500

/** A house whose processes are warmed up and whose tables are empty, as the planner knows them. */
export async function openWarmHouse(folder: string, workers: number, carrier: Carrier): Promise<House> {
  const house = await openHouse(folder, workers, carrier)
  await answerNotices(house.owner, WARM_UP * workers)
  while (await working(house.owner)) await pause(20)
  // As in a service that has run before, the planner knows how the tables look.
  await sql`analyze`.execute(house.owner)
  const told = ['notice', 'household_key', 'arrears_case', 'outbox', 'effect_log', 'mail', 'timeline']
  await emptyTables(house.owner, told)
  return house
}

/** Waits until nothing but mail is left to do; milliseconds. */
export async function workedIn(house: House): Promise<number> {
  const from = performance.now()
  while (await working(house.owner)) {
    noteMemory(house)
    await pause(20)
  }
  return performance.now() - from
}

/** Runs `count` notices through `workers` processes, then the floor on the same database. */
export async function measurePipeline(
  folder: string,
  workers: number,
  count: number,
  carrier: Carrier,
): Promise<PipelineRun> {
  const house = await openWarmHouse(folder, workers, carrier)
  try {
    await answerNotices(house.owner, count)
    const ms = await workedIn(house)
    const planned = await sql<{
      n: number
    }>`select count(*)::int as n from arrears_case where planned_at is not null`.execute(house.owner)
    if (planned.rows[0]?.n !== count)
      throw new Error(`Only ${planned.rows[0]?.n} of ${count} notices were planned`)
    const floor = await measureFloor(house.owner, FLOORS)
    return {
      workers,
      queue: carrier.queue,
      notices: count,
      perSecond: (count / ms) * 1000,
      floorPerSecond: (count / floor.ms) * 1000,
      ratio: floor.ms / ms,
      rows: floor.rows,
      peakMegabytes: house.peak.megabytes,
    }
  } finally {
    await house.close()
  }
}

/** The latency of one notice alone, from the door's answer to its planned tasks: milliseconds at p50 and p99. */
export async function measureLatency(folder: string, times: number): Promise<{ p50: number; p99: number }> {
  const house = await openHouse(folder, 1, { queue: 'postgres' })
  const web = openDatabase({ url: house.url, role: 'bokvar_web', max: 1 })
  const tools = testTools()
  try {
    const taken: number[] = []
    for (let n = 0; n < times; n += 1) {
      const body = noticeNumber(n)
      const { id } = await receiveNotice(web, tools, actor, {
        key: `latency ${n}`,
        raw: Buffer.from(JSON.stringify(body)),
        body,
      })
      const from = performance.now()
      const planned = async () =>
        (
          await sql<{
            yes: boolean
          }>`select exists (select 1 from notice n join arrears_case c on c.id = n.case_id where n.id = ${id} and c.planned_at is not null) as yes`.execute(
            house.owner,
          )
        ).rows[0]?.yes
      while (!(await planned())) await pause(2)
      taken.push(performance.now() - from)
    }
    const sorted = taken.slice(5).sort((one, other) => one - other)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return { p50: at(0.5), p99: at(0.99) }
  } finally {
    await web.destroy()
    await house.close()
  }
}
