// Proves the control of a notice: the form's five fields, their weight in case law, and that nothing is ever refused.
import { describe, expect, test } from '@jest/globals'
import { CONTROL_FINDINGS } from '../../shared/domain/control-findings.ts'
import { controlNotice } from '../../shared/domain/notice-control.ts'
import { readNoticeFile } from '../../shared/domain/notice-file.ts'
import { readNotice, type Notice } from '../../shared/domain/notice.ts'
import { bytesOf, row, template } from '../support/landlord-file.ts'
import { shippedLaw } from '../support/law.ts'

const context = {
  postalRanges: [
    ['70000', '70999'],
    ['71591', '71595'],
  ] as const,
  earlyArrearsEnabled: false,
  collectionFirms: ['5599990156'],
  receivedOn: '2026-12-10',
  law: shippedLaw(),
}

const whole: Notice = {
  type: 'rent-termination',
  reference: 'H-2026-1187',
  landlord: {
    name: 'Exempelbostäder AB',
    organisationNumber: '5599990107',
    postalAddress: 'Box 1, 701 01 Örebro',
    phone: '019-000 00 00',
  },
  tenant: { name: 'Anna Exempelsson', postalAddress: null, personalIdentityNumber: null },
  dwelling: {
    address: 'Exempelgatan 12',
    postalCode: '70210',
    city: 'Örebro',
    apartmentNumber: '1203',
    rooms: 3,
  },
  rents: [
    { period: '2026-11', dueDate: '2026-10-30', amountOre: 845_050, paidOre: null },
    { period: '2026-12', dueDate: '2026-11-30', amountOre: 845_050, paidOre: 100_000 },
  ],
  interestOre: 10_000,
  amountToRecoverOre: 1_600_100,
  payment: { bankgiro: '5050-1055', plusgiro: null, ocr: '123' },
  noticeDate: '2026-12-08',
  terminatedDate: '2026-12-08',
  dispatchedDate: '2026-12-08',
  dispatchMethod: 'registered-letter',
  servedDate: null,
  tenantConsentOn: null,
  enforcementCaseNumber: null,
  description: null,
}

const control = (changes: Partial<Notice>, other: Partial<Parameters<typeof controlNotice>[1]> = {}) => {
  const { verdict, findings } = controlNotice({ ...whole, ...changes }, { ...context, ...other })
  return {
    verdict,
    findings,
    told: findings.map(({ code, severity, field }) => `${severity} ${code} ${field}`),
  }
}

test('a whole notice is complete and without remark', () => {
  expect(control({})).toMatchObject({ verdict: 'complete', told: [] })
})

describe('the five fields of formulär 3', () => {
  test.each<[string, Partial<Notice>, string[]]>([
    [
      'landlord',
      { landlord: { ...whole.landlord, phone: null } },
      ['minor landlord_contact_missing /landlord/phone'],
    ],
    [
      'tenant',
      { dwelling: { ...whole.dwelling, postalCode: null } },
      ['minor tenant_address_missing /tenant/postalAddress'],
    ],
    ['rooms', { dwelling: { ...whole.dwelling, rooms: null } }, ['minor rooms_missing /dwelling/rooms']],
    ['amount', { amountToRecoverOre: null }, ['critical amount_missing /amountToRecover']],
    ['rents', { rents: [] }, ['critical rents_missing /rents']],
    [
      'interest',
      { interestOre: null, amountToRecoverOre: 1_590_100 },
      ['critical interest_missing /interest'],
    ],
    [
      'payment route',
      { payment: { bankgiro: null, plusgiro: null, ocr: '123' } },
      ['critical payment_route_missing /payment'],
    ],
  ])('without %s the notice is incomplete', (_name, changes, told) => {
    expect(control(changes)).toMatchObject({ verdict: 'incomplete', told })
  })

  test('a due date and an amount are needed for every rent', () => {
    const rents = [
      { period: '2026-11', dueDate: null, amountOre: 845_050, paidOre: null },
      { period: '2026-12', dueDate: '2026-11-30', amountOre: null, paidOre: null },
    ]
    expect(control({ rents })).toMatchObject({
      verdict: 'incomplete',
      told: ['critical due_date_missing /rents/0/dueDate', 'critical rent_amount_missing /rents/1/amount'],
    })
  })

  test('the same fields are looked for when an association gives notice of an unpaid fee', () => {
    const { told } = control({ type: 'cooperative-fee-termination', amountToRecoverOre: null })
    expect(told).toEqual(['critical amount_missing /amountToRecover'])
  })
})

describe('what does not hold together is doubtful', () => {
  test.each([
    ['the sum of rents and interest', 1_600_100, []],
    ['the sum of rents alone', 1_590_100, []],
    ['one öre too much', 1_600_101, ['critical sum_mismatch /amountToRecover']],
    ['the rents without what was paid', 1_700_100, ['critical sum_mismatch /amountToRecover']],
  ])('an amount to recover that is %s', (_name, amountToRecoverOre, told) => {
    expect(control({ amountToRecoverOre })).toMatchObject({
      verdict: told.length > 0 ? 'doubtful' : 'complete',
      told,
    })
  })

  test.each([
    [{ bankgiro: '5050-1055', plusgiro: null }, []],
    [{ bankgiro: '50501055', plusgiro: '5050-1055' }, []],
    [{ bankgiro: 'Bg 5050-1055', plusgiro: null }, []],
    [{ bankgiro: '991-2346', plusgiro: null }, []],
    [{ bankgiro: '5050-1056', plusgiro: null }, ['critical bankgiro_invalid /payment/bankgiro']],
    [{ bankgiro: '5050-10', plusgiro: null }, ['critical bankgiro_invalid /payment/bankgiro']],
    [{ bankgiro: null, plusgiro: '28 65 43-4' }, []],
    [{ bankgiro: null, plusgiro: '28 65 43-5' }, ['critical plusgiro_invalid /payment/plusgiro']],
    [{ bankgiro: null, plusgiro: 'kontant' }, ['critical plusgiro_invalid /payment/plusgiro']],
  ])('the payment route %j', (payment, told) => {
    expect(control({ payment: { ...payment, ocr: null } }).told).toEqual(told)
  })

  test.each([
    ['2026-12-07', ['critical due_date_not_past /rents/1/dueDate']],
    ['2026-12-08', []],
  ])(
    'terminated on %s, when the rent due 30 November could be paid through 7 December',
    (terminatedDate, told) => {
      expect(control({ terminatedDate }).told).toEqual(told)
    },
  )

  test('without a day of termination the day of arrival is tried, and that it is missing is noted', () => {
    expect(control({ terminatedDate: null }, { receivedOn: '2026-12-07' }).told).toEqual([
      'critical due_date_not_past /rents/1/dueDate',
      'note termination_date_missing /terminatedDate',
    ])
  })

  test('a holiday that moves the last day to pay counts: due 30 December, payable through 7 January', () => {
    const rents = [{ period: '2027-01', dueDate: '2026-12-30', amountOre: 1_600_100, paidOre: 0 }]
    const on = (terminatedDate: string) =>
      control({ rents, terminatedDate }, { receivedOn: '2027-01-08' }).told
    expect(on('2027-01-07')).toContain('critical due_date_not_past /rents/0/dueDate')
    expect(on('2027-01-08')).not.toContain('critical due_date_not_past /rents/0/dueDate')
  })

  test.each([
    ['70210', []],
    ['71595', []],
    ['71596', ['critical wrong_municipality /dwelling/postalCode']],
    ['11320', ['critical wrong_municipality /dwelling/postalCode']],
  ])('the postal code %s', (postalCode, told) => {
    expect(control({ dwelling: { ...whole.dwelling, postalCode } }).told).toEqual(told)
  })

  test('a municipality that has listed no postal codes is not told that an address is elsewhere', () => {
    const dwelling = { ...whole.dwelling, postalCode: '11320' }
    expect(control({ dwelling }, { postalRanges: [] }).told).toEqual([])
  })

  test('a notice dated long before its arrival is minor but doubtful', () => {
    expect(control({ noticeDate: '2026-11-25' })).toMatchObject({
      verdict: 'doubtful',
      told: ['minor dated_long_before /noticeDate'],
    })
    expect(control({ noticeDate: '2026-11-26' }).told).toEqual([])
  })

  test('notes never change the verdict: a collection firm, and fees that are mentioned', () => {
    const landlord = { ...whole.landlord, organisationNumber: '5599990156' }
    expect(control({ landlord, description: 'Hyra och Inkassoavgift.' })).toMatchObject({
      verdict: 'complete',
      told: ['note fees_mentioned /description', 'note collection_firm_sender /landlord'],
    })
    expect(control({ landlord: { ...whole.landlord, name: 'Hyreskrav Inkasso AB' } }).told).toHaveLength(1)
  })

  test('the graver speaks: a wrong sum outweighs missing rooms, a missing amount outweighs a wrong giro', () => {
    const dwelling = { ...whole.dwelling, rooms: null }
    expect(control({ dwelling, amountToRecoverOre: 1 }).verdict).toBe('doubtful')
    const payment = { bankgiro: '5050-1056', plusgiro: null, ocr: null }
    expect(control({ payment, amountToRecoverOre: null }).verdict).toBe('incomplete')
  })
})

describe('other kinds of notice', () => {
  test('nuisance has no statutory form: only the parties and the matter are looked for', () => {
    const bare = { rents: [], interestOre: null, amountToRecoverOre: null, terminatedDate: null }
    for (const type of ['nuisance-warning', 'nuisance-termination', 'cooperative-nuisance'] as const) {
      expect(control({ ...bare, type })).toMatchObject({
        verdict: 'incomplete',
        told: ['minor description_missing /description'],
      })
      expect(control({ ...bare, type, description: 'Hög musik varje natt.' }).verdict).toBe('complete')
    }
  })

  test('early arrears need the municipality to have turned them on, and a recorded consent', () => {
    const type = 'early-arrears'
    expect(control({ type }).told).toEqual(['critical early_arrears_off /type'])
    expect(control({ type }, { earlyArrearsEnabled: true }).told).toEqual(['critical consent_missing /type'])
    expect(control({ type }, { earlyArrearsEnabled: true, consentRecorded: true }).verdict).toBe('complete')
  })

  test('a power cut-off has no form', () => {
    expect(
      control({ type: 'power-cutoff', rents: [], interestOre: null, amountToRecoverOre: null }).told,
    ).toEqual([])
  })
})

test('every gap in the form is called a possible formal defect, and none tells the parties what to do in law', () => {
  for (const { nature, severity, sv, en, source } of Object.values(CONTROL_FINDINGS)) {
    expect(sv.length * en.length * source.length).toBeGreaterThan(0)
    if (nature === 'missing') expect(sv).toMatch(/^Möjlig(t formfel| brist):/)
    expect(sv).not.toMatch(/ogiltig|har rätt till|bör överklaga|kräv /)
    expect(['critical', 'minor', 'note']).toContain(severity)
  }
})

test('a file with what the form asks besides is complete; one of the contract’s columns alone stays valid', () => {
  const filled = { antal_rum: '2', ranta: '10', att_betala_totalt: '8460,50', uppsagd_datum: '2026-12-10' }
  const wide = (cells: string, change = filled) =>
    readNoticeFile(
      bytesOf(
        `${template};hyresvard_adress;hyresvard_telefon;plusgiro;betalning_annat;beskrivning;samtycke_datum;telefon\n${row(change)};${cells};019`,
      ),
    )
  const control = (file: ReturnType<typeof wide>) => {
    const [group] = file.groups
    const { notice } = readNotice(group!.body, '2026-12-12')
    return controlNotice(notice, {
      postalRanges: [],
      earlyArrearsEnabled: true,
      collectionFirms: [],
      receivedOn: '2026-12-12',
    })
  }
  const whole = wide('Storgatan 1, 702 10 Örebro;019-10 00 00;1234566;;;')
  expect(whole).toMatchObject({ problem: null, errors: [], ignoredColumns: ['telefon'] })
  expect(control(whole)).toEqual({ verdict: 'complete', findings: [] })
  expect(whole.groups[0]?.body).toMatchObject({
    landlord: { postalAddress: 'Storgatan 1, 702 10 Örebro', phone: '019-10 00 00' },
    payment: { plusgiro: '1234566' },
  })
  expect(control(wide('Storgatan 1;019-10 00 00;;Bankkonto 9999-12 345 67;;')).verdict).toBe('complete')
  const nuisance = wide('Storgatan 1;019-10 00 00;;;Hög musik varje natt;', {
    ...filled,
    typ: 'nuisance-warning',
  } as never)
  expect(nuisance.groups[0]?.body.description).toBe('Hög musik varje natt')
  expect(control(nuisance).verdict).toBe('complete')
  const early = wide(';;;;;2026-12-01', { ...filled, typ: 'early-arrears' } as never)
  expect(early.groups[0]?.body.tenantConsentOn).toBe('2026-12-01')
  expect(wide(';;;;;31/11').errors).toMatchObject([{ column: 'samtycke_datum', code: 'date_unclear' }])
  expect(
    control(readNoticeFile(bytesOf(`${template}\n${row({ ...filled, bankgiro: '991-2346' })}`))).findings.map(
      ({ code }) => code,
    ),
  ).toEqual(['landlord_contact_missing', 'landlord_contact_missing'])
})
