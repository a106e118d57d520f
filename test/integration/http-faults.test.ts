// The server in trouble: the database away, one sender flooding, and what is hardly HTTP at all.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connect, type AddressInfo } from 'node:net'
import type { FastifyError } from 'fastify'
import { sql } from 'kysely'
import { openDatabase } from '../../shared/db/open.ts'
import { buildServer, type HttpDeps, type Server } from '../../services/http.ts'
import { causesOf, faultOf } from '../../services/problem.ts'
import { signIn, visit } from '../support/browser-less.ts'
import { echoRoutes, expectProblem } from '../support/echo.ts'
import { startTestServer, type TestServer } from '../support/http.ts'

const exchange = (server: Server, text: string): Promise<string> =>
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
  let [away, unsaved] = [false, false]
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
        sessions: {
          ...deps.sessions,
          find: (id) => unless(() => deps.sessions.find(id)),
          save: async (id, data) => {
            if (unsaved) await sql`select 1`.execute(dead)
            return deps.sessions.save(id, data)
          },
        },
      }),
    )
  })
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
    // Gone just as the page was ready and its session was to be kept: the same page says so, and no error of a library.
    unsaved = true
    const late = await visit(lame.app, jar, '/sida')
    expect([late.status, /tillfälligt otillgänglig/.test(late.body)]).toEqual([503, true])
    expect(late.body).not.toContain('ECONNREFUSED')
    unsaved = false
    expect((await visit(lame.app, jar, '/sida')).status).toBe(200)
  })
})

// A statement cut off, a lock not given, idle too long in a transaction, a deadlock, a full disk, no memory, too many lines;
// and no handle left here to open a line to it with.
const passing =
  '57014 55P03 25P03 40P01 53100 53200 53300 28P01 XX000 EMFILE ENFILE ENETUNREACH ERR_STREAM_DESTROYED'
test.each(passing.split(' '))(
  'what the database cannot do just now (%s) is 503 and when to come back, not 500',
  (code) => {
    const fault = faultOf(Object.assign(new Error('x'), { code }) as FastifyError, 'sv')
    expect(fault).toMatchObject({ status: 503, code: 'unavailable', retryAfter: 2 })
  },
)

test('what lies behind a refusal is told by names and codes, never in words that somebody may have chosen', () => {
  const line = Object.assign(new Error('connect 10.0.0.1'), { code: 'ECONNREFUSED' })
  const provider = Object.assign(new TypeError('fetch failed'), { error: 'invalid_client', cause: line })
  expect(causesOf({ cause: provider })).toEqual(['TypeError invalid_client', 'Error ECONNREFUSED'])
  expect(causesOf({ cause: Object.assign(new Error('x'), { error: 'Anna 19900101-2385' }) })).toEqual([
    'Error',
  ])
  const round = new Error('x')
  round.cause = round
  expect(causesOf({ cause: round })).toHaveLength(5)
  expect(causesOf(new Error('x'))).toEqual([])
})

describe('J31: a flood', () => {
  let small: TestServer
  beforeAll(async () => {
    small = await startTestServer(echoRoutes, (deps) => ({
      ...deps,
      settings: { ...deps.settings, rate: { max: 20, windowSeconds: 60 } },
    }))
  })
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
  let given: HttpDeps
  let server: TestServer
  let secured: Server
  beforeAll(async () => {
    server = await startTestServer(echoRoutes, (deps) => {
      given = deps
      return deps
    })
    const settings = { ...given.settings, baseUrl: 'https://bokvar.example', trustProxy: ['127.0.0.1'] }
    secured = await buildServer({ ...given, settings })
    for (const { app } of [server, secured]) await app.listen({ port: 0, host: '127.0.0.1' })
  })
  afterAll(async () => {
    await secured.app.close()
    await server.stop()
  })
  const over = (url: string, proto = 'https') =>
    secured.app.inject({ url, headers: { 'x-forwarded-proto': proto } })

  test.each(['/login', '/v1/api-info', '/finns-inte', '/assets/app.css', '/v1/fail/%E0%A4%A'])(
    '%s binds the browser to https for a year, with all names below',
    async (url) => {
      const { headers } = await over(url)
      expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
    },
  )

  test('each cookie is secure, of this host alone, out of reach of scripts and of other sites', async () => {
    const { headers } = await over('/login/staff?lang=en')
    const cookies = [headers['set-cookie'] ?? []].flat()
    expect(new Set(cookies.map((line) => line.split('=')[0]))).toEqual(
      new Set(['__Host-bokvar', '__Host-lang']),
    )
    for (const line of cookies) {
      for (const word of [/; Secure/i, /; HttpOnly/i, /; SameSite=Lax/i, /; Path=\/(;|$)/i])
        expect(line).toMatch(word)
      expect(line).not.toMatch(/domain=/i)
    }
  })

  test('what comes over plain http gets no cookie of a session, and is not led on in silence', async () => {
    expect(String((await over('/login/staff', 'http')).headers['set-cookie'] ?? '')).not.toContain('bokvar')
    expect((await over('/v1/api-info', 'http')).statusCode).toBe(200)
  })

  test('what is not HTTP gets a problem document', async () => {
    const answer = await exchange(server, 'HELLO\r\n\r\n')
    expect(answer).toContain('400 Bad Request')
    expect(answer).toContain('application/problem+json')
    const bare = await exchange(secured, 'HELLO\r\n\r\n')
    for (const header of ['nosniff', "frame-ancestors 'none'", 'no-store', 'max-age=31536000'])
      expect(bare).toContain(header)
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

  test('who asks on an open line while the server stops is told to come again, and when', async () => {
    const { port } = secured.app.server.address() as AddressInfo
    const begun = Promise.withResolvers<void>()
    secured.app.server.once('connection', (near) => near.once('data', () => begun.resolve()))
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /v1/api-info HTTP/1.1\r\nHost: x\r\n'))
    await begun.promise
    const stopped = secured.app.close()
    // The hook that hears of it runs first; whatever of the server is asked afterwards knows.
    while (secured.app.server.listening) await new Promise(setImmediate)
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text))
      socket.write('\r\n')
    })
    await stopped
    expect(answer).toContain('503 Service Unavailable')
    for (const part of ['retry-after: 5', 'application/problem+json', 'nosniff', '"code":"unavailable"'])
      expect(answer).toContain(part)
  })
})
