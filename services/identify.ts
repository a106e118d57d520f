// Asks of each request who sends it and whether they may: token for systems, session for people, one rate for each.
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../shared/domain/refusal.ts'
import type { Via } from '../shared/casework/act.ts'
import type { Principal } from '../shared/casework/people.ts'
import { preferredLanguage, type Language } from '../shared/text/say.ts'
import { may, missingScope } from './access.ts'
import { cameTooLate, type LostFormDeps } from './lost-forms.ts'
import type { VerifyToken } from './tokens.ts'

export type IdentifySettings = {
  /** The service's public address: where forms may come from. */
  baseUrl: string
  rate: { max: number; windowSeconds: number }
}

export type IdentifyDeps = Omit<LostFormDeps, 'settings'> & {
  settings: IdentifySettings
  verifyToken: VerifyToken
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Is this the API's answer (a problem document), rather than a page's? Told by the route that was found: `/%761/cases`
 * leads to the API as well, and must not be taken for a page with a form.
 */
export function isApi(request: FastifyRequest): boolean {
  return /^\/(v1|health|metrics|openapi\.json)(\/|\?|$)/.test(request.routeOptions?.url ?? request.url)
}

/** The cookie that remembers the language: with the prefix by which the browser keeps other hosts from setting it. */
export function languageCookie(baseUrl: string): string {
  return baseUrl.startsWith('https:') ? '__Host-lang' : 'lang'
}

function languageOf(request: FastifyRequest, baseUrl: string): Language {
  if (isApi(request)) return preferredLanguage(request.headers['accept-language'])
  const chosen =
    (request.query as Record<string, unknown> | undefined)?.['lang'] ??
    request.cookies[languageCookie(baseUrl)]
  return chosen === 'en' ? 'en' : 'sv'
}

function refuseUnsafeQuery(request: FastifyRequest): void {
  const query = request.query as Record<string, unknown>
  if (query['access_token'] !== undefined) {
    throw new Refusal('invalid', 'token.in-query', 'Skicka aldrig åtkomsttoken i adressen.')
  }
  const repeatable: readonly string[] = request.routeOptions.config?.repeatable ?? []
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value) && !repeatable.includes(name)) {
      throw new Refusal('invalid', 'query.repeated', 'En parameter står flera gånger i adressen.')
    }
  }
}

// A browser says where an unsafe request comes from; a session must not be ridden from somewhere else.
function demandSameOrigin(request: FastifyRequest, baseUrl: string): void {
  if (SAFE.has(request.method)) return
  const { origin, 'sec-fetch-site': site } = request.headers
  const foreign = origin !== undefined && origin !== new URL(baseUrl).origin
  if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    throw new Refusal('forbidden', 'csrf', 'Formuläret kommer från en annan webbplats.')
  }
}

async function bySession(request: FastifyRequest, deps: IdentifyDeps): Promise<Principal | null> {
  const subject = request.session?.subject
  if (!subject) return null
  demandSameOrigin(request, deps.settings.baseUrl)
  const person = await deps.findPerson(subject)
  // Rights are read here and now: whoever was removed a minute ago is out at the next click.
  if (!person && request.routeOptions.config?.permission !== 'public') {
    throw new Refusal(
      'forbidden',
      'person.unknown',
      'Du har ingen behörighet i Bokvar, eller så är kontot avstängt.',
    )
  }
  return person
}

async function whoSends(request: FastifyRequest, deps: IdentifyDeps): Promise<Principal | null> {
  const header = request.headers.authorization
  if (header === undefined) return bySession(request, deps)
  const [scheme = '', token = ''] = header.split(' ')
  if (scheme.toLowerCase() !== 'bearer' || token === '' || header.length > 8_192) {
    throw new Refusal('unauthenticated', 'token.invalid', 'Åtkomsttoken är ogiltig eller har gått ut.')
  }
  return deps.verifyToken(token)
}

/** By which door the request came in, for the audit log: the route's pattern and the id in it, never the address. */
function viaOf(request: FastifyRequest): Via {
  const { id } = request.params as { id?: unknown }
  const subjectId =
    typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id : null
  return { door: `${request.method} ${request.routeOptions.url ?? ''}`, subjectId, requestId: request.id }
}

/** Where a page sends somebody who is not signed in. Only a local path comes back: never an address from outside. */
function toSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.method === 'GET' ? request.url.split('?')[0] : '/'
  return reply.redirect(`/login?next=${encodeURIComponent(path ?? '/')}`)
}

/** For how long a sign-in is fresh enough for what asks for one. */
const FRESH_SECONDS = 15 * 60

/**
 * What a route with `fresh` does is grave enough that an open browser is no proof: whoever last showed who they are
 * long ago does it again, at the identity provider, and comes back.
 */
function demandFresh(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  if (request.routeOptions.config?.fresh !== true) return undefined
  const signedIn = request.headers.authorization === undefined ? request.session : request.principal
  const { authTime } = signedIn ?? {}
  if (authTime !== undefined && Date.now() / 1000 - authTime <= FRESH_SECONDS) return undefined
  // Whoever comes with a token must fetch a new one: there is no browser to send to the provider.
  if (request.headers.authorization !== undefined)
    throw new Refusal('forbidden', 'login.fresh', 'Logga in igen: det här kräver en ny inloggning.')
  const { provider = 'staff' } = request.session
  const path = request.url.split('?')[0] ?? '/'
  return reply.redirect(`/login/${provider}?fresh=1&next=${encodeURIComponent(path)}`, 303)
}

function demandPermission(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const permission = request.routeOptions.config?.permission
  if (request.is404 || permission === 'public') return undefined
  const { principal } = request
  if (!principal) {
    if (!isApi(request)) return toSignIn(request, reply)
    throw new Refusal(
      'unauthenticated',
      'token.missing',
      'Du måste logga in eller skicka en giltig åtkomsttoken.',
    )
  }
  // A route without a declared permission never gets this far: the service would not have started.
  if (permission !== undefined && may(principal, permission)) return demandFresh(request, reply)
  const scope = permission ? missingScope(principal, permission) : null
  if (scope) void reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`)
  throw new Refusal('forbidden', scope ? 'token.scope' : 'forbidden', 'Du har inte behörighet till det här.')
}

/** Sets `request.principal`, counts the sender's rate and lets through only what the role table allows. */
export async function identifySenders(app: FastifyInstance, deps: IdentifyDeps): Promise<void> {
  const { max, windowSeconds } = deps.settings.rate
  await app.register(rateLimit, { global: false })
  const count = app.createRateLimit({
    max,
    timeWindow: windowSeconds * 1000,
    // One sender's flood is that sender's alone; whoever cannot show who they are is counted by address.
    keyGenerator: (request) => (request.principal ? `p:${request.principal.id}` : `a:${request.ip}`),
  })
  app.decorateRequest('principal', null)
  app.decorateRequest('language', 'sv')

  app.addHook('onRequest', async (request, reply) => {
    request.language = languageOf(request, deps.settings.baseUrl)
    // Checked before anything is thrown, so that guessing tokens costs the guesser its rate as well.
    const sender = await whoSends(request, deps).catch((error: unknown) => ({ failed: error }))
    if (sender && !('failed' in sender)) request.principal = { ...sender, via: viaOf(request) }
    const rate = await count(request)
    if (!rate.isAllowed && rate.isExceeded) {
      void reply.header('retry-after', String(Math.max(1, rate.ttlInSeconds)))
      throw new Refusal('conflict', 'too-many', 'För många anrop på kort tid.')
    }
    if (sender && 'failed' in sender) throw sender.failed
    refuseUnsafeQuery(request)
    if (!request.principal && (await cameTooLate(request, deps))) {
      demandSameOrigin(request, deps.settings.baseUrl)
      // Nothing is done with it: keepLostForms answers before its route is reached.
      return undefined
    }
    return demandPermission(request, reply)
  })
}
