// How a notice is shown to its sender: the statutory form's own order, and what was found in it.
import type { Notice } from '../../shared/domain/notice.ts'
import type { Finding } from '../../shared/domain/reading-findings.ts'
import type { Key, Language } from '../../shared/text/say.ts'
import { kronor } from './filters.ts'
import type { Say } from './page.ts'

export type Line = { label: string; text: string; field: string }
export type Part = { heading: string; lines: Line[] }

type Shown = [key: Parameters<Say>[0], value: string | number | null | undefined, field: string]

function part(t: Say, heading: Parameters<Say>[0], shown: readonly Shown[]): Part {
  const lines = shown.map(([key, value, field]) => {
    const text = value === null || value === undefined || value === '' ? t('frame.not-given') : String(value)
    return { label: t(key), text, field }
  })
  return { heading: t(heading), lines }
}

/** A line for what few notices hold: shown when it was written, or a sender could not check it. */
const given = (...line: Shown): Shown[] => (line[1] ? [line] : [])

function rentLines(notice: Notice, t: Say, sek: (ore: number | null) => string): Shown[] {
  return notice.rents.flatMap((rent, row) => {
    const paid = rent.paidOre ? `, ${t('notice.paid').toLowerCase()} ${sek(rent.paidOre)}` : ''
    const due = rent.dueDate ? ` (${t('notice.dueDate').toLowerCase()} ${rent.dueDate})` : ''
    const text = `${sek(rent.amountOre) || t('frame.not-given')}${due}${paid}`
    return [['notice.period', `${rent.period ?? `${row + 1}`}: ${text}`, `rents-${row}-period`] as Shown]
  })
}

/** The notice in the order of formulär 3, for the check page, the receipt and the list of what was sent. */
export function noticeParts(notice: Notice, t: Say, language: Language): Part[] {
  const { landlord, tenant, dwelling, payment } = notice
  const sek = (ore: number | null): string => kronor(ore, language)
  const place = [dwelling.postalCode, dwelling.city].filter(Boolean).join(' ')
  return [
    part(t, 'notice.landlord', [
      ['notice.type', t(`notice.type.${notice.type}`), 'type'],
      ['notice.landlord-name', landlord.name, 'landlord-name'],
      ['notice.landlord-organisationNumber', landlord.organisationNumber, 'landlord-organisationNumber'],
      ['notice.landlord-postalAddress', landlord.postalAddress, 'landlord-postalAddress'],
      ['notice.landlord-phone', landlord.phone, 'landlord-phone'],
    ]),
    part(t, 'notice.tenant', [
      ['notice.tenant-name', tenant.name, 'tenant-name'],
      ['notice.dwelling-address', `${dwelling.address}${place ? `, ${place}` : ''}`, 'dwelling-address'],
      ['notice.dwelling-apartmentNumber', dwelling.apartmentNumber, 'dwelling-apartmentNumber'],
      ['notice.dwelling-rooms', dwelling.rooms, 'dwelling-rooms'],
      ...given('notice.tenant-postalAddress', tenant.postalAddress, 'tenant-postalAddress'),
    ]),
    part(t, 'notice.rents', [
      ...rentLines(notice, t, sek),
      ['notice.interest', sek(notice.interestOre), 'interest'],
      ['notice.amountToRecover', sek(notice.amountToRecoverOre), 'amountToRecover'],
    ]),
    part(t, 'notice.payment', [
      ['notice.payment-bankgiro', payment.bankgiro, 'payment-bankgiro'],
      ['notice.payment-plusgiro', payment.plusgiro, 'payment-plusgiro'],
      ['notice.payment-ocr', payment.ocr, 'payment-ocr'],
      ...given('notice.payment-other', payment.other, 'payment-other'),
    ]),
    part(t, 'notice.dates', [
      ['notice.terminatedDate', notice.terminatedDate, 'terminatedDate'],
      ['notice.servedDate', notice.servedDate, 'servedDate'],
      ...given('notice.tenantConsentOn', notice.tenantConsentOn, 'tenantConsentOn'),
      ['notice.enforcementCaseNumber', notice.enforcementCaseNumber, 'enforcementCaseNumber'],
      ['notice.reference', notice.reference, 'reference'],
      ['notice.description', notice.description, 'description'],
    ]),
  ]
}

/** Which form a notice follows, and which three weeks its arrival may start: nuisance has neither (JB 12:25 a). */
export function receiptWords(type: string): { form: Key; clock: Key | null } {
  if (type === 'rent-termination') return { form: 'receipt.form', clock: 'receipt.arrived.text' }
  if (type === 'cooperative-fee-termination')
    return { form: 'receipt.form.cooperative', clock: 'receipt.arrived.text.cooperative' }
  return { form: 'receipt.form.none', clock: null }
}

/** Findings in words, what weighs first and what only informs apart; each sentence once. */
export function findingViews(findings: readonly Finding[], language: Language) {
  const texts = (chosen: readonly Finding[]): string[] => [
    ...new Set(chosen.map(({ message }) => message[language])),
  ]
  return {
    serious: texts(findings.filter(({ severity }) => severity !== 'note')),
    notes: texts(findings.filter(({ severity }) => severity === 'note')),
  }
}
