// `/loggutdrag`: who has seen a case, for the person it is about, as a page and as a file.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { auditExcerpt, type ExcerptLine } from '../../shared/casework/audit-review.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { writeSheet } from '../../shared/domain/sheet.ts'
import type { App } from '../http.ts'
import { dateAndTime } from './filters.ts'
import { renderPage } from './frame.ts'
import {
  actorIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

type Shown = { values?: Values; errors?: FieldErrors; lines?: string[][] }

const headings = (t: Say) => [
  t('audit.when'),
  t('audit.who'),
  t('audit.committee'),
  t('audit.what'),
  t('audit.why'),
]

function show(reply: FastifyReply, { values = {}, errors = {}, lines }: Shown = {}): FastifyReply {
  const t = textsOf(reply.request)
  const form = { values, errors }
  return renderPage(reply, 'audit/excerpt', {
    title: t('audit.excerpt'),
    form,
    errors: summaryOf(errors),
    lines,
    headings: headings(t),
  })
}

const cellsOf = (line: ExcerptLine, t: Say): string[] => [
  dateAndTime(line.at),
  line.actor,
  line.committee ?? '',
  t(`audit.action.${line.action}`),
  line.purpose ?? '',
]

function take({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { number = '', as = 'page' } = values
    try {
      const lines = (await auditExcerpt(db, actorIn(request), number.slice(0, 40))).map((line) =>
        cellsOf(line, t),
      )
      if (as !== 'file') return show(reply, { values, lines })
      return await reply
        .header('content-disposition', 'attachment; filename="loggutdrag.csv"')
        .type('text/csv; charset=utf-8')
        .send(writeSheet(headings(t), lines))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'not-found') throw error
      return show(reply.code(422), { values, errors: { number: t('audit.excerpt.none') } })
    }
  }
}

/** The number is posted: an address that tells which case was asked about would stay in the browser. */
export function auditExcerptPages(app: App, deps: PageDeps): void {
  const config = { permission: 'audit.excerpt' as const }
  app.get('/loggutdrag', { config }, (_request, reply) => show(reply))
  app.post('/loggutdrag', { config }, take(deps))
}
