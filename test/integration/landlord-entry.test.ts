// A landlord's new user: unknown at the first sign-in, waiting, approved, invited; and never let in by asking alone.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { inviteLandlordUser } from '../../shared/casework/landlord-users.ts'
import { signIn, tokenOn, visit, type Jar, type Page } from '../support/browser-less.ts'
import { startTestServer, type TestServer } from '../support/http.ts'
import { actorIn } from '../support/routed-cases.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer(() => [
    (app) => {
      app.get('/', { config: { permission: 'notice.send' } }, (_request, reply) =>
        reply.type('text/html').send('Sänd'),
      )
    },
  ])
})
afterAll(() => server.stop())

// The provider knows her; the service does not: her row is taken away.
async function arrive(): Promise<{ jar: Jar; page: Page }> {
  await server.owner.deleteFrom('personChange').execute()
  await server.owner.deleteFrom('landlordInvitation').execute()
  await server.owner.deleteFrom('person').where('subject', '=', 'lars.landlord').execute()
  return signInAgain()
}
const signInAgain = () =>
  signIn(
    server.app,
    server.identity.people.find(({ username }) => username === 'lars.landlord')!,
    '/',
    'landlords',
  )
const choose = (jar: Jar, page: Page, fields: Record<string, string>) =>
  visit(server.app, jar, '/login/hyresvard', {
    method: 'POST',
    body: new URLSearchParams({ _csrf: tokenOn(page), ...fields }),
  })

test('who acts for an organisation waits, and is in when the municipality has approved', async () => {
  const { jar, page } = await arrive()
  expect(page.url).toContain('/login/hyresvard')
  expect(page.body).toContain('Vem sänder du för?')
  const asked = await choose(jar, page, { as: 'organisation', number: '559999-0115', name: 'Provhus AB' })
  expect(asked.body).toContain('Kommunen har fått din begäran')
  expect((await visit(server.app, jar, '/')).body).not.toContain('Sänd')
  // Asking, or signing in, once more changes nothing.
  expect((await signInAgain()).page.body).not.toContain('Sänd')
  await server.owner
    .updateTable('person')
    .set({ active: true })
    .where('subject', '=', 'lars.landlord')
    .execute()
  expect((await signInAgain()).page.body).toBe('Sänd')
})

test.each([
  [{}, 'Välj vem du sänder för'],
  [{ as: 'organisation', number: '123' }, 'tio siffror'],
  [{ as: 'invited', code: ' ' }, 'Skriv koden'],
])(
  'an answer of %j is shown again with what is lacking',
  async (fields: Record<string, string>, sentence) => {
    const { jar, page } = await arrive()
    const shown = await choose(jar, page, fields)
    expect(shown.status).toBe(422)
    expect(shown.body).toContain(sentence)
  },
)

test('an invitation lets one person in, once', async () => {
  const landlord = await server.owner
    .selectFrom('landlord')
    .select('id')
    .where('clientId', '=', 'landlord')
    .executeTakeFirstOrThrow()
  const { jar, page } = await arrive()
  const eva = await server.owner
    .selectFrom('person')
    .select('id')
    .where('subject', '=', 'adam')
    .executeTakeFirstOrThrow()
  const code = await inviteLandlordUser(server.db, actorIn('SOC', 'administrator', eva.id), landlord.id)
  expect((await choose(jar, page, { as: 'invited', code: 'fel-kod' })).status).toBe(404)
  expect((await choose(jar, page, { as: 'invited', code })).body).toContain('Nu kan du börja')
  expect((await signInAgain()).page.body).toBe('Sänd')
})

test('nobody who has not signed in is asked, and a form without its token is refused', async () => {
  expect((await visit(server.app, new Map(), '/login/hyresvard')).status).toBe(401)
  const { jar } = await arrive()
  const sent = await visit(server.app, jar, '/login/hyresvard', {
    method: 'POST',
    body: new URLSearchParams({ as: 'myself' }),
  })
  expect(sent.status).toBe(403)
})

test('a staff member unknown here is told so, and never becomes a landlord', async () => {
  await server.owner.updateTable('person').set({ active: false }).where('subject', '=', 'eva').execute()
  const { page } = await signIn(
    server.app,
    server.identity.people.find(({ username }) => username === 'eva')!,
  )
  expect(page.status).toBe(403)
})
