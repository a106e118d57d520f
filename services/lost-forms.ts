// A form that comes in after its session has run out: what was written is kept for whoever wrote it, who finds it again after signing in.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Via } from '../shared/casework/act.ts'
import type { DraftAbout, DraftPlace, DraftValues } from '../shared/casework/form-drafts.ts'
import type { Principal } from '../shared/casework/people.ts'
import { Refusal } from '../shared/domain/refusal.ts'
import { say } from '../shared/text/say.ts'
import { may } from './access.ts'
import { isTokenOf, sessionIdIn, type SessionDeps } from './sessions.ts'
import { isId } from './web/page.ts'

/**
 * A form whose draft is kept: what the id in its address is of; `form` where it is also sent to another address, as a
 * second button does; `page` where it is shown when not at its own address.
 */
export type DraftForm = { about: DraftAbout; form?: string; page?: string }

export type LostForm = { place: DraftPlace; values: DraftValues }

export type LostFormDeps = SessionDeps & {
  settings: { baseUrl: string }
  findPerson: (subject: string) => Promise<Principal | null>
  /** Keeps what somebody wrote as their draft of that form; without it nothing is kept. */
  keepLostForm?: (writer: Principal, lost: LostForm) => Promise<void>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the session held that sent this form, when it has run out meanwhile. */
    endedSession: Readonly<Record<string, unknown>> | null
  }
}

/** A draft is some fields and a note or two; more than this no form of ours can send. */
const MOST_CHARACTERS = 20_000

/** The form's fields as a draft keeps them, without its token. Refuses `too-large`. */
export function draftValuesIn(request: FastifyRequest): DraftValues {
  const written = Object.entries((request.body ?? {}) as Record<string, unknown>)
  const values = Object.fromEntries(
    written.flatMap(([name, value]): [string, string | string[]][] => {
      if (name.startsWith('_')) return []
      if (typeof value === 'string') return [[name, value]]
      return Array.isArray(value) ? [[name, value.filter((one) => typeof one === 'string')]] : []
    }),
  )
  if (JSON.stringify(values).length > MOST_CHARACTERS)
    throw new Refusal('too-large', 'too-large', 'Det är för mycket text för formuläret.')
  return values
}

/** Which form it is: the address's pattern with `:id` in it; what else stands in the address tells the form from others. */
export function formOf({ routeOptions, params }: FastifyRequest): string {
  const pattern = routeOptions.config.draft?.form ?? routeOptions.url ?? '/'
  const given = params as Record<string, string | undefined>
  return pattern.replace(OTHER_PARTS, (part) => {
    const value = given[part.slice(1)] ?? ''
    return PLAIN.test(value) ? value : part
  })
}

/** What the address of such a form looks like, with `:id` in it. */
export function addressOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(OTHER_PARTS, '[\\w-]{1,60}')}$`)
}

const OTHER_PARTS = /:(?!id\b)\w+/g
const PLAIN = /^[\w-]{1,60}$/

/** Where a form of this pattern stands, or is shown again. */
export function pageOf(form: string, { page }: DraftForm, id: string): string {
  return (page ?? form).replace(':id', id)
}

/**
 * Is it a form whose session has run out? Then its body is read, which a stranger's never is: only the cookie that we
 * signed and the session that is still remembered tell whose it was.
 */
export async function cameTooLate(request: FastifyRequest, deps: LostFormDeps): Promise<boolean> {
  if (request.method !== 'POST' || !request.routeOptions.config?.draft || !deps.keepLostForm) return false
  const id = sessionIdIn(request, deps, deps.settings.baseUrl)
  request.endedSession = id === null ? null : await deps.sessions.findEnded(id)
  return request.endedSession !== null
}

function placeOf(request: FastifyRequest, { about }: DraftForm): DraftPlace | null {
  const { id = '' } = request.params as { id?: string }
  return isId(id) ? { form: formOf(request), about, id } : null
}

/** Keeps it, when the writer may still send this form. False when it could not be kept. */
async function keep(
  request: FastifyRequest,
  form: DraftForm,
  writer: Principal | null,
  deps: LostFormDeps,
): Promise<boolean> {
  const { permission } = request.routeOptions.config
  const place = placeOf(request, form)
  if (!writer || !place || !permission || permission === 'public' || !may(writer, permission)) return false
  const door = `${request.method} ${request.routeOptions.url}`
  const via: Via = { door, subjectId: place.id, requestId: request.id }
  try {
    await deps.keepLostForm?.({ ...writer, via }, { place, values: draftValuesIn(request) })
    return true
  } catch (error) {
    // What they may no longer see, or what is no form of ours, is simply not kept.
    if (error instanceof Refusal) return false
    throw error
  }
}

/** Nobody is signed in: the form is kept if its token is of the session that has run out, and they sign in. */
async function keepThenSignIn(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: LostFormDeps,
): Promise<FastifyReply> {
  const form = request.routeOptions.config.draft!
  const ended = request.endedSession ?? {}
  const { subject } = ended
  const writer = typeof subject === 'string' ? await deps.findPerson(subject) : null
  if ((await isTokenOf(app, request, ended)) && (await keep(request, form, writer, deps)))
    request.session.set('flash', { kind: 'important', text: say(request.language, 'draft.lost') })
  const { id = '' } = request.params as { id?: string }
  const next = pageOf(formOf(request), form, id)
  return reply.redirect(`/login?next=${encodeURIComponent(next)}`, 303)
}

/**
 * They have signed in again in another window, and send what they wrote before that: its token is of a session of their
 * own that has run out. It is kept and shown, and nothing is done until they send it anew. Any other token is refused.
 */
async function keepThenShow(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: LostFormDeps,
): Promise<FastifyReply | undefined> {
  const form = request.routeOptions.config.draft!
  const { subject } = request.session
  if (!subject || (await isTokenOf(app, request, request.session))) return undefined
  for (const ended of await deps.sessions.endedOf(subject)) {
    if (!(await isTokenOf(app, request, ended))) continue
    if (!(await keep(request, form, request.principal, deps))) return undefined
    request.session.set('flash', { kind: 'important', text: say(request.language, 'draft.earlier') })
    const { id = '' } = request.params as { id?: string }
    return reply.redirect(pageOf(formOf(request), form, id), 303)
  }
  return undefined
}

/** Takes care of the forms that come too late, before their token is refused. */
export function keepLostForms(app: FastifyInstance, deps: LostFormDeps): void {
  app.decorateRequest('endedSession', null)
  app.addHook('preValidation', async (request, reply) => {
    if (!request.routeOptions.config?.draft || !deps.keepLostForm) return undefined
    return request.endedSession
      ? keepThenSignIn(app, request, reply, deps)
      : keepThenShow(app, request, reply, deps)
  })
}
