// Two pages on which a person acts on a date: the confirmation to Kronofogden, and whether a period starts anew.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { inContext } from '../../shared/casework/act.ts'
import { readCase } from '../../shared/casework/cases.ts'
import { confirmationLetter } from '../../shared/casework/confirmation.ts'
import { finishForm } from '../../shared/casework/form-drafts.ts'
import { lettersInForce } from '../../shared/casework/letter-texts.ts'
import { decideRestart, restartsAsked } from '../../shared/casework/restarts.ts'
import type { App } from '../http.ts'
import { draftOf, placeOf } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  isId,
  objectionsOf,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

const RESTART = '/arenden/:id/omstart'

async function backTo(request: FastifyRequest, { db, tools }: PageDeps) {
  const found = await readCase(db, tools, actorIn(request), { caseId: idIn(request), purpose: null })
  return { href: `/arenden/${found.id}`, text: textsOf(request)('case.title', { number: found.number }) }
}

async function showLetter(reply: FastifyReply, deps: PageDeps): Promise<FastifyReply> {
  const { request } = reply
  const back = await backTo(request, deps)
  const letter = await inContext(deps.db, actorIn(request), async (trx) =>
    confirmationLetter(trx, idIn(request), await lettersInForce(trx)),
  )
  return renderPage(reply, 'casework/letter', {
    title: textsOf(request)('letter.title'),
    back,
    caseId: idIn(request),
    named: letter?.responsible ?? null,
    letters: letter ? [letter.enforcement[request.language], letter.person[request.language]] : [],
  })
}

async function showRestart(
  reply: FastifyReply,
  deps: PageDeps,
  sent?: { values: Values; errors: FieldErrors },
): Promise<FastifyReply> {
  const { request } = reply
  const back = await backTo(request, deps)
  const { db, tools } = deps
  const asked = await inContext(db, actorIn(request), (trx, at) =>
    restartsAsked(trx, at, tools, idIn(request)),
  )
  const draft = await draftOf(request, deps, RESTART, sent !== undefined)
  const only = asked.length === 1 ? { noticeId: asked[0]?.origin ?? '' } : {}
  return renderPage(reply, 'casework/restart', {
    title: textsOf(request)('restart.title'),
    back,
    questions: asked.map(({ origin, words }) => ({ value: origin, text: words[request.language] })),
    draft: draft.view,
    form: { values: { ...only, ...draft.values, ...sent?.values }, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

function saveRestart(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { noticeId = '', answer, reason = '' } = values
    const errors: FieldErrors = {
      ...(isId(noticeId) ? {} : { noticeId: t('restart.error.notice') }),
      ...(answer === 'yes' || answer === 'no' ? {} : { answer: t('restart.error.answer') }),
      ...(reason.trim() === '' ? { reason: t('restart.error.reason') } : {}),
    }
    if (Object.keys(errors).length > 0) return showRestart(reply.code(422), deps, { values, errors })
    const decision = { noticeId, confirm: answer === 'yes', reason: reason.trim().slice(0, 1_000) }
    const [actor, place] = [actorIn(request), placeOf(request, 'case')]
    try {
      await finishForm(deps.db, actor, place, (db) => decideRestart(db, actor, place.id, decision))
    } catch (error) {
      const refused = objectionsOf(error, { first: 'answer', '/reason': 'reason' }, request.language)
      if (!refused) throw error
      return showRestart(reply.code(422), deps, { values, errors: refused })
    }
    tellNextPage(request, t('restart.done'))
    return reply.redirect(`/arenden/${idIn(request)}`, 303)
  }
}

/** `/arenden/{id}/bekraftelse` and `/arenden/{id}/omstart`. */
export function lawWorkPages(app: App, deps: PageDeps): void {
  const read = { config: { permission: 'case.read' as const } }
  const act = { config: { permission: 'task.complete' as const } }
  app.get('/arenden/:id/bekraftelse', read, (_, reply) => showLetter(reply, deps))
  app.get(RESTART, act, (_, reply) => showRestart(reply, deps))
  const drafted = { config: { ...act.config, draft: { about: 'case' as const } } }
  app.post(RESTART, drafted, saveRestart(deps))
}
