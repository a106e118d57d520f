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
    const receipt = await receiveNotice(spine.web, spine.tools, landlordActor('a'), { key: 'k1', raw, body })
    expect(receipt.number).toMatch(/^M\d{4}-\d{5}$/)
    await spine.drain()
    expect(spine.failures).toEqual([])
    const cases = await spine.worker.selectFrom('arrearsCase').selectAll().execute()
    console.log(cases[0])
    console.log(
      await spine.worker
        .selectFrom('deadline')
        .select(['kind', 'rawDate', 'lastDay', 'safeDay', 'notBefore', 'basis', 'state'])
        .execute(),
    )
    console.log(
      (
        await spine.worker
          .selectFrom('task')
          .select(['template', 'occurrence', 'titleSv', 'dueOn', 'unit', 'role'])
          .orderBy('dueOn')
          .execute()
      ).map((t) => Object.values(t).join(' | ')),
    )
    console.log(
      (
        await spine.worker
          .selectFrom('stage')
          .select(['trigger', 'step', 'dueAt', 'recipient'])
          .orderBy('dueAt')
          .execute()
      ).map((t) => Object.values(t).join(' | ')),
    )
    console.log(
      await spine.worker.selectFrom('assignment').select(['kind', 'committee', 'unit', 'reasonSv']).execute(),
      spine.letters,
      receipt.findings,
    )
    expect(cases).toHaveLength(1)
  })
})
