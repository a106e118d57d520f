// The role table: deny by default, no route without a line, and every role against every permission through HTTP.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Principal, Role } from '../../shared/casework/people.ts'
import { may, PERMISSIONS, type Permission } from '../../services/access.ts'
import { signIn, visit, type Jar } from '../support/browser-less.ts'
import { startTestServer, type TestServer } from '../support/http.ts'

const permissions = Object.keys(PERMISSIONS) as Permission[]

const principal = (role: Role, kind: Principal['kind'] = 'person', scopes: string[] = []): Principal => ({
  kind,
  id: 'x',
  subject: 'x',
  role,
  committee: null,
  unit: null,
  landlordId: null,
  scopes,
  name: 'x',
})

describe('The role table', () => {
  // Written out by hand from lag 2001:454, OSL and SoL, and not read from the table: a slip there must fail here.
  test.each<[Role, Permission[]]>([
    ['landlord', ['notice.send', 'notice.update', 'notice.read-own', 'own.page']],
    ['statistician', ['statistics.read', 'own.page']],
    ['log-reviewer', ['audit.review', 'audit.excerpt', 'own.page']],
    ['kronofogden', []],
    ['system', []],
    [
      'administrator',
      [
        'retention.manage',
        'accessibility.answer',
        'deadline.calculate',
        'statistics.read',
        'theme.change',
        'rules.read',
        'rules.change',
        'people.manage',
        'operation.watch',
        'own.page',
      ],
    ],
    [
      'visitor',
      [
        'case.break-glass',
        'case.read',
        'case.list',
        'contact.record',
        'letter.write',
        'visit.record',
        'visit.work',
        'own.time',
        'task.read',
        'task.complete',
        'deadline.calculate',
        'own.page',
      ],
    ],
  ])('lets a %s (signed in as a person) do only what is theirs', (role, expected) => {
    const person = principal(role)
    const found = permissions.filter((permission) => may(person, permission))
    // A system or Kronofogden never signs in as a person: the roles alone would let it, the missing row does not.
    if (role !== 'kronofogden' && role !== 'system') expect(found.sort()).toEqual([...expected].sort())
  })

  test.each<[Role, string, Permission[]]>([
    ['landlord', 'notices', ['notice.send', 'notice.update', 'notice.read-own']],
    ['kronofogden', 'eviction-notices', ['eviction-notice.send', 'eviction-notice.read-own']],
    [
      'system',
      'casework',
      [
        'case.search',
        'case.read',
        'case.assign',
        'case.close',
        'contact.record',
        'visit.record',
        'task.read',
        'task.complete',
        'referral.read',
        'referral.answer',
        'board.read',
        'deadline.calculate',
        'register.send',
      ],
    ],
  ])('lets a system of role %s with scope %s do only that', (role, scope, expected) => {
    const found = permissions.filter((permission) => may(principal(role, 'client', [scope]), permission))
    expect(found.sort()).toEqual([...expected].sort())
    expect(permissions.filter((permission) => may(principal(role, 'client'), permission))).toEqual([])
    for (const other of ['notices', 'eviction-notices', 'casework'].filter((one) => one !== scope)) {
      expect(permissions.filter((permission) => may(principal(role, 'client', [other]), permission))).toEqual(
        [],
      )
    }
  })
})

describe('The server', () => {
  test.each([
    ['says nothing', undefined],
    ['names a permission that does not exist', 'everything'],
  ])(
    'does not start when a route %s',
    async (_what, permission) => {
      const routes = () => [
        (app: TestServer['app']) =>
          void app.get('/v1/forgotten', { config: { permission: permission as never } }, () => 'x'),
      ]
      await expect(startTestServer(routes)).rejects.toThrow('/v1/forgotten')
    },
    300_000,
  )
})

describe('Through HTTP', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer(() => [
      (app) => {
        for (const permission of permissions) {
          app.get(`/v1/may/${permission}`, { config: { permission } }, () => ({ yes: true }))
          app.get(`/sida/${permission}`, { config: { permission } }, (_request, reply) =>
            reply.type('text/html').send('ja'),
          )
        }
      },
    ])
  })
  afterAll(() => server.stop())

  test('nobody gets anything without signing in: 401 at the API, the way in at the pages', async () => {
    for (const permission of permissions) {
      const api = await server.app.inject({ url: `/v1/may/${permission}` })
      expect({ permission, status: api.statusCode }).toEqual({ permission, status: 401 })
      expect(api.headers['www-authenticate']).toBe('Bearer realm="bokvar"')
      const page = await server.app.inject({ url: `/sida/${permission}` })
      expect({ permission, to: page.headers.location }).toEqual({
        permission,
        to: `/login?next=${encodeURIComponent(`/sida/${permission}`)}`,
      })
    }
  })

  test('a page is refused with a page that says no more than that, and is shown to whoever may see it', async () => {
    const { jar } = await signIn(
      server.app,
      server.identity.people.find(({ role }) => role === 'visitor')!,
    )
    const refused = await visit(server.app, jar, '/sida/case.close')
    expect(refused.status).toBe(403)
    expect(refused.body).toContain('Åtkomstförsöket är loggat')
    expect((await visit(server.app, jar, '/sida/visit.record')).body).toBe('ja')
  })

  test('each role gets what the table says and nothing else', async () => {
    for (const { username, password, role } of server.identity.people) {
      const { jar }: { jar: Jar } = await signIn(server.app, { username, password })
      for (const permission of permissions) {
        const expected = may(principal(role as Role), permission) ? 200 : 403
        const { status } = await visit(server.app, jar, `/v1/may/${permission}`)
        expect({ role, permission, status }).toEqual({ role, permission, status: expected })
      }
    }
  })

  test('each system gets what its scope says and nothing else', async () => {
    for (const [id, scope] of [
      ['landlord', 'notices'],
      ['kronofogden', 'eviction-notices'],
      ['system', 'casework'],
    ] as const) {
      const authorization = `Bearer ${await server.token(id)}`
      for (const permission of permissions) {
        const expected = may(principal(id, 'client', [scope]), permission) ? 200 : 403
        const { statusCode } = await server.app.inject({
          url: `/v1/may/${permission}`,
          headers: { authorization },
        })
        expect({ id, permission, statusCode }).toEqual({ id, permission, statusCode: expected })
      }
    }
  })
})
