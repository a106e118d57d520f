// What a notice is: the canonical form that the rest of the house decides on, read leniently from what was sent.
import type { NoticeBody, NoticeType, UpdateBody, UpdateType } from './notice-body.ts'
import type { Household } from './household.ts'
import { householdKeys } from './household.ts'
import { readIdentityNumber, readOrganisationNumber } from './identity-number.ts'
import { type Finding, findingsOf } from './reading-findings.ts'
import {
  aboveZero,
  atLeastZero,
  readDate,
  readLine,
  readLines,
  readPeriod,
  readPostalCode,
  readRooms,
} from './written.ts'

export const DISPATCH_METHODS = ['registered-letter', 'letter', 'e-mail', 'e-service'] as const
export type DispatchMethod = (typeof DISPATCH_METHODS)[number]

/** One unpaid rent: `period` is `YYYY-MM`; null means not sent or not readable (then a finding says so). */
export type Rent = {
  period: string | null
  dueDate: string | null
  amountOre: number | null
  paidOre: number | null
}

/** A notice as it could be read: amounts in whole öre, days as ISO, numbers canonical; null where unreadable. */
export type Notice = {
  type: NoticeType
  reference: string | null
  landlord: {
    name: string
    organisationNumber: string | null
    postalAddress: string | null
    phone: string | null
  }
  tenant: { name: string; postalAddress: string | null; personalIdentityNumber: string | null }
  dwelling: {
    address: string
    postalCode: string | null
    city: string | null
    apartmentNumber: string | null
    rooms: number | null
  }
  rents: Rent[]
  interestOre: number | null
  amountToRecoverOre: number | null
  /** `other` only where it was written: what was stored before it existed must read as the same notice. */
  payment: { bankgiro: string | null; plusgiro: string | null; ocr: string | null; other?: string }
  noticeDate: string | null
  terminatedDate: string | null
  dispatchedDate: string | null
  dispatchMethod: DispatchMethod | null
  servedDate: string | null
  /** Early arrears only: the day the tenant consented to the report, as the sender has recorded it. */
  tenantConsentOn: string | null
  enforcementCaseNumber: string | null
  description: string | null
}

/** What has happened since: `date` null and a finding when it could not be read. */
export type NoticeUpdate = {
  type: UpdateType
  date: string | null
  amountOre: number | null
  note: string | null
}

type Reading = ReturnType<typeof findingsOf>

const otherWay = (other: string | null) => (other === null ? {} : { other })

/**
 * Reads a body that {@link noticeBody} let through. Never throws and never refuses: what cannot be read becomes null
 * and a finding. `today` (ISO day, Sweden) settles the century of a ten-digit identity number and what lies in the
 * future: such a day is kept, because whoever counts from it must see both.
 */
export function readNotice(body: NoticeBody, today: string): { notice: Notice; findings: Finding[] } {
  const reading = findingsOf()
  const reference = readLine(body.reference)
  if (reference === null) reading.note('reference_missing', '/reference')
  const notice: Notice = {
    type: body.type,
    reference,
    landlord: landlordOf(body.landlord, reading),
    tenant: tenantOf(body.tenant, reading, today),
    dwelling: dwellingOf(body.dwelling, reading),
    rents: (body.rents ?? []).map((rent, place) => rentOf(rent, `/rents/${place}`, reading)),
    interestOre: reading.read(body.interest, atLeastZero, ['amount_unclear', '/interest']),
    amountToRecoverOre: reading.read(body.amountToRecover, aboveZero, ['amount_unclear', '/amountToRecover']),
    payment: {
      bankgiro: readLine(body.payment?.bankgiro),
      plusgiro: readLine(body.payment?.plusgiro),
      ocr: readLine(body.payment?.ocr),
      ...otherWay(readLine(body.payment?.other)),
    },
    noticeDate: reading.read(body.noticeDate, readDate, ['date_unclear', '/noticeDate']),
    terminatedDate: reading.read(body.terminatedDate, readDate, ['date_unclear', '/terminatedDate']),
    dispatchedDate: reading.read(body.dispatchedDate, readDate, ['date_unclear', '/dispatchedDate']),
    dispatchMethod: reading.read(body.dispatchMethod, dispatchMethod, [
      'dispatch_method_unclear',
      '/dispatchMethod',
    ]),
    servedDate: reading.read(body.servedDate, readDate, ['date_unclear', '/servedDate']),
    tenantConsentOn: reading.read(body.tenantConsentOn, readDate, ['date_unclear', '/tenantConsentOn']),
    enforcementCaseNumber: readLine(body.enforcementCaseNumber),
    description: readLines(body.description),
  }
  for (const field of HAPPENED) {
    if ((notice[field] ?? '') > today) reading.note('date_in_future', `/${field}`)
  }
  return { notice, findings: reading.findings }
}

/** What a notice says has happened already. */
const HAPPENED = ['noticeDate', 'dispatchedDate', 'servedDate', 'tenantConsentOn'] as const

/** Reads an update as {@link readNotice} reads a notice; without `today` (ISO) no day is held against it. */
export function readUpdate(
  body: UpdateBody,
  today = '9999-12-31',
): { update: NoticeUpdate; findings: Finding[] } {
  const reading = findingsOf()
  const update = {
    type: body.type,
    date: reading.read(body.date, readDate, ['date_unclear', '/date']),
    amountOre: reading.read(body.amount, atLeastZero, ['amount_unclear', '/amount']),
    note: readLines(body.note),
  }
  if ((update.date ?? '') > today) reading.note('date_in_future', '/date')
  return { update, findings: reading.findings }
}

function landlordOf(sent: NoticeBody['landlord'], reading: Reading): Notice['landlord'] {
  return {
    name: readLine(sent.name) ?? '',
    organisationNumber: reading.read(sent.organisationNumber, readOrganisationNumber, [
      'organisation_number_unverified',
      '/landlord/organisationNumber',
    ]),
    postalAddress: readLine(sent.postalAddress),
    phone: readLine(sent.phone),
  }
}

function tenantOf(sent: NoticeBody['tenant'], reading: Reading, today: string): Notice['tenant'] {
  return {
    name: readLine(sent.name) ?? '',
    postalAddress: readLine(sent.postalAddress),
    personalIdentityNumber: reading.read(
      sent.personalIdentityNumber,
      (number) => readIdentityNumber(number, today),
      ['id_unverified', '/tenant/personalIdentityNumber'],
    ),
  }
}

function dwellingOf(sent: NoticeBody['dwelling'], reading: Reading): Notice['dwelling'] {
  return {
    address: readLine(sent.address) ?? '',
    postalCode: reading.read(sent.postalCode, readPostalCode, [
      'postal_code_unclear',
      '/dwelling/postalCode',
    ]),
    city: readLine(sent.city),
    apartmentNumber: readLine(sent.apartmentNumber),
    rooms: reading.read(sent.rooms, readRooms, ['rooms_unclear', '/dwelling/rooms']),
  }
}

function rentOf(sent: NonNullable<NoticeBody['rents']>[number], at: string, reading: Reading): Rent {
  return {
    period: reading.read(sent.period, readPeriod, ['period_unclear', `${at}/period`]),
    dueDate: reading.read(sent.dueDate, readDate, ['date_unclear', `${at}/dueDate`]),
    amountOre: reading.read(sent.amount, aboveZero, ['amount_unclear', `${at}/amount`]),
    paidOre: reading.read(sent.paid, atLeastZero, ['amount_unclear', `${at}/paid`]),
  }
}

function dispatchMethod(sent: string): DispatchMethod | null {
  const written = sent.normalize('NFKC').trim().toLowerCase()
  return DISPATCH_METHODS.find((method) => method === written) ?? null
}

/** Whom and which home the notice concerns, for {@link householdKeys}. */
export function householdOf(notice: Notice): Household {
  const { name, personalIdentityNumber } = notice.tenant
  const { address, postalCode, city, apartmentNumber } = notice.dwelling
  return { name, personalIdentityNumber, address, postalCode, city, apartmentNumber }
}

/**
 * The same text for the same notice sent again, perhaps corrected ({@link contentKey} tells): sender, kind,
 * reference, household, and the rents' periods (without rents: the day of the notice). Amounts and dates are left
 * out, so that a corrected or re-dated notice is recognised too. Personal data: hash it with a key before storing.
 */
export function identityKey(notice: Notice, senderId: string): string {
  const periods = notice.rents.map((rent) => rent.period ?? rent.dueDate ?? '').sort()
  const when = periods.length > 0 ? periods : [notice.noticeDate ?? '']
  const { byAddress, byIdentity } = householdKeys(householdOf(notice))
  const holder = byAddress ?? byIdentity ?? notice.tenant.name
  return JSON.stringify([senderId, notice.type, notice.reference?.toLowerCase() ?? '', holder, when])
}

/**
 * The same text for word-for-word the same notice. A repeat by {@link identityKey} with another content is a
 * correction: it must be kept as a new version, never dropped as a repeat. Personal data: hash before storing.
 */
export function contentKey(notice: Notice): string {
  return JSON.stringify(notice)
}

/** What is still owed on a rent in öre; null when its amount could not be read. */
export function unpaidOf(rent: Rent): number | null {
  return rent.amountOre === null ? null : Math.max(0, rent.amountOre - (rent.paidOre ?? 0))
}

/** How many months' rents stand unpaid, counted once per month; one whose amount is unreadable counts as unpaid. */
export function monthsUnpaid(notice: Notice): number {
  const unpaid = notice.rents.filter((rent) => unpaidOf(rent) !== 0)
  return new Set(unpaid.map((rent, place) => rent.period ?? rent.dueDate ?? place)).size
}

/** The debt in öre: the stated amount to recover the tenancy, else unpaid rents and interest; null if unreadable. */
export function amountOwed(notice: Notice): number | null {
  if (notice.amountToRecoverOre !== null) return notice.amountToRecoverOre
  const unpaid = notice.rents.map(unpaidOf).filter((ore) => ore !== null)
  if (unpaid.length === 0) return null
  return unpaid.reduce((sum, ore) => sum + ore, 0) + (notice.interestOre ?? 0)
}
