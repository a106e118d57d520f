// Absence: one's own, or a supervisor's for the whole committee. From and to, never why.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { enterAbsence, listAbsences, withdrawAbsence } from '../../shared/casework/absences.ts'
import { readAway, type Away } from '../../shared/casework/away.ts'
import { listColleagues, namesOf } from '../../shared/casework/colleagues.ts'
import { UNTIL_FURTHER_NOTICE } from '../../shared/domain/absence.ts'
import { readDate } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  isId,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

const own = { permission: 'own.time' as const }
const FIELDS = { '/awayFrom': 'from', '/awayTo': 'to' } as const

/** The last day of an absence, or that nobody knows it. */
export const awayWords = (until: string, t: Say): string =>
  until === UNTIL_FURTHER_NOTICE ? t('absence.open') : until

/** Those away today, of one unit or one person when the board's link says so; a list of who, not a ranking. */
async function awayToday({ db }: PageDeps, request: FastifyRequest) {
  const t = textsOf(request)
  const [unit, person] = [queryIn(request, 'enhet'), queryIn(request, 'ansvarig')]
  const all = await readAway(db, actorIn(request))
  const meant = ({ unit: own, personId }: Away) => (!unit || own === unit) && (!person || personId === person)
  const away = all.filter(meant)
  const names = await namesOf(db, [unit, person].filter(Boolean))
  return {
    away: away.map(({ name, unitName, until }) => ({
      name,
      unitName,
      until: until === UNTIL_FURTHER_NOTICE ? awayWords(until, t) : t('absence.until', { day: until }),
    })),
    chosen: [...names.values()].join(', '),
    paging: { from: 1, to: away.length, total: away.length },
  }
}

async function show(
  reply: FastifyReply,
  deps: PageDeps,
  sent?: { values: Values; errors: FieldErrors },
): Promise<FastifyReply> {
  const { request } = reply
  const { db } = deps
  const t = textsOf(request)
  const actor = actorIn(request)
  const leads = actor.role === 'supervisor'
  const people = leads ? await listColleagues(db, actor) : []
  return renderPage(reply, 'casework/absence', {
    title: t('absence.title'),
    back: { href: '/hembesok', text: t('visits.this') },
    absences: await listAbsences(db, actor),
    today: leads ? await awayToday(deps, request) : null,
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
