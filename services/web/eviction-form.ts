// The form of what Kronofogden tells, as data: which fields, the event they make, and what is wrong with what was written.
import type { FastifyRequest } from 'fastify'
import {
  evictionNoticeBody,
  readEvictionNotice,
  type EvictionNoticeBody,
} from '../../shared/domain/eviction-notice.ts'
import { readDate } from '../../shared/domain/written.ts'
import { textsOf, type FieldErrors, type Say, type Values } from './page.ts'

/** A field's name is its JSON pointer with `-` for `/`; the eviction's day and time are one instant in the body. */
export const EVICTION_VALUES = [
  'event',
  'caseNumber',
  'occurredOn',
  'respondent-name',
  'respondent-personalIdentityNumber',
  'respondent-address',
  'respondent-postalCode',
  'respondent-city',
  'applicant-name',
  'applicant-organisationNumber',
  'evictionDay',
  'evictionTime',
  'opportunityToRespondOn',
  'documentsCompleteOn',
  'childrenInHousehold',
  'reason',
  'asWritten',
] as const

const NEEDED = ['caseNumber', 'occurredOn', 'respondent-name', 'respondent-address'] as const
const DATED: ReadonlySet<string> = new Set(['date-set', 'rescheduled'])

export type ReadEviction = { body: EvictionNoticeBody; errors: null } | { body: null; errors: FieldErrors }

function evictionAt(values: Values): string | null {
  const day = values['evictionDay']
  if (!day) return null
  const time = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec(values['evictionTime'] ?? '')
  return time ? `${readDate(day) ?? day}T${time[1]?.padStart(2, '0')}:${time[2]}` : (readDate(day) ?? day)
}

function bodyOf(values: Values): Record<string, unknown> {
  const under = (head: string) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        name.startsWith(`${head}-`) ? [[name.slice(head.length + 1), value]] : [],
      ),
    )
  const { event, caseNumber, occurredOn, opportunityToRespondOn, documentsCompleteOn } = values
  const { childrenInHousehold, reason } = values
  return {
    event,
    caseNumber,
    occurredOn,
    respondent: under('respondent'),
    applicant: under('applicant'),
    evictionAt: evictionAt(values),
    opportunityToRespondOn,
    documentsCompleteOn,
    childrenInHousehold,
    reason,
  }
}

function labelOf(field: string, t: Say): string {
  const key = field === 'evictionDay' ? 'eviction.day' : `eviction.${field}`
  return t(key as Parameters<Say>[0])
}

const fieldOf = (pointer: string): string =>
  pointer === '/evictionAt' ? 'evictionDay' : pointer.replace(/^\//, '').replaceAll('/', '-')

/** Reads the form. `today` (ISO) is the day it arrived. With "as written" only what cannot be attributed is refused. */
export function readEvictionForm(request: FastifyRequest, values: Values, today: string): ReadEviction {
  const t = textsOf(request)
  const errors: FieldErrors = {}
  const asWritten = values['asWritten'] === 'yes'
  if (!values['event']) errors['event'] = t('eviction.event.error')
  for (const field of NEEDED)
    if (!/[\p{L}\p{N}]/u.test(values[field] ?? ''))
      errors[field] = t('notice.error.required', { field: labelOf(field, t) })
  if (DATED.has(values['event'] ?? '') && !values['evictionDay'] && !asWritten)
    errors['evictionDay'] = t('eviction.day.error')
  const parsed = evictionNoticeBody.safeParse(bodyOf(values))
  for (const issue of parsed.error?.issues ?? []) {
    const field = fieldOf(`/${issue.path.join('/')}`)
    errors[field] ??= t('notice.error.value', { field: labelOf(field, t) })
  }
  const findings = parsed.success && !asWritten ? readEvictionNotice(parsed.data, today).findings : []
  for (const { field, message, severity } of findings)
    if (severity !== 'note' && values[fieldOf(field)])
      errors[fieldOf(field)] ??= `${labelOf(fieldOf(field), t)}: ${message[request.language]}`
  if (parsed.success && Object.keys(errors).length === 0) return { body: parsed.data, errors: null }
  return { body: null, errors }
}
