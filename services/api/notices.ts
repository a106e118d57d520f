// The landlords' door: send a notice, tell what has happened since, and see what became of one's own.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { receiveNotice, receiveUpdate } from '../../shared/casework/intake.ts'
import { listOwnNotices, readOwnNotice, type OwnNotice } from '../../shared/casework/own-notices.ts'
import { noticeBody, updateBody } from '../../shared/domain/notice-body.ts'
import type { Language } from '../../shared/text/say.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, demandKey, idOf, keyOf, paging, rawOf, type ApiDeps } from './asking.ts'
import { finding, receipt, showFindings } from './showing.ts'

const tags = ['notices']

const notice = z.object({
  id: z.string(),
  number: z.string(),
  type: z.string(),
  reference: z.string().nullable(),
  source: z.string(),
  receivedAt: z.string(),
  state: z.enum(['received', 'needs-completion', 'wrong-municipality', 'withdrawn']),
  verdict: z.enum(['complete', 'incomplete', 'doubtful']),
  findings: z.array(finding),
  possibleDuplicateOf: z.string().optional(),
})

const updateReceipt = z.object({ id: z.string(), receivedAt: z.string(), findings: z.array(finding) })

function show({ duplicateOf, ...row }: OwnNotice, language: Language): z.infer<typeof notice> {
  const { id, number, type, reference, source, receivedAt, state, verdict } = row
  const findings = showFindings(row.findings, language)
  const duplicate = duplicateOf ? { possibleDuplicateOf: duplicateOf } : {}
  return { id, number, type, reference, source, receivedAt, state, verdict, findings, ...duplicate }
}

/** `POST /v1/notices`, its updates, and the sender's own list. */
export function noticeRoutes({ db, tools }: ApiDeps): (app: App) => void {
  return (app) => {
    sendNotice(app, { db, tools })
    sendUpdate(app, { db, tools })
    listOwn(app, { db, tools })
    app.get(
      '/v1/notices/:id',
      {
        config: { permission: 'notice.read-own' },
        schema: {
          tags,
          summary: 'Ett eget meddelande / one own notice',
          params: byId,
          response: { 200: notice },
        },
      },
      async ({ principal, params, language }) =>
        show(await readOwnNotice(db, tools, actorOf(principal), idOf(params)), language),
    )
  }
}

function listOwn(app: App, { db, tools }: ApiDeps): void {
  app.get(
    '/v1/notices',
    {
      config: { permission: 'notice.read-own' },
      schema: {
        tags,
        summary: 'Egna meddelanden / own notices',
        querystring: paging,
        response: {
          200: z.object({
            notices: z.array(notice),
            total: z.number(),
            limit: z.number(),
            page: z.number(),
          }),
        },
      },
    },
    async ({ principal, query, language }) => {
      const { notices, total } = await listOwnNotices(db, tools, actorOf(principal), query)
      return { notices: notices.map((row) => show(row, language)), total, ...query }
    },
  )
}

function sendNotice(app: App, { db, tools }: ApiDeps): void {
  app.post(
    '/v1/notices',
    {
      config: { permission: 'notice.send', keepsUnreadable: true },
      schema: {
        tags,
        summary: 'Lämna ett meddelande / send a notice',
        description:
          'Kräver Idempotency-Key. Ett meddelande avvisas aldrig för sitt innehåll: det tas emot med anmärkningar. / Requires Idempotency-Key. Never refused for its content.',
        headers: z.looseObject({ 'idempotency-key': z.string().optional() }),
        body: noticeBody,
        response: { 201: receipt },
      },
    },
    async (request, reply) => {
      const { body, principal, language } = request
      const sent = { key: demandKey(request), raw: rawOf(request), body }
      const found = await receiveNotice(db, tools, actorOf(principal), sent)
      void reply.code(201).header('location', `/v1/notices/${found.id}`)
      return { ...found, findings: showFindings(found.findings, language) }
    },
  )
}

function sendUpdate(app: App, { db, tools }: ApiDeps): void {
  app.post(
    '/v1/notices/:id/updates',
    {
      config: { permission: 'notice.update', keepsUnreadable: true },
      schema: {
        tags,
        summary: 'Berätta vad som har hänt / tell what has happened since',
        description:
          'Utan Idempotency-Key räknas samma innehåll som samma händelse. / Without a key the content is.',
        params: byId,
        body: updateBody,
        response: { 201: updateReceipt },
      },
    },
    async (request, reply) => {
      const { body, principal, language } = request
      const noticeId = idOf(request.params)
      const raw = rawOf(request)
      const own = keyOf(request) ?? `content ${createHash('sha256').update(raw).digest('hex')}`
      const sent = { noticeId, key: `${noticeId} ${own}`, raw, body }
      const { id, receivedAt, findings } = await receiveUpdate(db, tools, actorOf(principal), sent)
      void reply.code(201).header('location', `/v1/notices/${noticeId}`)
      return { id, receivedAt, findings: showFindings(findings, language) }
    },
  )
}
