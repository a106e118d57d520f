// Protected persons: named colleagues alone, from the first moment, and no alert, letter or mail to anybody else.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { findPersonBySubject } from '../../shared/casework/people.ts'
import { personExtract } from '../../shared/casework/person-extract.ts'
import { readSentNotice } from '../../shared/casework/sent-notices.ts'
import { emit } from '../../shared/outbox.ts'
import { actorOf } from '../../services/actor.ts'
import { codeOf } from '../support/api-case.ts'
import { aNotice, openApi, type Api, type Who } from '../support/api.ts'
import { placesWith } from '../support/plain-words.ts'
import { inDays } from '../support/spine.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
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

describe('The named group', () => {
  test('is named by another, and naming or removing twice changes nothing', async () => {
    const [colleague, supervisor] = [api.person('caseworker.gan'), api.person('supervisor.gan')]
    expect(codeOf(await name('supervisor.gan', supervisor))).toEqual([403, 'protected.named-by-another'])
    for (let time = 0; time < 2; time++)
      expect((await name('supervisor.gan', colleague)).body.members).toMatchObject([{ personId: colleague }])
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
    await api.passTo(inDays(6))
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
    await api.passTo(inDays(12))
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

describe('Where a protected person lives', () => {
  const secret = ['Hemliga vägen 77', '70277', 'Gömstad', '1777', 'Baksidan 7']
  const dwelling = {
    address: 'Hemliga vägen 77',
    postalCode: '702 77',
    city: 'Gömstad',
    apartmentNumber: '1777',
  }
  const tenant = {
    name: 'Gerda Gömd',
    personalIdentityNumber: '19850312-2389',
    postalAddress: 'Baksidan 7',
  }
  let caseId: string
  let sentId: string
  const record = (hidden: boolean, who: Who) =>
    api.call(`/v1/cases/${caseId}/facts`, { as: who, json: { protected: hidden } })

  const findsPlain = (role?: string) => placesWith(api.owner, secret, role)

  beforeAll(async () => {
    caseId = await notice({ tenant, dwelling })
    const { rows } = await sql<{ id: string; committee: string }>`
      select n.id, c.committee from notice n join arrears_case c on c.id = n.case_id where c.id = ${caseId}`.execute(
      api.owner,
    )
    sentId = rows[0]!.id
    expect(rows[0]!.committee).toBe('GAN')
    // The GATE row takes a protected person to the committee that has a unit for it.
    expect((await name('supervisor.sn', api.person('caseworker.sn'))).status).toBe(200)
    // A letter that was made before, as its words stand: the window and what somebody wrote into it.
    await sql`insert into letter (case_id, template, version, language, recipient, address, subject, body, made_by, once_key)
      values (${caseId}, 'first-contact', 1, 'sv', 'tenant', 'Gerda Gömd' || chr(10) || 'Hemliga vägen 77', 'Hej',
        'Vi kommer till Hemliga vägen 77.', ${api.person('caseworker.gan')}, 'sealed-letter')`.execute(
      api.owner,
    )
  })

  test('stands plain while nothing is known, and in no table as any role from the day it is', async () => {
    const before = await findsPlain()
    for (const where of ['arrears_case.address', 'notice.content', 'referral.address', 'letter.body'])
      expect(before).toContain(where)
    expect((await record(true, 'caseworker.gan')).body).toEqual({ changed: ['protected'] })
    await api.drain()
    expect(api.failures).toEqual([])
    expect(await findsPlain()).toEqual([])
    const { rows } = await sql<{ role: string }>`select rolname::text as role from pg_roles
      where rolname like 'bokvar\\_%' order by 1`.execute(api.owner)
    expect(rows.length).toBeGreaterThan(5)
    for (const { role } of rows) expect({ role, finds: await findsPlain(role) }).toEqual({ role, finds: [] })
  })

  test('is opened for the named group on its page, and for the sender in its own words', async () => {
    const seen = await api.call(`/v1/cases/${caseId}`, { as: 'caseworker.sn' })
    expect(seen.body.household).toMatchObject({
      address: 'Hemliga vägen 77',
      postalCode: '70277',
    })
    expect((await api.call(`/v1/cases/${caseId}`, { as: 'supervisor.sn' })).status).toBe(404)
    const { rows } = await sql<{ sender: string; landlordId: string }>`select sender, landlord_id from notice
      where id = ${sentId}`.execute(api.owner)
    const sender = { role: 'landlord', personId: null, committee: null, unit: null, name: 'x', ...rows[0]! }
    const own = await readSentNotice(api.web, api.tools, sender, sentId)
    expect(own.address).toBe('Hemliga vägen 77')
    expect(own.content).toMatchObject({
      dwelling: { ...dwelling, postalCode: '70277' },
      tenant: { postalAddress: 'Baksidan 7' },
    })
  })

  test('is still matched by name and door, and what comes in later is sealed as it comes', async () => {
    const { personalIdentityNumber: _none, ...unnumbered } = tenant
    expect(await notice({ tenant: unnumbered, dwelling })).toBe(caseId)
    expect(await findsPlain()).toEqual([])
  })

  test('is sealed at intake already when the sender says so, whichever address it gives besides', async () => {
    const other = { address: 'Baksidan 7', postalCode: '702 77', city: 'Gömstad' }
    const said = { name: 'Gun Gömd', postalAddress: 'Sekretessmarkering' }
    const { status } = await api.call('/v1/notices', {
      as: 'landlord',
      json: aNotice({ reference: 'PP-SAID', tenant: said, dwelling: other }),
      headers: { 'idempotency-key': 'pp-said' },
    })
    expect(status).toBe(201)
    // Nothing has been worked yet.
    expect(await findsPlain()).toEqual([])
    await api.drain()
    expect(await findsPlain()).toEqual([])
  })

  test('is in the person’s own extract, under whatever key is current', async () => {
    const actor = (await findPersonBySubject(api.web, 'caseworker.sn'))!
    const extract = JSON.stringify(await personExtract(api.web, api.tools, actorOf(actor), caseId))
    for (const word of ['Hemliga vägen 77', '70277', 'Baksidan 7', 'Vi kommer till Hemliga'])
      expect(extract).toContain(word)
  })

  test('stands plain again when the protection ends, twice as once', async () => {
    expect((await record(false, 'caseworker.sn')).body).toEqual({ changed: ['protected'] })
    expect((await record(false, 'caseworker.sn')).body).toEqual({ changed: [] })
    await api.drain()
    expect(api.failures).toEqual([])
    const after = await api.owner
      .selectFrom('arrearsCase')
      .select(['address', 'apartment', 'postalCode', 'city', 'sealedAddress'])
      .where('id', '=', caseId)
      .executeTakeFirstOrThrow()
    const place = { address: 'Hemliga vägen 77', apartment: '1777', postalCode: '70277', city: 'Gömstad' }
    expect(after).toEqual({ ...place, sealedAddress: null })
    const plain = await findsPlain()
    for (const where of ['notice.content', 'referral.address', 'letter.body', 'letter.address'])
      expect(plain).toContain(where)
    const left = await sql`select 1 from notice where case_id = ${caseId} and sealed_address is not null
      union all select 1 from letter where case_id = ${caseId} and sealed_text is not null`.execute(api.owner)
    expect(left.rows).toEqual([])
  })

  test('hides the case that lives on when a protected one is merged into it', async () => {
    const into = await notice({
      tenant: { name: 'Gerda Gömd' },
      dwelling: { ...dwelling, address: 'Annan väg 1' },
    })
    await record(true, 'caseworker.sn')
    await api.drain()
    const { rows } = await sql<{ id: string }>`insert into case_merge (from_case, into_case, reason, asked_by)
      values (${caseId}, ${into}, 'samma hushåll', ${api.person('caseworker.gan')}) returning id`.execute(
      api.owner,
    )
    await api.owner.transaction().execute((trx) => emit(trx, 'case-merge.asked', [rows[0]!.id]))
    await api.drain()
    expect(api.failures).toEqual([])
    const { rows: lives } = await sql<{ protected: boolean }>`select protected from arrears_case
      where id = ${into}`.execute(api.owner)
    expect(lives).toEqual([{ protected: true }])
    expect(await findsPlain()).toEqual([])
  })
})
