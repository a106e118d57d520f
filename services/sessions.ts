// Keeps people signed in: a random id in a strict cookie, everything else on the server.
import cookie from '@fastify/cookie'
import csrf from '@fastify/csrf-protection'
import session from '@fastify/session'
import type { FastifyInstance, FastifyRequest, preValidationHookHandler, Session } from 'fastify'
import type { Pending } from './landlord-entry.ts'

declare module 'fastify' {
  interface Session {
    /** Who is signed in: the subject of the identity provider. Rights are never kept here. */
    subject?: string
    provider?: 'staff' | 'landlords'
    /** When they proved who they are, seconds since 1970, and how well: for actions that demand a fresh sign-in. */
    authTime?: number
    level?: string
    /** What the provider calls them and this sign-in: by these it ends sessions (back-channel logout). */
    providerSub?: string
    sid?: string
    /** Somebody who has signed in as a landlord and is not known here. */
    pending?: Pending
    /** A sign-in under way. */
    signIn?: {
      provider: 'staff' | 'landlords'
      state: string
      nonce: string
      verifier: string
      next: string
      /** Asked to prove who they are anew, though a session may stand at the provider. */
      anew: boolean
    }
    flash?: { kind: 'success' | 'important'; text: string }
  }
  interface FastifyRequest {
    /** A form token that came in another way than as a form field, as beside an upload. */
    formToken?: string
  }
}

/** Where sessions are kept; the cookie's id is handed over and must only be stored hashed. */
export type SessionKeeper = {
  find: (id: string) => Promise<Record<string, unknown> | null>
  save: (id: string, data: Record<string, unknown>) => Promise<void>
  end: (id: string) => Promise<void>
  /** What a session held that has run out by itself a while ago; one that was signed out of tells nothing. */
  findEnded: (id: string) => Promise<Record<string, unknown> | null>
  /** The same of all sessions of one person. */
  endedOf: (subject: string) => Promise<Record<string, unknown>[]>
}

export type SessionDeps = {
  sessions: SessionKeeper
  /** Signs the cookie; at least 32 characters. The first signs, the others are still accepted (rotation). */
  sessionSecrets: string[]
}

/** The id in the request's session cookie, when it is one that we have signed. */
export function sessionIdIn(
  request: FastifyRequest,
  { sessionSecrets }: SessionDeps,
  baseUrl: string,
): string | null {
  const signed = request.cookies[sessionCookie(baseUrl)]
  return signed === undefined ? null : new cookie.Signer(sessionSecrets).unsign(signed).value
}

type Done<T = void> = (error?: unknown, found?: T) => void

/**
 * The cookie's name: with the `__Host-` prefix the browser itself refuses other hosts, paths and plain http.
 * Over plain http it bears the port: cookies do not, and two copies side by side would sign each other out.
 */
export function sessionCookie(baseUrl: string): string {
  const { protocol, port } = new URL(baseUrl)
  return protocol === 'https:' ? '__Host-bokvar' : `bokvar-${port || '80'}`
}

// The plugin wants callbacks; a promise that fails must reach them too, or the request would hang.
function answer<T>(work: Promise<T>, done: Done<T>): void {
  const settle = async (): Promise<void> => {
    let found: T
    try {
      found = await work
    } catch (error) {
      done(error)
      return
    }
    done(null, found)
  }
  void settle()
}

function storeOver(keeper: SessionKeeper) {
  return {
    get: (id: string, done: Done<Session | null>) => answer(keeper.find(id) as Promise<Session | null>, done),
    set: (id: string, data: Session, done: Done) =>
      answer(keeper.save(id, JSON.parse(JSON.stringify(data)) as Record<string, unknown>), done),
    destroy: (id: string, done: Done) => answer(keeper.end(id), done),
  }
}

function formToken(request: FastifyRequest): string {
  const body = request.body as Record<string, unknown> | undefined
  const token = request.formToken ?? body?.['_csrf']
  return typeof token === 'string' ? token : ''
}

/** Cookies, sessions and form tokens. Every page route that changes something demands the token by itself. */
export async function keepSessions(app: FastifyInstance, deps: SessionDeps, baseUrl: string): Promise<void> {
  await app.register(cookie)
  // A page that could not keep its session fails as it is sent; kept again with the page that says so, it would fail again,
  // and then nobody is answered at all.
  app.addHook('onSend', async (request, reply) => {
    if (reply.statusCode >= 500) request.session = {} as never
  })
  await app.register(session, {
    secret: deps.sessionSecrets,
    cookieName: sessionCookie(baseUrl),
    cookie: { httpOnly: true, sameSite: 'lax', path: '/', secure: baseUrl.startsWith('https:') },
    saveUninitialized: false,
    rolling: true,
    store: storeOver(deps.sessions),
  })
  await app.register(csrf, { sessionPlugin: '@fastify/session', getToken: formToken })
  const demandFormToken: preValidationHookHandler = (request, reply, done) =>
    app.csrfProtection(request, reply, done)
  app.addHook('onRoute', (route) => {
    const changes = [route.method].flat().some((method) => !['GET', 'HEAD', 'OPTIONS'].includes(method))
    // The API takes JSON only, which no form of another site can send; an upload hands its token over while it is read.
    if (!changes || route.url.startsWith('/v1/') || route.config?.accepts === 'multipart') return
    if (route.config?.machine) return
    route.preValidation = [demandFormToken, ...[route.preValidation ?? []].flat()]
  })
}

/** Whether the form's token was made in the session that held `data`: the present one or one that has ended. */
export async function isTokenOf(
  app: FastifyInstance,
  request: FastifyRequest,
  data: object,
): Promise<boolean> {
  const { body, log } = request
  const asked = { session: data, body, log } as unknown as FastifyRequest
  return new Promise((resolve) => {
    app.csrfProtection(asked, { send: () => resolve(false) } as never, () => resolve(true))
  })
}

/** Checks the form token of an upload, read from its fields. Throws as any other form without a token does. */
export async function checkFormToken(
  app: FastifyInstance,
  request: FastifyRequest,
  token: string,
): Promise<void> {
  request.formToken = token
  await new Promise<void>((resolve, reject) => {
    const refuse = { send: reject } as never
    app.csrfProtection(request, refuse, resolve)
  })
}
