// Signing in: systems by client credentials, people by code with PKCE, and the attacks on both.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { sql } from 'kysely'
import { findClient } from '../../shared/casework/people.ts'
import { localPath } from '../../services/login.ts'
import { tokenVerifier } from '../../services/tokens.ts'
import { renderPage } from '../../services/web/frame.ts'
import { signIn, tokenOn, visit } from '../support/browser-less.ts'
import { startTestServer, type TestServer } from '../support/http.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer(() => [
    (app) => {
      app.get('/', { config: { permission: 'own.page' } }, (request, reply) =>
        renderPage(reply, 'about', { title: 'Start', paragraphs: [`Hej ${request.principal?.role}`] }),
      )
      app.post('/gor', { config: { permission: 'own.page' } }, (_request, reply) => reply.redirect('/'))
      app.get('/v1/who', { config: { permission: 'notice.read-own' } }, (request) => ({
        ...request.principal,
      }))
    },
  ])
}, 60_000)
afterAll(() => server.stop())

const person = (username: string) => server.identity.people.find((one) => one.username === username)!
const ask = (token: string) =>
  server.app.inject({ url: '/v1/who', headers: { authorization: `Bearer ${token}` } })

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

describe('A token', () => {
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
  const signed = async (change: (token: SignJWT) => SignJWT, kid?: string) => {
    const key = server.identity.signingKeys[0]!
    const token = new SignJWT({ client_id: 'landlord', scope: 'notices' })
      .setProtectedHeader({ alg: 'ES256', kid: kid ?? String(key['kid']) })
      .setIssuer(server.provider.issuer)
      .setAudience('bokvar')
      .setIssuedAt()
      .setExpirationTime('1h')
    return change(token).sign(await importJWK(key as never, 'ES256'))
  }

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

  test('in the query string is refused, though it is a rightful one', async () => {
    const answer = await server.app.inject({ url: `/v1/who?access_token=${await server.token('landlord')}` })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().code).toBe('token.in-query')
  })

  test('cannot be judged while the issuer is away: 503, not 401', async () => {
    const nobody = { findPerson: async () => null, findClient: async () => null }
    const verify = tokenVerifier({ issuer: 'http://127.0.0.1:9', audience: 'bokvar' }, nobody)
    await expect(verify('a.b.c')).rejects.toMatchObject({ code: 'login.unavailable' })
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
      published.push({ ...(await exportJWK(pairs[0]!.publicKey)), kid: '0' })
      await expect(verify(await write(0))).resolves.toMatchObject({ id: 'landlord' })
      await expect(verify(await write(1))).rejects.toMatchObject({ code: 'token.invalid' })
      published.push({ ...(await exportJWK(pairs[1]!.publicKey)), kid: '1' })
      await expect(verify(await write(1))).resolves.toMatchObject({ id: 'landlord' })
    } finally {
      issuer.closeAllConnections()
      issuer.close()
    }
  })
})

describe('A person', () => {
  test('who is not signed in is led to the choice of ways, and back to the page they wanted', async () => {
    const answer = await server.app.inject({ url: '/' })
    expect(answer.statusCode).toBe(302)
    expect(answer.headers.location).toBe('/login?next=%2F')
  })

  test.each([
    ['hanna', 'staff', 'caseworker'],
    ['lars.landlord', 'landlords', 'landlord'],
  ] as const)('%s signs in as %s and is a %s', async (username, way, role) => {
    const { page } = await signIn(server.app, person(username), '/', way)
    expect(page.status).toBe(200)
    expect(page.body).toContain(`Hej ${role}`)
    expect(page.headers.get('cache-control')).toBe('no-store')
  })

  test('with a wrong password stays at the form, and the password is not shown again', async () => {
    const { page } = await signIn(server.app, { username: 'hanna', password: 'fel-losenord' })
    expect(page.body).toContain('lösenordet är fel')
    expect(page.body).not.toContain('fel-losenord')
  })

  test('has a strict cookie, and the database knows only its hash', async () => {
    const { jar } = await signIn(server.app, person('hanna'))
    const [, value = ''] = [...jar.get('http://localhost:3999')!].find(([name]) => name.startsWith('bokvar'))!
    const id = decodeURIComponent(value).split('.')[0]!
    const rows = await server.owner.selectFrom('webSession').selectAll().execute()
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain(id)
  })

  test('A1: gets a new session at sign-in, and the one from before is dead', async () => {
    const jar = new Map()
    const form = await visit(server.app, jar, '/login/staff')
    const planted = new Map([...jar].map(([origin, cookies]) => [origin, new Map(cookies)])) as typeof jar
    const action = /<form[^>]*action="([^"]+)"/.exec(form.body)![1]!
    const { username, password } = person('hanna')
    await visit(server.app, jar, new URL(action, form.url).href, {
      method: 'POST',
      body: new URLSearchParams({ username, password }),
    })
    const before = await visit(server.app, planted, '/')
    expect(before.body).not.toContain('Hej caseworker')
    expect((await visit(server.app, jar, '/')).body).toContain('Hej caseworker')
  })

  test('A5: removed while signed in, is out at the next click', async () => {
    const { jar } = await signIn(server.app, person('viktor'))
    await server.owner.updateTable('person').set({ active: false }).where('subject', '=', 'viktor').execute()
    const page = await visit(server.app, jar, '/')
    expect(page.status).toBe(403)
    expect(page.body).toContain('ingen behörighet')
  })

  test('whose role changed has the new one at the next click', async () => {
    const { jar } = await signIn(server.app, person('stina'))
    await server.owner
      .updateTable('person')
      .set({ role: 'supervisor' })
      .where('subject', '=', 'stina')
      .execute()
    expect((await visit(server.app, jar, '/')).body).toContain('Hej supervisor')
  })

  test('unknown here, though the provider knows them, gets no session', async () => {
    await server.owner.deleteFrom('person').where('subject', '=', 'lo').execute()
    const { page, jar } = await signIn(server.app, person('lo'))
    expect(page.status).toBe(403)
    expect((await visit(server.app, jar, '/')).body).not.toContain('Hej')
  })

  test('is signed out after 30 idle minutes and after eight hours, by the clock of the database', async () => {
    const { jar } = await signIn(server.app, person('bo'))
    await sql`insert into clock_shift (shift) values (interval '29 minutes')`.execute(server.owner)
    expect((await visit(server.app, jar, '/')).body).toContain('Hej counsellor')
    for (let minutes = 58; minutes < 8 * 60; minutes += 29) {
      await sql`update clock_shift set shift = make_interval(mins => ${minutes})`.execute(server.owner)
      await visit(server.app, jar, '/')
    }
    expect((await visit(server.app, jar, '/')).body).toContain('Hej counsellor')
    await sql`update clock_shift set shift = interval '8 hours 1 minute'`.execute(server.owner)
    expect((await visit(server.app, jar, '/')).body).not.toContain('Hej')
    await sql`delete from clock_shift`.execute(server.owner)

    const idle = await signIn(server.app, person('bo'))
    await sql`insert into clock_shift (shift) values (interval '31 minutes')`.execute(server.owner)
    expect((await visit(server.app, idle.jar, '/')).body).not.toContain('Hej')
    await sql`delete from clock_shift`.execute(server.owner)
  })

  test('signs out here and at the provider', async () => {
    const { jar, page } = await signIn(server.app, person('eva'))
    const out = await visit(server.app, jar, '/logout', {
      method: 'POST',
      body: new URLSearchParams({ _csrf: tokenOn(page) }),
    })
    expect(out.url.startsWith(server.provider.issuer)).toBe(true)
    expect(out.body).toContain('Logga ut')
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(out.body)![1]!
    const done = await visit(server.app, jar, `${server.provider.issuer}/session/end/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf, logout: 'yes' }),
    })
    expect(done.url).toContain('/logged-out')
    expect((await visit(server.app, jar, '/')).body).not.toContain('Hej')
    const again = await visit(server.app, jar, '/login/staff')
    expect(again.body).toContain('Användarnamn')
  })

  test('W1: a form without token, or with another session’s, changes nothing', async () => {
    const { jar, page } = await signIn(server.app, person('eva'))
    const other = await signIn(server.app, person('bo'))
    const send = (fields: Record<string, string>, headers = {}) =>
      visit(server.app, jar, '/gor', { method: 'POST', body: new URLSearchParams(fields), headers })
    expect((await send({})).status).toBe(403)
    expect((await send({ _csrf: tokenOn(other.page) })).status).toBe(403)
    expect((await send({ _csrf: tokenOn(page) }, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await send({ _csrf: tokenOn(page) }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await send({ _csrf: tokenOn(page) }, { origin: 'http://localhost:3999' })).status).toBe(200)
  })

  test.each(['state', 'code'])('a callback with a wrong %s signs nobody in', async (what) => {
    const jar = new Map()
    const form = await visit(server.app, jar, '/login/staff')
    expect(form.status).toBe(200)
    const query = new URLSearchParams({ state: 'x', code: 'y', iss: server.provider.issuer })
    query.set(what, 'forged')
    const page = await visit(server.app, jar, `/login/staff/callback?${query}`)
    expect(page.status).toBe(400)
    expect((await visit(server.app, jar, '/')).body).not.toContain('Hej')
  })

  test.each([
    ['/uppgifter', '/uppgifter'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['/a?b=c', '/'],
    [['/a', '/b'], '/'],
  ])('after sign-in %s leads to %s', (wish, path) => {
    expect(localPath(wish)).toBe(path)
  })
})

describe('The demo’s identity file', () => {
  test('keeps its passwords and secrets when it is made again', async () => {
    const { mkdtempSync, writeFileSync, statSync } = await import('node:fs')
    const { makeDemoIdentity } = await import('../../services/identity/demo-identity.ts')
    const dataDir = mkdtempSync('/tmp/bokvar-identity-')
    const peopleCsv = `${dataDir}/people.csv`
    writeFileSync(
      peopleCsv,
      'role;committee;unit;username;name;email\ncaseworker;A;B;anna;Anna A;a@example.se\n',
    )
    const options = { peopleCsv, baseUrl: 'http://localhost:1', dataDir }
    const first = makeDemoIdentity(options)
    expect(makeDemoIdentity(options)).toEqual(first)
    writeFileSync(
      peopleCsv,
      'role;committee;unit;username;name;email\ncaseworker;A;B;anna;Anna A;a@example.se\nvisitor;;;bo;Bo;\n',
    )
    const second = makeDemoIdentity({ ...options, baseUrl: 'http://localhost:2' })
    expect(second.people[0]).toEqual(first.people[0])
    expect(second.web.staff.secret).toBe(first.web.staff.secret)
    expect(second.web.staff.redirectUris).toEqual(['http://localhost:2/login/staff/callback'])
    expect(statSync(`${dataDir}/identity.json`).mode & 0o777).toBe(0o600)
  })
})
