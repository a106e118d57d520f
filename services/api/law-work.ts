// The staff's door to what a person decides or sends about a date: a restart, and the confirmation to Kronofogden.
import { z } from 'zod'
import { inContext } from '../../shared/casework/act.ts'
import { confirmationLetter } from '../../shared/casework/confirmation.ts'
import { lettersInForce } from '../../shared/casework/letter-texts.ts'
import { decideRestart } from '../../shared/casework/restarts.ts'
import { noSuch } from '../../shared/casework/open-case.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, idOf, type ApiDeps } from './asking.ts'

const tags = ['cases']
const letter = z.object({ subject: z.string(), body: z.string() })

/** `POST /v1/cases/{id}/restart-decisions` and `GET /v1/cases/{id}/confirmation`. */
export function lawWorkRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    restarts(app, deps)
    confirmations(app, deps)
  }
}

function restarts(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/cases/:id/restart-decisions',
    {
      config: { permission: 'task.complete' },
      schema: {
        tags,
        summary: 'Avgör om fristen har börjat om / decide whether the period has started again',
        params: byId,
        body: z.strictObject({ noticeId: z.guid(), confirm: z.boolean(), reason: z.string().max(1000) }),
        response: { 201: z.object({ confirmed: z.boolean() }) },
      },
    },
    async (request, reply) => {
      const decided = await decideRestart(db, actorOf(request.principal), idOf(request.params), request.body)
      void reply.code(201)
      return decided
    },
  )
}

function confirmations(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/cases/:id/confirmation',
    {
      config: { permission: 'case.read' },
      schema: {
        tags,
        summary:
          'Bekräftelsen till Kronofogden, förberedd / the confirmation to the enforcement authority, prepared',
        description:
          'SoF (2025:468) 11:3. Med kopian till den det gäller. 404 när ingen tid för avhysning står.',
        params: byId,
        response: {
          200: z.object({ responsible: z.string().nullable(), enforcement: letter, person: letter }),
        },
      },
    },
    async (request) => {
      const prepared = await inContext(db, actorOf(request.principal), async (trx) =>
        confirmationLetter(trx, idOf(request.params), await lettersInForce(trx)),
      )
      if (!prepared) throw noSuch()
      const { responsible, enforcement, person } = prepared
      return { responsible, enforcement: enforcement[request.language], person: person[request.language] }
    },
  )
}
