// A real Chromium for the tests of pages: the one named, the one from npm, or the machine's own.
import { existsSync } from 'node:fs'
import sparticuz from '@sparticuz/chromium'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'

// Set for a cloud function that shows one page and ends: here the first closed window would take the browser with it,
// and a browser that lets every site in proves nothing.
const CLOUD_ONLY = new Set(['--single-process', '--disable-web-security', '--allow-running-insecure-content'])

/** The browser's program and arguments, or why there is none on this machine. */
export async function findChromium(): Promise<{ path: string; args: string[] } | { missing: string }> {
  const named = process.env['CHROMIUM_PATH']
  if (named)
    return existsSync(named)
      ? { path: named, args: [] }
      : { missing: `CHROMIUM_PATH (${named}) is not there` }
  // The one from npm is built for Linux on x64 and unpacks itself into the temporary directory.
  if (process.platform === 'linux' && process.arch === 'x64') {
    return {
      path: await sparticuz.executablePath(),
      args: sparticuz.args.filter((arg) => !CLOUD_ONLY.has(arg)),
    }
  }
  const own = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
  return own ? { path: own, args: [] } : { missing: 'no Chromium; set CHROMIUM_PATH' }
}

/** Starts the browser; close it in `afterAll`. Throws when there is none: the caller asks `findChromium` first. */
export async function openBrowser(): Promise<Browser> {
  const found = await findChromium()
  if ('missing' in found) throw new Error(found.missing)
  return chromium.launch({ executablePath: found.path, args: found.args, headless: true })
}

/** How long a browser may take over one thing: a limit that only ends what hangs. */
export const PATIENCE_MS = 120_000

/** Follows a link or presses a button. A click ends when the next page has begun: it is read when it is all there. */
export async function follow(at: Locator): Promise<void> {
  await at.click()
  await at.page().waitForLoadState('domcontentloaded')
}

/** What axe finds wrong on the page by WCAG 2.2 A and AA, one line each; an accessible page gives an empty list. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.waitForLoadState()
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  // Only what is wrong is worked out to the last node: the rest would take most of the time.
  // In the page itself and nowhere else: no page of ours holds a frame of another's, and a second page takes as long.
  const axe = new AxeBuilder({ page })
    .options({ resultTypes: ['violations'], preload: false })
    .setLegacyMode()
    .withTags(tags)
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}
