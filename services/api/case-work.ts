// The staff's door to what is done in a case: contacts tried, home visits booked and made.
import { z } from 'zod'
import { recordContact } from '../../shared/casework/contacts.ts'
import { recordVisit } from '../../shared/casework/visit-results.ts'
import { bookVisit } from '../../shared/casework/visits.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, idOf, ifMatchOf, type ApiDeps } from './asking.ts'
import { showVisit, visit } from './case-shapes.ts'

const tags = ['cases']
const instant = z.iso.datetime({ offset: true })
const note = z.string().max(4000).optional()

const contactBody = z.strictObject({
  channel: z.enum(['phone', 'sms', 'letter', 'visit', 'meeting', 'other']),
  outcome: z
    .string()
    .min(1)
    .max(60)
    .meta({ description: 'A code of the list contact-result.', examples: ['EJ_NADD'] }),
  by: z.enum(['municipality', 'neutral', 'landlord']).default('municipality'),
  taskId: z.guid().optional(),
  note,
  occurredAt: instant.optional(),
})

const contact = z.object({
  id: z.string(),
  caseId: z.string(),
  channel: z.string(),
  outcome: z.string(),
  reached: z.boolean(),
  occurredAt: z.string(),
  taskId: z.string().nullable(),
})

const booking = z.strictObject({
  startsAt: instant,
  minutes: z.number().int().min(10).max(480).default(60),
  visitors: z.array(z.guid()).min(1).max(6),
  announced: z.boolean().default(true),
  reason: z.string().max(1000).optional(),
  reasonAnyway: z
    .string()
    .max(300)
    .optional()
    .meta({ description: 'Why it is booked past a limit or on a closed day.' }),
  purpose: z.string().max(300).optional(),
  safetyNote: z.string().max(300).optional(),
  interpreter: z.string().max(60).optional(),
  taskId: z.guid().optional(),
})
const result = z.strictObject({
  visitId: z.guid(),
  outcome: z.string().min(1).max(60).meta({ description: 'A code of the list visit-result.' }),
  consentGiven: z.boolean().default(false),
  note,
})

/** `POST /v1/cases/{id}/contacts` and `/visits`. */
export function caseWorkRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    contacts(app, deps)
    visits(app, deps)
  }
}

function contacts(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/cases/:id/contacts',
    {
      config: { permission: 'contact.record' },
      schema: {
        tags,
        summary: 'Notera en kontakt eller ett försök / log a contact',
        description:
          'Samma kontakt vid samma tidpunkt noteras en gång. If-Match är valfritt: en kontakt läggs alltid till.',
        params: byId,
        body: contactBody,
        response: { 201: contact },
      },
    },
    async (request, reply) => {
      const { by, channel, outcome, taskId, occurredAt } = request.body
      const report = { channel, outcome, byWhom: by, taskId: taskId ?? null, occurredAt: occurredAt ?? null }
      const where = {
        caseId: idOf(request.params),
        ifMatch: ifMatchOf(request),
        note: request.body.note ?? null,
      }
      const found = await recordContact(db, actorOf(request.principal), { ...report, ...where })
      void reply.code(201)
      return found
    },
  )
}

function visits(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/cases/:id/visits',
    {
      config: { permission: 'visit.record' },
      schema: {
        tags,
        summary: 'Boka ett hembesök, eller notera hur det gick / book or record a visit',
        params: byId,
        body: z.union([booking, result]),
        response: { 201: visit },
      },
    },
    async (request, reply) => {
      const { body, principal } = request
      const [actor, caseId] = [actorOf(principal), idOf(request.params)]
      const found =
        'visitId' in body
          ? await recordVisit(db, actor, caseId, { ...body, note: body.note ?? null })
          : await bookVisit(db, actor, {
              ...body,
              caseId,
              ifMatch: ifMatchOf(request),
              reason: body.reason ?? null,
              taskId: body.taskId ?? null,
            })
      void reply.code(201)
      return showVisit(found)
    },
  )
}
