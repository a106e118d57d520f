// Systems sign in by client credentials; a bearer token is believed only when everything about it is right.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { findClient } from '../../shared/casework/people.ts'
import { readDataFile } from '../../config/files.ts'
import { presetNamed } from '../../services/identity-presets.ts'
import { causesOf } from '../../services/problem.ts'
import { tokenVerifier } from '../../services/tokens.ts'
import { wire } from '../../services/wiring.ts'
import { BASE, startTestServer, type TestServer } from '../support/http.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer(() => [
    (app) => {
      app.get('/v1/who', { config: { permission: 'notice.read-own' } }, (request) => ({
        ...request.principal,
      }))
      app.get('/nodlage', { config: { permission: 'own.page', fresh: true } }, (_request, reply) =>
        reply.send('öppet'),
      )
    },
  ])
})
afterAll(() => server.stop())

const ask = (token: string) =>
  server.app.inject({ url: '/v1/who', headers: { authorization: `Bearer ${token}` } })

const forged = async (claims: Record<string, unknown>, alg = 'ES256') => {
  const { privateKey } = await generateKeyPair('ES256')
  return new SignJWT({ client_id: 'landlord', scope: 'notices', ...claims })
    .setProtectedHeader({ alg, kid: String(server.identity.signingKeys[0]?.['kid']) })
    .setIssuer(server.provider.issuer)
    .setAudience('bokvar')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey)
}
const signed = async (change: (token: SignJWT) => SignJWT, kid?: string, claims = {}, header = {}) => {
  const key = server.identity.signingKeys[0]!
  const token = new SignJWT({ client_id: 'landlord', scope: 'notices', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: kid ?? String(key['kid']), ...header })
    .setIssuer(server.provider.issuer)
    .setAudience('bokvar')
    .setIssuedAt()
    .setExpirationTime('1h')
  return change(token).sign(await importJWK(key as never, 'ES256'))
}

describe('A system', () => {
  test('gets a signed token for its own scope, and is known by its row', async () => {
    const token = await server.token('landlord')
    expect(decodeJwt(token)).toMatchObject({ aud: 'bokvar', scope: 'notices', client_id: 'landlord' })
    const answer = await ask(token)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({
      kind: 'client',
      role: 'landlord',
      name: 'Provbostäder AB',
      scopes: ['notices'],
    })
  })

  test('may send its secret in the body as well', async () => {
    const { id, secret } = server.identity.clients[0]!
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
      scope: 'notices',
    })
    const answer = await fetch(server.provider.tokenUrl, { method: 'POST', body })
    expect(answer.status).toBe(200)
  })

  test.each([
    ['another scope than its own', { scope: 'casework' }, 400],
    ['a wrong secret', { client_secret: 'wrong' }, 401],
    ['an unknown id', { client_id: 'nobody' }, 401],
  ])('is refused with %s', async (_what, change, status) => {
    const { id, secret } = server.identity.clients[0]!
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
      ...change,
    })
    expect((await fetch(server.provider.tokenUrl, { method: 'POST', body })).status).toBe(status)
  })

  test('with a rightful token for another role gets 403, and is told of the scope only if that would help', async () => {
    const answer = await ask(await server.token('kronofogden'))
    expect(answer.statusCode).toBe(403)
    expect(answer.json().code).toBe('forbidden')
  })

  test('that was closed a moment ago is out, whatever its token says', async () => {
    const token = await server.token('landlord')
    await server.owner
      .updateTable('systemClient')
      .set({ active: false })
      .where('clientId', '=', 'landlord')
      .execute()
    const answer = await ask(token)
    await server.owner
      .updateTable('systemClient')
      .set({ active: true })
      .where('clientId', '=', 'landlord')
      .execute()
    expect(answer.statusCode).toBe(403)
    expect(answer.json().code).toBe('client.unknown')
  })
})

describe('A person’s token', () => {
  test.each([
    ['a moment ago', 5, 200],
    ['long ago', 901, 403],
    ['at a time it does not tell', null, 403],
  ])('of a sign-in %s opens what is grave accordingly', async (_when, ago, status) => {
    const auth_time = ago === null ? {} : { auth_time: Math.floor(Date.now() / 1000) - ago }
    const sub = server.identity.people.find(({ role }) => role === 'supervisor')!.sub
    const token = await signed((one) => one, undefined, { sub, client_id: 'app', ...auth_time })
    const answer = await server.app.inject({ url: '/nodlage', headers: { authorization: `Bearer ${token}` } })
    expect(answer.statusCode).toBe(status)
  })

  const eva = () => server.identity.people.find(({ role }) => role === 'supervisor')!
  const client = { clientId: 'x', clientSecret: 'x' }
  const judge = async (claims: Record<string, unknown>, staffIssuer = server.provider.issuer) => {
    const preset = presetNamed(readDataFile('identity/presets.json'), 'standard', ['urn:example:high'])
    const { verifyToken } = wire(server.db, {
      baseUrl: BASE,
      version: '0',
      released: '2026-11-22',
      municipality: { name: 'Örebro kommun', code: '1880' },
      rate: { max: 10, windowSeconds: 1 },
      trustProxy: [],
      tokens: { issuer: server.provider.issuer, audience: 'bokvar' },
      staff: { ...client, issuer: staffIssuer, preset },
      landlords: { ...client, issuer: server.provider.issuer },
      sessionSecrets: ['a-secret-of-a-test-that-is-long-enough'],
      lateSeconds: 60,
      schemaNeeded: '',
    })
    const token = await signed((one) => one, undefined, { sub: eva().sub, client_id: 'app', ...claims })
    return verifyToken(token).then(
      ({ role }) => role,
      ({ code }: { code: string }) => code,
    )
  }

  test('after a sign-in that is sure enough opens the API as the pages', async () => {
    expect(await judge({ acr: 'urn:example:high' })).toBe('supervisor')
  })

  test.each([[{}], [{ acr: 'urn:example:low' }]])(
    'below the level (%j) opens the API no more than the pages',
    async (claims) => {
      expect(await judge(claims)).toBe('login.level')
    },
  )

  test('speaks for nobody whom another provider answers for', async () => {
    expect(await judge({ acr: 'urn:example:high' }, 'https://other.example')).toBe('person.unknown')
  })
})

describe('A token', () => {
  test('signed by the published key is accepted: the negative cases below can fail for nothing else', async () => {
    expect((await ask(await signed((token) => token))).statusCode).toBe(200)
  })

  test('signed by somebody else under our key id is refused', async () => {
    expect((await ask(await forged({}))).statusCode).toBe(401)
  })

  test.each<[string, (token: SignJWT) => SignJWT]>([
    ['for another audience', (token) => token.setAudience('somewhere-else')],
    ['of another issuer', (token) => token.setIssuer('http://evil.example')],
    ['that has ended', (token) => token.setExpirationTime(Math.floor(Date.now() / 1000) - 60)],
    ['that begins tomorrow', (token) => token.setNotBefore('1d')],
  ])('%s is refused, without saying why', async (_what, change) => {
    const answer = await ask(await signed(change))
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'token.invalid', errors: [] })
    expect(answer.headers['www-authenticate']).toContain('Bearer')
  })

  test('is refused with what was wrong as its cause, for the log of whoever set the issuer up', async () => {
    const nobody = { findPerson: async () => null, findClient: async () => null }
    const verify = tokenVerifier({ issuer: server.provider.issuer, audience: 'somewhere-else' }, nobody)
    const refusal = await verify(await signed((token) => token)).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'token.invalid' })
    expect(causesOf(refusal).join()).toMatch(/ERR_JWT_CLAIM_VALIDATION_FAILED aud$/)
  })

  test('under an unknown key id is refused', async () => {
    expect((await ask(await signed((token) => token, 'unknown'))).statusCode).toBe(401)
  })

  test.each([
    ['without a signature', () => `${btoa('{"alg":"none"}')}.${btoa('{"client_id":"landlord"}')}.`],
    ['that is no token', () => 'abc'],
    ['of a megabyte', () => 'a'.repeat(1_000_000)],
  ])('%s is refused', async (_what, make) => {
    expect((await ask(make())).statusCode).toBe(401)
  })

  test('signed with the public key as a shared secret (HS256) is refused', async () => {
    const { d: _private, ...publicKey } = server.identity.signingKeys[0]!
    const token = await new SignJWT({ client_id: 'landlord', scope: 'notices' })
      .setProtectedHeader({ alg: 'HS256', kid: String(publicKey['kid']) })
      .setIssuer(server.provider.issuer)
      .setAudience('bokvar')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(JSON.stringify(publicKey)))
    expect((await ask(token)).statusCode).toBe(401)
  })

  test.each<[string, object, object]>([
    ['of a sign-in (an ID token)', { nonce: 'n' }, {}],
    ['of a sign-in with its code (at_hash)', { at_hash: 'h' }, {}],
    ['of a sign-out', { events: {} }, { typ: 'logout+jwt' }],
    ['of another kind', {}, { typ: 'dpop+jwt' }],
  ])('%s is no access token, though all else in it is right', async (_what, claims, header) => {
    const token = await signed((one) => one, undefined, claims, header)
    expect((await ask(token)).statusCode).toBe(401)
  })

  test('that brings its own key, or says where to fetch one, is refused', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    for (const header of [{ jwk }, { jku: 'https://evil.example/jwks' }, { x5u: 'https://evil.example/c' }]) {
      const token = await new SignJWT({ client_id: 'landlord', scope: 'notices' })
        .setProtectedHeader({ alg: 'ES256', ...header })
        .setIssuer(server.provider.issuer)
        .setAudience('bokvar')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey)
      expect((await ask(token)).statusCode).toBe(401)
    }
  })

  test('in the query string is refused, though it is a rightful one', async () => {
    const answer = await server.app.inject({ url: `/v1/who?access_token=${await server.token('landlord')}` })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().code).toBe('token.in-query')
  })

  test('cannot be judged while the issuer is away: 503, not 401', async () => {
    const nobody = { findPerson: async () => null, findClient: async () => null }
    const verify = tokenVerifier({ issuer: 'http://127.0.0.1:9', audience: 'bokvar' }, nobody)
    const refusal = await verify('a.b.c').catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'login.unavailable' })
    expect(causesOf(refusal).length).toBeGreaterThan(0)
  })

  test('signed by a key the issuer has since taken up is accepted (rotation)', async () => {
    const pairs = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
    const published: Record<string, unknown>[] = []
    const issuer = createServer((request, response) => {
      const name = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
      const keys = { keys: published }
      response.end(
        JSON.stringify(request.url === '/jwks' ? keys : { issuer: name, jwks_uri: `${name}/jwks` }),
      )
    })
    await new Promise<void>((resolve) => {
      issuer.listen(0, '127.0.0.1', resolve)
    })
    const name = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
    const directory = { findPerson: async () => null, findClient: (id: string) => findClient(server.db, id) }
    const verify = tokenVerifier({ issuer: name, audience: 'bokvar', keyCooldownMs: 0 }, directory)
    const write = (kid: number) =>
      new SignJWT({ client_id: 'landlord' })
        .setProtectedHeader({ alg: 'ES256', kid: String(kid) })
        .setIssuer(name)
        .setAudience('bokvar')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(pairs[kid]!.privateKey)
    try {
      published.push({ ...(await exportJWK(pairs[0].publicKey)), kid: '0' })
      await expect(verify(await write(0))).resolves.toMatchObject({ id: 'landlord' })
      await expect(verify(await write(1))).rejects.toMatchObject({ code: 'token.invalid' })
      published.push({ ...(await exportJWK(pairs[1].publicKey)), kid: '1' })
      await expect(verify(await write(1))).resolves.toMatchObject({ id: 'landlord' })
    } finally {
      issuer.closeAllConnections()
      issuer.close()
    }
  })
})
