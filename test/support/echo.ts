// A door that answers what it got, one that fails as it is told, and the shape that every refusal must have.
import { expect } from '@jest/globals'
import { sql } from 'kysely'
import type { LightMyRequestResponse } from 'fastify'
import { z } from 'zod'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { Db } from '../../shared/db/open.ts'
import type { Routes } from '../../services/http.ts'

/** What must never come back in an answer or a log. */
export const CANARY = 'Kanariefågel-19811228-9874'

const body = z.strictObject({
  name: z.string().max(50),
  amount: z.number().min(1).optional(),
  rents: z.array(z.object({ period: z.string(), amount: z.number() })).optional(),
  dispatch: z.enum(['letter', 'e-mail']).optional(),
  dueDate: z.iso.date().optional(),
})

async function failAs(how: string, db: Db): Promise<never> {
  if (how === 'bug') throw new Error('secret of Anna Andersson 19900101-1234')
  if (how === 'value') await sql`select ${'Anna'}::uuid`.execute(db)
  const twice = sql`insert into web_session values ('x', '{}', null, now()), ('x', '{}', null, now())`
  if (how === 'unique') await twice.execute(db)
  throw new Refusal(how as 'conflict', `test.${how}`, 'En mening som säger vad man gör i stället.')
}

/** `/v1/echo` reads a strict body or a limit; `/v1/fail/:how` throws what it is told to. */
export const echoRoutes = (db: Db): Routes[] => [
  (app) => {
    const config = { permission: 'notice.send' as const, keepsUnreadable: true }
    app.post('/v1/echo', { config, schema: { tags: ['test'], body } }, (request) => ({
      length: request.rawBody?.length,
      name: request.body.name,
    }))
    app.get(
      '/v1/echo',
      {
        config: { permission: 'notice.send' },
        schema: { querystring: z.object({ limit: z.coerce.number().max(100).optional() }) },
      },
      (request) => ({ limit: request.query.limit, ip: request.ip, host: request.hostname }),
    )
    app.get('/v1/fail/:how', { config: { permission: 'public' } }, (request) =>
      failAs((request.params as { how: string }).how, db),
    )
  },
]

/** Every refusal has one shape, bears its request's reference and is never kept in a cache. */
export function expectProblem(answer: LightMyRequestResponse, status: number, code: string): void {
  expect({ status: answer.statusCode, code: answer.json().code }).toEqual({ status, code })
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.headers['cache-control']).toBe('no-store')
  const document = answer.json()
  expect(Object.keys(document).sort()).toEqual([
    'code',
    'detail',
    'errors',
    'instance',
    'status',
    'title',
    'type',
  ])
  expect(document).toMatchObject({ status, instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/) })
  expect(document.detail.length).toBeGreaterThan(10)
}
