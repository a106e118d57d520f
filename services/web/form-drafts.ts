// The drafts of staff's forms: what the page's script keeps while somebody types, and how a form shows what is still there.
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  dropFormDraft,
  findFormDrafts,
  keepFormDraft,
  type DraftPlace,
  type FormDraft,
} from '../../shared/casework/form-drafts.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { may, type Permission } from '../access.ts'
import { actorOf } from '../actor.ts'
import type { App } from '../http.ts'
import { addressOf, draftValuesIn, formOf, pageOf, type DraftForm, type LostFormDeps } from '../lost-forms.ts'
import { dayInText, timeOfDay } from './filters.ts'
import { tellNextPage } from './frame.ts'
import { actorIn, isId, queryIn, textsOf, valuesIn, type PageDeps, type Values } from './page.ts'

type Lists = Readonly<Record<string, readonly string[]>>

/** What a page knows of one form's draft: its values, and what the template shows (`casework/draft.njk`). */
export type PageDraft = {
  values: Values
  lists: Lists
  view: { at: string; drop: string; seen: string; kept: string | null }
}

/** The same form without what was kept of it. */
export function without({ view }: PageDraft): PageDraft {
  return { values: {}, lists: {}, view: { ...view, kept: null } }
}

/** The form of a route, as its draft is found by; to be handed to `finishForm`. */
export function placeOf(request: FastifyRequest, about: DraftPlace['about']): DraftPlace {
  const { id = '' } = request.params as { id?: string }
  return { form: formOf(request), about, id }
}

function shown(request: FastifyRequest, address: string, draft: FormDraft | undefined): PageDraft {
  const query = `form=${encodeURIComponent(address)}`
  const told =
    draft &&
    textsOf(request)('draft.kept', {
      day: dayInText(draft.updatedAt, request.language),
      time: timeOfDay(draft.updatedAt),
    })
  const pairs = Object.entries(draft?.values ?? {})
  return {
    values: Object.fromEntries(pairs.map(([name, value]) => [name, [value].flat().at(-1) ?? ''])),
    lists: Object.fromEntries(pairs.map(([name, value]) => [name, [value].flat()])),
    view: {
      at: `/utkast?${query}`,
      drop: `/utkast/kasta?${query}`,
      seen: draft?.updatedAt ?? '',
      kept: told ?? null,
    },
  }
}

/**
 * The drafts of the forms on a page about `id`, by the pattern of each form's address. The one that was just `sent` shows
 * that, and nothing older.
 */
export async function draftsOn(
  request: FastifyRequest,
  { db, tools }: PageDeps,
  { forms, id, sent }: { forms: readonly string[]; id: string; sent: string | null },
): Promise<(form: string) => PageDraft> {
  const found = await findFormDrafts(db, tools, actorIn(request), { forms, id })
  return (form) => {
    const draft = shown(request, form.replace(':id', id), found.get(form))
    return form === sent ? without(draft) : draft
  }
}

/** The draft of the only form on a page; `sent` when it has just come in and been refused. */
export async function draftOf(
  request: FastifyRequest,
  deps: PageDeps,
  form: string,
  sent: boolean,
): Promise<PageDraft> {
  const { id = '' } = request.params as { id?: string }
  return (await draftsOn(request, deps, { forms: [form], id, sent: sent ? form : null }))(form)
}

type Known = readonly { address: RegExp; permission: Permission; draft: DraftForm }[]

/** Which form it is about: one of those that keep drafts, and that the sender may send. */
function formIn(request: FastifyRequest, known: Known): { place: DraftPlace; page: string } {
  const address = queryIn(request, 'form')
  const id = /[0-9a-f-]{36}/i.exec(address)?.[0] ?? ''
  const form = address.replace(id, ':id')
  const found = known.find(({ address: one }) => one.test(form))
  if (!isId(id) || !found) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  if (!request.principal || !may(request.principal, found.permission))
    throw new Refusal('forbidden', 'forbidden', 'Du har inte behörighet till det här.')
  return { place: { form, about: found.draft.about, id }, page: pageOf(form, found.draft, id) }
}

function keepTyped({ db, tools }: PageDeps, known: Known) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { place } = formIn(request, known)
    const written = { values: draftValuesIn(request), seen: valuesIn(request)['_seen'] ?? '' }
    const { updatedAt, replaced } = await keepFormDraft(db, tools, actorIn(request), { place, written })
    const told = replaced && textsOf(request)('draft.replaced', { time: timeOfDay(replaced) })
    return reply.send({ seen: updatedAt, told })
  }
}

function throwAway({ db }: PageDeps, known: Known) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { place, page } = formIn(request, known)
    await dropFormDraft(db, actorIn(request), place)
    tellNextPage(request, textsOf(request)('draft.dropped'))
    return reply.redirect(page, 303)
  }
}

/** Keeps a form that came in without a session; to be handed to the server. */
export function lostFormKeeper({ db, tools }: PageDeps): NonNullable<LostFormDeps['keepLostForm']> {
  return async (writer, { place, values }) => {
    await keepFormDraft(db, tools, actorOf(writer), { place, written: { values, seen: '' } })
  }
}

/** `/utkast` for every form that says so by `config.draft`. Hung before them, to hear of them. */
export function formDraftPages(app: App, deps: PageDeps): void {
  const known: Known[number][] = []
  app.addHook('onRoute', ({ url, config }) => {
    const { permission, draft } = config ?? {}
    if (!draft || !permission || permission === 'public') return
    known.push({ address: addressOf(draft.form ?? url), permission, draft })
  })
  const config = { permission: 'own.page' as const }
  app.post('/utkast', { config, bodyLimit: 64 * 1024 }, keepTyped(deps, known))
  app.post('/utkast/kasta', { config }, throwAway(deps, known))
}
