// The case page, and what is done from it at one press: take the case, say that it is seen, move it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { inContext } from '../../shared/casework/act.ts'
import { answerAssignment, assignCase } from '../../shared/casework/assignments.ts'
import { caseVersion, readCase, type CaseView } from '../../shared/casework/cases.ts'
import { namesOf } from '../../shared/casework/colleagues.ts'
import { finishForm } from '../../shared/casework/form-drafts.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { may } from '../access.ts'
import type { App } from '../http.ts'
import { sectionsOf } from './case-sections.ts'
import { caseView, idsIn, type Reader } from './case-view.ts'
import { codesInForce } from './codes.ts'
import { draftOf, placeOf } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
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
import { receiverChoices, receiverIn } from './worklist.ts'

type Sent = { values: Values; errors: FieldErrors }

const MOVE = '/arenden/:id/flytta'

type Reading = {
  deps: PageDeps
  request: FastifyRequest
  mayMove: (found: CaseView) => boolean
  sent: boolean
}

/** The case and all its sections as they stand at one instant: one transaction, one line in the log. */
async function readPage({ deps, request, mayMove, sent }: Reading) {
  const t = textsOf(request)
  const actor = actorIn(request)
  const { language } = request
  return inContext(deps.db, actor, async (db, { today }) => {
    const found = await readCase(db, deps.tools, actor, { caseId: idIn(request), purpose: null })
    const codes = await codesInForce(db, today)
    const names = await namesOf(db, idsIn(found))
    const reader: Reader = { t, language, today, law: deps.tools.law, codes, names, role: actor.role }
    const sections = await sectionsOf({ ...deps, db }, request, found, reader)
    if (!mayMove(found)) return { found, reader, sections, receivers: [], draft: null }
    const draft = await draftOf(request, { ...deps, db }, MOVE, sent)
    return { found, reader, sections, receivers: await receiverChoices(db, actor, t), draft }
  })
}

async function showCase(reply: FastifyReply, deps: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const { principal } = request
  const t = textsOf(request)
  const actor = actorIn(request)
  const allowed = (found: CaseView, permission: Parameters<typeof may>[1]): boolean =>
    found.state === 'open' && principal !== null && may(principal, permission)
  const mayMove = (one: CaseView) => allowed(one, 'task.move')
  const reading = { deps, request, mayMove, sent: sent !== undefined }
  const { found, reader, sections, receivers, draft } = await readPage(reading)
  const unseen = found.assignments.find(
    ({ personId, state }) =>
      personId !== null && personId === actor.personId && ['proposed', 'active'].includes(state),
  )
  return renderPage(reply, 'casework/case', {
    title: t('case.title', { number: found.number }),
    found,
    view: caseView(found, reader),
    sections,
    allow: {
      contact: allowed(found, 'contact.record'),
      close: allowed(found, 'case.close'),
      complete: allowed(found, 'task.complete'),
      take: allowed(found, 'case.assign') && actor.role === 'caseworker' && found.assignee !== actor.personId,
      move: mayMove(found),
    },
    unseen: unseen?.id ?? null,
    receivers,
    draft: draft?.view,
    // What is sent again after a refusal is sent of the case as it now stands.
    form: {
      values: { ...draft?.values, ...sent?.values, ...(sent && { version: '' }) },
      errors: sent?.errors ?? {},
    },
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
      const wish = { caseId, ifMatch: Number(values['version']) || 0, ...receiver, reason }
      const [actor, place] = [actorIn(request), placeOf(request, 'case')]
      await finishForm(deps.db, actor, place, (db) => assignCase(db, actor, wish))
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'stale') {
        const stale = refusedAs(error, 'reason', request.language)
        return showCase(reply.code(409), deps, { values, errors: stale })
      }
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
  const draft = { about: 'case', page: '/arenden/:id' } as const
  app.post(MOVE, { config: { permission: 'task.move', draft } }, move(deps))
}
