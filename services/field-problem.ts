// Says what is wrong with one field, from zod's issue, without ever repeating the value.
import { say, type Language } from '../shared/text/say.ts'

export type FieldProblem = { pointer: string; code: string; detail: string }

/** The parts of a zod issue that we read, as fastify-type-provider-zod hands them on. */
type Issue = { keyword: string; instancePath: string; message?: string; params: Record<string, unknown> }

const EXPECTED: Readonly<Record<string, { sv: string; en: string }>> = {
  string: { sv: 'text', en: 'text' },
  number: { sv: 'ett tal', en: 'a number' },
  int: { sv: 'ett heltal', en: 'a whole number' },
  boolean: { sv: 'true eller false', en: 'true or false' },
  array: { sv: 'en lista', en: 'a list' },
  object: { sv: 'ett objekt', en: 'an object' },
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-11-22',
  datetime: '2026-11-22T08:00:00Z',
  uuid: '3f2a7c1e-…',
  guid: '3f2a7c1e-…',
  email: 'namn@exempel.se',
  url: 'https://exempel.se',
  time: '08:00',
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** `number` or `['number', 'string']`, in words. */
function typesIn(expected: unknown, language: Language): string {
  const types = Array.isArray(expected) ? expected : [expected]
  const words = types.map((type) => EXPECTED[text(type)]?.[language] ?? text(type))
  return words.join(language === 'sv' ? ' eller ' : ' or ')
}

/** The fields of which exactly one must be given, when a refinement says so. */
function oneOf(params: Record<string, unknown>): string {
  const own = params['params'] as { oneOf?: readonly string[] } | undefined
  return own?.oneOf?.join(', ') ?? ''
}

// Zod's own issue codes, each as our code and sentence. `options` and limits are the schema's, never the sender's.
function judge({ keyword, message, params }: Issue, language: Language): { code: string; detail: string } {
  const { expected, origin, minimum, maximum, format, values, divisor } = params
  const list = origin === 'string' || origin === 'array'
  const tell = (code: Parameters<typeof say>[1], values: Record<string, string> = {}) => ({
    code,
    detail: say(language, code, values),
  })
  switch (keyword) {
    case 'invalid_type':
      // zod says what it received only here; the value itself is never in it
      if (message?.endsWith('received undefined')) return tell('field.required')
      return tell('field.type', { expected: typesIn(expected, language) })
    case 'invalid_value':
      return tell('field.value', { options: text(values) })
    case 'too_small':
      return tell(list ? 'field.too-short' : 'field.too-small', { minimum: text(minimum) })
    case 'too_big':
      return tell(list ? 'field.too-long' : 'field.too-big', { maximum: text(maximum) })
    case 'invalid_format':
      if (FORMATS[text(format)] === undefined) return tell('field.invalid')
      return tell('field.format', { format: FORMATS[text(format)]! })
    case 'not_multiple_of':
      return tell('field.step', { step: text(divisor) })
    case 'unrecognized_keys':
      return tell('field.unknown')
    case 'custom':
      return oneOf(params) ? tell('field.one-of', { options: oneOf(params) }) : tell('field.invalid')
    default:
      return tell('field.invalid')
  }
}

type ZodIssue = { code: string; path: (string | number)[]; message?: string } & Record<string, unknown>

/**
 * The issues that a person can act on: of a choice between shapes, those of the shape that lacks least. "Not valid" of
 * the whole body helps nobody.
 */
function actedOn(issue: Issue): Issue[] {
  const shapes = issue.keyword === 'invalid_union' ? (issue.params['errors'] as ZodIssue[][] | undefined) : []
  const told = (shapes ?? []).filter((shape) => shape.length > 0)
  const nearest = told.toSorted((one, other) => one.length - other.length)[0]
  if (!nearest) return [issue]
  const root = told.flatMap((shape) =>
    shape.filter(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )
  if (root.length === told.length) {
    const expected = root.map((one) => text(one['expected']))
    return [{ ...issue, keyword: 'invalid_type', params: { expected } }]
  }
  return nearest.map(({ code, path, message, ...params }) => {
    const instancePath = [issue.instancePath, ...path].join('/')
    return { keyword: code, instancePath, params, ...(message !== undefined && { message }) }
  })
}

/** The problems behind one issue, as {@link fieldProblem} tells each. */
export function fieldProblems(issue: Issue, where: string, language: Language): FieldProblem[] {
  return actedOn(issue).map((one) => fieldProblem(one, where, language))
}

/**
 * One problem with a JSON pointer. `where` is the part of the request; a parameter's pointer starts with that part.
 * A key of a free map is the sender's own text, so a pointer stops before anything that is not a plain field name.
 */
function fieldProblem(issue: Issue, where: string, language: Language): FieldProblem {
  const parts = issue.instancePath.split('/').filter((part) => part !== '')
  const safe: string[] = []
  for (const part of parts) {
    if (!/^(?:[A-Za-z][A-Za-z]{0,39}|\d{1,4})$/.test(part)) break
    safe.push(part)
  }
  const prefix = where === 'body' ? '' : `/${where}`
  return { pointer: `${prefix}/${safe.join('/')}`, ...judge(issue, language) }
}
