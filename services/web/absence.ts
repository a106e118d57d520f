// Absence: one's own, or a supervisor's for the whole committee. From and to, never why.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { enterAbsence, listAbsences, withdrawAbsence } from '../../shared/casework/absences.ts'
import { listColleagues } from '../../shared/casework/colleagues.ts'
import { readDate } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
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

const own = { permission: 'own.time' as const }
const FIELDS = { '/awayFrom': 'from', '/awayTo': 'to' } as const

async function show(
  reply: FastifyReply,
  { db }: PageDeps,
  sent?: { values: Values; errors: FieldErrors },
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const actor = actorIn(request)
  const leads = actor.role === 'supervisor'
  const people = leads ? await listColleagues(db, actor) : []
  return renderPage(reply, 'casework/absence', {
    title: t('absence.title'),
    back: { href: '/hembesok', text: t('visits.this') },
    absences: await listAbsences(db, actor),
    people: people.map(({ id, name, unitName }) => ({ value: id, text: `${name}, ${unitName}` })),
    form: { values: { who: actor.personId ?? '', ...sent?.values }, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

function enter(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const actor = actorIn(request)
    const values = valuesIn(request)
    const [awayFrom, awayTo] = [readDate(values['from'] ?? ''), readDate(values['to'] ?? '')]
    const personId = actor.role === 'supervisor' ? (values['who'] ?? '') : (actor.personId ?? '')
    const errors: FieldErrors = {}
    if (!isId(personId)) errors['who'] = t('absence.error.who')
    if (!awayFrom) errors['from'] = t('task.error.day')
    if (!awayTo) errors['to'] = t('task.error.day')
    if (!awayFrom || !awayTo || errors['who']) return show(reply.code(422), deps, { values, errors })
    try {
      await enterAbsence(deps.db, actor, { personId, awayFrom, awayTo })
    } catch (error) {
      const refused = errorsOf(error, FIELDS, request.language)
      if (!refused) throw error
      return show(reply.code(422), deps, { values, errors: refused })
    }
    tellNextPage(request, t('absence.saved'))
    return reply.redirect('/franvaro', 303)
  }
}

function remove({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    await withdrawAbsence(db, actorIn(request), idIn(request))
    tellNextPage(request, textsOf(request)('absence.removed'))
    return reply.redirect('/franvaro', 303)
  }
}

/** `/franvaro`. */
export function absencePages(app: App, deps: PageDeps): void {
  app.get('/franvaro', { config: own }, (_request, reply) => show(reply, deps))
  app.post('/franvaro', { config: own }, enter(deps))
  app.post('/franvaro/:id/ta-bort', { config: own }, remove(deps))
}
