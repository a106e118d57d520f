// Consent, what saves a tenancy, and the coordination meeting in a real browser: with and without script, accessible, nothing lost.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { accessibilityFaults, findChromium, follow } from '../support/browser.ts'
import { BASE, desk, openJourneys, phone, type Journeys, type World } from '../support/page-world.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

inBrowser(`The pages of the tenancy${reason}`, () => {
  let journeys: Journeys
  let world: World
  let caseId: string
  const press: Journeys['press'] = (...given) => journeys.press(...given)
  const summary = (page: Page) => page.locator('.govuk-error-summary a').allInnerTexts()
  const banner = (page: Page) => page.locator('.govuk-notification-banner').innerText()
  const section = (page: Page, id: string) => page.locator(`section[aria-labelledby=${id}]`)

  beforeAll(async () => {
    journeys = await openJourneys({ families: 2, days: 1 })
    world = journeys.world
    const found = await world.owner
      .selectFrom('arrearsCase')
      .select('id')
      .where('committee', '=', 'GAN')
      .orderBy('number')
      .executeTakeFirstOrThrow()
    caseId = found.id
    await sql`update arrears_case set amount_owed = 900000 where id = ${caseId}`.execute(world.owner)
  })
  afterAll(() => journeys?.stop())

  test('a consent is recorded and withdrawn; refused, the form comes back as it was filled in', async () => {
    const page = await journeys.enter('gunilla', { ...desk, javaScriptEnabled: false })
    await page.goto(`${BASE}/arenden/${caseId}/samtycke`)
    await page.check('input[value=PLAN]')
    await page.fill('#to', '2020-01-01')
    await press(page, 'Spara samtycket')
    expect(await summary(page)).toEqual(['Välj vem som får veta', 'Välj ändamål'])
    expect(await page.isChecked('input[value=PLAN]')).toBe(true)
    expect(await page.inputValue('#to')).toBe('2020-01-01')
    await page.selectOption('#recipient', 'landlord')
    await page.selectOption('#purpose', 'BETALNINGSPLAN')
    await press(page, 'Spara samtycket')
    expect(await summary(page)).toEqual([
      'Samtycket slutar innan det börjar. Ändra sista dagen, eller lämna den tom.',
    ])
    await page.fill('#to', '')
    await press(page, 'Spara samtycket')
    expect(await banner(page)).toContain('Samtycket är registrerat')
    expect(await section(page, 'consents').innerText()).toContain('Hyresvärden')
    await follow(section(page, 'consents').locator('button').first())
    expect(await banner(page)).toContain('Samtycket är återtaget')
    expect(await section(page, 'consents').innerText()).toContain('Återtaget')
    await page.context().close()
  })

  test('a plan and a payment stand on the case page, on a phone', async () => {
    const page = await journeys.enter('gunilla', phone)
    await page.goto(`${BASE}/arenden/${caseId}/betalningsplan`)
    await page.fill('#day1', '2027-01-29')
    await page.fill('#sum1', '4500')
    await press(page, 'Spara planen')
    expect(await summary(page)).toEqual(['Planen täcker inte hela skulden. Lägg till betalningar.'])
    expect(await accessibilityFaults(page)).toEqual([])
    await page.fill('#day2', '2027-02-26')
    await page.fill('#sum2', '4500')
    await press(page, 'Spara planen')
    expect(await banner(page)).toContain('Planen är sparad')
    expect(await section(page, 'tenancy').innerText()).toMatch(
      /Betalningsplan: följs\. 0\skr betalt av 9\s000\skr/,
    )
    await page.context().close()
  })

  test('an undertaking is asked for by one, decided by another, sent with its proof', async () => {
    const page = await journeys.enter('gunilla')
    await page.goto(`${BASE}/arenden/${caseId}`)
    await page.click('text=Begär åtagande om hyran')
    await press(page, 'Begär beslut')
    expect(await summary(page)).toEqual(['Skriv skälen'])
    await page.fill('#reason', 'Barnfamilj med tillfälligt inkomstbortfall.')
    await press(page, 'Begär beslut')
    expect(await banner(page)).toContain('Åtagandet är begärt')
    // The one who asks has no page to decide on.
    expect((await page.goto(`${BASE}/arenden/${caseId}/atagande/beslut`))?.status()).toBe(403)
    const boss = await journeys.enter('gerd')
    await boss.goto(`${BASE}/arenden/${caseId}/atagande/beslut`)
    expect(await boss.locator('main').innerText()).toContain('Gunilla Stödberg begär')
    await boss.check('input[value=yes]')
    await boss.fill('#reason', 'Beviljas.')
    await press(boss, 'Spara beslutet')
    expect(await section(boss, 'tenancy').innerText()).toContain('Brevet till hyresvärden')
    await boss.goto(`${BASE}/arenden/${caseId}/atagande/avsandning`)
    await press(boss, 'Spara avsändningen')
    expect(await summary(boss)).toEqual([expect.stringContaining('Lägg till beviset på avsändning')])
    expect(await accessibilityFaults(boss)).toEqual([])
    await boss.fill('#proof', 'RR123456789SE')
    await press(boss, 'Spara avsändningen')
    expect(await section(boss, 'tenancy').innerText()).toContain('skickat i tid')
    await Promise.all([page.context().close(), boss.context().close()])
  })

  test('a case is nominated, decided on at the meeting, and the decision is a task', async () => {
    const page = await journeys.enter('gunilla')
    await page.goto(`${BASE}/arenden/${caseId}/nominera`)
    await press(page, 'Nominera')
    expect(await banner(page)).toContain('står på dagordningen')
    await follow(page.locator('nav >> text=Möten'))
    await follow(page.locator('.bokvar-work li', { hasText: '1 ärenden' }).locator('a'))
    expect(await accessibilityFaults(page)).toEqual([])
    await page.locator('summary', { hasText: 'Skriv beslut' }).click()
    await press(page, 'Spara beslutet')
    expect(await summary(page)).toEqual(['Skriv vad mötet beslutade'])
    await page.fill('#decision', 'Bokonsulenten ringer på kvällen.')
    await press(page, 'Spara beslutet')
    expect(await banner(page)).toContain('har blivit en uppgift')
    await page.goto(`${BASE}/arenden/${caseId}`)
    expect(await section(page, 'tasks').innerText()).toContain('Gör det som samverkansmötet beslutade')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.context().close()
  })

  test('a visitor records none of it, a contact sees only an empty list, and the pages speak English', async () => {
    const visitor = await journeys.enter('besim')
    for (const path of ['samtycke', 'atagande', 'betalningsplan', 'anstand', 'avhysningsdag', 'nominera'])
      expect((await visitor.goto(`${BASE}/arenden/${caseId}/${path}`))?.status()).toBe(403)
    expect((await visitor.goto(`${BASE}/moten`))?.status()).toBe(403)
    await visitor.goto(`${BASE}/kontaktperson?lang=en`)
    expect(await visitor.locator('main').innerText()).toContain('household’s contact')
    const other = await journeys.enter('vilma')
    expect((await other.goto(`${BASE}/arenden/${caseId}/samtycke`))?.status()).toBe(404)
    await Promise.all([visitor.context().close(), other.context().close()])
    expect(journeys.leftBehind()).toEqual([])
  })
})
