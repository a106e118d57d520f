// A counsellor's referrals: ordered by their clocks, and what is done with one: accept, give back, answer, meet.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment, type Actor } from '../../shared/casework/act.ts'
import { namesOf } from '../../shared/casework/colleagues.ts'
import { finishForm } from '../../shared/casework/form-drafts.ts'
import {
  acceptReferral,
  answerTenant,
  listReferrals,
  readReferral,
  rejectReferral,
  type Referral,
} from '../../shared/casework/referral-answers.ts'
import {
  bookMeeting,
  bookSlot,
  offerAlternative,
  offerSlots,
  readWaiting,
  type SlotOffer,
  type Waiting,
} from '../../shared/casework/counselling-booking.ts'
import type { NamedSlot } from '../../shared/casework/counselling-slots.ts'
import type { Db } from '../../shared/db/open.ts'
import type { Language } from '../../shared/text/say.ts'
import { may } from '../access.ts'
import type { App } from '../http.ts'
import { inDays, timeLeft } from './bands.ts'
import { dateAndTime } from './filters.ts'
import { draftsOn, placeOf } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  isId,
  objectionsOf,
  pageIn,
  pagingOf,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'
import { instantIn } from './when.ts'

const BASE = '/hanvisningar'
const REJECT = `${BASE}/:id/tillbaka`
const MEET = `${BASE}/:id/mote`
const LIMIT = 25
const TABS = ['mine', 'unit', 'none', 'ended'] as const

/** Both promises, each as a clock that runs or as what was done: the answer in 48 hours, the meeting within a week. */
function clocksOf(one: Referral, now: string, t: Say) {
  const open = one.state === 'assigned' || one.state === 'accepted'
  if (!open) return []
  const done = { text: '', urgent: false, late: false }
  return [
    one.firstAnswerAt === null
      ? {
          ...timeLeft(one.answerBy, now, t),
          what: t('referrals.answer-by', { at: dateAndTime(one.answerBy) }),
        }
      : { ...done, what: t('referral.answered', { at: dateAndTime(one.firstAnswerAt) }) },
    one.meetingAt === null
      ? { ...timeLeft(one.meetBy, now, t), what: t('referrals.meet-by', { at: dateAndTime(one.meetBy) }) }
      : { ...done, what: t('referrals.meeting-on', { at: dateAndTime(one.meetingAt) }) },
  ]
}

/** The clock that runs: the first answer until it is given, then the meeting until one is offered. */
function clockOf(one: Referral, now: string, t: Say) {
  const open = one.state === 'assigned' || one.state === 'accepted'
  if (!open) return null
  if (one.firstAnswerAt === null) {
    return {
      ...timeLeft(one.answerBy, now, t),
      what: t('referrals.answer-by', { at: dateAndTime(one.answerBy) }),
    }
  }
  if (one.meetingAt === null) {
    return { ...timeLeft(one.meetBy, now, t), what: t('referrals.meet-by', { at: dateAndTime(one.meetBy) }) }
  }
  return {
    text: '',
    urgent: false,
    late: false,
    what: t('referrals.meeting-on', { at: dateAndTime(one.meetingAt) }),
  }
}

const stateText = (one: Referral, t: Say): string =>
  one.state === 'ended' ? t('referrals.state.ended') : t(`referrals.${one.state}`)

/** How long households wait, as a sentence, and whether that is longer than the municipality aims at. */
function waitingText(waiting: Waiting | null, t: Say) {
  if (!waiting) return null
  const { waitDays, median, over, waitMostDays: most } = waiting
  const first =
    waitDays === null
      ? t('counselling.wait.none')
      : t('counselling.wait', { when: inDays(waitDays, t), most })
  const half = median === null ? '' : ` ${t('counselling.wait.median', { days: median })}`
  const long = over > 0 ? ` ${t('counselling.wait.over', { count: over, most })}` : ''
  return { text: `${first}${half}${long}`, over: over > 0 || waitDays === null || waitDays > most }
}

async function showList(
  request: FastifyRequest,
  reply: FastifyReply,
  { db, tools }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const actor = actorIn(request)
  const first = actor.role === 'counsellor' ? 'mine' : 'unit'
  const tab = TABS.find((known) => known === queryIn(request, 'flik')) ?? first
  const counsellor = { mine: actor.personId, unit: null, none: 'none', ended: null }[tab]
  const page = pageIn(request)
  const state = tab === 'ended' ? ('ended' as const) : null
  const { referrals, total } = await listReferrals(db, tools, actor, {
    state,
    counsellor,
    limit: LIMIT,
    page,
  })
  const { now } = await moment(db)
  return renderPage(reply, 'casework/referrals', {
    title: t('referrals.title'),
    tabs: TABS.map((known) => ({
      text: t(`referrals.${known}`),
      href: `${BASE}?flik=${known}`,
      current: known === tab,
    })),
    mine: tab === 'mine',
    waiting: waitingText(await readWaiting(db, actor), t),
    mayPlan: actor.role === 'counsellor',
    referrals: referrals.map((one) => ({
      ...one,
      stateText: stateText(one, t),
      clocks: clocksOf(one, now, t),
      noSlot: one.slotMissingAt !== null && one.meetingAt === null,
    })),
    paging: pagingOf(request, { page, limit: LIMIT, total }),
  })
}

function nextStep(one: Referral): 'accept' | 'answer' | 'meeting' | 'held' | 'ended' {
  if (one.state === 'assigned') return 'accept'
  if (one.state !== 'accepted') return 'ended'
  if (one.firstAnswerAt === null) return 'answer'
  return one.meetingAt === null ? 'meeting' : 'held'
}

type Sent = { values: Values; errors: FieldErrors }

/** As many of the counsellor's own times, and of the colleagues', as a phone shows without being scrolled for long. */
const MOST_OWN = 6
const MOST_OTHERS = 3

/** The times as choices: day and clock, and whose they are when they are not the counsellor's own. */
function slotChoices(offer: SlotOffer, one: Referral, t: Say) {
  const isOwn = ({ counsellorId }: NamedSlot) => counsellorId === one.counsellor
  const choices = (list: readonly NamedSlot[]) => {
    const own = list.filter(isOwn).slice(0, MOST_OWN)
    const others = list.filter((slot) => !isOwn(slot)).slice(0, MOST_OTHERS)
    return [...own, ...others].map((slot) => {
      const at = dateAndTime(slot.startsAt)
      const text = isOwn(slot) ? at : t('counselling.slot.with', { at, name: slot.counsellorName })
      return { value: slot.id, text }
    })
  }
  return { inTime: choices(offer.inTime), late: choices(offer.late) }
}

/** What can be booked for an accepted referral, and what to offer when nothing comes early enough. */
async function bookable(
  db: PageDeps['db'],
  actor: Actor,
  one: Referral,
  { t, language, mayAct }: { t: Say; language: Language; mayAct: boolean },
) {
  if (!mayAct || one.state !== 'accepted') return { slots: null, alternative: null }
  const offer = await offerSlots(db, actor, one.id)
  const missing = offer.inTime.length === 0
  return {
    slots: slotChoices(offer, one, t),
    alternative: missing
      ? {
          text: t('counselling.no-slot', { latest: one.latestDay ?? '–', name: offer.alternative[language] }),
          offer: t('counselling.alternative', { name: offer.alternative[language] }),
          done:
            one.alternativeAt && t('counselling.alternative.done-at', { at: dateAndTime(one.alternativeAt) }),
        }
      : null,
  }
}

async function showOne(reply: FastifyReply, { db, tools }: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { language, principal } = request
  const one = await readReferral(db, tools, actorIn(request), idIn(request))
  const { now } = await moment(db)
  const names = await namesOf(db, [one.fromCommittee])
  const mayAct = principal !== null && may(principal, 'referral.answer')
  const wish = { forms: [REJECT, MEET], id: one.id, sent: sent ? (request.routeOptions.url ?? null) : null }
  const draftOf = await draftsOn(request, { db, tools }, wish)
  const [back, other] = [draftOf(REJECT), draftOf(MEET)]
  return renderPage(reply, 'casework/referral', {
    title: t('referral.title', { number: one.caseNumber }),
    back: { href: BASE, text: t('referrals.title') },
    one,
    stateText: stateText(one, t),
    clock: clockOf(one, now, t),
    from: names.get(one.fromCommittee) ?? one.fromCommittee,
    reasons: one.reasons.map(({ sentence }) => sentence[language]),
    next: nextStep(one),
    mayAct,
    basis: t(`counselling.basis.${one.basis}`),
    ...(await bookable(db, actorIn(request), one, { t, language, mayAct })),
    drafts: { reject: back.view, meet: other.view },
    form: { values: { ...other.values, ...back.values, ...sent?.values }, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

/** What a step does, or what is wrong with what was filled in for it. */
type Deed = (request: FastifyRequest, values: Values) => ((db: Db) => Promise<unknown>) | FieldErrors

/** One step with a referral: done and told on the next page, or shown again with what is wrong. */
function step(deps: PageDeps, done: Parameters<Say>[0], deed: Deed) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const values = valuesIn(request)
    const outcome = deed(request, values)
    if (typeof outcome !== 'function') return showOne(reply.code(422), deps, { values, errors: outcome })
    try {
      await finishForm(deps.db, actorIn(request), placeOf(request, 'referral'), outcome)
    } catch (error) {
      const first = ['reason', 'day', 'slotId'].find((name) => name in values) ?? 'next'
      const fields = { first, '/occurredAt': 'day', '/meetingAt': 'day', '/slotId': 'slotId' }
      const refused = objectionsOf(error, fields, request.language)
      if (!refused) throw error
      return showOne(reply.code(422), deps, { values, errors: refused })
    }
    tellNextPage(request, textsOf(request)(done))
    return reply.redirect(`${BASE}/${idIn(request)}`, 303)
  }
}

const accept: Deed = (request) => (db) => acceptReferral(db, actorIn(request), idIn(request))

const reject: Deed = (request, values) => {
  const reason = (values['reason'] ?? '').trim().slice(0, 500)
  if (reason === '') return { reason: textsOf(request)('referral.reason.error') }
  return (db) => rejectReferral(db, actorIn(request), idIn(request), reason)
}

const answer: Deed = (request) => (db) => answerTenant(db, actorIn(request), idIn(request), null)

const meet: Deed = (request, values) => {
  const { at, errors } = instantIn(values, textsOf(request))
  return errors ?? ((db) => bookMeeting(db, actorIn(request), idIn(request), at))
}

const book: Deed = (request, values) => {
  const slotId = values['slotId'] ?? ''
  if (!isId(slotId)) return { slotId: textsOf(request)('counselling.slot.error') }
  return (db) => bookSlot(db, actorIn(request), idIn(request), slotId)
}

const offerOther: Deed = (request) => (db) => offerAlternative(db, actorIn(request), idIn(request))

/** `/hanvisningar` and each referral below it. */
export function referralPages(app: App, deps: PageDeps): void {
  const read = { permission: 'referral.read' as const }
  const config = { permission: 'referral.answer' as const }
  const drafted = { ...config, draft: { about: 'referral' as const, page: `${BASE}/:id` } }
  app.get(BASE, { config: read }, (request, reply) => showList(request, reply, deps))
  app.get(`${BASE}/:id`, { config: read }, (_request, reply) => showOne(reply, deps))
  app.post(`${BASE}/:id/acceptera`, { config }, step(deps, 'referral.accepted.done', accept))
  app.post(REJECT, { config: drafted }, step(deps, 'referral.rejected.done', reject))
  app.post(`${BASE}/:id/svar`, { config }, step(deps, 'referral.answered.done', answer))
  app.post(MEET, { config: drafted }, step(deps, 'referral.meeting.done', meet))
  app.post(`${BASE}/:id/tid`, { config }, step(deps, 'referral.meeting.done', book))
  app.post(`${BASE}/:id/annan`, { config }, step(deps, 'counselling.alternative.done', offerOther))
}
