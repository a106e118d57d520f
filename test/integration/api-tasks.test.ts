// Tasks and contacts: what may be answered, what follows from it, and that all of it happens once.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { casework, codeOf, doAgain, type ShownTask } from '../support/api-case.ts'
import { openApi, type Api, type Who } from '../support/api.ts'

let api: Api
let on: ReturnType<typeof casework>
beforeAll(async () => {
  api = await openApi()
  on = casework(api)
})
afterAll(() => api.stop())

describe('A task', () => {
  test('is listed by what is due, whose it is and where', async () => {
    await on.aCase()
    const list = async (query: string, as: Who = 'caseworker.gan') =>
      (await api.call(`/v1/tasks?${query}`, { as })).body
    const all = await list('limit=100')
    expect(all.total).toBeGreaterThan(0)
    const dates = all.tasks.map(({ dueOn }: ShownTask) => dueOn)
    expect(dates).toEqual(dates.toSorted((one: string, other: string) => (one < other ? -1 : 1)))
    expect((await list('due=week&limit=100')).total).toBeLessThanOrEqual(all.total)
    const units = (await list('unit=GAN-FS&limit=100')).tasks.map(({ unit }: { unit: string }) => unit)
    expect(new Set(units)).toEqual(new Set(['GAN-FS']))
    expect((await list('assignee=me')).total).toBe(0)
    expect((await list('assignee=me', 'system')).code).toBe('me.nobody')
    expect((await list('limit=100', 'supervisor.von')).total).toBe(0)
    const page = await list('limit=2&page=2')
    expect(page.tasks.map(({ id }: ShownTask) => id)).toEqual(
      all.tasks.slice(2, 4).map(({ id }: ShownTask) => id),
    )
    for (const bad of ['due=soon', 'limit=0', 'limit=101', 'page=0', 'assignee=x'])
      expect((await api.call(`/v1/tasks?${bad}`, { as: 'caseworker.gan' })).status).toBe(400)
  })

  test('takes only the answers of its template, and is completed once', async () => {
    const { id } = await on.aCase()
    const task = await on.taskIn(id, 'T2/3')
    expect((await api.call(`/v1/tasks/${task.id}`, { as: 'caseworker.gan' })).body.outcomes).toContain(
      'EJ_NADD',
    )
    const unknown = await on.complete(task.id, { outcome: 'HURRA' })
    expect(codeOf(unknown)).toEqual([400, 'outcome.unknown'])
    expect(unknown.body.errors[0]).toMatchObject({ pointer: '/outcome' })
    expect(
      codeOf(await on.complete(task.id, { outcome: 'EJ_NADD', occurredAt: '2099-01-01T00:00:00Z' })),
    ).toEqual([400, 'occurred-at.ahead'])
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => on.complete(task.id, { outcome: 'EJ_NADD' })),
    )
    expect(
      new Set(answers.map(({ status, body }) => `${status} ${body.state} ${body.completedAt}`)).size,
    ).toBe(1)
    expect(answers[0]!.body).toMatchObject({ state: 'done', outcome: 'EJ_NADD' })
    expect(codeOf(await on.complete(task.id, { outcome: 'NADD_TACKAR_NEJ' }))).toEqual([409, 'task.done'])
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
    const { id } = await on.aCase()
    await on.complete((await on.taskIn(id, 'T2/3')).id, {
      outcome: 'EJ_NADD',
      occurredAt: '2026-11-20T10:00:00Z',
    })
    await api.drain()
    await api.drain()
    expect(api.failures).toEqual([])
    const steps = (await on.tasksOf(id)).filter(({ template }) => template.startsWith('KL/'))
    expect(steps.map(({ template, state }) => `${template} ${state}`)).toEqual(['KL/1 open'])
  })

  test('reached and accepting leads to the task that its template names', async () => {
    const { id } = await on.aCase()
    await on.complete((await on.taskIn(id, 'T2/3')).id, { outcome: 'NADD_TACKAR_JA' })
    await api.drain()
    const after = await on.taskIn(id, 'T2/6')
    const count = (await on.tasksOf(id)).length
    expect(await doAgain(api, 'task.completed')).toBeGreaterThan(0)
    await api.drain()
    expect((await on.tasksOf(id)).length).toBe(count)
    expect(after.state).toBe('open')
    expect((await on.read(id)).body.firstContactAt).not.toBeNull()
  })

  test('paid ends the open tasks and the referral with that reason', async () => {
    const { id } = await on.aCase({ type: 'rent-termination', servedDate: '2026-11-20' })
    await on.complete((await on.taskIn(id, 'T2/10')).id, { outcome: 'BETALD' })
    await api.drain()
    const { body } = await on.read(id)
    expect(body.settled).toBe('paid')
    const contact = body.tasks.filter(({ template }: ShownTask) =>
      ['T2/3', 'T2/KL4', 'T2/7'].includes(template),
    )
    expect(contact.map(({ state, endedReason }: ShownTask) => [state, endedReason])).toEqual(
      contact.map(() => ['ended', 'paid']),
    )
    expect(contact.length).toBeGreaterThan(1)
    const referral = await api.owner.selectFrom('referral').select('state').where('caseId', '=', id).execute()
    expect(referral.map(({ state }) => state)).toEqual(['ended'])
  })

  test('that needs a supervisor gives the supervisor a task', async () => {
    const { id } = await on.aCase()
    await on.complete((await on.taskIn(id, 'T2/3')).id, { outcome: 'SKYDDAD' })
    await api.drain()
    const reviews = (await on.tasksOf(id)).filter(({ template }) => template === 'review/outcome')
    expect(reviews).toHaveLength(1)
  })

  test('of another committee is not there', async () => {
    const { id } = await on.aCase()
    const task = await on.taskIn(id, 'T2/3')
    expect((await on.complete(task.id, { outcome: 'EJ_NADD' }, 'caseworker.sn')).status).toBe(404)
    expect((await on.taskIn(id, 'T2/3')).state).toBe('open')
  })

  test('of the inbox is done by a registrar, who sees no case', async () => {
    const { id } = await on.aCase()
    const task = await on.taskIn(id, 'T2/1')
    expect((await on.read(id, 'registrar.gan')).status).toBe(403)
    expect((await on.complete(task.id, { outcome: 'KLAR' }, 'registrar.gan')).status).toBe(200)
    expect(
      (await on.complete((await on.taskIn(id, 'T2/3')).id, { outcome: 'EJ_NADD' }, 'registrar.gan')).status,
    ).toBe(404)
  })
})

describe('A contact', () => {
  const log = (id: string, json: object, as: Who = 'caseworker.gan', headers: Record<string, string> = {}) =>
    api.call(`/v1/cases/${id}/contacts`, { as, json, headers })

  test('is logged once, and completes the task that asked for it', async () => {
    const { id } = await on.aCase()
    const json = { channel: 'phone', outcome: 'NADD_TACKAR_NEJ', occurredAt: '2026-11-21T09:00:00Z' }
    const answers = await Promise.all([log(id, json), log(id, json), log(id, json)])
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers[0].body).toMatchObject({ reached: true, channel: 'phone', caseId: id })
    expect((await on.tasksOf(id)).find(({ template }) => template === 'T2/3')).toMatchObject({
      state: 'done',
    })
    const { body } = await on.read(id)
    expect(Date.parse(body.firstContactAt)).toBe(Date.parse('2026-11-21T09:00:00Z'))
  })

  test('by the landlord is information: no attempt of ours, no task done', async () => {
    const { id } = await on.aCase()
    expect((await log(id, { channel: 'phone', outcome: 'EJ_NADD', by: 'landlord' })).status).toBe(201)
    await api.drain()
    const { body } = await on.read(id)
    expect(body.firstAttemptAt).toBeNull()
    expect((await on.taskIn(id, 'T2/3')).state).toBe('open')
  })

  test('with a code that the list has not, or against a version that is gone, is refused', async () => {
    const { id } = await on.aCase()
    expect(codeOf(await log(id, { channel: 'phone', outcome: 'KANSKE' }))).toEqual([400, 'outcome.unknown'])
    const stale = await log(id, { channel: 'phone', outcome: 'EJ_NADD' }, 'caseworker.gan', {
      'if-match': '"999"',
    })
    expect(stale.status).toBe(412)
    expect((await log(id, { channel: 'duva', outcome: 'EJ_NADD' })).status).toBe(400)
  })
})
