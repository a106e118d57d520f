// Starts the demo's identity provider: its pages and the OpenID endpoints on one port.
import { createHash, timingSafeEqual } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import formbody from '@fastify/formbody'
import Fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Provider } from 'oidc-provider'
import type { DemoIdentity, DemoPerson } from './demo-identity.ts'
import { failurePage, signInPage } from './pages.ts'
import { identityProvider, PASSWORD_LEVEL } from './provider.ts'

export type IdentityOptions = {
  identity: DemoIdentity
  audience: string
  host?: string
  /** 0 takes a free one. */
  port?: number
  /** The name it gives itself, when that is not its own address (behind a proxy). */
  issuer?: string
  accessTokenSeconds?: number
}

export type RunningIdentity = { issuer: string; tokenUrl: string; stop: () => Promise<void> }

const STYLES = fileURLToPath(new URL('../../public/app.css', import.meta.url))
const SIGN_OUT_SCRIPT = "document.querySelector('button[name=logout]').click()\n"
const PAGE_POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

const signInFields = z
  .object({ username: z.string().max(200), password: z.string().max(200) })
  .partial()
  .catch({})

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function whoKnows(people: readonly DemoPerson[], username: string, password: string): DemoPerson | undefined {
  const person = people.find((one) => one.username === username)
  // Compared also when nobody has that name, so that the time says nothing.
  const right = timingSafeEqual(digest(password), digest(person?.password ?? ''))
  return person && right ? person : undefined
}

function signInPages(app: FastifyInstance, provider: Provider, people: readonly DemoPerson[]): void {
  const html = 'text/html; charset=utf-8'
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('cache-control', 'no-store').header('content-security-policy', PAGE_POLICY)
  })
  app.get('/assets/app.css', (_request, reply) => reply.type('text/css').send(createReadStream(STYLES)))
  app.get('/assets/sign-out.js', (_request, reply) => reply.type('text/javascript').send(SIGN_OUT_SCRIPT))
  // A browser asks for it on its own; a 404 would stand in the console as a fault of the page.
  app.get('/favicon.ico', (_request, reply) => reply.code(204).send())
  app.get('/interaction/:uid', async (request, reply) => {
    const { uid, params } = await provider.interactionDetails(request.raw, reply.raw)
    return reply.type(html).send(signInPage(`/interaction/${uid}`, params['ui_locales']))
  })
  app.post('/interaction/:uid', async (request, reply) => {
    const { uid, params } = await provider.interactionDetails(request.raw, reply.raw)
    const { username = '', password = '' } = signInFields.parse(request.body)
    const person = whoKnows(people, username, password)
    if (!person)
      return reply.type(html).send(signInPage(`/interaction/${uid}`, params['ui_locales'], { username }))
    reply.hijack()
    const result = { login: { accountId: person.sub, amr: ['pwd'], acr: PASSWORD_LEVEL } }
    await provider.interactionFinished(request.raw, reply.raw, result, { mergeWithLastSubmission: false })
    return reply
  })
  // A sign-in that was left open too long, or was begun in another browser.
  app.setErrorHandler((_error, request, reply) =>
    reply
      .code(400)
      .type(html)
      .send(failurePage('interaction_expired', request.headers['accept-language']?.replaceAll(/[,;]/g, ' '))),
  )
}

function endpoints(app: FastifyInstance, provider: Provider): void {
  const answer = provider.callback()
  app.removeAllContentTypeParsers()
  // The provider reads its bodies itself.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.all('/*', (request, reply) => {
    reply.hijack()
    answer(request.raw, reply.raw)
  })
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

/**
 * Starts it and answers when it listens. For demos and tests: people's passwords stand in a file.
 * `stop` ends it at once, with the connections that are open.
 */
export async function startIdentity(options: IdentityOptions): Promise<RunningIdentity> {
  const { identity, host = '127.0.0.1', port = 0 } = options
  // It listens first: the issuer's name holds the port, which may only be known now.
  const server = createServer()
  const listening = await listen(server, host, port)
  const issuer = options.issuer ?? `http://localhost:${listening}`
  const provider = identityProvider(identity, { ...options, issuer })
  const app = Fastify({
    logger: false,
    bodyLimit: 64 * 1024,
    serverFactory: (handler) => server.on('request', handler),
  })
  await app.register(async (pages) => {
    await pages.register(formbody)
    signInPages(pages, provider, identity.people)
  })
  await app.register(async (scope) => endpoints(scope, provider))
  await app.ready()
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    await app.close()
  }
  return { issuer, tokenUrl: `${issuer}/token`, stop }
}
