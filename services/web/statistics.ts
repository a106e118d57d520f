// The statistics page: the funnel, months, causes and time to contact, each drawn, said in a sentence and tabled; and as CSV.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { namesOf } from '../../shared/casework/colleagues.ts'
import { committeesIn, readFigures, type StatisticsWish } from '../../shared/casework/statistics.ts'
import { addMonths } from '../../shared/domain/days.ts'
import { writeSheet } from '../../shared/domain/sheet.ts'
import {
  byMonth,
  contactTimes,
  funnelOf,
  monthsBetween,
  outcomesByCause,
} from '../../shared/domain/statistics.ts'
import type { App } from '../http.ts'
import { renderPage } from './frame.ts'
import { actorIn, queryIn, summaryOf, textsOf, type FieldErrors, type PageDeps, type Say } from './page.ts'
import { figuresOf, type Figures } from './statistics-view.ts'

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/
const MOST_MONTHS = 60

type Asked = { wish: StatisticsWish; errors: FieldErrors }

/** The period of the address; without one the last twelve months. A supervisor counts the own committee alone. */
function wishOf(request: FastifyRequest, today: string, t: Say): Asked {
  const actor = actorIn(request)
  const from = queryIn(request, 'fran') || addMonths(`${today.slice(0, 7)}-01`, -11).slice(0, 7)
  const to = queryIn(request, 'till') || today.slice(0, 7)
  const errors: FieldErrors = {}
  for (const [name, month] of [
    ['fran', from],
    ['till', to],
  ] as const) {
    if (!MONTH.test(month)) errors[name] = t('stat.error.month')
  }
  if (Object.keys(errors).length === 0) {
    if (to < from) errors['till'] = t('stat.error.order')
    else if (
      monthsBetween(from, to).length >= MOST_MONTHS &&
      addMonths(`${from}-01`, MOST_MONTHS - 1).slice(0, 7) < to
    )
      errors['till'] = t('stat.error.long')
  }
  const chosen = queryIn(request, 'namnd')
  const committee = actor.role === 'supervisor' ? actor.committee : chosen || null
  return { wish: { from, to, committee }, errors }
}

async function countFigures(
  { db }: PageDeps,
  request: FastifyRequest,
  wish: StatisticsWish,
): Promise<Figures> {
  const { figures, codes } = await readFigures(db, actorIn(request), wish)
  const months = monthsBetween(wish.from, wish.to)
  const counted = {
    funnel: funnelOf(figures, codes),
    causes: outcomesByCause(figures, codes),
    contact: contactTimes(figures),
    months: byMonth(figures, months),
  }
  return figuresOf(counted, { t: textsOf(request), language: request.language, codes })
}

async function committeeChoices({ db }: PageDeps, request: FastifyRequest, t: Say) {
  if (actorIn(request).role === 'supervisor') return []
  const codes = await committeesIn(db)
  const names = await namesOf(db, codes)
  const known = codes.map((code) => ({ value: code, text: names.get(code) ?? code }))
  return [{ value: '', text: t('stat.committee.all') }, ...known]
}

function showStatistics(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { today } = await moment(deps.db)
    const { wish, errors } = wishOf(request, today, t)
    const wrong = Object.keys(errors).length > 0
    const query = new URLSearchParams({
      fran: wish.from,
      till: wish.to,
      namnd: wish.committee ?? '',
    }).toString()
    return renderPage(reply.code(wrong ? 422 : 200), 'statistics', {
      title: t('stat.title'),
      figures: wrong ? null : await countFigures(deps, request, wish),
      committees: await committeeChoices(deps, request, t),
      query,
      form: { values: { fran: wish.from, till: wish.to, namnd: wish.committee ?? '' }, errors },
      errors: summaryOf(errors),
    })
  }
}

function sendFigures(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { today } = await moment(deps.db)
    const { wish, errors } = wishOf(request, today, t)
    if (Object.keys(errors).length > 0) return reply.redirect('/statistik', 303)
    const { parts } = await countFigures(deps, request, wish)
    const part = parts.find(({ id }) => id === queryIn(request, 'tabell')) ?? parts[0]
    const csv = part ? writeSheet(part.columns, part.rows) : ''
    const disposition = `attachment; filename="bokvar-statistik-${part?.id ?? 'tom'}.csv"`
    return reply.header('content-disposition', disposition).type('text/csv; charset=utf-8').send(csv)
  }
}

/** `/statistik` and `/statistik.csv`. */
export function statisticsPages(app: App, deps: PageDeps): void {
  const config = { permission: 'statistics.read' as const }
  app.get('/statistik', { config }, showStatistics(deps))
  app.get('/statistik.csv', { config }, sendFigures(deps))
}
