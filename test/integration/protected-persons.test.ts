// Protected persons: named colleagues alone, from the first moment, and no alert, letter or mail to anybody else.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { saysProtected } from '../../shared/domain/household.ts'
import { codeOf } from '../support/api-case.ts'
import { aNotice, openApi, type Api, type Who } from '../support/api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
}, 60_000)
afterAll(() => api.stop())

const name = (who: Who, personId: string) =>
  api.call('/v1/protected-group/members', { as: who, json: { personId } })
const unname = (who: Who, id: string) =>
  api.call(`/v1/protected-group/members/${id}/removal`, { as: who, json: {} })
let sent = 0
async function notice(change: Record<string, unknown>): Promise<string> {
  sent += 1
  const json = aNotice({ reference: `PP-${sent}`, ...change })
  const { body } = await api.call('/v1/notices', {
    as: 'landlord',
    json,
    headers: { 'idempotency-key': `pp-${sent}` },
  })
  await api.drain()
  expect(api.failures).toEqual([])
  const row = await api.owner
    .selectFrom('notice')
    .select('caseId')
    .where('id', '=', body.id as string)
    .executeTakeFirstOrThrow()
  return row.caseId!
}
const hiddenHousehold = {
  tenant: { name: 'Gömd Gömdsson', personalIdentityNumber: '19850101-2382' },
  dwelling: { address: 'Skyddad adress', postalCode: '702 10', city: 'Örebro' },
}

describe('What a sender writes', () => {
  test.each([
    ['Skyddad adress', true],
    ['skyddade uppgifter', true],
    ['Sekretessmarkering', true],
    ['c/o Skatteverket, skyddad identitet', true],
    ['Skyddsvägen 3', false],
    ['Storgatan 1', false],
    ['', false],
  ])('as an address, %s, tells of protection: %s', (address, expected) => {
    expect(saysProtected(address, null, undefined)).toBe(expected)
  })
})

describe('The named group', () => {
  test('is named by another, and naming or removing twice changes nothing', async () => {
    const [colleague, supervisor] = [api.person('caseworker.gan'), api.person('supervisor.gan')]
    expect(codeOf(await name('supervisor.gan', supervisor))).toEqual([403, 'protected.named-by-another'])
    for (let time = 0; time < 2; time++) {
      const { status, body } = await name('supervisor.gan', colleague)
      expect(status).toBe(200)
      expect(body.members.map((one: { personId: string }) => one.personId)).toEqual([colleague])
    }
    for (let time = 0; time < 2; time++)
      expect((await unname('supervisor.gan', colleague)).body.members).toEqual([])
  })

  test.each(['supervisor.sn', 'landlord', 'system', 'administrator.gan'] as const)(
    'is not another committee’s, a sender’s, a system’s or an administrator’s to change: %s',
    async (who) => {
      const answer = await name(who, api.person('caseworker.gan'))
      expect([403, 404]).toContain(answer.status)
      expect((await api.call('/v1/protected-group', { as: 'supervisor.gan' })).body.members).toEqual([])
    },
  )

  test.each([[{}], [{ personId: 'x' }], [{ personId: '1', committee: 'SN' }], ['text']])(
    'refuses %j',
    async (json) => {
      expect((await api.call('/v1/protected-group/members', { as: 'supervisor.gan', json })).status).toBe(400)
    },
  )
})

describe('A household with a protected address', () => {
  let caseId: string
  beforeAll(async () => {
    caseId = await notice(hiddenHousehold)
  })
  const sees = async (who: Who) => (await api.call(`/v1/cases/${caseId}`, { as: who })).status

  test('goes to the restricted queue at its first routing, by the GATE row', async () => {
    const row = await api.owner
      .selectFrom('arrearsCase')
      .select(['protected', 'committee', 'unit', 'routingRow'])
      .where('id', '=', caseId)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ protected: true, committee: 'SN', unit: 'SN-SKYDD', routingRow: 5 })
    // Before its routing it was nobody's to see either.
    const { rows } =
      await sql`select 1 from assignment where case_id = ${caseId} and committee <> 'SN'`.execute(api.owner)
    expect(rows).toEqual([])
  })

  test('is seen from the request after the naming, and not any more after the removal', async () => {
    const everybody = [
      'caseworker.gan',
      'supervisor.gan',
      'caseworker.sn',
      'counsellor.sn',
      'supervisor.sn',
      'system',
    ] as const
    for (const who of everybody) expect({ who, status: await sees(who) }).toEqual({ who, status: 404 })
    expect((await name('supervisor.sn', api.person('caseworker.sn'))).status).toBe(200)
    expect(await sees('caseworker.sn')).toBe(200)
    expect(await sees('supervisor.sn')).toBe(404)
    await unname('supervisor.sn', api.person('caseworker.sn'))
    expect(await sees('caseworker.sn')).toBe(404)
  })

  test('gets no letter by itself, and mail about it names nothing', async () => {
    const tasks = await api.owner
      .selectFrom('task')
      .select(['titleSv'])
      .where('caseId', '=', caseId)
      .execute()
    // The tables ask for a letter to the tenant where nothing is protected; here a person decides each contact.
    expect(tasks.filter(({ titleSv }) => titleSv.includes('brev på lätt svenska'))).toEqual([])
    expect(await api.owner.selectFrom('letter').select('id').where('caseId', '=', caseId).execute()).toEqual(
      [],
    )
    expect(JSON.stringify(api.letters)).not.toMatch(/Gömd|Skyddad adress|19850101|850101/)
  })

  test('tells its alerts to a named colleague, and an empty group to whoever would have been told', async () => {
    await api.passTo(new Date(Date.now() + 6 * 86_400_000).toISOString())
    const alerts = () =>
      api.owner
        .selectFrom('alert')
        .select(['caseId', 'personId', 'textSv'])
        .where('committee', '=', 'SN')
        .execute()
    const before = await alerts()
    expect(before.length).toBeGreaterThan(0)
    expect(before.filter((one) => one.caseId === caseId)).toEqual([])
    expect(before.some(({ textSv }) => textSv.includes('namngivna gruppen'))).toBe(true)
    await name('supervisor.sn', api.person('caseworker.sn'))
    await api.passTo(new Date(Date.now() + 12 * 86_400_000).toISOString())
    const after = (await alerts()).filter((one) => one.caseId === caseId)
    expect(after.length).toBeGreaterThan(0)
    expect(new Set(after.map(({ personId }) => personId))).toEqual(new Set([api.person('caseworker.sn')]))
    await unname('supervisor.sn', api.person('caseworker.sn'))
  })

  test('is protected in its next case from the start, whatever the address says then', async () => {
    await sql`update arrears_case set state = 'closed', closed_at = clock_now() where id = ${caseId}`.execute(
      api.owner,
    )
    const next = await notice({
      ...hiddenHousehold,
      dwelling: { address: 'Storgatan 9', postalCode: '702 10', city: 'Örebro' },
    })
    expect(next).not.toBe(caseId)
    const row = await api.owner
      .selectFrom('arrearsCase')
      .select(['protected', 'unit'])
      .where('id', '=', next)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ protected: true, unit: 'SN-SKYDD' })
  })
})
