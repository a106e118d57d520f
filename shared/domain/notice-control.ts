// Formkontroll: holds a notice against its statutory form and says what a person should look at; it refuses nothing.
import { CONTROL_FINDINGS } from './control-findings.ts'
import type { ControlCode } from './control-findings.ts'
import { daysBetween } from './days.ts'
import { computeDeadlines } from './deadlines.ts'
import { checksOut } from './identity-number.ts'
import { unpaidOf } from './notice.ts'
import type { Notice, Rent } from './notice.ts'
import type { Law } from './periods.ts'
import type { Finding } from './reading-findings.ts'

/**
 * What the municipality has set: its postal codes as inclusive ranges of five digits (none means not known), whether
 * it takes early arrears, and the organisation numbers (ten digits) of collection firms. `consentRecorded` when the
 * tenant's consent to an early report is on file; `longBeforeDays` how old a notice may be when it arrives.
 */
export type ControlContext = {
  postalRanges: readonly (readonly [string, string])[]
  earlyArrearsEnabled: boolean
  collectionFirms: readonly string[]
  consentRecorded?: boolean | undefined
  longBeforeDays?: number | undefined
}

/** `receivedOn` is the ISO day the notice came; without `law` the due dates are not tried against forfeiture. */
export type ControlMoment = { receivedOn: string; law?: Law | undefined }

export type Verdict = 'complete' | 'incomplete' | 'doubtful'
type Context = ControlContext & ControlMoment
/** Where a check found something: JSON pointers into the notice, none when all is well. */
type Check = (notice: Notice, context: Context) => string[]

/** Registered letters and a weekend fit well within this; a longer gap means a wrong date or a lost letter. */
const LONG_BEFORE_DAYS = 14

const at = (found: boolean, ...pointers: string[]): string[] => (found ? pointers : [])
const atRents = (rents: readonly Rent[], field: string, wrong: (rent: Rent) => boolean): string[] =>
  rents.flatMap((rent, place) => at(wrong(rent), `/rents/${place}/${field}`))

const CHECKS: Record<ControlCode, Check> = {
  landlord_contact_missing: ({ landlord }) => [
    ...at(!landlord.postalAddress, '/landlord/postalAddress'),
    ...at(!landlord.phone, '/landlord/phone'),
  ],
  // A tenant lives in the dwelling: its address with a postal code serves as the tenant's own.
  tenant_address_missing: ({ tenant, dwelling }) =>
    at(!tenant.postalAddress && !dwelling.postalCode, '/tenant/postalAddress'),
  rooms_missing: ({ dwelling }) => at(dwelling.rooms === null, '/dwelling/rooms'),
  amount_missing: ({ amountToRecoverOre }) => at(amountToRecoverOre === null, '/amountToRecover'),
  rents_missing: ({ rents }) => at(rents.length === 0, '/rents'),
  due_date_missing: ({ rents }) => atRents(rents, 'dueDate', ({ dueDate }) => dueDate === null),
  rent_amount_missing: ({ rents }) => atRents(rents, 'amount', ({ amountOre }) => amountOre === null),
  interest_missing: ({ interestOre }) => at(interestOre === null, '/interest'),
  payment_route_missing: ({ payment }) =>
    at(!payment.bankgiro && !payment.plusgiro && !payment.other, '/payment'),
  description_missing: ({ description }) => at(!description, '/description'),
  sum_mismatch: (notice) => at(!sumHolds(notice), '/amountToRecover'),
  bankgiro_invalid: ({ payment }) => at(!giroHolds(payment.bankgiro, 7, 8), '/payment/bankgiro'),
  plusgiro_invalid: ({ payment }) => at(!giroHolds(payment.plusgiro, 2, 8), '/payment/plusgiro'),
  due_date_not_past: (notice, context) =>
    atRents(notice.rents, 'dueDate', ({ dueDate }) => !isForfeited(dueDate, notice, context)),
  wrong_municipality: ({ dwelling: { postalCode } }, { postalRanges }) =>
    at(
      postalCode !== null &&
        postalRanges.length > 0 &&
        !postalRanges.some(([from, to]) => postalCode >= from && postalCode <= to),
      '/dwelling/postalCode',
    ),
  collection_firm_sender: ({ landlord }, { collectionFirms }) =>
    at(
      /inkasso/i.test(landlord.name) || collectionFirms.includes(landlord.organisationNumber ?? ''),
      '/landlord',
    ),
  dated_long_before: ({ noticeDate }, { receivedOn, longBeforeDays = LONG_BEFORE_DAYS }) =>
    at(noticeDate !== null && daysBetween(noticeDate, receivedOn) > longBeforeDays, '/noticeDate'),
  termination_date_missing: ({ terminatedDate }) => at(!terminatedDate, '/terminatedDate'),
  fees_mentioned: ({ description }) =>
    at(
      /påminnelseavgift|inkassoavgift|inkassokostnad|förseningsavgift/i.test(description ?? ''),
      '/description',
    ),
  early_arrears_off: (_, { earlyArrearsEnabled }) => at(!earlyArrearsEnabled, '/type'),
  consent_missing: (_, { earlyArrearsEnabled, consentRecorded }) =>
    at(earlyArrearsEnabled && !consentRecorded, '/type'),
}

const ALWAYS: ControlCode[] = ['wrong_municipality', 'dated_long_before', 'collection_firm_sender']
const PAYMENT_FORM: ControlCode[] = [
  'landlord_contact_missing',
  'tenant_address_missing',
  'rooms_missing',
  'amount_missing',
  'rents_missing',
  'due_date_missing',
  'rent_amount_missing',
  'interest_missing',
  'payment_route_missing',
  'sum_mismatch',
  'bankgiro_invalid',
  'plusgiro_invalid',
  'due_date_not_past',
  'termination_date_missing',
  'fees_mentioned',
]
const NUISANCE: ControlCode[] = ['landlord_contact_missing', 'tenant_address_missing', 'description_missing']

/** JB 12:25 a prescribes no form for nuisance, so only what identifies the parties and the matter is looked for. */
const CHECKED: Record<Notice['type'], readonly ControlCode[]> = {
  'rent-termination': PAYMENT_FORM,
  'cooperative-fee-termination': PAYMENT_FORM,
  'nuisance-warning': NUISANCE,
  'nuisance-termination': NUISANCE,
  'cooperative-nuisance': NUISANCE,
  'early-arrears': ['early_arrears_off', 'consent_missing', 'bankgiro_invalid', 'plusgiro_invalid'],
  'power-cutoff': [],
}

/**
 * Controls a notice as it was read. `incomplete`: a field of the form is missing; `doubtful`: it is there and does not
 * hold together; the graver of the two speaks. Notes never change the verdict, and nothing is refused.
 */
export function controlNotice(notice: Notice, context: Context): { verdict: Verdict; findings: Finding[] } {
  const codes = [...CHECKED[notice.type], ...ALWAYS]
  const found = codes.map((code) => ({ code, pointers: CHECKS[code](notice, context) }))
  const findings = found.flatMap(({ code, pointers }) => pointers.map((field) => findingOf(code, field)))
  return { verdict: verdictOf(found.filter(({ pointers }) => pointers.length > 0)), findings }
}

function findingOf(code: ControlCode, field: string): Finding {
  const { severity, sv, en } = CONTROL_FINDINGS[code]
  return { code, severity, field, message: { sv, en } }
}

function verdictOf(found: readonly { code: ControlCode }[]): Verdict {
  const kinds = found.map(({ code }) => CONTROL_FINDINGS[code])
  for (const grave of ['critical', 'minor'] as const) {
    const weighing = kinds.filter(({ severity }) => severity === grave)
    if (weighing.some(({ nature }) => nature === 'missing')) return 'incomplete'
    if (weighing.length > 0) return 'doubtful'
  }
  return 'complete'
}

/** The amount may be stated with or without the interest that stands beside it; what cannot be read is not summed. */
function sumHolds({ rents, interestOre, amountToRecoverOre }: Notice): boolean {
  const unpaid = rents.map(unpaidOf)
  if (amountToRecoverOre === null || unpaid.length === 0 || unpaid.includes(null)) return true
  const sum = unpaid.reduce<number>((total, ore) => total + (ore ?? 0), 0)
  return amountToRecoverOre === sum || amountToRecoverOre === sum + (interestOre ?? 0)
}

function giroHolds(written: string | null, fewest: number, most: number): boolean {
  if (written === null) return true
  const digits = written.replace(/^(?:bankgiro|plusgiro|bg|pg)\b/i, '').replace(/[\s:.\u2010-\u2015-]/g, '')
  return /^\d+$/.test(digits) && digits.length >= fewest && digits.length <= most && checksOut(digits)
}

/** Whether the forfeiture period of a due date had run out when the agreement was terminated, or the notice came. */
function isForfeited(dueDate: string | null, notice: Notice, { law, receivedOn }: Context): boolean {
  if (dueDate === null || !law) return true
  const kind = notice.type === 'cooperative-fee-termination' ? 'cooperative' : 'rent'
  const { deadlines } = computeDeadlines({ kind, noticeType: notice.type, dueDate }, law)
  const week = deadlines.find((deadline) => deadline.kind === 'forfeiture')
  return !week?.lastDay || (notice.terminatedDate ?? receivedOn) > week.lastDay
}
