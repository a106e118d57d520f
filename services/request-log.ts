// One log line and one measurement for each request: the route's pattern, never its address, body, query or a name.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Counter, Histogram, register } from 'prom-client'

/** A request that was refused carries the reason's code, so that every refusal is counted (security log), and what caused it. */
export type Refused = FastifyRequest & { refused?: string; causes?: readonly string[] }

function metric<T>(name: string, make: () => T): T {
  // Several servers in one process, as in tests, share the process' measurements.
  return (register.getSingleMetric(name) as T | undefined) ?? make()
}

/** Writes the line and counts when the answer has left. */
export function logRequests(app: FastifyInstance): void {
  const seconds = metric('bokvar_http_request_seconds', () => {
    const labelNames = ['method', 'route', 'status'] as const
    const buckets = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3, 10]
    return new Histogram({
      name: 'bokvar_http_request_seconds',
      help: 'Time to answer.',
      labelNames,
      buckets,
    })
  })
  const refusals = metric('bokvar_http_refusals_total', () => {
    const labelNames = ['route', 'code'] as const
    return new Counter({
      name: 'bokvar_http_refusals_total',
      help: 'Refused requests by reason.',
      labelNames,
    })
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    const status = String(reply.statusCode)
    seconds.observe({ method: request.method, route, status }, reply.elapsedTime / 1000)
    const { refused, causes } = request as Refused
    if (refused) refusals.inc({ route, code: refused })
    const line = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      who: request.principal?.id,
      ...(refused && { refused }),
      ...(causes?.length && { causes }),
    }
    if (refused) request.log.warn(line, 'refused')
    else request.log.info(line, 'answered')
  })
}
