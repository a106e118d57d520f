// What every page takes from a request and gives to its template: who acts, what was filled in, what is wrong with it.
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../shared/casework/act.ts'
import type { Tools } from '../../shared/casework/tools.ts'
import type { Db } from '../../shared/db/open.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { refusalText } from '../../shared/text/refusals.ts'
import { say, type Key, type Language } from '../../shared/text/say.ts'
import { actorOf } from '../actor.ts'

export type PageDeps = { db: Db; tools: Tools }

/** What was filled in, by field. */
export type Values = Readonly<Record<string, string>>

/** What is wrong, by field: a sentence that says how to mend it. */
export type FieldErrors = Record<string, string>

export type Say = (key: Key, values?: Record<string, string | number>) => string

/** The catalogue in the reader's language. */
export function textsOf(request: FastifyRequest): Say {
  return (key, values) => say(request.language, key, values)
}

/** Who acts. The role table has let them in, so somebody is signed in. */
export function actorIn(request: FastifyRequest): Actor {
  return actorOf(request.principal)
}

/** The form's fields as text, without the token; of a field that came several times, the last. */
export function valuesIn(request: FastifyRequest): Values {
  const body = (request.body ?? {}) as Record<string, unknown>
  const pairs = Object.entries(body).map(([name, value]) => [name, [value].flat().at(-1)] as const)
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (typeof value === 'string' && name !== '_csrf' ? [[name, value]] : [])),
  )
}

/** All values of a field that may come several times, as ticked boxes do. */
export function listIn(request: FastifyRequest, name: string): string[] {
  const body = (request.body ?? {}) as Record<string, unknown>
  return [body[name] ?? []].flat().filter((value) => typeof value === 'string')
}

/** A query parameter as text. */
export function queryIn(request: FastifyRequest, name: string): string {
  const value = (request.query as Record<string, unknown>)[name]
  return typeof value === 'string' ? value.trim() : ''
}

/** Whether this is an id at all: anything else would only be an error in the database. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}

/** The `id` of the address. Refuses `not-found` when it cannot be one. */
export function idIn(request: FastifyRequest): string {
  const { id = '' } = request.params as { id?: string }
  if (!isId(id)) throw new Refusal('not-found', 'not-found', 'Det du söker finns inte.')
  return id
}

/** The page number of a list, at least 1; `name` is the list's own where a page has two. */
export function pageIn(request: FastifyRequest, name = 'sida'): number {
  const page = Number(queryIn(request, name))
  return Number.isInteger(page) && page > 0 && page < 100_000 ? page : 1
}

/** The errors as the summary at the top of the page shows them, each leading to its field. */
export function summaryOf(errors: FieldErrors): { text: string; href: string }[] {
  return Object.entries(errors).map(([name, text]) => ({ text, href: `#${name}` }))
}

type Problem = Parameters<typeof refusalText>[0] & { pointer: string }

/**
 * What the house objected to, beside the fields it is about and in the reader's language; several at one field stand after
 * each other. What is about no field of the form is told at `elsewhere`, or left out when that is null.
 */
export function problemsAt(
  problems: readonly Problem[],
  fieldOf: Readonly<Record<string, string>>,
  elsewhere: string | null,
  language: Language,
): FieldErrors {
  const errors: FieldErrors = {}
  for (const problem of problems) {
    const name = fieldOf[problem.pointer] ?? elsewhere
    if (name === null) continue
    const said = refusalText(problem, language)
    errors[name] = errors[name] ? `${errors[name]} ${said}` : said
  }
  return errors
}

/**
 * Where a refused form shows what the operation said, field by field, in the reader's language; null when it is no
 * matter of a field.
 */
export function errorsOf(
  error: unknown,
  fieldOf: Readonly<Record<string, string>>,
  language: Language,
): FieldErrors | null {
  if (!(error instanceof Refusal)) return null
  const errors = problemsAt(error.problems, fieldOf, null, language)
  return Object.keys(errors).length > 0 ? errors : null
}

/** What the house said no to, in a sentence or a few, as the error of one field. What is no such refusal goes on. */
export function refusedAs(error: unknown, field: string, language: Language): FieldErrors {
  if (!(error instanceof Refusal) || error.kind === 'not-found') throw error
  const said = refusalText({ code: error.code, detail: error.message }, language)
  const details = error.problems.slice(0, 3).map((problem) => refusalText(problem, language))
  return { [field]: [...new Set([said, ...details])].join(' ') }
}

/**
 * What a refused form shows beside its fields; when somebody was first, at `first`, so that what was written still
 * stands there. Null when it is no matter of the form.
 */
export function objectionsOf(
  error: unknown,
  { first, ...fieldOf }: Readonly<Record<string, string>> & { first: string },
  language: Language,
): FieldErrors | null {
  const late = error instanceof Refusal && error.kind === 'conflict'
  return errorsOf(error, fieldOf, language) ?? (late ? refusedAs(error, first, language) : null)
}

/**
 * The links of a list that goes on: earlier and later page, with what was chosen kept. `name` as of `pageIn`; `path` where
 * a refused form shows the list at an address of its own.
 */
export function pagingOf(
  request: FastifyRequest,
  of: { page: number; limit: number; total: number; name?: string; path?: string },
) {
  const { page, limit, total, name = 'sida', path = request.url.split('?')[0] ?? '/' } = of
  const link = (wanted: number): string => {
    const query = new URLSearchParams(request.query as Record<string, string>)
    query.delete('lang')
    query.set(name, String(wanted))
    return `${path}?${query.toString()}`
  }
  return {
    from: Math.min(total, (page - 1) * limit + 1),
    to: Math.min(total, page * limit),
    total,
    previous: page > 1 ? link(page - 1) : null,
    next: page * limit < total ? link(page + 1) : null,
  }
}

/**
 * One page of a list that is at hand whole, and the links to its others. `page` where another than the one asked for is to
 * be shown; the rest as of `pagingOf`.
 */
export function pageOf<T>(
  request: FastifyRequest,
  all: readonly T[],
  of: { limit: number; page?: number; name?: string; path?: string },
) {
  const { limit, page = pageIn(request, of.name) } = of
  return {
    shown: all.slice((page - 1) * limit, page * limit),
    paging: pagingOf(request, { ...of, page, total: all.length }),
  }
}
