// The supervisor's board: what is late and since when, by committee, unit and person; every number opens its list.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { inContext } from '../../shared/casework/act.ts'
import { readBoard } from '../../shared/casework/boards.ts'
import { firstTasks } from '../../shared/casework/tasks.ts'
import { readVisitsAhead } from '../../shared/casework/visit-week.ts'
import { listAlerts, seeAlerts, type Alert } from '../../shared/casework/worklists.ts'
import type { BoardLine } from '../../shared/domain/board-lines.ts'
import type { App } from '../http.ts'
import { awayWords } from './absence.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  isId,
  listIn,
  pageIn,
  pagingOf,
  queryIn,
  summaryOf,
  textsOf,
  type FieldErrors,
  type PageDeps,
  type Say,
} from './page.ts'
import { aheadLine } from './visits.ts'
import { taskLine } from './worklist.ts'

const LIMIT = 25
const OLDEST = 10
const LATE = { state: 'open', due: 'overdue', unit: null, assignee: null, limit: OLDEST } as const

/** Where an alert is worked on: its case, or the referral of a case that is another committee's. */
export function alertHref({ caseId, referralId, trigger }: Alert): string | null {
  if (trigger === 'visit-capacity') return '/hembesok'
  if (caseId) return `/arenden/${caseId}`
  return referralId ? `/hanvisningar/${referralId}` : null
}

/** A line of the board with where each of its numbers leads, and until when its person is away. */
const linkedIn = (t: Say) => (line: BoardLine) => {
  const whose = line.personId ? { ansvarig: line.personId } : line.unit ? { enhet: line.unit } : {}
  const to = (path: string, chosen: Record<string, string>): string =>
    `${path}?${new URLSearchParams({ ...chosen, ...(whose as Record<string, string>) }).toString()}`
  return {
    ...line,
    awayUntil: line.awayUntil && awayWords(line.awayUntil, t),
    links: {
      open: to('/uppgifter', { flik: 'all' }),
      overdue: to('/uppgifter', { flik: 'all', nar: 'overdue' }),
      today: to('/uppgifter', { flik: 'all', nar: 'today' }),
      clocks: to('/arenden', { lista: 'clocks' }),
      unowned: to('/arenden', { lista: 'unowned' }),
      untried: to('/arenden', { lista: 'untried' }),
      unread: to('/tavla/larm', {}),
      away: to('/franvaro', { nar: 'today' }),
    },
  }
}

function showBoard({ db }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const actor = actorIn(request)
    const { board, late, ahead, today } = await inContext(db, actor, async (trx, at) => ({
      board: await readBoard(trx, actor),
      late: await firstTasks(trx, actor, LATE),
      ahead: await readVisitsAhead(trx, actor),
      today: at.today,
    }))
    return renderPage(reply, 'casework/board', {
      title: t('board.title'),
      committees: board.committees.map(linkedIn(t)),
      units: board.units.map(linkedIn(t)),
      people: board.people.map(linkedIn(t)),
      late: late.map((task) => taskLine(task, today, t, request.language)),
      lateTotal: board.committees[0]?.overdue ?? 0,
      ahead: ahead.map(aheadLine),
    })
  }
}

async function showAlerts(
  reply: FastifyReply,
  { db }: PageDeps,
  errors: FieldErrors = {},
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const person = queryIn(request, 'ansvarig')
  const unit = queryIn(request, 'enhet') || null
  const page = pageIn(request)
  const wish = { unit, person: isId(person) ? person : null, limit: LIMIT, page }
  const { alerts, total } = await listAlerts(db, actorIn(request), wish)
  return renderPage(reply, 'casework/alerts', {
    title: t('alerts.title'),
    back: { href: '/tavla', text: t('board.title') },
    alerts: alerts.map((one) => ({
      ...one,
      href: alertHref(one),
      leadsTo: one.caseNumber
        ? t('case.title', { number: one.caseNumber })
        : t(one.referralId ? 'referrals.title' : 'visits.all'),
      text: request.language === 'sv' ? one.textSv : one.textEn,
      to: one.personName ?? one.unitName ?? '',
    })),
    paging: pagingOf(request, { page, limit: LIMIT, total }),
    form: { values: {}, errors },
    errors: summaryOf(errors),
  })
}

function see(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const chosen = listIn(request, 'alerts').filter(isId)
    if (chosen.length === 0) return showAlerts(reply.code(422), deps, { alerts: t('alerts.error') })
    const count = await seeAlerts(deps.db, actorIn(request), chosen)
    tellNextPage(request, t('alerts.seen.done', { count }))
    return reply.redirect('/tavla/larm', 303)
  }
}

/** `/tavla` and `/tavla/larm`. */
export function boardPages(app: App, deps: PageDeps): void {
  app.get('/tavla', { config: { permission: 'board.read' } }, showBoard(deps))
  app.get('/tavla/larm', { config: { permission: 'alert.handle' } }, (_request, reply) =>
    showAlerts(reply, deps),
  )
  app.post('/tavla/larm', { config: { permission: 'alert.handle' } }, see(deps))
}
