// Signs people in and out through their own identity provider: OpenID Connect, code with PKCE, sessions kept here.
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as oidc from 'openid-client'
import type { Principal } from '../shared/casework/people.ts'
import { Refusal } from '../shared/domain/refusal.ts'
import { say } from '../shared/text/say.ts'
import { backChannelRoutes, type Ending } from './back-channel.ts'
import type { App } from './http.ts'
import { levelOf, readClaims, type Preset } from './identity-presets.ts'
import { landlordEntryRoutes, pendingOf, type LandlordEntry } from './landlord-entry.ts'
import { neverArrived, unavailable } from './tokens.ts'
import { renderPage } from './web/frame.ts'

export type ProviderSettings = {
  issuer: string
  clientId: string
  clientSecret: string
  /** What this kind of provider calls things, and how surely one must have signed in there. */
  preset: Preset
}

export type LoginDeps = {
  settings: { baseUrl: string; staff: ProviderSettings; landlords: ProviderSettings }
  findPerson: (subject: string) => Promise<Principal | null>
  /** Called at each sign-in: the moment to tidy away what has ended. */
  onSignIn: () => Promise<void>
  /** How somebody unknown who signs in as a landlord is let in. */
  landlords: LandlordEntry
  /** The provider has signed somebody out. */
  endSessions: (ending: Ending) => Promise<void>
}

type Way = 'staff' | 'landlords'
const WAYS: readonly Way[] = ['staff', 'landlords']
const TIMEOUT_SECONDS = 5
/** A sign-in that was asked for anew must not be an old one: the time it takes to do it, and no more. */
const FRESH_SECONDS = 60

function isWay(text: unknown): text is Way {
  return WAYS.some((way) => way === text)
}

/** Only a path on this service: `//evil.example` and `/\evil.example` are addresses elsewhere to a browser. */
export function localPath(wish: unknown): string {
  return typeof wish === 'string' && /^\/(?![/\\])[\w\-./~%]*$/.test(wish) ? wish : '/'
}

function failed(cause?: unknown): Refusal {
  const refusal = new Refusal('invalid', 'login.failed', 'Inloggningen gick inte att slutföra.')
  return Object.assign(refusal, { cause })
}

/** Finds the provider's addresses at the first use and keeps them: a provider that is down must not stop our start. */
function discoverer(settings: ProviderSettings): () => Promise<oidc.Configuration> {
  let found: oidc.Configuration | undefined
  return async () => {
    if (found) return found
    const issuer = new URL(settings.issuer)
    // Plain http only to this machine: the demo's provider.
    const insecure = issuer.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(issuer.hostname)
    try {
      found = await oidc.discovery(issuer, settings.clientId, settings.clientSecret, undefined, {
        timeout: TIMEOUT_SECONDS,
        // The line to the provider is trusted by TLS; its word all the same only with its signature (by default it is not read).
        execute: [oidc.enableNonRepudiationChecks, ...(insecure ? [oidc.allowInsecureRequests] : [])],
      })
      return found
    } catch (error) {
      throw unavailable(error)
    }
  }
}

type Providers = Record<Way, { settings: ProviderSettings; discover: () => Promise<oidc.Configuration> }>

const wishOf = (request: FastifyRequest) => request.query as { next?: unknown; fresh?: unknown }

/**
 * Did another site send the browser here? With a session at the provider that would sign somebody in without their
 * doing: they are shown the choice of ways instead. A sign-in asked for anew is answered by the person, at the provider.
 */
function startedElsewhere(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  return (site === 'cross-site' || site === 'same-site') && wishOf(request).fresh !== '1'
}

async function begin(
  request: FastifyRequest,
  reply: FastifyReply,
  way: Way,
  providers: Providers,
  callback: string,
) {
  const { settings, discover } = providers[way]
  const configuration = await discover()
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  const { next: wish, fresh } = wishOf(request)
  const anew = fresh === '1'
  request.session.set('signIn', { provider: way, state, nonce, verifier, next: localPath(wish), anew })
  const { scope, level } = settings.preset
  const address = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    // OpenID Connect Core 3.1.2.1: whoever reads our pages in English is asked who they are in English.
    ui_locales: request.language,
    ...(level.ask.length > 0 && { acr_values: level.ask.join(' ') }),
    ...(anew && { prompt: 'login', max_age: String(FRESH_SECONDS) }),
  })
  return reply.redirect(address.href)
}

async function redeem(request: FastifyRequest, way: Way, providers: Providers, callback: string) {
  const started = request.session.signIn
  if (!started || started.provider !== way) throw failed()
  request.session.set('signIn', undefined)
  const configuration = await providers[way].discover()
  const here = new URL(callback)
  here.search = new URL(request.url, callback).search
  const tokens = await oidc
    .authorizationCodeGrant(configuration, here, {
      pkceCodeVerifier: started.verifier,
      expectedState: started.state,
      expectedNonce: started.nonce,
      idTokenExpected: true,
      ...(started.anew && { maxAge: FRESH_SECONDS }),
    })
    .catch((error: unknown) => {
      throw neverArrived(error) ? unavailable(error) : failed(error)
    })
  const claims = tokens.claims()
  if (!claims) throw failed()
  const { preset } = providers[way].settings
  const level = levelOf(claims, preset)
  if (level === null)
    throw new Refusal('forbidden', 'login.level', 'Den här tjänsten kräver en säkrare inloggning.')
  const told = readClaims(claims, preset)
  // Some providers tell who it is only where they are asked for it; how surely they signed in stands in the token alone.
  const more = told.subject ? {} : await userInfo(configuration, tokens, claims.sub)
  return { claims, level, told: readClaims({ ...more, ...claims }, preset), next: started.next }
}

async function userInfo(
  configuration: oidc.Configuration,
  tokens: oidc.TokenEndpointResponse,
  subject: string,
): Promise<Record<string, unknown>> {
  if (!configuration.serverMetadata().userinfo_endpoint) return {}
  return oidc.fetchUserInfo(configuration, tokens.access_token, subject).catch((error: unknown) => {
    throw neverArrived(error) ? unavailable(error) : failed(error)
  })
}

// With two issuers, neither may speak for the other's people: a landlord's provider must not sign in a caseworker.
function demandRightWay(person: Principal, way: Way, { settings }: LoginDeps): void {
  const apart = settings.staff.issuer !== settings.landlords.issuer
  if (apart && (person.role === 'landlord') !== (way === 'landlords')) {
    throw new Refusal('forbidden', 'person.unknown', 'Du har ingen behörighet i Bokvar.')
  }
}

function showWays(app: App): void {
  app.get('/login', { config: { permission: 'public' } }, (request, reply) => {
    const { language, query } = request
    const next = encodeURIComponent(localPath((query as { next?: unknown }).next))
    const ways = WAYS.map((way) => ({
      href: `/login/${way}?next=${next}`,
      text: say(language, `login.${way}`),
    }))
    return renderPage(reply, 'login', { title: say(language, 'login.title'), ways })
  })
  app.get('/logged-out', { config: { permission: 'public' } }, (request, reply) =>
    renderPage(reply, 'about', {
      title: say(request.language, 'login.out.title'),
      paragraphs: [say(request.language, 'login.out.text')],
    }),
  )
}

async function signOut(request: FastifyRequest, reply: FastifyReply, providers: Providers, back: string) {
  const way = request.session.provider
  request.log.info({ who: request.principal?.id, way }, 'signed-out')
  await request.session.destroy()
  // What the browser still keeps of the pages goes too: the next person may sit at the same machine.
  void reply.header('clear-site-data', '"cache", "storage"')
  if (!isWay(way)) return reply.redirect(back)
  // Signed out here whatever the provider says; there too, if it offers that.
  const configuration = await providers[way].discover().catch(() => null)
  if (!configuration?.serverMetadata().end_session_endpoint) return reply.redirect(back)
  const parameters = {
    post_logout_redirect_uri: back,
    client_id: providers[way].settings.clientId,
    ui_locales: request.language,
  }
  return reply.redirect(oidc.buildEndSessionUrl(configuration, parameters).href)
}

async function finish(
  request: FastifyRequest,
  way: Way,
  providers: Providers,
  deps: LoginDeps,
  callback: string,
) {
  const { claims, level, told, next } = await redeem(request, way, providers, callback)
  const person = told.subject === null ? null : await deps.findPerson(told.subject)
  const newcomer = person ? null : pendingOf(told)
  if (newcomer && way === 'landlords') {
    await request.session.regenerate()
    request.session.set('pending', newcomer)
    request.log.info({ way, level }, 'signed-in-unknown')
    return '/login/hyresvard'
  }
  if (!person) throw new Refusal('forbidden', 'person.unknown', 'Du har ingen behörighet i Bokvar.')
  demandRightWay(person, way, deps)
  // A new id at sign-in: whoever planted the old one in this browser holds nothing now.
  await request.session.regenerate()
  await deps.onSignIn()
  request.session.set('subject', person.subject)
  request.session.set('provider', way)
  request.session.set('providerSub', claims.sub)
  if (typeof claims['sid'] === 'string') request.session.set('sid', claims['sid'])
  if (typeof claims.auth_time === 'number') request.session.set('authTime', claims.auth_time)
  request.session.set('level', level)
  request.log.info({ who: person.id, way, level }, 'signed-in')
  return next
}

/** `/login`, `/login/staff`, `/login/landlords`, their callbacks, `/logout` and `/logged-out`. */
export function loginRoutes(deps: LoginDeps): (app: App) => void {
  const base = deps.settings.baseUrl.replace(/\/$/, '')
  const providers: Providers = {
    staff: { settings: deps.settings.staff, discover: discoverer(deps.settings.staff) },
    landlords: { settings: deps.settings.landlords, discover: discoverer(deps.settings.landlords) },
  }
  const callbackOf = (way: Way): string => `${base}/login/${way}/callback`
  const config = { permission: 'public' as const }
  return (app) => {
    showWays(app)
    for (const way of WAYS) {
      app.get(`/login/${way}`, { config }, (request, reply) =>
        startedElsewhere(request)
          ? reply.redirect(`/login?next=${encodeURIComponent(localPath(wishOf(request).next))}`)
          : begin(request, reply, way, providers, callbackOf(way)),
      )
      app.get(`/login/${way}/callback`, { config }, async (request, reply) =>
        reply.redirect(await finish(request, way, providers, deps, callbackOf(way))),
      )
    }
    app.post('/logout', { config }, (request, reply) =>
      signOut(request, reply, providers, `${base}/logged-out`),
    )
    const ways = WAYS.map((way) => ({
      way,
      clientId: providers[way].settings.clientId,
      discover: providers[way].discover,
    }))
    backChannelRoutes(app, ways, deps.endSessions)
    landlordEntryRoutes(app, deps.landlords)
  }
}
