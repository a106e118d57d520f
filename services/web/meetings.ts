// The pages of the coordination meetings: which come, and one with its agenda, the landlord's list and a decision for each case.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { listColleagues } from '../../shared/casework/colleagues.ts'
import { callExtraMeeting, decideInMeeting } from '../../shared/casework/meeting-decisions.ts'
import {
  listMeetings,
  readMeeting,
  type AgendaLine,
  type MeetingLine,
  type MeetingView,
} from '../../shared/casework/meetings.ts'
import { allSeries } from '../../shared/casework/nominations.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { addDays } from '../../shared/domain/calendar.ts'
import { readDate, readLines } from '../../shared/domain/written.ts'
import type { Language } from '../../shared/text/say.ts'
import { may } from '../access.ts'
import type { App } from '../http.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  idIn,
  isId,
  pageIn,
  pageOf,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'

type Sent = { values: Values; errors: FieldErrors }

/** Cases of the agenda, and notices of the landlord's, on one page. */
const SHOWN = 25

const meetingView = (one: MeetingLine, language: Language) => ({
  ...one,
  name: language === 'sv' ? one.nameSv : one.nameEn,
})

async function showList(reply: FastifyReply, { db }: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { language } = request
  const actor = actorIn(request)
  const { coming, held } = await listMeetings(db, actor)
  const own = (await allSeries(db)).filter(({ committee }) => committee === actor.committee)
  return renderPage(reply, 'casework/meetings', {
    title: t('meetings.title'),
    coming: coming.map((one) => meetingView(one, language)),
    held: held.map((one) => meetingView(one, language)),
    isContact: request.principal !== null && may(request.principal, 'contact.record'),
    series: own.map((one) => ({ value: one.code, text: language === 'sv' ? one.nameSv : one.nameEn })),
    form: { values: { series: own[0]?.code ?? '', ...sent?.values }, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

function callMeeting(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const day = readDate(values['day'] ?? '')
    const { series = '' } = values
    const errors: FieldErrors = {}
    if (!day) errors['day'] = t('task.error.day')
    if (series === '') errors['series'] = t('meeting.error.which')
    if (!day || series === '') return showList(reply.code(422), deps, { values, errors })
    try {
      const { id } = await callExtraMeeting(deps.db, actorIn(request), { series, day })
      tellNextPage(request, t('meeting.called'))
      return await reply.redirect(`/moten/${id}`, 303)
    } catch (error) {
      const refused = errorsOf(error, { '/series': 'series', '/day': 'day' }, request.language)
      if (!refused) throw error
      return showList(reply.code(422), deps, { values, errors: refused })
    }
  }
}

function agendaView(one: AgendaLine, language: Language) {
  return {
    ...one,
    reasons: one.reasons.map((reason) => reason[language]).join('. '),
    items: one.items.map((item) => item[language]),
  }
}

/** The one line of the agenda with a form: the refused one, the one asked for, else the next without a decision. */
function writtenLine(lines: readonly AgendaLine[], asked: string, refused: string | undefined) {
  const open = lines.filter(({ own, decision }) => own && !decision)
  const wished = refused ?? open.find(({ id }) => id === asked)?.id
  return {
    line: wished ?? open[0]?.id ?? null,
    asked: wished !== undefined,
    refused: refused !== undefined,
  }
}

/** One page of each of the meeting's two lists: of the agenda the one asked for, else the one with the line to decide. */
function pagesOf(request: FastifyRequest, { id, lines, landlordList }: MeetingView, line: string | null) {
  const path = `/moten/${id}`
  const first = Math.max(
    0,
    lines.findIndex((one) => one.id === line),
  )
  const page = queryIn(request, 'sida') === '' ? Math.floor(first / SHOWN) + 1 : pageIn(request)
  const agenda = pageOf(request, lines, { limit: SHOWN, page, path })
  const sent = pageOf(request, landlordList, { limit: SHOWN, name: 'lista', path })
  return {
    lines: agenda.shown.map((one) => agendaView(one, request.language)),
    paging: agenda.paging,
    landlordList: sent.shown,
    listPaging: sent.paging,
  }
}

/** A form for each line would make the page of a long agenda too heavy for a phone: one line at a time has it. */
async function showMeeting(
  reply: FastifyReply,
  { db }: PageDeps,
  sent?: Sent & { line: string },
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { language } = request
  const actor = actorIn(request)
  const meeting = await readMeeting(db, actor, idIn(request))
  const people = await listColleagues(db, actor)
  const { today } = await moment(db)
  const written = writtenLine(meeting.lines, queryIn(request, 'rad'), sent?.line)
  return renderPage(reply, 'casework/meeting', {
    title: t('meeting.title', {
      name: language === 'sv' ? meeting.nameSv : meeting.nameEn,
      day: meeting.day,
    }),
    back: { href: '/moten', text: t('meetings.title') },
    meeting,
    ...pagesOf(request, meeting, written.line),
    people: [
      { value: '', text: t('close.choose') },
      ...people.map(({ id, name, unitName }) => ({ value: id, text: `${name}, ${unitName}` })),
    ],
    written,
    blank: { values: { dueOn: addDays(today, 7), responsible: actor.personId ?? '' }, errors: {} },
    form: { values: sent?.values ?? {}, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

function decide(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { line = '', responsible = '' } = values
    const decision = readLines(values['decision'])?.slice(0, 500)
    const dueOn = readDate(values['dueOn'] ?? '')
    const errors: FieldErrors = {}
    if (!isId(line)) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
    if (!decision) errors['decision'] = t('meeting.error.decision')
    if (!isId(responsible)) errors['responsible'] = t('meeting.error.responsible')
    if (!dueOn) errors['dueOn'] = t('task.error.day')
    if (!decision || !dueOn || !isId(responsible))
      return showMeeting(reply.code(422), deps, { values, errors, line })
    try {
      await decideInMeeting(deps.db, actorIn(request), { lineId: line, decision, responsible, dueOn })
    } catch (error) {
      const refused = errorsOf(error, { '/dueOn': 'dueOn', '/responsible': 'responsible' }, request.language)
      if (!refused) throw error
      return showMeeting(reply.code(422), deps, { values, errors: refused, line })
    }
    tellNextPage(request, t('meeting.decided.done'))
    return reply.redirect(`/moten/${idIn(request)}`, 303)
  }
}

/** `/moten` and `/moten/{id}`. */
export function meetingPages(app: App, deps: PageDeps): void {
  const config = { permission: 'meeting.read' as const }
  app.get('/moten', { config }, (_request, reply) => showList(reply, deps))
  app.post('/moten', { config: { permission: 'meeting.call' } }, callMeeting(deps))
  app.get('/moten/:id', { config }, (_request, reply) => showMeeting(reply, deps))
  app.post('/moten/:id/beslut', { config: { permission: 'tenancy.record' } }, decide(deps))
}
