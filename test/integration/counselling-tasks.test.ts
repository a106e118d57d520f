// What counsellors do in other committees' cases: tasks without seeing the case, and households that are referred by hand.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Actor } from '../../shared/casework/act.ts'
import { askCounselling, referralsInCase } from '../../shared/casework/referral-asking.ts'
import { householdBehind } from '../../shared/casework/task-material.ts'
import { openApi, type Api } from '../support/api.ts'
import { counselling } from '../support/counselling.ts'

let api: Api
let on: ReturnType<typeof counselling>
beforeAll(async () => {
  api = await openApi()
  on = counselling(api)
})
afterAll(() => api.stop())

describe('A counsellor’s task in another committee’s case', () => {
  test('is hers, with whom to reach, and she completes it without seeing the case', async () => {
    const caseId = await on.notify({ type: 'power-cutoff' })
    const task = await api.owner
      .selectFrom('task')
      .select(['id', 'committee', 'unit', 'assignee'])
      .where('caseId', '=', caseId)
      .where('occurrence', 'like', 'T15/1#%')
      .executeTakeFirstOrThrow()
    expect(task).toMatchObject({ committee: 'SN', unit: 'SN-BOS', assignee: expect.any(String) })
    const me = on.nameOf(task.assignee!)
    const actor = on.counsellor(me as 'counsellor.sn')
    expect(await householdBehind(api.web, actor, task.id)).toMatchObject({
      tenantName: `Tid Prov${on.latest()}`,
      address: `Tidgatan ${on.latest()}, 70210 Örebro`,
    })
    expect((await api.call(`/v1/cases/${caseId}`, { as: me })).status).toBe(404)
    expect(await householdBehind(api.web, { ...actor, role: 'caseworker' }, task.id)).toBeNull()
    expect(
      await householdBehind(api.web, { ...actor, committee: 'VON', unit: 'VON-BIST' }, task.id),
    ).toBeNull()
    const done = () =>
      api.call(`/v1/tasks/${task.id}/completion`, { as: me, json: { outcome: 'NADD_TACKAR_JA' } })
    expect([(await done()).status, (await done()).status]).toEqual([200, 200])
    await api.drain()
    expect(api.failures).toEqual([])
    expect(await on.referralOf(caseId)).toMatchObject({ basis: 'consent' })
    const { body } = await api.call(`/v1/cases/${caseId}`, { as: 'caseworker.gan' })
    expect(body.firstContactAt).not.toBeNull()
  })

  test('stays with her when the case gets another caseworker', async () => {
    const caseId = await on.notify({ type: 'power-cutoff' })
    const read = await api.call(`/v1/cases/${caseId}`, { as: 'caseworker.gan' })
    const json = { personId: api.person('caseworker2.gan'), reason: 'Sjuk' }
    const headers = { 'if-match': String(read.headers['etag']) }
    const moved = await api.call(`/v1/cases/${caseId}/assignments`, { as: 'supervisor.gan', json, headers })
    expect(moved.status).toBe(201)
    const task = await api.owner
      .selectFrom('task')
      .select(['committee', 'unit'])
      .where('caseId', '=', caseId)
      .where('role', '=', 'counsellor')
      .executeTakeFirstOrThrow()
    expect(task).toEqual({ committee: 'SN', unit: 'SN-BOS' })
  })
})

describe('A household referred by hand', () => {
  const early = () => ({
    type: 'early-arrears',
    rents: [{ period: '2026-11', dueDate: '2026-10-30', amount: 8450 }],
  })
  const gunilla = (): Actor => ({
    ...on.counsellor(),
    role: 'caseworker',
    personId: api.person('caseworker.gan'),
    committee: 'GAN',
    unit: 'GAN-FS',
  })

  test('as an offer is told so, and a later yes is noted on the same referral', async () => {
    const caseId = await on.notify(early())
    expect(await referralsInCase(api.web, gunilla(), caseId)).toEqual([])
    await askCounselling(api.web, gunilla(), { caseId, basis: 'offer' })
    await askCounselling(api.web, gunilla(), { caseId, basis: 'offer' })
    await api.drain()
    expect(api.failures).toEqual([])
    const [offered, ...more] = await referralsInCase(api.web, gunilla(), caseId)
    expect(more).toEqual([])
    expect(offered).toMatchObject({ basis: 'offer', reasons: [{ code: 'by-hand' }] })
    await askCounselling(api.web, gunilla(), { caseId, basis: 'consent' })
    await api.drain()
    expect(await referralsInCase(api.web, gunilla(), caseId)).toMatchObject([
      { id: offered!.id, basis: 'consent' },
    ])
    const hers = { ...gunilla(), committee: 'VON', unit: 'VON-BIST' }
    await expect(askCounselling(api.web, hers, { caseId, basis: 'consent' })).rejects.toMatchObject({
      kind: 'not-found',
    })
    expect(await referralsInCase(api.web, hers, caseId)).toEqual([])
  })
})
