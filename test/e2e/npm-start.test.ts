// The first command as a newcomer types it: ready by itself, told in demo.json, the same after a restart, gone when ended.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { z } from 'zod'
import { isAlive } from '../../services/start/owner.ts'
import { freePort } from '../../services/start/ports.ts'

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
  withinMs = 50_000,
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
async function start(): Promise<void> {
  said = ''
  const { PATH, HOME } = process.env
  npm = spawn('npm', ['start', '--', '--workers', '2'], {
    cwd: ROOT,
    env: { PATH, HOME, PORT: String(port), BOKVAR_DATA: folder },
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
  await start()
  expect(read('demo.json', demoSchema)).toEqual(before)
})

test('what is killed with -9 comes back, and the service with it', async () => {
  const before = read('processes.json', processesSchema)
  const killed = before.filter(({ name }) => ['postgres', 'worker-1', 'web'].includes(name))
  for (const { pid } of killed) process.kill(pid, 'SIGKILL')
  await until('all of them back', () => killed.every(({ name }) => said.includes(`${name}: runs again.`)))
  const after = read('processes.json', processesSchema)
  const portOf = (list: typeof after, wanted: string) => list.find(({ name }) => name === wanted)?.port
  expect(portOf(after, 'postgres')).toBe(portOf(before, 'postgres'))
  await until('ready again', async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok)
})

test('npm killed with -9 takes everything with it', async () => {
  const running = pids()
  npm?.kill('SIGKILL')
  await until('everything ended', () => running.every((pid) => !isAlive(pid)))
})
