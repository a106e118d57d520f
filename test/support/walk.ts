// Walks every declared route as everybody: fills addresses and bodies from what the service itself says of them.
import { randomUUID } from 'node:crypto'
import type { Declared } from '../../services/access.ts'
import type { Who } from './secrecy-people.ts'
import type { Town } from './secrecy-world.ts'

export type Answer = { status: number; text: string; headers: Record<string, unknown> }

type Schema = {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  format?: string
  pattern?: string
  minimum?: number
  minItems?: number
  minLength?: number
}

/** The smallest value that a schema takes: so that a route gets past its own door and shows what it would do. */
export function valueFor(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const choice = (schema.anyOf ?? schema.oneOf)?.find(({ type }) => type !== 'null')
  if (choice) return valueFor(choice)
  const type = [schema.type].flat().find((one) => one !== 'null')
  if (type === 'object') {
    const needed = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name))
    return Object.fromEntries(needed.map(([name, one]) => [name, valueFor(one)]))
  }
  if (type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => valueFor(schema.items ?? {}))
  if (type === 'number' || type === 'integer') return Math.max(schema.minimum ?? 1, 1)
  if (type === 'boolean') return true
  if (schema.format === 'uuid') return randomUUID()
  if (schema.format === 'date' || schema.pattern?.includes('\\d{4}-')) return '2026-11-25'
  if (schema.format === 'date-time') return '2026-12-01T10:00:00Z'
  return 'x'.repeat(Math.max(schema.minLength ?? 1, 1))
}

/** What a walker needs: one way to ask any route as anybody, with its form token and cookie when it is a page. */
export async function walker(world: Town) {
  const { app } = world
  const document = (app as unknown as { swagger: () => { paths?: Record<string, unknown> } }).swagger()
  const bodyOf = (route: Declared): unknown => {
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    const operation = (document.paths?.[path] as Record<string, unknown> | undefined)?.[
      route.method.toLowerCase()
    ]
    const content = (
      operation as { requestBody?: { content?: Record<string, { schema?: Schema }> } } | undefined
    )?.requestBody?.content
    const schema = content?.['application/json']?.schema
    return schema ? valueFor(schema) : {}
  }
  const pages = new Map<Who, { cookie: string; token: string }>()
  /** A page's form token and the cookie it belongs to. */
  const formOf = async (who: Who) => {
    const known = pages.get(who)
    if (known) return known
    const answer = await app.inject({ url: '/personuppgifter', headers: { authorization: `Bearer ${who}` } })
    const cookie = [answer.headers['set-cookie'] ?? []]
      .flat()
      .map((line) => line.split(';')[0])
      .join('; ')
    const made = { cookie, token: /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? '' }
    pages.set(who, made)
    return made
  }
  const ask = async (who: Who | null, route: Declared, id: string): Promise<Answer> => {
    const url = route.url.replace(/:\w+/g, id).replace('*', id)
    const page = !/^\/(v1|health|metrics|openapi)/.test(route.url)
    const headers: Record<string, string> = { 'if-match': '"1"', 'idempotency-key': randomUUID() }
    if (who) headers['authorization'] = `Bearer ${who}`
    let payload: string | undefined
    if (page && who) headers['cookie'] = (await formOf(who)).cookie
    if (route.method !== 'GET') {
      const token = page && who ? (await formOf(who)).token : ''
      if (route.accepts === 'multipart') {
        headers['content-type'] = 'multipart/form-data; boundary=b'
        const field = `--b\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n`
        payload = `${field}--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\na;b\n1;2\r\n--b--\r\n`
      } else if (page) {
        headers['content-type'] = 'application/x-www-form-urlencoded'
        payload = new URLSearchParams({ _csrf: token }).toString()
      } else {
        headers['content-type'] = 'application/json'
        payload = JSON.stringify(bodyOf(route))
      }
    }
    const answer = await app.inject({
      method: route.method as 'GET',
      url,
      headers,
      ...(payload && { payload }),
    })
    return { status: answer.statusCode, text: answer.body, headers: answer.headers }
  }
  return { ask, formOf }
}

/** The answer without what differs from one request to the next: its own id, the id asked for, tokens, time and rate. */
export function plainly({ status, text, headers }: Answer, id: string): string {
  const without = (value: string) =>
    value
      .replaceAll(id, 'ID')
      .replaceAll(/urn:uuid:[0-9a-f-]{36}/g, 'REQUEST')
      .replaceAll(/name="_csrf" value="[^"]*"/g, 'TOKEN')
  const kept = Object.entries(headers)
    .filter(([name]) => !/^(date|set-cookie|x-ratelimit|retry-after|content-length)/.test(name))
    .map(([name, value]) => `${name}: ${without(String(value))}`)
    .sort()
  return [status, ...kept, '', without(text)].join('\n')
}
