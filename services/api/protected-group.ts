// The door to the named group: a supervisor names colleagues who may see protected persons' cases, never herself.
import { z } from 'zod'
import { listNamed, nameColleague, unnameColleague } from '../../shared/casework/protected-group.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, idOf, type ApiDeps } from './asking.ts'

const config = { permission: 'protected.name' as const }
const tags = ['protected-group']

const group = z.object({
  members: z.array(
    z.object({
      personId: z.string(),
      name: z.string(),
      role: z.string(),
      unit: z.string().nullable(),
      namedAt: z.string(),
    }),
  ),
})

const naming = {
  tags,
  summary: 'Utse en kollega / name a colleague',
  body: z.strictObject({ personId: z.uuid() }),
  response: { 200: group },
}
const removal = {
  tags,
  summary: 'Ta bort en kollega / take a colleague out',
  params: byId,
  response: { 200: group },
}

/** `GET /v1/protected-group`, `POST …/members`, `POST …/members/{id}/removal`; each answers with the group as it stands. */
export function protectedGroupRoutes({ db }: ApiDeps): (app: App) => void {
  return (app) => {
    const summary =
      'Vilka som får se ärenden med skyddade personuppgifter / who may see protected persons’ cases'
    app.get(
      '/v1/protected-group',
      { config, schema: { tags, summary, response: { 200: group } } },
      async (request) => ({ members: await listNamed(db, actorOf(request.principal)) }),
    )
    app.post('/v1/protected-group/members', { config, schema: naming }, async (request) => {
      const actor = actorOf(request.principal)
      await nameColleague(db, actor, request.body.personId)
      return { members: await listNamed(db, actor) }
    })
    app.post('/v1/protected-group/members/:id/removal', { config, schema: removal }, async (request) => {
      const actor = actorOf(request.principal)
      await unnameColleague(db, actor, idOf(request.params))
      return { members: await listNamed(db, actor) }
    })
  }
}
