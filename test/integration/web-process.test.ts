// The web process itself: it starts without any queue, tells that it lives, ends in order, and refuses an older database.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { Client } from 'pg'
import { openSpine, type Spine } from '../support/spine.ts'

const fileAt = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const MAIN = fileAt('services/main.ts')

let spine: Spine
let folder: string
const logins: string[] = []
beforeAll(async () => {
  spine = await openSpine('1880', 'real')
  folder = mkdtempSync(join(tmpdir(), 'bokvar-web-'))
  const key = Buffer.alloc(32, 7).toString('base64')
  const keys = { encryption: { current: 'a', keys: { a: key } }, index: key }
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(keys), { mode: 0o600 })
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await sql`drop role if exists ${sql.join(logins.map((name) => sql.ref(name)))}`.execute(spine.owner)
  await spine.close()
})

/** A login of its own for one process, as docs/running.md makes it: a member of its roles and of nothing else. */
async function loginIn(roles: string): Promise<string> {
  const name = `own_${randomBytes(4).toString('hex')}`
  logins.push(name)
  await sql`create role ${sql.ref(name)} login password 'own' in role ${sql.raw(roles)}`.execute(spine.owner)
  const url = new URL(spine.url)
  Object.assign(url, { username: name, password: 'own' })
  return url.href
}

/** Nobody answers there: a process that used it instead of its own login would not start. */
const NOWHERE = 'postgres://nobody:x@127.0.0.1:9/none'

/** Whether the login may become any role but those it was made for. */
async function becomes(url: string, others: readonly string[]): Promise<string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const found: string[] = []
    for (const role of others)
      await client.query(`set role ${role}`).then(
        () => found.push(role),
        () => undefined,
      )
    return found
  } finally {
    await client.end()
  }
}

function start(own: Record<string, string> = {}, main = MAIN): ChildProcess {
  const issuer = 'http://127.0.0.1:9'
  const env = {
    PATH: process.env['PATH'],
    PORT: '0',
    DATABASE_URL: spine.url,
    BOKVAR_KEYS_FILE: join(folder, 'keys.json'),
    TOKEN_ISSUER: issuer,
    OIDC_STAFF_ISSUER: issuer,
    OIDC_STAFF_CLIENT_ID: 'staff',
    OIDC_STAFF_CLIENT_SECRET: 'secret',
    OIDC_LANDLORD_ISSUER: issuer,
    OIDC_LANDLORD_CLIENT_ID: 'landlords',
    OIDC_LANDLORD_CLIENT_SECRET: 'secret',
    ...own,
  }
  return fork(main, { env, silent: true, execArgv: [] })
}

test('starts with no queue and no identity provider in reach, beats, and ends in order', async () => {
  const child = start()
  let log = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const [message] = await once(child, 'message')
  expect(message).toBe('ready')
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
  const times = log
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { time: unknown }).time)
  expect(times.length).toBeGreaterThan(0)
  for (const time of times) expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  const beats = await spine.owner.selectFrom('heartbeat').select('kind').execute()
  expect(beats).toEqual([{ kind: 'web' }])
})

test('refuses a database that is older than its code, and says so', async () => {
  const gone = await sql<{ name: string; timestamp: string }>`delete from kysely_migration
    where name = (select max(name) from kysely_migration) returning name, timestamp`.execute(spine.owner)
  const child = start()
  const said: Buffer[] = []
  child.stderr?.on('data', (part: Buffer) => said.push(part))
  // Closed, not only ended: what it said last is read after it has gone.
  const [code] = await once(child, 'close')
  expect(code).not.toBe(0)
  expect(Buffer.concat(said).toString()).toContain(`this version needs ${gone.rows[0]!.name}`)
  const { name, timestamp } = gone.rows[0]!
  await sql`insert into kysely_migration (name, timestamp) values (${name}, ${timestamp})`.execute(
    spine.owner,
  )
})

test('each process runs under a login of its own, which may become no other’s role', async () => {
  const [web, work, watch] = [
    await loginIn('bokvar_web'),
    await loginIn('bokvar_worker, bokvar_relay, bokvar_sweeper'),
    await loginIn('bokvar_watchdog'),
  ]
  // Neither queue nor mail server answers: that stops nobody from starting.
  const away = { REDIS_URL: 'redis://127.0.0.1:9', SMTP_URL: 'smtp://127.0.0.1:9' }
  const parts = [
    start({ DATABASE_URL: NOWHERE, WEB_DATABASE_URL: web }),
    start({ DATABASE_URL: NOWHERE, WORKER_DATABASE_URL: work, ...away }, fileAt('workers/main.ts')),
    start(
      { DATABASE_URL: NOWHERE, WATCHDOG_DATABASE_URL: watch, WATCHDOG_FILE: join(folder, 'watch.json') },
      fileAt('workers/watchdog.ts'),
    ),
  ]
  try {
    const said = parts.map((part) => Promise.race([once(part, 'message'), once(part, 'exit')]))
    expect((await Promise.all(said)).map(([word]) => word)).toEqual(['ready', 'ready', 'ready'])
    const { rows } = await sql<{ name: string }>`select distinct usename as name from pg_stat_activity
      where usename = any(${logins}::text[]) order by 1`.execute(spine.owner)
    expect(rows.map(({ name }) => name)).toEqual(logins.toSorted())
  } finally {
    const alive = parts.filter(({ exitCode }) => exitCode === null)
    await Promise.all(alive.map((part) => (part.kill('SIGTERM'), once(part, 'exit'))))
  }
  const all = [
    'bokvar_web',
    'bokvar_worker',
    'bokvar_relay',
    'bokvar_sweeper',
    'bokvar_watchdog',
    'bokvar_auditor',
    'postgres',
  ]
  expect(await becomes(web, all)).toEqual(['bokvar_web'])
  expect(await becomes(work, all)).toEqual(['bokvar_worker', 'bokvar_relay', 'bokvar_sweeper'])
  expect(await becomes(watch, all)).toEqual(['bokvar_watchdog'])
})
