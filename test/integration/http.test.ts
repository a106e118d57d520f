// Addresses, errors and what every answer bears: clear problem documents, nothing of what was sent in them.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Writable } from 'node:stream'
import pino from 'pino'
import { sql } from 'kysely'
import { findReadiness } from '../../shared/casework/readiness.ts'
import { CANARY, echoRoutes, expectProblem } from '../support/echo.ts'
import { BASE, startTestServer, type TestServer } from '../support/http.ts'

let server: TestServer
let token: string
const lines: string[] = []

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  server = await startTestServer(echoRoutes, (deps) => ({
    ...deps,
    logger: pino({ level: 'info' }, sink),
  }))
  token = await server.token('landlord')
})
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

const get = (url: string, headers = {}) => server.app.inject({ url, headers: authorized(headers) })
const fail = (how: string) => server.app.inject({ url: `/v1/fail/${how}` })
describe('An address', () => {
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

  test('of a page that does not exist is answered with a page, which repeats nothing of it', async () => {
    const answer = await server.app.inject({ url: '/finns-inte/Kanariefågel-19811228-9874?q=Kanariefågel' })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(answer.body).toContain('<h1')
    expect(decodeURIComponent(answer.body)).not.toMatch(/Kanariefågel|19811228/)
  })

  test('of the API is the API’s however it is written: no form is read there, and no page answers', async () => {
    const headers = authorized({ 'content-type': 'application/x-www-form-urlencoded' })
    const sent = { method: 'POST' as const, url: '/%761/echo', headers, payload: 'name=x' }
    expectProblem(await server.app.inject(sent), 415, 'content-type')
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

const refusedTypes = async (): Promise<number> => {
  const { body } = await server.app.inject({ url: '/metrics' })
  const line = /bokvar_http_refusals_total\{route="\/v1\/echo",code="content-type"\} (\d+)/.exec(body)
  return Number(line?.[1] ?? 0)
}

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
    const before = await refusedTypes()
    await post('{}', { 'content-type': 'text/plain' })
    expect(await refusedTypes()).toBe(before + 1)
  })

  test('W12: sends its hardening headers with every answer: no frame, no cache, no address passed on', async () => {
    const undecodable = '/v1/fail/%E0%A4%A'
    for (const url of [
      '/login',
      '/v1/api-info',
      '/health/live',
      '/finns-inte',
      '/v1/finns-inte',
      undecodable,
    ]) {
      const { headers } = await server.app.inject({ url })
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'self'")
      for (const rule of ['object-src', 'base-uri', 'frame-ancestors'])
        expect(policy).toContain(`${rule} 'none'`)
      expect(policy).not.toMatch(/unsafe-|https?:\/\/(?!localhost)/)
    }
  })

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'shows its figures inside, and not through a proxy (%s)',
    async (header) => {
      expect((await server.app.inject({ url: '/metrics' })).statusCode).toBe(200)
      const outside = await server.app.inject({ url: '/metrics', headers: { [header]: '203.0.113.7' } })
      expectProblem(outside, 404, 'not-found')
    },
  )

  test('says what it is, after Digg’s profile', async () => {
    const answer = await server.app.inject({ url: '/v1/api-info' })
    expect(answer.json()).toEqual({
      apiName: 'Bokvar',
      apiVersion: '0.0.0-test',
      apiReleased: '2026-11-22',
      apiDocumentation: `${BASE}/docs`,
      apiStatus: 'active',
    })
  })

  test('is ready when the schema is the one its code needs, and tells how long work has waited', async () => {
    const ready = async () => (await server.app.inject({ url: '/health/ready' })).json()
    expect(await ready()).toMatchObject({ status: 'ready', oldestUndoneSeconds: 0 })
    await sql`insert into outbox (topic, subject_id, available_at)
      values ('test', gen_random_uuid(), clock_now() - interval '90 seconds')`.execute(server.owner)
    expect((await ready()).oldestUndoneSeconds).toBeGreaterThanOrEqual(90)
    await sql`delete from outbox`.execute(server.owner)
    expect(await findReadiness(server.db, '9999-from-the-future')).toMatchObject({ ok: false })
  })

  test('describes itself in OpenAPI 3.1 from what validates, problems included', async () => {
    const document = (await server.app.inject({ url: '/openapi.json' })).json()
    expect(document.openapi).toBe('3.1.0')
    const operation = document.paths['/v1/echo'].post
    expect(operation.requestBody.content['application/json'].schema.required).toEqual(['name'])
    expect(operation.security).toEqual([{ token: ['notices'] }])
    expect(document.paths['/v1/api-info'].get.security).toEqual([])
    expect(operation.responses.default).toEqual({ $ref: '#/components/responses/Problem' })
  })

  test('shows its API under a policy of its own', async () => {
    const answer = await server.app.inject({ url: '/docs' })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-security-policy']).toContain("style-src 'self' 'unsafe-hashes'")
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

describe('To a browser', () => {
  test('no answer says that another site may read it', async () => {
    for (const method of ['GET', 'OPTIONS'] as const) {
      const asked = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
      const { headers } = await server.app.inject({ method, url: '/v1/echo', headers: authorized(asked) })
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  test.each([
    ['/login', 'text/html; charset=utf-8'],
    ['/finns-inte', 'text/html; charset=utf-8'],
    ['/assets/app.css', 'text/css; charset=utf-8'],
    ['/assets/app.js', 'application/javascript; charset=utf-8'],
    ['/metrics', 'text/plain; version=0.0.4; charset=utf-8'],
    ['/v1/api-info', 'application/json; charset=utf-8'],
    ['/v1/finns-inte', 'application/problem+json'],
  ])('%s says what it is and how its letters are written: %s', async (url, type) => {
    expect((await server.app.inject({ url })).headers['content-type']).toBe(type)
  })

  test('TRACE gives nothing back, and no folder is listed', async () => {
    const traced = await server.app.inject({
      method: 'TRACE' as 'GET',
      url: '/v1/echo',
      headers: { x: CANARY },
    })
    expect(traced.statusCode).toBeGreaterThanOrEqual(400)
    expect(traced.body).not.toContain(CANARY)
    for (const url of ['/assets/', '/assets', '/.git/config', '/package.json', '/.env'])
      expect((await server.app.inject({ url })).statusCode).toBe(404)
  })

  test('what is written with two layers of encoding is taken off one', async () => {
    expect((await server.app.inject({ url: '/assets/%252e%252e/package.json' })).statusCode).toBe(404)
    const answer = await post('{"name":"%3Cb%3E &lt;b&gt; \\\\u003c"}')
    expect(answer.json().name).toBe('%3Cb%3E &lt;b&gt; \\u003c')
  })

  test('a line break in a header is one line in the log', async () => {
    lines.length = 0
    await get('/v1/nothing%0a{"level":60,"msg":"forged"}', { 'user-agent': 'a%0d%0ab' })
    expect(lines.join('').trim().split('\n').length).toBe(lines.length)
    for (const line of lines) expect(JSON.parse(line)).not.toMatchObject({ msg: 'forged' })
  })
})
