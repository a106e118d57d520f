// Statistics through the page and the database: counts without persons, of whom one may count, and no protected case.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { actorOf } from '../../services/actor.ts'
import { inContext } from '../../shared/casework/act.ts'
import { readTrend, type Week } from '../../shared/casework/board-figures.ts'
import { readBoard } from '../../shared/casework/boards.ts'
import { findPersonBySubject } from '../../shared/casework/people.ts'
import { openApi, type Api, type Who } from '../support/api.ts'
import { makeManyCases } from '../bench/many-cases.ts'

let api: Api
const page = (path: string, as: Who, language = 'sv') =>
  api.call(path, { as, headers: { cookie: `lang=${language}` } })

beforeAll(async () => {
  api = await openApi({ pages: true })
  await makeManyCases(api.url, { total: 400, open: 200 })
})
afterAll(() => api.stop())

describe('the statistics page', () => {
  test('draws each figure, says it in a sentence and tables it, and names nobody', async () => {
    const { status, text } = await page('/statistik', 'administrator.gan')
    expect(status).toBe(200)
    expect(text.match(/<svg/g)).toHaveLength(4)
    expect(text.match(/<table/g)).toHaveLength(4)
    expect(text).toContain('Av 400 hushåll fick kommunen kontakt med 0 (0 procent)')
    expect(text).not.toMatch(/Efternamn|Storgatan|B-\d/)
    expect(Buffer.byteLength(text)).toBeLessThan(60_000)
  })

  test("a supervisor's figures are the own committee's, whatever the address asks for", async () => {
    const own = await page('/statistik', 'supervisor.sn')
    expect(own.text).toContain('Av 100 hushåll')
    expect((await page('/statistik?namnd=GAN', 'supervisor.sn')).text).toContain('Av 100 hushåll')
  })

  test('a protected case is in no figure', async () => {
    await sql`update arrears_case set protected = true where number in ('B-1', 'B-2', 'B-3')`.execute(
      api.owner,
    )
    expect((await page('/statistik', 'administrator.gan')).text).toContain('Av 397 hushåll')
  })

  test.each<[string, string, string]>([
    ['a month that is none', '/statistik?fran=2026-13', 'Skriv månaden som ÅÅÅÅ-MM'],
    [
      'a period that ends before it begins',
      '/statistik?fran=2026-05&till=2026-04',
      'måste komma efter den första',
    ],
    ['more than five years', '/statistik?fran=2010-01&till=2026-04', 'Välj högst fem år'],
    ['text where a month belongs', '/statistik?fran=%3Cscript%3E', 'Skriv månaden som ÅÅÅÅ-MM'],
  ])('%s is answered beside the field', async (_what, path, sentence) => {
    const { status, text } = await page(path, 'administrator.gan')
    expect(status).toBe(422)
    expect(text).toContain(sentence)
    expect(text).not.toContain('<script>')
  })

  test('a period without cases says so', async () => {
    const { text } = await page('/statistik?fran=2019-01&till=2019-02', 'administrator.gan')
    expect(text).toContain('För få ärenden för att visa')
  })

  test('the sheet holds the same table', async () => {
    const { text, headers } = await page('/statistik.csv?tabell=tratt', 'administrator.gan', 'en')
    expect(headers['content-disposition']).toBe('attachment; filename="bokvar-statistik-tratt.csv"')
    expect(text.split('\r\n')[0]).toBe('\uFEFFStep;All households;Of them with children')
  })

  test.each<Who>(['caseworker.gan', 'counsellor.sn', 'visitor.gan', 'registrar.gan', 'landlord'])(
    '%s may not open it',
    async (who) => {
      expect((await page('/statistik', who)).status).toBe(403)
    },
  )

  test('the function itself gives a caseworker nothing', async () => {
    const counted = await api.web.transaction().execute(async (trx) => {
      await sql`select set_config('bokvar.role', 'caseworker', true), set_config('bokvar.committee', 'GAN', true)`.execute(
        trx,
      )
      return sql`select * from case_figures('2000-01-01', '2100-01-01', null, '{}')`.execute(trx)
    })
    expect(counted.rows).toEqual([])
  })
})

describe("the board's figures", () => {
  test('show twelve weeks and the age of what is late, each line leading to its list', async () => {
    const { status, text } = await page('/tavla/veckor', 'supervisor.gan')
    expect(status).toBe(200)
    expect(
      text.match(/<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">\d{4}-/g),
    ).toHaveLength(12)
    expect(text).toContain('/uppgifter?flik=all&amp;nar=overdue&amp;enhet=GAN-FS')
  })

  test('the twelve weeks are what counting each week by itself gives', async () => {
    await sql`update task set created_at = created_at - make_interval(days => abs(hashtext(id::text)) % 90),
        due_at = due_at - make_interval(days => abs(hashtext(id::text)) % 100),
        completed_at = case when state = 'done' then completed_at - make_interval(days => abs(hashtext(id::text)) % 60) end`.execute(
      api.owner,
    )
    const { rows } = await sql<Week>`
      select monday::date::text as week, count(*) filter (where created_at >= began and created_at < ended)::int as came,
        count(*) filter (where state = 'done' and completed_at >= began and completed_at < ended)::int as done,
        count(*) filter (where created_at < ended and due_at < ended and (state = 'open' or completed_at >= ended))::int as late
      from generate_series(date_trunc('week', clock_now() at time zone 'Europe/Stockholm') - interval '11 weeks',
          date_trunc('week', clock_now() at time zone 'Europe/Stockholm'), interval '1 week') as monday
        cross join lateral (select monday at time zone 'Europe/Stockholm' as began,
          least((monday + interval '1 week') at time zone 'Europe/Stockholm', clock_now()) as ended) week
        cross join task where committee = 'GAN' and case_id not in (select id from arrears_case where protected) group by monday order by monday`.execute(
      api.owner,
    )
    const supervisor = await findPersonBySubject(api.web, 'supervisor.gan')
    const weeks = await readTrend(api.web, actorOf(supervisor))
    expect(weeks).toEqual(rows)
    expect(new Set(weeks.map(({ late }) => late)).size).toBeGreaterThan(3)
  })

  test('nobody joins a transaction that was begun for another', async () => {
    const [one, other] = await Promise.all(
      ['supervisor.gan', 'supervisor.sn'].map(async (who) =>
        actorOf(await findPersonBySubject(api.web, who)),
      ),
    )
    const joined = inContext(api.web, one!, (trx) => readBoard(trx, other!))
    await expect(joined).rejects.toThrow('another actor')
    const alone = await readBoard(api.web, one!)
    expect(await inContext(api.web, one!, (trx) => readBoard(trx, one!))).toEqual(alone)
  })

  test("the board's sheet holds units and no person", async () => {
    const { text } = await page('/tavla.csv', 'supervisor.gan')
    expect(text).toContain('Namn;Försenade;Äldsta;')
    expect(text).toMatch(/;Borta i dag\r\n/)
    expect(text).not.toMatch(/bench|Bänk/)
    expect(text.split('\r\n').length).toBeGreaterThan(3)
  })
})
