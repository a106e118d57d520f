// Entering an item of the inbox beside its document: as a landlord's notice, or as what Kronofogden tells.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { enterEvictionNotice, enterNotice } from '../../shared/casework/inbox-entry.ts'
import type { Receipt } from '../../shared/casework/intake.ts'
import { EVICTION_EVENTS } from '../../shared/domain/eviction-notice.ts'
import { NOTICE_TYPES } from '../../shared/domain/notice-body.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { App } from '../http.ts'
import { EVICTION_VALUES, readEvictionForm } from './eviction-form.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { itemShown } from './inbox.ts'
import { MOST_FORM_RENTS, noticeValues, readNoticeForm, rentRows } from './notice-form.ts'
import {
  actorIn,
  idIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

const config = { permission: 'inbox.work' as const }
const CHILDREN = ['yes', 'no', 'unknown'] as const

type Sent = { values: Values; errors: FieldErrors }

/** The form of one kind; an item that has been dealt with shows what became of it instead. */
async function showForm(
  reply: FastifyReply,
  deps: PageDeps,
  kind: 'notice' | 'eviction',
  sent?: Sent,
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const item = await itemShown(request, deps)
  if (item.state !== 'waiting') return reply.redirect(`/inkorg/${item.id}`, 303)
  const values = sent?.values ?? {}
  const errors = sent?.errors ?? {}
  return renderPage(reply, `inbox/${kind}`, {
    title: t(`inbox.${kind}.title`),
    back: { href: `/inkorg/${item.id}` },
    item,
    types: NOTICE_TYPES.map((value) => ({ value, text: t(`notice.type.${value}`) })),
    events: EVICTION_EVENTS.map((value) => ({ value, text: t(`eviction.event.${value}`) })),
    children: CHILDREN.map((value) => ({ value, text: t(`eviction.children.${value}`) })),
    rows: Array.from({ length: rentRows(values) }, (_, row) => row),
    mayAdd: rentRows(values) < MOST_FORM_RENTS,
    form: { values, errors },
    errors: summaryOf(errors),
  })
}

/** Enters, tells the number on the item's page; when a colleague was quicker, shows what it became. */
async function finish(
  request: FastifyRequest,
  reply: FastifyReply,
  entered: Promise<Receipt>,
): Promise<FastifyReply> {
  const t = textsOf(request)
  try {
    const { number } = await entered
    tellNextPage(request, t('inbox.done', { number }))
  } catch (error) {
    const taken = error instanceof Refusal && ['inbox.entered', 'idempotency.other-body'].includes(error.code)
    if (!taken) throw error
    tellNextPage(request, t('inbox.taken'), 'important')
  }
  return reply.redirect(`/inkorg/${idIn(request)}`, 303)
}

function writeNotice(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const sent = valuesIn(request)
    const asWritten = sent['asWritten'] === 'yes'
    const values = { ...noticeValues(sent), ...(asWritten && { asWritten: 'yes' }) }
    if (sent['action'] === 'add-rent') {
      const rows = String(Math.min(rentRows(values) + 1, MOST_FORM_RENTS))
      return showForm(reply, deps, 'notice', { values: { ...values, rows }, errors: {} })
    }
    const { receivedOn, id } = await itemShown(request, deps)
    const read = readNoticeForm(request, values, receivedOn, { types: NOTICE_TYPES, asWritten })
    if (read.errors) return showForm(reply.code(422), deps, 'notice', { values, errors: read.errors })
    const entry = { itemId: id, body: read.body }
    return finish(request, reply, enterNotice(deps.db, deps.tools, actorIn(request), entry))
  }
}

function writeEviction(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const sent = valuesIn(request)
    const values = Object.fromEntries(
      EVICTION_VALUES.map((name) => [name, (sent[name] ?? '').trim()] as const).filter(
        ([, value]) => value !== '',
      ),
    )
    const { receivedOn, id } = await itemShown(request, deps)
    const read = readEvictionForm(request, values, receivedOn)
    if (read.errors) return showForm(reply.code(422), deps, 'eviction', { values, errors: read.errors })
    const entry = { itemId: id, body: read.body }
    return finish(request, reply, enterEvictionNotice(deps.db, deps.tools, actorIn(request), entry))
  }
}

/** `/inkorg/{id}/meddelande` and `/inkorg/{id}/kronofogden`. */
export function inboxEntryPages(app: App, deps: PageDeps): void {
  app.get('/inkorg/:id/meddelande', { config }, (_request, reply) => showForm(reply, deps, 'notice'))
  app.post('/inkorg/:id/meddelande', { config }, writeNotice(deps))
  app.get('/inkorg/:id/kronofogden', { config }, (_request, reply) => showForm(reply, deps, 'eviction'))
  app.post('/inkorg/:id/kronofogden', { config }, writeEviction(deps))
}
