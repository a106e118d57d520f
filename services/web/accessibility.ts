// The accessibility statement (lag 2018:1937), the form by which a barrier is reported, and the administrators' list of reports.
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  answerBarrierReport,
  listBarrierReports,
  reportBarrier,
} from '../../shared/casework/accessibility.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
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

const open = { permission: 'public' as const }
const work = { permission: 'accessibility.answer' as const }
const FORM = '/tillganglighet/rapportera'
const LIST = '/tillganglighet/rapporter'

const SECTIONS = ['how', 'limits', 'tested', 'report', 'supervision'] as const

function showStatement(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const t = textsOf(request)
  const { theme, settings } = request.server.frame
  const municipality = theme?.name ?? settings.municipality.name
  return renderPage(reply, 'statement', {
    title: t('accessibility.title'),
    intro: t('accessibility.intro', { municipality }),
    sections: SECTIONS.map((name) => ({
      name,
      heading: t(`accessibility.heading.${name}`),
      text: t(`accessibility.text.${name}`, { municipality }),
    })),
  })
}

function showForm(reply: FastifyReply, values: Values = {}, errors: FieldErrors = {}): FastifyReply {
  const t = textsOf(reply.request)
  return renderPage(reply, 'barrier', {
    title: t('barrier.title'),
    back: { href: '/tillganglighet', text: t('accessibility.title') },
    // Whoever is not signed in sends a form too: the token makes them a session of their own.
    csrf: reply.generateCsrf(),
    form: { values, errors },
    errors: summaryOf(errors),
  })
}

function report({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const told = (name: string, most: number) => (values[name] ?? '').trim().slice(0, most)
    const problem = told('problem', 2000)
    if (problem === '') return showForm(reply.code(422), values, { problem: t('barrier.problem.missing') })
    await reportBarrier(db, { problem, page: told('page', 200), contact: told('contact', 200) })
    tellNextPage(request, t('barrier.done'))
    return reply.redirect('/tillganglighet', 303)
  }
}

async function showReports(
  reply: FastifyReply,
  { db }: PageDeps,
  wrong: { id?: string; errors?: FieldErrors } = {},
) {
  const { request } = reply
  const t = textsOf(request)
  const errors = wrong.errors ?? {}
  return renderPage(reply, 'administration/barriers', {
    title: t('barriers.title'),
    reports: await listBarrierReports(db, actorIn(request)),
    wrong: wrong.id,
    form: { values: valuesIn(request), errors },
    errors: summaryOf(errors),
  })
}

function answer(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const id = idIn(request)
    const field = `answer-${id}`
    const text = (valuesIn(request)[field] ?? '').trim().slice(0, 1000)
    if (text === '')
      return showReports(reply.code(422), deps, { id, errors: { [field]: t('barriers.answer.missing') } })
    await answerBarrierReport(deps.db, actorIn(request), id, text)
    tellNextPage(request, t('barriers.answered'))
    return reply.redirect(LIST, 303)
  }
}

/** `/tillganglighet`. */
export function accessibilityPages(app: App, deps: PageDeps): void {
  app.get('/tillganglighet', { config: open }, showStatement)
  app.get(FORM, { config: open }, (_request, reply) => showForm(reply))
  app.post(FORM, { config: open }, report(deps))
  app.get(LIST, { config: work }, (_request, reply) => showReports(reply, deps))
  app.post(`${LIST}/:id`, { config: work }, answer(deps))
}
