// Judges one answer: declared, well-formed, never a fault of ours, and never somebody's name thrown back.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Operation, Schema } from './operations.ts'
import type { Request } from './requests.ts'
import { MARKS } from './samples.ts'

export type Answer = { status: number; type: string; text: string }

/** What is wrong with an answer, as one of few words. */
export type Wrong = '5xx' | 'undeclared' | 'not as declared' | 'not a problem document' | 'echo' | 'no type'

const PROBLEM: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'errors'],
  properties: {
    status: { type: 'integer' },
    errors: { type: 'array', items: { type: 'object', required: ['pointer', 'code', 'detail'] } },
  },
}

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const compiled = new Map<Schema, ValidateFunction>()

function fits(schema: Schema, text: string): boolean {
  const check = compiled.get(schema) ?? ajv.compile(schema)
  compiled.set(schema, check)
  try {
    return check(JSON.parse(text))
  } catch {
    return false
  }
}

const declaredFor = ({ answers }: Operation, status: number): Schema | undefined =>
  answers.get(String(status))

/** All that is wrong with this answer; nothing when it is as it should be. */
export function judgeAnswer({ operation, method }: Request, { status, type, text }: Answer): Wrong[] {
  const wrong: Wrong[] = []
  if (status >= 500) wrong.push('5xx')
  const ours = method === operation.method
  if (status >= 400) {
    if (method !== 'HEAD' && (!type.includes('problem+json') || !fits(PROBLEM, text)))
      wrong.push('not a problem document')
    if (MARKS.some((mark) => text.includes(mark))) wrong.push('echo')
  } else if (ours && status < 300) {
    if (!operation.fine.has(status)) wrong.push('undeclared')
    const schema = declaredFor(operation, status)
    if (schema && !fits(schema, text)) wrong.push('not as declared')
  }
  if (text !== '' && type === '') wrong.push('no type')
  return wrong
}
