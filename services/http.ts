// The HTTP server: limits, headers, errors, who is asking, and every door hung on it.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from '@fastify/helmet'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Principal } from '../shared/casework/people.ts'
import { Refusal } from '../shared/domain/refusal.ts'
import type { Scan } from '../shared/scanner.ts'
import { preferredLanguage, type Language } from '../shared/text/say.ts'
import { demandPermissions, type Declared, type Permission } from './access.ts'
import { MAX_JSON_BYTES, readBodies, type BodyKind } from './body.ts'
import { identifySenders, isApi, type IdentifyDeps, type IdentifySettings } from './identify.ts'
import { keepLostForms, type DraftForm, type LostFormDeps } from './lost-forms.ts'
import { logRequests, type Refused } from './request-log.ts'
import { causesOf, faultOf, problemDocument, traceOf, type Fault } from './problem.ts'
import { describeApi, type OpenApiSettings } from './openapi.ts'
import { tellHealth, type HealthDeps } from './health.ts'
import { keepSessions, type SessionDeps } from './sessions.ts'
import { framePages, showFault, type FrameSettings } from './web/frame.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use this route: a line of the role table, or everybody. A route without it stops the start. */
    permission?: Permission | 'public'
    /** What kind of body it takes; JSON under /v1, a form elsewhere. */
    accepts?: BodyKind
    /** Called by a machine with proof of its own in the body, so without a form token. */
    machine?: boolean
    /** Only for whoever has shown who they are a moment ago: others sign in anew first. */
    fresh?: boolean
    /** A form that somebody writes in for a while: what is written is kept until it is sent. */
    draft?: DraftForm
    /** Query parameters that may stand more than once. */
    repeatable?: readonly string[]
    /** Keep an unreadable body of a known sender, and tell a person (a notice must not vanish for a stray byte). */
    keepsUnreadable?: boolean
  }
  interface FastifyRequest {
    principal: Principal | null
    language: Language
    /** A JSON body's bytes as they came. */
    rawBody: Buffer | null
  }
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** A door: registers its routes. Each route declares `config.permission`. */
export type Routes = (app: App) => void | Promise<void>

export type HttpSettings = IdentifySettings &
  FrameSettings &
  OpenApiSettings & {
    /** Addresses of the proxies that may say who the client is; anybody else's X-Forwarded-For is ignored. */
    trustProxy: string[]
    /** Where identity providers live: the only other places a form may end up at, by redirect. */
    identityOrigins: string[]
  }

export type HttpDeps = Omit<IdentifyDeps, 'settings'> &
  HealthDeps &
  SessionDeps &
  Pick<LostFormDeps, 'keepLostForm'> & {
    settings: HttpSettings
    logger: FastifyBaseLogger | false
    /** Keeps the bytes of a body that could not be read, sealed, for a person to look at. */
    keepUnreadable?: (sender: Principal, raw: Buffer, code: string) => Promise<void>
    /** Writes to the audit log that somebody known was refused. */
    keepDenial?: (sender: Principal, code: string) => Promise<void>
    /** Looks at each file before it is taken. */
    scan?: Scan
    routes: readonly Routes[]
  }

export type Server = { app: App; declared: readonly Declared[] }

/** The document for what never becomes a request: no language to choose by, and an id that leads to no log line. */
function notHttp(status: 400 | 417): string {
  const said = {
    detail: 'Det som skickades går inte att läsa som HTTP. / What was sent cannot be read as HTTP.',
    code: 'request.malformed',
    errors: [],
  }
  const type = 'urn:bokvar:problem:request.malformed'
  return JSON.stringify({
    type,
    title: 'Begäran är felaktig',
    status,
    instance: `urn:uuid:${randomUUID()}`,
    ...said,
  })
}

const HSTS = { maxAge: 31_536_000, includeSubDomains: true }

/** The hardening headers of an answer that no hook reaches. */
function bareHeaders(baseUrl: string): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'content-security-policy':
      "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    ...(baseUrl.startsWith('https:') && {
      'strict-transport-security': `max-age=${HSTS.maxAge}; includeSubDomains`,
    }),
  }
}

function newServer(deps: HttpDeps): App {
  const hardened = bareHeaders(deps.settings.baseUrl)
  const headers = { ...hardened, 'content-type': 'application/problem+json' }
  const app = Fastify({
    ...(deps.logger === false ? { logger: false } : { loggerInstance: deps.logger }),
    // Our own line is written instead: Fastify's would hold addresses with their query strings.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: deps.settings.trustProxy.length > 0 ? deps.settings.trustProxy : false,
    bodyLimit: MAX_JSON_BYTES,
    requestTimeout: 30_000,
    // Only what is idle is cut: a request under way is finished before the process ends.
    forceCloseConnections: 'idle',
    // Its own answer then is no document of ours and does not say when to come again: `refuseWhileClosing` does.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => answerFault(error, request, reply.headers(hardened), deps),
    clientErrorHandler: (_error, socket) => {
      // What is not even HTTP gets a fixed answer: there is no request to read a language from.
      const body = notHttp(400)
      const lines = Object.entries({
        ...headers,
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      })
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      if (socket.writable) socket.end(`HTTP/1.1 400 Bad Request\r\n${head}\r\n${body}`)
      else socket.destroy()
    },
  }).withTypeProvider<ZodTypeProvider>()
  app.server.headersTimeout = 10_000
  // Node answers an unknown Expect without a body; a client of ours reads problem documents only.
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, headers).end(notHttp(417))
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  return app
}

async function hardenHeaders(app: App, { baseUrl, identityOrigins }: HttpSettings): Promise<void> {
  const secure = baseUrl.startsWith('https:')
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        // Signing out is a form that ends, by redirect, at the identity provider.
        formAction: ["'self'", ...identityOrigins],
        ...(secure && { upgradeInsecureRequests: [] }),
      },
    },
    hsts: secure ? HSTS : false,
    referrerPolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
  })
  app.addHook('onSend', async (_request, reply) => {
    // Secrecy: nothing of this service may lie in a browser's or a proxy's cache unless a route says otherwise.
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
  })
}

/** On a line that is still open while the server stops: whoever asks is told to come again, when another one is there. */
function refuseWhileClosing(app: App): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onRequest', async () => {
    if (closing)
      throw new Refusal('conflict', 'unavailable', 'Tjänsten startas om. Försök igen om några sekunder.')
  })
}

async function keepWhatCannotBeRead(request: FastifyRequest, fault: Fault, deps: HttpDeps): Promise<void> {
  const { principal, rawBody } = request
  const unreadable = fault.status === 400 && request.routeOptions.config?.keepsUnreadable === true
  if (unreadable && principal && rawBody && deps.keepUnreadable) {
    await deps.keepUnreadable(principal, rawBody, fault.code)
  }
}

/** Who was refused what is kept too. While that cannot be written, the answer is that the service is not there. */
async function keepDenied(request: FastifyRequest, fault: Fault, deps: HttpDeps): Promise<Fault> {
  const { principal } = request
  const denied = fault.status === 403 || (fault.status === 404 && principal?.via?.subjectId)
  if (!denied || !principal || !deps.keepDenial) return fault
  return deps.keepDenial(principal, fault.code).then(
    () => fault,
    (error: unknown) => faultOf(error as FastifyError, request.language),
  )
}

async function answerFault(
  error: FastifyError | Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: HttpDeps,
): Promise<FastifyReply> {
  // An address that cannot even be decoded is refused before any hook has run.
  request.language ??= preferredLanguage(request.headers['accept-language'])
  const fault = await keepDenied(request, faultOf(error, request.language), deps)
  if (fault.status === 500) request.log.error(traceOf(error as FastifyError), 'unexpected')
  Object.assign(request as Refused, { refused: fault.code, causes: causesOf(error) })
  if (fault.retryAfter && !reply.hasHeader('retry-after'))
    void reply.header('retry-after', String(fault.retryAfter))
  if (fault.status === 401 && isApi(request)) {
    const why = fault.code === 'token.missing' ? '' : ', error="invalid_token"'
    void reply.header('www-authenticate', `Bearer realm="bokvar"${why}`)
  }
  await keepWhatCannotBeRead(request, fault, deps)
  void reply
    .code(fault.status)
    .header('cache-control', 'no-store')
    .header('vary', 'Accept-Language, Accept, Cookie')
  if (!isApi(request)) return showFault(reply, fault)
  const document = problemDocument(fault, request)
  return reply
    .header('content-language', request.language)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(document)
}

function answerUnknown(app: App, declared: readonly Declared[]): void {
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const fits = ({ url }: Declared): boolean =>
      new RegExp(`^${url.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+').replace(/\*/g, '.*')}/?$`).test(
        path,
      )
    const methods = [
      ...new Set(declared.filter((route) => !route.url.includes('*') && fits(route)).map((r) => r.method)),
    ]
    if (methods.length === 0) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
    void reply.header('allow', methods.join(', '))
    throw new Refusal('conflict', 'method-not-allowed', 'Adressen finns, men inte för den här metoden.')
  })
}

/**
 * Builds the server with all its doors; it is not listening yet. Throws when a route does not say who may use it.
 * The caller listens on `app`, and ends it with `app.close()`, which waits for requests under way.
 */
export async function buildServer(deps: HttpDeps): Promise<Server> {
  const app = newServer(deps)
  app.decorate('scan', deps.scan ?? null)
  const declared = demandPermissions(app)
  app.setErrorHandler<FastifyError>((error, request, reply) => answerFault(error, request, reply, deps))
  answerUnknown(app, declared)
  await hardenHeaders(app, deps.settings)
  logRequests(app)
  refuseWhileClosing(app)
  await keepSessions(app, deps, deps.settings.baseUrl)
  await identifySenders(app, deps)
  keepLostForms(app, deps)
  await readBodies(app)
  await framePages(app, deps.settings)
  await describeApi(app, deps.settings)
  tellHealth(app, deps)
  for (const routes of deps.routes) await app.register(async (scope) => routes(scope as App))
  await app.ready()
  return { app, declared }
}
