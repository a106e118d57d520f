// Every page in every role, full, empty and in error, in both languages: nothing for axe to find, one heading, light, printable.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { accessibilityFaults, findChromium } from '../support/browser.ts'
import { BASE, desk, openJourneys, type Journeys } from '../support/page-world.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

/** Who sees which pages; CASE, TASK, REFERRAL and NOTICE stand for the first of each. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  '': [
    '/login',
    '/rakna-frist',
    '/rakna-frist?kind=rent&servedDate=2026-12-03',
    '/rakna-frist?kind=rent&servedDate=x',
  ],
  vera: [
    '/hyresvard',
    '/hyresvard/meddelande',
    '/hyresvard/fil',
    '/hyresvard/meddelanden',
    '/hyresvard/meddelanden/NOTICE',
    '/hyresvard/meddelanden/NOTICE/kvitto',
    '/finns-inte',
  ],
  gunilla: [
    '/',
    '/uppgifter',
    '/uppgifter?flik=none',
    '/uppgifter/TASK',
    '/uppgifter/TASK/klar?svar=KLAR',
    '/arenden',
    '/arenden?lista=evictions',
    '/arenden/CASE',
    '/arenden/CASE/kontakt',
    '/arenden/CASE/avsluta',
    '/sok',
  ],
  besim: ['/'],
  gerd: ['/tavla', '/tavla/larm', '/uppgifter?flik=all&nar=overdue', '/arenden/CASE', '/hanvisningar'],
  vilma: ['/tavla', '/tavla/larm', '/uppgifter'],
  berit: [
    '/hanvisningar',
    '/hanvisningar?flik=unit',
    '/hanvisningar?flik=ended',
    '/hanvisningar/REFERRAL',
    '/hanvisningar/REFERRAL/kontakt',
    '/uppgifter',
  ],
  rut: ['/uppgifter'],
  adam: ['/', '/arenden'],
}

/** Forms sent empty: every one must answer with its errors, and accessibly. */
const FORMS: readonly [who: string, path: string, button: string][] = [
  ['vera', '/hyresvard/meddelande', 'Fortsätt till kontroll'],
  ['vera', '/hyresvard/fil', 'Läs filen'],
  ['vera', '/hyresvard/meddelanden/NOTICE', 'Rapportera'],
  ['gunilla', '/uppgifter/TASK', 'Fortsätt'],
  ['gunilla', '/arenden/CASE/kontakt', 'Spara kontakten'],
  ['gunilla', '/arenden/CASE/avsluta', 'Avsluta ärendet'],
  ['gunilla', '/sok', 'Sök'],
  ['gerd', '/uppgifter?flik=all&nar=overdue', 'Flytta'],
  ['gerd', '/tavla/larm', 'Jag har sett de valda'],
]

inBrowser(`Every page${reason}`, () => {
  let journeys: Journeys
  const ids = new Map<string, string>()

  beforeAll(async () => {
    journeys = await openJourneys({ families: 1, days: 6 })
    const { owner } = journeys.world
    const vera = await owner
      .selectFrom('person')
      .select('landlordId')
      .where('username', '=', 'vera')
      .executeTakeFirstOrThrow()
    // The families' landlord is one that signs in here: what it has sent is Vera's to read.
    await owner
      .updateTable('notice')
      .set({ sender: `landlord:${vera.landlordId}`, landlordId: vera.landlordId })
      .execute()
    const first = async (table: 'notice' | 'arrearsCase' | 'referral') =>
      (await owner.selectFrom(table).select('id').orderBy('id').executeTakeFirstOrThrow()).id
    const task = owner
      .selectFrom('task')
      .select('id')
      .where('committee', '=', 'GAN')
      .where('state', '=', 'open')
    ids.set('NOTICE', await first('notice'))
    ids.set('CASE', await first('arrearsCase'))
    ids.set('REFERRAL', await first('referral'))
    ids.set(
      'TASK',
      (await task.where('titleSv', 'like', 'Granska formuläret%').orderBy('dueAt').executeTakeFirstOrThrow())
        .id,
    )
  }, 120_000)
  afterAll(() => journeys?.stop())

  const addressOf = (path: string) =>
    BASE + path.replace(/NOTICE|CASE|REFERRAL|TASK/g, (word) => ids.get(word) ?? word)

  /** What holds for any page, whoever reads it. */
  async function holds(page: Page, path: string, html: string): Promise<void> {
    expect({ path, faults: await accessibilityFaults(page) }).toEqual({ path, faults: [] })
    expect({ path, headings: await page.locator('h1').count() }).toEqual({ path, headings: 1 })
    expect({ path, light: Buffer.byteLength(html) < 60_000 }).toEqual({ path, light: true })
    expect(await page.title()).not.toMatch(/Familj|Provgatan|Vera Exempel/)
    await saysAll(page, path)
  }

  /** Text that nobody has translated shows as its key, and a missing value as its name in braces. */
  async function saysAll(page: Page, path: string): Promise<void> {
    const text = await page.locator('body').innerText()
    expect({
      path,
      left: /\b[a-z]+\.[a-z]+(?:[.-][a-z]+)+\b|\{\w+\}|undefined|\[object/.exec(text)?.[0],
    }).toEqual({ path })
  }

  test.each(Object.entries(PAGES))(
    'of %s is accessible, light and headed once, also in English',
    async (who, paths) => {
      const page = await journeys.enter(who)
      for (const path of paths) {
        const answer = await page.goto(addressOf(path))
        expect(answer?.headers()['cache-control']).toBe('no-store')
        await holds(page, path, (await answer?.text()) ?? '')
      }
      const [last = '/'] = paths.toReversed()
      await page.goto(addressOf(last))
      await page.goto(`${addressOf(last)}${last.includes('?') ? '&' : '?'}lang=en`)
      expect(await page.locator('html').getAttribute('lang')).toBe('en')
      await saysAll(page, `${last} in English`)
      await page.context().close()
    },
    120_000,
  )

  test('sent empty says what is wrong, on top with the focus and at the field, and loses nothing', async () => {
    for (const [who, path, button] of FORMS) {
      const page = await journeys.enter(who)
      await page.goto(addressOf(path))
      await journeys.press(page, button)
      // Waits for the page's script, which comes after the page; without the focus it waits in vain.
      await page.waitForFunction("document.activeElement?.classList.contains('govuk-error-summary')")
      const links = await page.locator('.govuk-error-summary a').all()
      expect(links.length).toBeGreaterThan(0)
      for (const link of links) {
        const target = await link.getAttribute('href')
        expect({
          path,
          target,
          fields: await page.locator(`[id="${target?.slice(1)}"]`).count(),
        }).toMatchObject({ fields: 1 })
      }
      expect({ path, faults: await accessibilityFaults(page) }).toEqual({ path, faults: [] })
      await page.context().close()
    }
  }, 120_000)

  test('fits a phone of 320 points and print without a bar to scroll sideways', async () => {
    const page = await journeys.enter('gunilla', { viewport: { width: 320, height: 640 } })
    for (const path of ['/', '/uppgifter', '/arenden/CASE', '/uppgifter/TASK', '/arenden/CASE/kontakt']) {
      await page.goto(addressOf(path))
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect({ path, width }).toEqual({ path, width: 320 })
    }
    await page.emulateMedia({ media: 'print' })
    await page.goto(addressOf('/arenden/CASE'))
    expect(await page.locator('.bokvar-footer').isVisible()).toBe(false)
    expect(await page.locator('.bokvar-clock').isVisible()).toBe(true)
    await page.context().close()
  })

  test('can be used by keyboard alone: from the top to the content, and through a form', async () => {
    const page = await journeys.enter('gunilla', desk)
    await page.goto(addressOf('/uppgifter/TASK'))
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement?.className')).toContain('govuk-skip-link')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/klar\?svar=/)
    await page.context().close()
  })

  test('violates no content policy and asks nobody else for anything', () => {
    expect(journeys.complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([])
    const hosts = new Set(journeys.addresses.map((address) => new URL(address).hostname))
    expect([...hosts]).toEqual(['localhost'])
  })
})
