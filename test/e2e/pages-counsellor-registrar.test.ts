// What counsellors and registrars mainly do, in a real browser: with and without script, at a desk and on a phone.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { accessibilityFaults, findChromium, follow } from '../support/browser.ts'
import { wordsIn } from '../support/languages.ts'
import { BASE, openJourneys, phone, WAYS, type Journeys, type World } from '../support/page-world.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

// One white dot: a scan that a browser can show.
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8z8BQDwAEgAF/pooBPQAAAABJRU5ErkJggg=='

// A picture is there when it is decoded, not when its page is: asked sooner, it has no width yet.
const naturalWidth = (img: unknown) => {
  const picture = img as { decode: () => Promise<void>; naturalWidth: number }
  return picture.decode().then(() => picture.naturalWidth)
}

inBrowser(`The pages of counsellors and registrars${reason}`, () => {
  let journeys: Journeys
  let world: World
  const enter: Journeys['enter'] = (...given) => journeys.enter(...given)
  const press: Journeys['press'] = (...given) => journeys.press(...given)
  const summary = (page: Page) => page.locator('.govuk-error-summary a').allInnerTexts()
  const banner = (page: Page) => page.locator('.govuk-notification-banner').innerText()
  const lastOf = (page: Page) => new URL(page.url()).pathname.split('/').at(-1)!
  const accessible = async (page: Page) => expect(await accessibilityFaults(page)).toEqual([])

  beforeAll(async () => {
    journeys = await openJourneys({ families: 6, days: 6 })
    world = journeys.world
  })
  afterAll(() => journeys?.stop())

  test.each(WAYS)(
    'a counsellor accepts, reaches the tenant and books a time, %s',
    async (_way, place, options, language) => {
      const { say, holds } = wordsIn(language)
      const page = await enter(place % 2 === 0 ? 'berit' : 'bilal', options)
      expect(new URL(page.url()).pathname).toBe('/hanvisningar')
      const first = await page.locator('.bokvar-work li').first().innerText()
      expect(first).toMatch(holds('Försenat'))
      expect(first).toMatch(holds('Möte erbjudet senast'))
      const fresh = page.locator('.bokvar-work li', { hasText: language === 'sv' ? 'Ny' : 'New' })
      await follow(fresh.first().locator('a'))
      const id = lastOf(page)
      await press(page, say('Acceptera'))
      expect(await banner(page)).toMatch(holds('Hänvisningen är din'))
      if (place === 0) await accessible(page)
      await page.click(`text=${say('Registrera en kontakt')}`)
      await press(page, say('Spara kontakten'))
      expect(await summary(page)).toEqual([
        say('Du måste ange hur kontakten gick'),
        say('Välj hur du försökte'),
      ])
      await page.check('input[value=NADD_TACKAR_JA]')
      await page.check('input[value=phone]')
      await press(page, say('Spara kontakten'))
      await press(page, say('Hyresgästen har fått ett första svar'))
      await press(page, say('Boka tiden'))
      expect(await summary(page)).toEqual([say('Välj en tid')])
      const choice = page.locator('input[name=slotId]').first()
      const slotId = await choice.inputValue()
      await choice.check()
      await press(page, say('Boka tiden'))
      expect(await page.locator('#clock').innerText()).toMatch(/^(Möte|Meeting) 2026-/)
      const row = await world.owner
        .selectFrom('referral')
        .innerJoin('counsellingSlot', 'counsellingSlot.referralId', 'referral.id')
        .select([
          'referral.meetingAt',
          'counsellingSlot.startsAt',
          'counsellingSlot.id',
          'referral.firstAnswerAt',
        ])
        .where('referral.id', '=', id)
        .executeTakeFirstOrThrow()
      expect(row).toMatchObject({ id: slotId, meetingAt: row.startsAt, firstAnswerAt: expect.any(String) })
      const contacts = await world.owner
        .selectFrom('contact')
        .select(['channel', 'result', 'reached'])
        .where('referralId', '=', id)
        .execute()
      expect(contacts).toEqual([{ channel: 'phone', result: 'NADD_TACKAR_JA', reached: true }])
      await page.context().close()
    },
  )

  test('a counsellor gives a referral back only with a reason, and looks after the times', async () => {
    const page = await enter('berit')
    await accessible(page)
    await follow(page.locator('.bokvar-work li', { hasText: 'Ny' }).first().locator('a'))
    const id = lastOf(page)
    await page.click('summary:has-text("Lämna tillbaka")')
    await press(page, 'Lämna tillbaka')
    expect(await summary(page)).toEqual(['Skriv varför du lämnar tillbaka hänvisningen'])
    await page.fill('#reason', 'Jag känner familjen.')
    await press(page, 'Lämna tillbaka')
    expect(await banner(page)).toContain('lämnad tillbaka')
    const row = await world.owner
      .selectFrom('referral')
      .select('rejectedReason')
      .where('id', '=', id)
      .executeTakeFirst()
    expect(row).toEqual({ rejectedReason: 'Jag känner familjen.' })
    await page.goto(`${BASE}/radgivningstider`)
    await accessible(page)
    const times = await page.locator('.bokvar-work li').count()
    await follow(page.locator('.bokvar-work button').first())
    expect(await page.locator('.bokvar-work li').count()).toBe(times - 1)
    await press(page, 'Lägg in en tid')
    expect((await summary(page)).length).toBe(2)
    await page.context().close()
  })

  const letter = { name: 'inkommet.png', mimeType: 'image/png', buffer: Buffer.from(DOT, 'base64') }

  test.each(WAYS)(
    'a registrar puts a letter in the inbox and enters it, %s',
    async (_way, place, options, language) => {
      const { say, holds } = wordsIn(language)
      const page = await enter('rut', options)
      expect(new URL(page.url()).pathname).toBe('/inkorg')
      await page.click(`text=${say('Lägg in något som har kommit')}`)
      await page.fill('#day', 'igår')
      await press(page, say('Lägg i inkorgen'))
      expect(await summary(page)).toEqual([
        say('Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-11-20'),
        say('Välj dokumentet, eller kryssa för att det inte finns något'),
      ])
      await page.fill('#day', '2026-11-26')
      const program = { ...letter, buffer: Buffer.from('#!/bin/sh') }
      await page.setInputFiles('#file', program)
      await press(page, say('Lägg i inkorgen'))
      expect((await summary(page))[0]).toMatch(/PDF, JPEG (eller|or) PNG/)
      const buffer = Buffer.concat([letter.buffer, Buffer.from(`brev ${place}`)])
      await page.setInputFiles('#file', { ...letter, buffer })
      await press(page, say('Lägg i inkorgen'))
      expect(await banner(page)).toMatch(holds('Lagt i inkorgen'))
      const id = lastOf(page)
      await page.click(`text=${say('Meddelande från hyresvärd')}`)
      expect(await page.locator('.bokvar-scan img').evaluate(naturalWidth)).toBe(1)
      await press(page, say('Skriv in'))
      expect(await summary(page)).toContainEqual(
        expect.stringMatching(/^(Hyresvärdens namn|Name of the landlord): /),
      )
      if (place === 0) await accessible(page)
      await page.check('input[value=rent-termination]')
      await page.fill('#landlord-name', 'Exempelfastigheter i Örebro AB')
      await page.fill('#tenant-name', `Brevfamilj ${place}`)
      await page.fill('#dwelling-address', `Pappersgatan ${place}`)
      await page.fill('#dwelling-postalCode', '702 10')
      await page.fill('#rents-0-period', '2026-10')
      await page.fill('#rents-0-amount', 'åtta tusen')
      await press(page, say('Skriv in'))
      expect((await summary(page)).join()).toMatch(/Belopp|Amount/)
      await page.check('#asWritten')
      await press(page, say('Skriv in'))
      expect(await banner(page)).toMatch(/(Inskrivet som|Entered as) M2026-\d+/)
      const row = await world.owner
        .selectFrom('inboxItem')
        .innerJoin('notice', 'notice.id', 'inboxItem.noticeId')
        .select(['notice.receivedOn', 'notice.source'])
        .where('inboxItem.id', '=', id)
        .executeTakeFirstOrThrow()
      expect(row).toEqual({ receivedOn: '2026-11-26', source: 'registrar' })
      await page.context().close()
    },
  )

  test('a registrar enters what Kronofogden sent, sets aside what is not ours, and sees what a question is about', async () => {
    const page = await enter('rut', phone)
    const add = async (name: string) => {
      await page.goto(`${BASE}/inkorg/ny`)
      await page.check('#nofile')
      await press(page, 'Lägg i inkorgen')
      await page.click(`text=${name}`)
    }
    await add('Besked från Kronofogden')
    await page.check('input[value=date-set]')
    await page.fill('#caseNumber', 'U-1234-26/0210')
    await page.fill('#occurredOn', '2026-11-25')
    await page.fill('#respondent-name', 'Brevfamilj 0')
    await page.fill('#respondent-address', 'Pappersgatan 0')
    await press(page, 'Skriv in')
    expect((await summary(page))[0]).toContain('Skriv dagen för avhysningen')
    await accessible(page)
    await page.fill('#evictionDay', '2026-12-18')
    await page.fill('#evictionTime', '9.30')
    await press(page, 'Skriv in')
    expect(await banner(page)).toContain('Inskrivet som')
    const { evictionAt } = await world.owner
      .selectFrom('evictionNotice')
      .select('evictionAt')
      .orderBy('receivedAt', 'desc')
      .executeTakeFirstOrThrow()
    expect(evictionAt).toBe('2026-12-18T08:30:00.000Z')
    await add('Det är inte till oss')
    await press(page, 'Det är inte till oss')
    expect((await summary(page))[0]).toContain('Skriv varför')
    await page.fill('#reason', 'Skickat till Kumla.')
    await press(page, 'Det är inte till oss')
    expect(await page.locator('main').innerText()).toContain('Skickat till Kumla.')
    await accessible(page)
    await page.goto(`${BASE}/uppgifter`)
    await follow(page.locator('a', { hasText: 'Granska formuläret' }).first())
    expect(await page.locator('.bokvar-paper').first().innerText()).toContain('Familj')
    await accessible(page)
    await page.check('input[value=KLAR]')
    await press(page, 'Fortsätt')
    await press(page, 'Klart')
    expect(new URL(page.url()).pathname).toBe('/uppgifter')
    await page.context().close()
  })

  test('a document is shown as what its bytes are, may run nothing, and is nobody else’s', async () => {
    const { id } = await world.owner
      .selectFrom('inboxItem')
      .select('id')
      .where('mediaType', '=', 'image/png')
      .executeTakeFirstOrThrow()
    const page = await enter('rut')
    const answer = await page.request.get(`${BASE}/inkorg/${id}/dokument`)
    expect(answer.headers()).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'self'",
      'cache-control': 'no-store',
    })
    await page.context().close()
    for (const who of ['gunilla', 'berit', 'gerd', 'adam', 'vera']) {
      const other = await enter(who)
      expect([who, (await other.request.get(`${BASE}/inkorg/${id}/dokument`)).status()]).toEqual([who, 403])
      await other.context().close()
    }
  })

  test('in English, and no journey left a name in an address nor a complaint in the browser', async () => {
    const page = await enter('rut')
    await page.goto(`${BASE}/inkorg?lang=en`)
    expect(await page.locator('h1').innerText()).toBe('Inbox')
    await page.goto(`${BASE}/inkorg/ny?lang=en`)
    await accessible(page)
    await page.context().close()
    expect(journeys.addresses.filter((address) => /1234-26/.test(address))).toEqual([])
    expect(journeys.leftBehind()).toEqual([])
  })
})
