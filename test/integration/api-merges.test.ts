// Merging two cases through the door: asked once, undone once, and never across what the asker may not see.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { casework } from '../support/api-case.ts'
import { openApi, type Api, type Who } from '../support/api.ts'

let api: Api
let on: ReturnType<typeof casework>
beforeAll(async () => {
  api = await openApi()
  on = casework(api)
})
afterAll(() => api.stop())

const merge = (as: Who, fromId: string, intoCaseId: string, reason = 'Samma hushåll') =>
  api.call(`/v1/cases/${fromId}/merges`, { as, json: { intoCaseId, reason } })

describe('Merging cases', () => {
  test('is asked, asked again with the same answer, and undone', async () => {
    const [from, into] = [await on.aCase(), await on.aCase()]
    const asked = await merge('supervisor.gan', from.id, into.id)
    expect(asked).toMatchObject({ status: 202, body: { mergeId: expect.any(String) } })
    expect((await merge('supervisor.gan', from.id, into.id)).body).toEqual(asked.body)
    const undone = await api.call(`/v1/case-merges/${asked.body.mergeId}/undoing`, {
      as: 'supervisor.gan',
      method: 'POST',
    })
    expect(undone).toMatchObject({ status: 202, body: { caseId: from.id } })
  })

  test.each([
    ['another committee\u2019s supervisor', 'supervisor.von', 404],
    ['a counsellor', 'counsellor.sn', 403],
  ] as const)('is not for %s', async (_, as, status) => {
    const [from, into] = [await on.aCase(), await on.aCase()]
    expect((await merge(as as Who, from.id, into.id)).status).toBe(status)
  })

  test('of a case with itself, with nothing, or without a reason is refused', async () => {
    const { id } = await on.aCase()
    expect((await merge('supervisor.gan', id, id)).status).toBe(400)
    expect((await merge('supervisor.gan', id, randomUUID())).status).toBe(404)
    expect((await merge('supervisor.gan', id, randomUUID(), ' ')).status).toBe(400)
  })
})
