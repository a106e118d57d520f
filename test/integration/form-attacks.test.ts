// The attacks on forms of the threat list, W1–W12, on every form there is (W1, W4 and W12 also where pages are signed in to).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { may, type Declared } from '../../services/access.ts'
import { caseColumn } from '../support/any-row.ts'
import { actors, type Who } from '../support/secrecy-people.ts'
import { openWorld, type World } from '../support/secrecy-world.ts'
import { walker } from '../support/walk.ts'

let world: World
let ask: Awaited<ReturnType<typeof walker>>['ask']
beforeAll(async () => {
  world = await openWorld()
  ;({ ask } = await walker(world))
})
afterAll(() => world?.stop())

const isPage = ({ url }: Declared) => !/^\/(v1|health|metrics|openapi|docs|assets)/.test(url)
const who = async (route: Declared): Promise<Who | null> => {
  for (const one of actors)
    if (route.permission === 'public' || may(await world.principal(one), route.permission)) return one
  return null
}
const post = (url: string, payload: string, headers: Record<string, string> = {}) =>
  world.app.inject({
    method: 'POST',
    url,
    headers: {
      authorization: 'Bearer assigned.gan',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    payload,
  })

async function fingerprint(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const { name } of world.tables.filter((table) => caseColumn(table) !== null)) {
    const { rows } = await sql<{
      print: string
    }>`select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as print
      from ${sql.table(name)} t`.execute(world.owner)
    found[name] = rows[0]?.print ?? ''
  }
  return found
}

describe('W1: a form without its token', () => {
  test('is refused, whichever form it is', async () => {
    const forms = world.declared.filter(
      (route) => isPage(route) && route.method === 'POST' && !route.url.includes('backchannel-logout'),
    )
    expect(forms.length).toBeGreaterThan(15)
    const open: string[] = []
    for (const route of forms) {
      const actor = await who(route)
      const url = route.url.replace(/:\w+/g, world.marks.gan.caseId)
      const multipart = route.accepts === 'multipart'
      const part = '--b\r\ncontent-disposition: form-data; name="x"\r\n\r\ny\r\n--b--\r\n'
      const kind = multipart ? 'multipart/form-data; boundary=b' : 'application/x-www-form-urlencoded'
      const answer = await world.app.inject({
        method: 'POST',
        url,
        headers: { authorization: `Bearer ${actor ?? ''}`, 'content-type': kind },
        payload: multipart ? part : 'a=b',
      })
      // An upload's token is a field of it, looked at when the rest has been read: what it is for, and that there is a file.
      if (answer.statusCode !== 403 && !(multipart && [400, 404].includes(answer.statusCode)))
        open.push(`${route.url} ${answer.statusCode}`)
    }
    expect(open).toEqual([])
  })
})

/** A page's form as somebody with a session of their own has it: cookie and token. */
async function formOf(actor: Who, url: string) {
  const answer = await world.app.inject({ url, headers: { authorization: `Bearer ${actor}` } })
  const cookie = [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((line) => line.split(';')[0])
    .join('; ')
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(answer.body)?.[1] ?? ''
  return { cookie, token: field('_csrf'), version: field('version') }
}
const send = (url: string, cookie: string, fields: Record<string, string>, headers = {}) =>
  post(url, new URLSearchParams(fields).toString(), { cookie, ...headers })

const isOpen = async () =>
  (
    await sql`select 1 from arrears_case where id = ${world.marks.gan.caseId} and state = 'open'`.execute(
      world.owner,
    )
  ).rows.length === 1

describe('W2: a form with the token of another session', () => {
  test('is refused, and nothing is noted', async () => {
    const url = `/arenden/${world.marks.gan.caseId}/kontakt`
    const [own, other] = [await formOf('assigned.gan', url), await formOf('colleague.gan', url)]
    expect(other.token).not.toBe(own.token)
    const before = await fingerprint()
    const sent = { _csrf: other.token, outcome: 'NADD', channel: 'phone', day: '2026-11-20', time: '10:00' }
    const refused = await send(url, own.cookie, sent)
    expect([refused.statusCode, refused.body]).toEqual([
      403,
      expect.stringContaining('<h1 class="govuk-heading-l">Formuläret är för gammalt</h1>'),
    ])
    expect(await fingerprint()).toEqual(before)
  })
})

describe('W5: a form that was opened before the case changed', () => {
  const change = () =>
    sql`update arrears_case set version = version + 1 where id = ${world.marks.gan.caseId}`.execute(
      world.owner,
    )

  test('W5: closing is answered 409 with what has happened since, and what was written is kept', async () => {
    const url = `/arenden/${world.marks.gan.caseId}/avsluta`
    const { cookie, token, version } = await formOf('assigned.gan', url)
    await change()
    const written = { outcome: 'KVAR_BETALD', day: '2026-11-20', source: 'Hyresvärden ringde i går', version }
    const { statusCode, body } = await send(url, cookie, { _csrf: token, ...written })
    expect(statusCode).toBe(409)
    expect(body).toContain('Någon annan har hunnit ändra')
    expect(body).toContain('Hyresvärden ringde i går')
    expect(body).toContain('Det här har hänt sist i ärendet')
    expect(body).toContain(`name="version" value="${Number(version) + 1}"`)
    expect(await isOpen()).toBe(true)
  })
})

describe('W6: a form that is sent twice', () => {
  test('is one contact, not two', async () => {
    const url = `/arenden/${world.marks.gan.caseId}/kontakt`
    const { cookie, token } = await formOf('assigned.gan', url)
    const { body } = await world.app.inject({ url, headers: { authorization: 'Bearer assigned.gan' } })
    const outcome = /name="outcome"[^>]*value="([^"]+)"/.exec(body)?.[1] ?? ''
    const sent = {
      _csrf: token,
      outcome,
      channel: 'phone',
      day: '2026-11-20',
      time: '10:00',
      byWhom: 'municipality',
    }
    const count = async () =>
      (
        await sql<{
          n: number
        }>`select count(*)::int as n from contact where case_id = ${world.marks.gan.caseId}`.execute(
          world.owner,
        )
      ).rows[0]!.n
    const before = await count()
    const answers = await Promise.all([send(url, cookie, sent), send(url, cookie, sent)])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([303, 303])
    expect(await count()).toBe(before + 1)
  })
})

describe('W7: a step that is skipped', () => {
  test('W7: a case closed without a reason is answered 422 beside the field, and stays open', async () => {
    const url = `/arenden/${world.marks.gan.caseId}/avsluta`
    const { cookie, token, version } = await formOf('assigned.gan', url)
    const { statusCode, body } = await send(url, cookie, { _csrf: token, version, day: '2026-11-20' })
    expect(statusCode).toBe(422)
    for (const field of ['outcome', 'source']) expect(body).toMatch(new RegExp(`id="${field}-error"`))
    expect(body).toContain('href="#outcome"')
    expect(await isOpen()).toBe(true)
  })
})

describe('W8: fields that the form did not have', () => {
  test('change nothing: neither which case it is about nor who did it', async () => {
    const url = `/arenden/${world.marks.gan.caseId}/kontakt`
    const { cookie, token } = await formOf('assigned.gan', url)
    const { caseId } = world.marks.sn
    const contacts = async () =>
      (
        await sql<{
          id: string
          caseId: string
          by: string
          committee: string
        }>`select id, case_id, recorded_by as by, committee
        from contact order by occurred_at, id`.execute(world.owner)
      ).rows
    const before = await contacts()
    const { body } = await world.app.inject({ url, headers: { authorization: 'Bearer assigned.gan' } })
    const outcome = /name="outcome"[^>]*value="([^"]+)"/.exec(body)?.[1] ?? ''
    const form = {
      _csrf: token,
      outcome,
      channel: 'sms',
      day: '2026-11-19',
      time: '09:00',
      byWhom: 'municipality',
    }
    const extra = {
      caseId,
      id: caseId,
      committee: 'SN',
      recordedBy: caseId,
      role: 'administrator',
      personId: caseId,
    }
    expect((await send(url, cookie, { ...form, ...extra })).statusCode).toBe(303)
    const known = new Set(before.map(({ id }) => id))
    const { rows: people } = await sql<{
      id: string
    }>`select id from person where username = 'assigned.gan'`.execute(world.owner)
    const fresh = (await contacts()).filter(({ id }) => !known.has(id))
    expect(fresh.map(({ caseId: of, by, committee }) => [of, by, committee])).toEqual([
      [world.marks.gan.caseId, people[0]?.id, 'GAN'],
    ])
    // Another committee's case in the address is as if it did not exist.
    const other = await send(`/arenden/${caseId}/kontakt`, cookie, form)
    expect(other.statusCode).toBe(404)
    expect(other.body).not.toContain(world.marks.sn.name)
  })
})

describe('W10: words that another program would run', () => {
  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    `{{ constructor.constructor('return 1')() }}`,
    'rad 1\r\nSet-Cookie: x=1',
  ])('come back as words: %s', async (words) => {
    const url = `/arenden/${world.marks.gan.caseId}/avsluta`
    const { cookie, token, version } = await formOf('assigned.gan', url)
    const { body, headers, statusCode } = await send(url, cookie, { _csrf: token, version, source: words })
    expect(statusCode).toBe(422)
    expect(body).not.toContain('<script>alert')
    expect(body).not.toContain('<img src=x')
    expect(String(headers['set-cookie'] ?? '')).not.toContain('x=1')
    expect(String(headers['content-security-policy'])).toMatch(/^default-src 'self'(?!.*unsafe)/)
  })
})

describe('W3: what is read', () => {
  test('W3: no page that is read changes a household', async () => {
    const before = await fingerprint()
    const pages = world.declared.filter(
      ({ method, url }) => method === 'GET' && !/^\/(docs|assets|login)/.test(url),
    )
    const readers = [
      'assigned.gan',
      'supervisor.gan',
      'counsellor.sn',
      'landlord.a',
      'registrar.gan',
    ] as const
    for (const actor of readers) for (const route of pages) await ask(actor, route, world.marks.gan.caseId)
    expect(await fingerprint()).toEqual(before)
  })
})

describe('W9: a form that is too much', () => {
  test.each<[string, string, string]>([
    ['200,000 characters', '/sok', `by=name&text=${'a'.repeat(2_000_000)}`],
    ['50,000 fields', '/sok', Array.from({ length: 50_000 }, (_, place) => `a${place}=1`).join('&')],
    ['fields within fields', '/sok', 'a[b][c][d][e]=1&__proto__[x]=1&constructor[prototype][x]=1'],
    ['a parameter twice in its address', '/sok?sida=1&sida=2', 'by=name'],
    ['bytes that are no text', '/sok', 'by=%ff%fe&text=%00'],
  ])('of %s is refused, and nothing breaks', async (_what, url, payload) => {
    const { statusCode, body } = await post(url, payload)
    expect(statusCode).toBeGreaterThanOrEqual(400)
    expect(statusCode).toBeLessThan(500)
    expect(body).not.toContain('aaaaaaaaaa')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('W11: a search by anything else', () => {
  const search = (json: object) =>
    world.app.inject({
      method: 'POST',
      url: '/v1/case-searches',
      headers: { authorization: 'Bearer assigned.gan', 'content-type': 'application/json' },
      payload: JSON.stringify(json),
    })

  test.each([
    { address: 'Ekotgangränd 7' },
    { amountOwed: 16900 },
    { landlord: 'Avsändare' },
    { text: 'x' },
    { children: 'yes' },
  ])('than name, number and identity number is refused: %j', async (wish) => {
    expect((await search({ ...wish, purpose: 'Handläggning' })).statusCode).toBe(400)
  })

  test('finds nothing by an address that is given as a name', async () => {
    const { street } = world.marks.gan
    expect((await search({ name: street, purpose: 'Handläggning' })).json()).toMatchObject({ cases: [] })
  })
})
