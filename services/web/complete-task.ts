// Completing a task: how it went first, then only what follows from that, then done.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { moment } from '../../shared/casework/act.ts'
import { finishForm } from '../../shared/casework/form-drafts.ts'
import { completeTask, readTask } from '../../shared/casework/tasks.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { App } from '../http.ts'
import { codesInForce, nameOfCode } from './codes.ts'
import { draftsOn, placeOf } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  objectionsOf,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Values,
} from './page.ts'
import { aboutTask } from './task-about.ts'
import { instantIn, whenValues } from './when.ts'
import { taskLine } from './worklist.ts'

const read = { permission: 'task.read' as const }
const write = { permission: 'task.complete' as const }
const DONE = '/uppgifter/:id/klar'

async function taskShown(request: FastifyRequest, { db }: PageDeps) {
  const t = textsOf(request)
  const { language } = request
  const task = await readTask(db, actorIn(request), idIn(request))
  const codes = await codesInForce(db)
  const { today } = await moment(db)
  // Whoever does a task without seeing its case comes from the list and goes back to it.
  const back = task.caseNumber ? `/arenden/${task.caseId}` : '/uppgifter'
  return {
    task,
    line: taskLine(task, today, t, language),
    back,
    answers: task.answers.map((value) => ({ value, text: nameOfCode(codes, value, language) })),
  }
}

async function showAnswers(
  reply: FastifyReply,
  deps: PageDeps,
  errors: FieldErrors = {},
): Promise<FastifyReply> {
  const { line, back, answers, task } = await taskShown(reply.request, deps)
  const chosen = queryIn(reply.request, 'svar')
  return renderPage(reply, 'casework/task', {
    title: line.title,
    back: { href: back },
    line,
    open: task.state === 'open',
    about: await aboutTask(reply.request, deps, task),
    answers,
    form: { values: { answer: chosen }, errors },
    errors: summaryOf(errors),
  })
}

function chooseAnswer(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const { answer = '' } = valuesIn(request)
    const { answers } = await taskShown(request, deps)
    if (!answers.some(({ value }) => value === answer)) {
      return showAnswers(reply.code(422), deps, { answer: t('task.error.answer') })
    }
    return reply.redirect(`/uppgifter/${idIn(request)}/klar?svar=${encodeURIComponent(answer)}`, 303)
  }
}

async function showDone(
  reply: FastifyReply,
  deps: PageDeps,
  sent?: { values: Values; errors: FieldErrors },
): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const { line, answers, task } = await taskShown(request, deps)
  const wish = { forms: [DONE], id: task.id, sent: sent ? DONE : null }
  const draft = (await draftsOn(request, deps, wish))(DONE)
  // Back from a sign-in there is no answer in the address, but there is one in what was written.
  const answer = sent?.values['answer'] ?? (queryIn(request, 'svar') || draft.values['answer']) ?? ''
  const chosen = answers.find(({ value }) => value === answer)
  const form = `/uppgifter/${task.id}`
  // What somebody wrote is shown to them even when a colleague was first: it may belong in the case all the same.
  if (!chosen || (task.state !== 'open' && !sent)) return reply.redirect(form, 303)
  const errors = sent?.errors ?? {}
  const now = whenValues((await moment(deps.db)).now)
  return renderPage(reply, 'casework/task-done', {
    title: line.title,
    back: { href: `${form}?svar=${encodeURIComponent(answer)}`, text: t('task.change') },
    line,
    chosen,
    caseHref: task.caseNumber ? `/arenden/${task.caseId}` : null,
    follows: t(`follows.${task.follows[answer]?.kind ?? 'none'}`),
    draft: draft.view,
    form: { values: { ...now, ...draft.values, ...sent?.values }, errors },
    errors: summaryOf(errors),
  })
}

function finish(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const { at, errors } = instantIn(values, t)
    if (errors) return showDone(reply.code(422), deps, { values, errors })
    const note = (values['note'] ?? '').trim().slice(0, 500) || null
    try {
      const completion = { outcome: values['answer'] ?? '', note, occurredAt: at }
      const [actor, id] = [actorIn(request), idIn(request)]
      const place = placeOf(request, 'task')
      const task = await finishForm(deps.db, actor, place, (db) => completeTask(db, actor, id, completion))
      tellNextPage(request, t('task.done'))
      return await reply.redirect(task.caseNumber ? `/arenden/${task.caseId}` : '/uppgifter', 303)
    } catch (error) {
      const fields = { first: 'answer', '/occurredAt': 'day', '/outcome': 'answer', '/note': 'note' }
      const refused = objectionsOf(error, fields, request.language)
      if (!refused) throw error
      const told = error instanceof Refusal && error.kind === 'conflict'
      return showDone(reply.code(told ? 409 : 422), deps, { values, errors: refused })
    }
  }
}

/** `/uppgifter/{id}` and its last step. */
export function taskPages(app: App, deps: PageDeps): void {
  app.get('/uppgifter/:id', { config: read }, (_request, reply) => showAnswers(reply, deps))
  app.post('/uppgifter/:id', { config: write }, chooseAnswer(deps))
  app.get(DONE, { config: write }, (_request, reply) => showDone(reply, deps))
  app.post(DONE, { config: { ...write, draft: { about: 'task' } } }, finish(deps))
}
