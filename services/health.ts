// Tells machines how the service is: alive, ready, its figures, and Digg's api-info.
import { collectDefaultMetrics, register } from 'prom-client'
import { z } from 'zod'
import type { Readiness } from '../shared/casework/readiness.ts'
import type { DeadlineHealth } from '../shared/casework/watch.ts'
import { Refusal } from '../shared/domain/refusal.ts'
import { isInTime } from '../shared/domain/watch.ts'
import type { App } from './http.ts'

export type HealthDeps = {
  /** Asks the database; throws when it cannot be reached. */
  readiness: () => Promise<Readiness>
  /** What is due and undone, and how long it may wait. */
  deadlines: { find: () => Promise<DeadlineHealth>; lateSeconds: number }
  api: { version: string; released: string }
}

const THROUGH_A_PROXY = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']

const readinessSchema = z.object({
  status: z.enum(['ready', 'not-ready']),
  schema: z.object({ found: z.string().nullable(), needed: z.string() }),
  oldestUndoneSeconds: z.number(),
})

const deadlinesSchema = z.object({
  status: z.enum(['in-time', 'late']),
  due: z.array(z.object({ what: z.string(), due: z.number(), oldestSeconds: z.number() })),
  watchdogSecondsAgo: z.number().nullable(),
})

const apiInfoSchema = z.object({
  apiName: z.string(),
  apiVersion: z.string(),
  apiReleased: z.string(),
  apiDocumentation: z.string(),
  apiStatus: z.enum(['active', 'beta', 'deprecated']),
})

/** `/health/live`, `/health/ready`, `/health/deadlines`, `/metrics` and `/v1/api-info`. None of them holds anything about a person. */
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

  tellDeadlines(app, deps)

  app.get('/metrics', { ...open, schema: { hide: true } }, async (request, reply) => {
    // Figures are for whoever stands inside and asks the process itself, not for whom a proxy let in from the street.
    if (THROUGH_A_PROXY.some((name) => name in request.headers))
      throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
    return reply.type(register.contentType).send(await register.metrics())
  })

  tellApiInfo(app, deps)
}

/** 503 when something due has waited too long: for a monitor outside, which then needs neither mail nor queue of ours. */
function tellDeadlines(app: App, { deadlines }: HealthDeps): void {
  app.get(
    '/health/deadlines',
    {
      config: { permission: 'public' },
      schema: { tags: ['health'], hide: true, response: { 200: deadlinesSchema, 503: deadlinesSchema } },
    },
    async (_request, reply) => {
      const health = await deadlines.find()
      const inTime = isInTime(health.due, deadlines.lateSeconds)
      return reply
        .code(inTime ? 200 : 503)
        .send({ status: inTime ? ('in-time' as const) : ('late' as const), ...health })
    },
  )
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
