// Whatever is sent wherever: a clear problem document, nothing of what was sent in it, nothing stored, nothing 5xx.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { aNotice, openApi, type Api, type Call, type Who } from '../support/api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.stop())

const id = randomUUID()
/** Every door with somebody who may use it, and somebody signed in who may not. */
const DOORS: [string, 'GET' | 'POST', Who, Who][] = [
  ['/v1/notices', 'POST', 'landlord', 'system'],
  ['/v1/notices', 'GET', 'landlord', 'kronofogden'],
  [`/v1/notices/${id}`, 'GET', 'landlord', 'system'],
  [`/v1/notices/${id}/updates`, 'POST', 'landlord', 'caseworker.gan'],
  ['/v1/notice-files', 'POST', 'landlord', 'system'],
  [`/v1/notice-files/${id}`, 'GET', 'landlord', 'system'],
  [`/v1/notice-files/${id}/rejected.csv`, 'GET', 'landlord', 'system'],
  ['/v1/eviction-notices', 'POST', 'kronofogden', 'landlord'],
  ['/v1/case-searches', 'POST', 'caseworker.gan', 'landlord'],
  [`/v1/cases/${id}`, 'GET', 'caseworker.gan', 'landlord'],
  [`/v1/cases/${id}/contacts`, 'POST', 'caseworker.gan', 'landlord'],
  [`/v1/cases/${id}/visits`, 'POST', 'visitor.gan', 'counsellor.sn'],
  [`/v1/cases/${id}/assignments`, 'POST', 'supervisor.gan', 'visitor.gan'],
  [`/v1/cases/${id}/closure`, 'POST', 'caseworker.gan', 'visitor.gan'],
  ['/v1/tasks', 'GET', 'caseworker.gan', 'landlord'],
  [`/v1/tasks/${id}`, 'GET', 'caseworker.gan', 'kronofogden'],
  [`/v1/tasks/${id}/completion`, 'POST', 'caseworker.gan', 'landlord'],
  ['/v1/referrals', 'GET', 'counsellor.sn', 'landlord'],
  [`/v1/referrals/${id}`, 'GET', 'counsellor.sn', 'visitor.gan'],
  [`/v1/referrals/${id}/acceptance`, 'POST', 'counsellor.sn', 'supervisor.sn'],
  [`/v1/referrals/${id}/rejection`, 'POST', 'counsellor.sn', 'caseworker.sn'],
  [`/v1/referrals/${id}/first-answer`, 'POST', 'counsellor.sn', 'landlord'],
  [`/v1/referrals/${id}/alternative`, 'POST', 'counsellor.sn', 'caseworker.gan'],
  [`/v1/referrals/${id}/slots`, 'GET', 'counsellor.sn', 'caseworker.gan'],
  [`/v1/referrals/${id}/meeting`, 'POST', 'counsellor.sn', 'landlord'],
  ['/v1/boards/supervisor', 'GET', 'supervisor.gan', 'caseworker.gan'],
  ['/v1/deadline-calculations', 'POST', 'system', 'landlord'],
]
const posts = DOORS.filter(([path, method]) => method === 'POST' && path !== '/v1/notice-files')
const SECRET = 'Hemlig Hyresgäst 19900101-2385'

/** Everything that a refused request must not leave; that its bytes are kept for the registry is proved with the inbox. */
async function rows(): Promise<number> {
  const { rows } = await sql<{
    n: number
  }>`select ((select count(*) from notice) + (select count(*) from notice_update)
    + (select count(*) from eviction_notice) + (select count(*) from contact) + (select count(*) from outbox where topic <> 'inbox.received')
    + (select count(*) from intake_key))::int as n`.execute(api.owner)
  return rows[0]!.n
}

async function problemOf(path: string, call: Call) {
  const answer = await api.call(path, {
    ...call,
    headers: { 'idempotency-key': 'bad', 'if-match': '"1"', ...call.headers },
  })
  expect({ path, server: answer.status >= 500 }).toEqual({ path, server: false })
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.body).toMatchObject({
    status: answer.status,
    title: expect.any(String),
    detail: expect.any(String),
  })
  expect(Array.isArray(answer.body.errors)).toBe(true)
  for (const error of answer.body.errors)
    expect(error).toEqual({
      pointer: expect.any(String),
      code: expect.any(String),
      detail: expect.any(String),
    })
  // The number of the answer itself is drawn by lot and may hold any digits.
  const said = answer.text.replace(/urn:uuid:[\w-]+/, '')
  expect(said).not.toContain('Hemlig')
  expect(said).not.toContain('2385')
  return answer
}

test('every door asks for a token, and one for another scope or role does not open it', async () => {
  for (const [path, method, , other] of DOORS) {
    const json = method === 'POST' ? {} : undefined
    expect([path, (await problemOf(path, { method, json })).status]).toEqual([path, 401])
    expect([path, (await problemOf(path, { method, json, as: other })).status]).toEqual([path, 403])
    const forged = await problemOf(path, { method, json, headers: { authorization: 'Bearer x.y.z' } })
    expect([path, forged.status]).toEqual([path, 401])
  }
})

describe('Every door that takes JSON', () => {
  test.each([
    ['broken', `{"a": "${SECRET}"`],
    ['empty', ''],
    ['a list', `["${SECRET}"]`],
    ['text', `"${SECRET}"`],
    ['a key twice', `{"type":"${SECRET}","type":"x"}`],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['endlessly nested', '['.repeat(200) + ']'.repeat(200)],
    ['a prototype', `{"__proto__": {"a": 1}, "name": "${SECRET}"}`],
    ['of more than a megabyte', `{"name": "${'Hemlig '.repeat(200_000)}"}`],
  ])(
    'refuses what is %s',
    async (what, raw) => {
      const before = await rows()
      for (const [path, , as] of posts) {
        const { status } = await problemOf(path, { method: 'POST', as, raw })
        expect([400, 404, 413]).toContain(status)
        if (what === 'of more than a megabyte') expect([path, status]).toEqual([path, 413])
      }
      expect(await rows()).toBe(before)
    },
    300_000,
  )

  test('refuses another type of content', async () => {
    for (const [path, , as] of posts) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      expect([path, (await problemOf(path, { method: 'POST', as, raw: 'a=1', headers })).status]).toEqual([
        path,
        415,
      ])
    }
  })
})

test.each([
  ['a type that is none', { type: SECRET }, '/type'],
  ['a tenant that is text', { tenant: SECRET }, '/tenant'],
  ['a tenant without name', { tenant: { name: ' ' } }, '/tenant/name'],
  ['rents that are an object', { rents: {} }, '/rents'],
  ['an amount that is an object', { rents: [{ amount: {} }] }, '/rents/0/amount'],
  ['a name too long', { landlord: { name: 'Hemlig'.repeat(100) } }, '/landlord/name'],
  ['no dwelling', { dwelling: undefined }, '/dwelling'],
])('a notice with %s is refused at that place', async (_what, change, pointer) => {
  const before = await rows()
  const { status, body } = await problemOf('/v1/notices', {
    as: 'landlord',
    json: { ...aNotice(), ...change },
  })
  expect(status).toBe(400)
  expect(body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
  expect(await rows()).toBe(before)
})

test.each([
  [
    'amounts',
    {
      rents: [{ period: '2026-13', dueDate: 'i går', amount: 'mycket', paid: -1 }],
      amountToRecover: '8.450',
    },
  ],
  ['days', { noticeDate: '2026-02-30', dispatchedDate: 'sent', servedDate: '0206-11-30' }],
  [
    'numbers',
    { tenant: { name: 'A', personalIdentityNumber: '1' }, landlord: { name: 'B', organisationNumber: 'x' } },
  ],
  ['nothing but who and where', { rents: null, noticeDate: null, payment: null, dispatchMethod: 'duva' }],
])('a notice with unreadable %s comes in all the same, with findings', async (what, change) => {
  const headers = { 'idempotency-key': `odd ${what}` }
  const json = aNotice({ reference: what, ...change })
  const { status, body } = await api.call('/v1/notices', { as: 'landlord', json, headers })
  expect(status).toBe(201)
  expect(body.findings.length).toBeGreaterThan(0)
})

test.each([
  ['too long', 'a'.repeat(256)],
  ['empty', ''],
])('a key that is %s is refused', async (_what, key) => {
  const found = await problemOf('/v1/notices', {
    as: 'landlord',
    json: aNotice(),
    headers: { 'idempotency-key': key },
  })
  expect([found.status, found.body.code]).toEqual([400, 'idempotency.key-invalid'])
})

test('the description of the API names every door of the contract', async () => {
  const { body } = await api.call('/openapi.json')
  for (const [path, method] of DOORS) {
    const declared = path.replace(id, '{id}')
    expect([declared, Object.keys(body.paths[declared] ?? {})]).toEqual([
      declared,
      expect.arrayContaining([method.toLowerCase()]),
    ])
  }
  type Described = { operationId: string; responses: Record<string, { description?: string }> }
  const paths = body.paths as Record<string, Record<string, Described>>
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  const names = operations.map(({ operationId }) => operationId)
  expect(names).toContain('postNoticesByIdUpdates')
  expect(new Set(names).size).toBe(operations.length)
  expect(JSON.stringify(operations)).not.toContain('Default Response')
})

test.each<[string, string, Who, object, string, string]>([
  ['/v1/case-searches', 'nothing to search by', 'caseworker.gan', {}, '/', 'number, name'],
  [`/v1/cases/${id}/visits`, 'neither shape', 'visitor.gan', { outcome: 'X' }, '/visitId', 'Fyll i'],
  [`/v1/cases/${id}/assignments`, 'no reason', 'supervisor.gan', { unit: 'GAN-FS' }, '/reason', 'Fyll i'],
  [
    '/v1/notices',
    'an amount that is no amount',
    'landlord',
    { ...aNotice(), interest: true },
    '/interest',
    'ett tal eller text',
  ],
])('%s says what to mend: %s', async (path, _what, as, json, pointer, words) => {
  const { body } = await problemOf(path, { as, json })
  expect(body.errors).toContainEqual(
    expect.objectContaining({ pointer, detail: expect.stringContaining(words) }),
  )
})
