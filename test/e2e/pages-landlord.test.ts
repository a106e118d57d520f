// A landlord's way through the pages in a real browser: with and without script, at a desk and on a phone.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { accessibilityFaults, findChromium } from '../support/browser.ts'
import { BASE, desk, openJourneys, phone, WAYS, type Journeys, type World } from '../support/page-world.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

inBrowser(`The pages of landlords${reason}`, () => {
  let journeys: Journeys
  let world: World
  const enter: Journeys['enter'] = (...given) => journeys.enter(...given)
  const press: Journeys['press'] = (...given) => journeys.press(...given)
  const heading = (page: Page) => page.locator('h1').innerText()
  const summary = (page: Page) => page.locator('.govuk-error-summary a').allInnerTexts()
  const notices = async () => (await world.owner.selectFrom('notice').select('id').execute()).length

  beforeAll(async () => {
    journeys = await openJourneys({ families: 1, days: 1 })
    world = journeys.world
  })
  afterAll(() => journeys?.stop())

  async function fillNotice(page: Page, place: number): Promise<void> {
    await page.fill('#tenant-name', `Karin Påhittad ${place}`)
    await page.fill('#dwelling-address', `Kvittogatan ${place + 1}`)
    await page.fill('#dwelling-postalCode', '702 10')
    await page.fill('#rents-0-period', '2026-10')
    await page.fill('#rents-0-dueDate', '2026-09-31')
    await page.fill('#rents-0-amount', '8 450,50')
    await press(page, 'Lägg till en hyra')
    await page.fill('#rents-1-period', '2026-11')
    await page.fill('#rents-1-dueDate', '2026-10-30')
    await page.fill('#rents-1-amount', '8450')
  }

  // In six steps it is walked in all four ways, in its own file.
  test.each(WAYS.filter(([, , , language]) => language === 'sv'))(
    'a landlord sends a notice and sees the receipt, %s',
    async (_way, place, options) => {
      const page = await enter('vera', options)
      expect(new URL(page.url()).pathname).toBe('/hyresvard')
      await page.click('text=Skicka ett meddelande')
      await page.click('text=Fyll i allt på en sida i stället')
      await page.check('input[value=rent-termination]')
      await page.fill('#landlord-name', 'Exempelfastigheter i Örebro AB')
      await press(page, 'Fortsätt till kontroll')
      // What is missing is said on top and beside the field, and what was written is still there.
      expect(await page.title()).toContain('Fel: ')
      expect(await summary(page)).toEqual([
        'Hyresgästens namn: fyll i uppgiften',
        'Lägenhetens gatuadress: fyll i uppgiften',
      ])
      expect(await page.inputValue('#landlord-name')).toBe('Exempelfastigheter i Örebro AB')
      await fillNotice(page, place)
      await press(page, 'Fortsätt till kontroll')
      expect(await page.locator('#rents-0-dueDate-error').innerText()).toContain('Datumet finns inte')
      await page.fill('#rents-0-dueDate', '2026-09-30')
      await press(page, 'Fortsätt till kontroll')
      expect(await heading(page)).toBe('Kontrollera svaren')
      expect(await page.locator('main').innerText()).toMatch(/8\s450,50\skr/)
      await press(page, 'Skicka meddelandet')
      expect(await summary(page)).toEqual(['Bekräfta att uppgifterna är riktiga'])
      await page.check('input[name=declaration]')
      await press(page, 'Skicka meddelandet')
      expect(await heading(page)).toBe('Meddelandet är mottaget')
      const receipt = await page.locator('.govuk-panel').innerText()
      expect(receipt).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/)
      const number = /M\d{4}-\d{5}/.exec(receipt)?.[0] ?? ''
      const stored = await world.owner
        .selectFrom('notice')
        .select(['source', 'type'])
        .where('number', '=', number)
        .execute()
      expect(stored).toEqual([{ source: 'form', type: 'rent-termination' }])
      await page.reload()
      expect(await page.locator('.govuk-panel').innerText()).toBe(receipt)
      await page.context().close()
    },
  )

  test('a notice sent twice, from two windows or with an impatient thumb, is one notice with one receipt', async () => {
    const page = await enter('vera', { ...desk, javaScriptEnabled: false })
    await page.goto(`${BASE}/hyresvard/meddelande`)
    await page.check('input[value=rent-termination]')
    await fillNotice(page, 20)
    await page.fill('#rents-0-dueDate', '2026-09-30')
    await press(page, 'Fortsätt till kontroll')
    const before = await notices()
    const token = await page.inputValue('input[name=_csrf] >> nth=1')
    const form = { _csrf: token, declaration: 'yes', draft: await page.inputValue('input[name=draft]') }
    const send = () =>
      page.request.post(`${BASE}/hyresvard/meddelande/kontrollera`, { form, maxRedirects: 0 })
    const answers = await Promise.all([send(), send()])
    const places = answers.map((answer) => answer.headers()['location'])
    expect(places[0]).toMatch(/kvitto$/)
    expect(places[1]).toBe(places[0])
    expect(await notices()).toBe(before + 1)
    await page.context().close()
  })

  const rows = [
    'typ;egen_referens;hyresvard;hyresgast_namn;adress;postnr;period;forfallodag;belopp',
    'rent-termination;F-1;Exempelbostäder AB;Filip Rad;Filgatan 1;70210;2026-10;2026-09-30;8450',
    'rent-termination;F-2;Exempelbostäder AB;Frida Rad;Filgatan 2;70210;2026-10;2026-09-31;8450',
    'rent-termination;F-3;Exempelbostäder AB;Folke Rad;Filgatan 3;70210;2026-10;2026-09-30;åtta tusen',
    'rent-termination;F-4;Exempelbostäder AB;Fatima Rad;Filgatan 4;70210;2026-10;2026-09-30;7100',
  ]

  async function chooseFile(page: Page): Promise<void> {
    await page.goto(`${BASE}/hyresvard/fil`)
    const buffer = Buffer.from(rows.join('\r\n'))
    await page.setInputFiles('#file', { name: 'november.csv', mimeType: 'text/csv', buffer })
    await press(page, 'Läs filen')
  }

  test('a landlord looks through a file, sends what is right and gets the bad rows back', async () => {
    const page = await enter('vera')
    await page.goto(`${BASE}/hyresvard/fil`)
    await press(page, 'Läs filen')
    expect(await summary(page)).toEqual(['Välj en fil'])
    const before = await notices()
    await chooseFile(page)
    expect(await heading(page)).toBe('Granska filen')
    const figures = await page.locator('.bokvar-tile__figure').allInnerTexts()
    expect(figures.slice(0, 2)).toEqual(['2', '2'])
    const errors = await page.locator('main table').first().locator('tbody tr').allInnerTexts()
    expect(errors).toHaveLength(2)
    expect(errors[0]).toMatch(/^3\s+forfallodag\s+2026-09-31\s+Datumet finns inte/)
    expect(await accessibilityFaults(page)).toEqual([])
    const link = page.click('text=Hämta bara de felaktiga')
    const [download] = await Promise.all([page.waitForEvent('download'), link])
    expect(download.suggestedFilename()).toBe('bokvar-att-ratta.csv')
    await press(page, 'Avbryt, skicka inget')
    expect(await page.locator('.govuk-notification-banner').innerText()).toContain('Inget skickades')
    await world.drain()
    expect(await notices()).toBe(before)
    await chooseFile(page)
    await press(page, 'Skicka 2 meddelanden')
    expect(await heading(page)).toBe('Filen är mottagen')
    await world.drain()
    await page.goto(page.url())
    expect(await page.locator('main').innerText()).toContain('Alla rader är inlästa.')
    expect(await notices()).toBe(before + 2)
    // The same file again: what exists is said, and nothing is left to send.
    await chooseFile(page)
    expect(await page.locator('main').innerText()).toContain('Finns redan: M')
    expect(await page.getByRole('button', { name: /^Skicka/ }).count()).toBe(0)
    await page.context().close()
  })

  test('a landlord reports what has happened and is told no more than secrecy allows', async () => {
    const page = await enter('vera', { ...phone, javaScriptEnabled: false })
    await page.goto(`${BASE}/hyresvard/meddelanden`)
    expect(await page.locator('main').innerText()).toContain('Vi får inte berätta hur ärendet går')
    await page.locator('tbody a').first().click()
    await press(page, 'Rapportera')
    expect(await summary(page)).toEqual(['Välj vad som har hänt', 'Skriv dagen som ÅÅÅÅ-MM-DD'])
    await page.check('input[value=part-paid]')
    await page.fill('#date', '2026-11-21')
    await press(page, 'Rapportera')
    expect(await page.locator('#amount-error').innerText()).toContain('Skriv beloppet i kronor')
    await page.fill('#amount', '3 000')
    await press(page, 'Rapportera')
    expect(await page.locator('main').innerText()).toMatch(/2026-11-21: En del är betald, 3\s000\skr/)
    const updates = await world.owner.selectFrom('noticeUpdate').select(['type', 'amount']).execute()
    expect(updates).toEqual([{ type: 'part-paid', amount: 300_000 }])
    await page.context().close()
  })

  test('whoever is not signed in counts a period and sees how: served 3 December, received 4 December 2026', async () => {
    const page = await enter('', { ...desk, javaScriptEnabled: false })
    await page.goto(`${BASE}/rakna-frist`)
    await page.fill('#servedDate', '2026-12-03')
    await page.fill('#boardNotifiedDate', '2026-12-04')
    await press(page, 'Räkna')
    const recovery = page.locator('.bokvar-deadline', { hasText: 'Återvinningsfrist' }).first()
    expect(await recovery.locator('dd').first().innerText()).toMatch(/måndag 28 december 2026/i)
    await recovery.locator('summary').click()
    expect(await recovery.locator('ol').innerText()).toContain('juldagen')
    await page.fill('#servedDate', '2026-13-03')
    await press(page, 'Räkna')
    expect(await page.locator('#servedDate-error').innerText()).toContain('Datumet finns inte')
    await page.context().close()
  })

  test('no journey left anything behind that it must not', () => {
    expect(journeys.leftBehind()).toEqual([])
  })
})
