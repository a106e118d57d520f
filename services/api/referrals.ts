// The counsellors' door: the referrals they have, and each step of one.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
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
} from '../../shared/casework/counselling-booking.ts'
import type { Language } from '../../shared/text/say.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { byId, idOf, paging, whoseOf, type ApiDeps } from './asking.ts'
import { showWords } from './showing.ts'

const tags = ['referrals']
const instant = z.iso.datetime({ offset: true })

const referral = z.object({
  id: z.string(),
  caseId: z.string(),
  caseNumber: z.string(),
  tenant: z.object({ name: z.string(), address: z.string() }),
  fromCommittee: z.string(),
  committee: z.string(),
  unit: z.string(),
  counsellor: z.string().nullable(),
  counsellorName: z.string().nullable(),
  state: z.enum(['assigned', 'accepted', 'rejected', 'ended']),
  reasons: z.array(z.object({ code: z.string(), text: z.string() })),
  latestDay: z.string().nullable(),
  answerBy: z.string(),
  meetBy: z.string(),
  acceptedAt: z.string().nullable(),
  firstAnswerAt: z.string().nullable(),
  meetingAt: z.string().nullable(),
  basis: z.enum(['offer', 'consent']),
  slotMissingAt: z.string().nullable(),
  alternativeAt: z.string().nullable(),
  rejectedReason: z.string().nullable(),
  endedReason: z.string().nullable(),
  createdAt: z.string(),
})

function show(row: Referral, language: Language): z.infer<typeof referral> {
  const { id, caseId, caseNumber, fromCommittee, committee, unit, counsellor, counsellorName, state } = row
  const { latestDay, answerBy, meetBy, acceptedAt, firstAnswerAt, meetingAt } = row
  const { rejectedReason, endedReason, createdAt, basis, slotMissingAt, alternativeAt } = row
  const tenant = { name: row.tenantName, address: row.address }
  const reasons = row.reasons.map(({ code, sentence }) => ({ code, text: showWords(sentence, language) }))
  const whose = { fromCommittee, committee, unit, counsellor, counsellorName, state }
  const clocks = { latestDay, answerBy, meetBy, acceptedAt, firstAnswerAt, meetingAt }
  return {
    id,
    caseId,
    caseNumber,
    tenant,
    ...whose,
    reasons,
    ...clocks,
    basis,
    slotMissingAt,
    alternativeAt,
    rejectedReason,
    endedReason,
    createdAt,
  }
}

const wish = paging.extend({
  state: z.enum(['assigned', 'accepted', 'rejected', 'ended']).optional(),
  counsellor: z.union([z.enum(['me', 'none']), z.guid()]).optional(),
})

/** `GET /v1/referrals` and the four steps of one. */
export function referralRoutes(deps: ApiDeps): (app: App) => void {
  return (app) => {
    list(app, deps)
    steps(app, deps)
    slots(app, deps)
  }
}

function list(app: App, { db, tools }: ApiDeps): void {
  const found = z.object({
    referrals: z.array(referral),
    total: z.number(),
    limit: z.number(),
    page: z.number(),
  })
  app.get(
    '/v1/referrals',
    {
      config: { permission: 'referral.read' },
      schema: { tags, summary: 'Hänvisningar / referrals', querystring: wish, response: { 200: found } },
    },
    async ({ principal, query, language }) => {
      const actor = actorOf(principal)
      const { state, counsellor, limit, page } = query
      const whose = whoseOf(counsellor, actor)
      const wanted = { state: state ?? null, counsellor: whose, limit, page }
      const { referrals, total } = await listReferrals(db, tools, actor, wanted)
      return { referrals: referrals.map((row) => show(row, language)), total, limit, page }
    },
  )
  app.get(
    '/v1/referrals/:id',
    {
      config: { permission: 'referral.read' },
      schema: { tags, summary: 'En hänvisning / a referral', params: byId, response: { 200: referral } },
    },
    async ({ principal, params, language }) =>
      show(await readReferral(db, tools, actorOf(principal), idOf(params)), language),
  )
}

const nothing = z.strictObject({}).nullish()
const reason = z.strictObject({ reason: z.string().trim().min(1).max(1000) })
const answered = z.strictObject({ occurredAt: instant.optional() }).nullish()
/** A time of the counsellor's own choice, or one of the inventory. */
const meeting = z.union([z.strictObject({ meetingAt: instant }), z.strictObject({ slotId: z.guid() })])
const slot = z.object({
  id: z.string(),
  counsellor: z.string(),
  counsellorName: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  inTime: z.boolean(),
})

type Asked = Pick<FastifyRequest, 'principal'> & { params: z.infer<typeof byId> }

const about = (summary: string) => ({ tags, summary, params: byId, response: { 200: referral } })

function steps(app: App, { db }: ApiDeps): void {
  const config = { permission: 'referral.answer' as const }
  const asked = ({ principal, params }: Asked) => [db, actorOf(principal), idOf(params)] as const
  app.post(
    '/v1/referrals/:id/acceptance',
    { config, schema: { ...about('Ta emot / accept'), body: nothing } },
    async ({ language, ...request }) => show(await acceptReferral(...asked(request)), language),
  )
  app.post(
    '/v1/referrals/:id/rejection',
    { config, schema: { ...about('Lämna tillbaka med skäl / reject'), body: reason } },
    async ({ language, ...request }) =>
      show(await rejectReferral(...asked(request), request.body.reason), language),
  )
  app.post(
    '/v1/referrals/:id/first-answer',
    { config, schema: { ...about('Första svaret till hyresgästen / first answer'), body: answered } },
    async ({ language, ...request }) =>
      show(await answerTenant(...asked(request), request.body?.occurredAt ?? null), language),
  )
  app.post(
    '/v1/referrals/:id/meeting',
    { config, schema: { ...about('Mötet som erbjuds eller bokas / meeting'), body: meeting } },
    async ({ language, ...request }) =>
      show(
        'slotId' in request.body
          ? await bookSlot(...asked(request), request.body.slotId)
          : await bookMeeting(...asked(request), request.body.meetingAt),
        language,
      ),
  )
  app.post(
    '/v1/referrals/:id/alternative',
    { config, schema: { ...about('Annan rådgivning är erbjuden / alternative offered'), body: nothing } },
    async ({ language, ...request }) => show(await offerAlternative(...asked(request)), language),
  )
}

/** `GET /v1/referrals/{id}/slots`: what can be booked, and whether it comes early enough. */
function slots(app: App, { db }: ApiDeps): void {
  const found = z.object({
    slots: z.array(slot),
    waitDays: z.number().nullable(),
    waitMostDays: z.number(),
    alternative: z.string(),
  })
  app.get(
    '/v1/referrals/:id/slots',
    {
      config: { permission: 'referral.answer' },
      schema: { tags, summary: 'Lediga tider / free times', params: byId, response: { 200: found } },
    },
    async ({ principal, params, language }) => {
      const offer = await offerSlots(db, actorOf(principal), idOf(params))
      const shown = (list: typeof offer.inTime, inTime: boolean) =>
        list.map(({ id, counsellorId: counsellor, counsellorName, startsAt, endsAt }) => {
          const when = { startsAt, endsAt, inTime }
          return { id, counsellor, counsellorName, ...when }
        })
      const { waitDays, waitMostDays } = offer
      const all = [...shown(offer.inTime, true), ...shown(offer.late, false)]
      return { slots: all, waitDays, waitMostDays, alternative: showWords(offer.alternative, language) }
    },
  )
}
