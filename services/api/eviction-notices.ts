// Kronofogden's door: one event of an enforcement case at a time, in whatever order they come, and the receipt of each.
import { receiveEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import { readOwnEvictionNotice } from '../../shared/casework/own-notices.ts'
import { evictionNoticeBody } from '../../shared/domain/eviction-notice.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, demandKey, idOf, rawOf, type ApiDeps } from './asking.ts'
import { receipt, showFindings } from './showing.ts'

const tags = ['eviction-notices']

/** `POST /v1/eviction-notices` and `GET /v1/eviction-notices/{id}`. */
export function evictionNoticeRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    takeIn(app, deps)
    tell(app, deps)
  }
}

function takeIn(app: App, { db, tools }: ApiDeps): void {
  app.post(
    '/v1/eviction-notices',
    {
      config: { permission: 'eviction-notice.send', keepsUnreadable: true },
      schema: {
        tags,
        summary: 'Underrätta om en avhysning / tell of an eviction',
        description: 'Kräver Idempotency-Key. / Requires Idempotency-Key.',
        body: evictionNoticeBody,
        response: { 201: receipt },
      },
    },
    async (request, reply) => {
      const { body, principal, language } = request
      const sent = { key: demandKey(request), raw: rawOf(request), body }
      const found = await receiveEvictionNotice(db, tools, actorOf(principal), sent)
      void reply.code(201).header('location', `/v1/eviction-notices/${found.id}`)
      return { ...found, findings: showFindings(found.findings, language) }
    },
  )
}

function tell(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/eviction-notices/:id',
    {
      config: { permission: 'eviction-notice.read-own' },
      schema: {
        tags,
        summary: 'Kvittot på en egen underrättelse / the receipt of one own event',
        params: byId,
        response: { 200: receipt },
      },
    },
    async ({ principal, params, language }) => {
      const found = await readOwnEvictionNotice(db, actorOf(principal), idOf(params))
      return { ...found, findings: showFindings(found.findings, language) }
    },
  )
}
