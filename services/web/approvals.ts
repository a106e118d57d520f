// `/godkannanden`: what needs two persons: asked for by one, approved by another, then done.
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  askApproval,
  decideApproval,
  fetchExport,
  listApprovals,
  mayApprove,
  type Approval,
} from '../../shared/casework/approvals.ts'
import type { Actor } from '../../shared/casework/act.ts'
import type { App } from '../http.ts'
import { dateAndTime } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

function lineOf(one: Approval, me: Actor, t: Say) {
  const own = one.askedBy === me.personId
  return {
    id: one.id,
    text: t(`approval.${one.kind}`, { date: one.wish.servedDate ?? '', number: one.caseNumber ?? '' }),
    asked: t('approval.asked-by', {
      name: one.askedByName,
      when: dateAndTime(one.askedAt),
      reason: one.reason,
    }),
    state: t(`approval.state.${one.state}`, { name: one.decidedByName ?? '' }),
    mayDecide: one.state === 'asked' && !own,
    mayApprove: mayApprove(one.askedByRole, me.role),
    mayFetch: one.state === 'approved' && own && one.kind !== 'legal-date',
  }
}

async function show(
  reply: FastifyReply,
  { db }: PageDeps,
  values: Values = {},
  errors: FieldErrors = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const actor = actorIn(request)
  const approvals = await listApprovals(db, actor)
  const kinds = (['export-tasks', 'export-cases'] as const).map((value) => ({
    value,
    text: t(`approval.${value}`),
  }))
  return renderPage(reply, 'audit/approvals', {
    title: t('approval.title'),
    approvals: approvals.map((one) => lineOf(one, actor, t)),
    kinds,
    form: { values: { kind: 'export-tasks', ...values }, errors },
    errors: summaryOf(errors),
  })
}

function ask(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const kind = values['kind'] === 'export-cases' ? 'export-cases' : 'export-tasks'
    try {
      await askApproval(deps.db, actorIn(request), { kind }, values['reason'] ?? '')
    } catch (error) {
      const errors = errorsOf(error, { '/reason': 'reason' }, request.language)
      if (!errors) throw error
      return show(reply.code(422), deps, values, errors)
    }
    tellNextPage(request, t('secrecy.asked'))
    return reply.redirect('/godkannanden', 303)
  }
}

function decide({ db, tools }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const approve = valuesIn(request)['answer'] === 'approve'
    await decideApproval(db, tools, actorIn(request), { id: idIn(request), approve })
    tellNextPage(request, textsOf(request)('approval.done'))
    return reply.redirect('/godkannanden', 303)
  }
}

function fetchFile({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { name, csv } = await fetchExport(db, actorIn(request), idIn(request))
    return reply
      .header('content-disposition', `attachment; filename="${name}"`)
      .type('text/csv; charset=utf-8')
      .send(csv)
  }
}

/** The list, a new question, the answer, and the approved file. */
export function approvalPages(app: App, deps: PageDeps): void {
  const config = { permission: 'approval.use' as const }
  app.get('/godkannanden', { config }, (_request, reply) => show(reply, deps))
  app.post('/godkannanden', { config }, ask(deps))
  app.post('/godkannanden/:id', { config }, decide(deps))
  app.post('/godkannanden/:id/fil', { config }, fetchFile(deps))
}
