// The calculator over HTTP: every worked case of the law, and bad facts that come back as findings.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { openApi, type Api } from '../support/api.ts'

type Case = { id: string; why: string; input: object; expected: Record<string, object> }
const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../fixtures/deadlines.json', import.meta.url), 'utf8'),
)

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.stop())

const calculate = (json: unknown, headers: Record<string, string> = {}) =>
  api.call('/v1/deadline-calculations', { as: 'system', json, headers })

type Found = { kind: string; explanation: string; source: string; state: string }

describe('The calculator', () => {
  test.each(cases.map((one) => [one.id, one.why, one] as const))(
    '%s: %s',
    async (_id, _why, { input, expected }) => {
      const { status, body } = await calculate(input)
      expect(status).toBe(200)
      for (const [kind, dates] of Object.entries(expected))
        expect(body.deadlines.find((one: Found) => one.kind === kind)).toMatchObject(dates)
    },
  )

  test('explains each date in a sentence, in the language asked for', async () => {
    const json = { kind: 'rent', servedDate: '2026-12-03', boardNotifiedDate: '2026-12-02' }
    const [swedish, english] = [await calculate(json), await calculate(json, { 'accept-language': 'en' })]
    for (const { body } of [swedish, english])
      for (const one of body.deadlines as Found[]) {
        expect(one.explanation.length).toBeGreaterThan(10)
        expect(one.source).not.toBe('')
        expect(['running', 'met', 'passed', 'stopped']).toContain(one.state)
      }
    expect(swedish.body.deadlines[0].explanation).not.toBe(english.body.deadlines[0].explanation)
  })

  test.each([
    ['a day that does not exist', { kind: 'rent', servedDate: '2026-11-31' }],
    ['text', { kind: 'rent', servedDate: 'i förrgår' }],
    ['a number', { kind: 'rent', servedDate: 20261130 }],
    ['an object', { kind: 'rent', servedDate: {} }],
    ['no kind', { servedDate: '2026-12-03' }],
    ['an unknown kind', { kind: 7, servedDate: '2026-12-03' }],
    ['an unknown method', { kind: 'rent', boardNotifiedDate: '2026-12-03', boardNotifiedMethod: ['duva'] }],
    ['an unknown notice', { kind: 'rent', noticeType: {}, boardNotifiedMethod: 'duva', dispatchMethod: 3 }],
    ['nothing at all', {}],
  ])('answers %s with a finding, never an error', async (_what, json) => {
    const { status, body } = await calculate(json)
    expect(status).toBe(200)
    expect(body.findings.length).toBeGreaterThan(0)
    for (const { message } of body.findings) expect(typeof message).toBe('string')
  })

  test('takes a JSON object only, from those who may', async () => {
    expect((await calculate([])).status).toBe(400)
    expect((await calculate('x')).status).toBe(400)
    const landlord = await api.call('/v1/deadline-calculations', { as: 'landlord', json: {} })
    expect(landlord.status).toBe(403)
    const nobody = await api.call('/v1/deadline-calculations', { json: {} })
    expect(nobody.status).toBe(401)
  })
})
