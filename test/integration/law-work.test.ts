// What a person decides or sends about a date, through the doors: the prepared confirmation, and a restart.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { casework } from '../support/api-case.ts'
import { openApi, type Api } from '../support/api.ts'

let api: Api
let on: ReturnType<typeof casework>
beforeAll(async () => {
  api = await openApi()
  on = casework(api)
}, 60_000)
afterAll(() => api.stop())

const kronofogden = (name: string, address: string, key: string) =>
  api.call('/v1/eviction-notices', {
    as: 'kronofogden',
    headers: { 'idempotency-key': key },
    json: {
      event: 'date-set',
      caseNumber: `U-1-26/${key}`,
      occurredOn: '2026-11-20',
      respondent: { name, address, postalCode: '702 10', city: 'Örebro', apartmentNumber: '1101' },
      applicant: { name: 'Exempelfastigheter i Örebro AB' },
      evictionAt: '2027-01-14T09:00:00+01:00',
    },
  })

describe('The confirmation to Kronofogden', () => {
  test('is prepared with the time, the number and who is responsible, and its copy goes to the person', async () => {
    const { body } = await kronofogden('Karl Bekräft', 'Brevgatan 1', 'law-1')
    await api.drain()
    const row = await api.owner
      .selectFrom('evictionNotice')
      .select('caseId')
      .where('id', '=', body.id as string)
      .executeTakeFirstOrThrow()
    const answer = await api.call(`/v1/cases/${row.caseId}/confirmation`, { as: 'caseworker.sn' })
    const other = await api.call(`/v1/cases/${row.caseId}/confirmation`, { as: 'caseworker.gan' })
    const [seen, unseen] = answer.status === 200 ? [answer, other] : [other, answer]
    expect([seen.status, unseen.status]).toEqual([200, 404])
    expect(seen.body.enforcement.body).toContain('U-1-26/LAW-1')
    expect(seen.body.enforcement.body).not.toContain('Bekräft,')
    expect(seen.body.person.body).toContain('Karl Bekräft')
  })

  test('is not there in a case without an eviction time', async () => {
    const { id } = await on.aCase()
    expect((await api.call(`/v1/cases/${id}/confirmation`, { as: 'caseworker.gan' })).status).toBe(404)
  })
})

describe('A restart', () => {
  test('is decided once with a reason, and only about a paper of the case', async () => {
    const one = await on.aCase()
    const { body } = await on.read(one.id)
    const path = `/v1/cases/${one.id}/restart-decisions`
    const json = { noticeId: body.notices[0].id as string, confirm: false, reason: 'Samma brev' }
    expect((await api.call(path, { as: 'caseworker.gan', json })).body).toEqual({ confirmed: false })
    expect((await api.call(path, { as: 'caseworker.gan', json: { ...json, reason: ' ' } })).status).toBe(400)
    expect((await api.call(path, { as: 'caseworker.gan', json: { ...json, noticeId: one.id } })).status).toBe(
      404,
    )
    expect((await api.call(path, { as: 'caseworker.sn', json })).status).toBe(404)
  })
})
