// The visit sheet for the phone in the stairwell: there, who agreed, what to ask, how it went, and out again.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../shared/casework/act.ts'
import {
  checkIn,
  checkOut,
  noteAdults,
  readVisitSheet,
  tickItems,
  type AdultAnswer,
  type VisitSheet,
} from '../../shared/casework/visit-sheet.ts'
import { finishForm } from '../../shared/casework/form-drafts.ts'
import { recordVisit } from '../../shared/casework/visit-results.ts'
import { mayEnter, PHASES, type Phase } from '../../shared/domain/visits.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { Key } from '../../shared/text/say.ts'
import type { App } from '../http.ts'
import { choicesOf, codesInForce, nameOfCode } from './codes.ts'
import { dayInText, timeOfDay } from './filters.ts'
import { draftsOn, placeOf, without, type PageDraft } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  listIn,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'
import { stateOf } from './visits.ts'

const work = { permission: 'visit.work' as const }
const SHEET = '/hembesok/:id'
const CONSENT = `${SHEET}/samtycke`
const LIST = `${SHEET}/lista`
const RESULT = `${SHEET}/resultat`
const drafted = { ...work, draft: { about: 'visit' as const, page: SHEET } }
const ANSWERS = ['yes', 'no', 'door-only'] as const
const MOST_ADULTS = 12
/** Minutes after the planned end at which the first alarm goes; the ladder's table decides, this only tells. */
const ALARM_MINUTES = 30

type Sent = { values: Values; errors: FieldErrors }

/** The part of the list that is next: what was asked for, else what the visit has come to. */
function phaseOf(asked: string, sheet: VisitSheet): Phase {
  const known = PHASES.find((phase) => phase === asked)
  if (known) return known
  const state = stateOf(sheet)
  if (state === 'booked') return 'before'
  if (state !== 'there') return 'after'
  return mayEnter(sheet.adults).length === 0 ? 'ask' : 'door'
}

/** The rows of the form on consent: what is noted, what was just sent, and an empty one for the next adult. */
function adultRows({ adults }: VisitSheet, sent: Values | undefined) {
  const count = Math.min(MOST_ADULTS, Math.max(adults.length, sent ? sentRows(sent).length : 0) + 1)
  return Array.from({ length: count }, (_, nth) => ({
    place: nth + 1,
    who: sent?.[`who${nth + 1}`] ?? adults[nth]?.adult ?? '',
    answer: sent?.[`answer${nth + 1}`] ?? adults[nth]?.answer ?? '',
    at: adults[nth]?.at ?? null,
  }))
}

type SentAdult = { place: number; who: string; answer: string }

function sentRows(values: Values): SentAdult[] {
  const rows = Array.from({ length: MOST_ADULTS }, (_, nth) => ({
    place: nth + 1,
    who: (values[`who${nth + 1}`] ?? '').trim(),
    answer: values[`answer${nth + 1}`] ?? '',
  }))
  return rows.filter(({ who, answer }) => who !== '' || answer !== '')
}

/** The draft of the list when it is of the part that is shown; another part's is left as it is. */
function listDraft(draft: PageDraft, shown: Phase): PageDraft {
  if (draft.view.kept === null || draft.values['phase'] === shown) return draft
  // Written over, it is told as what another window wrote.
  const { view } = without(draft)
  return { ...without(draft), view: { ...view, seen: '' } }
}

function listView(
  sheet: VisitSheet,
  { asked, draft: kept }: { asked: string; draft: PageDraft },
  t: Say,
  language: 'sv' | 'en',
) {
  const chosen = phaseOf(asked || (kept.values['phase'] ?? ''), sheet)
  const draft = listDraft(kept, chosen)
  const { done = [] } = draft.lists
  const written = (phase: Phase) => draft.view.kept !== null && phase === chosen && asked !== 'allt'
  const part = (phase: Phase) => ({
    phase,
    title: t(`visit.phase.${phase}`),
    note: (written(phase) ? draft.values['note'] : sheet.notes[phase]) ?? '',
    items: sheet.items
      .filter((item) => item.phase === phase)
      .map(({ item, words, required }) => ({
        item,
        text: words[language],
        required,
        done: (written(phase) ? done : sheet.done).includes(item),
      })),
  })
  const tabs = PHASES.map((phase) => ({
    href: `/hembesok/${sheet.id}?del=${phase}#list`,
    text: t(`visit.phase.${phase}`),
    current: asked !== 'allt' && phase === chosen,
  }))
  return { tabs, part: part(chosen), all: asked === 'allt' ? PHASES.map(part) : null, draft: draft.view }
}

function consentView({ adults }: VisitSheet) {
  if (adults.length === 0) return null
  return mayEnter(adults).length === 0 ? 'may' : 'stay'
}

async function showSheet(reply: FastifyReply, deps: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const { language } = request
  const t = textsOf(request)
  const sheet = await readVisitSheet(deps.db, deps.tools, actorIn(request), idIn(request))
  const form = sent ? (request.routeOptions.url ?? null) : null
  const draftOf = await draftsOn(request, deps, { forms: [CONSENT, LIST, RESULT], id: sheet.id, sent: form })
  const [consent, list, result] = [draftOf(CONSENT), draftOf(LIST), draftOf(RESULT)]
  const codes = await codesInForce(deps.db)
  const why = sheet.cancelledReason ?? ''
  const known = ['paid', 'case-ended', 'withdrawn'].includes(why)
    ? t(`visit.cancelled.${why as 'paid'}`)
    : why
  return renderPage(reply, 'casework/visit', {
    title: t('visit.title', { day: dayInText(sheet.startsAt, language), time: timeOfDay(sheet.startsAt) }),
    back: { href: '/hembesok/dag', text: t('visits.mine') },
    sheet,
    state: stateOf(sheet),
    who: sheet.visitors.map(({ name }) => name).join(', '),
    alarm: timeOfDay(new Date(Date.parse(sheet.endsAt) + ALARM_MINUTES * 60_000).toISOString()),
    rows: adultRows(sheet, consent.view.kept === null ? sent?.values : consent.values),
    answers: ANSWERS.map((value) => ({ value, text: t(`visit.answer.${value}`) })),
    consent: consentView(sheet),
    list: listView(sheet, { asked: queryIn(request, 'del'), draft: list }, t, language),
    drafts: { consent: consent.view, result: result.view },
    outcomes: choicesOf(codes, 'visit-result', language).filter(({ value }) => value !== 'KAPACITET'),
    outcome: sheet.outcome && nameOfCode(codes, sheet.outcome, language),
    cancelled: known,
    form: { values: { ...result.values, ...sent?.values }, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

/** Does what one of the sheet's forms was filled in for, and forgets its draft. */
async function ended(
  { db }: PageDeps,
  request: FastifyRequest,
  does: (db: PageDeps['db'], actor: Actor, id: string) => Promise<unknown>,
): Promise<void> {
  const [actor, id] = [actorIn(request), idIn(request)]
  await finishForm(db, actor, placeOf(request, 'visit'), (trx) => does(trx, actor, id))
}

type Deed = (deps: PageDeps, request: FastifyRequest, values: Values) => Promise<FieldErrors | null>

/** A form of the sheet: done and shown again, or back with what is wrong and what was written. */
function deed(
  deps: PageDeps,
  does: Deed,
  { anchor = '', said = 'visit.noted' }: { anchor?: string; said?: Key } = {},
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const errors = await does(deps, request, values)
    if (errors) return showSheet(reply.code(422), deps, { values, errors })
    tellNextPage(request, t(said))
    return reply.redirect(`/hembesok/${idIn(request)}${anchor}`, 303)
  }
}

const arrive: Deed = async ({ db }, request) => {
  await checkIn(db, actorIn(request), idIn(request))
  return null
}

const leave: Deed = async ({ db }, request) => {
  await checkOut(db, actorIn(request), idIn(request))
  return null
}

const agree: Deed = async (deps, request, values) => {
  const t = textsOf(request)
  const rows = sentRows(values)
  const errors: FieldErrors = {}
  for (const { place, who, answer } of rows) {
    if (who === '') errors[`who${place}`] = t('visit.error.adult')
    if (!ANSWERS.some((known) => known === answer)) errors[`answer${place}`] = t('visit.error.answer')
  }
  if (rows.length === 0) errors['who1'] = t('visit.error.adults')
  if (Object.keys(errors).length > 0) return errors
  const adults = rows.map(({ who, answer }) => ({ adult: who, answer: answer as AdultAnswer['answer'] }))
  try {
    await ended(deps, request, (db, actor, id) => noteAdults(db, actor, id, adults))
    return null
  } catch (error) {
    const refused = errorsOf(error, { '/adults': 'who1' }, request.language)
    if (!refused) throw error
    return refused
  }
}

const tick: Deed = async (deps, request, values) => {
  const phase = PHASES.find((known) => known === values['phase'])
  if (!phase) throw new Refusal('invalid', 'visit.phase', 'Öppna besöket igen och välj en del av listan.')
  const note = (values['note'] ?? '').trim().slice(0, 1000)
  const ticked = { phase, done: listIn(request, 'done'), note }
  await ended(deps, request, (db, actor, id) => tickItems(db, actor, id, ticked))
  return null
}

const finish: Deed = async (deps, request, values) => {
  const t = textsOf(request)
  const outcome = values['outcome'] ?? ''
  if (outcome === '') return { outcome: t('visit.error.result') }
  const { caseId } = await readVisitSheet(deps.db, deps.tools, actorIn(request), idIn(request))
  const note = (values['resultNote'] ?? '').trim().slice(0, 500) || null
  try {
    await ended(deps, request, (db, actor, id) =>
      recordVisit(db, actor, caseId, { visitId: id, outcome, consentGiven: false, note }),
    )
    return null
  } catch (error) {
    const refused = errorsOf(error, { '/outcome': 'outcome', '/consentGiven': 'who1' }, request.language)
    if (!refused) throw error
    return refused
  }
}

/** `/hembesok/{id}` and its forms, each its own address: a press in a lift must be small and safe to repeat. */
export function visitSheetPages(app: App, deps: PageDeps): void {
  app.get(SHEET, { config: work }, (_request, reply) => showSheet(reply, deps))
  app.post(`${SHEET}/framme`, { config: work }, deed(deps, arrive))
  app.post(`${SHEET}/ute`, { config: work }, deed(deps, leave))
  app.post(CONSENT, { config: drafted }, deed(deps, agree, { anchor: '#consent' }))
  app.post(LIST, { config: drafted }, deed(deps, tick, { anchor: '#list' }))
  app.post(RESULT, { config: drafted }, deed(deps, finish, { said: 'visit.result.done' }))
}
