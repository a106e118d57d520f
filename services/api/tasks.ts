// The staff's door to tasks: what is due, and one task's answer.
import { z } from 'zod'
import { completeTask, listTasks, readTask } from '../../shared/casework/tasks.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, idOf, paging, whoseOf, type ApiDeps } from './asking.ts'
import { showTask, task } from './case-shapes.ts'

const tags = ['tasks']

const wish = paging.extend({
  state: z.enum(['open', 'done', 'ended', 'all']).default('open'),
  due: z.enum(['overdue', 'today', 'week']).optional(),
  unit: z.string().max(40).optional(),
  assignee: z.union([z.enum(['me', 'none']), z.guid()]).optional(),
})

const completion = z.strictObject({
  outcome: z
    .string()
    .min(1)
    .max(60)
    .meta({ description: "One of the task's own outcomes.", examples: ['KLAR'] }),
  note: z.string().max(4000).optional(),
  occurredAt: z.iso.datetime({ offset: true }).optional(),
})

/** `GET /v1/tasks`, `GET /v1/tasks/{id}` and `POST /v1/tasks/{id}/completion`. */
export function taskRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    list(app, deps)
    one(app, deps)
    complete(app, deps)
  }
}

function list(app: App, { db }: ApiDeps): void {
  const found = z.object({ tasks: z.array(task), total: z.number(), limit: z.number(), page: z.number() })
  app.get(
    '/v1/tasks',
    {
      config: { permission: 'task.read' },
      schema: { tags, summary: 'Uppgifter / tasks', querystring: wish, response: { 200: found } },
    },
    async ({ principal, query, language }) => {
      const actor = actorOf(principal)
      const { state, due, unit, assignee, limit, page } = query
      const { tasks, total } = await listTasks(db, actor, {
        state: state === 'all' ? null : state,
        due: due ?? null,
        unit: unit ?? null,
        assignee: whoseOf(assignee, actor),
        limit,
        page,
      })
      return { tasks: tasks.map((row) => showTask(row, language)), total, limit, page }
    },
  )
}

function one(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/tasks/:id',
    {
      config: { permission: 'task.read' },
      schema: {
        tags,
        summary: 'En uppgift och de svar den tar / a task and its outcomes',
        params: byId,
        response: { 200: task.extend({ outcomes: z.array(z.string()) }) },
      },
    },
    async ({ principal, params, language }) => {
      const found = await readTask(db, actorOf(principal), idOf(params))
      return { ...showTask(found, language), outcomes: found.answers }
    },
  )
}

function complete(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/tasks/:id/completion',
    {
      config: { permission: 'task.complete' },
      schema: {
        tags,
        summary: 'Gör en uppgift klar / complete a task',
        description: 'Samma svar igen ger samma resultat; ett annat svar på en klar uppgift ger 409.',
        params: byId,
        body: completion,
        response: { 200: task },
      },
    },
    async ({ principal, params, body, language }) => {
      const { outcome, note, occurredAt } = body
      const given = { outcome, note: note ?? null, occurredAt: occurredAt ?? null }
      const done = await completeTask(db, actorOf(principal), idOf(params), given)
      return showTask(done, language)
    },
  )
}
