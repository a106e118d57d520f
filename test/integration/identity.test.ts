// People sign in by OpenID Connect (code with PKCE): what they get, how long it lasts, and the attacks A1 to A9.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import pino from 'pino'
import type { Routes } from '../../services/http.ts'
import { makeDemoIdentity } from '../../services/identity/demo-identity.ts'
import { signInPages } from '../../services/web/sign-ins.ts'
import type { Db } from '../../shared/db/open.ts'
import { localPath } from '../../services/login.ts'
import { renderPage } from '../../services/web/frame.ts'
import { cookieLine, signIn, tokenOn, visit, type Jar, type Page } from '../support/browser-less.ts'
import { BASE, startTestServer, type TestServer } from '../support/http.ts'

let server: TestServer
const logged: string[] = []

beforeAll(async () => {
  const logger = pino({ level: 'info' }, { write: (line) => void logged.push(line) })
  const routes = (db: Db): Routes[] => [
    (app) => {
      signInPages(app, { db })
      app.get('/sagt', { config: { permission: 'public' } }, (request, reply) =>
        renderPage(reply, 'about', { title: 'x', paragraphs: [(request.query as { text: string }).text] }),
      )
      app.get('/personer/:id', { config: { permission: 'people.manage' } }, () => 'personen')
      app.get('/', { config: { permission: 'own.page' } }, (request, reply) =>
        renderPage(reply, 'about', {
          title: 'Start',
          paragraphs: [`Hej ${request.principal?.role ?? 'okänd'}`],
        }),
      )
      app.post('/gor', { config: { permission: 'own.page' } }, (_request, reply) => reply.redirect('/'))
    },
  ]
  server = await startTestServer(routes, (deps) => ({ ...deps, logger }))
})
afterAll(() => server.stop())

const isIn = async (one: { jar: Jar } | undefined) =>
  (await visit(server.app, one!.jar, '/')).body.includes('Hej')
const person = (username: string) => server.identity.people.find((one) => one.username === username)!

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
    const [, value] = [...jar.get(BASE)!].find(([name]) => name.startsWith('bokvar'))!
    const id = decodeURIComponent(value).split('.')[0]!
    const rows = await server.owner.selectFrom('webSession').selectAll().execute()
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain(id)
    expect(id).toMatch(/^[\w-]{32}$/) // 192 random bits
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
    const said = logged.join('')
    expect(said).toMatch(/"way":"staff".*"msg":"signed-in"/)
    expect(said).toMatch(/"way":"staff".*"msg":"signed-out"/)
    expect(said).not.toMatch(/Eva|eva@|eyJ/)
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

  test('is shown what somebody wrote as text, never as markup', async () => {
    const written = `<script>a</script><img src=x onerror=b> " ' & {{ 7 * 7 }}`
    const { body } = await server.app.inject({ url: `/sagt?text=${encodeURIComponent(written)}` })
    expect(body).toContain(
      '&lt;script&gt;a&lt;/script&gt;&lt;img src=x onerror=b&gt; &quot; &#39; &amp; {{ 7 * 7 }}',
    )
  })

  test('sees where they are signed in, and ends the others there or all at once, but nobody else’s', async () => {
    const [desk, phone, tablet, other] = await Promise.all(
      ['eva', 'eva', 'eva', 'bo'].map((username) => signIn(server.app, person(username))),
    )
    const page = await visit(server.app, desk!.jar, '/mina-inloggningar')
    const end = (which: string) =>
      visit(server.app, desk!.jar, '/mina-inloggningar', {
        method: 'POST',
        body: new URLSearchParams({ _csrf: tokenOn(page), which }),
      })
    expect((await end('others')).url.startsWith(server.provider.issuer)).toBe(true)
    await sql`update web_session set data = data || jsonb_build_object('authTime', extract(epoch from now())::int)`.execute(
      server.owner,
    )
    expect(page.body.split('den du använder nu').length - 1).toBe(1)
    const [ref = ''] = /(?<=name="which" value=")[\w-]{12}(?=")/.exec(page.body) ?? []
    expect((await end('x')).body).toContain('ingen inloggning att avsluta')
    await end(ref)
    expect([await isIn(phone), await isIn(tablet)].filter(Boolean)).toHaveLength(1)
    expect((await end('others')).body).toContain('Du är inte inloggad någon annanstans')
    expect([await isIn(phone), await isIn(tablet)]).toEqual([false, false])
    expect([await isIn(desk), await isIn(other)]).toEqual([true, true])
  })

  test('is signed out everywhere by an administrator, once, with who did it; by nobody else', async () => {
    const [eva, adam, bo] = await Promise.all(
      ['eva', 'adam', 'bo'].map((username) => signIn(server.app, person(username))),
    )
    const eve = server.owner.selectFrom('person').select('id').where('username', '=', 'eva')
    const { id } = await eve.executeTakeFirstOrThrow()
    const send = ({ jar, page }: { jar: Jar; page: Page }) => {
      const body = new URLSearchParams({ _csrf: tokenOn(page) })
      return visit(server.app, jar, `/personer/${id}/logga-ut`, { method: 'POST', body })
    }
    const signOut = async (by: { jar: Jar; page: Page }) => (await send(by)).status
    expect(await signOut(bo!)).toBe(403)
    expect([await signOut(adam!), await signOut(adam!)]).toEqual([200, 200])
    expect([await isIn(eva), await isIn(adam)]).toEqual([false, true])
    const changes = await server.owner
      .selectFrom('personChange')
      .select('what')
      .where('personId', '=', id)
      .execute()
    expect(changes).toEqual([{ what: 'signed-out' }])
  })

  test('leaves nothing in the browser when signing out', async () => {
    const { jar, page } = await signIn(server.app, person('bo'))
    const answer = await server.app.inject({
      method: 'POST',
      url: '/logout',
      headers: {
        cookie: cookieLine(jar, BASE),
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ _csrf: tokenOn(page) }).toString(),
    })
    expect(answer.headers['clear-site-data']).toBe('"cache", "storage"')
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('a callback at the other provider’s address signs nobody in, and one that failed is written down', async () => {
    const jar = new Map()
    await visit(server.app, jar, '/login/staff')
    logged.length = 0
    const page = await visit(server.app, jar, '/login/landlords/callback?state=x&code=y')
    expect(page.status).toBe(400)
    expect(logged.join('')).toMatch(/"route":"\/login\/landlords\/callback".*"refused":"login.failed"/)
  })

  test('W1, W4: a form without token, with another session’s or from another site changes nothing', async () => {
    const { jar, page } = await signIn(server.app, person('eva'))
    const other = await signIn(server.app, person('bo'))
    const send = (fields: Record<string, string>, headers = {}) =>
      visit(server.app, jar, '/gor', { method: 'POST', body: new URLSearchParams(fields), headers })
    expect((await send({})).status).toBe(403)
    expect((await send({ _csrf: tokenOn(other.page) })).status).toBe(403)
    expect((await send({ _csrf: tokenOn(page) }, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await send({ _csrf: tokenOn(page) }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await send({ _csrf: tokenOn(page) }, { origin: BASE })).status).toBe(200)
  })

  test.each(['state', 'code'] as const)('a callback with a wrong %s signs nobody in', async (what) => {
    const jar = new Map()
    await sql`delete from web_session where data ? 'signIn'`.execute(server.owner)
    const form = await visit(server.app, jar, '/login/staff')
    expect(form.status).toBe(200)
    // The right values of this very sign-in, one of them then forged: so that only that one can be the reason.
    const state = await sql<{ state: string }>`
      select data -> 'signIn' ->> 'state' as state from web_session where data ? 'signIn'`.execute(
      server.owner,
    )
    const query = new URLSearchParams({ state: state.rows[0]!.state, code: 'y', iss: server.provider.issuer })
    query.set(what, 'forged')
    const page = await visit(server.app, jar, `/login/staff/callback?${query.toString()}`)
    expect(page.status).toBe(400)
    expect(logged.splice(0).join('')).toContain({ state: 'INVALID_RESPONSE', code: 'invalid_grant' }[what])
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
