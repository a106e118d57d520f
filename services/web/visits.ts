// The week of home visits by person with what waits for a time, booked at one press; and one's own day for the phone.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { namesOf } from '../../shared/casework/colleagues.ts'
import { bookSuggestion } from '../../shared/casework/visit-offers.ts'
import {
  readVisitDay,
  readVisitWeek,
  type PersonWeek,
  type VisitWeek,
  type WeekAheadRow,
  type WaitingVisit,
} from '../../shared/casework/visit-week.ts'
import { addDays } from '../../shared/domain/calendar.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { mondayOfWeek, weekNameOf, weekNumberOf } from '../../shared/domain/visit-forecast.ts'
import { mondayOf } from '../../shared/domain/visit-plan.ts'
import { readDate } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
import { moment } from '../../shared/casework/act.ts'
import { bandOf } from './bands.ts'
import { dayInText, timeOfDay } from './filters.ts'
import { renderPage, tellNextPage } from './frame.ts'
import { actorIn, idIn, pageOf, queryIn, textsOf, type PageDeps, type Say } from './page.ts'
import type { Language } from '../../shared/text/say.ts'

const work = { permission: 'visit.work' as const }

/** Visits that wait, on one page: each bears a form and the week stands under them, in the 15 kB that a page of visits may weigh. */
const WAITING = 5

/** `tisdag 1 december 09:00–10:30`. */
export function whenInText(startsAt: string | null, endsAt: string | null, language: Language): string {
  return startsAt ? `${dayInText(startsAt, language)} ${timeOfDay(startsAt)}–${timeOfDay(endsAt)}` : ''
}

type Told = { t: Say; language: Language; today: string }

/** What the plan has come to for a visit that waits, in a sentence. */
export function suggestionInText(
  one: Pick<WaitingVisit, 'state' | 'startsAt' | 'endsAt' | 'names'>,
  { t, language }: Pick<Told, 't' | 'language'>,
): string {
  const when = whenInText(one.startsAt, one.endsAt, language)
  const who = one.names.join(', ')
  if (when === '') return t('visits.lacking.nobody')
  if (one.state === 'lacking') return t('visits.lacking.earliest', { when, who })
  return t(one.state === 'offered' ? 'visits.offered' : 'visits.suggestion', { when, who })
}

function waitingLine(one: WaitingVisit, names: Map<string, string>, told: Told) {
  const { t, language, today } = told
  const committee = names.get(one.committee) ?? one.committee
  const when = whenInText(one.startsAt, one.endsAt, language)
  const text =
    one.caseId === null
      ? t('visits.offered.from', { committee, when, who: one.names.join(', ') })
      : suggestionInText(one, told)
  return {
    ...one,
    text,
    band: bandOf(one.dueOn, one.dueOn < today, today, t),
    bookable: one.startsAt !== null,
  }
}

function personLine({ visitor, days, booked }: PersonWeek) {
  return {
    name: visitor.name,
    organisation: visitor.organisation,
    limit: visitor.visitsPerWeek,
    booked,
    days,
  }
}

/** A week ahead with the number people call it by. */
export const aheadLine = (one: WeekAheadRow) => ({ ...one, number: weekNumberOf(one.week) })

function weekView(week: VisitWeek, shown: VisitWeek['waiting'], names: Map<string, string>, told: Told) {
  const { t, language } = told
  const lines = shown.map((one) => waitingLine(one, names, told))
  const days = (week.people[0]?.days ?? []).map(({ day, closed }) => ({
    day,
    closed,
    text: dayInText(day, language),
  }))
  const link = (weeks: number): string => `/hembesok?vecka=${weekNameOf(addDays(week.monday, 7 * weeks))}`
  return {
    days,
    people: week.people.map(personLine),
    waiting: lines.filter(({ caseId }) => caseId !== null),
    offered: lines.filter(({ caseId }) => caseId === null),
    waits: week.waiting.some(({ caseId }) => caseId !== null),
    ahead: week.ahead.map(aheadLine),
    short: week.ahead
      .filter(({ lacking }) => lacking > 0)
      .map((one) => t('visits.ahead.short', { week: weekNumberOf(one.week), count: one.lacking })),
    links: { previous: link(-1), next: link(1) },
    isThis: week.monday === mondayOf(addDays(week.today, 2)),
  }
}

async function showWeek(
  request: FastifyRequest,
  reply: FastifyReply,
  { db }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const { language } = request
  const { today } = await moment(db)
  // A week that does not exist is this week: an old link must still lead to work.
  // On a Saturday or Sunday the week that matters is the one that comes.
  const monday = mondayOfWeek(queryIn(request, 'vecka')) ?? mondayOf(addDays(today, 2))
  const week = await readVisitWeek(db, actorIn(request), monday)
  const names = await namesOf(
    db,
    week.waiting.map(({ committee }) => committee),
  )
  const { shown, paging } = pageOf(request, week.waiting, { limit: WAITING })
  return renderPage(reply, 'casework/visit-week', {
    title: t('visits.title', { week: weekNumberOf(monday) }),
    ...weekView(week, shown, names, { t, language, today }),
    paging,
  })
}

/** The state of a visit as its people see it. */
export function stateOf({
  state,
  checkedInAt,
  checkedOutAt,
}: {
  state: string
  checkedInAt: string | null
  checkedOutAt: string | null
}) {
  if (state !== 'booked') return state === 'done' ? ('done' as const) : ('cancelled' as const)
  return checkedOutAt ? ('out' as const) : checkedInAt ? ('there' as const) : ('booked' as const)
}

function dayOfAddress(request: FastifyRequest): string | null {
  const { day } = request.params as { day?: string }
  if (day === undefined) return null
  const read = readDate(day)
  if (!read) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  return read
}

async function showDay(
  request: FastifyRequest,
  reply: FastifyReply,
  { db, tools }: PageDeps,
): Promise<FastifyReply> {
  const t = textsOf(request)
  const { day, visits } = await readVisitDay(db, tools, actorIn(request), dayOfAddress(request))
  return renderPage(reply, 'casework/visit-day', {
    title: t('visits.day.title', { day: dayInText(day, request.language) }),
    visits: visits.map((one) => ({ ...one, stateText: t(`visits.state.${stateOf(one)}`) })),
    before: addDays(day, -1),
    after: addDays(day, 1),
    week: weekNameOf(day),
  })
}

function bookOne({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const visit = await bookSuggestion(db, actorIn(request), idIn(request))
    tellNextPage(request, t(visit ? 'visits.booked' : 'visits.taken'))
    return reply.redirect(visit ? `/hembesok/${visit.id}` : '/hembesok', 303)
  }
}

/** `/hembesok`, one's own day under it, and the press that books a suggestion. */
export function visitPages(app: App, deps: PageDeps): void {
  app.get('/hembesok', { config: work }, (request, reply) => showWeek(request, reply, deps))
  app.get('/hembesok/dag', { config: work }, (request, reply) => showDay(request, reply, deps))
  app.get('/hembesok/dag/:day', { config: work }, (request, reply) => showDay(request, reply, deps))
  app.post('/hembesok/forslag/:id', { config: work }, bookOne(deps))
}
