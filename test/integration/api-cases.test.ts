// Reading and finding cases: the contract's fields, and that another committee's case is not there.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { casework } from '../support/api-case.ts'
import { openApi, type Api, type Who } from '../support/api.ts'

let api: Api
let on: ReturnType<typeof casework>
beforeAll(async () => {
  api = await openApi()
  on = casework(api)
})
afterAll(() => api.stop())

describe('A case', () => {
  test('is read whole, in the fields of the contract, and with a version', async () => {
    const one = await on.aCase()
    const { status, body, headers } = await on.read(one.id)
    expect([status, headers['etag']]).toEqual([200, expect.stringMatching(/^"\d+"$/)])
    expect(body).toMatchObject({
      id: one.id,
      number: one.number,
      state: 'open',
      stage: 'terminated',
      committee: 'GAN',
    })
    expect(body.routing).toEqual({
      ruleSet: expect.any(String),
      version: 1,
      row: expect.any(Number),
      reason: expect.any(String),
    })
    const recovery = body.deadlines.find(({ kind }: { kind: string }) => kind === 'forfeiture')
    expect(recovery).toMatchObject({
      rawDate: expect.any(String),
      lastDay: expect.any(String),
      safeDay: expect.any(String),
      state: 'passed',
      source: expect.stringContaining('JB'),
      explanation: expect.any(String),
    })
    expect(body.notices).toHaveLength(1)
    expect(body.tasks.length).toBeGreaterThan(3)
    const owner = body.assignments.find(({ kind }: { kind: string }) => kind === 'owner')
    expect(owner).toMatchObject({ committee: 'GAN', state: 'active', reason: expect.any(String) })
    expect(body.timeline.map(({ kind }: { kind: string }) => kind)).toContain('case.routed')
    expect(body.amountOwed).toBe(16900.5)
  })

  test('of another committee is the same 404 as one that is not there', async () => {
    const { id } = await on.aCase()
    const problem = async (as: Who, path: string) => ({
      ...(await api.call(path, { as })).body,
      instance: '',
    })
    const missing = await problem('caseworker.gan', `/v1/cases/${randomUUID()}`)
    expect(missing.status).toBe(404)
    expect(await problem('caseworker.sn', `/v1/cases/${id}`)).toEqual(missing)
    expect(await problem('supervisor.von', `/v1/cases/${id}`)).toEqual(missing)
    expect(await problem('caseworker.gan', '/v1/cases/12')).toEqual(missing)
    for (const [path, json] of [
      ['contacts', { channel: 'phone', outcome: 'EJ_NADD' }],
      ['visits', { startsAt: '2026-12-01T09:00:00Z', visitors: [randomUUID(), randomUUID()] }],
      ['assignments', { unit: 'SN-MOTT', reason: 'x' }],
      ['closure', { outcome: 'BETALD_SJALV', source: 'x' }],
    ] as const) {
      const found = await api.call(`/v1/cases/${id}/${path}`, {
        as: path === 'assignments' ? 'supervisor.sn' : 'caseworker.sn',
        json,
        headers: { 'if-match': '"1"' },
      })
      expect([path, found.status]).toEqual([path, 404])
    }
  })

  test('leaves a line in the access log with the purpose, each time it is read', async () => {
    const { id } = await on.aCase()
    await api.call(`/v1/cases/${id}?purpose=hembes%C3%B6k`, { as: 'caseworker.gan' })
    await on.read(id, 'caseworker.sn')
    const { rows } =
      await sql<object>`select actor, action, purpose, committee, relation, door, code from audit_entry
      where ${id} = any(subject_ids) and door like '%/v1/cases/:id' order by at`.execute(api.owner)
    const door = 'GET /v1/cases/:id'
    expect(rows).toEqual([
      {
        actor: api.person('caseworker.gan'),
        action: 'read',
        purpose: 'hembesök',
        committee: 'GAN',
        relation: 'unit',
        door,
        code: null,
      },
      {
        actor: api.person('caseworker.sn'),
        action: 'deny',
        purpose: null,
        committee: 'SN',
        relation: expect.any(String),
        door,
        code: 'not-found',
      },
    ])
  })
})

describe('A search', () => {
  const search = (json: unknown, as: Who = 'caseworker.gan') => api.call('/v1/case-searches', { as, json })

  test('finds by number, by the beginning of a name or surname, and by identity number, in the own committee only', async () => {
    const tenant = { name: 'Söka von Sökarsson', personalIdentityNumber: '19900101-2385' }
    const one = await on.aCase({ tenant })
    const found = { cases: [{ id: one.id, number: one.number }] }
    for (const wish of [
      { number: one.number },
      { name: 'söka von sök' },
      { name: 'Von Sökar' },
      { name: 'sökarsson' },
      { personalIdentityNumber: '900101-2385' },
    ]) {
      expect((await search({ ...wish, purpose: 'ring hyresgästen' })).body).toEqual(found)
      expect((await search(wish, 'caseworker.sn')).body).toEqual({ cases: [] })
    }
    expect((await search({ name: '%' })).body).toEqual({ cases: [] })
    const log = await api.owner.selectFrom('auditEntry').selectAll().where('action', '=', 'search').execute()
    expect(JSON.stringify(log)).not.toMatch(/900101-?2385|sökarsson/i)
    expect(log.filter((line) => line.purpose === 'ring hyresgästen')).toHaveLength(5)
  })

  test.each([
    ['nothing', {}],
    ['two of them', { number: '2026-0001', name: 'A' }],
    ['an address', { address: 'Storgatan 1' }],
    ['a number that does not check out', { personalIdentityNumber: '19900101-0000' }],
    ['an empty name', { name: ' ' }],
  ])('by %s is refused', async (_what, json) => {
    expect((await search(json)).status).toBe(400)
  })
})

describe("The supervisor's board", () => {
  test('counts the own committee, with the oldest due date, and nobody else', async () => {
    const { id } = await on.aCase()
    await on.post(
      `${id}/assignments`,
      { personId: api.person('caseworker.gan'), reason: 'Ny' },
      'supervisor.gan',
    )
    const { status, body } = await api.call('/v1/boards/supervisor', { as: 'supervisor.gan' })
    expect(status).toBe(200)
    expect(body.committees).toHaveLength(1)
    const [line] = body.committees
    const { rows } = await sql<{ tasks: number; cases: number; oldest: string }>`select
      (select count(*)::int from task where committee = 'GAN' and state = 'open') as tasks, (select min(due_on) from task where committee = 'GAN' and state = 'open') as oldest,
      (select count(*)::int from arrears_case where committee = 'GAN' and state = 'open') as cases`.execute(
      api.owner,
    )
    expect(line).toMatchObject({
      committee: 'GAN',
      name: 'Gymnasie- och arbetsmarknadsnämnden',
      openTasks: rows[0]!.tasks,
      openCases: rows[0]!.cases,
      oldestDue: rows[0]!.oldest,
    })
    const units = body.units.reduce((sum: number, one: { openTasks: number }) => sum + one.openTasks, 0)
    expect(units).toBe(line.openTasks)
    expect(body.people.map(({ personId }: { personId: string }) => personId)).toContain(
      api.person('caseworker.gan'),
    )
    const other = await api.call('/v1/boards/supervisor', { as: 'supervisor.von' })
    expect(other.body).toEqual({ committees: [], units: [], people: [] })
    expect((await api.call('/v1/boards/supervisor', { as: 'caseworker.gan' })).status).toBe(403)
  })
})
