// The people who work here: listed, let in, moved and ended by an administrator, with everything that was changed.
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  addPerson,
  changePerson,
  listPeople,
  listPlaces,
  readPerson,
  reopenPerson,
  STAFF_ROLES,
  type PersonChange,
} from '../../shared/casework/people-changes.ts'
import { endPerson, isOpen, openWorkOf, type OpenWork } from '../../shared/casework/person-ending.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  pageIn,
  pagingOf,
  queryIn,
  refusedAs,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

const config = { permission: 'people.manage' as const }
const LIMIT = 25
const FIELDS = {
  ...Object.fromEntries(
    ['name', 'email', 'role', 'unit', 'subject', 'username', 'handOn', 'reason'].map((field) => [
      `/${field}`,
      field,
    ]),
  ),
  '/heir': 'handOn',
}

const shown = (facts: PersonChange['before'], field: string): string => {
  const fact = facts?.[field]
  return typeof fact === 'string' ? fact : '–'
}

/** A line of the log: what was changed, and for a change of facts, from what to what. */
export function changeLine({ what, before, after, byName, at }: PersonChange, t: Say) {
  const changed = Object.keys(after ?? {}).filter(
    (field) => before !== null && before[field] !== after?.[field],
  )
  const detail = changed.map((field) => `${shown(before, field)} → ${shown(after, field)}`)
  return { what: t(`people.change.${what}` as 'people.change.added'), detail: detail.join(', '), byName, at }
}

async function showPeople(
  request: FastifyRequest,
  reply: FastifyReply,
  { db }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const role = STAFF_ROLES.find((one) => one === queryIn(request, 'roll')) ?? null
  const page = pageIn(request)
  const { total, people } = await listPeople(db, actorIn(request), { role, limit: LIMIT, page })
  return renderPage(reply, 'administration/people', {
    title: t('people.title'),
    roles: [null, ...STAFF_ROLES].map((one) => ({
      text: one === null ? t('people.all') : t(`role.${one}`),
      href: one === null ? '/personer' : `/personer?roll=${one}`,
      current: one === role,
    })),
    people,
    paging: pagingOf(request, { page, limit: LIMIT, total }),
  })
}

/** The choices of the form. Several units of one name are told apart by their committee. */
async function choices(request: FastifyRequest, { db }: PageDeps) {
  const t = textsOf(request)
  const places = await listPlaces(db, actorIn(request))
  return {
    roles: [
      { value: '', text: t('people.choose') },
      ...STAFF_ROLES.map((value) => ({ value, text: t(`role.${value}`) })),
    ],
    units: [
      { value: '', text: t('people.no-unit') },
      ...places.map(({ code, name, committee }) => ({ value: code, text: `${committee}: ${name}` })),
    ],
  }
}

type Told = { values?: Values; errors?: FieldErrors }

async function showNew(
  reply: FastifyReply,
  deps: PageDeps,
  { values = {}, errors = {} }: Told = {},
): Promise<FastifyReply> {
  const { request } = reply
  return renderPage(reply, 'administration/person-new', {
    title: textsOf(request)('people.add'),
    back: { href: '/personer' },
    ...(await choices(request, deps)),
    form: { values, errors },
    errors: summaryOf(errors),
  })
}

const wishOf = (values: Values) => {
  const { name = '', email = '', role = '', unit = '' } = values
  return { name, email, role, unit }
}

/** What a refusal says: beside its fields, else at the field that the deed is about. */
function told(error: unknown, request: FastifyRequest, field: string): FieldErrors {
  if (!(error instanceof Refusal)) throw error
  return errorsOf(error, FIELDS, request.language) ?? refusedAs(error, field, request.language)
}

function add(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const values = valuesIn(request)
    const { subject = '', username = '' } = values
    try {
      const id = await addPerson(deps.db, actorIn(request), { ...wishOf(values), subject, username })
      tellNextPage(request, textsOf(request)('people.added'))
      return await reply.redirect(`/personer/${id}`, 303)
    } catch (error) {
      return showNew(reply.code(422), deps, { values, errors: told(error, request, 'subject') })
    }
  }
}

/** What is open, each kind that there is with its number. */
function workInWords(work: OpenWork, t: Say): string {
  const kinds = (['tasks', 'cases', 'visits', 'referrals'] as const).filter((kind) => work[kind] > 0)
  return kinds.map((kind) => t(`people.open.${kind}`, { count: work[kind] })).join(', ')
}

async function showPerson(
  reply: FastifyReply,
  deps: PageDeps,
  { values = {}, errors = {} }: Told = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const actor = actorIn(request)
  const { person, changes } = await readPerson(deps.db, actor, idIn(request))
  const { name, email, role, unit } = person
  const { work, heirs } = await openWorkOf(deps.db, actor, person.id)
  return renderPage(reply, 'administration/person', {
    title: t('people.one'),
    back: { href: '/personer', text: t('people.title') },
    person,
    own: person.id === actor.personId,
    work: isOpen(work) ? t('people.work', { work: workInWords(work, t) }) : null,
    heirs: [
      { value: '', text: t('people.choose') },
      ...heirs.map((one) => ({ value: one.id, text: `${one.name}, ${one.unit ?? ''}` })),
      { value: 'unowned', text: t('people.hand-on.unowned') },
    ],
    changes: changes.map((one) => changeLine(one, t)),
    ...(await choices(request, deps)),
    form: { values: { name, email: email ?? '', role, unit: unit ?? '', ...values }, errors },
    errors: summaryOf(errors),
  })
}

function change(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const values = valuesIn(request)
    try {
      await changePerson(deps.db, actorIn(request), idIn(request), wishOf(values))
    } catch (error) {
      return showPerson(reply.code(422), deps, { values, errors: told(error, request, 'role') })
    }
    tellNextPage(request, textsOf(request)('people.changed'))
    return reply.redirect(`/personer/${idIn(request)}`, 303)
  }
}

/** What is to become of the open work, as the form says it. */
function endingIn({ handOn = '', reason = '' }: Values) {
  return { heir: handOn === '' ? undefined : handOn === 'unowned' ? null : handOn, reason }
}

function end(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    try {
      const work = await endPerson(deps.db, actorIn(request), idIn(request), endingIn(values))
      const moved = isOpen(work) && t('people.ended.work', { work: workInWords(work, t) })
      tellNextPage(request, moved || t('people.ended'))
    } catch (error) {
      return showPerson(reply.code(422), deps, { values, errors: told(error, request, 'role') })
    }
    return reply.redirect(`/personer/${idIn(request)}`, 303)
  }
}

function reopen(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    try {
      await reopenPerson(deps.db, actorIn(request), idIn(request))
    } catch (error) {
      return showPerson(reply.code(422), deps, { errors: told(error, request, 'role') })
    }
    tellNextPage(request, textsOf(request)('people.reopened'))
    return reply.redirect(`/personer/${idIn(request)}`, 303)
  }
}

/** `/personer`. */
export function peoplePages(app: App, deps: PageDeps): void {
  app.get('/personer', { config }, (request, reply) => showPeople(request, reply, deps))
  app.get('/personer/ny', { config }, (_request, reply) => showNew(reply, deps))
  app.post('/personer/ny', { config }, add(deps))
  app.get('/personer/:id', { config }, (_request, reply) => showPerson(reply, deps))
  app.post('/personer/:id', { config }, change(deps))
  app.post('/personer/:id/avsluta', { config }, end(deps))
  app.post('/personer/:id/oppna', { config }, reopen(deps))
}
