// Turns every error into a problem document (RFC 9457) that repeats nothing of what was sent.
import type { FastifyError, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Refusal, type RefusalKind } from '../shared/domain/refusal.ts'
import { troubleOf } from '../shared/outages.ts'
import { refusalText } from '../shared/text/refusals.ts'
import { isTextKey, say, type Language } from '../shared/text/say.ts'
import { fieldProblems, type FieldProblem } from './field-problem.ts'

export type ProblemDocument = {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  code: string
  errors: FieldProblem[]
}

/** What went wrong, before it is said in a language. */
export type Fault = {
  status: number
  code: string
  /** The sentence of the refusal, in the reader's language; used when the catalogue has none for the code. */
  detail?: string
  errors: FieldProblem[]
  /** Seconds to wait before trying again. */
  retryAfter?: number
}

const STATUS_OF_KIND: Record<RefusalKind, number> = {
  invalid: 400,
  unprocessable: 422,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  stale: 412,
  'too-large': 413,
}

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'content-type': 415,
  'file.not-workbook': 415,
  'file.old-excel': 415,
  'file.type-differs': 415,
  'if-match.any': 428,
  'if-match.missing': 428,
  'too-many': 429,
  'method-not-allowed': 405,
  'login.unavailable': 503,
  unavailable: 503,
}

const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'request.malformed',
  401: 'token.missing',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'content-type',
  409: 'conflict',
  413: 'too-large',
  414: 'too-large',
  415: 'content-type',
  429: 'too-many',
  431: 'too-large',
}

const TITLES: Readonly<Record<number, { sv: string; en: string }>> = {
  400: { sv: 'Begäran är felaktig', en: 'Bad request' },
  401: { sv: 'Du är inte inloggad', en: 'Not signed in' },
  403: { sv: 'Du har inte behörighet', en: 'Not allowed' },
  404: { sv: 'Finns inte', en: 'Not found' },
  405: { sv: 'Metoden stöds inte', en: 'Method not allowed' },
  409: { sv: 'Någon annan har ändrat', en: 'Conflict' },
  412: { sv: 'Någon annan har ändrat', en: 'Changed since you read it' },
  413: { sv: 'För stort', en: 'Too large' },
  415: { sv: 'Typen stöds inte', en: 'Unsupported content type' },
  422: { sv: 'Går inte att utföra', en: 'Cannot be carried out' },
  428: { sv: 'Versionen saknas', en: 'The version is missing' },
  429: { sv: 'För många anrop', en: 'Too many requests' },
  500: { sv: 'Något gick fel', en: 'Something went wrong' },
  503: { sv: 'Tillfälligt otillgänglig', en: 'Unavailable for the moment' },
}

// XX: Postgres' own failure, as while it makes an index anew. No sender can mend it, and the next try may well succeed.
const BROKEN = /^XX\w{3}$/
// Class 22: a value Postgres cannot hold. It came from outside, so it is the sender's to mend, never a 500.
const UNSTORABLE = /^22\w{3}$/

function refusalFault(error: Refusal, language: Language): Fault {
  const status = STATUS_OF_CODE[error.code] ?? STATUS_OF_KIND[error.kind]
  const errors = error.problems.map((problem) => {
    const { pointer, code } = problem
    return { pointer, code, detail: refusalText(problem, language) }
  })
  const detail = refusalText({ code: error.code, detail: error.message }, language)
  return { status, code: error.code, detail, errors, ...(status === 503 && { retryAfter: 5 }) }
}

function databaseFault(error: FastifyError): Fault | null {
  const code = typeof error.code === 'string' ? error.code : ''
  if (troubleOf(error) !== 'fault' || BROKEN.test(code)) {
    return { status: 503, code: 'unavailable', errors: [], retryAfter: 2 }
  }
  return UNSTORABLE.test(code) ? { status: 400, code: 'request.invalid', errors: [] } : null
}

// What the parser of uploads says of a body that is cut off or misshapen: plain errors, told by their words alone.
const CUT_OFF =
  /^(Unexpected end of (multipart data|form|file)|(Part|Preamble) terminated early|Multipart: |Malformed part header)/

/** Reads any thrown thing as a fault. What it does not know is a 500 that says nothing. */
export function faultOf(error: FastifyError | Refusal, language: Language): Fault {
  if (error instanceof Refusal) return refusalFault(error, language)
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'body'
    const errors = error.validation.flatMap((issue) => fieldProblems(issue, where, language))
    return { status: 400, code: 'request.invalid', errors }
  }
  if (error.code?.startsWith('FST_CSRF_')) return { status: 403, code: 'csrf', errors: [] }
  const broken = databaseFault(error)
  if (broken) return broken
  if (CUT_OFF.test(error.message)) return { status: 400, code: 'file.cut-off', errors: [] }
  const status = error.statusCode ?? 500
  if (status < 400 || status >= 500) return { status: 500, code: 'internal', errors: [] }
  const code = CODE_OF_STATUS[status]
  return code
    ? { status: status === 406 ? 415 : status, code, errors: [] }
    : { status: 400, code: 'request.malformed', errors: [] }
}

/** The one sentence that says what to do instead. */
export function detailOf(fault: Fault, language: Language): string {
  const key = `problem.${fault.code}`
  if (isTextKey(key)) return say(language, key)
  return fault.detail ?? say(language, fault.status >= 500 ? 'problem.internal' : 'problem.unprocessable')
}

// A form of an earlier session is no matter of rights, and whoever is told so would call the administrator.
const TITLES_OF_CODE: Readonly<Record<string, { sv: string; en: string }>> = {
  csrf: { sv: 'Formuläret är för gammalt', en: 'The form is too old' },
}

export function titleOf(fault: Fault, language: Language): string {
  return (TITLES_OF_CODE[fault.code] ?? TITLES[fault.status] ?? TITLES[fault.status >= 500 ? 500 : 400]!)[
    language
  ]
}

/** The document itself. `instance` is the request's own id: a reference that leads to the log and to nobody's name. */
export function problemDocument(fault: Fault, request: FastifyRequest): ProblemDocument {
  return {
    type: `urn:bokvar:problem:${fault.code}`,
    title: titleOf(fault, request.language),
    status: fault.status,
    detail: detailOf(fault, request.language),
    instance: `urn:uuid:${request.id}`,
    code: fault.code,
    errors: fault.errors,
  }
}

/** A word of a program's own, not somebody's text: the provider's `error` comes back through the browser. */
const wordOf = (value: unknown): string[] =>
  typeof value === 'string' && /^[A-Za-z_]{1,60}$/.test(value) ? [value] : []

type Cause = { name?: unknown; code?: unknown; error?: unknown; claim?: unknown; cause?: unknown }

/** What lies behind a refusal, from the outside in, as names and codes alone; empty when nothing does. */
export function causesOf(error: unknown): string[] {
  const causes: string[] = []
  let one = (error as Cause).cause as Cause | undefined
  for (let depth = 0; depth < 5 && typeof one?.name === 'string'; depth += 1) {
    causes.push([one.name, one.code, one.error, one.claim].flatMap(wordOf).join(' '))
    one = one.cause as Cause | undefined
  }
  return causes
}

/**
 * What may be logged of an unexpected error: its name, codes and where it happened.
 * Not its message: Postgres and parsers put the value itself there.
 */
export function traceOf(error: FastifyError): Record<string, unknown> {
  const { constraint, table, routine } = error as { constraint?: string; table?: string; routine?: string }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return { name: error.name, code: error.code, constraint, table, routine, frames: frames.slice(0, 12) }
}
