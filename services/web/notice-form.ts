// The form of one notice as data: which fields, where each belongs in the notice, and what is wrong with what was written.
import type { FastifyRequest } from 'fastify'
import { noticeBody, NOTICE_TYPES, type NoticeBody } from '../../shared/domain/notice-body.ts'
import { readNotice } from '../../shared/domain/notice.ts'
import { isTextKey } from '../../shared/text/say.ts'
import { pageTexts, type PageTextKey } from '../../shared/text/pages.ts'
import type { FieldErrors, Say, Values } from './page.ts'
import { textsOf } from './page.ts'

/** What a landlord may send here; a power company uses the interface. */
export const FORM_TYPES = NOTICE_TYPES.filter((type) => type !== 'power-cutoff')

/** More rents than this belong in a file. */
export const MOST_FORM_RENTS = 12

/** A field's name is its JSON pointer with `-` for `/`, so that a finding leads straight to its field. */
const FIELDS = [
  'type',
  'landlord-name',
  'landlord-organisationNumber',
  'landlord-postalAddress',
  'landlord-phone',
  'tenant-name',
  'tenant-postalAddress',
  'dwelling-address',
  'dwelling-postalCode',
  'dwelling-city',
  'dwelling-apartmentNumber',
  'dwelling-rooms',
  'interest',
  'amountToRecover',
  'payment-bankgiro',
  'payment-plusgiro',
  'payment-ocr',
  'payment-other',
  'terminatedDate',
  'servedDate',
  'tenantConsentOn',
  'reference',
  'enforcementCaseNumber',
  'description',
] as const

const RENT_FIELDS = ['period', 'dueDate', 'amount', 'paid'] as const
const NEEDED = ['landlord-name', 'tenant-name', 'dwelling-address'] as const

export const fieldOf = (pointer: string): string => pointer.replace(/^\//, '').replaceAll('/', '-')

/** How many rent lines the form shows. */
export function rentRows(values: Values): number {
  const wished = Number(values['rows'])
  return Number.isInteger(wished) && wished > 0 ? Math.min(wished, MOST_FORM_RENTS) : 1
}

/** The form's own fields of what was sent, trimmed; anything else is dropped. */
export function noticeValues(values: Values): Values {
  const rows = rentRows(values)
  const rents = Array.from({ length: rows }, (_, row) => RENT_FIELDS.map((field) => `rents-${row}-${field}`))
  const names = [...FIELDS, ...rents.flat()]
  const kept = names.map((name) => [name, (values[name] ?? '').trim()] as const)
  return { ...Object.fromEntries(kept.filter(([, value]) => value !== '')), rows: String(rows) }
}

function put(body: Record<string, unknown>, path: readonly string[], value: string): void {
  const [head = '', ...rest] = path
  if (rest.length === 0) body[head] = value
  else {
    const inner = (body[head] ?? {}) as Record<string, unknown>
    body[head] = inner
    put(inner, rest, value)
  }
}

/** The rents that have anything in them, each with the line it stood on. */
function rentsIn(values: Values): { row: number; rent: Record<string, string> }[] {
  return Array.from({ length: rentRows(values) }, (_, row) => {
    const pairs = RENT_FIELDS.map((field) => [field, values[`rents-${row}-${field}`] ?? ''] as const)
    return { row, rent: Object.fromEntries(pairs.filter(([, value]) => value !== '')) }
  }).filter(({ rent }) => Object.keys(rent).length > 0)
}

function bodyOf(values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = { landlord: {}, tenant: {}, dwelling: {} }
  for (const field of FIELDS) {
    const value = values[field]
    if (value) put(body, field.split('-'), value)
  }
  return { ...body, rents: rentsIn(values).map(({ rent }) => rent) }
}

function labelOf(field: string, t: Say): string {
  const last = field.split('-').at(-1) ?? ''
  const key = [`notice.${field}`, `notice.${last}`].find((name) => name in pageTexts)
  return key && !isTextKey(key) ? t(key as PageTextKey) : field
}

/** Findings of reading that the writer can mend here and now; the others are shown at the check and stop nothing. */
const MENDABLE = new Set([
  'amount_unclear',
  'date_unclear',
  'date_in_future',
  'period_unclear',
  'rooms_unclear',
  'postal_code_unclear',
  'organisation_number_unverified',
])

/** In the place of what is still empty, so that the rest can be read. */
const STAND_INS = {
  type: 'rent-termination',
  'landlord-name': '0',
  'tenant-name': '0',
  'dwelling-address': '0',
}

export type ReadForm = { body: NoticeBody; errors: null } | { body: null; errors: FieldErrors }

/** Which notices the form takes, and whether what seems wrong stands so in a document that is being copied. */
type Reading = { types: readonly string[]; asWritten: boolean }

/** Reads the form. `today` (ISO) settles what lies ahead. Errors are by field name and in the reader's language. */
export function readNoticeForm(
  request: FastifyRequest,
  values: Values,
  today: string,
  { types, asWritten }: Reading = { types: FORM_TYPES, asWritten: false },
): ReadForm {
  const t = textsOf(request)
  const errors: FieldErrors = {}
  if (!types.some((type) => type === values['type'])) errors['type'] = t('notice.error.type')
  for (const field of NEEDED) {
    if (!/[\p{L}\p{N}]/u.test(values[field] ?? ''))
      errors[field] = t('notice.error.required', { field: labelOf(field, t) })
  }
  const parsed = noticeBody.safeParse(bodyOf(values))
  const lines = rentsIn(values).map(({ row }) => row)
  const inForm = (pointer: string): string =>
    fieldOf(pointer.replace(/^\/rents\/(\d+)/, (_, place: string) => `/rents/${lines[Number(place)]}`))
  for (const issue of parsed.error?.issues ?? []) {
    const field = inForm(`/${issue.path.join('/')}`)
    errors[field] ??= t('notice.error.value', { field: labelOf(field, t) })
  }
  // What is wrong beside an empty field is said at once, not when that one has been mended.
  const legible = noticeBody.safeParse(bodyOf({ ...STAND_INS, ...values }))
  const findings = legible.success && !asWritten ? readNotice(legible.data, today).findings : []
  for (const { code, field, message } of findings) {
    if (MENDABLE.has(code))
      errors[inForm(field)] ??= `${labelOf(inForm(field), t)}: ${message[request.language]}`
  }
  if (parsed.success && Object.keys(errors).length === 0) return { body: parsed.data, errors: null }
  return { body: null, errors }
}
