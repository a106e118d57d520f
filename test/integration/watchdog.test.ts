// The watchdog as a process: it tells straight over SMTP what is late or silent, once, and sees no case.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { execFile, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { verify } from '../../services/start/audit-verify.ts'
import { freePort } from '../../services/start/ports.ts'
import { startMailSink, type MailSink } from '../../services/start/mail-sink.ts'
import { beat } from '../../shared/casework/sweeps.ts'
import { findFeeds } from '../../shared/casework/watch.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { queueNames } from '../../shared/topics.ts'
import { openSpine, type Spine } from '../support/spine.ts'

const MAIN = fileURLToPath(new URL('../../workers/watchdog.ts', import.meta.url))
const kinds = ['web', 'relay', 'sweep', 'work', ...queueNames.map((name) => `ears ${name}`)]

let spine: Spine
let sink: MailSink
let watchdog: Db
let folder = ''
const running: ChildProcess[] = []

beforeAll(async () => {
  spine = await openSpine('1880', 'real')
  sink = await startMailSink()
  watchdog = openDatabase({ url: spine.url, role: 'bokvar_watchdog', max: 1 })
  folder = mkdtempSync(join(tmpdir(), 'bokvar-watch-'))
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
  await watchdog.destroy()
  await sink.stop()
  await spine.close()
})

async function until<T>(ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  const giveUpAt = performance.now() + 120_000
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > giveUpAt) throw new Error('Waited in vain')
    await pause(50)
  }
}

const environment = () => ({
  PATH: process.env['PATH'],
  DATABASE_URL: spine.url,
  SMTP_URL: sink.smtpUrl,
  DUTY_MAIL: 'jour@kommunen.example, natt@kommunen.example',
  WATCHDOG_INTERVAL_MS: '100',
  WATCHDOG_FILE: join(folder, 'watchdog.json'),
  LATE_SECONDS: '1',
})

async function start(more: object = {}): Promise<ChildProcess> {
  const child = fork(MAIN, { env: { ...environment(), ...more }, silent: true, execArgv: [] })
  running.push(child)
  await once(child, 'message')
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
}

/** Everybody lives: the part of the service that this test does not run. The rehearsal's clock is moved, so the clocks differ. */
const allBeat = async () => {
  for (const kind of kinds) await beat(spine.owner, `${kind} 1`, kind, new Date())
  await sql`update heartbeat set app_clock_ahead_ms = 0`.execute(spine.owner)
}
const lay = () =>
  sql`insert into outbox (topic, subject_id) values ('case.routed', gen_random_uuid())`.execute(spine.owner)
const onFile = () =>
  JSON.parse(readFileSync(join(folder, 'watchdog.json'), 'utf8')) as { well: boolean; standing: object[] }
const letters = (word: string) => sink.letters().filter(({ text }) => text.includes(word))

test('what is late is told once to everybody on duty, shown on its own door and in the file, and then that it is over', async () => {
  await allBeat()
  const port = await freePort()
  const child = await start({ WATCHDOG_PORT: String(port) })
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/health/deadlines`)
    return { status: answer.status, body: (await answer.json()) as { status: string; due: object[] } }
  }
  expect(await health()).toMatchObject({ status: 200, body: { status: 'in-time' } })
  await lay()
  await until(async () => (await health()).status === 503)
  await until(() => letters('Arbete blir liggande: 1 rader').length === 2)
  expect(
    sink
      .letters()
      .flatMap(({ to }) => to)
      .toSorted(),
  ).toEqual(['jour@kommunen.example', 'natt@kommunen.example'])
  // Written when the last letter has been handed over, and not before.
  await until(async () => onFile().standing.length === 1 || undefined)
  expect(onFile()).toMatchObject({
    well: false,
    standing: [{ code: 'late-work', count: 1 }],
  })
  await stop(child)

  // A new watchdog remembers, and tells the end of what an earlier one began.
  const next = await start({ WATCHDOG_PORT: String(port) })
  await until(async () => onFile().standing.length === 1 || undefined)
  await sql`update outbox set done_at = clock_now() where done_at is null`.execute(spine.owner)
  await until(() => letters('ÖVER: Arbete blir liggande').length === 2)
  expect(letters('NYTT: Arbete blir liggande')).toHaveLength(2)
  expect((await health()).status).toBe(200)
  await stop(next)
  const { rows } = await sql<{
    kind: string
  }>`select kind from heartbeat where kind = 'watchdog' group by 1`.execute(spine.owner)
  expect(rows).toEqual([{ kind: 'watchdog' }])
})

test('a database that is away is told of over SMTP, by a process that lives on', async () => {
  const child = await start({
    DATABASE_URL: spine.url.replace(/:\d+\//, ':9/'),
    WATCHDOG_FILE: join(folder, 'away.json'),
  })
  await until(() => letters('Databasen svarar inte').length === 2)
  await stop(child)
})

test('a clock that is wrong is noted; a database that is slow to answer makes no clock look late', async () => {
  const noted = async (aheadMs: number) => {
    await beat(spine.owner, 'clock', 'clock', new Date(Date.now() + aheadMs))
    const { rows } = await sql<{
      ms: number
    }>`delete from heartbeat where process = 'clock' returning app_clock_ahead_ms as ms`.execute(spine.owner)
    return rows[0]?.ms ?? NaN
  }
  for (const ms of [-7_200_000, 60_000]) expect(Math.abs((await noted(ms)) - ms)).toBeLessThan(30_000)
  const locked = Promise.withResolvers<void>()
  const slow = spine.owner.transaction().execute(async (trx) => {
    await sql`lock table heartbeat in access exclusive mode`.execute(trx)
    locked.resolve()
    await sql`select pg_sleep(1.3)`.execute(trx)
  })
  await locked.promise
  expect(Math.abs(await noted(0))).toBeLessThan(1_200)
  await slow
})

test('asked once, it says what is wrong by its exit code and a line for each', async () => {
  const ask = () =>
    new Promise<{ code: unknown; said: string }>((done) => {
      execFile(process.execPath, [MAIN, '--once'], { env: environment() }, (error, said) =>
        done({ code: error?.code ?? 0, said }),
      )
    })
  await allBeat()
  expect(await ask()).toEqual({ code: 0, said: '' })
  await sql`delete from heartbeat where kind = 'relay'`.execute(spine.owner)
  expect(await ask()).toEqual({ code: 1, said: expect.stringContaining('silent relay') })
})

test('an audit log that is cut, thrown away or set back is told of, and verified against the watchdog’s own log', async () => {
  const lay = (n: number) =>
    sql`insert into audit_entry (actor, role, committee, action, subject_ids)
      select 'system:x', 'worker', 'GAN', 'change', '{}' from generate_series(1, ${n}::int)`.execute(
      spine.owner,
    )
  await lay(3)
  const file = { WATCHDOG_FILE: join(folder, 'ends.json') }
  const first = await start(file)
  let said = ''
  first.stdout?.on('data', (piece: Buffer) => (said += piece.toString()))
  const ends = await until(() => /^(.*"audit ends".*)\n/m.exec(said)?.[1])
  await stop(first)
  const log = join(folder, 'watchdog.log')
  writeFileSync(log, `${ends}\nnot JSON\n`)
  expect(await verify(spine.url, { against: log })).toMatchObject({ sound: true })
  // With every right in the database: the last lines of the lane, and then the whole of it, with its head.
  for (const kept of [1, 0]) {
    await spine.owner.transaction().execute(async (trx) => {
      await sql`set local session_replication_role = replica`.execute(trx)
      await sql`delete from audit_entry where lane = 'GAN' and seq > ${kept}::int`.execute(trx)
      await sql`delete from audit_head where lane = 'GAN'`.execute(trx)
      await sql`insert into audit_head select lane, seq, hash from audit_entry where lane = 'GAN'`.execute(
        trx,
      )
    })
    expect(await verify(spine.url, {})).toMatchObject({ sound: true })
    expect(await verify(spine.url, { against: log })).toMatchObject({
      sound: false,
      text: expect.stringContaining('FAULT GAN 3'),
    })
  }
  await lay(5)
  const second = await start(file)
  await until(() => letters('Åtkomstloggen (GAN) har blivit kortare').length === 2)
  await stop(second)
  expect(JSON.parse(readFileSync(file.WATCHDOG_FILE, 'utf8'))).toMatchObject({
    standing: expect.arrayContaining([expect.objectContaining({ code: 'log-cut', about: 'GAN', count: 3 })]),
    ends: expect.arrayContaining([expect.objectContaining({ lane: 'GAN', seq: 3 })]),
  })
})

test('its role reads ages and counts, and no case, person, notice or letter', async () => {
  const forbidden = [
    'select id from arrears_case',
    'select tenant_name from arrears_case',
    'select content from notice',
    'select * from mail',
    'select subject_id from outbox',
    'select * from person',
    'select title_sv from task',
    'update stage set fired_at = null',
    'delete from outbox',
    'select actor from audit_entry',
    'update audit_head set seq = 0',
  ]
  for (const text of forbidden)
    await expect(sql`${sql.raw(text)}`.execute(watchdog)).rejects.toThrow(/permission denied/)
})

test('a sender that is a system is known by the days on which it sent; a person who sends is not asked about', async () => {
  await sql`insert into system_client (client_id, kind) values ('kfm', 'kronofogden')`.execute(spine.owner)
  for (const [sender, back] of [
    ['client:kfm', 1],
    ['client:kfm', 3],
    ['client:kfm', 3],
    ['person:1', 2],
    ['client:kfm', 900],
  ])
    await sql`insert into eviction_notice (sender, event, case_number, raw, content, identity_key, match_enforcement, findings, verdict, received_on)
      values (${sender}, 'order', 'U-1', '', '{}', ${Buffer.from(`${sender}${back}`)}, '', '[]', 'complete', clock_today() - ${back}::int)`.execute(
      spine.owner,
    )
  const { rows } = await sql<{
    days: string[]
  }>`select array[(clock_today() - 3)::text, (clock_today() - 1)::text] as days`.execute(spine.owner)
  expect(await findFeeds(watchdog)).toEqual([{ feed: 'client:kfm', days: rows[0]?.days }])
})
