// Recording a contact, also from a referral of another committee's case, and closing a case.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { readCase } from '../../shared/casework/cases.ts'
import { namesOf } from '../../shared/casework/colleagues.ts'
import { finishForm, type DraftAbout } from '../../shared/casework/form-drafts.ts'
import { closeCase } from '../../shared/casework/closure.ts'
import { recordContact } from '../../shared/casework/contacts.ts'
import { readReferral } from '../../shared/casework/referral-answers.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { readDate } from '../../shared/domain/written.ts'
import type { Language } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import { diaryOf, idsIn } from './case-view.ts'
import { choicesOf, codesInForce } from './codes.ts'
import { draftOf, placeOf } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  objectionsOf,
  problemsAt,
  refusedAs,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'
import { instantIn, whenValues } from './when.ts'

const CHANNELS = ['phone', 'sms', 'letter', 'visit', 'meeting', 'other'] as const
const BY_WHOM = ['municipality', 'neutral', 'landlord'] as const

/** `stale`: somebody was first; the form is shown again with what has happened beside what was written. */
type Sent = { values: Values; errors: FieldErrors; stale?: boolean }

/** Where a contact belongs: a case of one's own, or the case behind a referral. `back` is where one came from. */
type Place = { caseId: string; back: string; number: string; about: DraftAbout }
type FindPlace = (request: FastifyRequest) => Promise<Place>

/** What is still here of the form that the page shows. */
const draftIn = (request: FastifyRequest, deps: PageDeps, sent?: Sent) =>
  draftOf(request, deps, request.routeOptions.url ?? '', sent !== undefined)

async function showContact(reply: FastifyReply, deps: PageDeps, find: FindPlace, sent?: Sent) {
  const { request } = reply
  const { db } = deps
  const t = textsOf(request)
  const place = await find(request)
  const draft = await draftIn(request, deps, sent)
  const codes = await codesInForce(db)
  const now = whenValues((await moment(db)).now)
  return renderPage(reply, 'casework/contact', {
    title: t('contact.title'),
    back: { href: place.back, text: t('case.title', { number: place.number }) },
    outcomes: choicesOf(codes, 'contact-result', request.language),
    channels: CHANNELS.map((value) => ({ value, text: t(`contact.${value}`) })),
    byWhom: BY_WHOM.map((value) => ({ value, text: t(`contact.by.${value}`) })),
    draft: draft.view,
    form: {
      values: { ...now, byWhom: 'municipality', ...draft.values, ...sent?.values },
      errors: sent?.errors ?? {},
    },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

function saveContact(deps: PageDeps, find: FindPlace) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const when = instantIn(values, t)
    const channel = CHANNELS.find((known) => known === values['channel'])
    const errors: FieldErrors = { ...when.errors }
    if (!values['outcome']) errors['outcome'] = t('contact.error.outcome')
    if (!channel) errors['channel'] = t('contact.error.channel')
    if (!channel || Object.keys(errors).length > 0)
      return showContact(reply.code(422), deps, find, { values, errors })
    const { caseId, back, about } = await find(request)
    const note = (values['note'] ?? '').trim().slice(0, 500) || null
    const byWhom = BY_WHOM.find((known) => known === values['byWhom']) ?? 'municipality'
    const told = { note, occurredAt: when.at, outcome: values['outcome'] ?? '' }
    const report = { caseId, ifMatch: null, channel, byWhom, taskId: null, ...told }
    const actor = actorIn(request)
    try {
      const place = placeOf(request, about)
      await finishForm(deps.db, actor, place, (db) => recordContact(db, actor, report))
    } catch (error) {
      const fields = { first: 'outcome', '/outcome': 'outcome', '/occurredAt': 'day' }
      const refused = objectionsOf(error, fields, request.language)
      if (!refused) throw error
      return showContact(reply.code(422), deps, find, { values, errors: refused })
    }
    tellNextPage(request, t('contact.done'))
    return reply.redirect(back, 303)
  }
}

async function showClosing(reply: FastifyReply, deps: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const { db, tools } = deps
  const { language } = request
  const t = textsOf(request)
  const actor = actorIn(request)
  const found = await readCase(db, tools, actor, { caseId: idIn(request), purpose: null })
  const codes = await codesInForce(db)
  const { today } = await moment(db)
  const choices = (list: 'outcome' | 'cause' | 'housing-after', first: string) => [
    { value: '', text: first },
    ...choicesOf(codes, list, language),
  ]
  const draft = await draftIn(request, deps, sent)
  const version = String(found.version)
  // What was written of an older version is sent with that: what has happened since is then shown beside it.
  const values = { day: today, version, ...draft.values, ...sent?.values, ...(sent?.stale && { version }) }
  const names = sent?.stale ? await namesOf(db, idsIn(found)) : new Map<string, string>()
  const reader = { t, language, today, law: tools.law, codes, names, role: actor.role }
  return renderPage(reply, 'casework/close', {
    title: t('close.title'),
    back: { href: `/arenden/${found.id}`, text: t('case.title', { number: found.number }) },
    outcomes: choices('outcome', t('close.choose')),
    causes: choices('cause', t('close.unchanged')),
    housing: choices('housing-after', t('close.unchanged')),
    draft: draft.view,
    news: sent?.stale ? diaryOf(found, reader).slice(0, 3) : [],
    form: { values, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

const CLOSING_FIELDS: Readonly<Record<string, string>> = {
  '/cause': 'cause',
  '/housingAfter': 'housing',
  '/on': 'day',
  '/source': 'source',
}

/** What stands in the way, all at once, at the field it is about where there is one. */
function closingErrors(error: unknown, language: Language): FieldErrors {
  if (!(error instanceof Refusal) || error.problems.length === 0) throw error
  return problemsAt(error.problems, CLOSING_FIELDS, 'outcome', language)
}

function close(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { outcome = '', source = '', cause = '', housing = '' } = values
    const on = readDate(values['day'] ?? '')
    const errors: FieldErrors = {}
    if (outcome === '') errors['outcome'] = t('close.error.outcome')
    if (source.trim() === '') errors['source'] = t('close.error.source')
    if (!on) errors['day'] = t('task.error.day')
    if (Object.keys(errors).length > 0) return showClosing(reply.code(422), deps, { values, errors })
    const caseId = idIn(request)
    const closing = {
      caseId,
      ifMatch: Number(values['version']) || 0,
      outcome,
      on,
      source: source.trim().slice(0, 300),
    }
    try {
      const recorded = { cause: cause || null, housingAfter: housing || null }
      const [actor, place] = [actorIn(request), placeOf(request, 'case')]
      await finishForm(deps.db, actor, place, (db) => closeCase(db, actor, { ...closing, ...recorded }))
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'stale') {
        const stale = refusedAs(error, 'outcome', request.language)
        return showClosing(reply.code(409), deps, { values, errors: stale, stale: true })
      }
      return showClosing(reply.code(422), deps, { values, errors: closingErrors(error, request.language) })
    }
    tellNextPage(request, t('close.done'))
    return reply.redirect(`/arenden/${caseId}`, 303)
  }
}

/** `/arenden/{id}/kontakt`, `/hanvisningar/{id}/kontakt` and `/arenden/{id}/avsluta`. */
export function caseFormPages(app: App, deps: PageDeps): void {
  const record = { permission: 'contact.record' as const }
  const inCase: FindPlace = async (request) => {
    const wish = { caseId: idIn(request), purpose: null }
    const { id, number } = await readCase(deps.db, deps.tools, actorIn(request), wish)
    return { caseId: id, back: `/arenden/${id}`, number, about: 'case' }
  }
  const inReferral: FindPlace = async (request) => {
    const { id, caseId, caseNumber } = await readReferral(
      deps.db,
      deps.tools,
      actorIn(request),
      idIn(request),
    )
    return { caseId, back: `/hanvisningar/${id}`, number: caseNumber, about: 'referral' }
  }
  for (const [path, about, find] of [
    ['/arenden/:id/kontakt', 'case', inCase],
    ['/hanvisningar/:id/kontakt', 'referral', inReferral],
  ] as const) {
    app.get(path, { config: record }, (_request, reply) => showContact(reply, deps, find))
    app.post(path, { config: { ...record, draft: { about } } }, saveContact(deps, find))
  }
  const closing = { permission: 'case.close' as const }
  app.get('/arenden/:id/avsluta', { config: closing }, (_request, reply) => showClosing(reply, deps))
  const drafted = { ...closing, draft: { about: 'case' as const } }
  app.post('/arenden/:id/avsluta', { config: drafted }, close(deps))
}
