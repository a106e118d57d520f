// Where a person is signed in, and how to end it: one's own on a page, somebody else's by an administrator.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { endOtherSessions, endPersonSessions, listSessions } from '../../shared/casework/web-sessions.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { actorIn, idIn, textsOf, valuesIn, type PageDeps } from './page.ts'

type Deps = Pick<PageDeps, 'db'>

const own = { permission: 'own.page' as const }
// Whoever found a browser open must not shut its person out everywhere else: the sign-in is asked for anew.
const ending = { ...own, fresh: true }
const manage = { permission: 'people.manage' as const }

async function show(request: FastifyRequest, reply: FastifyReply, { db }: Deps): Promise<FastifyReply> {
  const t = textsOf(request)
  const { subject = '', sessionId } = request.session
  const sessions = await listSessions(db, subject, sessionId)
  return renderPage(reply, 'sign-ins', {
    title: t('sign-ins.title'),
    sessions: sessions.map(({ way, ...one }) => ({
      ...one,
      way: t(way === 'landlords' ? 'login.landlords' : 'login.staff'),
    })),
  })
}

/** `/mina-inloggningar` for oneself, and `POST /personer/:id/logga-ut` for an administrator. */
export function signInPages(app: App, deps: Deps): void {
  const PATH = '/mina-inloggningar'
  app.get(PATH, { config: own }, (request, reply) => show(request, reply, deps))
  app.post(PATH, { config: ending }, async (request, reply) => {
    const { subject = '', sessionId } = request.session
    const which = valuesIn(request)['which'] ?? ''
    const ended = await endOtherSessions(deps.db, { subject, ownId: sessionId, which })
    tellNextPage(request, textsOf(request)(ended === 0 ? 'sign-ins.none' : 'sign-ins.ended'))
    return reply.redirect(PATH, 303)
  })
  app.post('/personer/:id/logga-ut', { config: manage }, async (request, reply) => {
    const id = idIn(request)
    const ended = await endPersonSessions(deps.db, actorIn(request), id)
    tellNextPage(request, textsOf(request)(ended === 0 ? 'sign-ins.none' : 'sign-ins.ended'))
    return reply.redirect(`/personer/${id}`, 303)
  })
}
