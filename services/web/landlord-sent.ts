// What a landlord has sent, the few states secrecy allows, and what has happened since, reported on each notice.
import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { receiveUpdate } from '../../shared/casework/intake.ts'
import { listOwnNotices } from '../../shared/casework/own-notices.ts'
import { readSentNotice } from '../../shared/casework/sent-notices.ts'
import { UPDATE_TYPES, updateBody, type UpdateBody } from '../../shared/domain/notice-body.ts'
import { readUpdate } from '../../shared/domain/notice.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { findingViews, noticeParts } from './notice-view.ts'
import {
  actorIn,
  idIn,
  pageIn,
  pagingOf,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

const LIST = '/hyresvard/meddelanden'
const LIMIT = 25
/** In the order they are used. */
const REPORTS = ['paid', 'part-paid', 'served', 'agreement', 'withdrawn', 'corrected', 'moved'] as const

function showList({ db, tools }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const page = pageIn(request)
    const { notices, total } = await listOwnNotices(db, tools, actorIn(request), { limit: LIMIT, page })
    return renderPage(reply, 'landlord/sent', {
      title: textsOf(request)('sent.title'),
      back: { href: '/hyresvard' },
      notices,
      paging: pagingOf(request, { page, limit: LIMIT, total }),
    })
  }
}

async function showOne(reply: FastifyReply, deps: PageDeps, values: Values, errors: FieldErrors = {}) {
  const { request } = reply
  const t = textsOf(request)
  const { language } = request
  const sent = await readSentNotice(deps.db, deps.tools, actorIn(request), idIn(request))
  return renderPage(reply, 'landlord/sent-one', {
    title: t('sent.one', { number: sent.number }),
    back: { href: LIST, text: t('sent.title') },
    sent,
    parts: noticeParts(sent.content, t, language),
    findings: findingViews(sent.findings, language),
    reports: REPORTS.map((type) => {
      const hint = type === 'corrected' ? { text: t('update.corrected.hint') } : undefined
      return { value: type, text: t(`update.${type}`), hint }
    }),
    form: { values: { key: randomUUID(), ...values }, errors },
    errors: summaryOf(errors),
  })
}

type ReadReport = { body: UpdateBody; errors: null } | { body: null; errors: FieldErrors }

function readReport(values: Values, today: string, t: Say): ReadReport {
  const { type = '', date = '', amount = '', note = '' } = values
  const errors: FieldErrors = {}
  if (!UPDATE_TYPES.some((known) => known === type)) errors['type'] = t('update.error.type')
  const parsed = updateBody.safeParse({ type, date, amount: amount || null, note: note || null })
  const update = parsed.success ? readUpdate(parsed.data).update : null
  if (date.trim() === '' || (update && update.date === null)) errors['date'] = t('update.error.date')
  else if ((update?.date ?? '') > today) errors['date'] = t('update.error.future')
  const needsAmount = type === 'part-paid' || type === 'corrected'
  const unreadable = amount.trim() !== '' && update !== null && update.amountOre === null
  if (unreadable || (needsAmount && amount.trim() === '')) errors['amount'] = t('update.error.amount')
  if (parsed.success && Object.keys(errors).length === 0) return { body: parsed.data, errors: null }
  return { body: null, errors: Object.keys(errors).length > 0 ? errors : { note: t('notice.error.type') } }
}

function report(deps: PageDeps) {
  const { db, tools } = deps
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const noticeId = idIn(request)
    const values = valuesIn(request)
    const { body, errors } = readReport(values, (await moment(db)).today, t)
    if (!body) return showOne(reply.code(422), deps, values, errors)
    const sent = {
      noticeId,
      // Drawn when the form was shown: a second press is the same report.
      key: `form:${noticeId}:${values['key'] ?? ''}`.slice(0, 120),
      raw: Buffer.from(JSON.stringify(body)),
      body,
    }
    await receiveUpdate(db, tools, actorIn(request), sent)
    tellNextPage(request, t('update.done'))
    return reply.redirect(`${LIST}/${noticeId}`, 303)
  }
}

/** `/hyresvard/meddelanden` and each notice below it. */
export function landlordSentPages(app: App, deps: PageDeps): void {
  const config = { permission: 'notice.read-own' as const }
  app.get(LIST, { config }, showList(deps))
  app.get(`${LIST}/:id`, { config }, (_request, reply) => showOne(reply, deps, {}))
  app.post(`${LIST}/:id`, { config: { permission: 'notice.update' } }, report(deps))
}
