// One contract for every queue backend at hand: what is rung is heard, by one ear, also after the server was away.
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { SpanKind, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Client } from 'pg'
import { environmentWith } from '../../config/env.ts'
import { chooseQueue, startRedis } from '../../services/start/queue.ts'
import { freePort, isListening } from '../../services/start/ports.ts'
import { startPostgres } from '../../services/start/postgres.ts'
import { queueNames } from '../../shared/topics.ts'
import {
  openBell,
  openEars,
  prepareQueues,
  type Bell,
  type Ears,
  type QueueBackend,
  type Ring,
} from '../../shared/queues.ts'

/** A queue server that can be taken away and given back on the same address. */
type Server = {
  backend: QueueBackend
  down: () => Promise<void>
  up: () => Promise<void>
  end: () => Promise<void>
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bokvar bell '))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function onPostgres(): Promise<Server> {
  const start = (port?: number) =>
    startPostgres({ dataDir: join(folder, 'pg'), durable: false, ...(port === undefined ? {} : { port }) })
  let server = await start()
  const backend = { kind: 'postgres' as const, url: server.url }
  await prepareQueues(backend)
  return {
    backend,
    down: () => server.stop('immediate'),
    up: async () => {
      server = await start(server.port)
    },
    end: () => server.stop('immediate'),
  }
}

async function onRedis(program: string): Promise<Server> {
  let server = await startRedis(program, join(folder, 'redis'))
  const backend = { kind: 'redis' as const, url: server.url }
  await prepareQueues(backend)
  const down = async () => {
    process.kill(server.pid, 'SIGKILL')
    await server.exited
    rmSync(join(folder, 'redis', 'data'), { recursive: true, force: true })
  }
  return {
    backend,
    down,
    up: async () => {
      server = await startRedis(program, join(folder, 'redis'), server.port)
    },
    end: () => server.stop(),
  }
}

/** A Redis written in JavaScript, for machines that have no other; it is slow and does not end by itself. */
async function onJsRedis(): Promise<Server> {
  const port = await freePort()
  const script = fileURLToPath(new URL('../../node_modules/js-redis-server/dist/cli.js', import.meta.url))
  let child: ChildProcess
  const up = async () => {
    child = spawn(process.execPath, [script, '--port', String(port)], { stdio: 'ignore' })
    while (!(await isListening(port))) await pause(25)
  }
  const down = async () => {
    const gone = new Promise((exited) => child.once('exit', exited))
    child.kill('SIGKILL')
    await gone
  }
  await up()
  return { backend: { kind: 'redis', url: `redis://127.0.0.1:${port}` }, down, up, end: down }
}

const choice = chooseQueue({ wish: 'auto' })
const backends: [string, () => Promise<Server>][] = [
  ['PostgreSQL', onPostgres],
  ['a Redis in JavaScript', onJsRedis],
  ...(choice.kind === 'private'
    ? [[choice.program, () => onRedis(choice.program)] as [string, () => Promise<Server>]]
    : []),
]

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 120_000
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error('Waited in vain')
    await pause(20)
  }
}

describe.each(backends)('the bell on %s', (_name, start) => {
  let server: Server
  let bell: Bell
  const ears: Ears[] = []
  const quiet = () => undefined
  const listen = (heard: (ring: Ring) => Promise<void>, concurrency = 1) => {
    const ear = openEars(server.backend, heard, quiet, { concurrency })
    ears.push(ear)
    return ear
  }
  const ring = (...ids: number[]): Ring => ({ topic: 'notice.received', ids })

  beforeAll(async () => {
    server = await start()
    bell = openBell(server.backend, quiet)
  })
  afterEach(async () => {
    await Promise.all(ears.splice(0).map((ear) => ear.close()))
  })
  afterAll(async () => {
    await bell.close()
    await server.end()
  })

  test('a ring is heard with its topic and ids, also one rung before anybody listened', async () => {
    const heard: Ring[] = []
    await bell.ring([ring(1, 2), { topic: 'mail.queued', ids: [3] }])
    listen(async (one) => void heard.push(one))
    await until(() => heard.length === 2)
    expect(heard).toEqual(expect.arrayContaining([ring(1, 2), { topic: 'mail.queued', ids: [3] }]))
  })

  test('with traces on, a ring and its answer are told to the kit of the process', async () => {
    const spans = new InMemorySpanExporter()
    const kit = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
    trace.setGlobalTracerProvider(kit)
    const traced = { ...server.backend, traced: true }
    const [sender, heard] = [openBell(traced, quiet), [] as Ring[]]
    ears.push(openEars(traced, async (one) => void heard.push(one), quiet))
    await sender.ring([ring(71)])
    const told = (wanted: SpanKind) => spans.getFinishedSpans().filter(({ kind }) => kind === wanted)
    await until(() => heard.length === 1 && told(SpanKind.CONSUMER).length > 0)
    await sender.close()
    trace.disable()
    const names = told(SpanKind.PRODUCER).map(({ name }) => name)
    expect(names.some((name) => name.includes('arrears-notices'))).toBe(true)
  })

  test('the page of the queues shows them to who is on the machine, and lets nobody change them', async () => {
    const port = await freePort()
    const page = fork(fileURLToPath(new URL('../../services/start/queue-page.ts', import.meta.url)), [], {
      env: environmentWith({
        ...(server.backend.kind === 'redis'
          ? { redisUrl: server.backend.url, databaseUrl: 'postgres://127.0.0.1/not-asked' }
          : { databaseUrl: server.backend.url }),
        queuePagePort: port,
        logLevel: 'error',
      }),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const [address] = (await Promise.race([once(page, 'message'), once(page, 'exit')])) as [string]
    expect(address).toContain('127.0.0.1')
    const shown = (await (await fetch(`${address}/api/queues`)).json()) as {
      queues: { name: string; readOnlyMode: boolean }[]
    }
    expect(shown.queues.map(({ name }) => name).toSorted()).toEqual([...queueNames].toSorted())
    expect(shown.queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true)
    const touched = await fetch(`${address}/api/queues/planning/pause`, { method: 'PUT' })
    expect(touched.status).toBe(405)
    page.kill('SIGTERM')
    expect(await once(page, 'exit')).toEqual([0, null])
  })

  test('two ears share the rings: each is heard once', async () => {
    const heard: [string, number][] = []
    const listening = () => new Set(heard.map(([name]) => name)).size === 2
    for (const name of ['one', 'other'])
      listen(async ({ ids }) => {
        heard.push([name, ids[0] ?? 0])
        // Until both listen each keeps the one it has: a slow machine must not let one ear have them all.
        await until(listening)
      })
    await bell.ring(Array.from({ length: 30 }, (_, n) => ring(n)))
    await until(() => heard.length >= 30)
    expect(heard.map(([, id]) => id).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 30 }, (_, n) => n),
    )
  })

  test('closing waits for the work in hand', async () => {
    let [begun, done] = [false, false]
    const ear = listen(async () => {
      begun = true
      await pause(400)
      done = true
    })
    await bell.ring([ring(7)])
    await until(() => begun)
    await ear.close()
    expect(done).toBe(true)
  })

  test('a ping goes through every queue to whoever hears, and pings that nobody hears do not pile up', async () => {
    for (let n = 0; n < 9; n += 1) await bell.ping()
    const heard: string[] = []
    const ear = openEars(server.backend, async () => undefined, quiet, {
      onPing: async (queue) => void heard.push(queue),
    })
    ears.push(ear)
    await until(() => new Set(heard).size === queueNames.length)
    await until(() => heard.length === 4 * queueNames.length)
  })

  test('an answer that throws does not deafen the ear', async () => {
    const heard: number[] = []
    listen(async ({ ids }) => {
      heard.push(ids[0] ?? 0)
      if (ids[0] === 1) throw new Error('planned')
    })
    await bell.ring([ring(1), ring(2)])
    await until(() => heard.includes(2))
    expect(heard).toContain(1)
  })

  test('with the server away a ring is refused quickly; when it is back, rings are heard again', async () => {
    const heard: number[] = []
    listen(async ({ ids }) => void heard.push(ids[0] ?? 0))
    await bell.ring([ring(1)])
    await until(() => heard.includes(1))
    await server.down()
    const from = performance.now()
    await expect(bell.ring([ring(2)])).rejects.toThrow()
    expect(performance.now() - from).toBeLessThan(3_500)
    await server.up()
    if (server.backend.kind === 'postgres') await reachable(server.backend.url)
    await until(async () => {
      await bell.ring([ring(3)]).catch(quiet)
      return heard.includes(3)
    })
  })

  test('bell and ears opened while the server is away work when it comes', async () => {
    await server.down()
    const heard: number[] = []
    const early = openBell(server.backend, quiet)
    listen(async ({ ids }) => void heard.push(ids[0] ?? 0))
    await expect(early.ring([ring(1)])).rejects.toThrow()
    await pause(1_500)
    await server.up()
    await until(async () => {
      await early.ring([ring(4)]).catch(quiet)
      return heard.includes(4)
    })
    await early.close()
  })

  test('ears close in time while the server is away', async () => {
    const ear = listen(async () => undefined)
    await bell.ring([ring(1)])
    await server.down()
    const from = performance.now()
    await ear.close()
    expect(performance.now() - from).toBeLessThan(15_000)
    await server.up()
  })
})

async function reachable(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.end()
}
