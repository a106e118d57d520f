// One's own calendar as a link: when one is booked and nothing else, for whatever calendar reads such links.
import type { FastifyReply, FastifyRequest } from 'fastify'
import ical, { ICalEventClass } from 'ical-generator'
import {
  calendarBehind,
  calendarSince,
  closeCalendar,
  openCalendar,
  type BookedTime,
} from '../../shared/casework/calendar-feeds.ts'
import { localDateOf } from '../../shared/domain/calendar.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { actorIn, textsOf, type PageDeps } from './page.ts'

const own = { permission: 'own.time' as const }

/**
 * The feed (RFC 5545): "Bokat" at a time, and a link that asks who you are. No name, no address, no word of why: a
 * calendar is read over shoulders, copied to phones and shared with colleagues.
 */
export function feedOf(times: readonly BookedTime[], baseUrl: string): string {
  const calendar = ical({ name: 'Bokvar', prodId: { company: 'bokvar', product: 'bokvar', language: 'SV' } })
  for (const { uid, startsAt, endsAt } of times) {
    calendar.createEvent({
      id: uid,
      stamp: startsAt,
      start: startsAt,
      end: endsAt,
      summary: 'Bokat',
      class: ICalEventClass.PRIVATE,
      url: `${baseUrl}/hembesok/dag/${localDateOf(startsAt)}`,
    })
  }
  return calendar.toString()
}

async function show(
  reply: FastifyReply,
  { db }: PageDeps,
  token: string | null = null,
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { baseUrl } = reply.server.frame.settings
  return renderPage(reply, 'casework/calendar', {
    title: t('calendar.title'),
    back: { href: '/hembesok', text: t('visits.this') },
    since: await calendarSince(db, actorIn(request)),
    link: token && `${baseUrl}/kalender/${token}.ics`,
  })
}

async function feed(request: FastifyRequest, reply: FastifyReply, { db }: PageDeps): Promise<FastifyReply> {
  const { token = '' } = request.params as { token?: string }
  const times = /^[\w-]{43}$/.test(token) ? await calendarBehind(db, token) : null
  // One answer for whatever is not a link, so that nobody learns that one ever was.
  if (!times) return reply.code(404).type('text/plain; charset=utf-8').send('Kalendern finns inte.\n')
  const { baseUrl } = reply.server.frame.settings
  return reply
    .header('cache-control', 'private, no-store')
    .header('x-robots-tag', 'noindex')
    .type('text/calendar; charset=utf-8')
    .send(feedOf(times, baseUrl))
}

/** `/kalender` for oneself, and the feed behind each link; whoever guesses links uses up their rate. */
export function calendarPages(app: App, deps: PageDeps): void {
  app.get('/kalender', { config: own }, (_request, reply) => show(reply, deps))
  app.post('/kalender', { config: own }, async (request, reply) =>
    // Shown in the answer itself: in an address or a message for the next page the secret would be kept.
    show(reply, deps, await openCalendar(deps.db, actorIn(request))),
  )
  app.post('/kalender/ta-bort', { config: own }, async (request, reply) => {
    await closeCalendar(deps.db, actorIn(request))
    tellNextPage(request, textsOf(request)('calendar.closed'))
    return reply.redirect('/kalender', 303)
  })
  app.get('/kalender/:token.ics', { config: { permission: 'public' } }, (request, reply) =>
    feed(request, reply, deps),
  )
}
