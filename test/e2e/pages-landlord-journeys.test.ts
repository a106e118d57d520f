// A landlord's notice in six steps, a workbook of seventy, and a caseworker's letter: in a real browser, four ways, two languages.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { accessibilityFaults, findChromium, follow } from '../support/browser.ts'
import { wordsIn } from '../support/languages.ts'
import { BASE, openJourneys, WAYS, type Journeys, type World } from '../support/page-world.ts'
import { workbookOf, type Cell } from '../support/workbook-file.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

const WORDS = {
  sv: {
    go: 'Fortsätt',
    later: 'Spara och fortsätt senare',
    on: 'Fortsätt skriva',
    check: 'Kontrollera svaren',
    send: 'Skicka meddelandet',
    done: 'Meddelandet är mottaget',
    change: 'Ändra',
  },
  en: {
    go: 'Continue',
    later: 'Save and continue later',
    on: 'Continue writing',
    check: 'Check the answers',
    send: 'Send the notice',
    done: 'The notice is received',
    change: 'Change',
  },
} as const

inBrowser(`The journeys of landlords and their letters${reason}`, () => {
  let journeys: Journeys
  let world: World
  const enter: Journeys['enter'] = (...given) => journeys.enter(...given)
  const press: Journeys['press'] = (...given) => journeys.press(...given)
  const heading = (page: Page) => page.locator('h1').innerText()
  const text = (page: Page) => page.locator('main').innerText()
  const summary = (page: Page) => page.locator('.govuk-error-summary a').allInnerTexts()
  const count = async () => (await world.owner.selectFrom('notice').select('id').execute()).length
  const accessible = async (page: Page) => expect(await accessibilityFaults(page)).toEqual([])

  beforeAll(async () => {
    journeys = await openJourneys({ families: 1, days: 1 })
    world = journeys.world
  })
  afterAll(() => journeys?.stop())

  test.each(WAYS)(
    'a notice goes out in six steps and survives being left half-way, %s',
    async (_way, place, options, language) => {
      const say = WORDS[language]
      let page = await enter('vera', options)
      await page.goto(`${BASE}/hyresvard/meddelande/steg/1?lang=${language}`)
      await press(page, say.go)
      expect(await summary(page)).toHaveLength(1)
      await page.check('input[value=rent-termination]')
      await press(page, say.go)
      await page.fill('#landlord-name', 'Exempelfastigheter i Örebro AB')
      await press(page, say.go)
      await page.fill('#tenant-name', `Stig Stegvis ${place}`)
      // Left here, with the session lost: what was written is there when they come back.
      await press(page, say.later)
      expect(new URL(page.url()).pathname).toBe('/hyresvard')
      await page.context().close()
      page = await enter('vera', options)
      await page.goto(`${BASE}/hyresvard?lang=${language}`)
      await page.click(`text=${say.on}`)
      await press(page, say.go)
      await press(page, say.go)
      expect(await page.inputValue('#tenant-name')).toBe(`Stig Stegvis ${place}`)
      if (place === 2) await accessible(page)
      if (place === 3) {
        // Both faults at once: an empty field does not hide what is wrong beside it.
        await page.fill('#dwelling-postalCode', '7021')
        await press(page, say.go)
        expect(await summary(page)).toEqual([
          expect.stringMatching(/^Lägenhetens gatuadress/),
          expect.stringMatching(/^Postnummer/),
        ])
      }
      await page.fill('#dwelling-address', `Steggatan ${place + 1}`)
      await page.fill('#dwelling-postalCode', '702 10')
      await page.fill('#dwelling-rooms', '2')
      await press(page, say.go)
      await page.fill('#rents-0-period', '2026-10')
      await page.fill('#rents-0-dueDate', '2026-09-31')
      await page.fill('#rents-0-amount', '8 450,50')
      await press(page, say.go)
      expect(await page.locator('#rents-0-dueDate-error').count()).toBe(1)
      await page.fill('#rents-0-dueDate', '2026-09-30')
      // Enter goes on; it does not add another line of rent.
      await page.press('#rents-0-amount', 'Enter')
      await page.waitForURL(/steg\/5$/)
      await press(page, say.go)
      await press(page, say.go)
      expect(await heading(page)).toBe(say.check)
      // What may keep it from counting leads to where it is mended, also where a whole group is empty.
      const places = page.locator('.bokvar-remark a')
      expect(await places.evaluateAll((all) => all.map((one) => one.getAttribute('href')))).toContain(
        '/hyresvard/meddelande/steg/5?andra=1#payment-bankgiro',
      )
      await follow(
        page.getByRole('link', { name: new RegExp(`^${say.change}.*(Antal rum|Number of rooms)`) }),
      )
      expect(new URL(page.url()).pathname).toBe('/hyresvard/meddelande/steg/3')
      await page.fill('#dwelling-rooms', '3')
      await press(page, say.go)
      await page.check('input[name=declaration]')
      const before = await count()
      await press(page, say.send)
      expect(await heading(page)).toBe(say.done)
      expect(await count()).toBe(before + 1)
      // Back and once more: the same receipt, no second notice.
      const receipt = page.url()
      await page.goto(`${BASE}/hyresvard/meddelande/kontrollera`)
      expect(await count()).toBe(before + 1)
      const answer = await page.request.get(`${receipt}/pdf`)
      const pdf = (await answer.body()).toString('latin1')
      expect(answer.headers()['content-type']).toBe('application/pdf')
      expect(answer.headers()['content-disposition']).toMatch(/^inline; filename="kvitto-M\d{4}-\d{5}\.pdf"$/)
      for (const mark of ['/StructTreeRoot', '/MarkInfo', `/Lang (${language === 'sv' ? 'sv-SE' : 'en-GB'})`])
        expect(pdf).toContain(mark)
      expect(pdf).not.toMatch(/Stegvis/)
      await page.context().close()
    },
    300_000,
  )

  const COLUMNS = [
    'Ärendetyp',
    'Kontrakt',
    'Bolag',
    'Kund',
    'Gata',
    'Postnummer',
    'Månad',
    'Sista dag',
    'Summa',
  ]
  const MEANT = [
    'typ',
    'egen_referens',
    'hyresvard',
    'hyresgast_namn',
    'adress',
    'postnr',
    'period',
    'forfallodag',
    'belopp',
  ]
  const seventy = (letter: string): Cell[][] => {
    const rows = Array.from({ length: 70 }, (_, n): Cell[] => [
      n === 5 ? 'hyra' : 'rent-termination',
      `${letter}-${n}`,
      'Exempelbostäder AB',
      `Filip Rad ${letter}${n}`,
      `Filgatan ${letter}${n}`,
      70210,
      '2026-10',
      n === 20 ? '2026-09-31' : new Date(Date.UTC(2026, 8, 30)),
      n === 40 ? 'åtta tusen' : 8450.5,
    ])
    return [COLUMNS, ...rows]
  }

  test.each(WAYS)(
    'a workbook of seventy with three errors: columns said once, the bad rows back, the good ones sent, %s',
    async (_way, place, options, language) => {
      const { say, holds } = wordsIn(language)
      const choose = async (page: Page, name: string, rows: Cell[][]) => {
        await page.goto(`${BASE}/hyresvard/fil`)
        const mimeType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
        await page.setInputFiles('#file', { name, mimeType, buffer: await workbookOf(rows) })
        await press(page, say('Läs filen'))
      }
      // Nobody has said yet what these columns mean.
      await world.owner.deleteFrom('columnMapping').execute()
      const page = await enter('vera', options)
      await page.goto(`${BASE}/hyresvard?lang=${language}`)
      const rows = seventy(`A${place}`)
      if (place === 0) {
        await choose(page, 'lista.csv', rows)
        expect(await summary(page)).toEqual([expect.stringContaining('Filens namn säger en sak')])
      }
      const before = await count()
      await choose(page, 'lista.xlsx', rows)
      expect(await heading(page)).toBe(say('Vad betyder era kolumner?'))
      expect(await text(page)).toContain(`Filip Rad A${place}0`)
      if (place === 0) await accessible(page)
      const fields = page.locator('main select')
      for (const [n, column] of MEANT.entries())
        await fields.nth(n).selectOption(n === 3 && place < 2 ? 'adress' : column)
      await press(page, say('Spara och läs filen'))
      if (place < 2) {
        expect(await summary(page)).toEqual([expect.stringMatching(holds('Två kolumner kan inte vara'))])
        await page.locator('main select').nth(3).selectOption('hyresgast_namn')
        await press(page, say('Spara och läs filen'))
      }
      expect(await heading(page)).toBe(say('Granska filen'))
      expect((await page.locator('.bokvar-tile__figure').allInnerTexts()).slice(0, 2)).toEqual(['67', '3'])
      const errors = await page.locator('main table').first().locator('tbody tr').allInnerTexts()
      expect(errors.map((line) => /^(\d+)\s+(\w+)/.exec(line)?.slice(1))).toEqual([
        ['7', 'typ'],
        ['22', 'forfallodag'],
        ['42', 'belopp'],
      ])
      if (place === 0) await accessible(page)
      expect(await count()).toBe(before)
      const link = page.click(`text=${say('Hämta bara de felaktiga raderna (CSV)')}`)
      const [download] = await Promise.all([page.waitForEvent('download'), link])
      expect(download.suggestedFilename()).toBe('bokvar-att-ratta.csv')
      await press(page, say('Skicka {count} meddelanden').replace('{count}', '67'))
      await world.drain()
      await page.goto(page.url())
      expect(await text(page)).toContain(say('Alla rader är inlästa.'))
      expect(await count()).toBe(before + 67)
      // The next file is read as this one was, without a question.
      if (place === 0) {
        await choose(page, 'december.xlsx', seventy('B'))
        expect(await heading(page)).toBe(say('Granska filen'))
      }
      await page.context().close()
    },
    300_000,
  )

  test('a caseworker sees a letter before it is kept, and gets it for a window envelope', async () => {
    const { id } = await world.owner
      .selectFrom('arrearsCase')
      .select('id')
      .where('committee', '=', 'GAN')
      .orderBy('openedAt')
      .executeTakeFirstOrThrow()
    const page = await enter('gunilla')
    await page.goto(`${BASE}/arenden/${id}/brev`)
    await accessible(page)
    await page.getByRole('link', { name: /^Lättläst svenska\s*: Första kontakt/ }).click()
    await press(page, 'Spara brevet i ärendet')
    expect(await summary(page)).toEqual(['Fyll i: Telefonnummer att ringa'])
    await accessible(page)
    await page.fill('#phone', '019-21 10 00')
    await press(page, 'Visa brevet med det jag fyllt i')
    expect(await text(page)).toContain('Telefon: 019-21 10 00')
    await press(page, 'Spara brevet i ärendet')
    expect(await page.title()).not.toMatch(/Påhittad/)
    expect(await text(page)).toContain('Familj Påhittad')
    await accessible(page)
    const answer = await page.request.get(`${page.url()}/pdf`)
    expect(answer.headers()['content-disposition']).toMatch(/^inline; filename="brev-[0-9a-f]{8}\.pdf"$/)
    expect((await answer.body()).toString('latin1')).toContain('/StructTreeRoot')
    await page.goto(`${BASE}/arenden/${id}`)
    expect(await page.locator('#letters + ul').innerText()).toContain('Första kontakt')
    const other = await enter('vilma')
    expect((await other.request.get(`${BASE}/arenden/${id}/brev`)).status()).toBe(404)
    await other.context().close()
    await page.context().close()
  })

  test('no journey left anything behind that it must not', () => {
    expect(journeys.leftBehind()).toEqual([])
  })
})
