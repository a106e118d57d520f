// What supervisors and caseworkers mainly do, in a real browser: with and without script, desk and phone.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { findChromium } from '../support/browser.ts'
import { BASE, openJourneys, WAYS, type Journeys, type World } from '../support/page-world.ts'

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
  }, 120_000)
  afterAll(() => journeys?.stop())

  test.each(WAYS)('a supervisor finds what is overdue and moves it, %s', async (_way, place, options) => {
    const page = await enter('gerd', options)
    expect(new URL(page.url()).pathname).toBe('/tavla')
    const tile = page.locator('.bokvar-tile a').first()
    const told = Number(await tile.locator('.bokvar-tile__figure').innerText())
    await tile.click()
    expect(await page.locator('.bokvar-paging').innerText()).toContain(`av ${told}`)
    const dues = await page.locator('tbody .bokvar-band .bokvar-quiet').allInnerTexts()
    expect(dues).toEqual(dues.toSorted())
    await press(page, 'Flytta')
    expect(await summary(page)).toEqual([
      'Välj minst en uppgift',
      'Välj vem som ska ha uppgifterna',
      'Skriv varför uppgifterna flyttas',
    ])
    const boxes = [
      page.locator('input[name=tasks]').nth(place),
      page.locator('input[name=tasks]').nth(place + 5),
    ]
    const chosen = await Promise.all(boxes.map((box) => box.inputValue()))
    for (const box of boxes) await box.check()
    await page.selectOption('#to', { label: '– Petter Vaktmo' })
    await page.fill('#reason', `Gunilla är sjuk (${place}).`)
    await press(page, 'Flytta')
    expect(await banner(page)).toContain('2 uppgifter är flyttade')
    const moved = await world.owner
      .selectFrom('task')
      .innerJoin('person', 'person.id', 'task.assignee')
      .select('person.username')
      .where('task.id', 'in', chosen)
      .execute()
    expect(moved).toEqual([{ username: 'petter' }, { username: 'petter' }])
    await page.context().close()
  })

  test('every number on the board opens a list of just so many', async () => {
    const page = await enter('gerd')
    const links = await page.locator('main .bokvar-tile a, main td a').evaluateAll((all) =>
      all.map((one) => ({
        href: one.getAttribute('href') ?? '',
        count: /\d+/.exec(one.textContent ?? '')?.[0],
      })),
    )
    expect(links.length).toBeGreaterThan(8)
    for (const { href, count } of links) {
      const list = await (await page.request.get(BASE + href)).text()
      expect({ href, total: /\d av (\d+)/.exec(list)?.[1] }).toEqual({ href, total: count })
    }
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

  test.each(WAYS)('a caseworker takes a case and completes a task, %s', async (_way, place, options) => {
    const page = await enter('gunilla', options)
    expect(await heading(page)).toBe('Min dag')
    await page.goto(`${BASE}/arenden?lista=unowned`)
    await page.locator('tbody a').first().click()
    const address = page.url()
    await press(page, 'Ta ärendet')
    expect(await page.locator('.bokvar-identity').innerText()).toContain('Gunilla Stödberg')
    expect(await page.locator('.bokvar-clock').innerText()).toContain('Så räknas fristen')
    expect(await page.title()).not.toMatch(/Familj|Provgatan/)
    await page.locator('a', { hasText: 'Ring och sms:a hyresgästen' }).first().click()
    await press(page, 'Fortsätt')
    expect(await summary(page)).toEqual(['Välj hur det gick'])
    await page.check('input[value=EJ_NADD]')
    await press(page, 'Fortsätt')
    expect(await page.locator('main').innerText()).toContain('Nästa försök att nå hushållet planeras')
    await page.fill('#time', '25:00')
    await press(page, 'Klart')
    expect(await page.locator('#time-error').innerText()).toContain('TT:MM')
    await page.fill('#time', '00:01')
    await page.fill('#note', `Ringde två gånger (${place}).`)
    await press(page, 'Klart')
    expect(page.url()).toBe(address)
    expect(await page.locator('.bokvar-timeline').innerText()).toContain('En uppgift blev klar: Inte nådd')
    await page.context().close()
  })

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

  test.each([
    ['vilma', 404],
    ['berit', 404],
    ['vera', 403],
    ['adam', 403],
  ])('%s sees nothing of another committee’s case: %i', async (who, status) => {
    const { id } = await world.owner.selectFrom('arrearsCase').select('id').executeTakeFirstOrThrow()
    const page = await enter(who)
    const answer = await page.request.get(`${BASE}/arenden/${id}`)
    expect(answer.status()).toBe(status)
    expect(await answer.text()).not.toMatch(/Familj Påhittad|Provgatan|2026-00/)
    await page.context().close()
  })

  test('no journey left a name or an identity number in an address, nor a complaint in the browser', () => {
    const telling = /familj|p%C3%A5|Provgatan|199001/i
    expect(journeys.addresses.filter((address) => telling.test(address))).toEqual([])
    // A browser says of every answer of 4xx that it failed to load; that is what these tests asked for.
    expect(journeys.complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([])
  })
})
