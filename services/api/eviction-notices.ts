// Kronofogden's door: one event of an enforcement case at a time, in whatever order they come.
import { receiveEvictionNotice } from '../../shared/casework/eviction-notices.ts'
import { evictionNoticeBody } from '../../shared/domain/eviction-notice.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { demandKey, rawOf, type ApiDeps } from './asking.ts'
import { receipt, showFindings } from './showing.ts'

/** `POST /v1/eviction-notices`. */
export function evictionNoticeRoutes({ db, tools }: ApiDeps): (app: App) => void {
  return (app) => {
    app.post(
      '/v1/eviction-notices',
      {
        config: { permission: 'eviction-notice.send', keepsUnreadable: true },
        schema: {
          tags: ['eviction-notices'],
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
        void reply.code(201)
        return { ...found, findings: showFindings(found.findings, language) }
      },
    )
  }
}
