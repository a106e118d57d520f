// `/nodoppning`: opens a case that one has nothing to do with, for thirty minutes, with a reason.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { breakGlass } from '../../shared/casework/break-glass.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { App } from '../http.ts'
import { timeOfDay } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

function show(reply: FastifyReply, values: Values = {}, errors: FieldErrors = {}): FastifyReply {
  const title = textsOf(reply.request)('glass.title')
  return renderPage(reply, 'audit/glass', { title, form: { values, errors }, errors: summaryOf(errors) })
}

function open({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { number = '', reason = '' } = values
    const errors: FieldErrors = {
      ...(number.trim() === '' && { number: t('glass.error.number') }),
      ...(reason.trim().length < 10 && { reason: t('glass.error.reason') }),
    }
    if (Object.keys(errors).length > 0) return show(reply.code(422), values, errors)
    try {
      const opened = await breakGlass(db, actorIn(request), { number: number.slice(0, 40), reason })
      tellNextPage(request, t('glass.done', { time: timeOfDay(opened.until) }))
      return await reply.redirect(`/arenden/${opened.openedCase}`, 303)
    } catch (error) {
      const unknown = error instanceof Refusal && error.code === 'not-found'
      const refused = unknown
        ? { number: t('glass.error.number') }
        : errorsOf(error, { '/reason': 'reason' }, request.language)
      if (!refused) throw error
      return show(reply.code(422), values, refused)
    }
  }
}

/** The form and the opening. */
export function breakGlassPages(app: App, deps: PageDeps): void {
  // An open browser is no proof of who opens a case that is not theirs: they show it again.
  const config = { permission: 'case.break-glass' as const, fresh: true }
  app.get('/nodoppning', { config }, (_request, reply) => show(reply))
  app.post('/nodoppning', { config }, open(deps))
}
