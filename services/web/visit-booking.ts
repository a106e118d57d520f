// Books a visit from its case, moves it to another time or pair, or calls it off: every fault beside its field.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readCase } from '../../shared/casework/cases.ts'
import { finishForm } from '../../shared/casework/form-drafts.ts'
import { cancelVisit, rebookVisit } from '../../shared/casework/visit-changes.ts'
import { readVisitSheet } from '../../shared/casework/visit-sheet.ts'
import { listVisitors, needOfCase } from '../../shared/casework/visit-week.ts'
import { bookVisit } from '../../shared/casework/visits.ts'
import type { App } from '../http.ts'
import { draftOf, placeOf } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  objectionsOf,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'
import { suggestionInText } from './visits.ts'
import { instantIn, whenValues } from './when.ts'

const work = { permission: 'visit.work' as const }
const BOOK = '/arenden/:id/besok'
const CHANGE = '/hembesok/:id/andra'
const FIELDS = {
  first: 'day',
  '/visitors': 'first',
  '/startsAt': 'day',
  '/reason': 'reason',
  '/why': 'why',
} as const

type Sent = { values: Values; errors: FieldErrors }

async function visitorChoices({ db }: PageDeps, request: FastifyRequest) {
  const t = textsOf(request)
  const people = await listVisitors(db, actorIn(request))
  return [
    { value: '', text: t('booking.choose') },
    ...people.map(({ id, name }) => ({ value: id, text: name })),
  ]
}

const minutesBetween = (startsAt: string, endsAt: string) =>
  String(Math.round((Date.parse(endsAt) - Date.parse(startsAt)) / 60_000))

async function showBooking(reply: FastifyReply, deps: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const actor = actorIn(request)
  const found = await readCase(deps.db, deps.tools, actor, { caseId: idIn(request), purpose: null })
  const need = await needOfCase(deps.db, actor, found.id)
  const visitors = await visitorChoices(deps, request)
  // The suggestion is filled in where it can be chosen: its people by their names in the list.
  const named = (need?.names ?? []).map((name) => visitors.find(({ text }) => text === name)?.value ?? '')
  const suggested: Values =
    need?.startsAt && need.endsAt
      ? {
          ...whenValues(need.startsAt),
          minutes: minutesBetween(need.startsAt, need.endsAt),
          first: named[0] ?? '',
          second: named[1] ?? '',
        }
      : { minutes: '90' }
  const draft = await draftOf(request, deps, BOOK, sent !== undefined)
  return renderPage(reply, 'casework/visit-booking', {
    title: t('booking.title'),
    back: { href: `/arenden/${found.id}`, text: t('case.title', { number: found.number }) },
    suggestion: need && suggestionInText(need, { t, language: request.language }),
    visitors,
    rebooking: false,
    draft: draft.view,
    form: { values: { ...suggested, ...draft.values, ...sent?.values }, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

/** Time, length and people as they were filled in; errors by field when they cannot be read. */
function timesIn(values: Values, t: Say) {
  const when = instantIn(values, t)
  const minutes = Number(values['minutes'])
  const errors: FieldErrors = { ...when.errors }
  if (!Number.isInteger(minutes) || minutes < 10 || minutes > 480)
    errors['minutes'] = t('booking.error.minutes')
  if (!values['first']) errors['first'] = t('booking.error.first')
  if (!values['second']) errors['second'] = t('booking.error.second')
  const visitors = [values['first'] ?? '', values['second'] ?? '']
  const reasonAnyway = (values['anyway'] ?? '').trim().slice(0, 300) || null
  return { errors, times: { startsAt: when.at ?? '', minutes, visitors, reasonAnyway } }
}

function book(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { errors, times } = timesIn(values, t)
    const announced = values['announced'] === 'yes'
    const reason = (values['reason'] ?? '').trim().slice(0, 300) || null
    if (!['yes', 'no'].includes(values['announced'] ?? '')) errors['announced'] = t('booking.error.announced')
    if (values['announced'] === 'no' && !reason) errors['reason'] = t('booking.error.reason')
    if (Object.keys(errors).length > 0) return showBooking(reply.code(422), deps, { values, errors })
    const text = (name: string) => (values[name] ?? '').trim().slice(0, 300) || null
    const notes = { purpose: text('purpose'), safetyNote: text('safety'), interpreter: text('interpreter') }
    const about = { caseId: idIn(request), ifMatch: null, taskId: null, announced, reason }
    try {
      const [actor, place, wish] = [
        actorIn(request),
        placeOf(request, 'case'),
        { ...about, ...times, ...notes },
      ]
      const visit = await finishForm(deps.db, actor, place, (db) => bookVisit(db, actor, wish))
      tellNextPage(request, t('visits.booked'))
      return await reply.redirect(`/hembesok/${visit.id}`, 303)
    } catch (error) {
      const refused = objectionsOf(error, FIELDS, request.language)
      if (!refused) throw error
      return showBooking(reply.code(422), deps, { values, errors: refused })
    }
  }
}

async function showChange(reply: FastifyReply, deps: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const sheet = await readVisitSheet(deps.db, deps.tools, actorIn(request), idIn(request))
  const [first = '', second = ''] = sheet.visitors.map(({ id }) => id)
  const now = {
    ...whenValues(sheet.startsAt),
    minutes: minutesBetween(sheet.startsAt, sheet.endsAt),
    first,
    second,
  }
  const draft = await draftOf(request, deps, CHANGE, sent !== undefined)
  return renderPage(reply, 'casework/visit-booking', {
    title: t('booking.title.change'),
    back: { href: `/hembesok/${sheet.id}` },
    suggestion: null,
    visitors: await visitorChoices(deps, request),
    rebooking: sheet.id,
    draft: draft.view,
    form: { values: { ...now, ...draft.values, ...sent?.values }, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

function change(deps: PageDeps, kind: 'rebook' | 'cancel') {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const [visitId, actor] = [idIn(request), actorIn(request)]
    const why = (values['why'] ?? '').trim().slice(0, 300)
    const { errors, times } =
      kind === 'rebook' ? timesIn(values, t) : { errors: {} as FieldErrors, times: null }
    if (why === '') errors['why'] = t('visit.error.why')
    if (Object.keys(errors).length > 0) return showChange(reply.code(422), deps, { values, errors })
    try {
      await finishForm(deps.db, actor, placeOf(request, 'visit'), (db) =>
        times ? rebookVisit(db, actor, { visitId, why, ...times }) : cancelVisit(db, actor, { visitId, why }),
      )
    } catch (error) {
      const refused = objectionsOf(error, FIELDS, request.language)
      if (!refused) throw error
      return showChange(reply.code(422), deps, { values, errors: refused })
    }
    tellNextPage(request, t(times ? 'visit.rebooked' : 'visit.cancel.done'))
    return reply.redirect(`/hembesok/${visitId}`, 303)
  }
}

/** `/arenden/{id}/besok` and `/hembesok/{id}/andra`. */
export function visitBookingPages(app: App, deps: PageDeps): void {
  app.get(BOOK, { config: work }, (_request, reply) => showBooking(reply, deps))
  app.post(BOOK, { config: { ...work, draft: { about: 'case' } } }, book(deps))
  app.get(CHANGE, { config: work }, (_request, reply) => showChange(reply, deps))
  app.post(CHANGE, { config: { ...work, draft: { about: 'visit' } } }, change(deps, 'rebook'))
  // The second button of the same form.
  const second = { about: 'visit', form: CHANGE } as const
  app.post('/hembesok/:id/avboka', { config: { ...work, draft: second } }, change(deps, 'cancel'))
}
