// What a registrar sees: the papers behind an open question of the own committee, and never a case or what hangs on one.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { inContext, type Actor } from '../../shared/casework/act.ts'
import { enterNotice } from '../../shared/casework/inbox-entry.ts'
import { readDocument } from '../../shared/casework/inbox.ts'
import { listOwnNotices } from '../../shared/casework/own-notices.ts'
import { papersBehind } from '../../shared/casework/task-material.ts'
import { openApi, type Api } from '../support/api.ts'
import { anItem, paper, registrar } from '../support/registry.ts'

let api: Api
let rut: Actor
const vera = registrar('VON')

beforeAll(async () => {
  api = await openApi()
  rut = registrar('GAN', api.person('registrar.gan'))
  await enterNotice(api.web, api.tools, rut, { itemId: await anItem(api, rut), body: paper(1) })
  await api.drain()
})
afterAll(() => api.stop())

describe('A registrar', () => {
  const seen = (actor: Actor) =>
    inContext(api.web, actor, async (trx) => ({
      cases: await trx.selectFrom('arrearsCase').select('id').execute(),
      diary: await trx.selectFrom('timeline').select('id').execute(),
      contacts: await trx.selectFrom('contact').select('id').execute(),
      referrals: await trx.selectFrom('referral').select('id').execute(),
      notices: await trx.selectFrom('notice').select(['id', 'caseId']).execute(),
      tasks: await trx.selectFrom('task').select(['caseId', 'role', 'committee', 'state']).execute(),
    }))

  test('sees the notices that an open question is about, and no case, diary, contact or referral', async () => {
    const mine = await seen(rut)
    expect(mine).toMatchObject({ cases: [], diary: [], contacts: [], referrals: [] })
    expect(mine.tasks.every(({ role, committee }) => role === 'registrar' && committee === 'GAN')).toBe(true)
    const asked = new Set(mine.tasks.filter(({ state }) => state === 'open').map(({ caseId }) => caseId))
    expect(mine.notices.length).toBeGreaterThan(0)
    expect(mine.notices.filter(({ caseId }) => !asked.has(caseId))).toEqual([])
  })

  test('of another committee sees nothing of them', async () => {
    const theirs = await seen(vera)
    expect(theirs).toMatchObject({ cases: [], diary: [], contacts: [], referrals: [], notices: [] })
    expect((await listOwnNotices(api.web, api.tools, vera, { limit: 10, page: 1 })).total).toBe(0)
  })

  test('whose question is answered no longer sees the notices that others have sent', async () => {
    const sent = await api.call('/v1/notices', {
      as: 'landlord',
      json: paper(8),
      headers: { 'idempotency-key': 'p8' },
    })
    await api.drain()
    const { caseId } = await api.owner
      .selectFrom('notice')
      .select('caseId')
      .where('id', '=', sent.body.id as string)
      .executeTakeFirstOrThrow()
    const visible = async () => (await seen(rut)).notices.some((one) => one.caseId === caseId)
    expect(await visible()).toBe(true)
    const tasks = await api.call('/v1/tasks?state=open&limit=100', { as: 'registrar.gan' })
    for (const { id, caseId: of } of tasks.body.tasks as { id: string; caseId: string }[])
      if (of === caseId)
        await api.call(`/v1/tasks/${id}/completion`, { as: 'registrar.gan', json: { outcome: 'KLAR' } })
    await api.drain()
    expect(await visible()).toBe(false)
  })

  test('asked whether two cases are one household sees the papers of both, and only while the question is open', async () => {
    const like = (place: number, address: string) => ({
      ...paper(place),
      tenant: { name: 'Lika Namn' },
      dwelling: { address, postalCode: '702 11', city: 'Örebro' },
    })
    for (const [place, address] of [
      [31, 'Tvillinggatan 1'],
      [32, 'Tvillinggatan 22'],
    ] as const) {
      await api.call('/v1/notices', {
        as: 'landlord',
        json: like(place, address),
        headers: { 'idempotency-key': `like-${place}` },
      })
      await api.drain()
    }
    expect(api.failures).toEqual([])
    const { id } = await api.owner
      .selectFrom('task')
      .innerJoin('caseLikeness', 'caseLikeness.caseId', 'task.caseId')
      .select('task.id')
      .where('task.occurrence', 'like', 'review/match%')
      .executeTakeFirstOrThrow()
    // Each case has other questions of its own; the one about the two of them is to show both by itself.
    await api.owner
      .updateTable('task')
      .set({ state: 'done' })
      .where('role', '=', 'registrar')
      .where('id', '<>', id)
      .execute()
    const papers = await papersBehind(api.web, rut, id)
    expect(papers.map(({ address, other }) => [address, other])).toEqual([
      ['Tvillinggatan 22, Örebro', false],
      ['Tvillinggatan 1, Örebro', true],
    ])
    expect(await papersBehind(api.web, vera, id)).toEqual([])
    const answer = async (outcome: string) =>
      (await api.call(`/v1/tasks/${id}/completion`, { as: 'registrar.gan', json: { outcome } })).status
    expect(await answer('KLAR')).toBe(400)
    // "The same household" is what merges them, once however often it is said.
    const both = await Promise.all([answer('SAMMA_HUSHALL'), answer('SAMMA_HUSHALL')])
    expect(both).toEqual([200, 200])
    await api.drain()
    expect(api.failures).toEqual([])
    expect(await papersBehind(api.web, rut, id)).toEqual([])
    const merges = await sql<{ done: boolean; left: string[] }>`select m.merged_at is not null as done,
        array(select n.content #>> '{dwelling,address}' from notice n where n.case_id = m.into_case order by 1) as left
      from case_merge m join task t on t.case_id = m.from_case where t.id = ${id}`.execute(api.owner)
    expect(merges.rows).toEqual([{ done: true, left: ['Tvillinggatan 1', 'Tvillinggatan 22'] }])
  })

  test('leaves a line for a paper looked at before there is a case, and the person’s excerpt tells of it', async () => {
    const itemId = await anItem(api, rut)
    const via = { door: 'GET /inkorg/:id/dokument', subjectId: itemId, requestId: randomUUID() }
    await readDocument(api.web, api.tools, { ...rut, via }, itemId)
    const { rows } =
      await sql`select action, subject_ids from audit_entry where request_id = ${via.requestId}`.execute(
        api.owner,
      )
    expect(rows).toEqual([{ action: 'read', subjectIds: [itemId] }])
    await enterNotice(api.web, api.tools, rut, { itemId, body: paper(8) })
    await api.drain()
    const reviewer: Actor = { ...rut, role: 'log-reviewer', sender: '' }
    const { rows: cases } = await sql<{ number: string }>`select c.number from arrears_case c
      join notice n on n.case_id = c.id join inbox_item i on i.notice_id = n.id where i.id = ${itemId}`.execute(
      api.owner,
    )
    const told = await inContext(api.web, reviewer, (trx) =>
      sql<{ door: string }>`select door from audit_excerpt(${cases[0]!.number})`.execute(trx),
    )
    expect(told.rows).toContainEqual({ door: via.door })
  })
})
