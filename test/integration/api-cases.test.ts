// The staff's doors: what each committee sees, and that every deed happens once, in order, and says what to do instead.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { aNotice, openApi, type Answer, type Api, type Who } from '../support/api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
}, 60_000)
afterAll(() => api.stop())

let made = 0
type Household = { id: string; name: string; number: string }

/** A new household's case, routed, planned and referred; its notice is two months of unpaid rent. */
async function aCase(change: Record<string, unknown> = {}): Promise<Household> {
  made += 1
  const name = `Hushåll Prov${made}`
  const json = aNotice({
    reference: `C-${made}`,
    tenant: { name },
    dwelling: { address: `Fallgatan ${made}`, postalCode: '702 10', city: 'Örebro', apartmentNumber: '1101' },
    ...change,
  })
  const headers = { 'idempotency-key': `case-${made}` }
  const { body } = await api.call('/v1/notices', { as: 'landlord', json, headers })
  await api.drain()
  expect(api.failures).toEqual([])
  const row = await api.owner
    .selectFrom('notice')
    .innerJoin('arrearsCase', 'arrearsCase.id', 'notice.caseId')
    .select(['arrearsCase.id', 'arrearsCase.number', 'arrearsCase.committee'])
    .where('notice.id', '=', body.id as string)
    .executeTakeFirstOrThrow()
  expect(row.committee).toBe('GAN')
  return { id: row.id, name, number: row.number }
}

const read = (id: string, as: Who = 'caseworker.gan') => api.call(`/v1/cases/${id}`, { as })
const etag = async (id: string) => String((await read(id)).headers['etag'])
type Task = {
  endedReason: string | null
  id: string
  template: string
  channel: string
  state: string
  outcome: string | null
  dueOn: string
}

async function tasksOf(id: string): Promise<Task[]> {
  return (await read(id)).body.tasks as Task[]
}

async function taskIn(id: string, template: string): Promise<Task> {
  const found = (await tasksOf(id)).find((one) => one.template === template && one.state === 'open')
  if (!found) throw new Error(`${template} is not open in the case`)
  return found
}

const complete = (id: string, json: object, as: Who = 'caseworker.gan') =>
  api.call(`/v1/tasks/${id}/completion`, { as, json })

const codeOf = ({ status, body }: Answer) => [status, body.code]

describe('A case', () => {
  test('is read whole, in the fields of the contract, and with a version', async () => {
    const one = await aCase()
    const { status, body, headers } = await read(one.id)
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
    const { id } = await aCase()
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
    const { id } = await aCase()
    await api.call(`/v1/cases/${id}?purpose=hembes%C3%B6k`, { as: 'caseworker.gan' })
    await read(id, 'caseworker.sn')
    const rows = await api.owner
      .selectFrom('accessLog')
      .select(['actor', 'action', 'purpose'])
      .where('subjectId', '=', id)
      .execute()
    expect(rows).toEqual([{ actor: api.person('caseworker.gan'), action: 'case.read', purpose: 'hembesök' }])
  })
})

describe('A search', () => {
  const search = (json: unknown, as: Who = 'caseworker.gan') => api.call('/v1/case-searches', { as, json })

  test('finds by number, by the beginning of a name, and by identity number, in the own committee only', async () => {
    const tenant = { name: 'Söka Sökarsson', personalIdentityNumber: '19900101-2385' }
    const one = await aCase({ tenant })
    const found = { cases: [{ id: one.id, number: one.number }] }
    for (const wish of [
      { number: one.number },
      { name: 'söka sök' },
      { personalIdentityNumber: '900101-2385' },
    ]) {
      expect((await search({ ...wish, purpose: 'ring hyresgästen' })).body).toEqual(found)
      expect((await search(wish, 'caseworker.sn')).body).toEqual({ cases: [] })
    }
    expect((await search({ name: '%' })).body).toEqual({ cases: [] })
    const log = await api.owner
      .selectFrom('accessLog')
      .selectAll()
      .where('action', '=', 'case.search')
      .execute()
    expect(JSON.stringify(log)).not.toMatch(/2385|sökarsson/i)
    expect(log.filter((line) => line.purpose === 'ring hyresgästen')).toHaveLength(3)
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

describe('A task', () => {
  test('is listed by what is due, whose it is and where', async () => {
    await aCase()
    const list = async (query: string, as: Who = 'caseworker.gan') =>
      (await api.call(`/v1/tasks?${query}`, { as })).body
    const all = await list('limit=100')
    expect(all.total).toBeGreaterThan(0)
    const dates = all.tasks.map(({ dueOn }: Task) => dueOn)
    expect(dates).toEqual([...dates].sort())
    expect((await list('due=week&limit=100')).total).toBeLessThanOrEqual(all.total)
    const units = (await list('unit=GAN-FS&limit=100')).tasks.map(({ unit }: { unit: string }) => unit)
    expect(new Set(units)).toEqual(new Set(['GAN-FS']))
    expect((await list('assignee=me')).total).toBe(0)
    expect((await list('limit=100', 'supervisor.von')).total).toBe(0)
    const page = await list('limit=2&page=2')
    expect(page.tasks.map(({ id }: Task) => id)).toEqual(all.tasks.slice(2, 4).map(({ id }: Task) => id))
    for (const bad of ['due=soon', 'limit=0', 'limit=101', 'page=0', 'assignee=x'])
      expect((await api.call(`/v1/tasks?${bad}`, { as: 'caseworker.gan' })).status).toBe(400)
  })

  test('takes only the answers of its template, and is completed once', async () => {
    const { id } = await aCase()
    const task = await taskIn(id, 'T2/3')
    expect((await api.call(`/v1/tasks/${task.id}`, { as: 'caseworker.gan' })).body.outcomes).toContain(
      'EJ_NADD',
    )
    const unknown = await complete(task.id, { outcome: 'HURRA' })
    expect(codeOf(unknown)).toEqual([400, 'outcome.unknown'])
    expect(unknown.body.errors[0]).toMatchObject({ pointer: '/outcome' })
    expect(
      codeOf(await complete(task.id, { outcome: 'EJ_NADD', occurredAt: '2099-01-01T00:00:00Z' })),
    ).toEqual([400, 'occurred-at.ahead'])
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => complete(task.id, { outcome: 'EJ_NADD' })),
    )
    expect(
      new Set(answers.map(({ status, body }) => `${status} ${body.state} ${body.completedAt}`)).size,
    ).toBe(1)
    expect(answers[0]!.body).toMatchObject({ state: 'done', outcome: 'EJ_NADD' })
    expect(codeOf(await complete(task.id, { outcome: 'NADD_TACKAR_NEJ' }))).toEqual([409, 'task.done'])
    await api.drain()
    const contacts = await api.owner.selectFrom('contact').selectAll().where('caseId', '=', id).execute()
    expect(contacts).toHaveLength(1)
    expect(contacts[0]).toMatchObject({
      channel: 'phone',
      result: 'EJ_NADD',
      reached: false,
      taskId: task.id,
    })
  })

  test('not reached leads one step up the contact ladder, once', async () => {
    const { id } = await aCase()
    await complete((await taskIn(id, 'T2/3')).id, { outcome: 'EJ_NADD', occurredAt: '2026-11-20T10:00:00Z' })
    await api.drain()
    await api.drain()
    expect(api.failures).toEqual([])
    const steps = (await tasksOf(id)).filter(({ template }) => template.startsWith('KL/'))
    expect(steps.map(({ template, state }) => `${template} ${state}`)).toEqual(['KL/1 open'])
  })

  test('reached and accepting leads to the task that its template names', async () => {
    const { id } = await aCase()
    await complete((await taskIn(id, 'T2/3')).id, { outcome: 'NADD_TACKAR_JA' })
    await api.drain()
    const after = await taskIn(id, 'T2/6')
    expect(after.state).toBe('open')
    expect((await read(id)).body.firstContactAt).not.toBeNull()
  })

  test('paid ends the open tasks and the referral with that reason', async () => {
    const { id } = await aCase({ type: 'rent-termination', servedDate: '2026-11-20' })
    await complete((await taskIn(id, 'T2/10')).id, { outcome: 'BETALD' })
    await api.drain()
    const { body } = await read(id)
    expect(body.settled).toBe('paid')
    const contact = body.tasks.filter(({ template }: Task) => ['T2/3', 'T2/KL4', 'T2/7'].includes(template))
    expect(contact.map(({ state, endedReason }: Task) => [state, endedReason])).toEqual(
      contact.map(() => ['ended', 'paid']),
    )
    expect(contact.length).toBeGreaterThan(1)
    const referral = await api.owner.selectFrom('referral').select('state').where('caseId', '=', id).execute()
    expect(referral.map(({ state }) => state)).toEqual(['ended'])
  })

  test('that needs a supervisor gives the supervisor a task', async () => {
    const { id } = await aCase()
    await complete((await taskIn(id, 'T2/3')).id, { outcome: 'SKYDDAD' })
    await api.drain()
    const reviews = (await tasksOf(id)).filter(({ template }) => template === 'review/outcome')
    expect(reviews).toHaveLength(1)
  })

  test('of another committee is not there', async () => {
    const { id } = await aCase()
    const task = await taskIn(id, 'T2/3')
    expect((await complete(task.id, { outcome: 'EJ_NADD' }, 'caseworker.sn')).status).toBe(404)
    expect((await taskIn(id, 'T2/3')).state).toBe('open')
  })

  test('of the inbox is done by a registrar, who sees no case', async () => {
    const { id } = await aCase()
    const task = await taskIn(id, 'T2/1')
    expect((await read(id, 'registrar.gan')).status).toBe(403)
    expect((await complete(task.id, { outcome: 'KLAR' }, 'registrar.gan')).status).toBe(200)
    expect(
      (await complete((await taskIn(id, 'T2/3')).id, { outcome: 'EJ_NADD' }, 'registrar.gan')).status,
    ).toBe(404)
  })
})

describe('A contact', () => {
  const log = (id: string, json: object, as: Who = 'caseworker.gan', headers: Record<string, string> = {}) =>
    api.call(`/v1/cases/${id}/contacts`, { as, json, headers })

  test('is logged once, and completes the task that asked for it', async () => {
    const { id } = await aCase()
    const json = { channel: 'phone', outcome: 'NADD_TACKAR_NEJ', occurredAt: '2026-11-21T09:00:00Z' }
    const answers = await Promise.all([log(id, json), log(id, json), log(id, json)])
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers[0]!.body).toMatchObject({ reached: true, channel: 'phone', caseId: id })
    expect((await tasksOf(id)).find(({ template }) => template === 'T2/3')).toMatchObject({ state: 'done' })
    const { body } = await read(id)
    expect(Date.parse(body.firstContactAt)).toBe(Date.parse('2026-11-21T09:00:00Z'))
  })

  test('by the landlord is information: no attempt of ours, no task done', async () => {
    const { id } = await aCase()
    expect((await log(id, { channel: 'phone', outcome: 'EJ_NADD', by: 'landlord' })).status).toBe(201)
    await api.drain()
    const { body } = await read(id)
    expect(body.firstAttemptAt).toBeNull()
    expect((await taskIn(id, 'T2/3')).state).toBe('open')
  })

  test('with a code that the list has not, or against a version that is gone, is refused', async () => {
    const { id } = await aCase()
    expect(codeOf(await log(id, { channel: 'phone', outcome: 'KANSKE' }))).toEqual([400, 'outcome.unknown'])
    const stale = await log(id, { channel: 'phone', outcome: 'EJ_NADD' }, 'caseworker.gan', {
      'if-match': '"999"',
    })
    expect(stale.status).toBe(412)
    expect((await log(id, { channel: 'duva', outcome: 'EJ_NADD' })).status).toBe(400)
  })
})

describe('A home visit', () => {
  const book = (id: string, change: object = {}) =>
    api.call(`/v1/cases/${id}/visits`, {
      as: 'caseworker.gan',
      json: {
        startsAt: '2027-01-12T09:00:00Z',
        visitors: [api.person('visitor.gan'), api.person('visitor2.gan')],
        ...change,
      },
    })

  test('needs two people who are there and free, and a reason when it is not announced', async () => {
    const { id } = await aCase()
    const [one, two] = [api.person('visitor.gan'), api.person('visitor2.gan')]
    await api.owner
      .updateTable('person')
      .set({ absentFrom: '2027-02-01', absentTo: '2027-02-07' })
      .where('id', '=', two)
      .execute()
    expect(codeOf(await book(id, { visitors: [one] }))).toEqual([422, 'visit.two'])
    expect(codeOf(await book(id, { visitors: [one, one] }))).toEqual([422, 'visit.two'])
    expect(codeOf(await book(id, { visitors: [one, randomUUID()] }))).toEqual([422, 'visit.person'])
    expect(codeOf(await book(id, { startsAt: '2027-02-03T09:00:00Z' }))).toEqual([422, 'visit.absent'])
    expect(codeOf(await book(id, { announced: false }))).toEqual([422, 'visit.unannounced'])
    expect(codeOf(await book(id, { startsAt: '2020-01-01T09:00:00Z' }))).toEqual([422, 'visit.past'])
    const answers = await Promise.all([book(id), book(id)])
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
    const other = await aCase()
    expect(codeOf(await book(other.id, { startsAt: '2027-01-12T09:30:00Z' }))).toEqual([422, 'visit.taken'])
  })

  test('indoors needs the consent of every adult, and its result is recorded once', async () => {
    const { id } = await aCase()
    const { body: visit } = await book(id, { startsAt: '2027-01-13T09:00:00Z' })
    const record = (json: object) =>
      api.call(`/v1/cases/${id}/visits`, { as: 'visitor.gan', json: { visitId: visit.id, ...json } })
    expect(codeOf(await record({ outcome: 'GENOMFORT' }))).toEqual([422, 'visit.consent'])
    const [one, two] = [
      await record({ outcome: 'GENOMFORT', consentGiven: true }),
      await record({ outcome: 'GENOMFORT', consentGiven: true }),
    ]
    expect([one.status, two.body]).toEqual([201, one.body])
    expect(codeOf(await record({ outcome: 'AVBOJDE' }))).toEqual([409, 'visit.done'])
    const contacts = await api.owner.selectFrom('contact').selectAll().where('caseId', '=', id).execute()
    expect(contacts.map(({ channel, reached }) => [channel, reached])).toEqual([['visit', true]])
    expect((await tasksOf(id)).find(({ template }) => template === 'T2/KL4')).toMatchObject({ state: 'done' })
  })
})

describe('An assignment', () => {
  const assign = async (id: string, json: object, as: Who = 'supervisor.gan', version?: string) =>
    api.call(`/v1/cases/${id}/assignments`, {
      as,
      json,
      headers: { 'if-match': version ?? (await etag(id)) },
    })

  test('within the committee moves the case and its tasks at once, and once', async () => {
    const { id } = await aCase()
    const personId = api.person('caseworker2.gan')
    const version = await etag(id)
    const one = await assign(id, { personId, reason: 'Känner familjen' }, 'supervisor.gan', version)
    expect([one.status, one.body.personId]).toEqual([201, personId])
    const again = await assign(id, { personId, reason: 'Känner familjen' }, 'supervisor.gan', version)
    expect(again.body.id).toBe(one.body.id)
    const { body } = await read(id)
    expect(body).toMatchObject({ assignee: personId, unit: 'GAN-BETAL' })
    expect((await taskIn(id, 'T2/3')) as object).toMatchObject({ assignee: personId })
    await api.drain()
    expect(api.failures).toEqual([])
    expect(api.letters.some(({ to }) => to === 'caseworker2.gan@example.se')).toBe(true)
    expect((await read(id)).body.assignee).toBe(personId)
  })

  test('needs the version that was read: 428 without, 412 when it is gone', async () => {
    const { id } = await aCase()
    const json = { unit: 'GAN-BETAL', reason: 'x' }
    const without = await api.call(`/v1/cases/${id}/assignments`, { as: 'supervisor.gan', json })
    expect(without.status).toBe(428)
    expect((await assign(id, json, 'supervisor.gan', '"999"')).status).toBe(412)
    expect((await assign(id, json, 'supervisor.gan', 'abc')).status).toBe(412)
  })

  test('to somebody absent or unknown is refused, and a caseworker gives a case to nobody but herself', async () => {
    const { id } = await aCase()
    expect(codeOf(await assign(id, { personId: randomUUID(), reason: 'x' }))).toEqual([
      400,
      'assignee.unknown',
    ])
    const foreign = await assign(
      id,
      { personId: api.person('caseworker2.gan'), reason: 'x' },
      'caseworker.gan',
    )
    expect(codeOf(foreign)).toEqual([403, 'assign.others'])
    const own = await assign(id, { personId: api.person('caseworker.gan'), reason: 'Min' }, 'caseworker.gan')
    expect([own.status, own.body.state]).toEqual([201, 'accepted'])
  })

  test('to another committee is offered, and follows when it is accepted there', async () => {
    const { id } = await aCase()
    const { body } = await assign(id, { unit: 'SN-MOTT', reason: 'Barn i hushållet' })
    expect(body).toMatchObject({ state: 'proposed', committee: 'SN' })
    expect((await read(id)).body.committee).toBe('GAN')
    const reply = { assignmentId: body.id, answer: 'accepted' }
    const stranger = await api.call(`/v1/cases/${id}/assignments`, { as: 'supervisor.von', json: reply })
    expect(stranger.status).toBe(404)
    const say = () => api.call(`/v1/cases/${id}/assignments`, { as: 'supervisor.sn', json: reply })
    const [one, two] = [await say(), await say()]
    expect([one.status, two.body]).toEqual([201, one.body])
    await api.drain()
    expect(api.failures).toEqual([])
    expect((await read(id)).status).toBe(404)
    const moved = await read(id, 'caseworker.sn')
    expect(moved.body).toMatchObject({ committee: 'SN', unit: 'SN-MOTT' })
    expect(moved.body.tasks.every(({ committee }: { committee: string }) => committee === 'SN')).toBe(true)
  })

  test('handed back twice becomes a task for the supervisor', async () => {
    const { id } = await aCase()
    for (const reason of ['Fel enhet', 'Fel enhet igen']) {
      const owner = (await read(id)).body.assignments.find(
        ({ kind, state }: { kind: string; state: string }) => kind === 'owner' && state === 'active',
      )
      const json = { assignmentId: owner.id, answer: 'rejected' }
      const silent = await api.call(`/v1/cases/${id}/assignments`, { as: 'caseworker.gan', json })
      expect(codeOf(silent)).toEqual([400, 'reason.missing'])
      const spoken = { as: 'caseworker.gan' as const, json: { ...json, reason } }
      expect((await api.call(`/v1/cases/${id}/assignments`, spoken)).status).toBe(201)
      expect((await api.call(`/v1/cases/${id}/assignments`, spoken)).status).toBe(201)
      await api.drain()
    }
    expect(api.failures).toEqual([])
    const reviews = (await tasksOf(id)).filter(({ template }) => template === 'review/bounced')
    expect(reviews).toHaveLength(1)
  })
})

describe('Closing', () => {
  const close = async (id: string, json: object, version?: string) =>
    api.call(`/v1/cases/${id}/closure`, {
      as: 'caseworker.gan',
      json,
      headers: { 'if-match': version ?? (await etag(id)) },
    })

  test('is refused with open tasks and without cause, each with what to do instead', async () => {
    const { id } = await aCase()
    const { status, body } = await close(id, { outcome: 'BETALD_SJALV', source: 'Hyresvärden' })
    expect([status, body.code]).toEqual([422, 'closing.open-tasks'])
    expect(body.errors.map(({ code }: { code: string }) => code)).toEqual([
      'closing.open-tasks',
      'closing.cause-missing',
    ])
    expect(body.detail).toContain('Gör dem')
    const without = await api.call(`/v1/cases/${id}/closure`, {
      as: 'caseworker.gan',
      json: { outcome: 'X' },
    })
    expect(without.status).toBe(428)
    expect(codeOf(await close(id, { outcome: 'HITTEPA', source: 'x' }))).toEqual([
      422,
      'closing.unknown-outcome',
    ])
    expect((await close(id, { outcome: 'BETALD_SJALV', source: 'x' }, '"999"')).status).toBe(412)
  })

  test('without contact is refused until the ladder is exhausted', async () => {
    const { id } = await aCase()
    await sql`update task set state = 'ended' where case_id = ${id}`.execute(api.owner)
    const { body } = await close(id, { outcome: 'INGEN_KONTAKT', source: 'Egna försök', cause: 'HYRA_FLERA' })
    expect(body.errors.map(({ code }: { code: string }) => code)).toEqual([
      'closing.ladder-left',
      'closing.approval-missing',
    ])
  })

  test('happens once, with one outcome, and ends clocks, referral and assignments', async () => {
    const { id } = await aCase()
    await sql`update task set state = 'ended' where case_id = ${id}`.execute(api.owner)
    const json = { outcome: 'BETALD_SJALV', source: 'Hyresvärden', cause: 'HYRA_FLERA' }
    const version = await etag(id)
    const [one, two] = [await close(id, json, version), await close(id, json, version)]
    expect([one.status, two.body]).toEqual([200, one.body])
    expect(one.body).toMatchObject({ state: 'closed', outcome: 'BETALD_SJALV' })
    expect(codeOf(await close(id, { ...json, outcome: 'NYTT_AVTAL' }))).toEqual([
      422,
      'closing.already-closed',
    ])
    const { rows } = await sql<{ left: number }>`select
      (select count(*)::int from stage where case_id = ${id} and fired_at is null and stopped_at is null)
      + (select count(*)::int from referral where case_id = ${id} and state in ('assigned', 'accepted'))
      + (select count(*)::int from assignment where case_id = ${id} and state in ('active', 'accepted')) as left`.execute(
      api.owner,
    )
    expect(rows[0]!.left).toBe(0)
    const late = await api.call(`/v1/cases/${id}/contacts`, {
      as: 'caseworker.gan',
      json: { channel: 'phone', outcome: 'EJ_NADD' },
    })
    expect(codeOf(late)).toEqual([422, 'case.closed'])
  })
})

describe("The supervisor's board", () => {
  test('counts the own committee, with the oldest due date, and nobody else', async () => {
    await aCase()
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
