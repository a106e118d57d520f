// The staff's door to merging two cases of one household, and to undoing it.
import { z } from 'zod'
import { askMerge, askUndoing } from '../../shared/casework/merging.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, idOf, type ApiDeps } from './asking.ts'

const tags = ['cases']

/** `POST /v1/cases/{id}/merges` and `POST /v1/case-merges/{id}/undoing`: asked here, done by the worker. */
export function mergeRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    merging(app, deps)
    undoing(app, deps)
  }
}

function merging(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/cases/:id/merges',
    {
      config: { permission: 'case.assign' },
      schema: {
        tags,
        summary: 'Slå ihop ärendet med ett annat / merge the case into another',
        description: 'Meddelandena flyttas till det andra ärendet. Sammanslagningen kan ångras.',
        params: byId,
        body: z.strictObject({ intoCaseId: z.guid(), reason: z.string().trim().min(1).max(1000) }),
        response: { 202: z.object({ mergeId: z.string() }) },
      },
    },
    async (request, reply) => {
      const { intoCaseId, reason } = request.body
      const asked = { fromId: idOf(request.params), intoId: intoCaseId, reason }
      void reply.code(202)
      return askMerge(db, actorOf(request.principal), asked)
    },
  )
}

function undoing(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/case-merges/:id/undoing',
    {
      config: { permission: 'case.assign' },
      schema: {
        tags,
        summary: 'Ångra en sammanslagning / undo a merge',
        params: byId,
        response: { 202: z.object({ caseId: z.string() }) },
      },
    },
    async (request, reply) => {
      void reply.code(202)
      return askUndoing(db, actorOf(request.principal), idOf(request.params))
    },
  )
}
