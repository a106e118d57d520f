// "Räkna en frist": the dates of the law from the days that somebody knows, open to everybody; nothing is kept.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import type { DeadlineFacts } from '../../shared/domain/deadline-facts.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { DISPATCH_METHODS } from '../../shared/domain/notice.ts'
import { readDate } from '../../shared/domain/written.ts'
import type { App } from '../http.ts'
import { deadlineView } from './deadline-view.ts'
import { renderPage } from './frame.ts'
import { queryIn, textsOf, type PageDeps } from './page.ts'

const GROUPS = {
  debt: ['dueDate', 'servedDate', 'boardNotifiedDate'],
  enforcement: [
    'orderDate',
    'objectionSentOn',
    'documentsCompleteOn',
    'opportunityToRespondOn',
    'evictionNoticeReceivedAt',
    'evictedOn',
  ],
  child: ['childReportReceivedOn', 'inquiryOpenedOn', 'reporterDecisionOn', 'lastNoteOn'],
} as const

const DATES = Object.values(GROUPS).flat()

function factsIn(request: FastifyRequest, today: string): DeadlineFacts {
  const dates = DATES.flatMap((name) => {
    const written = queryIn(request, name)
    // What cannot be read is handed on as written: the count then says so, with the field's name.
    return written === '' ? [] : [[name, readDate(written) ?? written] as const]
  })
  const method = DISPATCH_METHODS.find((known) => known === queryIn(request, 'boardNotifiedMethod'))
  return {
    ...Object.fromEntries(dates),
    kind: queryIn(request, 'kind') === 'cooperative' ? 'cooperative' : 'rent',
    boardNotifiedMethod: method ?? null,
    today,
    hypothetical: true,
  }
}

function showCalculator({ db, tools }: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { language } = request
    const asked = queryIn(request, 'kind') !== ''
    const facts = asked ? factsIn(request, (await moment(db)).today) : null
    const counted = facts ? computeDeadlines(facts, tools.law) : null
    const found = counted?.findings ?? []
    const unclear = found.filter(({ code, field }) => code === 'date_unclear' && field)
    const errors = Object.fromEntries(
      unclear.map(({ field, message }) => [field.replace(/^\//, ''), message[language]]),
    )
    const values = Object.fromEntries(
      [...DATES, 'kind', 'boardNotifiedMethod'].map((name) => [name, queryIn(request, name)]),
    )
    return renderPage(reply, 'calculator', {
      title: t('count.title'),
      groups: GROUPS,
      methods: DISPATCH_METHODS,
      form: { values, errors },
      errors: Object.entries(errors).map(([name, text]) => ({ text, href: `#${name}` })),
      deadlines: counted?.deadlines.map((one) => deadlineView(one, language)),
      statements: counted?.statements.map(({ name, explanation, source }) => ({
        name: name[language],
        text: explanation[language],
        source,
      })),
      findings: found
        .filter((one) => !unclear.includes(one))
        .map(({ message, severity }) => ({ text: message[language], severity })),
    })
  }
}

/** `/rakna-frist`. */
export function calculatorPages(app: App, deps: PageDeps): void {
  app.get('/rakna-frist', { config: { permission: 'public' } }, showCalculator(deps))
}
