// Visits, assignments and closing: illegal steps are refused with what to do instead, legal ones happen once.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { casework, codeOf, doAgain } from '../support/api-case.ts'
import { openApi, type Api, type Who } from '../support/api.ts'

let api: Api
let on: ReturnType<typeof casework>
beforeAll(async () => {
  api = await openApi()
  on = casework(api)
})
afterAll(() => api.stop())

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
    const { id } = await on.aCase()
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
    const other = await on.aCase()
    expect(codeOf(await book(other.id, { startsAt: '2027-01-12T09:30:00Z' }))).toEqual([422, 'visit.taken'])
  })

  test('indoors needs the consent of every adult, and its result is recorded once', async () => {
    const { id } = await on.aCase()
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
    expect((await on.tasksOf(id)).find(({ template }) => template === 'T2/KL4')).toMatchObject({
      state: 'done',
    })
  })
})

describe('An assignment', () => {
  const assign = async (id: string, json: object, as: Who = 'supervisor.gan', version?: string) =>
    api.call(`/v1/cases/${id}/assignments`, {
      as,
      json,
      headers: { 'if-match': version ?? (await on.etag(id)) },
    })

  test('within the committee moves the case and its tasks at once, and once', async () => {
    const { id } = await on.aCase()
    const personId = api.person('caseworker2.gan')
    const version = await on.etag(id)
    const one = await assign(id, { personId, reason: 'Känner familjen' }, 'supervisor.gan', version)
    expect([one.status, one.body.personId]).toEqual([201, personId])
    const again = await assign(id, { personId, reason: 'Känner familjen' }, 'supervisor.gan', version)
    expect(again.body.id).toBe(one.body.id)
    const { body } = await on.read(id)
    expect(body).toMatchObject({ assignee: personId, unit: 'GAN-BETAL' })
    expect(await on.taskIn(id, 'T2/3')).toMatchObject({ assignee: personId })
    await api.drain()
    expect(api.failures).toEqual([])
    expect(api.letters.some(({ to }) => to === 'caseworker2.gan@example.se')).toBe(true)
    expect((await on.read(id)).body.assignee).toBe(personId)
  })

  test('by hand before the rules have spoken stands: the case has one owner', async () => {
    const { id } = await on.aCase()
    // As it is between its first notice and its routing: nobody's yet, and seen by the committee that receives.
    await sql`delete from assignment where case_id = ${id}`.execute(api.owner)
    await sql`update arrears_case set routed_at = null, routing_version = null, routing_row = null, unit = 'GAN-FS' where id = ${id}`.execute(
      api.owner,
    )
    const personId = api.person('caseworker2.gan')
    expect((await assign(id, { personId, reason: 'Känner familjen' })).status).toBe(201)
    await sql`insert into outbox (topic, subject_id) values ('case.changed', ${id})`.execute(api.owner)
    await api.drain()
    const { assignee, assignments } = (await on.read(id)).body
    const owners = assignments.filter(
      ({ kind, state }: { kind: string; state: string }) =>
        kind === 'owner' && ['active', 'accepted'].includes(state),
    )
    expect([assignee, owners.length, owners[0].personId]).toEqual([personId, 1, personId])
  })

  test('needs the version that was read: 428 without, 412 when it is gone', async () => {
    const { id } = await on.aCase()
    const json = { unit: 'GAN-BETAL', reason: 'x' }
    const without = await api.call(`/v1/cases/${id}/assignments`, { as: 'supervisor.gan', json })
    expect(without.status).toBe(428)
    const any = await assign(id, json, 'supervisor.gan', '*')
    expect([any.status, any.body.code, any.body.detail]).toEqual([
      428,
      'if-match.any',
      expect.stringContaining('stämmer med vilken version som helst'),
    ])
    expect((await assign(id, json, 'supervisor.gan', '"999"')).status).toBe(412)
    expect((await assign(id, json, 'supervisor.gan', 'abc')).status).toBe(412)
  })

  test('to somebody absent or unknown is refused, and a caseworker gives a case to nobody but herself', async () => {
    const { id } = await on.aCase()
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
    const { id } = await on.aCase()
    const { body } = await assign(id, { unit: 'SN-MOTT', reason: 'Barn i hushållet' })
    expect(body).toMatchObject({ state: 'proposed', committee: 'SN' })
    expect((await on.read(id)).body.committee).toBe('GAN')
    const reply = { assignmentId: body.id, answer: 'accepted' }
    const stranger = await api.call(`/v1/cases/${id}/assignments`, { as: 'supervisor.von', json: reply })
    expect(stranger.status).toBe(404)
    const say = () => api.call(`/v1/cases/${id}/assignments`, { as: 'supervisor.sn', json: reply })
    const [one, two] = [await say(), await say()]
    expect([one.status, two.body]).toEqual([201, one.body])
    await api.drain()
    expect(api.failures).toEqual([])
    expect((await on.read(id)).status).toBe(404)
    const moved = await on.read(id, 'caseworker.sn')
    expect(moved.body).toMatchObject({ committee: 'SN', unit: 'SN-MOTT' })
    expect(moved.body.tasks.every(({ committee }: { committee: string }) => committee === 'SN')).toBe(true)
  })

  test('handed back twice becomes a task for the supervisor', async () => {
    const { id } = await on.aCase()
    for (const reason of ['Fel enhet', 'Fel enhet igen']) {
      const owner = (await on.read(id)).body.assignments.find(
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
    const assignments = (await on.read(id)).body.assignments.length
    expect(await doAgain(api, 'assignment.changed')).toBeGreaterThan(0)
    await api.drain()
    expect((await on.read(id)).body.assignments.length).toBe(assignments)
    const reviews = (await on.tasksOf(id)).filter(({ template }) => template === 'review/bounced')
    expect(reviews).toHaveLength(1)
  })
})

describe('Closing', () => {
  const close = async (id: string, json: object, version?: string) =>
    api.call(`/v1/cases/${id}/closure`, {
      as: 'caseworker.gan',
      json,
      headers: { 'if-match': version ?? (await on.etag(id)) },
    })

  test('is refused with open tasks and without cause, each with what to do instead', async () => {
    const { id } = await on.aCase()
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
    const made = await close(id, { outcome: 'HITTEPA', source: 'x' })
    expect(codeOf(made)).toEqual([422, 'closing.unknown-outcome'])
    expect(made.body.errors).toMatchObject([
      { pointer: '/outcome', detail: expect.stringContaining('BETALD_SJALV') },
    ])
    const cause = await close(id, { outcome: 'BETALD_SJALV', source: 'x', cause: 'HITTEPA' })
    expect(cause.body.errors).toMatchObject([
      { pointer: '/cause', detail: expect.stringContaining('HYRA_FLERA') },
    ])
    expect((await close(id, { outcome: 'BETALD_SJALV', source: 'x' }, '"999"')).status).toBe(412)
  })

  test('without contact is refused until the ladder is exhausted', async () => {
    const { id } = await on.aCase()
    await sql`update task set state = 'ended' where case_id = ${id}`.execute(api.owner)
    const { body } = await close(id, { outcome: 'INGEN_KONTAKT', source: 'Egna försök', cause: 'HYRA_FLERA' })
    expect(body.errors.map(({ code }: { code: string }) => code)).toEqual([
      'closing.ladder-left',
      'closing.approval-missing',
    ])
  })

  test('happens once, with one outcome, and ends clocks, referral and assignments', async () => {
    const { id } = await on.aCase()
    await sql`update task set state = 'ended' where case_id = ${id}`.execute(api.owner)
    const json = { outcome: 'BETALD_SJALV', source: 'Hyresvärden', cause: 'HYRA_FLERA' }
    const version = await on.etag(id)
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
