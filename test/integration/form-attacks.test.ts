// The attacks on forms of the threat list, W1–W11, on every form there is; and no household's mark where none may be.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { may, type Declared } from '../../services/access.ts'
import { caseColumn } from '../support/any-row.ts'
import { actors, households, type Who } from '../support/secrecy-people.ts'
import { openWorld, type World } from '../support/secrecy-world.ts'
import { walker } from '../support/walk.ts'

let world: World
let ask: Awaited<ReturnType<typeof walker>>['ask']
beforeAll(async () => {
  world = await openWorld()
  ;({ ask } = await walker(world))
}, 120_000)
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
      const body =
        route.accepts === 'multipart'
          ? '--b\r\ncontent-disposition: form-data; name="x"\r\n\r\ny\r\n--b--\r\n'
          : 'a=b'
      const answer = await world.app.inject({
        method: 'POST',
        url,
        headers: {
          authorization: `Bearer ${actor ?? ''}`,
          'content-type':
            route.accepts === 'multipart'
              ? 'multipart/form-data; boundary=b'
              : 'application/x-www-form-urlencoded',
        },
        payload: body,
      })
      // An upload's token is a field of it, looked at when the rest has been read: what it is for, and that there is a file.
      if (
        answer.statusCode !== 403 &&
        !(route.accepts === 'multipart' && [400, 404].includes(answer.statusCode))
      )
        open.push(`${route.url} ${answer.statusCode}`)
    }
    expect(open).toEqual([])
  })
})

describe('W3: what is read', () => {
  test('W3: no page that is read changes a household', async () => {
    const before = await fingerprint()
    const pages = world.declared.filter(
      ({ method, url }) => method === 'GET' && !/^\/(docs|assets|login)/.test(url),
    )
    for (const actor of [
      'assigned.gan',
      'supervisor.gan',
      'counsellor.sn',
      'landlord.a',
      'registrar.gan',
    ] as const)
      for (const route of pages) await ask(actor, route, world.marks.gan.caseId)
    expect(await fingerprint()).toEqual(before)
  }, 60_000)
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

describe('Canaries', () => {
  test('no seeded name, street or number stands in queue, mail, heartbeat, metrics or sessions', async () => {
    const token = randomUUID()
    await post('/sok', `by=name&text=${token}`)
    const places: string[] = [
      'outbox',
      'effect_log',
      'mail',
      'heartbeat',
      'web_session',
      'intake_key',
      'audit_entry',
    ]
    const texts = new Map([['letters', JSON.stringify(world.letters)]])
    texts.set('metrics', (await world.app.inject({ url: '/metrics' })).body)
    for (const name of places) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
        world.owner,
      )
      texts.set(name, rows.map(({ row }) => row).join('\n'))
    }
    expect(texts.get('outbox')).not.toBe('')
    const found = [...texts].flatMap(([place, text]) =>
      households.flatMap((household) => {
        const { name, street, identity } = world.marks[household]
        const marks = [name, street, identity, `${identity.slice(2, 8)}-${identity.slice(8)}`, token]
        return marks.some((mark) => text.includes(mark)) ? [`${household} in ${place}`] : []
      }),
    )
    // Rows that were made up for the test's sake say their household on purpose.
    expect(
      found.filter(
        (one) => !world.tables.some((table) => caseColumn(table) !== null && one.endsWith(table.name)),
      ),
    ).toEqual([])
  })
})
