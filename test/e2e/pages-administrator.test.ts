// The administrator's pages in a real browser: a rule is changed, checked, rehearsed and published by a second person.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { accessibilityFaults, findChromium } from '../support/browser.ts'
import { wordsIn } from '../support/languages.ts'
import { BASE, desk, openJourneys, phone, WAYS, type Journeys } from '../support/page-world.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

inBrowser(`The administrator's pages${reason}`, () => {
  let journeys: Journeys
  const enter: Journeys['enter'] = (...given) => journeys.enter(...given)
  const press: Journeys['press'] = (...given) => journeys.press(...given)
  const summary = (page: Page) => page.locator('.govuk-error-summary a').allInnerTexts()
  const banner = (page: Page) => page.locator('.govuk-notification-banner').innerText()
  const inForce = async (kind = 'routing') => {
    const { rows } = await sql<{ version: number }>`select version from rule_version where kind = ${kind}
      and state = 'published' and valid_from <= clock_today() order by valid_from desc, version desc limit 1`.execute(
      journeys.world.owner,
    )
    return rows[0]?.version
  }

  beforeAll(async () => {
    journeys = await openJourneys({ families: 3, days: 1 })
  })
  afterAll(() => journeys?.stop())

  test.each(WAYS)(
    'a rule is changed, checked, rehearsed and published by a second person, %s',
    async (_way, place, options, language) => {
      const { say, holds } = wordsIn(language)
      const adam = await enter('adam', options)
      expect(new URL(adam.url()).pathname).toBe('/regler')
      await adam.click(`text=${say('Fördelningsregler')}`)
      await press(adam, say('Ändra tabellen'))

      // A fault is shown beside its row and stops the publication.
      await adam.goto(`${BASE}/regler/fordelning/utkast/rad?nyckel=80`)
      await adam.fill('#c-enhet', 'SN-BORTA')
      await press(adam, say('Spara raden'))
      expect(await adam.locator('[aria-labelledby="rad-80"]').innerText()).toMatch(
        /”SN-BORTA” finns inte|"SN-BORTA" does not exist/,
      )
      await adam.goto(`${BASE}/regler/fordelning/utkast/rad?nyckel=80`)
      await adam.fill('#c-enhet', 'SN-MOTT')
      await adam.fill('#c-skal_sv', `Störning utan annat behov (${place}).`)
      await press(adam, say('Spara raden'))
      expect(await adam.locator('main').innerText()).toMatch(holds('Kontrollen hittar inget som hindrar'))

      await press(adam, say('Lämna över för granskning'))
      expect(await summary(adam)).toEqual([say('Skriv varför tabellen ändras')])
      await adam.fill('#note', 'Tydligare skäl')
      await press(adam, say('Lämna över för granskning'))
      const version = adam.url()
      await press(adam, say('Torrkör'))
      expect(await adam.locator('main').innerText()).toMatch(/Pågår: 0 av|0 of/)
      await journeys.world.drain()
      await adam.reload()
      expect(await adam.locator('.bokvar-tiles').innerText()).toMatch(/3\s*(ärenden prövade|cases)/)

      await adam.goto(version)
      await press(adam, say('Granska och publicera'))
      expect((await summary(adam)).join()).toMatch(
        /Den som har skrivit i utkastet kan inte granska det|Whoever has written in the draft cannot review it/,
      )
      const before = await inForce()
      await adam.context().close()

      const asa = await enter('asa', options)
      await asa.goto(version)
      await press(asa, say('Granska och publicera'))
      expect(await banner(asa)).toMatch(holds('Versionen är publicerad'))
      expect(await inForce()).toBe((before ?? 0) + 1)
      await asa.context().close()
    },
  )

  test('a colleague’s change of the same row stands beside one’s own, and nothing is lost', async () => {
    const [adam, asa] = [await enter('adam'), await enter('asa')]
    for (const page of [adam, asa])
      await page.goto(`${BASE}/regler/kodlistor/utkast/rad?nyckel=cause%2FHYRA_FLERA`)
    await adam.fill('#c-sv', 'Adams ord')
    await press(adam, 'Spara raden')
    await asa.fill('#c-sv', 'Åsas ord')
    await press(asa, 'Spara raden')
    const remark = await asa.locator('.bokvar-remark').innerText()
    expect(remark).toMatch(/Adam Regelius sparade samma rad/)
    expect(remark).toMatch(/Adams ord\s+Åsas ord/)
    expect(await asa.inputValue('#c-sv')).toBe('Åsas ord')
    expect(await accessibilityFaults(asa)).toEqual([])
    await press(asa, 'Spara raden')
    expect(await asa.locator('main').innerText()).toContain('Senast ändrat av Åsa Granskell')
    await press(asa, 'Kasta utkastet')
    for (const page of [adam, asa]) await page.context().close()
  })

  test('colours that cannot be told apart are refused with their ratio; those that can are on every page', async () => {
    const page = await enter('adam', phone)
    const svg = (inside: string) => ({
      name: 'logotyp.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4">${inside}</svg>`),
    })
    await page.goto(`${BASE}/utseende`)
    await page.fill('#brand', '#ffd84d')
    await page.setInputFiles('#logo', svg('<script>alert(1)</script>'))
    await press(page, 'Spara utseendet')
    const said = (await summary(page)).join(' ')
    expect(said).toMatch(/Texten på profilfärgen har kontrasten 1,\d\d:1 och behöver minst 4,5:1/)
    expect(await page.locator('#logo-error').innerText()).toContain('inga skript')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.fill('#brand', '#5c1f3a')
    await page.setInputFiles('#logo', svg('<rect width="4" height="4" fill="#fff"/>'))
    await press(page, 'Spara utseendet')
    expect(await banner(page)).toContain('Utseendet är sparat')
    const colour = "getComputedStyle(document.querySelector('.bokvar-header')).backgroundColor"
    expect(await page.evaluate(colour)).toBe('rgb(92, 31, 58)')
    // Waits for the picture, which comes after the page; one that is refused never gets a width.
    await page.waitForFunction("document.querySelector('.bokvar-header__logo').naturalWidth > 0")
    await page.context().close()
  })

  test('anybody reports a barrier, and an administrator answers it', async () => {
    const nobody = await enter('', { ...phone, javaScriptEnabled: false })
    await nobody.goto(`${BASE}/tillganglighet?lang=en`)
    expect(await nobody.locator('main').innerText()).toContain('Act on Accessibility')
    await nobody.goto(`${BASE}/tillganglighet/rapportera?lang=sv`)
    await press(nobody, 'Skicka rapporten')
    expect(await summary(nobody)).toEqual(['Berätta vad som inte går att använda'])
    await nobody.fill('#problem', 'Knappen läses inte upp.')
    await press(nobody, 'Skicka rapporten')
    expect(await banner(nobody)).toContain('Rapporten är mottagen')
    await nobody.context().close()
    const page = await enter('adam')
    await page.goto(`${BASE}/tillganglighet/rapporter`)
    expect(await page.locator('main').innerText()).toContain('Knappen läses inte upp.')
    await press(page, 'Klart')
    expect(await summary(page)).toEqual(['Skriv vad som gjordes'])
    await page.locator('input[name^=answer-]').fill('Knappen har fått ett namn.')
    await press(page, 'Klart')
    expect(await page.locator('main').innerText()).toMatch(/Klar .*Adam Regelius/)
    await page.context().close()
  })

  test('a person is let in and ended, and nobody changes their own rights, in either language', async () => {
    const page = await enter('adam')
    await page.goto(`${BASE}/personer/ny`)
    await press(page, 'Lägg till en person')
    expect((await summary(page)).length).toBeGreaterThan(0)
    await page.fill('#subject', 'sub-ny')
    await page.fill('#username', 'nina')
    await page.fill('#name', 'Nina Nybo')
    await page.selectOption('#role', 'caseworker')
    await page.selectOption('#unit', 'GAN-FS')
    await press(page, 'Lägg till en person')
    expect(await page.locator('.bokvar-timeline').innerText()).toContain('Tillagd')
    await press(page, 'Avsluta behörigheten')
    expect(await page.locator('main').innerText()).toContain('Avslutad')
    for (const [language, button, said] of [
      ['sv', 'Spara', 'Du kan inte ändra din egen roll'],
      ['en', 'Save', 'You cannot change your own role'],
    ] as const) {
      await page.goto(`${BASE}/personer?roll=administrator&lang=${language}`)
      await page.locator('main').getByText('Adam Regelius').click()
      await page.selectOption('#role', 'caseworker')
      await press(page, button)
      expect((await summary(page)).join()).toContain(said)
    }
    await page.goto(`${BASE}/hyresvardar?lang=sv`)
    await page.locator('tbody a').first().click()
    await press(page, 'Bjud in ännu en person')
    expect(await page.locator('.bokvar-remark code').innerText()).toMatch(/^[\w-]{22}$/)
    await press(page, 'Stäng av hyresvärden')
    expect(await page.locator('main').innerText()).toContain('Avstängd')
    await press(page, 'Öppna hyresvärden igen')
    await page.context().close()
  })

  test('every page is accessible, light, headed once, and says all it says in English too', async () => {
    const page = await enter('asa', desk)
    await page.goto(`${BASE}/regler/enheter`)
    await press(page, 'Ändra tabellen')
    const rules = [
      '',
      '/fordelning',
      '/uppgiftsmallar',
      '/enheter/utkast',
      '/fordelning/versioner',
      '/version/1',
    ]
    const paths = [
      ...rules.map((path) => `/regler${path}`),
      '/regler/prova?prova=ja&alder=82&behov=v%C3%A5rdbehov',
      '/regler/prova?prova=ja&alder=x',
      '/utseende',
      '/personer',
      '/personer/ny',
      '/hyresvardar',
      '/tillganglighet',
      '/tillganglighet/rapporter',
    ]
    for (const path of paths) {
      const answer = await page.goto(`${BASE}${path}${path.includes('?') ? '&' : '?'}lang=en`)
      const html = (await answer?.text()) ?? ''
      expect({ path, faults: await accessibilityFaults(page) }).toEqual({ path, faults: [] })
      expect({ path, light: Buffer.byteLength(html) < 60_000 }).toEqual({ path, light: true })
      expect({ path, headings: await page.locator('h1').count() }).toEqual({ path, headings: 1 })
      const text = await page.locator('main').innerText()
      const left = /\b[a-z]+\.[a-z]+(?:[.-][a-z]+)+\b|undefined|\[object/.exec(text)?.[0]
      expect({ path, left }).toEqual({ path })
    }
    await page.goto(`${BASE}/regler?lang=sv`)
    await page.context().close()
  })

  test.each([
    ['gunilla', '/regler/fordelning', 200],
    ['gunilla', '/regler/fordelning/utkast', 403],
    ['vera', '/regler', 403],
    ['gerd', '/personer', 403],
    ['gerd', '/utseende', 403],
    ['adam', '/regler/finns-inte', 404],
    ['adam', '/regler/version/999999', 404],
    ['adam', '/uppgifter', 403],
  ])('%s asks for %s and is answered %i', async (who, path, status) => {
    const page = await enter(who)
    expect((await page.request.get(BASE + path)).status()).toBe(status)
    await page.context().close()
  })

  test('no journey left anything behind that it must not', () => {
    expect(journeys.addresses.filter((address) => /nina|nybo|adams/i.test(address))).toEqual([])
    expect(journeys.leftBehind()).toEqual([])
  })
})
