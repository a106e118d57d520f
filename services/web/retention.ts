// `/gallring`: what the rules of retention say of the committee's cases, marks on a case, and the proofs of erasure.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { listProofs, listRetention, markCase, MARKS } from '../../shared/casework/retention-marks.ts'
import { isIsoDate } from '../../shared/domain/calendar.ts'
import type { App } from '../http.ts'
import { retentionRulesOf } from '../retention-rules.ts'
import { isoDate } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  pageOf,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

/** Households of the list, on one page. */
const SHOWN = 100

const placeOf = ({ eraseFrom, cases }: { eraseFrom: string; cases: readonly { number: string }[] }) =>
  `${eraseFrom} ${cases[0]?.number ?? ''}`

async function show(
  reply: FastifyReply,
  { db }: PageDeps,
  values: Values = {},
  errors: FieldErrors = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const actor = actorIn(request)
  const decisions = await listRetention(db, actor, retentionRulesOf)
  const proofs = await listProofs(db, actor)
  const sorted = decisions.toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1))
  const { shown, paging } = pageOf(request, sorted, { limit: SHOWN })
  return renderPage(reply, 'audit/retention', {
    title: t('retention.title'),
    rows: shown.map(({ cases, lastNoteOn, eraseFrom, finishBy, reason }) => [
      cases.map(({ number }) => number).join(', '),
      lastNoteOn,
      eraseFrom,
      finishBy,
      t(`retention.reason.${reason}`),
    ]),
    paging,
    marks: MARKS.map((value) => ({ value, text: t(`retention.mark.${value}`) })),
    proofs: proofs.map(({ at, households, rows, digest }) =>
      t('retention.proof', { day: isoDate(at), households, rows, digest }),
    ),
    form: { values: { mark: 'hold', ...values }, errors },
    errors: summaryOf(errors),
  })
}

function mark(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { number = '', childBornOn = '', reason = '' } = values
    const chosen = MARKS.find((known) => known === values['mark']) ?? 'hold'
    const errors: FieldErrors = {
      ...(number.trim() === '' && { number: t('retention.error.number') }),
      ...(childBornOn.trim() !== '' &&
        !isIsoDate(childBornOn.trim()) && { childBornOn: t('audit.error.day') }),
      ...(reason.trim() === '' && { reason: t('audit.error.empty') }),
    }
    if (Object.keys(errors).length > 0) return show(reply.code(422), deps, values, errors)
    try {
      const wish = {
        number: number.slice(0, 40),
        mark: chosen,
        childBornOn: childBornOn.trim() || null,
        reason: reason.trim().slice(0, 500),
      }
      await markCase(deps.db, actorIn(request), wish)
    } catch (error) {
      const refused = errorsOf(error, { '/number': 'number' }, request.language)
      if (!refused) throw error
      return show(reply.code(422), deps, values, refused)
    }
    tellNextPage(request, t('retention.mark.done'))
    return reply.redirect('/gallring', 303)
  }
}

/** The list and the marks. */
export function retentionPages(app: App, deps: PageDeps): void {
  const config = { permission: 'retention.manage' as const }
  app.get('/gallring', { config }, (_request, reply) => show(reply, deps))
  app.post('/gallring', { config }, mark(deps))
}
