// A counsellor's own times: what is free and booked in the weeks ahead, adding one and taking one out.
import type { FastifyReply } from 'fastify'
import { addTime, listOwnTimes, withdrawTime, type OwnTime } from '../../shared/casework/counselling-times.ts'
import type { App } from '../http.ts'
import { timeOfDay } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'
import { instantIn } from './when.ts'

const BASE = '/radgivningstider'
const DAYS = 21
const config = { permission: 'referral.answer' as const }

function byDay(times: readonly OwnTime[], t: Say) {
  return [...Map.groupBy(times, ({ day }) => day)].map(([day, list]) => ({
    day,
    times: list.map((one) => ({
      ...one,
      clock: `${timeOfDay(one.startsAt)}–${timeOfDay(one.endsAt)}`,
      text: one.caseNumber ? t('referral.title', { number: one.caseNumber }) : t('counselling.free'),
    })),
  }))
}

async function showTimes(
  reply: FastifyReply,
  { db }: PageDeps,
  sent?: { values: Values; errors: FieldErrors },
): Promise<FastifyReply> {
  const t = textsOf(reply.request)
  const times = await listOwnTimes(db, actorIn(reply.request), DAYS)
  const errors = sent?.errors ?? {}
  return renderPage(reply, 'casework/counselling-times', {
    title: t('counselling.times'),
    back: { href: '/hanvisningar', text: t('referrals.title') },
    days: byDay(times, t),
    form: { values: sent?.values ?? {}, errors },
    errors: summaryOf(errors),
  })
}

/** The words of a refused time, in the reader's language; null when it is another matter. */
function refusedTime(error: unknown, t: Say): FieldErrors | null {
  const { code } = error as { code?: string }
  if (code === 'slot.past') return { day: t('counselling.time.past') }
  return code === 'slot.overlaps' ? { time: t('counselling.time.overlaps') } : null
}

/** `/radgivningstider`. */
export function counsellingTimePages(app: App, deps: PageDeps): void {
  const { db } = deps
  app.get(BASE, { config }, (_request, reply) => showTimes(reply, deps))
  app.post(BASE, { config }, async (request, reply) => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { at, errors } = instantIn(values, t)
    if (errors) return showTimes(reply.code(422), deps, { values, errors })
    try {
      await addTime(db, actorIn(request), at)
    } catch (error) {
      const refused = refusedTime(error, t)
      if (!refused) throw error
      return showTimes(reply.code(422), deps, { values, errors: refused })
    }
    tellNextPage(request, t('counselling.time.added'))
    return reply.redirect(BASE, 303)
  })
  app.post(`${BASE}/:id/bort`, { config }, async (request, reply) => {
    const t = textsOf(request)
    const refused = await withdrawTime(db, actorIn(request), idIn(request)).catch(
      (error: { code?: string }) => {
        if (error.code !== 'slot.booked') throw error
        return 'booked' as const
      },
    )
    if (refused) tellNextPage(request, t('counselling.time.booked'), 'important')
    else tellNextPage(request, t('counselling.time.withdrawn'))
    return reply.redirect(BASE, 303)
  })
}
