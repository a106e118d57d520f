// `/loggranskning`: random samples of the audit log with flags and judgements, openings, staff's homes, excerpts.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import {
  drawSample,
  judgeLine,
  judgeOpening,
  JUDGEMENTS,
  listOpenings,
  listSamples,
  noteHome,
  readSample,
} from '../../shared/casework/audit-review.ts'
import { addDays, isIsoDate } from '../../shared/domain/calendar.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { App } from '../http.ts'
import { dateAndTime } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  isId,
  refusedAs,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

async function showReview(
  reply: FastifyReply,
  { db }: PageDeps,
  values: Values = {},
  errors: FieldErrors = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const actor = actorIn(request)
  const { today } = await moment(db)
  const [samples, openings] = [await listSamples(db, actor), await listOpenings(db, actor)]
  return renderPage(reply, 'audit/review', {
    title: t('audit.title'),
    samples: samples.map((one) => ({ ...one, from: one.fromDay, to: one.toDay })),
    openings: openings.map((one) => ({ ...one, when: dateAndTime(one.openedAt) })),
    form: { values: { from: addDays(today, -30), to: today, lines: '20', ...values }, errors },
    errors: summaryOf(errors),
  })
}

function draw(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { from = '', to = '' } = values
    const lines = Number(values['lines'])
    const errors: FieldErrors = {
      ...(!isIsoDate(from) && { from: t('audit.error.day') }),
      ...((!isIsoDate(to) || to < from) && { to: t('audit.error.day') }),
      ...(!(Number.isInteger(lines) && lines >= 1 && lines <= 50) && { lines: t('audit.error.lines') }),
    }
    if (Object.keys(errors).length > 0) return showReview(reply.code(422), deps, values, errors)
    try {
      const id = await drawSample(deps.db, actorIn(request), { from, to, lines })
      tellNextPage(request, t('audit.drawn'))
      return await reply.redirect(`/loggranskning/${id}`, 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'audit.empty') throw error
      return showReview(reply.code(422), deps, values, refusedAs(error, 'from', request.language))
    }
  }
}

async function showSample(reply: FastifyReply, { db }: PageDeps): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const lines = await readSample(db, actorIn(request), idIn(request))
  return renderPage(reply, 'audit/sample', {
    title: t('audit.title'),
    back: { href: '/loggranskning', text: t('audit.title') },
    judgements: JUDGEMENTS.map((value) => ({ value, text: t(`audit.judgement.${value}`) })),
    lines: lines.map((line) => ({
      ...line,
      when: dateAndTime(line.at),
      what: t(`audit.action.${line.action}`),
      cases: line.caseNumber
        ? t('audit.case', { number: line.caseNumber })
        : t('audit.cases', { cases: line.cases }),
      flags: line.flags.map((flag) => t(`audit.flag.${flag}`)),
    })),
  })
}

function judge({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { line: lineId = '', judgement: given, note = '' } = valuesIn(request)
    const judgement = JUDGEMENTS.find((known) => known === given)
    if (judgement && isId(lineId)) {
      await judgeLine(db, actorIn(request), { lineId, judgement, note: note.trim().slice(0, 300) || null })
      tellNextPage(request, textsOf(request)('audit.judged'))
    }
    return reply.redirect(`/loggranskning/${idIn(request)}`, 303)
  }
}

function judgeGlass({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const judgement = valuesIn(request)['judgement'] === 'justified' ? 'justified' : 'unjustified'
    await judgeOpening(db, actorIn(request), { id: idIn(request), judgement })
    tellNextPage(request, textsOf(request)('audit.judged'))
    return reply.redirect('/loggranskning', 303)
  }
}

function saveHome(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { username = '', address = '', postalCode = '' } = values
    const empty = Object.entries({ username, address, postalCode }).filter(([, text]) => text.trim() === '')
    const errors: FieldErrors = Object.fromEntries(empty.map(([name]) => [name, t('audit.error.empty')]))
    if (empty.length > 0) return showReview(reply.code(422), deps, values, errors)
    try {
      await noteHome(deps.db, actorIn(request), { username, address, postalCode })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showReview(reply.code(422), deps, values, { username: t('audit.error.person') })
    }
    tellNextPage(request, t('audit.home.saved'))
    return reply.redirect('/loggranskning', 303)
  }
}

/** `/loggranskning` and what is done on it. */
export function auditReviewPages(app: App, deps: PageDeps): void {
  const config = { permission: 'audit.review' as const }
  app.get('/loggranskning', { config }, (_request, reply) => showReview(reply, deps))
  app.post('/loggranskning', { config }, draw(deps))
  app.post('/loggranskning/hemadress', { config }, saveHome(deps))
  app.get('/loggranskning/:id', { config }, (_request, reply) => showSample(reply, deps))
  app.post('/loggranskning/:id', { config }, judge(deps))
  app.post('/loggranskning/:id/nodoppning', { config }, judgeGlass(deps))
}
