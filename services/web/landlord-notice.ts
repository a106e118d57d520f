// One notice from a landlord: written, checked, declared, sent once, and answered with a receipt.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import {
  dropNoticeDraft,
  endNoticeDraft,
  findNoticeDraft,
  keepNoticeDraft,
  noticeOfDraft,
} from '../../shared/casework/notice-drafts.ts'
import { previewNotices, readSentNotice } from '../../shared/casework/sent-notices.ts'
import type { Finding } from '../../shared/domain/reading-findings.ts'
import type { Language } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { landlordStepPages, stepAddress, stepOf, writtenValues } from './landlord-steps.ts'
import { sendReceiptPdf } from './letter-pdf.ts'
import {
  FORM_TYPES,
  MOST_FORM_RENTS,
  fieldOf,
  noticeValues,
  readNoticeForm,
  rentRows,
} from './notice-form.ts'
import { findingViews, noticeParts, receiptWords, type Part } from './notice-view.ts'
import {
  actorIn,
  idIn,
  isId,
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

function showStart({ db, tools }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const draft = await findNoticeDraft(db, tools, actorIn(request))
    const title = textsOf(request)('landlord.title')
    return renderPage(reply, 'landlord/start', { title, draft: draft?.updatedAt ?? null })
  }
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

function writeNotice(deps: PageDeps) {
  const { db, tools } = deps
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const sent = valuesIn(request)
    const values = noticeValues(sent)
    if (sent['action'] === 'add-rent') {
      const rows = Math.min(rentRows(values) + 1, MOST_FORM_RENTS)
      await keepNoticeDraft(db, tools, actorIn(request), { ...values, rows: String(rows) })
      return reply.redirect(`${FORM}#rents-${rows - 1}-period`, 303)
    }
    await keepNoticeDraft(db, tools, actorIn(request), values)
    const { errors } = readNoticeForm(request, values, (await moment(db)).today)
    if (!errors) return reply.redirect(CHECK, 303)
    return showForm(reply.code(422), values, errors)
  }
}

/** The step on which the first fault stands; the beginning when nothing is written. */
function firstFault(errors: FieldErrors | null | undefined): string {
  const steps = Object.keys(errors ?? {}).map(stepOf)
  return `${FORM}/steg/${steps.length > 0 ? Math.min(...steps) : 1}`
}

const withAddresses = (parts: Part[]) =>
  parts.map(({ heading, lines }) => ({
    heading,
    lines: lines.map((line) => ({ ...line, href: stepAddress(line.field) })),
  }))

/** What may keep the notice from counting, each sentence once and with the place where it is mended. */
function toMend(findings: readonly Finding[], language: Language) {
  const serious = findings.filter(({ severity }) => severity !== 'note')
  const places = new Map(
    serious.toReversed().map(({ message, field }) => [message[language], fieldOf(field)]),
  )
  return [...new Set(serious.map(({ message }) => message[language]))].map((text) => ({
    text,
    href: stepAddress(places.get(text) ?? 'type'),
  }))
}

async function showCheck(request: FastifyRequest, reply: FastifyReply, deps: PageDeps, error?: string) {
  const { db, tools } = deps
  const t = textsOf(request)
  const { language } = request
  const draft = await findNoticeDraft(db, tools, actorIn(request))
  const read = draft && readNoticeForm(request, draft.values, (await moment(db)).today)
  if (!draft || !read?.body) return reply.redirect(firstFault(read?.errors), 303)
  const [preview] = await previewNotices(db, tools, actorIn(request), [read.body])
  const errors: FieldErrors = error ? { declaration: error } : {}
  return renderPage(error ? reply.code(422) : reply, 'landlord/check', {
    title: t('check.title'),
    back: { href: `${FORM}/steg/6` },
    draft: draft.id,
    parts: preview ? withAddresses(noticeParts(preview.notice, t, language)) : [],
    findings: findingViews(preview?.findings ?? [], language),
    mend: toMend(preview?.findings ?? [], language),
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
    const actor = actorIn(request)
    const shown = valuesIn(request)['draft'] ?? ''
    // Pressed twice: the second press comes when the draft has already become a notice.
    const before = isId(shown) ? await noticeOfDraft(db, actor, shown) : null
    if (before) return reply.redirect(receiptOf(before), 303)
    const draft = await findNoticeDraft(db, tools, actor)
    const read = draft && readNoticeForm(request, draft.values, (await moment(db)).today)
    if (!draft || !read?.body) return reply.redirect(firstFault(read?.errors), 303)
    const raw = Buffer.from(JSON.stringify(read.body))
    // The draft's id is the key: pressed twice at once, the same notice is answered with the same receipt.
    const sent = { key: `form:${draft.id}`, raw, body: read.body }
    const { id } = await receiveNotice(db, tools, actor, sent, 'form')
    await endNoticeDraft(db, actor, draft.id, id)
    return reply.redirect(receiptOf(id), 303)
  }
}

const receiptOf = (noticeId: string): string => `/hyresvard/meddelanden/${noticeId}/kvitto`

function showReceipt({ db, tools }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { language } = request
    const sent = await readSentNotice(db, tools, actorIn(request), idIn(request))
    return renderPage(reply, 'landlord/receipt', {
      title: t('receipt.title'),
      sent,
      words: receiptWords(sent.type),
      parts: noticeParts(sent.content, t, language),
      findings: findingViews(sent.findings, language),
    })
  }
}

/** `/hyresvard`, the form of one notice on a page or in steps, its check and its receipt. */
export function landlordNoticePages(app: App, deps: PageDeps): void {
  const own = { config: { permission: 'notice.read-own' as const } }
  app.get('/hyresvard', { config }, showStart(deps))
  landlordStepPages(app, deps)
  app.get(FORM, { config }, async (request, reply) => showForm(reply, await writtenValues(request, deps)))
  app.post(FORM, { config }, writeNotice(deps))
  app.post(`${FORM}/kasta`, { config }, async (request, reply) => {
    await dropNoticeDraft(deps.db, actorIn(request))
    tellNextPage(request, textsOf(request)('notice-draft.dropped'))
    return reply.redirect('/hyresvard', 303)
  })
  app.get(CHECK, { config }, (request, reply) => showCheck(request, reply, deps))
  app.post(CHECK, { config }, sendNotice(deps))
  app.get('/hyresvard/meddelanden/:id/kvitto', own, showReceipt(deps))
  app.get('/hyresvard/meddelanden/:id/kvitto/pdf', own, async (request, reply) => {
    const actor = actorIn(request)
    return sendReceiptPdf(reply, await readSentNotice(deps.db, deps.tools, actor, idIn(request)))
  })
}
