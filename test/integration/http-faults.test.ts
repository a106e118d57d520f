// The server in trouble: the database away, one sender flooding, and what is hardly HTTP at all.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connect, type AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { openDatabase } from '../../shared/db/open.ts'
import { signIn, visit } from '../support/browser-less.ts'
import { echoRoutes, expectProblem } from '../support/echo.ts'
import { startTestServer, type TestServer } from '../support/http.ts'

const exchange = (server: TestServer, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port } = server.app.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })

describe('When the database is away', () => {
  let lame: TestServer
  let away = false
  const dead = openDatabase({ url: 'postgres://127.0.0.1:9/nothing', role: 'bokvar_web' })
  const unless = async <T>(answer: () => Promise<T>): Promise<T> => {
    if (away) await sql`select 1`.execute(dead)
    return answer()
  }
  beforeAll(async () => {
    lame = await startTestServer(
      () => [
        (app) => {
          app.get('/v1/db', { config: { permission: 'public' } }, () => sql`select 1`.execute(dead))
          app.get('/sida', { config: { permission: 'own.page' } }, (_request, reply) => reply.send('ja'))
        },
      ],
      (deps) => ({
        ...deps,
        readiness: () => unless(deps.readiness),
        deadlines: { ...deps.deadlines, find: () => unless(deps.deadlines.find) },
        findPerson: (subject) => unless(() => deps.findPerson(subject)),
        sessions: { ...deps.sessions, find: (id) => unless(() => deps.sessions.find(id)) },
      }),
    )
  }, 60_000)
  afterAll(async () => {
    await lame.stop()
    await dead.destroy()
  })

  test('the API answers 503 and when to try again, a page says so, and the process still lives', async () => {
    const { jar } = await signIn(lame.app, lame.identity.people[2]!, '/sida')
    away = true
    for (const url of ['/v1/db', '/health/ready', '/health/deadlines']) {
      const answer = await lame.app.inject({ url })
      expectProblem(answer, 503, 'unavailable')
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    const page = await visit(lame.app, jar, '/sida')
    expect(page.status).toBe(503)
    expect(page.body).toContain('tillfälligt otillgänglig')
    expect((await lame.app.inject({ url: '/health/live' })).statusCode).toBe(200)
    away = false
    expect((await visit(lame.app, jar, '/sida')).status).toBe(200)
  })
})

describe('J31: a flood', () => {
  let small: TestServer
  beforeAll(async () => {
    small = await startTestServer(echoRoutes, (deps) => ({
      ...deps,
      settings: { ...deps.settings, rate: { max: 20, windowSeconds: 60 } },
    }))
  }, 60_000)
  afterAll(() => small.stop())

  test('from one sender stops that sender, says when to come back, and leaves the others alone', async () => {
    const landlord = await small.token('landlord')
    const ask = (bearer: string) =>
      small.app.inject({ url: '/v1/echo', headers: { authorization: `Bearer ${bearer}` } })
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(landlord)))
    const refused = answers.filter(({ statusCode }) => statusCode === 429)
    expect(refused.length).toBe(80)
    expectProblem(refused[0]!, 429, 'too-many')
    expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask(await small.token('system'))).statusCode).toBe(403)
    expect((await small.app.inject({ url: '/v1/api-info' })).statusCode).toBe(200)
  })

  test('of guessed tokens is stopped by address', async () => {
    const guess = { url: '/v1/echo', headers: { authorization: 'Bearer guess' } }
    const answers = await Promise.all(Array.from({ length: 60 }, () => small.app.inject(guess)))
    expect(answers.filter(({ statusCode }) => statusCode === 429).length).toBeGreaterThanOrEqual(40)
    expect(answers.every(({ statusCode }) => [401, 429].includes(statusCode))).toBe(true)
  })
})

describe('On the wire', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer(echoRoutes)
    await server.app.listen({ port: 0, host: '127.0.0.1' })
  }, 60_000)
  afterAll(() => server.stop())

  test('what is not HTTP gets a problem document', async () => {
    const answer = await exchange(server, 'HELLO\r\n\r\n')
    expect(answer).toContain('400 Bad Request')
    expect(answer).toContain('application/problem+json')
  })

  test('two lengths for one body (smuggling) are refused', async () => {
    const answer = await exchange(
      server,
      'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    )
    expect(answer).toContain('400')
  })

  test('J29: slow senders are cut: thirty seconds for a request, ten for its headers', () => {
    expect(server.app.server.requestTimeout).toBe(30_000)
    expect(server.app.server.headersTimeout).toBe(10_000)
  })
})
