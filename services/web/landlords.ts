// Landlords as the administrator sees them: who acts for them, who waits to be let in, invitations, and the systems that send.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { inviteLandlordUser } from '../../shared/casework/landlord-users.ts'
import {
  changeLandlord,
  LANDLORD_KINDS,
  listLandlords,
  readLandlord,
  setLandlordSuspended,
  setLandlordUser,
} from '../../shared/casework/landlords.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  isId,
  pageIn,
  pagingOf,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'
import { changeLine } from './people.ts'

const config = { permission: 'people.manage' as const }
const LIMIT = 25
const FIELDS = { '/name': 'name', '/organisationNumber': 'organisationNumber', '/kind': 'kind' }

async function showLandlords(
  request: FastifyRequest,
  reply: FastifyReply,
  { db }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const page = pageIn(request)
  const { total, landlords, clients } = await listLandlords(db, actorIn(request), { limit: LIMIT, page })
  return renderPage(reply, 'administration/landlords', {
    title: t('landlords.title'),
    landlords,
    clients,
    paging: pagingOf(request, { page, limit: LIMIT, total }),
  })
}

type Told = { values?: Values; errors?: FieldErrors; code?: string }

async function showLandlord(
  reply: FastifyReply,
  { db }: PageDeps,
  { values = {}, errors = {}, code }: Told = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { landlord, users, changes } = await readLandlord(db, actorIn(request), idIn(request))
  const { name, organisationNumber, kind } = landlord
  return renderPage(reply, 'administration/landlord', {
    title: t('landlords.one'),
    back: { href: '/hyresvardar', text: t('landlords.title') },
    landlord,
    users,
    code,
    kinds: LANDLORD_KINDS.map((value) => ({ value, text: t(`landlords.kind.${value}`) })),
    changes: changes.map((one) => changeLine(one, t)),
    form: { values: { name, organisationNumber: organisationNumber ?? '', kind, ...values }, errors },
    errors: summaryOf(errors),
  })
}

function change(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const values = valuesIn(request)
    const { name = '', organisationNumber = '', kind = '' } = values
    try {
      await changeLandlord(deps.db, actorIn(request), idIn(request), { name, organisationNumber, kind })
    } catch (error) {
      const errors = errorsOf(error, FIELDS, request.language)
      if (!errors) throw error
      return showLandlord(reply.code(422), deps, { values, errors })
    }
    tellNextPage(request, textsOf(request)('landlords.changed'))
    return reply.redirect(`/hyresvardar/${idIn(request)}`, 303)
  }
}

function suspend({ db }: PageDeps, suspended: boolean) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    await setLandlordSuspended(db, actorIn(request), idIn(request), suspended)
    tellNextPage(request, textsOf(request)(suspended ? 'landlords.suspended' : 'landlords.opened'))
    return reply.redirect(`/hyresvardar/${idIn(request)}`, 303)
  }
}

/** A button beside a person: `in` lets them in, `out` keeps them out. */
function setUser({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { in: letIn, out } = valuesIn(request)
    const personId = letIn ?? out ?? ''
    const active = letIn !== undefined
    if (isId(personId)) {
      await setLandlordUser(db, actorIn(request), { landlordId: idIn(request), personId, active })
      tellNextPage(request, t(active ? 'landlords.let-in' : 'landlords.kept-out'))
    }
    return reply.redirect(`/hyresvardar/${idIn(request)}`, 303)
  }
}

/** `/hyresvardar`. */
export function landlordAdminPages(app: App, deps: PageDeps): void {
  app.get('/hyresvardar', { config }, (request, reply) => showLandlords(request, reply, deps))
  app.get('/hyresvardar/:id', { config }, (_request, reply) => showLandlord(reply, deps))
  app.post('/hyresvardar/:id', { config }, change(deps))
  app.post('/hyresvardar/:id/stang-av', { config }, suspend(deps, true))
  app.post('/hyresvardar/:id/oppna', { config }, suspend(deps, false))
  app.post('/hyresvardar/:id/anvandare', { config }, setUser(deps))
  // The code is on this answer and nowhere else: not in an address, not in a session, not in the database.
  app.post('/hyresvardar/:id/bjud-in', { config }, async (request, reply) =>
    showLandlord(reply, deps, { code: await inviteLandlordUser(deps.db, actorIn(request), idIn(request)) }),
  )
}
