// What supervisors and caseworkers mainly do, in a real browser: with and without script, desk and phone.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { findChromium, follow } from '../support/browser.ts'
import { wordsIn } from '../support/languages.ts'
import {
  BASE,
  openJourneys,
  OUTSIDERS,
  taskToCall,
  WAYS,
  type Journeys,
  type World,
} from '../support/page-world.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

inBrowser(`The pages of staff${reason}`, () => {
  let journeys: Journeys
  let world: World
  const enter: Journeys['enter'] = (...given) => journeys.enter(...given)
  const press: Journeys['press'] = (...given) => journeys.press(...given)
  const heading = (page: Page) => page.locator('h1').innerText()
  const summary = (page: Page) => page.locator('.govuk-error-summary a').allInnerTexts()
  const banner = (page: Page) => page.locator('.govuk-notification-banner').innerText()

  beforeAll(async () => {
    journeys = await openJourneys({ families: 6, days: 6 })
    world = journeys.world
  })
  afterAll(() => journeys?.stop())

  test.each(WAYS)(
    'a supervisor finds what is overdue and moves it, %s',
    async (_way, place, options, language) => {
      const { say, holds } = wordsIn(language)
      const page = await enter('gerd', options)
      expect(new URL(page.url()).pathname).toBe('/tavla')
      const tile = page.locator('.bokvar-tile a').first()
      const told = Number(await tile.locator('.bokvar-tile__figure').innerText())
      await follow(tile)
      expect(await page.locator('.bokvar-paging').innerText()).toMatch(new RegExp(`(av|of) ${told}`))
      const dues = await page.locator('tbody .bokvar-band .bokvar-quiet').allInnerTexts()
      expect(dues).toEqual(dues.toSorted())
      await press(page, say('Flytta'))
      expect(await summary(page)).toEqual([
        expect.stringMatching(holds('Välj minst en uppgift')),
        say('Välj vem som ska ha uppgifterna'),
        say('Skriv varför uppgifterna flyttas'),
      ])
      const boxes = [
        page.locator('input[name=tasks]').nth(place),
        page.locator('input[name=tasks]').nth(place + 5),
      ]
      const chosen = await Promise.all(boxes.map((box) => box.inputValue()))
      for (const box of boxes) await box.check()
      await page.selectOption('#to', { label: '– Petter Vaktmo' })
      await page.fill('#reason', `Gunilla är sjuk (${place}).`)
      await press(page, say('Flytta'))
      expect(await banner(page)).toMatch(holds('uppgifter är flyttade'))
      const moved = await world.owner
        .selectFrom('task')
        .innerJoin('person', 'person.id', 'task.assignee')
        .select('person.username')
        .where('task.id', 'in', chosen)
        .execute()
      expect(moved).toEqual([{ username: 'petter' }, { username: 'petter' }])
      await page.context().close()
    },
  )

  test('every number on the board opens a list of just so many', async () => {
    const { rows } = await sql<{ until: string }>`insert into absence (person_id, away_from, away_to)
      select id, clock_today() - 1, clock_today() + 3 from person where username = 'besim'
      returning away_to as until`.execute(world.owner)
    const page = await enter('gerd')
    const until = page
      .getByRole('row', { name: /Besim Trappström/ })
      .locator('a', { hasText: rows[0]!.until })
    const links = await page.locator('main .bokvar-tile a, main td a').evaluateAll((all) =>
      all.flatMap((one) => ({
        href: one.getAttribute('href') ?? '',
        count: /^\s*(\d+)(?![\d-])/.exec(one.textContent ?? '')?.[1] ?? '1',
      })),
    )
    expect(links.filter(({ href }) => href.startsWith('/franvaro')).map(({ href }) => href)).toEqual([
      '/franvaro?nar=today',
      '/franvaro?nar=today&enhet=GAN-BESOK',
      await until.getAttribute('href'),
    ])
    expect(links.length).toBeGreaterThan(8)
    for (const { href, count } of links) {
      const list = await (await page.request.get(BASE + href)).text()
      expect({ href, total: /\d av (\d+)/.exec(list)?.[1] }).toEqual({ href, total: count })
    }
    await follow(until)
    expect(await page.getByRole('region', { name: 'Frånvarande i dag' }).innerText()).toContain(
      `till och med ${rows[0]!.until}`,
    )
    await page.context().close()
  })

  test('a supervisor marks alerts as seen, and they are gone from the list', async () => {
    const page = await enter('gerd')
    await page.goto(`${BASE}/tavla/larm`)
    await press(page, 'Jag har sett de valda')
    expect(await summary(page)).toEqual(['Välj minst ett larm'])
    const total = async () => Number(/av (\d+)/.exec(await page.locator('.bokvar-paging').innerText())?.[1])
    const before = await total()
    await page.locator('input[name=alerts]').first().check()
    await press(page, 'Jag har sett de valda')
    expect(await total()).toBe(before - 1)
    await page.context().close()
  })

  test.each(WAYS)(
    'a caseworker takes a case and completes a task, %s',
    async (_way, place, options, language) => {
      const { say, holds } = wordsIn(language)
      const page = await enter('gunilla', options)
      expect(await heading(page)).toBe(say('Min dag'))
      await page.goto(`${BASE}/arenden?lista=unowned`)
      await follow(page.locator('tbody a').first())
      const address = page.url()
      await press(page, say('Ta ärendet'))
      expect(await page.locator('.bokvar-identity').innerText()).toContain('Gunilla Stödberg')
      expect(await page.locator('.bokvar-clock').innerText()).toMatch(holds('Så räknas fristen'))
      expect(await page.title()).not.toMatch(/Familj|Provgatan/)
      await page
        .locator('a', { hasText: /Ring och sms:a hyresgästen|Call and text the tenant/ })
        .first()
        .click()
      // Two tasks of two cases have the same name: the page says whose this is.
      expect(await page.locator('main p a').first().getAttribute('href')).toBe(new URL(address).pathname)
      await press(page, say('Fortsätt'))
      expect(await summary(page)).toEqual([say('Välj hur det gick')])
      await page.check('input[value=EJ_NADD]')
      await press(page, say('Fortsätt'))
      expect(await page.locator('main').innerText()).toMatch(holds('Nästa försök att nå hushållet planeras'))
      await page.fill('#time', '25:00')
      await press(page, say('Klart'))
      expect(await page.locator('#time-error').innerText()).toMatch(/TT:MM|HH:MM/)
      await page.fill('#time', '00:01')
      await page.fill('#note', `Ringde två gånger (${place}).`)
      await press(page, say('Klart'))
      expect(page.url()).toBe(address)
      expect(await page.locator('.bokvar-timeline').innerText()).toMatch(
        /En uppgift blev klar: Inte nådd|A task was done: Not reached/,
      )
      await page.context().close()
    },
  )

  test('a period that ends tomorrow in a case that nobody has is in front of everybody in the unit', async () => {
    const { rows } = await sql<{
      number: string
    }>`update arrears_case set recovery_safe_day = clock_today() + 1
      where id = (select id from arrears_case where assignee is null order by number limit 1)
      returning number`.execute(world.owner)
    const page = await enter('gunilla')
    const clocks = page.locator('section', { has: page.locator('#clocks') })
    expect(await clocks.innerText()).toContain(`Ärende ${rows[0]?.number}`)
    expect(await clocks.innerText()).toMatch(/om 1 dag/)
    await page.context().close()
  })

  test('a case is not closed while something stands in the way, and what was written is kept', async () => {
    const page = await enter('gunilla')
    await page.goto(`${BASE}/arenden?lista=open`)
    await page.locator('tbody a').first().click()
    await page.click('text=Avsluta ärendet')
    await page.selectOption('#outcome', 'INGEN_KONTAKT')
    await page.fill('#source', 'Hyresvärden ringde')
    await press(page, 'Avsluta ärendet')
    expect((await summary(page)).join(' ')).toMatch(/Öppna uppgifter: \d+/)
    expect(await page.inputValue('#source')).toBe('Hyresvärden ringde')
    await page.context().close()
  })

  test('a case is found by name, and what was searched for is in no address', async () => {
    const page = await enter('gunilla')
    await page.goto(`${BASE}/sok`)
    await page.check('input[value=name]')
    await page.fill('#text', 'familj påhittad 2')
    await press(page, 'Sök')
    expect(await page.locator('#found').innerText()).toBe('Träffar: 1')
    await page.check('input[value=personalIdentityNumber]')
    await page.fill('#text', '19900101-1111')
    await press(page, 'Sök')
    expect(await page.locator('#text-error').innerText()).toContain('Personnumret stämmer inte')
    expect(await page.title()).not.toMatch(/familj|1990/)
    await page.context().close()
  })

  test.each(OUTSIDERS)('%s sees nothing of another committee’s case: %i', async (who, status) => {
    const { id } = await world.owner.selectFrom('arrearsCase').select('id').executeTakeFirstOrThrow()
    expect(await journeys.knock(who, `/arenden/${id}`)).toEqual({ status, named: false })
  })

  test('a task is done by keyboard alone: past the frame, from each fault to its field, and on', async () => {
    const page = await enter('gunilla')
    const { id } = await world.owner
      .selectFrom('task')
      .select('id')
      .where('titleSv', 'like', 'Ring och sms:a%')
      .where('state', '=', 'open')
      .where('committee', '=', 'GAN')
      .orderBy('dueAt')
      .executeTakeFirstOrThrow()
    await page.goto(`${BASE}/uppgifter/${id}`)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement?.className')).toContain('govuk-skip-link')
    await page.keyboard.press('Enter')
    await press(page, 'Fortsätt')
    // Waits for the page's script, which comes after the page; without the focus it waits in vain.
    await page.waitForFunction("document.activeElement?.classList.contains('govuk-error-summary')")
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForFunction("document.activeElement?.type === 'radio'")
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/klar\?svar=/)
    await page.context().close()
  })

  test('a task answered twice is answered once; from an old page, what was written is shown beside what a colleague did', async () => {
    const page = await enter('gunilla', { javaScriptEnabled: false })
    const { id, caseId } = await taskToCall(world.owner)
    const told = async () =>
      (await world.owner.selectFrom('timeline').select('id').where('caseId', '=', caseId).execute()).length
    await page.goto(`${BASE}/uppgifter/${id}/klar?svar=NADD_TACKAR_JA`)
    const field = (name: string) => page.inputValue(`main input[name=${name}]`)
    const form = { _csrf: await field('_csrf'), day: await field('day'), time: '00:01', answer: 'EJ_NADD' }
    const before = await told()
    const send = () => page.request.post(`${BASE}/uppgifter/${id}/klar`, { form, maxRedirects: 0 })
    const answers = await Promise.all([send(), send()])
    expect(answers.map((answer) => answer.status())).toEqual([303, 303])
    expect(await told()).toBe(before + 1)
    // The same answer from another window, but with a note: that nobody has kept it is said, and it stands there still.
    const withNote = await page.request.post(`${BASE}/uppgifter/${id}/klar`, {
      form: { ...form, note: 'Ringer igen.' },
    })
    expect([withNote.status(), await withNote.text()]).toEqual([409, expect.stringContaining('Ringer igen.')])
    expect(await told()).toBe(before + 1)
    // Meanwhile the other page stood there with another answer: what is written on it is kept, and nothing is done twice.
    await page.fill('#note', 'Nådde henne på kvällen.')
    await page.fill('#time', '00:01')
    await press(page, 'Klart')
    expect((await summary(page)).join()).toContain('redan klar med ett annat svar')
    expect(await page.inputValue('#note')).toBe('Nådde henne på kvällen.')
    expect(await told()).toBe(before + 1)
    await page.goto(`${BASE}/uppgifter/${id}/klar?svar=EJ_NADD`)
    expect(new URL(page.url()).pathname).toBe(`/uppgifter/${id}`)
    await page.context().close()
  })

  test('a case is printed without the frame and with its clock', async () => {
    const page = await enter('gunilla')
    const { id } = await world.owner.selectFrom('arrearsCase').select('id').executeTakeFirstOrThrow()
    await page.emulateMedia({ media: 'print' })
    await page.goto(`${BASE}/arenden/${id}`)
    expect(await page.locator('.bokvar-footer').isVisible()).toBe(false)
    expect(await page.locator('.bokvar-clock').isVisible()).toBe(true)
    expect(await page.locator('.bokvar-printed').innerText()).toContain('Utskrivet av Gunilla Stödberg')
    // No addresses behind the links: they made six sheets of one case.
    const after = await page.evaluate<string[]>(
      "[...document.querySelectorAll('main a')].map((one) => getComputedStyle(one, '::after').content)",
    )
    expect(new Set(after)).toEqual(new Set(['none']))
    await page.context().close()
  })

  test('no journey left anything behind that it must not', () => {
    expect(journeys.leftBehind()).toEqual([])
  })
})
