// The way of one notice: from the answer to the sender to a case that somebody owns, with its dates, tasks and clocks.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { landlordActor, openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
})
afterAll(async () => spine.close())

const body = {
  type: 'rent-termination' as const,
  reference: 'H-1',
  landlord: {
    name: 'Exempelfastigheter i Örebro AB',
    organisationNumber: '559999-0115',
    postalAddress: 'Box 1, 701 00 Örebro',
    phone: '019-000 00 00',
  },
  tenant: { name: 'Vera Exempel', postalAddress: 'Storgatan 1', personalIdentityNumber: '19900101-2389' },
  dwelling: {
    address: 'Storgatan 1',
    postalCode: '702 10',
    city: 'Örebro',
    apartmentNumber: '1101',
    rooms: 2,
  },
  rents: [{ period: '2026-11', dueDate: '2026-10-30', amount: 8450 }],
  amountToRecover: 8450,
  payment: { bankgiro: '5050-1055' },
  noticeDate: '2026-11-20',
  dispatchedDate: '2026-11-20',
  dispatchMethod: 'e-service' as const,
}

describe('the way of one notice', () => {
  test('a notice becomes a case with an owner, dates, tasks and clocks', async () => {
    const raw = Buffer.from(JSON.stringify(body))
    const sent = { key: 'k1', raw, body }
    const receipt = await receiveNotice(spine.web, spine.tools, landlordActor('a'), sent)
    expect(receipt.number).toMatch(/^M\d{4}-\d{5}$/)
    await spine.drain()
    expect(spine.failures).toEqual([])
    const { worker } = spine
    const cases = await worker.selectFrom('arrearsCase').selectAll().execute()
    expect(cases).toEqual([
      expect.objectContaining({
        stage: 'terminated',
        committee: 'GAN',
        unit: 'GAN-FS',
        monthsUnpaid: 1,
        amountOwed: 845_000,
      }),
    ])
    expect(cases[0]?.routingReasonSv).toContain('nämnden tar emot')
    const dates = await worker.selectFrom('deadline').select('kind').execute()
    expect(dates.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['forfeiture', 'recovery', 'undertaking', 'earliest-eviction-order']),
    )
    const tasks = await worker.selectFrom('task').select(['occurrence', 'role']).execute()
    // First contact, the letter to the landlord, screening of all four committees, a home visit.
    expect(tasks.map(({ occurrence }) => occurrence)).toEqual(
      expect.arrayContaining(['T2/3#1', 'T2/4#1', 'T2/5#1', 'T2/KL4#1']),
    )
    const stages = await worker.selectFrom('stage').select('trigger').execute()
    expect(stages.map(({ trigger }) => trigger)).toEqual(
      expect.arrayContaining(['no-contact-attempt', 'recovery-ends', 'unowned']),
    )
    expect(spine.letters.map(({ subject }) => subject)).toContain('Något nytt att hantera')
  })
})
