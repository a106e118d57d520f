// The web process itself: it starts without any queue, tells that it lives, ends in order, and refuses an older database.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { openSpine, type Spine } from '../support/spine.ts'

const MAIN = fileURLToPath(new URL('../../services/main.ts', import.meta.url))

let spine: Spine
let folder: string
beforeAll(async () => {
  spine = await openSpine()
  folder = mkdtempSync(join(tmpdir(), 'bokvar-web-'))
  const key = Buffer.alloc(32, 7).toString('base64')
  const keys = { encryption: { current: 'a', keys: { a: key } }, index: key }
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(keys), { mode: 0o600 })
}, 60_000)
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await spine.close()
})

function start(): ChildProcess {
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
  }
  return fork(MAIN, { env, silent: true, execArgv: [] })
}

test('starts with no queue and no identity provider in reach, beats, and ends in order', async () => {
  const child = start()
  let log = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const [message] = await once(child, 'message')
  expect(message).toBe('ready')
  const ended = once(child, 'exit')
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
}, 60_000)

test('refuses a database that is older than its code, and says so', async () => {
  const gone = await sql<{ name: string; timestamp: string }>`delete from kysely_migration
    where name = (select max(name) from kysely_migration) returning name, timestamp`.execute(spine.owner)
  const child = start()
  const said: Buffer[] = []
  child.stderr?.on('data', (part: Buffer) => said.push(part))
  const [code] = await once(child, 'exit')
  expect(code).not.toBe(0)
  expect(Buffer.concat(said).toString()).toContain(`this version needs ${gone.rows[0]!.name}`)
}, 60_000)
