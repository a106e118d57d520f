// The pages in a browser for a test: a municipality with people and families, its work done, and one server that listens.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { loadDemoPeople } from '../../shared/casework/demo-people.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { migrationNames } from '../../shared/db/migrate.ts'
import type { Db } from '../../shared/db/open.ts'
import { buildServer } from '../../services/http.ts'
import { makeDemoIdentity, type DemoIdentity } from '../../services/identity/demo-identity.ts'
import { startIdentity } from '../../services/identity/start.ts'
import { freePort } from '../../services/start/ports.ts'
import { lostFormKeeper } from '../../services/web/form-drafts.ts'
import { pageRoutes } from '../../services/web/pages.ts'
import { wire } from '../../services/wiring.ts'
import type { Language } from '../../shared/text/say.ts'
import { leaving } from './left-behind.ts'
import { aNotice } from './api.ts'
import { follow, openBrowser, PATIENCE_MS } from './browser.ts'
import { inDays, landlordActor, openSpine, type Spine } from './spine.ts'

/** Where this file's server listens: a port of its own, so that two runs on one machine do not meet. */
export const BASE = `http://localhost:${await freePort()}`

const PEOPLE = [
  'role;committee;unit;username;name;email',
  'landlord;;;vera;Vera Hyrvik;vera@example.se',
  'caseworker;GAN;GAN-FS;gunilla;Gunilla Stödberg;gunilla@example.se',
  'caseworker;GAN;GAN-BETAL;petter;Petter Vaktmo;petter@example.se',
  'visitor;GAN;GAN-BESOK;besim;Besim Trappström;besim@example.se',
  'supervisor;GAN;GAN-FS;gerd;Gerd Tavlén;gerd@example.se',
  'supervisor;VON;VON-BIST;vilma;Vilma Tomlund;vilma@example.se',
  'counsellor;SN;SN-BOS;berit;Berit Budgeth;berit@example.se',
  'counsellor;SN;SN-BOS;bilal;Bilal Räknefors;bilal@example.se',
  'supervisor;SN;SN-BOS;sven;Sven Delander;sven@example.se',
  'registrar;GAN;GAN-FS;rut;Rut Diarsson;rut@example.se',
  'administrator;GAN;GAN-FS;adam;Adam Regelius;adam@example.se',
  'administrator;SN;SN-BOS;asa;Åsa Granskell;asa@example.se',
]

export type World = Spine & {
  identity: DemoIdentity
  stop: () => Promise<void>
}

const family = (place: number) =>
  aNotice({
    reference: `P-${place}`,
    landlord: { ...aNotice().landlord, name: 'Exempelfastigheter i Örebro AB' },
    tenant: { name: `Familj Påhittad ${place}`, postalAddress: `Provgatan ${place}` },
    dwelling: { ...aNotice().dwelling, address: `Provgatan ${place}`, apartmentNumber: `1${100 + place}` },
  })

/** Sends notices for so many families as a landlord would and works until nothing is left. */
async function addFamilies(spine: Spine, count: number): Promise<void> {
  const actor = landlordActor('Exempelfastigheter')
  for (let place = 1; place <= count; place++) {
    const body = family(place)
    const sent = { key: `family-${place}`, raw: Buffer.from(JSON.stringify(body)), body: body as never }
    await receiveNotice(spine.web, spine.tools, actor, sent)
  }
  await spine.drain()
}

/** Opens everything and listens at BASE. `families` arrive, and then so many `days` pass with nobody acting. */
export async function openPages({ families = 6, days = 6 } = {}): Promise<World> {
  const spine = await openSpine()
  const folder = mkdtempSync(join(tmpdir(), 'bokvar-pages-'))
  writeFileSync(join(folder, 'people.csv'), PEOPLE.join('\n'))
  const identity = makeDemoIdentity({ peopleCsv: join(folder, 'people.csv'), baseUrl: BASE, dataDir: folder })
  const landlords = { vera: '5599990115' }
  await loadDemoPeople(spine.owner, {
    people: identity.people,
    clients: [],
    landlords,
    systemCommittee: 'GAN',
  })
  await addFamilies(spine, families)
  await spine.moveTo(inDays(days))
  const provider = await startIdentity({ identity, audience: 'bokvar' })
  const at = (client: 'staff' | 'landlords') => {
    const { id, secret } = identity.web[client]
    return { issuer: provider.issuer, clientId: id, clientSecret: secret }
  }
  const { login, ...wired } = wire(spine.web, {
    baseUrl: BASE,
    version: '0.0.0-test',
    released: '2026-11-22',
    municipality: { name: 'Örebro kommun', code: '1880' },
    rate: { max: 10_000, windowSeconds: 1 },
    trustProxy: [],
    tokens: { issuer: provider.issuer, audience: 'bokvar' },
    staff: at('staff'),
    landlords: at('landlords'),
    sessionSecrets: ['a-secret-of-a-test-that-is-long-enough'],
    lateSeconds: 60,
    schemaNeeded: migrationNames().at(-1)!,
  })
  const deps = { db: spine.web, tools: spine.tools }
  const keepLostForm = lostFormKeeper(deps)
  const { app } = await buildServer(
    leaving({
      ...wired,
      keepLostForm,
      logger: false,
      routes: [login, pageRoutes(deps)],
    }),
  )
  await app.listen({ port: Number(new URL(BASE).port), host: '127.0.0.1' })
  const stop = async () => {
    await app.close()
    await provider.stop()
    await spine.close()
    rmSync(folder, { recursive: true })
  }
  return { ...spine, identity, stop }
}

export const desk = { viewport: { width: 1200, height: 900 } }
export const phone = { viewport: { width: 360, height: 740 } }

/** An open task of calling and texting, the one with most time left: no other test begins with it. */
export const taskToCall = (owner: Db) =>
  owner
    .selectFrom('task')
    .select(['id', 'caseId'])
    .where('titleSv', 'like', 'Ring och sms:a%')
    .where('state', '=', 'open')
    .where('committee', '=', 'GAN')
    .orderBy('dueAt', 'desc')
    .executeTakeFirstOrThrow()

/** Who has nothing to do with a family of GAN's, and how the door is shut: that it is there at all is said to nobody. */
export const OUTSIDERS: readonly [username: string, status: number][] = [
  ['vilma', 404],
  ['berit', 404],
  ['vera', 403],
  ['adam', 403],
  ['rut', 403],
]

const english = { locale: 'en-GB' }
const bare = { javaScriptEnabled: false }

/** The four ways in which a page must work, two of them in English; the number tells the runs apart. */
export const WAYS: readonly [string, number, BrowserContextOptions, Language][] = [
  ['at a desk', 0, desk, 'sv'],
  ['at a desk without script, in English', 1, { ...desk, ...bare, ...english }, 'en'],
  ['on a phone, in English', 2, { ...phone, ...english }, 'en'],
  ['on a phone without script', 3, { ...phone, ...bare }, 'sv'],
]

// Names and streets of everybody in these worlds, and identity numbers of anybody; an id's own digits are none.
const TELLING =
  /famil|p%C3%A5hit|påhit|gatan|stegvis|filip|karin|(?<![\w-])(?:(?:19|20)?\d{6}[-+]\d{4}|(?:19|20)\d{10})(?![\w-])/i

/** Everything a journey needs: the world, one browser, and what the browser complained of and asked for meanwhile. */
export type Journeys = {
  world: World
  complaints: string[]
  addresses: string[]
  /**
   * What no journey may leave behind: a complaint of the browser (of the content policy, say), an address or a title
   * that tells of somebody, a question to another host.
   */
  leftBehind: () => string[]
  /** A page signed in as `username`, standing where that role begins. Nobody: `''`. */
  enter: (username: string, options?: BrowserContextOptions) => Promise<Page>
  /** What somebody is told at a door of somebody else's: the status, and whether a family of this world is named. */
  knock: (username: string, path: string) => Promise<{ status: number; named: boolean }>
  /** Presses a button of the page's own, not of its frame. */
  press: (page: Page, text: string) => Promise<void>
  stop: () => Promise<void>
}

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>

async function signIn(world: World, page: Page, username: string): Promise<void> {
  const person = world.identity.people.find((one) => one.username === username)!
  await page.goto(`${BASE}/login/${person.role === 'landlord' ? 'landlords' : 'staff'}`)
  await page.fill('#username', username)
  await page.fill('#password', person.password)
  await page.click('button[type=submit]')
  await page.waitForURL((url) => url.origin === BASE)
}

/** Opens the world and one browser for a file of tests. Each person signs in once; later pages take that along. */
export async function openJourneys(sizes: { families?: number; days?: number } = {}): Promise<Journeys> {
  const world = await openPages(sizes)
  const browser = await openBrowser()
  const [complaints, addresses, titles]: [string[], string[], string[]] = [[], [], []]
  const known = new Map<string, SignedIn>()
  const enter = async (username: string, options: BrowserContextOptions = desk): Promise<Page> => {
    const storageState = known.get(username)
    const context = await browser.newContext({ ...options, ...(storageState && { storageState }) })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
    page.on('request', (request) => addresses.push(request.url()))
    // A window that closes at that moment has shown nothing more.
    page.on(
      'domcontentloaded',
      () =>
        void page.title().then(
          (title) => titles.push(title),
          () => undefined,
        ),
    )
    if (username === '') return page
    if (!storageState) {
      await signIn(world, page, username)
      known.set(username, await context.storageState())
    }
    // A page's language is what its reader has chosen, not what the browser would like.
    if (options.locale?.startsWith('en')) await context.addCookies([{ name: 'lang', value: 'en', url: BASE }])
    if (storageState || options.locale) await page.goto(`${BASE}/`)
    return page
  }
  const press = (page: Page, text: string) =>
    follow(page.locator('main').getByRole('button', { name: text, exact: true }).first())
  const knock = async (username: string, path: string) => {
    const page = await enter(username)
    const answer = await page.request.get(`${BASE}${path}`)
    const named = /Familj Påhittad|Provgatan|2026-00/.test(await answer.text())
    await page.context().close()
    return { status: answer.status(), named }
  }
  const leftBehind = () => [
    // A browser says of every answer of 4xx that it failed to load; that is what a journey asked for.
    ...complaints.filter((text) => !/status of 4\d\d/.test(text)),
    ...[...addresses, ...titles].filter((text) => TELLING.test(text)),
    ...addresses.filter((address) => new URL(address).hostname !== 'localhost'),
  ]
  const stop = async () => {
    await browser.close()
    await world.stop()
  }
  return { world, complaints, addresses, leftBehind, enter, knock, press, stop }
}
