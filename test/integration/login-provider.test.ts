// What a provider says at sign-in is believed only with its own signature, for us, for this very sign-in, and by its lasting id.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createServer, type Server as HttpServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { buildServer, type Routes, type Server } from '../../services/http.ts'
import { wire } from '../../services/wiring.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { visit, type Jar } from '../support/browser-less.ts'
import { freshDatabase } from '../support/cluster.ts'
import { BASE } from '../support/http.ts'

type Said = { claims: JWTPayload; key: Parameters<SignJWT['sign']>[0]; kid: string }

const [own, other] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
/** What the provider's next token says; each test changes one thing in it. */
let said: Said
let named: string
let provider: HttpServer
let issuer: string
let server: Server
let db: Db
let close: () => Promise<void>

async function answerOf(path: string): Promise<object> {
  if (path === '/jwks') return { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'ES256' }] }
  if (path !== '/token')
    return {
      issuer: named,
      jwks_uri: `${issuer}/jwks`,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      id_token_signing_alg_values_supported: ['ES256'],
    }
  const token = new SignJWT(said.claims).setProtectedHeader({ alg: 'ES256', kid: said.kid })
  return { access_token: 'a', token_type: 'bearer', expires_in: 60, id_token: await token.sign(said.key) }
}

/** The service with this provider for both ways; it has not asked the provider anything yet. */
async function open(): Promise<Server> {
  const client = { issuer, clientId: 'us', clientSecret: 'x' }
  const { login, ...wired } = wire(db, {
    baseUrl: BASE,
    version: '0',
    released: '2026-11-22',
    municipality: { name: 'Örebro kommun', code: '1880' },
    rate: { max: 1000, windowSeconds: 1 },
    trustProxy: [],
    tokens: { issuer, audience: 'bokvar' },
    staff: client,
    landlords: client,
    sessionSecrets: ['a-secret-of-a-test-that-is-long-enough'],
    lateSeconds: 60,
    schemaNeeded: '',
  })
  const home: Routes = (app) => {
    app.get('/', { config: { permission: 'own.page' } }, () => 'inne')
  }
  return buildServer({ ...wired, logger: false, routes: [login, home] })
}

beforeAll(async () => {
  provider = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    const answer = async () => response.end(JSON.stringify(await answerOf(String(request.url))))
    void answer()
  })
  await once(provider.listen(0, '127.0.0.1'), 'listening')
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  named = issuer
  const database = await freshDatabase()
  const owner = openDatabase({ url: database.url, role: 'owner', max: 1 })
  await owner
    .insertInto('person')
    .values({ subject: 'eva-1', username: 'eva', name: 'Eva', email: 'eva@example.se', role: 'statistician' })
    .execute()
  db = openDatabase({ url: database.url, role: 'bokvar_web', max: 2 })
  server = await open()
  close = async () => {
    await server.app.close()
    await Promise.all([db.destroy(), owner.destroy()])
    await database.drop()
    await new Promise((done) => provider.close(done))
  }
})
afterAll(() => close())

/** Signs in with a token changed as told: the last status, and whether somebody is signed in then. */
async function signInWith(change: (good: Said) => Said, { app }: Server = server) {
  const begun = await app.inject({ url: '/login/staff' })
  const asked = new URL(begun.headers.location ?? BASE, BASE).searchParams
  const [cookie = ''] = [begun.headers['set-cookie'] ?? []].flat()
  const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=')
  const jar: Jar = new Map([[BASE, new Map([[name, value]])]])
  const now = Math.floor(Date.now() / 1000)
  const nonce = asked.get('nonce') ?? ''
  const claims = { sub: 'eva-1', iss: issuer, aud: 'us', iat: now, exp: now + 60, nonce }
  said = change({ claims, key: own.privateKey, kid: 'own' })
  const { status } = await visit(app, jar, `/login/staff/callback?state=${asked.get('state') ?? ''}&code=c`)
  return { status, isIn: (await visit(app, jar, '/')).body === 'inne' }
}

const saying = (claims: JWTPayload) => (good: Said) => ({ ...good, claims: { ...good.claims, ...claims } })

describe('A sign-in token', () => {
  test('that is right in all lets in: the cases below can fail for nothing else', async () => {
    expect(await signInWith((good) => good)).toEqual({ status: 200, isIn: true })
  })

  test.each<[string, (good: Said) => Said]>([
    ['signed by somebody else under the provider’s key id', (good) => ({ ...good, key: other.privateKey })],
    ['signed under a key that the provider does not publish', (good) => ({ ...good, kid: 'unknown' })],
    ['of another sign-in (nonce)', saying({ nonce: 'of-yesterday' })],
    ['without the nonce', saying({ nonce: undefined })],
    ['for another client (audience)', saying({ aud: 'somebody-else' })],
    ['of another issuer', saying({ iss: 'https://evil.example' })],
    ['that has ended', saying({ exp: 1 })],
  ])('%s lets nobody in', async (_what, change) => {
    expect(await signInWith(change)).toEqual({ status: 400, isIn: false })
  })

  test('with everything of Eva’s but her lasting id is nobody here', async () => {
    const stranger = { sub: 'eva-2', name: 'Eva', preferred_username: 'eva', email: 'eva@example.se' }
    expect(await signInWith(saying(stranger))).toEqual({ status: 403, isIn: false })
  })
})

test('a provider that calls itself otherwise than we know it is asked for nothing', async () => {
  named = 'https://evil.example'
  const fresh = await open()
  try {
    expect((await fresh.app.inject({ url: '/login/staff' })).statusCode).toBe(503)
    const token = await new SignJWT({ client_id: 'x' })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(other.privateKey)
    const headers = { authorization: `Bearer ${token}` }
    expect((await fresh.app.inject({ url: '/v1/api-info', headers })).statusCode).toBeGreaterThanOrEqual(500)
  } finally {
    named = issuer
    await fresh.app.close()
  }
})
