// The counsellors' door: a referral across committees, its steps in order and once, and what happens to one sent back.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { doAgain } from '../support/api-case.ts'
import { aNotice, openApi, type Answer, type Api, type Who } from '../support/api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.stop())

let made = 0
type Referral = {
  id: string
  caseId: string
  counsellor: string
  answerBy: string
  meetBy: string
  state: string
}

/** A case of GAN that SN's counsellors get a referral of, because two months are unpaid. */
async function aReferral(): Promise<Referral> {
  made += 1
  const json = aNotice({
    reference: `R-${made}`,
    tenant: { name: `Råd Prov${made}` },
    dwelling: { address: `Rådgatan ${made}`, postalCode: '702 10', city: 'Örebro' },
  })
  await api.call('/v1/notices', { as: 'landlord', json, headers: { 'idempotency-key': `r-${made}` } })
  await api.drain()
  expect(api.failures).toEqual([])
  const { body } = await api.call('/v1/referrals?limit=100', { as: 'counsellor.sn' })
  return body.referrals.find(({ tenant }: { tenant: { name: string } }) => tenant.name === `Råd Prov${made}`)
}

const ofPerson = (id: string): Who =>
  id === api.person('counsellor.sn') ? 'counsellor.sn' : 'counsellor2.sn'
const colleagueOf = (id: string): Who =>
  ofPerson(id) === 'counsellor.sn' ? 'counsellor2.sn' : 'counsellor.sn'
const step = (id: string, name: string, as: Who, json: unknown = {}) =>
  api.call(`/v1/referrals/${id}/${name}`, { as, json })
const codeOf = ({ status, body }: Answer) => [status, body.code]

describe('A referral', () => {
  test('shows the counsellor of another committee what she needs, and not the case', async () => {
    const found = await aReferral()
    expect(found).toMatchObject({
      state: 'assigned',
      fromCommittee: 'GAN',
      committee: 'SN',
      unit: 'SN-BOS',
      caseNumber: expect.stringMatching(/^\d{4}-\d{4}$/),
      tenant: { name: `Råd Prov${made}`, address: `Rådgatan ${made}, 70210 Örebro` },
      answerBy: expect.any(String),
      meetBy: expect.any(String),
    })
    const { reasons } = found as unknown as { reasons: { code: string; text: string }[] }
    expect(reasons.length).toBeGreaterThan(0)
    for (const reason of reasons) expect(typeof reason.text).toBe('string')
    expect((await api.call(`/v1/cases/${found.caseId}`, { as: 'counsellor.sn' })).status).toBe(404)
    expect((await api.call(`/v1/referrals/${found.id}`, { as: 'supervisor.von' })).status).toBe(404)
    expect((await api.call('/v1/referrals', { as: 'supervisor.von' })).body).toMatchObject({
      referrals: [],
      total: 0,
    })
    const mine = await api.call('/v1/referrals?counsellor=me&limit=100', { as: ofPerson(found.counsellor) })
    expect(mine.body.referrals.map(({ id }: Referral) => id)).toContain(found.id)
  })

  test('is accepted, answered and met, each once and in that order', async () => {
    const { id, counsellor, caseId } = await aReferral()
    const me = ofPerson(counsellor)
    expect(codeOf(await step(id, 'first-answer', me))).toEqual([409, 'referral.not-accepted'])
    expect(codeOf(await step(id, 'meeting', me, { meetingAt: '2027-01-10T09:00:00Z' }))).toEqual([
      409,
      'referral.not-accepted',
    ])
    expect(codeOf(await step(id, 'acceptance', colleagueOf(counsellor)))).toEqual([409, 'referral.colleague'])
    for (const [name, json] of [
      ['acceptance', {}],
      ['first-answer', {}],
      ['meeting', { meetingAt: '2027-01-10T09:00:00Z' }],
    ] as const) {
      const answers = await Promise.all([1, 2, 3].map(() => step(id, name, me, json)))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    }
    const { body } = await api.call(`/v1/referrals/${id}`, { as: me })
    expect(body).toMatchObject({ state: 'accepted', counsellor, meetingAt: '2027-01-10T09:00:00.000Z' })
    const diary = await api.owner
      .selectFrom('timeline')
      .select('kind')
      .where('caseId', '=', caseId)
      .orderBy('id')
      .execute()
    const steps = diary.map(({ kind }) => kind).filter((kind) => /^referral\.(acc|ans|meet)/.test(kind))
    expect(steps).toEqual(['referral.accepted', 'referral.answered', 'referral.meeting'])
  })

  test('that is accepted without a body is accepted too', async () => {
    const { id, counsellor } = await aReferral()
    const found = await api.call(`/v1/referrals/${id}/acceptance`, {
      as: ofPerson(counsellor),
      method: 'POST',
    })
    expect([found.status, found.body.state]).toEqual([200, 'accepted'])
  })

  test('lets the counsellor log a contact in a case she does not see; nobody else of her committee may', async () => {
    const { caseId, counsellor } = await aReferral()
    const json = { channel: 'phone', outcome: 'NADD_TACKAR_JA' }
    const found = await api.call(`/v1/cases/${caseId}/contacts`, { as: ofPerson(counsellor), json })
    expect([found.status, found.body.reached]).toEqual([201, true])
    await api.drain()
    expect(api.failures).toEqual([])
    const { body } = await api.call(`/v1/cases/${caseId}`, { as: 'caseworker.gan' })
    expect(body.firstContactAt).not.toBeNull()
    expect((await api.call(`/v1/cases/${caseId}/contacts`, { as: 'caseworker.sn', json })).status).toBe(404)
  })

  test('handed back goes to a colleague with the same clocks, then to the supervisor', async () => {
    const first = await aReferral()
    const one = ofPerson(first.counsellor)
    expect((await step(first.id, 'rejection', one)).status).toBe(400)
    const answers = [
      await step(first.id, 'rejection', one, { reason: 'Jäv' }),
      await step(first.id, 'rejection', one, { reason: 'Jäv' }),
    ]
    expect(answers.map(({ status, body }) => [status, body.state])).toEqual([
      [200, 'rejected'],
      [200, 'rejected'],
    ])
    await api.drain()
    expect(api.failures).toEqual([])
    const open = async () =>
      (await api.call('/v1/referrals?limit=100', { as: one })).body.referrals.filter(
        ({ caseId }: Referral) => caseId === first.caseId,
      ) as Referral[]
    const [second, ...none] = await open()
    expect(none).toEqual([])
    expect(second).toMatchObject({ state: 'assigned', answerBy: first.answerBy, meetBy: first.meetBy })
    expect(second!.counsellor).not.toBe(first.counsellor)
    const stages = await api.owner
      .selectFrom('stage')
      .select('id')
      .where('subjectId', '=', second!.id)
      .where('stoppedAt', 'is', null)
      .execute()
    expect(stages.length).toBeGreaterThan(0)
    expect(codeOf(await step(first.id, 'acceptance', one))).toEqual([409, 'referral.rejected'])
    await step(second!.id, 'rejection', ofPerson(second!.counsellor), { reason: 'Full' })
    await api.drain()
    expect(await doAgain(api, 'referral.rejected')).toBeGreaterThan(1)
    const [third, ...more] = await open()
    expect(more).toEqual([])
    expect(third).toMatchObject({ state: 'assigned', counsellor: null })
    const { body } = await api.call('/v1/tasks?limit=100', { as: 'supervisor.sn' })
    expect(body.tasks.map(({ template }: { template: string }) => template)).toContain('review/referral')
  })

  test('is read by those who made it and answered only by those who got it', async () => {
    const { id } = await aReferral()
    expect((await step(randomUUID(), 'acceptance', 'counsellor.sn')).status).toBe(404)
    expect((await step(id, 'acceptance', 'supervisor.sn')).status).toBe(403)
    expect((await step(id, 'meeting', 'counsellor.sn', { meetingAt: 'i morgon' })).status).toBe(400)
  })

  test('is recorded as accepted by the referring committee\u2019s case system, which the counsellor has told', async () => {
    const { id } = await aReferral()
    const accepted = await step(id, 'acceptance', 'system')
    expect([accepted.status, accepted.body.state]).toEqual([200, 'accepted'])
  })
})
