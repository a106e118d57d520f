// Home visits in a real browser: from the week to the sheet in the stairwell, on a phone without script, in both languages.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { actorOf, findPersonBySubject } from '../../shared/casework/people.ts'
import { bookVisit } from '../../shared/casework/visits.ts'
import { findChromium, follow } from '../support/browser.ts'
import { wordsIn } from '../support/languages.ts'
import {
  BASE,
  desk,
  openJourneys,
  OUTSIDERS,
  phone,
  taskToCall,
  WAYS,
  type Journeys,
  type World,
} from '../support/page-world.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''
const bare = { ...phone, javaScriptEnabled: false }
const narrow = { viewport: { width: 320, height: 640 } }

inBrowser(`The pages of home visits${reason}`, () => {
  let journeys: Journeys
  let world: World
  const enter: Journeys['enter'] = (...given) => journeys.enter(...given)
  const press: Journeys['press'] = (...given) => journeys.press(...given)
  const summary = (page: Page) => page.locator('.govuk-error-summary a').allInnerTexts()
  const banner = (page: Page) => page.locator('.govuk-notification-banner').innerText()
  const main = (page: Page) => page.locator('main').innerText()

  beforeAll(async () => {
    journeys = await openJourneys({ families: 6, days: 0 })
    world = journeys.world
    // The housing company's adviser, who makes a pair with the income support's own visitor.
    await world.owner
      .insertInto('person')
      .values({
        subject: 'olle',
        username: 'olle',
        name: 'Olle Bokvist',
        role: 'caseworker',
        committee: 'SN',
        unit: 'SN-BOKONS',
      })
      .execute()
    await sql`insert into outbox (topic, subject_id) values ('visit-plan.due', gen_random_uuid())`.execute(
      world.owner,
    )
    await world.drain()
    expect(world.failures).toEqual([])
  })
  afterAll(() => journeys?.stop())

  test.each(WAYS)(
    'week, one press, sheet, consent, list, outcome, %s',
    async (_way, place, options, language) => {
      const { say, holds } = wordsIn(language)
      const page = await enter('gunilla', options)
      await page.goto(`${BASE}/hembesok?lang=${language}`)
      expect(await main(page)).toMatch(
        /(Förslag|Suggestion): .* \d\d:\d\d–\d\d:\d\d, Besim Trappström, Olle Bokvist, (område|area) \d{3}/,
      )
      await follow(
        page.getByRole('button', { name: /^(Boka förslaget i ärende|Book the suggestion in case)/ }).first(),
      )
      expect(await banner(page)).toContain(say('Besöket är bokat.'))
      const sheet = page.url()
      expect(await main(page)).toContain('Familj Påhittad')
      expect(await page.title()).not.toMatch(/Familj|Provgatan/)

      const besim = await enter('besim', place < 2 ? options : { ...options, ...narrow })
      await besim.goto(`${sheet}?lang=${language}`)
      await press(besim, say('Vi är framme'))
      expect(await main(besim)).toMatch(/(Framme|There since) \d\d:\d\d/)
      // What each answer must be is asked with script and without, in both languages: twice is enough for that.
      if (place === 2 || place === 3) {
        await press(besim, say('Spara resultatet'))
        expect(await summary(besim)).toEqual([say('Välj hur besöket gick')])
        await besim.check('input[value=GENOMFORT]')
        await press(besim, say('Spara resultatet'))
        const first = expect.stringMatching(/^(Notera först att alla|Note first that all)/)
        expect(await summary(besim)).toEqual([first])
        await besim.fill('#who1', 'hyresgästen')
        await press(besim, say('Spara svaren'))
        expect(await summary(besim)).toEqual([say('Välj vad personen svarade')])
        expect(await besim.inputValue('#who1')).toBe('hyresgästen')
      }
      await besim.fill('#who1', 'hyresgästen')
      await besim.check('input[name=answer1][value=yes]')
      await press(besim, say('Spara svaren'))
      expect(await main(besim)).toContain(say('Alla har sagt ja. Ni får gå in.'))
      await besim.fill('#who2', 'sambo')
      if (place === 2 || place === 3) {
        await besim.check('input[name=answer2][value=door-only]')
        await press(besim, say('Spara svaren'))
        expect(await main(besim)).toMatch(holds('Någon har inte sagt ja.'))
        await besim.check('input[value=GENOMFORT]')
        await press(besim, say('Spara resultatet'))
        expect((await summary(besim)).join()).toMatch(/Prata i dörren|Talk at the door/)
      }
      await besim.check('input[name=answer2][value=yes]')
      await press(besim, say('Spara svaren'))
      await besim.check('input[value=HUR_UPPKOM]')
      await besim.fill('#note', 'Lönen kom sent.')
      await press(besim, say('Spara listan'))
      expect(await besim.isChecked('input[value=HUR_UPPKOM]')).toBe(true)
      expect(await besim.inputValue('#note')).toBe('Lönen kom sent.')
      await press(besim, say('Vi är ute'))
      await besim.check('input[value=GENOMFORT]')
      await press(besim, say('Spara resultatet'))
      expect(await main(besim)).toMatch(/(Resultat: Träffades och fick komma in|Result: [A-Z])/)
      await world.drain()
      const { rows } = await sql<
        Record<string, unknown>
      >`select v.state, v.consent_given, v.checked_out_at is not null as out,
      (select count(*)::int from visit_adult a where a.visit_id = v.id) as adults, t.state as task, t.outcome
      from visit v join task t on t.id = v.task_id where v.id = ${sheet.split('/').at(-1)}`.execute(
        world.owner,
      )
      expect(rows).toEqual([
        { state: 'done', consentGiven: true, out: true, adults: 2, task: 'done', outcome: 'GENOMFORT' },
      ])
      await page.context().close()
      await besim.context().close()
    },
  )

  test('a booking says beside each field what is wrong, keeps what was written, and can be moved and called off', async () => {
    const page = await enter('gunilla', desk)
    await page.goto(`${BASE}/hembesok`)
    await page.locator('a', { hasText: 'Välj en annan tid' }).first().click()
    await page.fill('#day', '2031-12-24')
    await page.fill('#time', '10:00')
    await page.fill('#purpose', 'Erbjuda hjälp')
    await page.selectOption('#second', '')
    await press(page, 'Boka besöket')
    expect(await summary(page)).toEqual([
      'Välj en till: ett hembesök görs av två',
      'Välj om besöket är föranmält',
    ])
    await page.selectOption('#first', { label: 'Besim Trappström' })
    await page.selectOption('#second', { label: 'Gunilla Stödberg' })
    await page.check('input[value=no]')
    await press(page, 'Boka besöket')
    expect(await summary(page)).toEqual(['Skriv varför besöket inte föranmäls'])
    await page.check('input[value=yes]')
    await press(page, 'Boka besöket')
    expect((await summary(page)).join()).toContain('Dagen är inte en arbetsdag')
    expect(await page.inputValue('#purpose')).toBe('Erbjuda hjälp')
    await page.fill('#day', '2031-12-29')
    await press(page, 'Boka besöket')
    expect(await banner(page)).toContain('Besöket är bokat')
    await page.click('text=Boka om eller avboka')
    await page.fill('#time', '13:00')
    await press(page, 'Boka om')
    expect(await summary(page)).toEqual(['Skriv varför besöket ändras'])
    await page.fill('#why', 'Hyresgästen bad om det')
    await press(page, 'Boka om')
    expect(await main(page)).toContain('13:00–14:30')
    await page.click('text=Boka om eller avboka')
    await page.fill('#why', 'Hyresgästen avböjde')
    await press(page, 'Avboka besöket')
    expect(await main(page)).toContain('Besöket är avbokat: Hyresgästen avböjde.')
    await page.context().close()
  })

  test('absence is entered and taken back; the calendar link says Bokat and dies with the press', async () => {
    const page = await enter('besim', bare)
    await page.goto(`${BASE}/franvaro`)
    await page.fill('#from', '2031-02-03')
    await page.fill('#to', '2031-02-01')
    await press(page, 'Spara frånvaron')
    expect(await summary(page)).toEqual(['Sista dagen kan inte vara före den första.'])
    await page.fill('#to', '2031-02-07')
    await press(page, 'Spara frånvaron')
    expect(await main(page)).toContain('2031-02-03 till 2031-02-07')
    await press(page, 'Ta bort Besim Trappström 2031-02-03')
    expect(await main(page)).toContain('Ingen frånvaro är inlagd')
    await page.goto(`${BASE}/kalender`)
    await press(page, 'Skapa en ny länk')
    const link = await page.locator('#link').innerText()
    await page.goto(`${BASE}/kalender`)
    expect(await main(page)).not.toContain(link)
    const person = await findPersonBySubject(
      world.web,
      world.identity.people.find((one) => one.username === 'besim')!.sub,
    )
    const other = await world.owner
      .selectFrom('person')
      .select('id')
      .where('username', '=', 'gunilla')
      .executeTakeFirstOrThrow()
    const [row] = await world.owner
      .selectFrom('arrearsCase')
      .select('id')
      .where('state', '=', 'open')
      .orderBy('number')
      .limit(1)
      .execute()
    await bookVisit(world.web, actorOf(person!), {
      caseId: row!.id,
      ifMatch: null,
      startsAt: '2031-03-04T09:00:00Z',
      minutes: 60,
      visitors: [person!.id, other.id],
      announced: true,
      reason: null,
      taskId: null,
    })
    const feed = await page.request.get(link)
    const text = await feed.text()
    expect(feed.headers()['content-type']).toContain('text/calendar')
    expect(text).toMatch(/BEGIN:VCALENDAR[^]*DTSTART:20310304T090000Z[^]*SUMMARY:Bokat[^]*END:VCALENDAR/)
    expect(text).not.toMatch(/Familj|Provgatan|\b702\b|Besim|LOCATION|DESCRIPTION/)
    expect(text).not.toContain(row!.id)
    await press(page, 'Ta bort länken')
    const gone = await page.request.get(link)
    const never = await page.request.get(`${BASE}/kalender/${'x'.repeat(43)}.ics`)
    expect([gone.status(), await gone.text()]).toEqual([404, await never.text()])
    expect((await page.request.get(`${BASE}/kalender/short.ics`)).status()).toBe(404)
    await page.context().close()
  })

  test.each(OUTSIDERS)('%s sees nothing of another committee’s visit: %i', async (who, status) => {
    const { id } = await world.owner.selectFrom('visit').select('id').executeTakeFirstOrThrow()
    expect(await journeys.knock(who, `/hembesok/${id}`)).toEqual({ status, named: false })
  })

  test('a lost session loses nothing that was written: kept while it is typed, and without script when it is sent', async () => {
    const bare = await enter('petter', { javaScriptEnabled: false })
    const { id, caseId } = await taskToCall(world.owner)
    const runOut = () =>
      sql`update web_session set expires_at = clock_now() - interval '1 hour'
        where subject = (select subject from person where username = 'petter')`.execute(world.owner)
    const signInAgain = async (page: Page) => {
      expect(new URL(page.url()).pathname).toBe('/login')
      await page.locator('main a').first().click()
    }
    await bare.goto(`${BASE}/arenden/${caseId}/kontakt`)
    await bare.check('input[name=channel][value=sms]')
    await bare.fill('#note', 'Hon vill bli ringd efter fem.')

    const page = await enter('petter')
    const task = `${BASE}/uppgifter/${id}/klar?svar=NADD_TACKAR_JA`
    await page.goto(task)
    const second = await page.context().newPage()
    await second.goto(task)
    const typed = async (on: Page, text: string) => {
      const answer = on.waitForResponse((one) => new URL(one.url()).pathname === '/utkast')
      await on.fill('#note', text)
      expect((await answer).status()).toBe(200)
    }
    await typed(page, 'Hon tackar ja, men')
    await typed(second, 'Hon tackar ja.')
    // Waits for the words, which the script writes when it has read the answer.
    await second
      .locator('[data-draft-told]', { hasText: /annat fönster klockan \d\d:\d\d är ersatt/ })
      .waitFor()
    await runOut()

    await press(bare, 'Spara kontakten')
    expect(await banner(bare)).toContain('Det du skrev är sparat')
    await signInAgain(bare)
    await bare.waitForURL(`${BASE}/arenden/${caseId}/kontakt`)
    expect(await bare.inputValue('#note')).toBe('Hon vill bli ringd efter fem.')
    expect(await bare.isChecked('input[name=channel][value=sms]')).toBe(true)
    await press(bare, 'Kasta det jag skrev')
    expect(await bare.inputValue('#note')).toBe('')

    // The page of before: closed without being sent, and opened again from its address.
    await page.goto(`${BASE}/uppgifter/${id}/klar`)
    await signInAgain(page)
    await page.waitForURL(`${BASE}/uppgifter/${id}/klar`)
    expect(await main(page)).toMatch(/Det du skrev .* klockan \d\d:\d\d finns kvar/)
    expect(await page.inputValue('#note')).toBe('Hon tackar ja.')
    // The other window still holds the form of the sign-in before.
    await second.fill('#note', 'Hon tackar ja till lördag.')
    await press(second, 'Klart')
    expect(await banner(second)).toContain('Du har loggat in igen')
    expect(await second.inputValue('#note')).toBe('Hon tackar ja till lördag.')
    await second.fill('#time', '00:01')
    await press(second, 'Klart')
    await second.waitForURL(`${BASE}/arenden/${caseId}`)
    expect(await world.owner.selectFrom('formDraft').select('form').execute()).toEqual([])
    await Promise.all([page.context().close(), bare.context().close()])
  })

  test('no journey left anything behind that it must not', () => {
    expect(journeys.leftBehind()).toEqual([])
  })
})
