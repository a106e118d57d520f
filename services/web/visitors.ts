// The people who make home visits: on what terms each goes and when they are away, and one person's own terms in a form.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { listVisitors, readVisitorTerms, saveVisitorTerms } from '../../shared/casework/visitor-terms.ts'
import type { App } from '../http.ts'
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
  type Values,
} from './page.ts'

const config = { permission: 'people.manage' as const }
const BASE = '/regler/besokare'
const FIELDS = ['visitsPerDay', 'visitsPerWeek', 'weekdays', 'evenings', 'areas'] as const
const POINTERS = Object.fromEntries(FIELDS.map((field) => [`/${field}`, field]))

async function showAll(
  request: FastifyRequest,
  reply: FastifyReply,
  { db }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const visitors = await listVisitors(db, actorIn(request))
  return renderPage(reply, 'administration/visitors', {
    title: t('visitors.title'),
    back: { href: '/regler', text: t('tables.title') },
    visitors: visitors.map((one) => ({
      id: one.id,
      name: one.name,
      place: [one.unit, one.organisation].filter(Boolean).join(', '),
      terms: t('visitors.terms', { day: one.visitsPerDay, week: one.visitsPerWeek }),
      evenings: one.evenings.map((day) => t(`visitors.day.${day as 1}`)).join(', '),
      areas: one.areas.join(', '),
      away: one.absences
        .map(({ awayFrom, awayTo }) => t('absence.span', { from: awayFrom, to: awayTo }))
        .join(', '),
    })),
  })
}

const written = (value: number | readonly (number | string)[] | null): string =>
  value === null ? '' : [value].flat().join(', ')

async function showOne(
  reply: FastifyReply,
  { db }: PageDeps,
  sent: { values?: Values; errors?: FieldErrors } = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { name, terms } = await readVisitorTerms(db, actorIn(request), idIn(request))
  const standing = Object.fromEntries(FIELDS.map((field) => [field, written(terms[field])]))
  const errors = sent.errors ?? {}
  return renderPage(reply, 'administration/visitor', {
    title: t('visitors.one'),
    back: { href: BASE, text: t('visitors.title') },
    name,
    at: `${BASE}/${idIn(request)}`,
    form: { values: { goes: terms.goes ? 'yes' : 'no', ...standing, ...sent.values }, errors },
    errors: summaryOf(errors),
  })
}

function save(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const values = valuesIn(request)
    const { goes = 'yes', visitsPerDay = '', visitsPerWeek = '', weekdays = '', evenings = '' } = values
    const wish = { goes, visitsPerDay, visitsPerWeek, weekdays, evenings, areas: values['areas'] ?? '' }
    try {
      await saveVisitorTerms(deps.db, actorIn(request), idIn(request), wish)
    } catch (error) {
      const errors = errorsOf(error, POINTERS, request.language)
      if (!errors) throw error
      return showOne(reply.code(422), deps, { values, errors })
    }
    tellNextPage(request, textsOf(request)('visitors.saved'))
    return reply.redirect(BASE, 303)
  }
}

/** `/regler/besokare` and each person below it. */
export function visitorPages(app: App, deps: PageDeps): void {
  app.get(BASE, { config }, (request, reply) => showAll(request, reply, deps))
  app.get(`${BASE}/:id`, { config }, (_request, reply) => showOne(reply, deps))
  app.post(`${BASE}/:id`, { config }, save(deps))
}
