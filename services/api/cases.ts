// The staff's door to cases: find one, read one whole, and move or close it.
import { z } from 'zod'
import { answerAssignment, assignCase } from '../../shared/casework/assignments.ts'
import { readCase } from '../../shared/casework/cases.ts'
import { closeCase } from '../../shared/casework/closure.ts'
import { searchCases } from '../../shared/casework/search.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, demandIfMatch, idOf, type ApiDeps } from './asking.ts'
import { assignment, caseShape, showAssignment, showCase } from './case-shapes.ts'

const tags = ['cases']
const purpose = z.string().trim().min(1).max(200).optional().meta({ description: 'Kept in the access log.' })
/** What a write must say of the version it read; of a client that sends `*` nobody knows what it has seen. */
const IF_MATCH_TOLD =
  'If-Match ska vara den ETag som ärendet lästes med: saknas den, eller är den *, blir svaret 428; är den gammal, 412. / ' +
  'If-Match must be the ETag the case was read with. Without it 428; stale 412. `*` is answered 428 too (RFC 6585): it is ' +
  'true of any version (RFC 9110 13.1.1), and a colleague’s change would be overwritten unseen.'
const words = (most: number) => z.string().trim().min(1).max(most)

const searchBody = z
  .strictObject({
    number: words(40).optional(),
    name: words(200).optional(),
    personalIdentityNumber: words(40).optional(),
    purpose,
  })
  .refine(
    ({ number, name, personalIdentityNumber }) =>
      [number, name, personalIdentityNumber].filter((given) => given !== undefined).length === 1,
    { params: { oneOf: ['number', 'name', 'personalIdentityNumber'] } },
  )

const reassignment = z
  .strictObject({ personId: z.guid().optional(), unit: words(40).optional(), reason: words(1000) })
  .refine(({ personId, unit }) => (personId === undefined) !== (unit === undefined), {
    params: { oneOf: ['personId', 'unit'] },
  })
const answer = z.strictObject({
  assignmentId: z.guid(),
  answer: z.enum(['accepted', 'rejected']),
  reason: words(1000).optional(),
})

const closing = z.strictObject({
  outcome: words(60),
  on: z.iso.date().optional(),
  source: z.string().max(500).default(''),
  cause: words(60).optional(),
  housingAfter: words(60).optional(),
})

const closed = z.object({
  id: z.string(),
  number: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  outcomeOn: z.string().nullable(),
})

/** `POST /v1/case-searches`, `GET /v1/cases/{id}`, `/assignments` and `/closure`. */
export function caseRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    search(app, deps)
    read(app, deps)
    assign(app, deps)
    close(app, deps)
  }
}

function search(app: App, { db, tools }: ApiDeps): void {
  const found = z.object({ cases: z.array(z.object({ id: z.string(), number: z.string() })) })
  app.post(
    '/v1/case-searches',
    {
      config: { permission: 'case.search' },
      schema: {
        tags,
        summary: 'Sök på ärendenummer, namn eller personnummer / search',
        description:
          'Ett av tre sökbegrepp, inget annat (F 2001:637 15 §). Sökningen loggas med sitt ändamål.',
        body: searchBody,
        response: { 200: found },
      },
    },
    async ({ body, principal }) => {
      const { number, name, personalIdentityNumber } = body
      const by = number !== undefined ? 'number' : name !== undefined ? 'name' : 'personalIdentityNumber'
      const text = number ?? name ?? personalIdentityNumber ?? ''
      const wish = { by, text, purpose: body.purpose ?? null } as const
      const cases = await searchCases(db, tools, actorOf(principal), wish)
      return { cases: cases.map(({ id, number }) => ({ id, number })) }
    },
  )
}

function read(app: App, { db, tools }: ApiDeps): void {
  app.get(
    '/v1/cases/:id',
    {
      config: { permission: 'case.read' },
      schema: {
        tags,
        summary: 'Ett ärende med frister, uppgifter och händelser / a case',
        params: byId,
        querystring: z.object({ purpose }),
        response: { 200: caseShape },
      },
    },
    async (request, reply) => {
      const wish = { caseId: idOf(request.params), purpose: request.query.purpose ?? null }
      const found = await readCase(db, tools, actorOf(request.principal), wish)
      void reply.header('etag', `"${found.version}"`)
      return showCase(found, request.language)
    },
  )
}

function assign(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/cases/:id/assignments',
    {
      config: { permission: 'case.assign' },
      schema: {
        tags,
        summary: 'Flytta ett ärende, eller svara på en tilldelning / assign or answer',
        description: `Flytta: personId eller unit, med skäl och If-Match. En annan nämnds enhet får frågan först. Svara: assignmentId och answer. ${IF_MATCH_TOLD}`,
        params: byId,
        body: z.union([reassignment, answer]),
        response: { 201: assignment },
      },
    },
    async (request, reply) => {
      const { body, principal, language } = request
      const [actor, caseId] = [actorOf(principal), idOf(request.params)]
      const given =
        'assignmentId' in body
          ? await answerAssignment(db, actor, { ...body, caseId, reason: body.reason ?? null })
          : await assignCase(db, actor, {
              caseId,
              ifMatch: demandIfMatch(request),
              personId: body.personId ?? null,
              unit: body.unit ?? null,
              reason: body.reason,
            })
      void reply.code(201)
      return showAssignment(given, language)
    },
  )
}

function close(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/cases/:id/closure',
    {
      config: { permission: 'case.close' },
      schema: {
        tags,
        summary: 'Avsluta ett ärende med ett utfall / close',
        description: `Vad som står i vägen räknas upp, med vad som ska göras i stället. ${IF_MATCH_TOLD}`,
        params: byId,
        body: closing,
        response: { 200: closed },
      },
    },
    async (request, reply) => {
      const { on, cause, housingAfter, outcome, source } = request.body
      const found = await closeCase(db, actorOf(request.principal), {
        caseId: idOf(request.params),
        ifMatch: demandIfMatch(request),
        outcome,
        source,
        on: on ?? null,
        cause: cause ?? null,
        housingAfter: housingAfter ?? null,
      })
      void reply.header('etag', `"${found.version}"`)
      return found
    },
  )
}
