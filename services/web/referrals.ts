// A counsellor's referrals: ordered by their clocks, and what is done with one: accept, give back, answer, meet.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { namesOf } from '../../shared/casework/colleagues.ts'
import {
  acceptReferral,
  answerTenant,
  bookMeeting,
  listReferrals,
  readReferral,
  rejectReferral,
  type Referral,
} from '../../shared/casework/referral-answers.ts'
import { may } from '../access.ts'
import type { App } from '../http.ts'
import { timeLeft } from './bands.ts'
import { dateAndTime } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  idIn,
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
const LIMIT = 25
const TABS = ['mine', 'unit', 'none', 'ended'] as const

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

async function showList(
  request: FastifyRequest,
  reply: FastifyReply,
  { db }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const actor = actorIn(request)
  const first = actor.role === 'counsellor' ? 'mine' : 'unit'
  const tab = TABS.find((known) => known === queryIn(request, 'flik')) ?? first
  const counsellor = { mine: actor.personId, unit: null, none: 'none', ended: null }[tab]
  const page = pageIn(request)
  const state = tab === 'ended' ? ('ended' as const) : null
  const { referrals, total } = await listReferrals(db, actor, { state, counsellor, limit: LIMIT, page })
  const { now } = await moment(db)
  return renderPage(reply, 'casework/referrals', {
    title: t('referrals.title'),
    tabs: TABS.map((known) => ({
      text: t(`referrals.${known}`),
      href: `${BASE}?flik=${known}`,
      current: known === tab,
    })),
    mine: tab === 'mine',
    referrals: referrals.map((one) => ({
      ...one,
      stateText: stateText(one, t),
      clock: clockOf(one, now, t),
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

async function showOne(reply: FastifyReply, { db }: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { language, principal } = request
  const one = await readReferral(db, actorIn(request), idIn(request))
  const { now } = await moment(db)
  const names = await namesOf(db, [one.fromCommittee])
  const mayAct = principal !== null && may(principal, 'referral.answer')
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
    form: { values: sent?.values ?? {}, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

type Deed = (request: FastifyRequest, values: Values) => Promise<unknown> | FieldErrors

/** One step with a referral: done and told on the next page, or shown again with what is wrong. */
function step(deps: PageDeps, done: Parameters<Say>[0], deed: Deed) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const values = valuesIn(request)
    try {
      const outcome = deed(request, values)
      if (!(outcome instanceof Promise))
        return await showOne(reply.code(422), deps, { values, errors: outcome })
      await outcome
    } catch (error) {
      const refused = errorsOf(error, { '/occurredAt': 'day', '/meetingAt': 'day' })
      if (!refused) throw error
      return showOne(reply.code(422), deps, { values, errors: refused })
    }
    tellNextPage(request, textsOf(request)(done))
    return reply.redirect(`${BASE}/${idIn(request)}`, 303)
  }
}

/** `/hanvisningar` and each referral below it. */
export function referralPages(app: App, deps: PageDeps): void {
  const { db } = deps
  const read = { permission: 'referral.read' as const }
  const config = { permission: 'referral.answer' as const }
  app.get(BASE, { config: read }, (request, reply) => showList(request, reply, deps))
  app.get(`${BASE}/:id`, { config: read }, (_request, reply) => showOne(reply, deps))
  const accept: Deed = (request) => acceptReferral(db, actorIn(request), idIn(request))
  app.post(`${BASE}/:id/acceptera`, { config }, step(deps, 'referral.accepted.done', accept))
  const reject: Deed = (request, values) => {
    const reason = (values['reason'] ?? '').trim().slice(0, 500)
    if (reason === '') return { reason: textsOf(request)('referral.reason.error') }
    return rejectReferral(db, actorIn(request), idIn(request), reason)
  }
  app.post(`${BASE}/:id/tillbaka`, { config }, step(deps, 'referral.rejected.done', reject))
  const answer: Deed = (request) => answerTenant(db, actorIn(request), idIn(request), null)
  app.post(`${BASE}/:id/svar`, { config }, step(deps, 'referral.answered.done', answer))
  const meet: Deed = (request, values) => {
    const { at, errors } = instantIn(values, textsOf(request))
    return errors ?? bookMeeting(db, actorIn(request), idIn(request), at)
  }
  app.post(`${BASE}/:id/mote`, { config }, step(deps, 'referral.meeting.done', meet))
}
