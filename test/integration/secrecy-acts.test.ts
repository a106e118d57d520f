// Broken glass, restriction, and two persons: through the pages and behind them.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { actorNamed } from '../support/story.ts'
import { casework } from '../support/api-case.ts'
import { openApi, type Answer, type Api, type Who } from '../support/api.ts'
import { askApproval, decideApproval, fetchExport, listApprovals } from '../../shared/casework/approvals.ts'
import { breakGlass, restrictCase } from '../../shared/casework/break-glass.ts'
import { doAgain } from '../support/api-case.ts'

let api: Api
let on: ReturnType<typeof casework>
const who = (name: Who) => actorNamed(api, name)
const reads = async (id: string, as: Who) => (await on.read(id, as)).status
const page = (path: string, as: Who): Promise<Answer> =>
  api.call(path, { as, headers: { accept: 'text/html' } })
const later = (minutes: number) =>
  sql`insert into clock_shift (shift) values (make_interval(mins => ${minutes}))
    on conflict (only_row) do update set shift = clock_shift.shift + excluded.shift`.execute(api.owner)

beforeAll(async () => {
  api = await openApi({ pages: true })
  on = casework(api)
})
afterAll(() => api.stop())

describe('The glass', () => {
  const reason = 'Grannen ringer: barnen är ensamma hemma'

  test('opens a case that a visitor has nothing to do with, for thirty minutes and for nobody else', async () => {
    const { id, number } = await on.aCase()
    await sql`update task set unit = 'GAN-BETAL' where case_id = ${id} and role = 'visitor'`.execute(
      api.owner,
    )
    await sql`update assignment set state = 'ended' where case_id = ${id} and unit = 'GAN-BESOK'`.execute(
      api.owner,
    )
    expect(await reads(id, 'visitor.gan')).toBe(404)
    const opened = await breakGlass(api.web, await who('visitor.gan'), { number, reason })
    expect(await breakGlass(api.web, await who('visitor.gan'), { number, reason })).toEqual(opened)
    expect([await reads(id, 'visitor.gan'), await reads(id, 'visitor2.gan')]).toEqual([200, 404])
    await later(29)
    expect(await reads(id, 'visitor.gan')).toBe(200)
    await later(2)
    expect(await reads(id, 'visitor.gan')).toBe(404)
  })

  test('tells the supervisor at once, twice or not, and no personal data leaves the service', async () => {
    const { number, name } = await on.aCase()
    // acute mails of ten minutes are one: the one before must not speak for this one
    await later(11)
    const before = api.letters.length
    await breakGlass(api.web, await who('visitor2.gan'), { number, reason })
    await api.drain()
    await doAgain(api, 'break-glass.opened')
    await api.drain()
    expect(api.failures).toEqual([])
    const { rows } = await sql<{
      n: number
      person: string
      text: string
    }>`select count(*)::int as n, min(person_id::text) as person, min(text_sv) as text
      from alert where trigger = 'break-glass' and subject_id = (select id from break_glass order by opened_at desc limit 1)`.execute(
      api.owner,
    )
    expect(rows[0]).toEqual({
      n: 1,
      person: api.person('supervisor.gan'),
      text: expect.stringContaining('nödöppnats'),
    })
    const sent = api.letters.slice(before)
    expect(sent.map(({ to }) => to)).toContain('supervisor.gan@example.se')
    expect(JSON.stringify(sent)).not.toMatch(new RegExp(`${name}|${number}|Grannen`))
  })

  test.each<[string, Who, (one: { number: string }) => { number: string; reason: string }, string]>([
    ["another committee's case", 'caseworker.sn', ({ number }) => ({ number, reason }), 'not-found'],
    ['a case that is not there', 'visitor.gan', () => ({ number: '2026-999999', reason }), 'not-found'],
    ['a role that may not', 'counsellor.sn', ({ number }) => ({ number, reason }), 'not-found'],
    [
      'a reason that says nothing',
      'visitor.gan',
      ({ number }) => ({ number, reason: 'jag' }),
      'reason.short',
    ],
  ])('does not open %s', async (_what, name, wish, code) => {
    const one = await on.aCase()
    await expect(breakGlass(api.web, await who(name), wish(one))).rejects.toMatchObject({ code })
  })

  test('never opens a protected person, and an administrator has no glass to break', async () => {
    const { id, number } = await on.aCase()
    await sql`update arrears_case set protected = true where id = ${id}`.execute(api.owner)
    await expect(breakGlass(api.web, await who('caseworker.gan'), { number, reason })).rejects.toMatchObject({
      code: 'not-found',
    })
    expect((await page('/nodoppning', 'administrator.gan')).status).toBe(403)
    expect((await page('/nodoppning', 'visitor.gan')).text).toContain('trettio minuter')
  })

  test('cannot be held open longer, or for somebody else, by the web process itself', async () => {
    const { id } = await on.aCase()
    const insert = (person: string, until: string) =>
      api.web.transaction().execute(async (trx) => {
        await sql`select set_config('bokvar.role', 'visitor', true), set_config('bokvar.committee', 'GAN', true),
          set_config('bokvar.person', ${api.person('visitor.gan')}, true)`.execute(trx)
        await sql`insert into break_glass (opened_case, committee, person_id, reason, until) values (${id}, 'GAN', ${person}, 'tio tecken här', ${until}::timestamptz)`.execute(
          trx,
        )
      })
    await insert(api.person('visitor.gan'), '2099-01-01')
    const { rows } = await sql<{
      minutes: number
    }>`select extract(epoch from max(until) - clock_now())::int / 60 as minutes from break_glass`.execute(
      api.owner,
    )
    expect(rows[0]!.minutes).toBeLessThanOrEqual(30)
    await expect(insert(api.person('visitor2.gan'), 'now')).rejects.toThrow('row-level security')
  })
})

describe('A restricted case', () => {
  test('is seen by those who work in it and the supervisor; a colleague breaks the glass', async () => {
    const { id, number, name } = await on.aCase()
    await on.post(
      `${id}/assignments`,
      { personId: api.person('caseworker2.gan'), reason: 'tar' },
      'supervisor.gan',
    )
    expect(await reads(id, 'caseworker.gan')).toBe(200)
    const wish = { caseId: id, restricted: true, reason: 'Kollegas syster' }
    await restrictCase(api.web, await who('supervisor.gan'), wish)
    await restrictCase(api.web, await who('supervisor.gan'), wish)
    expect([
      await reads(id, 'caseworker.gan'),
      await reads(id, 'caseworker2.gan'),
      await reads(id, 'supervisor.gan'),
    ]).toEqual([404, 200, 200])
    const found = await api.call('/v1/case-searches', { as: 'caseworker.gan', json: { name } })
    expect(found.body).toEqual({ cases: [] })
    expect((await api.call('/v1/tasks?limit=100', { as: 'caseworker.gan' })).text).not.toContain(id)
    await breakGlass(api.web, await who('caseworker.gan'), {
      number,
      reason: 'Jour: akut samtal från skolan',
    })
    expect(await reads(id, 'caseworker.gan')).toBe(200)
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from timeline where case_id = ${id} and kind = 'case.restricted'`.execute(
      api.owner,
    )
    expect(rows).toEqual([{ n: 1 }])
  })
})

describe('Two persons', () => {
  test('an export is asked for by one, approved by another, fetched once, and says nothing of anybody', async () => {
    const { id: caseId, name } = await on.aCase({ landlord: { name: '=HYPERLINK("x")' } })
    const [asker, other] = [await who('caseworker.gan'), await who('supervisor.gan')]
    const id = await askApproval(api.web, asker, { kind: 'export-tasks' }, 'Nattlista')
    expect(await askApproval(api.web, asker, { kind: 'export-tasks' }, 'Nattlista')).toBe(id)
    await expect(fetchExport(api.web, asker, id)).rejects.toMatchObject({ code: 'not-found' })
    await expect(decideApproval(api.web, api.tools, asker, { id, approve: true })).rejects.toMatchObject({
      code: 'approval.own',
    })
    await expect(
      decideApproval(api.web, api.tools, await who('supervisor.sn'), { id, approve: true }),
    ).rejects.toMatchObject({ code: 'not-found' })
    // of this case: any other open task may belong to one the asker must not see, restricted above
    await sql`update task set title_sv = '=cmd|A1' where case_id = ${caseId} and state = 'open'`.execute(
      api.owner,
    )
    await decideApproval(api.web, api.tools, other, { id, approve: true })
    await expect(decideApproval(api.web, api.tools, other, { id, approve: true })).rejects.toMatchObject({
      code: 'approval.answered',
    })
    await expect(fetchExport(api.web, other, id)).rejects.toMatchObject({ code: 'not-found' })
    const { csv } = await fetchExport(api.web, asker, id)
    expect(csv).toMatch(/^\uFEFFarende;uppgift/)
    expect(csv).toContain(";'=cmd|A1;")
    expect(csv).not.toMatch(new RegExp(`${name}|Fallgatan|Hushåll`))
    await expect(fetchExport(api.web, asker, id)).rejects.toMatchObject({ code: 'not-found' })
    const { rows } = await sql<{
      action: string
      subjects: number
    }>`select action, cardinality(subject_ids) as subjects from audit_entry
      where action = 'export' order by at desc limit 1`.execute(api.owner)
    expect(rows[0]?.subjects).toBeGreaterThan(1)
    expect((await listApprovals(api.web, other)).map(({ state }) => state)).toContain('done')
  })

  test('a legal date changes when a second person says so, and the old one stands beside it', async () => {
    const { id } = await on.aCase()
    const [asker, other] = [await who('caseworker.gan'), await who('supervisor.gan')]
    const { body } = await on.read(id)
    const noticeId = (body.notices as { id: string; kind: string }[]).find(
      ({ kind }) => kind === 'notice',
    )!.id
    const { rows: today } = await sql<{ day: string }>`select (clock_today() - 1)::text as day`.execute(
      api.owner,
    )
    const servedDate = today[0]!.day
    const wish = { kind: 'legal-date' as const, caseId: id, noticeId, servedDate }
    await expect(
      askApproval(api.web, asker, { ...wish, servedDate: '2099-01-01' }, 'x'),
    ).rejects.toMatchObject({ code: 'date.future' })
    await expect(askApproval(api.web, asker, { ...wish, servedDate: 'igår' }, 'x')).rejects.toMatchObject({
      code: 'date.unclear',
    })
    await expect(askApproval(api.web, asker, wish, ' ')).rejects.toMatchObject({ code: 'reason.missing' })
    const dates = async () =>
      ((await on.read(id)).body.deadlines as { kind: string; lastDay: string }[]).find(
        ({ kind }) => kind === 'recovery',
      )
    const before = await dates()
    const asked = await askApproval(api.web, asker, wish, 'Delgivningskvitto visat')
    await api.drain()
    expect(await dates()).toEqual(before)
    await decideApproval(api.web, api.tools, other, { id: asked, approve: true })
    await api.drain()
    expect(api.failures).toEqual([])
    const { rows } = await sql<{
      inputs: string
    }>`select inputs::text from deadline where case_id = ${id} and kind = 'recovery' and superseded_at is null`.execute(
      api.owner,
    )
    expect(rows[0]?.inputs).toContain(servedDate)
    const { rows: old } =
      await sql`select 1 from deadline where case_id = ${id} and kind = 'recovery' and superseded_at is not null`.execute(
        api.owner,
      )
    expect(old.length).toBeGreaterThan(0)
    const { rows: log } = await sql<{
      actor: string
      code: string
    }>`select actor, code from audit_entry where action = 'approval' and code like 'legal-date%' order by at`.execute(
      api.owner,
    )
    expect(log).toEqual([
      { actor: asker.personId, code: 'legal-date' },
      { actor: other.personId, code: 'legal-date.approved' },
    ])
  })

  test('the database itself refuses one person as both', async () => {
    const id = await askApproval(api.web, await who('caseworker.gan'), { kind: 'export-cases' }, 'x')
    await expect(
      sql`update approval set state = 'approved', decided_by = asked_by where id = ${id}`.execute(api.owner),
    ).rejects.toThrow('two_persons')
    expect((await page('/godkannanden', 'supervisor.gan')).text).toContain('Ta ut öppna ärenden som fil')
  })
})
