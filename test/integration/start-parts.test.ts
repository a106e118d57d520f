// The parts of npm start: keys and ports kept in the data folder, the queue chosen and run, and what is kept running.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { clearFolder, keptPort, keysFile } from '../../services/start/data-folder.ts'
import { claimFolder, ownerOf, releaseFolder } from '../../services/start/owner.ts'
import { chooseQueue, startRedis } from '../../services/start/queue.ts'
import { keep } from '../../services/start/supervise.ts'
import type { Running } from '../../services/start/supervise.ts'
import { readKeys } from '../../shared/seal.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bokvar parts '))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('keys are made once, for this user only, and are such as the service accepts', () => {
  const file = keysFile(folder, undefined, false)
  const first = readFileSync(file, 'utf8')
  expect(statSync(file).mode & 0o077).toBe(0)
  expect(readKeys(file).current).toBe('k1')
  expect(readFileSync(keysFile(folder, undefined, false), 'utf8')).toBe(first)
})

test('in production generated keys are refused, and a given file is taken as it is', () => {
  expect(() => keysFile(folder, undefined, true)).toThrow('BOKVAR_KEYS_FILE')
  expect(existsSync(join(folder, 'keys.json'))).toBe(false)
  expect(keysFile(folder, '/etc/bokvar/keys.json', true)).toBe('/etc/bokvar/keys.json')
})

test('a part gets its port back, unless somebody else has taken it meanwhile', async () => {
  const first = await keptPort(folder, 'identity')
  expect(await keptPort(folder, 'identity')).toBe(first)
  const stranger = createServer().listen(first, '127.0.0.1')
  await new Promise((listening) => stranger.once('listening', listening))
  const second = await keptPort(folder, 'identity')
  await new Promise((closed) => stranger.close(closed))
  expect(second).not.toBe(first)
  expect(await keptPort(folder, 'identity')).toBe(second)
})

test('beginning anew removes what npm start made and nothing else', () => {
  mkdirSync(join(folder, 'postgres'))
  writeFileSync(join(folder, 'demo.json'), '{}')
  writeFileSync(join(folder, 'thesis.txt'), 'years of work')
  clearFolder(folder)
  expect(existsSync(join(folder, 'postgres'))).toBe(false)
  expect(existsSync(join(folder, 'demo.json'))).toBe(false)
  expect(readFileSync(join(folder, 'thesis.txt'), 'utf8')).toBe('years of work')
})

test('a claim whose process is gone is taken over, though its number is in use again', () => {
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid: process.pid, started: 'long ago' }))
  claimFolder(folder)
  expect(ownerOf(folder)).toBe(process.pid)
  releaseFolder(folder)
  expect(ownerOf(folder)).toBeUndefined()
})

test('the queue is where it was wished: given, on PostgreSQL, or whatever this machine has', () => {
  const redisUrl = 'redis://127.0.0.1:6379'
  expect(chooseQueue({ redisUrl, wish: 'auto' })).toEqual({ kind: 'given', url: redisUrl })
  expect(chooseQueue({ redisUrl, wish: 'postgres' })).toEqual({ kind: 'postgres' })
  expect(chooseQueue({ wish: 'postgres' })).toEqual({ kind: 'postgres' })
  expect(['private', 'postgres']).toContain(chooseQueue({ wish: 'auto' }).kind)
})

const found = chooseQueue({ wish: 'auto' })
const withRedis = found.kind === 'private' ? test : test.skip

withRedis(
  'a Redis of our own asks for a password, evicts nothing, and keeps its jobs through kill -9',
  async () => {
    const program = found.kind === 'private' ? found.program : ''
    const first = await startRedis(program, folder)
    const client = new Redis(first.url)
    client.on('error', () => undefined)
    await client.set('ring', '17')
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    const stranger = new Redis({ port: first.port ?? 0, maxRetriesPerRequest: 0 })
    stranger.on('error', () => undefined)
    await expect(stranger.get('ring')).rejects.toThrow('NOAUTH')
    stranger.disconnect()
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    const second = await startRedis(program, folder, first.port)
    try {
      expect(second.url).toBe(first.url)
      expect(await client.get('ring')).toBe('17')
    } finally {
      client.disconnect()
      await second.stop()
    }
  },
)

/** Something that runs until it is ended by the test or by its keeper. */
function runner(pid: number): Running & { end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { pid, exited: promise, end: resolve, stop: async () => resolve() }
}

test('what ends is started again, as often as it takes, and what is stopped stays stopped', async () => {
  const started: ReturnType<typeof runner>[] = []
  const back = Promise.withResolvers<void>()
  let attempts = 0
  const keeper = await keep({
    name: 'worker',
    tell: () => undefined,
    onStart: () => (started.length === 2 ? back.resolve() : undefined),
    start: async () => {
      attempts += 1
      if (attempts === 2) throw new Error('not yet')
      const running = runner(attempts)
      started.push(running)
      return running
    },
  })
  started[0]?.end()
  await back.promise
  expect(keeper.current().pid).toBe(3)
  await keeper.stop()
  expect(attempts).toBe(3)
})
