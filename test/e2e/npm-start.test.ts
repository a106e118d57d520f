// The first command as a newcomer types it: ready by itself, told in demo.json, the same after a restart, gone when ended.
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { z } from 'zod'
import { isAlive } from '../../services/start/owner.ts'
import { freePort } from '../../services/start/ports.ts'
import { aNotice } from '../support/api.ts'
import { askDemo, canariesOf, found, placesOf, walkBadly } from '../support/canaries.ts'

// The whole service is started here, more than once, beside whatever else the machine does: a limit that only ends what hangs.
jest.setTimeout(180_000)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const demoSchema = z.object({
  baseUrl: z.url(),
  tokenUrl: z.url(),
  mailUrl: z.url(),
  clients: z.record(z.string(), z.object({ id: z.string(), secret: z.string() })),
  people: z.array(
    z.object({
      role: z.string(),
      committee: z.string().nullable(),
      unit: z.string().nullable(),
      username: z.string(),
      password: z.string(),
    }),
  ),
})
const processesSchema = z.array(z.object({ name: z.string(), pid: z.int(), port: z.int().optional() }))

let folder = ''
let port = 0
let npm: ChildProcess | undefined
let said = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bokvar start '))
  port = await freePort()
})

afterAll(async () => {
  if (npm !== undefined && npm.exitCode === null && npm.signalCode === null) npm.kill('SIGTERM')
  await until('everything ended', () => pids().every((pid) => !isAlive(pid)))
  rmSync(folder, { recursive: true, force: true })
})

async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 170_000,
): Promise<void> {
  const giveUpAt = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`In vain: ${what}\n${said}`)
    await pause(50)
  }
}

function read<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

function pids(): number[] {
  const running = existsSync(join(folder, 'processes.json')) ? read('processes.json', processesSchema) : []
  return running.map(({ pid }) => pid)
}

/** Types `npm start` and waits for its word. Nothing of the test's own environment may help it along. */
async function start(own: Record<string, string> = {}): Promise<void> {
  said = ''
  const { PATH, HOME } = process.env
  npm = spawn('npm', ['start', '--', '--workers', '2'], {
    cwd: ROOT,
    env: { PATH, HOME, PORT: String(port), BOKVAR_DATA: folder, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  npm.stdout?.on('data', (text: Buffer) => (said += text.toString()))
  npm.stderr?.on('data', (text: Buffer) => (said += text.toString()))
  await until('ready', () => said.includes(`Bokvar is ready: http://localhost:${port}`))
}

async function tokenFor(name: string, scope: string): Promise<string> {
  const { tokenUrl, clients } = read('demo.json', demoSchema)
  const { id = '', secret = '' } = clients[name] ?? {}
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  })
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token
}

test('npm start makes everything itself and tells a newcomer where to look', async () => {
  await start()
  const demo = read('demo.json', demoSchema)
  expect(demo.baseUrl).toBe(`http://localhost:${port}`)
  expect(Object.keys(demo.clients).toSorted()).toEqual(['kronofogden', 'landlord', 'landlord2', 'system'])
  const roles = [
    'landlord',
    'registrar',
    'caseworker',
    'visitor',
    'counsellor',
    'supervisor',
    'administrator',
  ]
  expect(demo.people.map(({ role }) => role)).toEqual(
    expect.arrayContaining([...roles, 'statistician', 'log-reviewer']),
  )
  for (const role of ['caseworker', 'supervisor']) {
    const committees = demo.people.filter((person) => person.role === role).map(({ committee }) => committee)
    expect(new Set(committees).size).toBeGreaterThanOrEqual(2)
  }
  const names = read('processes.json', processesSchema).map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining(['postgres', 'web', 'identity', 'worker-1', 'worker-2', 'mail']),
  )
})

test("the demo's month comes in through the real interface, under the landlord's own token", async () => {
  const authorization = `Bearer ${await tokenFor('landlord', 'notices')}`
  const { baseUrl } = read('demo.json', demoSchema)
  await until('notices of the demo', async () => {
    const answer = await fetch(`${baseUrl}/v1/notices?limit=1`, { headers: { authorization } })
    return answer.ok && (await answer.text()).includes('"number"')
  })
})

const postgresPort = () =>
  read('processes.json', processesSchema).find(({ name }) => name === 'postgres')?.port ?? 0

/** What stands in queue, logs, mail, metrics, refusals and tables without case data, after a walk that goes wrong. */
async function strays(): Promise<{ words: string[]; places: Map<string, string> }> {
  const { baseUrl, mailUrl, people } = read('demo.json', demoSchema)
  await until('everything worked', async () => {
    const [row] = await askDemo<{ n: string }>(
      folder,
      postgresPort(),
      'select count(*) as n from outbox where done_at is null and dead_at is null',
    )
    const fed = join(folder, 'fed.json')
    return row?.n === '0' && existsSync(fed) && readFileSync(fed, 'utf8').includes('"done": true')
  })
  const words = await canariesOf(folder, postgresPort())
  const one = (role: string) => people.find((person) => person.role === role)
  const walkers = ['caseworker', 'supervisor', 'landlord'].flatMap((role) => one(role) ?? [])
  const number = words.find((word) => /^\d{8}-\d{4}$/.test(word))
  const wrong = [words.find((word) => /^\p{L}+ \p{L}+$/u.test(word)) ?? '', number ?? '']
  const refusals = await walkBadly(baseUrl, walkers, await tokenFor('landlord', 'notices'), wrong)
  expect(refusals.size).toBeGreaterThan(4)
  const places = await placesOf(folder, postgresPort(), { baseUrl, mailUrl })
  for (const [name, body] of refusals) places.set(name, body)
  return { words, places }
}

test('after the month no name, number or address of it stands in queue, logs, mail, metrics or refusals', async () => {
  const { words, places } = await strays()
  expect(words.length).toBeGreaterThan(200)
  expect([...places.keys()]).toEqual(
    expect.arrayContaining(['mail', 'metrics', 'outbox', 'log/web.log', 'log/worker-1.log']),
  )
  for (const place of ['outbox', 'audit_entry', 'alert', 'timeline', 'log/web.log', 'metrics'])
    expect(places.get(place)?.length ?? 0).toBeGreaterThan(100)
  const redis = /Starting the queue \((?:valkey|redis)-server\)/.test(said)
  expect([...places.keys()].some((place) => place.startsWith('queue/'))).toBe(redis)
  expect(found(places, words)).toEqual([])
  // The search itself can find: where the cases are, the words stand.
  const [some] = await askDemo<{ row: string }>(
    folder,
    postgresPort(),
    'select t::text as row from arrears_case t limit 1',
  )
  expect(found(new Map([['case', some?.row ?? '']]), words)).not.toEqual([])
})

test('a command of the operator takes the service that runs here, and says in a sentence when none does', () => {
  const verify = (dataFolder: string) =>
    spawnSync(process.execPath, [join(ROOT, 'services/start/audit-verify.ts')], {
      env: { BOKVAR_DATA: dataFolder },
      encoding: 'utf8',
    })
  const here = verify(folder)
  expect(here.stdout).toContain('Sound: ')
  expect(here.status).toBe(0)
  const nowhere = verify(join(folder, 'mail'))
  expect(nowhere.stderr).toContain('DATABASE_URL: missing')
  expect(nowhere.stderr).not.toContain('.ts:')
  expect(nowhere.status).toBe(2)
})

test('SIGTERM ends it within 25 s, twice is no worse, and nothing is left running', async () => {
  const running = pids()
  expect(running.every(isAlive)).toBe(true)
  const began = performance.now()
  npm?.kill('SIGTERM')
  await pause(100)
  npm?.kill('SIGTERM')
  await until('everything ended', () => running.every((pid) => !isAlive(pid)))
  expect(performance.now() - began).toBeLessThan(25_000)
})

test('the next start knows the same people and needs no second feeding', async () => {
  const before = read('demo.json', demoSchema)
  // Without any Redis this time: the queue's tables are looked through as well.
  await start({ BOKVAR_QUEUE: 'postgres' })
  expect(read('demo.json', demoSchema)).toEqual(before)
  const authorization = `Bearer ${await tokenFor('landlord', 'notices')}`
  const sent = await fetch(`${before.baseUrl}/v1/notices`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'queue-tables' },
    body: JSON.stringify(aNotice({ reference: 'QT-1' })),
  })
  expect(sent.status).toBe(201)
  const { words, places } = await strays()
  expect([...places.keys()].filter((place) => place.startsWith('bullmq.')).length).toBeGreaterThan(0)
  expect(found(places, words)).toEqual([])
})

test('what is killed with -9 comes back, and the service with it', async () => {
  const before = read('processes.json', processesSchema)
  const killed = before.filter(({ name }) => ['postgres', 'worker-1', 'web'].includes(name))
  for (const { pid } of killed) process.kill(pid, 'SIGKILL')
  await until('all of them back', () => killed.every(({ name }) => said.includes(`${name}: runs again.`)))
  const after = read('processes.json', processesSchema)
  const portOf = (list: typeof after, wanted: string) => list.find(({ name }) => name === wanted)?.port
  expect(portOf(after, 'postgres')).toBe(portOf(before, 'postgres'))
  // Said to run again, it may still be a moment until it takes a line.
  const ready = () => fetch(`http://127.0.0.1:${port}/health/ready`)
  await until('ready again', () =>
    ready().then(
      ({ ok }) => ok,
      () => false,
    ),
  )
})

test('npm killed with -9 takes everything with it', async () => {
  const running = pids()
  npm?.kill('SIGKILL')
  await until('everything ended', () => running.every((pid) => !isAlive(pid)))
})
