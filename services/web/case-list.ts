// Lists of cases, by what is urgent about them: the lists behind the board's numbers.
import type { FastifyReply } from 'fastify'
import { inContext } from '../../shared/casework/act.ts'
import { CASE_LISTS, listCases, type ListedCase } from '../../shared/casework/worklists.ts'
import { daysBetween } from '../../shared/domain/calendar.ts'
import type { App } from '../http.ts'
import { daysLeft } from './bands.ts'
import { renderPage } from './frame.ts'
import { actorIn, isId, pageIn, pagingOf, queryIn, textsOf, type PageDeps, type Say } from './page.ts'

const LIMIT = 25

/** A case as a line of a list: no name, the nearest clock in words. */
export function caseLine(one: ListedCase, today: string, t: Say) {
  const { recoverySafeDay, recoveryBasis, evictionDay } = one
  const key = recoveryBasis === 'earliest-possible' ? 'cases.recovery.earliest' : 'cases.recovery'
  const clocks = [
    ...(evictionDay ? [{ text: t('cases.eviction', { date: evictionDay }), day: evictionDay }] : []),
    ...(recoverySafeDay ? [{ text: t(key, { date: recoverySafeDay }), day: recoverySafeDay }] : []),
  ]
  const ahead = clocks.filter(({ day }) => day >= today).toSorted((a, b) => (a.day < b.day ? -1 : 1))
  const shown = ahead[0] ?? clocks[0]
  return {
    id: one.id,
    number: one.number,
    stage: one.stage,
    unit: one.unitName,
    who: one.assigneeName,
    clock: shown ? { text: shown.text, left: daysLeft(shown.day, today, t) } : null,
    urgent: ahead[0] !== undefined && daysBetween(today, ahead[0].day) <= 3,
  }
}

async function showCases(reply: FastifyReply, { db }: PageDeps): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const list = CASE_LISTS.find((known) => known === queryIn(request, 'lista')) ?? 'open'
  const assignee = queryIn(request, 'ansvarig')
  const unit = queryIn(request, 'enhet') || null
  const page = pageIn(request)
  const wish = { list, unit, assignee: isId(assignee) ? assignee : null, limit: LIMIT, page }
  const actor = actorIn(request)
  const { cases, total, today } = await inContext(db, actor, async (trx, at) => ({
    ...(await listCases(trx, actor, wish)),
    today: at.today,
  }))
  return renderPage(reply, 'casework/cases', {
    title: t('cases.title'),
    tabs: CASE_LISTS.map((known) => ({
      text: t(`cases.${known}`),
      href: `/arenden?lista=${known}`,
      current: known === list,
    })),
    cases: cases.map((one) => caseLine(one, today, t)),
    paging: pagingOf(request, { page, limit: LIMIT, total }),
  })
}

/** `/arenden`. */
export function caseListPages(app: App, deps: PageDeps): void {
  app.get('/arenden', { config: { permission: 'case.list' } }, (_request, reply) => showCases(reply, deps))
}
