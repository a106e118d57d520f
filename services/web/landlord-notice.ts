// One notice from a landlord: written, checked, declared, sent once, and answered with a receipt.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { previewNotices, readSentNotice, senderProfile } from '../../shared/casework/sent-notices.ts'
import type { App } from '../http.ts'
import { renderPage } from './frame.ts'
import { endDraft, findDraft, keepDraft } from './notice-draft.ts'
import { FORM_TYPES, MOST_FORM_RENTS, noticeValues, readNoticeForm, rentRows } from './notice-form.ts'
import { findingViews, noticeParts } from './notice-view.ts'
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

const FORM = '/hyresvard/meddelande'
const CHECK = `${FORM}/kontrollera`
const config = { permission: 'notice.send' as const }

function showStart(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return renderPage(reply, 'landlord/start', { title: textsOf(request)('landlord.title') })
}

function showForm(reply: FastifyReply, values: Values, errors: FieldErrors = {}): FastifyReply {
  const t = textsOf(reply.request)
  const title = t('notice.title')
  const rows = Array.from({ length: rentRows(values) }, (_, row) => row)
  return renderPage(reply, 'landlord/notice', {
    title,
    back: { href: '/hyresvard' },
    types: FORM_TYPES.map((type) => ({ value: type, text: t(`notice.type.${type}`) })),
    form: { values, errors },
    rows,
    mayAdd: rows.length < MOST_FORM_RENTS,
    errors: summaryOf(errors),
  })
}

/** What the sender need not write again: from the register and from their latest notice. */
async function knownValues(request: FastifyRequest, { db }: PageDeps): Promise<Values> {
  const { name, organisationNumber, latest } = await senderProfile(db, actorIn(request))
  const known = {
    'landlord-name': latest?.landlord.name ?? name,
    'landlord-organisationNumber': latest?.landlord.organisationNumber ?? organisationNumber,
    'landlord-postalAddress': latest?.landlord.postalAddress,
    'landlord-phone': latest?.landlord.phone,
    'payment-bankgiro': latest?.payment.bankgiro,
    'payment-plusgiro': latest?.payment.plusgiro,
  }
  return Object.fromEntries(
    Object.entries(known).flatMap(([field, value]) => (value ? [[field, value]] : [])),
  )
}

function writeNotice(deps: PageDeps) {
  const { db, tools } = deps
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const sent = valuesIn(request)
    const values = noticeValues(sent)
    if (sent['action'] === 'add-rent') {
      const rows = Math.min(rentRows(values) + 1, MOST_FORM_RENTS)
      keepDraft(request, tools.keys, { ...values, rows: String(rows) })
      return reply.redirect(`${FORM}#rents-${rows - 1}-period`, 303)
    }
    keepDraft(request, tools.keys, values)
    const { errors } = readNoticeForm(request, values, (await moment(db)).today)
    if (!errors) return reply.redirect(CHECK, 303)
    return showForm(reply.code(422), values, errors)
  }
}

async function showCheck(request: FastifyRequest, reply: FastifyReply, deps: PageDeps, error?: string) {
  const { db, tools } = deps
  const t = textsOf(request)
  const { language } = request
  const draft = findDraft(request, tools.keys)
  const read = draft && readNoticeForm(request, draft.values, (await moment(db)).today)
  if (!read?.body) return reply.redirect(FORM, 303)
  const [preview] = await previewNotices(db, tools, actorIn(request), [read.body])
  const errors: FieldErrors = error ? { declaration: error } : {}
  return renderPage(error ? reply.code(422) : reply, 'landlord/check', {
    title: t('check.title'),
    back: { href: FORM },
    parts: preview ? noticeParts(preview.notice, t, language) : [],
    findings: findingViews(preview?.findings ?? [], language),
    sentBefore: preview?.sentBefore ?? null,
    form: { values: {}, errors },
    errors: summaryOf(errors),
  })
}

function sendNotice(deps: PageDeps) {
  const { db, tools } = deps
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (valuesIn(request)['declaration'] !== 'yes') {
      return showCheck(request, reply, deps, textsOf(request)('check.declaration.error'))
    }
    const draft = findDraft(request, tools.keys)
    const read = draft && readNoticeForm(request, draft.values, (await moment(db)).today)
    if (!draft || !read?.body) return reply.redirect(FORM, 303)
    const raw = Buffer.from(JSON.stringify(read.body))
    // The draft's id is the key: pressed twice, the same notice is answered with the same receipt.
    const sent = { key: `form:${draft.id}`, raw, body: read.body }
    const { id } = await receiveNotice(db, tools, actorIn(request), sent, 'form')
    endDraft(request)
    return reply.redirect(`/hyresvard/meddelanden/${id}/kvitto`, 303)
  }
}

function showReceipt({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { language } = request
    const sent = await readSentNotice(db, actorIn(request), idIn(request))
    return renderPage(reply, 'landlord/receipt', {
      title: t('receipt.title'),
      sent,
      parts: noticeParts(sent.content, t, language),
      findings: findingViews(sent.findings, language),
    })
  }
}

/** `/hyresvard`, the form of one notice, its check and its receipt. */
export function landlordNoticePages(app: App, deps: PageDeps): void {
  app.get('/hyresvard', { config }, showStart)
  app.get(FORM, { config }, async (request, reply) => {
    const draft = findDraft(request, deps.tools.keys)
    return showForm(reply, draft?.values ?? (await knownValues(request, deps)))
  })
  app.post(FORM, { config }, writeNotice(deps))
  app.get(CHECK, { config }, (request, reply) => showCheck(request, reply, deps))
  app.post(CHECK, { config }, sendNotice(deps))
  app.get(
    '/hyresvard/meddelanden/:id/kvitto',
    { config: { permission: 'notice.read-own' } },
    showReceipt(deps),
  )
}
