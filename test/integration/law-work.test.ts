// What a person decides or sends about a date: the prepared confirmation, a restart, and what two persons must do together.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { askApproval, decideApproval } from '../../shared/casework/approvals.ts'
import { casework } from '../support/api-case.ts'
import { openApi, type Api, type Who } from '../support/api.ts'
import { actorNamed } from '../support/story.ts'

let api: Api
let on: ReturnType<typeof casework>
beforeAll(async () => {
  api = await openApi({ pages: true })
  on = casework(api)
})
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

describe('Two persons', () => {
  const who = (name: Who) => actorNamed(api, name)
  const decide = async (as: Who, id: string, approve = true) =>
    decideApproval(api.web, api.tools, await who(as), { id, approve }).then(
      () => 'done',
      ({ code }: { code: string }) => code,
    )
  const stateOf = async (id: string) =>
    (await api.owner.selectFrom('approval').select('state').where('id', '=', id).executeTakeFirst())?.state
  /** Changes a colleague's row for a while. */
  const meanwhile = async (
    name: 'caseworker2.gan' | 'supervisor.gan',
    set: object,
    deed: () => Promise<void>,
  ) => {
    const row = api.owner.updateTable('person').where('id', '=', api.person(name))
    const was = await api.owner
      .selectFrom('person')
      .select(['name', 'username', 'role', 'committee', 'active'])
      .where('id', '=', api.person(name))
      .executeTakeFirstOrThrow()
    await row.set(set).execute()
    try {
      await deed()
    } finally {
      await row.set(was).execute()
    }
  }

  test('are not two caseworkers: one of them leads the work, whoever asked', async () => {
    const asked = await askApproval(api.web, await who('caseworker2.gan'), { kind: 'export-cases' }, 'Två')
    expect(await decide('caseworker.gan', asked)).toBe('approval.supervisor')
    expect(await stateOf(asked)).toBe('asked')
    const shown = await api.call('/godkannanden', { as: 'caseworker.gan' })
    expect(shown.text).toContain('value="refuse"')
    expect(shown.text).not.toContain('value="approve"')
    expect(await decide('supervisor.gan', asked)).toBe('done')
    const led = await askApproval(api.web, await who('supervisor.gan'), { kind: 'export-cases' }, 'Två')
    expect(await decide('caseworker.gan', led)).toBe('done')
  })

  test.each([
    ['has been ended', { active: false }],
    ['has moved to another committee', { committee: 'SN' }],
    ['is no caseworker any more', { role: 'statistician' }],
  ])('are not one and somebody who %s', async (_what, change) => {
    const asked = await askApproval(api.web, await who('caseworker2.gan'), { kind: 'export-tasks' }, 'Borta')
    await meanwhile('caseworker2.gan', change, async () => {
      expect(await decide('supervisor.gan', asked)).toBe('approval.asker-gone')
      expect(await stateOf(asked)).toBe('asked')
      expect(await decide('supervisor.gan', asked, false)).toBe('done')
    })
  })

  test.each([
    ['name', { name: '  Caseworker2.GAN' }],
    ['user name', { username: 'Caseworker2.gan' }],
  ])('are not one with two accounts of the same %s', async (_what, change) => {
    const asked = await askApproval(api.web, await who('caseworker2.gan'), { kind: 'export-tasks' }, 'Ensam')
    await meanwhile('supervisor.gan', change, async () => {
      expect(await decide('supervisor.gan', asked)).toBe('approval.own')
    })
    expect(await decide('supervisor.gan', asked, false)).toBe('done')
  })

  test.each<[string, (noticeId: string, elsewhere: string) => Promise<unknown>]>([
    [
      'told of anew',
      (noticeId) =>
        sql`insert into notice_update (notice_id, type, occurred_on, raw, findings, sender, received_on)
          values (${noticeId}, 'served', clock_today() - 3, '', '[]', 'landlord:x', clock_today())`.execute(
          api.owner,
        ),
    ],
    [
      'put in another case',
      (noticeId, elsewhere) =>
        sql`update notice set case_id = ${elsewhere} where id = ${noticeId}`.execute(api.owner),
    ],
  ])('approve no day of a notice that was %s since', async (_what, change) => {
    const [{ id: caseId }, { id: elsewhere }] = [await on.aCase(), await on.aCase()]
    const { body } = await on.read(caseId)
    const noticeId = (body.notices as { id: string; kind: string }[]).find(
      ({ kind }) => kind === 'notice',
    )!.id
    const { rows } = await sql<{ day: string }>`select (clock_today() - 1)::text as day`.execute(api.owner)
    const wish = { kind: 'legal-date' as const, caseId, noticeId, servedDate: rows[0]!.day }
    const asked = await askApproval(api.web, await who('caseworker.gan'), wish, 'Kvitto')
    await change(noticeId, elsewhere)
    expect(await decide('supervisor.gan', asked)).toBe('approval.overtaken')
    const { rows: told } = await sql`select 1 from notice_update where notice_id = ${noticeId}
      and occurred_on = ${rows[0]!.day}::date`.execute(api.owner)
    expect([told.length, await stateOf(asked)]).toEqual([0, 'asked'])
    expect(await decide('supervisor.gan', asked, false)).toBe('done')
    await sql`update notice set case_id = ${caseId} where id = ${noticeId}`.execute(api.owner)
  })

  test.each<[string, Who, string, (me: string, other: string, caseId: string) => ReturnType<typeof sql>]>([
    [
      'asks in a colleague’s name',
      'supervisor.gan',
      'supervisor',
      (_me, other) =>
        sql`insert into approval (committee, kind, wish, reason, asked_by) values ('GAN', 'export-cases', '{}', 'x', ${other})`,
    ],
    [
      'asks for what is approved already',
      'supervisor.gan',
      'supervisor',
      (me, other) =>
        sql`insert into approval (committee, kind, wish, reason, asked_by, state, decided_by) values ('GAN', 'export-cases', '{}', 'x', ${me}, 'approved', ${other})`,
    ],
    [
      'answers in a colleague’s name',
      'caseworker.gan',
      'caseworker',
      (_me, other) =>
        sql`update approval set state = 'approved', decided_by = ${other} where state = 'asked'`,
    ],
    [
      'opens a case as a reviewer',
      'reviewer.gan',
      'log-reviewer',
      (_me, other, caseId) =>
        sql`insert into break_glass (opened_case, committee, person_id, reason) values (${caseId}, 'GAN', ${other}, 'tio tecken här')`,
    ],
    [
      'names herself for protected persons in nobody’s name',
      'supervisor.gan',
      'supervisor',
      (me) => sql`insert into protected_group (committee, person_id, named_by) values ('GAN', ${me}, null)`,
    ],
  ])('the database refuses whoever %s', async (_what, name, role, deed) => {
    const me = api.person(name as 'supervisor.gan')
    await askApproval(api.web, await who('caseworker2.gan'), { kind: 'export-cases' }, 'I annans namn')
    const { id } = await api.owner
      .selectFrom('arrearsCase')
      .select('id')
      .where('committee', '=', 'GAN')
      .orderBy('number')
      .limit(1)
      .executeTakeFirstOrThrow()
    const tried = api.web.transaction().execute(async (trx) => {
      await sql`select set_config('bokvar.role', ${role}, true), set_config('bokvar.committee', 'GAN', true),
        set_config('bokvar.person', ${me}, true)`.execute(trx)
      await deed(me, api.person('visitor2.gan'), id).execute(trx)
    })
    await expect(tried).rejects.toThrow(/row-level security|somebody else/)
  })
})
