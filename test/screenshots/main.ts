// `npm run screenshots`: starts the demo in a folder of its own, signs in as each role, and photographs the main pages.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { understand } from '../../services/start/command.ts'
import { freePort } from '../../services/start/ports.ts'
import { openBrowser } from '../support/browser.ts'

const help = `
npm run screenshots

Starts the demo in a folder of its own and photographs the main pages into docs/screenshots.
`
understand({ help, options: {} })

type Demo = {
  baseUrl: string
  people: { role: string; committee: string; username: string; password: string }[]
}

/** One photograph: who looks, where, and how they get there from the page. */
type Shot = {
  name: string
  role: string
  committee?: string
  path: string
  /** Follows the first link whose address begins so. */
  follow?: string
  phone?: boolean
}

const SHOTS: readonly Shot[] = [
  { name: 'landlord', role: 'landlord', path: '/hyresvard' },
  { name: 'my-day', role: 'caseworker', committee: 'GAN', path: '/' },
  { name: 'worklist', role: 'caseworker', committee: 'GAN', path: '/uppgifter?flik=all' },
  { name: 'case', role: 'caseworker', committee: 'GAN', path: '/arenden?lista=clocks', follow: '/arenden/' },
  { name: 'board', role: 'supervisor', committee: 'GAN', path: '/tavla' },
  { name: 'statistics', role: 'statistician', path: '/statistik' },
  { name: 'referrals', role: 'counsellor', path: '/hanvisningar' },
  { name: 'visits', role: 'visitor', committee: 'SN', path: '/hembesok' },
  { name: 'visits-phone', role: 'visitor', committee: 'SN', path: '/hembesok', phone: true },
  { name: 'inbox', role: 'registrar', path: '/inkorg' },
  { name: 'rules', role: 'administrator', path: '/regler' },
  { name: 'deadline', role: 'caseworker', path: '/rakna-frist' },
]

const DESK = { width: 1200, height: 900 }
const PHONE = { width: 390, height: 844 }
const into = join(import.meta.dirname, '../../docs/screenshots')

/** The demo's people, as soon as it has fed its month and said so. */
async function demoAt(dataFolder: string): Promise<Demo> {
  const file = join(dataFolder, 'demo.json')
  while (!existsSync(file)) {
    if (child.exitCode !== null) throw new Error('npm start ended before it was ready')
    await pause(200)
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Demo
}

async function signIn(page: Page, demo: Demo, { role, committee }: Shot): Promise<void> {
  const person = demo.people.find((one) => one.role === role && (!committee || one.committee === committee))
  if (!person) throw new Error(`The demo has no ${role} of ${committee ?? 'any committee'}`)
  await page.goto(`${demo.baseUrl}/login/${role === 'landlord' ? 'landlords' : 'staff'}`)
  await page.fill('#username', person.username)
  await page.fill('#password', person.password)
  await page.click('button[type=submit]')
  await page.waitForURL((url) => url.origin === new URL(demo.baseUrl).origin)
}

async function photograph(browser: Browser, demo: Demo, shot: Shot): Promise<void> {
  const context = await browser.newContext({ viewport: shot.phone ? PHONE : DESK, locale: 'sv-SE' })
  const page = await context.newPage()
  await signIn(page, demo, shot)
  await page.goto(`${demo.baseUrl}${shot.path}`)
  if (shot.follow) await page.locator(`main a[href^="${shot.follow}"]`).first().click()
  await page.waitForLoadState()
  await page.screenshot({ path: join(into, `${shot.name}.png`) })
  await context.close()
}

const folder = mkdtempSync(join(tmpdir(), 'bokvar-screenshots-'))
chmodSync(folder, 0o755)
const dataFolder = join(folder, 'data')
const port = await freePort()
const child = spawn(process.execPath, [join(import.meta.dirname, '../../services/start/main.ts')], {
  env: { ...process.env, PORT: String(port), BOKVAR_DATA: dataFolder },
  stdio: 'ignore',
})
const ended = once(child, 'exit')
try {
  mkdirSync(into, { recursive: true })
  const demo = await demoAt(dataFolder)
  const browser = await openBrowser()
  for (const shot of SHOTS) {
    await photograph(browser, demo, shot)
    process.stdout.write(`${shot.name}\n`)
  }
  await browser.close()
} finally {
  child.kill('SIGTERM')
  await ended
  rmSync(folder, { recursive: true, force: true })
}
