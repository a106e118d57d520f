// The attacks on sign-in of the threat list, A1–A9 (A8: login-systems.test.ts), each against the whole server with a real identity provider.
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { generateKeyPair, importJWK, SignJWT, type JWTPayload } from 'jose'
import { readDataFile } from '../../config/files.ts'
import { presetNamed } from '../../services/identity-presets.ts'
import { PASSWORD_LEVEL } from '../../services/identity/provider.ts'
import { breakGlassPages } from '../../services/web/break-glass.ts'
import { signIn, tokenOn, visit, type Jar } from '../support/browser-less.ts'
import { BASE, startTestServer, type TestServer } from '../support/http.ts'

const presets = readDataFile('identity/presets.json')
const pair = await generateKeyPair('ES256')
let server: TestServer

beforeAll(async () => {
  server = await startTestServer(
    () => [
      (app) => {
        app.get('/', { config: { permission: 'own.page' } }, (request, reply) =>
          reply
            .type('text/html')
            .send(`<p>Hej ${request.principal?.role} ${request.principal?.committee}</p>`),
        )
        app.get('/avslutar', { config: { permission: 'case.close' } }, (_request, reply) => reply.send('ja'))
        app.get('/nodlage', { config: { permission: 'own.page', fresh: true } }, (_request, reply) =>
          reply.send('öppet'),
        )
        app.get('/v1/who', { config: { permission: 'notice.read-own' } }, (request) => ({
          id: request.principal?.id,
        }))
      },
    ],
    undefined,
    {
      staffPreset: presetNamed(presets, 'standard', [PASSWORD_LEVEL]),
    },
  )
})
afterAll(() => server.stop())

const person = (username: string) => server.identity.people.find((one) => one.username === username)!
const cookieOf = (jar: Jar) =>
  [...(jar.get(BASE) ?? [])].find(([name]) => name.startsWith('bokvar'))?.[1] ?? ''
const isIn = async (jar: Jar) => (await visit(server.app, jar, '/')).body.includes('Hej')

describe('A1: a session planted before sign-in', () => {
  test('gets another id at sign-in, and the planted one opens nothing', async () => {
    const jar: Jar = new Map()
    await visit(server.app, jar, '/login/staff')
    const planted = cookieOf(jar)
    expect(planted).not.toBe('')
    const signedIn = await signIn(server.app, person('eva'))
    // The victim goes on in the browser that the attacker prepared: the sign-in above is repeated with its cookie.
    const form = await visit(server.app, jar, '/login/staff')
    const action = /<form[^>]*action="([^"]+)"/.exec(form.body)?.[1] ?? '/'
    const { username, password } = person('eva')
    await visit(server.app, jar, new URL(action, form.url).href, {
      method: 'POST',
      body: new URLSearchParams({ username, password }),
    })
    expect(await isIn(jar)).toBe(true)
    expect(cookieOf(jar)).not.toBe(planted)
    const attacker: Jar = new Map([[BASE, new Map([[[...jar.get(BASE)!.keys()][0]!, planted]])]])
    expect(await isIn(attacker)).toBe(false)
    expect(await isIn(signedIn.jar)).toBe(true)
  })
})

describe('A2: a stolen copy of the session table', () => {
  test('holds no cookie that works', async () => {
    const { jar } = await signIn(server.app, person('eva'))
    const raw = decodeURIComponent(cookieOf(jar)).split('.')[0]!
    const { rows } = await sql<{ id: string }>`select id from web_session`.execute(server.owner)
    expect(rows.map(({ id }) => id)).not.toContain(raw)
    expect(rows.map(({ id }) => id)).toContain(createHash('sha256').update(raw).digest('base64url'))
  })

  test('holds no token of the provider’s either: the service has no use for them after the sign-in', async () => {
    await signIn(server.app, person('eva'))
    const { rows } = await sql<{ data: string }>`select data::text from web_session`.execute(server.owner)
    expect(rows.map(({ data }) => data).join('')).not.toMatch(/eyJ|access_token|id_token|refresh/)
  })
})

describe('A3: a sign-in that is not sure or fresh enough', () => {
  test('at the level that is asked for is let in', async () => {
    const { page } = await signIn(server.app, person('eva'))
    expect(page.body).toContain('Hej')
  })

  test('below the level is refused, and no session begins', async () => {
    const strict = await startTestServer(() => [], undefined, {
      staffPreset: presetNamed(presets, 'oidc.se'),
    })
    try {
      const { jar, page } = await signIn(
        strict.app,
        strict.identity.people.find(({ role }) => role === 'supervisor')!,
      )
      expect(page.status).toBe(403)
      expect(page.body).toContain('kräver en säkrare inloggning')
      expect((await visit(strict.app, jar, '/')).body).not.toContain('Hej')
    } finally {
      await strict.stop()
    }
  })

  test('of long ago must be renewed for what is grave, and the provider asks for the password again', async () => {
    const { jar } = await signIn(server.app, person('eva'))
    const asked = await visit(server.app, jar, '/nodlage')
    expect(asked.url.startsWith(server.provider.issuer)).toBe(true)
    expect(asked.body).toContain('Användarnamn')
    const action = /<form[^>]*action="([^"]+)"/.exec(asked.body)?.[1] ?? '/'
    const { username, password } = person('eva')
    const opened = await visit(server.app, jar, new URL(action, asked.url).href, {
      method: 'POST',
      body: new URLSearchParams({ username, password }),
    })
    expect({ url: opened.url, body: opened.body }).toEqual({ url: `${BASE}/nodlage`, body: 'öppet' })
    await sql`update web_session set data = data || jsonb_build_object('authTime', extract(epoch from now())::int - 901)`.execute(
      server.owner,
    )
    expect((await visit(server.app, jar, '/nodlage')).body).toContain('Användarnamn')
    expect(await isIn(jar)).toBe(true)
  })
})

test('A3: a case is opened in need after a fresh sign-in only, at the form and at the deed', () => {
  const asked: unknown[] = []
  const note = (path: string, { config }: { config: object }) => void asked.push([path, config])
  breakGlassPages({ get: note, post: note } as never, {} as never)
  const config = { permission: 'case.break-glass', fresh: true }
  expect(asked).toEqual(['/nodoppning', '/nodoppning'].map((path) => [path, config]))
})

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

describe('A sign-in that another site begins', () => {
  test.each(['cross-site', 'same-site'])(
    '(%s) ends at the choice of ways: a session begins by one’s own doing',
    async (site) => {
      const answer = await server.app.inject({
        url: '/login/staff?next=/uppgifter',
        headers: { 'sec-fetch-site': site },
      })
      expect(answer.headers.location).toBe('/login?next=%2Fuppgifter')
      expect(answer.headers['set-cookie']).toBeUndefined()
    },
  )

  test('from our own page, or typed, goes to the provider', async () => {
    for (const site of ['same-origin', 'none']) {
      const { headers } = await server.app.inject({
        url: '/login/staff',
        headers: { 'sec-fetch-site': site },
      })
      expect(headers.location).toContain(server.provider.issuer)
    }
  })
})

describe('A4: a message that somebody has signed out', () => {
  const write = async (
    claims: JWTPayload,
    change: (token: SignJWT) => SignJWT = (token) => token,
    typ = 'logout+jwt',
  ) => {
    const key = server.identity.signingKeys[0]!
    const token = new SignJWT({ jti: randomUUID(), events: { [EVENT]: {} }, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: String(key['kid']), typ })
      .setIssuer(server.provider.issuer)
      .setAudience(server.identity.web.staff.id)
      .setIssuedAt()
      .setExpirationTime('2m')
    return change(token).sign(await importJWK(key as never, 'ES256'))
  }
  const tell = (logout_token: string) =>
    server.app.inject({
      method: 'POST',
      url: '/login/staff/backchannel-logout',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ logout_token }).toString(),
    })

  test('from the provider ends that person’s sessions, and nobody else’s; twice is once', async () => {
    const [eva, bo] = [await signIn(server.app, person('eva')), await signIn(server.app, person('bo'))]
    const token = await write({ sub: 'eva' })
    for (let time = 0; time < 2; time++) {
      const answer = await tell(token)
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['cache-control']).toBe('no-store')
    }
    expect(await isIn(eva.jar)).toBe(false)
    expect(await isIn(bo.jar)).toBe(true)
  })

  test.each<[string, () => Promise<string>]>([
    ['without the event', () => write({ sub: 'bo', events: {} })],
    ['with a nonce, as a sign-in token has', () => write({ sub: 'bo', nonce: 'x' })],
    ['of no kind of its own', () => write({ sub: 'bo' }, undefined, 'JWT')],
    ['that names nobody', () => write({})],
    ['for another client', () => write({ sub: 'bo' }, (token) => token.setAudience('somebody-else'))],
    ['of another issuer', () => write({ sub: 'bo' }, (token) => token.setIssuer('http://evil.example'))],
    [
      'of an hour ago',
      () => write({ sub: 'bo' }, (token) => token.setIssuedAt(Math.floor(Date.now() / 1000) - 3600)),
    ],
    [
      'signed by somebody else',
      async () =>
        new SignJWT({ sub: 'bo', jti: 'x', events: { [EVENT]: {} } })
          .setProtectedHeader({
            alg: 'ES256',
            kid: String(server.identity.signingKeys[0]!['kid']),
            typ: 'logout+jwt',
          })
          .setIssuer(server.provider.issuer)
          .setAudience(server.identity.web.staff.id)
          .setIssuedAt()
          .sign(pair.privateKey),
    ],
    ['that is no token', async () => 'abc'],
  ])('%s ends nothing', async (_what, make) => {
    const { jar } = await signIn(server.app, person('bo'))
    expect((await tell(await make())).statusCode).toBe(400)
    expect(await isIn(jar)).toBe(true)
  })
})

describe('A5, A6: rights that are taken away while somebody is signed in', () => {
  test('A5: whoever is removed from the committee is out at the next request', async () => {
    const { jar } = await signIn(server.app, person('hanna'))
    expect(await isIn(jar)).toBe(true)
    await server.owner.updateTable('person').set({ active: false }).where('subject', '=', 'hanna').execute()
    expect((await visit(server.app, jar, '/')).status).toBe(403)
    await server.owner.updateTable('person').set({ active: true }).where('subject', '=', 'hanna').execute()
  })

  test('A6: a role that is taken away stops at the next request, and a new one works as soon', async () => {
    const { jar } = await signIn(server.app, person('hanna'))
    const set = (role: string) =>
      server.owner.updateTable('person').set({ role }).where('subject', '=', 'hanna').execute()
    expect((await visit(server.app, jar, '/avslutar')).body).toBe('ja')
    await set('visitor')
    expect((await visit(server.app, jar, '/avslutar')).status).toBe(403)
    await set('caseworker')
    expect((await visit(server.app, jar, '/avslutar')).body).toBe('ja')
  })
})

describe('A7: a system’s token', () => {
  const ask = (headers: Record<string, string>, url = '/v1/who') => server.app.inject({ url, headers })

  test.each([
    ['wrong', 'abc.def.ghi'],
    ['empty', ''],
    ['of a megabyte', 'a'.repeat(1_000_000)],
  ])('A7: a token that is %s is refused alike, whoever it is for', async (_what, token) => {
    const answer = await ask({ authorization: `Bearer ${token}` })
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'token.invalid', errors: [] })
  })

  test('A7: a token in the address is refused though it is right, and another system’s gets nothing', async () => {
    expect((await ask({}, `/v1/who?access_token=${await server.token('landlord')}`)).statusCode).toBe(400)
    const other = await ask({ authorization: `Bearer ${await server.token('system')}` })
    expect(other.statusCode).toBe(403)
  })
})

describe('A9: the identity provider is away', () => {
  test('who is signed in goes on working; who signs in is told to try again', async () => {
    const alone = await startTestServer(() => [
      (app) => {
        app.get('/', { config: { permission: 'own.page' } }, (_request, reply) =>
          reply.type('text/html').send('Hej'),
        )
      },
    ])
    try {
      const { jar, page } = await signIn(
        alone.app,
        alone.identity.people.find(({ role }) => role === 'supervisor')!,
      )
      await alone.provider.stop()
      expect((await visit(alone.app, jar, '/')).body).toBe('Hej')
      const late = await visit(alone.app, new Map(), '/login/landlords')
      expect(late.status).toBe(503)
      expect(late.body).toContain('svarar inte just nu')
      expect(late.headers.get('retry-after')).not.toBeNull()
      expect(tokenOn(page)).toBe('')
    } finally {
      await alone.stop().catch(() => undefined)
    }
  })
})
