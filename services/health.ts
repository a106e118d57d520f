// Tells machines how the service is: alive, ready, its figures, and Digg's api-info.
import { collectDefaultMetrics, register } from 'prom-client'
import { z } from 'zod'
import type { Readiness } from '../shared/casework/readiness.ts'
import type { App } from './http.ts'

export type HealthDeps = {
  /** Asks the database; throws when it cannot be reached. */
  readiness: () => Promise<Readiness>
  api: { version: string; released: string }
}

const readinessSchema = z.object({
  status: z.enum(['ready', 'not-ready']),
  schema: z.object({ found: z.string().nullable(), needed: z.string() }),
  oldestUndoneSeconds: z.number(),
})

const apiInfoSchema = z.object({
  apiName: z.string(),
  apiVersion: z.string(),
  apiReleased: z.string(),
  apiDocumentation: z.string(),
  apiStatus: z.enum(['active', 'beta', 'deprecated']),
})

/** `/health/live`, `/health/ready`, `/metrics` and `/v1/api-info`. None of them holds anything about a person. */
export function tellHealth(app: App, deps: HealthDeps & { settings: { baseUrl: string } }): void {
  if (!register.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics()
  const open = { config: { permission: 'public' as const } }
  app.get('/health/live', { ...open, schema: { tags: ['health'], hide: true } }, async () => ({
    status: 'live',
  }))

  app.get(
    '/health/ready',
    {
      ...open,
      schema: { tags: ['health'], hide: true, response: { 200: readinessSchema, 503: readinessSchema } },
    },
    async (_request, reply) => {
      const { ok, schema, oldestUndoneSeconds } = await deps.readiness()
      const status = ok ? ('ready' as const) : ('not-ready' as const)
      return reply.code(ok ? 200 : 503).send({ status, schema, oldestUndoneSeconds })
    },
  )

  app.get('/metrics', { ...open, schema: { hide: true } }, async (_request, reply) =>
    reply.type(register.contentType).send(await register.metrics()),
  )

  tellApiInfo(app, deps)
}

function tellApiInfo(app: App, deps: HealthDeps & { settings: { baseUrl: string } }): void {
  app.get(
    '/v1/api-info',
    {
      config: { permission: 'public' },
      schema: {
        tags: ['api-info'],
        summary: 'Vad är det här för API? (Diggs REST API-profil)',
        response: { 200: apiInfoSchema },
      },
    },
    async () => ({
      apiName: 'Bokvar',
      apiVersion: deps.api.version,
      apiReleased: deps.api.released,
      apiDocumentation: `${deps.settings.baseUrl}/docs`,
      apiStatus: 'active' as const,
    }),
  )
}
