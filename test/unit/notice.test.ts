// What a notice is: a statutory notice is never refused for its content (reliability R1, J9-J23), and what it owes.
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { NOTICE_TYPES, UPDATE_TYPES, noticeBody, updateBody } from '../../shared/domain/notice-body.ts'
import {
  amountOwed,
  contentKey,
  identityKey,
  monthsUnpaid,
  readNotice,
  readUpdate,
} from '../../shared/domain/notice.ts'

const today = '2026-12-10'

const complete = {
  type: 'rent-termination',
  reference: 'H-1',
  landlord: {
    name: 'Exempelbostäder i Örebro AB',
    organisationNumber: '556000-4615',
    postalAddress: 'Box 1, 701 01 Örebro',
    phone: '019-10 00 00',
  },
  tenant: { name: 'Anna Ek', personalIdentityNumber: '19900101-2385' },
  dwelling: {
    address: 'Exempelgatan 12 B',
    postalCode: '702 10',
    city: 'Örebro',
    apartmentNumber: '1203',
    rooms: 3,
  },
  rents: [{ period: '2026-12', dueDate: '2026-11-30', amount: 8450.5, paid: 0 }],
  interest: 45.1,
  amountToRecover: 8495.6,
  payment: { bankgiro: '991-2346', ocr: '0012345' },
  noticeDate: '2026-12-09',
  dispatchedDate: '2026-12-09',
  dispatchMethod: 'registered-letter',
}

const read = (change: object = {}) => readNotice(noticeBody.parse({ ...complete, ...change }), today)
const codes = (change: object) => read(change).findings.map(({ code, field }) => `${code} ${field}`)

test('a complete notice is read in full, without a finding', () => {
  const { notice, findings } = read()
  expect(findings).toEqual([])
  expect(notice).toEqual({
    type: 'rent-termination',
    reference: 'H-1',
    landlord: {
      name: 'Exempelbostäder i Örebro AB',
      organisationNumber: '5560004615',
      postalAddress: 'Box 1, 701 01 Örebro',
      phone: '019-10 00 00',
    },
    tenant: { name: 'Anna Ek', postalAddress: null, personalIdentityNumber: '199001012385' },
    dwelling: {
      address: 'Exempelgatan 12 B',
      postalCode: '70210',
      city: 'Örebro',
      apartmentNumber: '1203',
      rooms: 3,
    },
    rents: [{ period: '2026-12', dueDate: '2026-11-30', amountOre: 845_050, paidOre: 0 }],
    interestOre: 4510,
    amountToRecoverOre: 849_560,
    payment: { bankgiro: '991-2346', plusgiro: null, ocr: '0012345' },
    noticeDate: '2026-12-09',
    terminatedDate: null,
    dispatchedDate: '2026-12-09',
    dispatchMethod: 'registered-letter',
    servedDate: null,
    tenantConsentOn: null,
    enforcementCaseNumber: null,
    description: null,
  })
})

test('landlord, tenant and dwelling are enough for a notice to come in', () => {
  const least = {
    type: 'nuisance-warning',
    landlord: { name: 'V' },
    tenant: { name: 'A' },
    dwelling: { address: '1' },
  }
  const { findings } = readNotice(noticeBody.parse(least), today)
  expect(findings.map(({ code }) => code)).toEqual(['reference_missing'])
})

test.each([
  ['J9 three decimals', { amountToRecover: 8450.505 }, 'amount_unclear /amountToRecover'],
  [
    'J9 a number beyond numbers',
    { amountToRecover: Number.POSITIVE_INFINITY },
    'amount_unclear /amountToRecover',
  ],
  ['J9 a negative debt', { amountToRecover: -1 }, 'amount_unclear /amountToRecover'],
  ['J9 a debt of nothing', { amountToRecover: 0 }, 'amount_unclear /amountToRecover'],
  ['J9 a million millions', { amountToRecover: 1e12 }, 'amount_unclear /amountToRecover'],
  ['J9 words', { interest: 'lite' }, 'amount_unclear /interest'],
  ['a negative payment', { rents: [{ paid: -5 }] }, 'amount_unclear /rents/0/paid'],
  ['31 November', { rents: [{ dueDate: '2026-11-31' }] }, 'date_unclear /rents/0/dueDate'],
  ['J11 served after it arrived', { servedDate: '2026-12-11' }, 'date_in_future /servedDate'],
  ['sent after it arrived', { dispatchedDate: '2027-12-09' }, 'date_in_future /dispatchedDate'],
  ['the year 0206', { servedDate: '0206-11-30' }, 'date_unclear /servedDate'],
  [
    'J13 a wrong check digit',
    { tenant: { name: 'A', personalIdentityNumber: '19900101-2386' } },
    'id_unverified /tenant/personalIdentityNumber',
  ],
  [
    'J13 an organisation number as a person',
    { tenant: { name: 'A', personalIdentityNumber: '556000-4615' } },
    'id_unverified /tenant/personalIdentityNumber',
  ],
  [
    'a wrong organisation number',
    { landlord: { name: 'V', organisationNumber: '556000-4616' } },
    'organisation_number_unverified /landlord/organisationNumber',
  ],
  [
    'no postal code of five',
    { dwelling: { address: 'G 1', postalCode: '7' } },
    'postal_code_unclear /dwelling/postalCode',
  ],
  ['many rooms', { dwelling: { address: 'G 1', rooms: 'många' } }, 'rooms_unclear /dwelling/rooms'],
  ['sent by pigeon', { dispatchMethod: 'pigeon' }, 'dispatch_method_unclear /dispatchMethod'],
  ['a quarter', { rents: [{ period: 'Q4', amount: 1 }] }, 'period_unclear /rents/0/period'],
])('%s comes in with a finding', (_, change, finding) => {
  expect(codes(change)).toEqual([finding])
})

test('J11 a day in the future is kept for the count, and a day of today is no fault', () => {
  expect(read({ servedDate: '2027-01-01' }).notice.servedDate).toBe('2027-01-01')
  expect(codes({ servedDate: today })).toEqual([])
})

test('J15 no identity number is no finding: the statutory form has none', () => {
  expect(codes({ tenant: { name: 'Anna Ek' } })).toEqual([])
})

test('J9 an amount written in Swedish is an amount', () => {
  expect(read({ amountToRecover: '8 450,50' }).notice.amountToRecoverOre).toBe(845_050)
})

test('J17 markup in free text is kept as it came', () => {
  const description = '<script>alert(1)</script> "><img onerror=x> {{7*7}} ${7*7}'
  expect(read({ description }).notice.description).toBe(description)
})

test.each([
  ['an unknown kind', { type: 'eviction' }],
  ['no kind', { type: undefined }],
  ['a tenant without a letter', { tenant: { name: ' — ' } }],
  ['a tenant that is text', { tenant: 'Anna' }],
  ['no dwelling', { dwelling: undefined }],
  ['a landlord without a name', { landlord: {} }],
  ['J19 half a character', { description: '\ud800' }],
  ['an amount that is an object', { interest: {} }],
  ['a date that is a number', { servedDate: 20261130 }],
  ['a text beyond its limit', { reference: 'x'.repeat(101) }],
  ['sixty-one rents', { rents: Array.from({ length: 61 }, () => ({ amount: 1 })) }],
])('what cannot be tied to anybody, or is not of the right type, is refused: %s', (_, change) => {
  expect(noticeBody.safeParse({ ...complete, ...change }).success).toBe(false)
})

test('null and unknown properties are the same as nothing sent', () => {
  expect(
    codes({ rents: null, interest: null, payment: null, servedDate: null, unknown: { deep: [1] } }),
  ).toEqual([])
})

test('every body that the schema lets through is read without a fault', () => {
  const amount = fc.oneof(fc.double(), fc.string({ maxLength: 40 }), fc.constant(null))
  const text = fc.option(fc.string({ unit: 'binary', maxLength: 20 }))
  const body = fc.record({
    type: fc.constantFrom(...NOTICE_TYPES),
    reference: text,
    landlord: fc.record({ name: fc.string({ unit: 'binary', maxLength: 40 }), organisationNumber: text }),
    tenant: fc.record({ name: fc.string({ unit: 'binary', maxLength: 40 }), personalIdentityNumber: text }),
    dwelling: fc.record({ address: fc.string({ maxLength: 40 }), postalCode: text, rooms: amount }),
    rents: fc.array(fc.record({ period: text, dueDate: text, amount, paid: amount }), { maxLength: 4 }),
    amountToRecover: amount,
    interest: amount,
    servedDate: text,
    dispatchMethod: text,
    description: text,
  })
  fc.assert(
    fc.property(body, (sent) => {
      const parsed = noticeBody.safeParse(sent)
      if (!parsed.success) return
      const { notice, findings } = readNotice(parsed.data, today)
      const amounts = [notice.interestOre, notice.amountToRecoverOre, amountOwed(notice)]
      expect(amounts.every((ore) => ore === null || Number.isSafeInteger(ore))).toBe(true)
      expect(findings.every(({ field }) => field.startsWith('/'))).toBe(true)
      expect(JSON.stringify(notice)).not.toContain('\\u0000')
      expect(monthsUnpaid(notice)).toBeLessThanOrEqual(notice.rents.length)
      identityKey(notice, 's')
    }),
  )
})

test('the same notice sent again has the same identity, corrected or not', () => {
  const key = (change: object) => identityKey(read(change).notice, 'client')
  const same = key({})
  expect(key({ noticeDate: '2026-12-15', amountToRecover: 9000 })).toBe(same)
  expect(key({ tenant: { name: 'EK, Anna' } })).toBe(same)
  expect(identityKey(read().notice, 'another client')).not.toBe(same)
  expect(key({ reference: 'H-2' })).not.toBe(same)
  expect(key({ type: 'early-arrears' })).not.toBe(same)
  expect(key({ rents: [{ period: '2027-01', amount: 8450 }] })).not.toBe(same)
  expect(key({ dwelling: { ...complete.dwelling, apartmentNumber: '1204' } })).not.toBe(same)
})

test('two nuisance warnings of different days are two notices, though the reference is the contract', () => {
  const nuisance = { type: 'nuisance-warning', rents: [] }
  const key = (noticeDate: string) => identityKey(read({ ...nuisance, noticeDate }).notice, 'client')
  expect(key('2026-11-01')).not.toBe(key('2026-11-15'))
})

test('a correction is told from a repeat by its content', () => {
  expect(contentKey(read().notice)).toBe(contentKey(read({ amountToRecover: '8 495,60' }).notice))
  expect(contentKey(read({ amountToRecover: 9000 }).notice)).not.toBe(contentKey(read().notice))
})

test('months unpaid are counted once per month, and an unreadable rent counts', () => {
  const rents = [
    { period: '2026-10', amount: 8000, paid: 8000 },
    { period: '2026-11', amount: 8000, paid: 3000 },
    { period: '2026-11', amount: 500 },
    { period: '2026-12', amount: 'oklart' },
  ]
  expect(monthsUnpaid(read({ rents }).notice)).toBe(2)
  expect(monthsUnpaid(read({ rents: [] }).notice)).toBe(0)
})

test('the debt is what the landlord states, else the unpaid rents and the interest', () => {
  const rents = [
    { period: '2026-11', amount: 8000, paid: 3000 },
    { period: '2026-12', amount: 8000 },
  ]
  expect(amountOwed(read({ rents }).notice)).toBe(849_560)
  expect(amountOwed(read({ rents, amountToRecover: null }).notice)).toBe(1_304_510)
  expect(amountOwed(read({ rents: [], amountToRecover: null }).notice)).toBeNull()
})

test.each(UPDATE_TYPES)('an update of the kind %s is read', (type) => {
  const sent = { type, date: '2026-12-04', amount: '8 495,60', note: ' rad ett\nrad två ' }
  expect(readUpdate(updateBody.parse(sent))).toEqual({
    update: { type, date: '2026-12-04', amountOre: 849_560, note: 'rad ett\nrad två' },
    findings: [],
  })
})

test('an update with a strange date or amount comes in with findings', () => {
  const { update, findings } = readUpdate(updateBody.parse({ type: 'paid', date: '4/12', amount: -3 }))
  expect(update).toMatchObject({ date: null, amountOre: null })
  expect(findings.map(({ field }) => field)).toEqual(['/date', '/amount'])
})
