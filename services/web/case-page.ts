// The case page, and what is done from it at one press: take the case, say that it is seen, move it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { answerAssignment, assignCase } from '../../shared/casework/assignments.ts'
import { caseVersion, readCase } from '../../shared/casework/cases.ts'
import { namesOf } from '../../shared/casework/colleagues.ts'
import { may } from '../access.ts'
import type { App } from '../http.ts'
import { sectionsOf } from './case-sections.ts'
import { caseView, idsIn } from './case-view.ts'
import { codesInForce } from './codes.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  isId,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'
import { receiverChoices, receiverIn } from './worklist.ts'

type Sent = { values: Values; errors: FieldErrors }

async function showCase(reply: FastifyReply, deps: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { db, tools } = deps
  const { request } = reply
  const { principal, language } = request
  const t = textsOf(request)
  const actor = actorIn(request)
  const found = await readCase(db, tools, actor, { caseId: idIn(request), purpose: null })
  const codes = await codesInForce(db)
  const { today } = await moment(db)
  const names = await namesOf(db, idsIn(found))
  const open = found.state === 'open'
  const allowed = (permission: Parameters<typeof may>[1]): boolean =>
    open && principal !== null && may(principal, permission)
  const unseen = found.assignments.find(
    ({ personId, state }) =>
      personId !== null && personId === actor.personId && ['proposed', 'active'].includes(state),
  )
  const mayMove = allowed('task.move')
  const reader = { t, language, today, law: tools.law, codes, names, role: actor.role }
  return renderPage(reply, 'casework/case', {
    title: t('case.title', { number: found.number }),
    found,
    view: caseView(found, reader),
    sections: await sectionsOf(deps, request, found, reader),
    allow: {
      contact: allowed('contact.record'),
      close: allowed('case.close'),
      complete: allowed('task.complete'),
      take: allowed('case.assign') && actor.role === 'caseworker' && found.assignee !== actor.personId,
      move: mayMove,
    },
    unseen: unseen?.id ?? null,
    receivers: mayMove ? await receiverChoices(db, actor, t) : [],
    form: { values: sent?.values ?? {}, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

function take({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const actor = actorIn(request)
    const caseId = idIn(request)
    const ifMatch = await caseVersion(db, actor, caseId)
    const wish = { caseId, ifMatch, personId: actor.personId, unit: null, reason: t('case.take.reason') }
    await assignCase(db, actor, wish)
    tellNextPage(request, t('case.taken'))
    return reply.redirect(`/arenden/${caseId}`, 303)
  }
}

function see({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const caseId = idIn(request)
    const assignmentId = valuesIn(request)['assignment'] ?? ''
    if (isId(assignmentId)) {
      const answer = { caseId, assignmentId, answer: 'accepted' as const, reason: null }
      await answerAssignment(db, actorIn(request), answer)
      tellNextPage(request, textsOf(request)('case.accepted'))
    }
    return reply.redirect(`/arenden/${caseId}`, 303)
  }
}

function move(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const caseId = idIn(request)
    const receiver = receiverIn(values['to'])
    const reason = (values['reason'] ?? '').trim().slice(0, 500)
    const errors: FieldErrors = {}
    if (!receiver) errors['to'] = t('move.error.to')
    if (reason === '') errors['reason'] = t('move.error.reason')
    if (!receiver || reason === '') return showCase(reply.code(422), deps, { values, errors })
    try {
      const ifMatch = Number(values['version']) || 0
      await assignCase(deps.db, actorIn(request), { caseId, ifMatch, ...receiver, reason })
    } catch (error) {
      const refused = errorsOf(error, { '/personId': 'to', '/unit': 'to' }, request.language)
      if (!refused) throw error
      return showCase(reply.code(422), deps, { values, errors: refused })
    }
    tellNextPage(request, t('case.moved'))
    return reply.redirect(`/arenden/${caseId}`, 303)
  }
}

/** `/arenden/{id}` and its single-press deeds. */
export function casePages(app: App, deps: PageDeps): void {
  app.get('/arenden/:id', { config: { permission: 'case.read' } }, (_request, reply) => showCase(reply, deps))
  app.post('/arenden/:id/ta', { config: { permission: 'case.assign' } }, take(deps))
  app.post('/arenden/:id/sett', { config: { permission: 'task.complete' } }, see(deps))
  app.post('/arenden/:id/flytta', { config: { permission: 'task.move' } }, move(deps))
}
