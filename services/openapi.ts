// Describes the API (OpenAPI 3.1) from the same declarations that validate it, and shows it to people.
import swagger, { type SwaggerTransform } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { PERMISSIONS, type Permission } from './access.ts'
import type { App } from './http.ts'

export type OpenApiSettings = {
  baseUrl: string
  version: string
  municipality: { name: string }
  /** Who issues the access tokens. */
  tokens: { issuer: string }
}

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'errors'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri' },
    code: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: { pointer: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
} as const

const problemResponse = {
  description:
    'Fel enligt RFC 9457. Upprepar aldrig personuppgifter. / A problem document; never repeats personal data.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
} as const

// The reader's own policy: as strict as the pages', but for its inline images and the one style attribute it sets.
const READER_POLICY = {
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'style-src': ["'self'", "'unsafe-hashes'", "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
}

type Operation = { operationId?: string; responses?: Record<string, { description?: string }> }

/** What a status means wherever a route does not say it better: a reader must not have to know the numbers. */
const MEANINGS: Readonly<Record<string, string>> = {
  '200': 'Det som frågades efter, eller det som blev följden. / What was asked for, or what came of it.',
  '201': 'Mottaget och sparat. / Received and stored.',
  '202': 'Mottaget; arbetet fortsätter. / Received; the work goes on.',
}

/** A name for the operation, as generated clients use it: `postNoticesByIdUpdates`. */
function nameOf(method: string, path: string): string {
  const parts = path.replace(/^\/v1\//, '').split(/[^\w{]+/)
  const named = parts.map((part) =>
    part.replace(/^\{(\w)/, (_found, first: string) => `By${first.toUpperCase()}`),
  )
  return method + named.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('')
}

/** Every operation has a name and may end in a problem document: said once here, not in each route. */
function completed(document: { paths?: Record<string, unknown> }): void {
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations as Record<string, Operation>)) {
      operation.operationId = nameOf(method, path)
      for (const [status, response] of Object.entries(operation.responses ?? {}))
        if (response.description === 'Default Response') response.description = MEANINGS[status] ?? status
      const problem = { $ref: '#/components/responses/Problem' } as { description?: string }
      operation.responses = { ...operation.responses, default: problem }
    }
  }
}

/** What a route's description says about access is read from the role table that guards it. */
function securityOf(permission: Permission | 'public' | undefined): Record<string, string[]>[] {
  if (permission === undefined || permission === 'public') return []
  const { scope } = PERMISSIONS[permission]
  return [{ token: scope ? [scope] : [] }]
}

function transform(about: Parameters<SwaggerTransform>[0]): ReturnType<SwaggerTransform> {
  const { schema, url } = jsonSchemaTransform(about)
  return { schema: { ...schema, security: securityOf(about.route.config?.permission) }, url }
}

function description({ baseUrl, version, municipality, tokens }: OpenApiSettings) {
  // Not the scheme openIdConnect: the reader would ask another origin for it, which its policy forbids.
  const discovery = `OAuth 2.0 client credentials: ${tokens.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bokvar',
      version,
      description: `Tidig varning vid risk för vräkning, ${municipality.name}. Belopp i kronor, datum ÅÅÅÅ-MM-DD, tider i UTC. Hämta åtkomsttoken med OAuth 2.0 client credentials. / Early warning of evictions.`,
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
      contact: { name: municipality.name },
    },
    servers: [{ url: baseUrl }],
    components: {
      schemas: { Problem: problem },
      responses: { Problem: problemResponse },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: discovery },
      },
    },
  }
}

/** `/openapi.json` and, to read it, `/docs`. */
export async function describeApi(app: App, settings: OpenApiSettings): Promise<void> {
  await app.register(swagger, {
    openapi: description(settings) as never,
    transform,
    hideUntagged: true,
  })
  app.get('/openapi.json', { config: { permission: 'public' }, schema: { hide: true } }, async () => {
    const document = structuredClone(app.swagger())
    completed(document)
    return document
  })
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, permission: 'public' }
    })
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: READER_POLICY,
      uiConfig: { url: '/openapi.json', deepLinking: true },
    })
  })
}
