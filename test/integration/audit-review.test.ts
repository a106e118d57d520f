// The review of the log and a person's own data: what is shown to whom, through the pages and behind them.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { actorNamed } from '../support/story.ts'
import { casework } from '../support/api-case.ts'
import { openApi, type Answer, type Api, type Who } from '../support/api.ts'
import {
  auditExcerpt,
  drawSample,
  judgeLine,
  judgeOpening,
  listOpenings,
  noteHome,
  readSample,
} from '../../shared/casework/audit-review.ts'
import { breakGlass } from '../../shared/casework/break-glass.ts'
import { askRight, personExtract, tablesInExtract } from '../../shared/casework/person-extract.ts'
import { pageTexts } from '../../shared/text/pages.ts'
import { extractColumn } from '../../shared/text/extract-columns.ts'
import { isPageTextKey } from '../../shared/text/say.ts'
import { listRetention, markCase } from '../../shared/casework/retention-marks.ts'
import { retentionRulesOf } from '../../services/retention-rules.ts'

let api: Api
let on: ReturnType<typeof casework>
const who = (name: Who) => actorNamed(api, name)
const page = (path: string, as: Who): Promise<Answer> =>
  api.call(path, { as, headers: { accept: 'text/html' } })

beforeAll(async () => {
  api = await openApi({ pages: true })
  on = casework(api)
})
afterAll(() => api.stop())

describe('The review of the log', () => {
  test('draws a sample with flags, shows no name of a tenant, and keeps the judgement', async () => {
    const surname = 'Likadansson'
    await sql`update person set name = ${`Karin ${surname}`} where id = ${api.person('caseworker.gan')}`.execute(
      api.owner,
    )
    const one = await on.aCase({ tenant: { name: `Sven ${surname}` } })
    const reviewer = await who('reviewer.gan')
    await noteHome(api.web, reviewer, {
      username: 'caseworker.gan',
      address: (
        await sql<{ address: string }>`select address from arrears_case where id = ${one.id}`.execute(
          api.owner,
        )
      ).rows[0]!.address.toUpperCase(),
      postalCode: '70210',
    })
    await on.read(one.id)
    const { rows: days } = await sql<{ day: string }>`select clock_today()::text as day`.execute(api.owner)
    const day = days[0]!.day
    const id = await drawSample(api.web, reviewer, { from: day, to: day, lines: 50 })
    const lines = await readSample(api.web, reviewer, id)
    expect(lines.length).toBeGreaterThan(1)
    const { rows } = await sql<{
      lane: string
      seq: number
    }>`select lane, seq from audit_entry where ${one.id} = any(subject_ids) and action = 'read' limit 1`.execute(
      api.owner,
    )
    await sql`insert into audit_sample_line (sample_id, lane, seq) values (${id}, ${rows[0]!.lane}, ${rows[0]!.seq}) on conflict do nothing`.execute(
      api.owner,
    )
    const flagged = (await readSample(api.web, reviewer, id)).find(
      ({ caseNumber, action }) => caseNumber === one.number && action === 'read',
    )!
    expect(flagged.flags).toEqual(expect.arrayContaining(['own-address', 'same-surname']))
    await judgeLine(api.web, reviewer, { lineId: flagged.id, judgement: 'ask', note: 'Fråga Karin' })
    const shown = await page(`/loggranskning/${id}`, 'reviewer.gan')
    expect([
      shown.status,
      shown.text.includes('Samma efternamn'),
      shown.text.includes('Fråga personen'),
    ]).toEqual([200, true, true])
    expect(shown.text).not.toMatch(/Sven L|Hushåll|Fallgatan/)
    expect((await page('/loggranskning', 'reviewer.gan')).text).toContain(`/loggranskning/${id}`)
    for (const other of ['caseworker.gan', 'supervisor.gan', 'administrator.gan'] as const) {
      expect((await page('/loggranskning', other)).status).toBe(403)
    }
    await expect(
      drawSample(api.web, reviewer, { from: '2020-01-01', to: '2020-01-02', lines: 5 }),
    ).rejects.toMatchObject({ code: 'audit.empty' })
  })

  test('each opening of the glass is judged, once, by the reviewer of that committee', async () => {
    const reviewer = await who('reviewer.gan')
    const { number } = await on.aCase()
    await breakGlass(api.web, await who('caseworker.gan'), { number, reason: 'Jouren behöver veta nu' })
    const [first] = await listOpenings(api.web, reviewer)
    expect(first).toMatchObject({ judgement: null, who: expect.any(String), reason: expect.any(String) })
    await judgeOpening(api.web, reviewer, { id: first!.id, judgement: 'justified' })
    await expect(
      judgeOpening(api.web, reviewer, { id: first!.id, judgement: 'unjustified' }),
    ).rejects.toMatchObject({ code: 'not-found' })
    const { rows } = await sql<{
      days: number
    }>`select review_by - opened_at::date as days from break_glass where id = ${first!.id}`.execute(api.owner)
    expect(rows[0]!.days).toBeLessThanOrEqual(6)
  })

  test('nobody judges what they did themselves, by this account or another', async () => {
    const reviewer = await who('reviewer.gan')
    const { id, number } = await on.aCase()
    await breakGlass(api.web, await who('visitor.gan'), { number, reason: 'Jouren behöver veta nu' })
    await on.read(id, 'visitor.gan')
    const { rows } = await sql<{ lane: string; seq: number; day: string }>`
      select lane, seq, clock_today()::text as day from audit_entry
      where ${id} = any(subject_ids) and actor = ${api.person('visitor.gan')} and action = 'read' order by seq limit 1`.execute(
      api.owner,
    )
    const { lane, seq, day } = rows[0]!
    const sample = await drawSample(api.web, reviewer, { from: day, to: day, lines: 5 })
    await sql`insert into audit_sample_line (sample_id, lane, seq) values (${sample}, ${lane}, ${seq}) on conflict do nothing`.execute(
      api.owner,
    )
    const line = await sql<{ id: string }>`select id from audit_sample_line
      where sample_id = ${sample} and lane = ${lane} and seq = ${seq}`.execute(api.owner)
    const opening = (await listOpenings(api.web, reviewer)).find((one) => one.who === 'visitor.gan')!
    const judge = () => [
      judgeLine(api.web, reviewer, { lineId: line.rows[0]!.id, judgement: 'in-order', note: null }),
      judgeOpening(api.web, reviewer, { id: opening.id, judgement: 'justified' }),
    ]
    const rename = (name: string) =>
      sql`update person set name = ${name} where id = ${api.person('reviewer.gan')}`.execute(api.owner)
    await rename('Visitor.Gan')
    for (const one of await Promise.allSettled(judge()))
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'audit.own' } })
    await rename('reviewer.gan')
    for (const one of await Promise.allSettled(judge())) expect(one.status).toBe('fulfilled')
  })

  test('the person gets an excerpt of who has seen the case, and another committee none', async () => {
    const { id, number } = await on.aCase()
    await on.read(id)
    for (const name of ['reviewer.gan', 'registrar.gan'] as const) {
      const lines = await auditExcerpt(api.web, await who(name), number)
      expect(lines).toContainEqual(
        expect.objectContaining({ action: 'read', committee: 'GAN', actor: 'Karin Likadansson' }),
      )
    }
    for (const name of ['caseworker.gan', 'supervisor.sn'] as const) {
      await expect(auditExcerpt(api.web, await who(name), number)).rejects.toMatchObject({
        code: 'not-found',
      })
    }
    expect((await page('/loggutdrag', 'registrar.gan')).status).toBe(200)
  })
})

describe("A person's rights", () => {
  test('an extract has a word in both languages for every table and every column that it can show', async () => {
    const tables = await api.owner.transaction().execute(tablesInExtract)
    expect(tables.length).toBeGreaterThan(30)
    expect(tables.filter((table) => !isPageTextKey(`extract.table.${table}`))).toEqual([])
    const words = Object.keys(pageTexts).filter((key) => key.startsWith('extract.table.'))
    expect(words.map((key) => key.slice('extract.table.'.length)).toSorted()).toEqual(tables.toSorted())
    const { rows } = await sql<{
      name: string
    }>`select distinct column_name as name from information_schema.columns
      where table_schema = 'public' and data_type <> 'bytea' and table_name = any(${tables}::text[])`.execute(
      api.owner,
    )
    expect(rows.length).toBeGreaterThan(200)
    const bare = rows.filter(({ name }) => !extractColumn(name, 'sv') || !extractColumn(name, 'en'))
    expect(bare).toEqual([])
  })

  test('an extract holds all that is kept, opened, and only for the own committee', async () => {
    const one = await on.aCase({
      tenant: { name: 'Registra Utdragsson', personalIdentityNumber: '19900101-2385' },
    })
    const extract = await personExtract(api.web, api.tools, await who('caseworker.gan'), one.id)
    expect(extract).toMatchObject({ number: one.number, personalIdentityNumber: '199001012385' })
    expect(extract.tables.map(({ table }) => table)).toEqual(
      expect.arrayContaining(['arrears_case', 'notice', 'task', 'timeline', 'deadline']),
    )
    expect(JSON.stringify(extract)).not.toContain('\\\\x')
    await expect(personExtract(api.web, api.tools, await who('caseworker.sn'), one.id)).rejects.toMatchObject(
      { code: 'not-found' },
    )
    const shown = await page(`/arenden/${one.id}/registerutdrag`, 'caseworker.gan')
    expect(shown.text).toContain('<h2 class="govuk-heading-m">Meddelanden från hyresvärden</h2>')
    expect(shown.text).not.toContain('arrears_case</h2>')
    expect(shown.text.match(/<dt>[a-z_]+<\/dt>/g)).toBeNull()
    expect(shown.text).toContain('<dt>Återvinningsfristens sista dag</dt>')
    expect([shown.status, shown.text.includes('Registra Utdragsson')]).toEqual([200, true])
    const file = await page(`/arenden/${one.id}/registerutdrag.json`, 'caseworker.gan')
    expect(file.body).toMatchObject({ number: one.number })
    expect((await page(`/arenden/${one.id}`, 'caseworker.gan')).text).toContain('personens rättigheter')
  })

  test('a correction and an objection become tasks of the supervisor, once a day', async () => {
    const { id } = await on.aCase()
    const actor = await who('caseworker.gan')
    for (const right of ['correction', 'correction', 'objection'] as const)
      await askRight(api.web, actor, { caseId: id, right, what: 'Fel adress' })
    await expect(askRight(api.web, actor, { caseId: id, right: 'extract', what: ' ' })).rejects.toMatchObject(
      { code: 'right.empty' },
    )
    const { rows } = await sql<{
      titleSv: string
      role: string
    }>`select title_sv, role from task where case_id = ${id} and occurrence like 'right/%' order by occurrence`.execute(
      api.owner,
    )
    expect(rows.map(({ titleSv, role }) => [titleSv.split(':')[0], role])).toEqual([
      ['Begäran om rättelse', 'supervisor'],
      ['Invändning mot behandlingen', 'supervisor'],
    ])
  })

  test('an administrator sees what retention says in numbers and days, and marks a case without seeing it', async () => {
    const { number, name } = await on.aCase()
    const actor = await who('administrator.gan')
    const reasons = async () => {
      const all = await listRetention(api.web, actor, retentionRulesOf)
      return all.find(({ cases }) => cases.some((one) => one.number === number))?.reason
    }
    expect(await reasons()).toBe('open')
    await sql`update arrears_case set state = 'closed' where number = ${number}`.execute(api.owner)
    const mark = { number, mark: 'hold' as const, childBornOn: null, reason: 'Skadeståndskrav' }
    await markCase(api.web, actor, mark)
    await markCase(api.web, actor, mark)
    expect(await reasons()).toBe('held')
    const shown = await page('/gallring', 'administrator.gan')
    expect([shown.status, shown.text.includes(number), shown.text.includes(name)]).toEqual([200, true, false])
    await markCase(api.web, actor, { ...mark, mark: 'lift-hold' })
    expect(await reasons()).toBe('not-yet')
    // The same household is another committee's too: it keeps the case, and is told to nobody here.
    const elsewhere = await on.aCase()
    await sql`update arrears_case set committee = 'SN', household_id = (select household_id from arrears_case
      where number = ${number}) where number = ${elsewhere.number}`.execute(api.owner)
    expect(await reasons()).toBe('not-yet')
    expect((await page('/gallring', 'administrator.gan')).text).not.toContain(elsewhere.number)
    await expect(markCase(api.web, { ...actor, committee: 'SN' }, mark)).rejects.toMatchObject({
      code: 'case.unknown',
    })
    for (const other of ['caseworker.gan', 'reviewer.gan'] as const)
      expect((await page('/gallring', other)).status).toBe(403)
  })
})
