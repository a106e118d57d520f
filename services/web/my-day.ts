// Where each role begins: a caseworker's day, or the page that the role's work starts from.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { inContext, type Actor } from '../../shared/casework/act.ts'
import { listTasks, type TaskWish } from '../../shared/casework/tasks.ts'
import { readVisitDay } from '../../shared/casework/visit-week.ts'
import { listAlerts, listCases } from '../../shared/casework/worklists.ts'
import type { App } from '../http.ts'
import { bandOf } from './bands.ts'
import { alertHref } from './board.ts'
import { caseLine } from './case-list.ts'
import { renderPage } from './frame.ts'
import { actorIn, textsOf, type PageDeps } from './page.ts'
import { stateOf } from './visits.ts'
import { taskLine } from './worklist.ts'

const STARTS: Readonly<Record<string, string>> = {
  administrator: '/regler',
  landlord: '/hyresvard',
  counsellor: '/hanvisningar',
  supervisor: '/tavla',
  registrar: '/inkorg',
}

/** Lines of each kind; the rest is a click away. */
const MOST = 10

async function dayOf({ db, tools }: PageDeps, actor: Actor) {
  const mine = actor.personId ?? 'none'
  const tasks = (due: TaskWish['due'], assignee = mine, unit: string | null = null) =>
    listTasks(db, actor, { state: 'open', due, unit, assignee, limit: MOST, page: 1 })
  const page = { limit: MOST, page: 1 }
  // One after the other on the page's one connection: eight at once, each with its own, emptied the pool for one person.
  const overdue = await tasks('overdue')
  const today = await tasks('today')
  const next = await tasks(null)
  const unclaimed = await tasks(null, 'none', actor.unit)
  const clocks = await listCases(db, actor, { list: 'clocks', unit: null, assignee: mine, ...page })
  const wide = { unit: actor.unit, assignee: null, ...page, limit: MOST * 5 }
  const inUnit = await listCases(db, actor, { list: 'clocks', ...wide })
  const cases = await listCases(db, actor, { list: 'open', unit: null, assignee: mine, ...page })
  const told = await listAlerts(db, actor, { unit: null, person: mine, ...page })
  const { visits } = await readVisitDay(db, tools, actor, null)
  // A clock that runs in a case nobody has is everybody's in the unit: it must not wait for an owner to be seen.
  const running = [...clocks.cases, ...inUnit.cases.filter(({ assignee }) => assignee === null)]
  return { overdue, today, next, unclaimed, running, cases, told, visits }
}

async function showDay(request: FastifyRequest, reply: FastifyReply, deps: PageDeps): Promise<FastifyReply> {
  const t = textsOf(request)
  const { language } = request
  const actor = actorIn(request)
  const { at, day } = await inContext(deps.db, actor, async (db, now) => ({
    day: await dayOf({ ...deps, db }, actor),
    at: now,
  }))
  const { today } = at
  const lines = (list: Awaited<ReturnType<typeof listTasks>>) => ({
    total: list.total,
    shown: list.tasks.map((task) => taskLine(task, today, t, language)),
  })
  const dueToday = day.today.tasks.filter(({ overdue }) => !overdue)
  const upcoming = day.next.tasks.find(({ overdue, dueOn }) => !overdue && dueOn > today)
  const when = upcoming && bandOf(upcoming.dueOn, false, today, t)
  return renderPage(reply, 'casework/day', {
    title: t('day.title'),
    today,
    clocks: day.running.map((one) => caseLine(one, today, t)),
    visits: day.visits.map((one) => ({ ...one, stateText: t(`visits.state.${stateOf(one)}`) })),
    overdue: lines(day.overdue),
    dueToday: lines({ total: dueToday.length, tasks: dueToday }),
    unclaimed: lines(day.unclaimed),
    cases: day.cases.cases.map((one) => caseLine(one, today, t)),
    upcoming: upcoming && {
      title: language === 'sv' ? upcoming.titleSv : upcoming.titleEn,
      when: when?.text ? when.text.toLowerCase() : upcoming.dueOn,
    },
    alerts: day.told.alerts.map((one) => ({
      href: alertHref(one),
      caseNumber: one.caseNumber,
      text: language === 'sv' ? one.textSv : one.textEn,
      createdAt: one.createdAt,
    })),
  })
}

/** `/`. */
export function startPages(app: App, deps: PageDeps): void {
  app.get('/', { config: { permission: 'own.page' } }, async (request, reply) => {
    const role = request.principal?.role ?? ''
    const start = STARTS[role]
    if (start) return reply.redirect(start, 303)
    if (role === 'caseworker' || role === 'visitor') return showDay(request, reply, deps)
    const t = textsOf(request)
    return renderPage(reply, 'about', { title: t('frame.service'), paragraphs: [t('day.other')] })
  })
}
