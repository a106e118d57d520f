// One form about a case as data: its fields, what it starts with, and the deed it does; refused, it comes back as it was filled in.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { inContext, moment, type Actor } from '../../shared/casework/act.ts'
import { readCase, type CaseView } from '../../shared/casework/cases.ts'
import { dropFormDraft } from '../../shared/casework/form-drafts.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import type { Language } from '../../shared/text/say.ts'
import type { Permission } from '../access.ts'
import type { App } from '../http.ts'
import { draftsOn, placeOf, without, type PageDraft } from './form-drafts.ts'
import { renderPage, tellNextPage } from './frame.ts'
import {
  actorIn,
  idIn,
  listIn,
  problemsAt,
  summaryOf,
  textsOf,
  valuesIn,
  type FieldErrors,
  type PageDeps,
  type Say,
  type Values,
} from './page.ts'

type Choice = { value: string; text: string }

/** A field as the template shows it. `items` are the choices of a select, radios or checks. */
export type Field = {
  kind: 'text' | 'date' | 'time' | 'money' | 'note' | 'select' | 'radios' | 'checks' | 'hidden'
  name: string
  label: string
  hint?: string
  items?: readonly Choice[]
}

/** What a form is asked with: the case as the reader sees it, and who reads. */
export type Asked = {
  deps: PageDeps
  request: FastifyRequest
  actor: Actor
  found: CaseView
  today: string
  t: Say
  language: Language
}

export type FormView = {
  title: string
  lead?: readonly string[]
  /** What is shown above the fields, by the form's own template. */
  data?: object
  fields: readonly Field[]
  submit: string
  /** Where the form is sent when not to its own address: several steps share one page. */
  action?: string
  values?: Values
  lists?: Readonly<Record<string, readonly string[]>>
}

export type Sent = { values: Values; lists: Readonly<Record<string, readonly string[]>> }

export type CaseForm = {
  /** Below `/arenden/{id}`. */
  path: string
  permission: Permission
  template?: string
  view: (asked: Asked) => Promise<FormView>
  /** Reads and does it; answers with what is wrong field by field, or what to tell on the next page. */
  save: (asked: Asked, sent: Sent) => Promise<{ errors: FieldErrors } | { told: string }>
  /** At which field an objection of the deed is shown; the first one when it names none. */
  fieldOf: Readonly<Record<string, string>>
}

async function askedOf(request: FastifyRequest, deps: PageDeps): Promise<Asked> {
  const actor = actorIn(request)
  const found = await readCase(deps.db, deps.tools, actor, { caseId: idIn(request), purpose: null })
  const { today } = await moment(deps.db)
  const { language } = request
  return { deps, request, actor, found, today, t: textsOf(request), language }
}

/** The pattern of the address that a form of the page is sent to. */
const patternOf = (form: CaseForm, view: FormView, { found }: Asked): string =>
  (view.action ?? `/arenden/:id/${form.path}`).replace(found.id, ':id')

/** The draft that a form starts with; one that was written about something else meanwhile settled is left alone. */
function fitting(draft: PageDraft, { fields, values = {} }: FormView): PageDraft {
  const named = (kind: Field['kind']) => fields.filter((one) => one.kind === kind).map(({ name }) => name)
  const fits = named('hidden').every((name) => (draft.values[name] ?? values[name]) === values[name])
  if (draft.view.kept === null || !fits) return without(draft)
  // A list of which nothing is ticked is not sent at all, and is not what the form began with either.
  const lists = named('checks').map((name) => [name, draft.lists[name] ?? []] as const)
  return { ...draft, lists: Object.fromEntries(lists) }
}

async function show(
  reply: FastifyReply,
  form: CaseForm,
  asked: Asked,
  refused?: Sent & { errors: FieldErrors },
): Promise<FastifyReply> {
  const view = await form.view(asked)
  const { found, t } = asked
  const errors = refused?.errors ?? {}
  const pattern = patternOf(form, view, asked)
  const wish = { forms: [pattern], id: found.id, sent: refused ? pattern : null }
  const draft = fitting((await draftsOn(asked.request, asked.deps, wish))(pattern), view)
  return renderPage(reply, form.template ?? 'casework/case-form', {
    ...view,
    data: view.data ?? {},
    back: { href: `/arenden/${found.id}`, text: t('case.title', { number: found.number }) },
    draft: draft.view,
    form: {
      values: { ...view.values, ...draft.values, ...refused?.values },
      lists: { ...view.lists, ...draft.lists, ...refused?.lists },
      errors,
    },
    errors: summaryOf(errors),
  })
}

/** Every tickable field's choices, also when none is ticked: else an error would tick what was there before. */
function sentOf(request: FastifyRequest, fields: readonly Field[]): Sent {
  const checks = fields.filter(({ kind }) => kind === 'checks').map(({ name }) => name)
  return {
    values: valuesIn(request),
    lists: Object.fromEntries(checks.map((name) => [name, listIn(request, name)])),
  }
}

/** What the deed objected to, field by field; "not there" and what is no refusal go on up. */
function objections(
  error: unknown,
  { fieldOf }: CaseForm,
  fields: readonly Field[],
  language: Language,
): FieldErrors {
  if (!(error instanceof Refusal) || error.kind === 'not-found' || error.kind === 'forbidden') throw error
  const first = fields.find(({ kind }) => kind !== 'hidden')?.name ?? 'main'
  const { code, message, problems } = error
  const told = problems.length > 0 ? problems : [{ pointer: '', code, detail: message }]
  return problemsAt(told, fieldOf, first, language)
}

/** The deed and the end of its draft are one transaction: neither a draft of what is done, nor the loss of what is not. */
async function saveAndForget(form: CaseForm, asked: Asked, sent: Sent) {
  const { deps, actor, request } = asked
  return inContext(deps.db, actor, async (db) => {
    const done = await form.save({ ...asked, deps: { ...deps, db } }, sent)
    if ('told' in done) await dropFormDraft(db, actor, placeOf(request, 'case'))
    return done
  })
}

function save(form: CaseForm, deps: PageDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const asked = await askedOf(request, deps)
    const { fields } = await form.view(asked)
    const sent = sentOf(request, fields)
    let done: { errors: FieldErrors } | { told: string }
    try {
      done = await saveAndForget(form, asked, sent)
    } catch (error) {
      done = { errors: objections(error, form, fields, asked.language) }
    }
    if ('errors' in done) return show(reply.code(422), form, asked, { ...sent, errors: done.errors })
    tellNextPage(request, done.told)
    return reply.redirect(`/arenden/${asked.found.id}`, 303)
  }
}

/** Hangs the forms on the server, each at its address with the permission it names. */
export function hangForms(app: App, deps: PageDeps, forms: readonly CaseForm[]): void {
  for (const form of forms) {
    const config = { permission: form.permission }
    const path = `/arenden/:id/${form.path}`
    app.get(path, { config }, async (request, reply) => show(reply, form, await askedOf(request, deps)))
    app.post(path, { config: { ...config, draft: { about: 'case' } } }, save(form, deps))
  }
}
