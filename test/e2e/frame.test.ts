// The frame of the pages in a real browser: sign-in, languages, a phone's width, no script, and nothing for axe to find.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { renderPage, tellNextPage } from '../../services/web/frame.ts'
import { accessibilityFaults, findChromium, follow, openBrowser, PATIENCE_MS } from '../support/browser.ts'
import { BASE, startTestServer, type TestServer } from '../support/http.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

async function signOutWithoutScript(page: Page): Promise<void> {
  await page.click('text=Logga ut')
  await page.click('button[name=logout]')
  await page.waitForURL(`${BASE}/logged-out`)
}

inBrowser(`In a browser${reason}`, () => {
  let server: TestServer
  let browser: Browser
  const complaints: string[] = []

  beforeAll(async () => {
    server = await startTestServer(() => [
      (app) => {
        const config = { permission: 'own.page' as const }
        app.get('/', { config }, (_request, reply) =>
          renderPage(reply, 'about', { title: 'Min dag', paragraphs: ['Hej'] }),
        )
        app.get('/fel', { config }, (_request, reply) =>
          renderPage(reply, 'about', {
            title: 'Kontakt',
            paragraphs: [],
            errors: [{ text: 'Fyll i', href: '#main-content' }],
          }),
        )
        app.get('/klart', { config }, (request, reply) => {
          tellNextPage(request, 'Sparat')
          return reply.redirect('/')
        })
        for (const path of ['/uppgifter', '/tavla']) {
          app.get(path, { config: { permission: 'board.read' } }, (_request, reply) =>
            renderPage(reply, 'about', { title: path, paragraphs: [] }),
          )
        }
      },
    ])
    await server.app.listen({ port: Number(new URL(BASE).port), host: '127.0.0.1' })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await server.stop()
  })

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
    return page
  }

  async function signIn(page: Page, username: string): Promise<void> {
    const { password } = server.identity.people.find((person) => person.username === username)!
    await page.goto(`${BASE}/`)
    await page.click('text=Logga in som medarbetare')
    await page.fill('#username', username)
    await page.fill('#password', password)
    await page.click('button[type=submit]')
    await page.waitForURL(`${BASE}/`)
  }

  test('a supervisor signs in, changes language and signs out, and the next person must sign in anew', async () => {
    complaints.length = 0
    const page = await open()
    await page.goto(`${BASE}/`)
    expect(await accessibilityFaults(page)).toEqual([])
    await follow(page.locator('text=Logga in som medarbetare'))
    expect(await accessibilityFaults(page)).toEqual([])
    await signIn(page, 'eva')
    expect(await page.title()).toBe('Min dag – Bokvar')
    expect(await page.locator('nav a').allInnerTexts()).toEqual(
      expect.arrayContaining(['Uppgifter', 'Tavla']),
    )
    expect(await accessibilityFaults(page)).toEqual([])
    await follow(page.locator('a[hreflang=en]'))
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.locator('form button').innerText()).toBe('Sign out')
    await page.click('text=Sign out')
    await page.waitForURL(`${BASE}/logged-out`)
    await page.goto(`${BASE}/`)
    await page.click('text=Sign in as staff')
    await page.waitForSelector('#username')
    // whoever reads English is asked in English who they are
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.locator('h1').innerText()).toBe('Sign in')
    expect(complaints).toEqual([])
  })

  test('everything works without script, on a phone’s width, without scrolling sideways', async () => {
    const page = await open({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } })
    await signIn(page, 'hanna')
    expect(await page.locator('h1').innerText()).toBe('Min dag')
    // The menu hides behind a button only where a script can open it again.
    await signOutWithoutScript(page)
    const phone = await open({ viewport: { width: 320, height: 640 } })
    await signIn(phone, 'eva')
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(320)
    expect(await accessibilityFaults(phone)).toEqual([])
  })

  test('an error is said first in title and page, and takes the focus; a message after a form is shown once', async () => {
    const page = await open()
    await signIn(page, 'eva')
    await page.goto(`${BASE}/fel`)
    expect(await page.title()).toBe('Fel: Kontakt – Bokvar')
    expect(await page.evaluate('document.activeElement.getAttribute("class")')).toContain(
      'govuk-error-summary',
    )
    expect(await accessibilityFaults(page)).toEqual([])
    await page.goto(`${BASE}/klart`)
    expect(await page.locator('.govuk-notification-banner').innerText()).toContain('Sparat')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.goto(`${BASE}/`)
    expect(await page.locator('.govuk-notification-banner').count()).toBe(0)
  })

  test('a page that does not exist, and the pages about the service, are accessible too', async () => {
    const page = await open()
    for (const path of ['/finns-inte', '/tillganglighet', '/personuppgifter', '/logged-out']) {
      await page.goto(BASE + path)
      expect({ path, faults: await accessibilityFaults(page) }).toEqual({ path, faults: [] })
      expect(await page.locator('h1').count()).toBe(1)
    }
  })

  test('the API can be read at /docs under its own policy', async () => {
    complaints.length = 0
    const page = await open()
    await page.goto(`${BASE}/docs`)
    await page.getByText('/v1/api-info').first().waitFor()
    expect(complaints).toEqual([])
  })
})
