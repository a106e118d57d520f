// The administrators' door to the municipality's tables: drafts, a colleague's review, publication, and what a version is.
import { z } from 'zod'
import { diffRules } from '../../shared/casework/rule-trials.ts'
import {
  draftRules,
  listRules,
  publishRules,
  readRuleVersion,
  restoreRules,
  reviewRules,
} from '../../shared/casework/rules.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, type ApiDeps } from './asking.ts'
import { inFull, kind, showInFull, showVersion, version, versionOf } from './rule-shapes.ts'

const tags = ['rules']
// A sheet travels inside JSON, whose own limit of 1 MiB bounds it.
const sheet = z.string().min(1)

const draft = z.strictObject({
  kind,
  csv: sheet,
  examples: sheet.optional().meta({ description: 'Routing: the example cases that the table must answer.' }),
  note: z.string().max(1000).optional(),
})

const cell = z.object({ column: z.string(), before: z.string(), after: z.string() })
const difference = z.object({
  from: z.number(),
  to: z.number(),
  rows: z.array(
    z.object({ kind: z.enum(['added', 'removed', 'changed']), row: z.number(), cells: z.array(cell) }),
  ),
  lines: z.array(
    z.object({ kind: z.enum(['added', 'removed']), line: z.number(), cells: z.array(z.string()) }),
  ),
})

/** `/v1/rule-versions`. */
export function ruleRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    list(app, deps)
    make(app, deps)
    show(app, deps)
    sheets(app, deps)
    differ(app, deps)
    review(app, deps)
    publish(app, deps)
    restore(app, deps)
  }
}

function list(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/rule-versions',
    {
      config: { permission: 'rules.read' },
      schema: {
        tags,
        summary: 'Tabellernas versioner / the versions of the tables',
        querystring: z.object({ kind: kind.optional() }),
        response: { 200: z.object({ versions: z.array(version) }) },
      },
    },
    async ({ principal, query }) => {
      const found = await listRules(db, actorOf(principal), query.kind ?? null)
      return { versions: found.map(showVersion) }
    },
  )
}

function make(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/rule-versions',
    {
      config: { permission: 'rules.change' },
      schema: {
        tags,
        summary: 'Skriv ett utkast / draft a version',
        description:
          'Tabellen skickas som CSV. Det som inte går att läsa avvisas med rad, kolumn och skäl; den publicerade versionen gäller.',
        body: draft,
        response: { 201: inFull },
      },
    },
    async ({ principal, body, language }, reply) => {
      const made = await draftRules(db, actorOf(principal), body)
      void reply.code(201).header('location', `/v1/rule-versions/${made.id}`)
      return showInFull(made, language)
    },
  )
}

function show(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/rule-versions/:id',
    {
      config: { permission: 'rules.read' },
      schema: {
        tags,
        summary: 'En version och vad kontrollen säger om den / a version and its findings',
        params: byId,
        response: { 200: inFull },
      },
    },
    async ({ principal, params, language }) =>
      showInFull(await readRuleVersion(db, actorOf(principal), versionOf(params)), language),
  )
}

function sheets(app: App, { db }: ApiDeps): void {
  for (const [name, column] of [
    ['rules.csv', 'csv'],
    ['examples.csv', 'examples'],
  ] as const) {
    app.get(
      `/v1/rule-versions/:id/${name}`,
      {
        config: { permission: 'rules.read' },
        schema: { tags, summary: 'Tabellen som CSV / the sheet', params: byId, produces: ['text/csv'] },
      },
      async ({ principal, params }, reply) => {
        const found = await readRuleVersion(db, actorOf(principal), versionOf(params))
        void reply.type('text/csv; charset=utf-8')
        const file = `${found.kind}-${found.version}-${name}`
        void reply.header('content-disposition', `attachment; filename="${file}"`)
        // The mark tells a spreadsheet that the text is UTF-8.
        return reply.send(`\uFEFF${(found[column] ?? '').replace(/^\uFEFF/, '')}`)
      },
    )
  }
}

function differ(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/rule-versions/:id/diff',
    {
      config: { permission: 'rules.read' },
      schema: {
        tags,
        summary: 'Vad som skiljer från en annan version / what differs from another version',
        params: byId,
        querystring: z.object({ against: z.coerce.number().int().positive().optional() }),
        response: { 200: difference },
      },
    },
    async ({ principal, params, query }) => {
      const found = await diffRules(db, actorOf(principal), versionOf(params), query.against ?? null)
      const rows = found.rows.map(({ kind, row, cells }) => ({ kind, row, cells: [...cells] }))
      const lines = found.lines.map(({ kind, line, cells }) => ({ kind, line, cells: [...cells] }))
      return { from: found.from, to: found.to, rows, lines }
    },
  )
}

const deed = { tags, params: byId, response: { 200: inFull } }

function review(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/rule-versions/:id/review',
    {
      config: { permission: 'rules.change' },
      schema: { ...deed, summary: 'Granska en kollegas utkast / review a colleague’s draft' },
    },
    async ({ principal, params, language }) =>
      showInFull(await reviewRules(db, actorOf(principal), versionOf(params)), language),
  )
}

function publish(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/rule-versions/:id/publication',
    {
      config: { permission: 'rules.change' },
      schema: {
        ...deed,
        summary: 'Publicera från en dag / publish from a day',
        body: z.strictObject({ from: z.iso.date() }),
      },
    },
    async ({ principal, params, body, language }) =>
      showInFull(await publishRules(db, actorOf(principal), versionOf(params), body.from), language),
  )
}

function restore(app: App, { db }: ApiDeps): void {
  app.post(
    '/v1/rule-versions/:id/restoration',
    {
      config: { permission: 'rules.change' },
      schema: {
        ...deed,
        summary: 'Ett nytt utkast som en äldre version / a new draft like an earlier version',
        response: { 201: inFull },
      },
    },
    async ({ principal, params, language }, reply) => {
      const made = await restoreRules(db, actorOf(principal), versionOf(params))
      void reply.code(201).header('location', `/v1/rule-versions/${made.id}`)
      return showInFull(made, language)
    },
  )
}
