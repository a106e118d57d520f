// Bad input of every kind: a clear problem document, nothing 5xx, and nothing of what was sent in the answer.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { sql } from 'kysely'
import pino from 'pino'
import { z } from 'zod'
import type { Principal } from '../../shared/casework/people.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import type { Routes } from '../../services/http.ts'
import { signIn, visit } from '../support/browser-less.ts'
import { startTestServer, type TestServer } from '../support/http.ts'

let server: TestServer
let token: string
const lines: string[] = []
const unreadable: { sender: Principal; raw: Buffer; code: string }[] = []

const body = z.strictObject({
  name: z.string().max(50),
  amount: z.number().min(1).optional(),
  rents: z.array(z.object({ period: z.string(), amount: z.number() })).optional(),
  dispatch: z.enum(['letter', 'e-mail']).optional(),
  dueDate: z.iso.date().optional(),
})

const routes = (db: Db): Routes[] => [
  (app) => {
    const config = { permission: 'notice.send' as const, keepsUnreadable: true }
    app.post('/v1/echo', { config, schema: { tags: ['test'], body } }, (request) => ({
      length: request.rawBody?.length,
      name: request.body.name,
    }))
    app.get(
      '/v1/echo',
      {
        config: { permission: 'notice.send' },
        schema: { querystring: z.object({ limit: z.coerce.number().max(100).optional() }) },
      },
      (request) => ({ limit: request.query.limit, ip: request.ip, host: request.hostname }),
    )
    app.get('/v1/fail/:how', { config: { permission: 'public' } }, async (request) => {
      const { how } = request.params as { how: string }
      if (how === 'bug') throw new Error('secret of Anna Andersson 19900101-1234')
      if (how === 'value') await sql`select ${'Anna'}::uuid`.execute(db)
      if (how === 'unique')
        await sql`insert into web_session values ('x','{}',null,now()),('x','{}',null,now())`.execute(db)
      throw new Refusal(how as 'conflict', `test.${how}`, 'En mening som säger vad man gör i stället.')
    })
  },
]

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  server = await startTestServer(routes, (deps) => ({
    ...deps,
    logger: pino({ level: 'info' }, sink),
    keepUnreadable: async (sender, raw, code) => {
      unreadable.push({ sender, raw, code })
    },
  }))
  token = await server.token('landlord')
}, 60_000)
afterAll(() => server.stop())

const authorized = (headers: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  ...headers,
})
const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
  server.app.inject({
    method: 'POST',
    url: '/v1/echo',
    headers: authorized({ 'content-type': 'application/json', ...headers }),
    payload,
  })

type Answer = Awaited<ReturnType<typeof post>>

/** Every refusal has one shape, bears its request's reference and is never kept in a cache. */
function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.statusCode, code: answer.json().code }).toEqual({ status, code })
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.headers['cache-control']).toBe('no-store')
  const document = answer.json()
  expect(Object.keys(document).sort()).toEqual([
    'code',
    'detail',
    'errors',
    'instance',
    'status',
    'title',
    'type',
  ])
  expect(document).toMatchObject({ status, instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/) })
  expect(document.detail.length).toBeGreaterThan(10)
}

const CANARY = 'Kanariefågel-19811228-9874'

describe('A body', () => {
  test('that is right is read, and its bytes kept as they came', async () => {
    const text = ' {"name":"Åsa 👩‍👧", "amount": 8450.5}\n'
    const answer = await post(text)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ name: 'Åsa 👩‍👧', length: Buffer.byteLength(text) })
  })

  test.each<[string, string | Buffer, string]>([
    ['J1 cut off', `{"name":"${CANARY}`, 'json.malformed'],
    ['J1 with a BOM', `\uFEFF{"name":"${CANARY}"}`, 'json.encoding'],
    ['J1 with a comma too many', `{"name":"${CANARY}",}`, 'json.malformed'],
    ['J1 with NaN', `{"name":"${CANARY}","amount":NaN}`, 'json.malformed'],
    ['J1 with a comment', `{"name":"${CANARY}" /* x */}`, 'json.malformed'],
    ['J1 in single quotes', `{'name':'${CANARY}'}`, 'json.malformed'],
    ['J1 with something after it', `{"name":"${CANARY}"} x`, 'json.malformed'],
    ['J3 a hundred thousand brackets', '['.repeat(100_000), 'json.too-deep'],
    ['J3 a hundred thousand braces', '{"a":'.repeat(100_000), 'json.too-deep'],
    ['J5 with a key twice', `{"name":"a","name":"${CANARY}"}`, 'json.duplicate-key'],
    ['J5 with a key twice, once escaped', `{"name":"a","n\\u0061me":"${CANARY}"}`, 'json.duplicate-key'],
    [
      'J5 with a key twice deep inside',
      `{"name":"a","rents":[{"period":"1","period":"2"}]}`,
      'json.duplicate-key',
    ],
    ['with __proto__', `{"name":"a","__proto__":{"role":"admin"}}`, 'json.forbidden-key'],
    ['with an escaped __proto__', `{"name":"a","\\u005f_proto__":1}`, 'json.forbidden-key'],
    ['with constructor', `{"name":"a","constructor":{"prototype":1}}`, 'json.forbidden-key'],
    ['J19 a lone surrogate', '{"name":"\\ud800"}', 'json.encoding'],
    ['J19 invalid UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 'json.encoding'],
    ['J19 Latin-1 bytes', Buffer.from(`{"name":"Åke ${CANARY}"}`, 'latin1'), 'json.encoding'],
    ['J19 UTF-16', Buffer.from('{"name":"a"}', 'utf16le'), 'json.malformed'],
    ['a null character', '{"name":"a\\u0000b"}', 'json.control'],
  ])('%s is refused, kept for a person, and not repeated', async (_what, payload, code) => {
    unreadable.length = 0
    const started = performance.now()
    const answer = await post(payload)
    expect(performance.now() - started).toBeLessThan(250)
    expectProblem(answer, 400, code)
    expect(answer.body).not.toContain('Kanarie')
    expect(unreadable).toEqual([
      { sender: expect.objectContaining({ id: 'landlord' }), raw: Buffer.from(payload), code },
    ])
  })

  test('J3 deep nesting is refused in less than 50 ms', async () => {
    const { readJson } = await import('../../services/body.ts')
    const bytes = Buffer.from('['.repeat(100_000))
    const started = performance.now()
    expect(() => readJson(bytes)).toThrow(Refusal)
    expect(performance.now() - started).toBeLessThan(50)
  })

  test.each([
    [
      'the same key in two objects',
      '{"name":"a","rents":[{"period":"1","amount":1},{"period":"2","amount":2}]}',
    ],
    ['a value that looks like a key', '{"name":"name"}'],
    ['a brace and a quote in a text', '{"name":"{\\"name\\": \\"x\\"}"}'],
    ['a surrogate pair, escaped', '{"name":"\\ud83d\\ude00"}'],
  ])('with %s is not mistaken for a bad one', async (_what, payload) => {
    expect((await post(payload)).statusCode).toBe(200)
  })

  test.each<[string, string, { pointer: string; code: string }[]]>([
    ['lacking a field', '{}', [{ pointer: '/name', code: 'field.required' }]],
    ['with a wrong type', '{"name":7}', [{ pointer: '/name', code: 'field.type' }]],
    ['with null', '{"name":null}', [{ pointer: '/name', code: 'field.type' }]],
    ['too long', `{"name":"${'x'.repeat(51)}"}`, [{ pointer: '/name', code: 'field.too-long' }]],
    ['too small', '{"name":"a","amount":-1}', [{ pointer: '/amount', code: 'field.too-small' }]],
    [
      'beyond all numbers (1e309)',
      '{"name":"a","amount":1e309}',
      [{ pointer: '/amount', code: 'field.type' }],
    ],
    [
      'not one of the choices',
      '{"name":"a","dispatch":"pigeon"}',
      [{ pointer: '/dispatch', code: 'field.value' }],
    ],
    ['not a date', '{"name":"a","dueDate":"2026-02-30"}', [{ pointer: '/dueDate', code: 'field.format' }]],
    [
      'wrong deep inside',
      '{"name":"a","rents":[{"period":"p"}]}',
      [{ pointer: '/rents/0/amount', code: 'field.required' }],
    ],
    ['with an unknown field', `{"name":"a","${CANARY}":1}`, [{ pointer: '/', code: 'field.unknown' }]],
    ['that is a list', '[]', [{ pointer: '/', code: 'field.type' }]],
    ['that is empty', '', [{ pointer: '/', code: 'field.type' }]],
  ])('%s says which field, and how to mend it', async (_what, payload, errors) => {
    const answer = await post(payload)
    expectProblem(answer, 400, 'request.invalid')
    expect(
      answer.json().errors.map(({ pointer, code }: { pointer: string; code: string }) => ({ pointer, code })),
    ).toEqual(errors)
    expect(answer.body).not.toContain('Kanarie')
    expect(answer.body).not.toContain('pigeon')
  })

  test('is answered in English to whoever asks for it', async () => {
    const swedish = await post('{}')
    const english = await post('{}', { 'accept-language': 'de, en-GB;q=0.9, sv;q=0.5' })
    expect(swedish.json().errors[0].detail).toBe('Fyll i uppgiften.')
    expect(english.json().errors[0].detail).toBe('This value is required.')
    expect(english.headers['content-language']).toBe('en')
  })

  test.each([
    'application/json\ta',
    ' application/json',
    'application/json garbage',
    'application/json, text/plain',
    'application/jsonx',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=iso-8859-1',
  ])('J7 of type "%s" is refused', async (type) => {
    expectProblem(await post('{"name":"a"}', { 'content-type': type }), 415, 'content-type')
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
  ])('of type "%s" is read', async (type) => {
    expect((await post('{"name":"a"}', { 'content-type': type })).statusCode).toBe(200)
  })

  test('of more than a megabyte is refused', async () => {
    expectProblem(await post(`{"name":"${'x'.repeat(1_100_000)}"}`), 413, 'too-large')
  })
})

describe('An address', () => {
  const get = (url: string, headers = {}) => server.app.inject({ url, headers: authorized(headers) })

  test('with a parameter twice is refused where one is meant', async () => {
    expectProblem(await get('/v1/echo?limit=1&limit=2'), 400, 'query.repeated')
  })

  test.each(['/v1/echo?limit=1000', '/v1/echo?limit=abc'])('%s points at the parameter', async (url) => {
    const answer = await get(url)
    expectProblem(answer, 400, 'request.invalid')
    expect(answer.json().errors[0].pointer).toBe('/querystring/limit')
  })

  test.each(['/v1/nothing', '/v1/echo/more', '/v1/%00'])('%s does not exist', async (url) => {
    expectProblem(await get(url), 404, 'not-found')
  })

  test('that cannot be decoded is refused', async () => {
    expectProblem(await get('/v1/fail/%E0%A4%A'), 400, 'request.malformed')
  })

  test('that exists for other methods says which', async () => {
    const answer = await server.app.inject({ method: 'DELETE', url: '/v1/echo', headers: authorized() })
    expectProblem(answer, 405, 'method-not-allowed')
    expect(String(answer.headers.allow).split(', ').sort()).toEqual(['GET', 'HEAD', 'POST'])
  })

  test('of a page that does not exist is answered with a page', async () => {
    const answer = await server.app.inject({ url: '/finns-inte' })
    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.body).toContain('<h1')
  })

  test('J27: forged headers change neither client, host nor method', async () => {
    const forged = {
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-host': 'evil.example',
      'x-http-method-override': 'DELETE',
    }
    const answer = await get('/v1/echo', forged)
    expect(answer.json()).toMatchObject({ ip: '127.0.0.1' })
    expect(answer.body).not.toContain('evil')
    expect((await get('/openapi.json', { host: 'evil.example' })).body).not.toContain('evil')
  })
})

describe('An error', () => {
  const fail = (how: string) => server.app.inject({ url: `/v1/fail/${how}` })

  test.each([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
    ['unprocessable', 422],
    ['stale', 412],
    ['too-large', 413],
  ])('of the kind %s is answered with %i and its own sentence', async (how, status) => {
    const answer = await fail(how)
    expectProblem(answer, status, `test.${how}`)
    expect(answer.json().detail).toBe('En mening som säger vad man gör i stället.')
  })

  test('that nobody foresaw shows a reference and nothing else, and the log has no value in it either', async () => {
    lines.length = 0
    const answer = await fail('bug')
    expectProblem(answer, 500, 'internal')
    expect(answer.body).not.toMatch(/Anna|secret|at /)
    const reference = answer.json().instance.replace('urn:uuid:', '')
    expect(lines.join('')).toContain(reference)
    expect(lines.join('')).not.toMatch(/Anna|19900101/)
  })

  test('of a value that the database cannot hold is the sender’s to mend', async () => {
    lines.length = 0
    const answer = await fail('value')
    expectProblem(answer, 400, 'request.invalid')
    expect(answer.body + lines.join('')).not.toContain('Anna')
  })

  test('of a broken rule in the database is ours, and shows no row', async () => {
    const answer = await fail('unique')
    expectProblem(answer, 500, 'internal')
    expect(answer.body).not.toContain('web_session')
  })
})

describe('The service', () => {
  test('writes no address, query, body or name in its log', async () => {
    lines.length = 0
    await server.app.inject({ url: `/v1/echo?limit=5&secret=${CANARY}`, headers: authorized() })
    await post(`{"name":"${CANARY}"}`)
    const log = lines.join('')
    expect(log).toContain('"route":"/v1/echo"')
    expect(log).not.toMatch(/Kanarie|Provbost|secret=/)
  })

  test('counts every refusal with its reason', async () => {
    const count = async () =>
      Number(
        /bokvar_http_refusals_total\{route="\/v1\/echo",code="content-type"\} (\d+)/.exec(
          (await server.app.inject({ url: '/metrics' })).body,
        )?.[1] ?? 0,
      )
    const before = await count()
    await post('{}', { 'content-type': 'text/plain' })
    expect(await count()).toBe(before + 1)
  })

  test('sends its hardening headers with every answer', async () => {
    for (const url of ['/login', '/v1/api-info', '/finns-inte', '/v1/finns-inte']) {
      const { headers } = await server.app.inject({ url })
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'self'")
      expect(policy).toContain("object-src 'none'")
      expect(policy).not.toMatch(/unsafe-|https?:\/\/(?!localhost)/)
    }
  })

  test('says what it is, after Digg’s profile', async () => {
    const answer = await server.app.inject({ url: '/v1/api-info' })
    expect(answer.json()).toEqual({
      apiName: 'Bokvar',
      apiVersion: '1.0.0',
      apiReleased: '2026-11-22',
      apiDocumentation: 'http://localhost:3999/docs',
      apiStatus: 'active',
    })
  })

  test('describes itself in OpenAPI 3.1 from what validates, problems included', async () => {
    const document = (await server.app.inject({ url: '/openapi.json' })).json()
    expect(document.openapi).toBe('3.1.0')
    const operation = document.paths['/v1/echo'].post
    expect(operation.requestBody.content['application/json'].schema.required).toEqual(['name'])
    expect(operation.responses.default).toEqual({ $ref: '#/components/responses/Problem' })
  })

  test('shows its API under a policy that lets the reader’s own scripts run', async () => {
    const answer = await server.app.inject({ url: '/docs' })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-security-policy']).toContain('script-src')
  })

  test.each([
    '/assets/app.css',
    '/assets/app.js',
    '/assets/supported.js',
    '/assets/theme.css',
    '/assets/govuk-frontend.min.js',
  ])('serves %s', async (url) => {
    const answer = await server.app.inject({ url })
    expect(answer.statusCode).toBe(200)
    expect(answer.body.length).toBeGreaterThan(10)
    expect(answer.headers['cache-control']).toContain('max-age=3600')
  })

  test.each([
    '/assets/../package.json',
    '/assets/%2e%2e/package.json',
    '/assets/govuk-crest.svg',
    '/assets/.env',
  ])('does not serve %s', async (url) => {
    expect((await server.app.inject({ url })).statusCode).toBe(404)
  })

  test('has nothing of the GOV.UK brand in its styles', async () => {
    const { body: css } = await server.app.inject({ url: '/assets/app.css' })
    expect(css).not.toMatch(/GDS Transport|@font-face|crest/i)
  })
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
    for (const url of ['/v1/db', '/health/ready']) {
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
    small = await startTestServer(routes, (deps) => ({
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
    const guess = () => small.app.inject({ url: '/v1/echo', headers: { authorization: 'Bearer guess' } })
    const answers = await Promise.all(Array.from({ length: 60 }, guess))
    expect(answers.filter(({ statusCode }) => statusCode === 429).length).toBeGreaterThanOrEqual(40)
    expect(answers.every(({ statusCode }) => [401, 429].includes(statusCode))).toBe(true)
  })
})

describe('On the wire', () => {
  const exchange = (text: string): Promise<string> =>
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
  beforeAll(() => server.app.listen({ port: 0, host: '127.0.0.1' }))

  test('what is not HTTP gets a problem document', async () => {
    const answer = await exchange('HELLO\r\n\r\n')
    expect(answer).toContain('400 Bad Request')
    expect(answer).toContain('application/problem+json')
  })

  test('two lengths for one body (smuggling) are refused', async () => {
    const answer = await exchange(
      'POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    )
    expect(answer).toContain('400')
  })

  test('J29: slow senders are cut: thirty seconds for a request, ten for its headers', () => {
    expect(server.app.server.requestTimeout).toBe(30_000)
    expect(server.app.server.headersTimeout).toBe(10_000)
  })
})
