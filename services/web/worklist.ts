// The worklist: whose tasks, when due, in bands; chosen ones are moved with a reason by whoever leads the unit.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { inContext, type Actor } from '../../shared/casework/act.ts'
import { listColleagues, listUnits, namesOf } from '../../shared/casework/colleagues.ts'
import { moveTasks } from '../../shared/casework/task-moves.ts'
import { listTasks, type Task, type TaskWish } from '../../shared/casework/tasks.ts'
import type { Db } from '../../shared/db/open.ts'
import { may } from '../access.ts'
import type { App } from '../http.ts'
import { bandOf } from './bands.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  errorsOf,
  isId,
  listIn,
  pageIn,
  pagingOf,
  queryIn,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

const LIMIT = 25
const TABS = ['mine', 'unit', 'none', 'all'] as const
const WHENS = ['overdue', 'today', 'week'] as const
type Tab = (typeof TABS)[number]

type Choice = { tab: Tab; when: TaskWish['due']; unit: string | null; assignee: string | null }

function choiceIn(request: FastifyRequest, actor: Actor): Choice {
  const first: Tab = actor.role === 'supervisor' || actor.role === 'registrar' ? 'all' : 'mine'
  const tab = TABS.find((known) => known === queryIn(request, 'flik')) ?? first
  const assignee = queryIn(request, 'ansvarig')
  const byTab = { mine: actor.personId, unit: null, none: 'none', all: null }[tab]
  return {
    tab,
    when: WHENS.find((known) => known === queryIn(request, 'nar')) ?? null,
    unit: tab === 'unit' ? actor.unit : queryIn(request, 'enhet') || null,
    assignee: isId(assignee) ? assignee : byTab,
  }
}

/** A task as a line of a list. */
export function taskLine(task: Task, today: string, t: Say, language: 'sv' | 'en') {
  return {
    id: task.id,
    caseId: task.caseId,
    caseNumber: task.caseNumber,
    title: language === 'sv' ? task.titleSv : task.titleEn,
    reason: language === 'sv' ? task.reasonSv : task.reasonEn,
    band: bandOf(task.dueOn, task.overdue, today, t),
    who: task.assigneeName,
    fast: task.fast,
  }
}

/** Whom work can be given to, as choices: each unit, then its people; whoever is away is shown but cannot be chosen. */
export async function receiverChoices(db: Db, actor: Actor, t: Say) {
  const units = await listUnits(db, actor)
  const people = await listColleagues(db, actor)
  return [
    { value: '', text: t('move.choose') },
    ...units.flatMap(({ code, name }) => [
      { value: `unit:${code}`, text: t('move.unit', { name }) },
      ...people
        .filter(({ unit }) => unit === code)
        .map(({ id, name, absent }) => ({
          value: `person:${id}`,
          text: `– ${absent ? t('move.absent', { name }) : name}`,
          disabled: absent,
        })),
    ]),
  ]
}

/** The receiver that was chosen; null when none was. */
export function receiverIn(
  text: string | undefined,
): { personId: string | null; unit: string | null } | null {
  const [kind, id = ''] = (text ?? '').split(':')
  if (kind === 'person' && isId(id)) return { personId: id, unit: null }
  return kind === 'unit' && id !== '' ? { personId: null, unit: id } : null
}

function link(choice: Choice, change: Partial<Choice>): string {
  const { tab, when, unit, assignee } = { ...choice, ...change }
  const query = new URLSearchParams({ flik: tab })
  if (when) query.set('nar', when)
  if (unit && tab !== 'unit') query.set('enhet', unit)
  if (assignee && assignee !== 'none' && tab !== 'mine') query.set('ansvarig', assignee)
  return `/uppgifter?${query.toString()}`
}

const filtersIn = (request: FastifyRequest): string[] =>
  [queryIn(request, 'enhet'), queryIn(request, 'ansvarig')].filter(Boolean)

type Sent = { values: Values; chosen: readonly string[]; errors: FieldErrors }

async function showWorklist(reply: FastifyReply, { db }: PageDeps, sent?: Sent): Promise<FastifyReply> {
  const { request } = reply
  const t = textsOf(request)
  const actor = actorIn(request)
  const choice = choiceIn(request, actor)
  const page = pageIn(request)
  const wish = { state: 'open' as const, due: choice.when, unit: choice.unit, assignee: choice.assignee }
  const filtered = filtersIn(request)
  const mayMove = request.principal !== null && may(request.principal, 'task.move')
  const { tasks, total, today, names, receivers } = await inContext(db, actor, async (trx, at) => ({
    ...(await listTasks(trx, actor, { ...wish, limit: LIMIT, page })),
    today: at.today,
    names: await namesOf(trx, filtered),
    receivers: mayMove ? await receiverChoices(trx, actor, t) : [],
  }))
  return renderPage(reply, 'casework/worklist', {
    title: t('work.title'),
    tabs: TABS.map((tab) => ({
      text: t(`work.${tab}`),
      href: link({ ...choice, unit: null, assignee: null }, { tab }),
      current: tab === choice.tab && filtered.length === 0,
    })),
    whens: [null, ...WHENS].map((when) => ({
      text: t(`work.when.${when ?? 'any'}`),
      href: link(choice, { when }),
      current: when === choice.when,
    })),
    filtered: filtered.flatMap((id) => names.get(id) ?? []).join(', '),
    here: link(choice, {}),
    clear: link({ ...choice, unit: null, assignee: null }, { when: null }),
    tasks: tasks.map((task) => taskLine(task, today, t, request.language)),
    paging: pagingOf(request, { page, limit: LIMIT, total }),
    mayMove: mayMove && tasks.length > 0,
    receivers,
    chosen: sent?.chosen ?? [],
    form: { values: sent?.values ?? {}, errors: sent?.errors ?? {} },
    errors: summaryOf(sent?.errors ?? {}),
  })
}

function moveErrors(values: Values, chosen: readonly string[], t: Say): FieldErrors {
  const errors: FieldErrors = {}
  if (chosen.length === 0) errors['tasks'] = t('move.error.none')
  if (!receiverIn(values['to'])) errors['to'] = t('move.error.to')
  if ((values['reason'] ?? '').trim() === '') errors['reason'] = t('move.error.reason')
  return errors
}

function move(deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const t = textsOf(request)
    const values = valuesIn(request)
    const chosen = listIn(request, 'tasks').filter(isId)
    const receiver = receiverIn(values['to'])
    const errors = moveErrors(values, chosen, t)
    const sent = { values, chosen, errors }
    if (!receiver || Object.keys(errors).length > 0) return showWorklist(reply.code(422), deps, sent)
    const wish = { taskIds: chosen, ...receiver, reason: (values['reason'] ?? '').trim().slice(0, 500) }
    try {
      const count = await moveTasks(deps.db, actorIn(request), wish)
      tellNextPage(request, count === 1 ? t('move.done.one') : t('move.done', { count }))
    } catch (error) {
      const refused = errorsOf(error, { '/personId': 'to', '/unit': 'to' }, request.language)
      if (!refused) throw error
      return showWorklist(reply.code(422), deps, { ...sent, errors: refused })
    }
    return reply.redirect(link(choiceIn(request, actorIn(request)), {}), 303)
  }
}

/** `/uppgifter` and the moving of chosen tasks. */
export function worklistPages(app: App, deps: PageDeps): void {
  app.get('/uppgifter', { config: { permission: 'task.read' } }, (_request, reply) =>
    showWorklist(reply, deps),
  )
  app.post('/uppgifter', { config: { permission: 'task.move' } }, move(deps))
}
