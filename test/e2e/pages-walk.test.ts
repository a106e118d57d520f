// Every page route for every role that may open it, empty, full and in error: nothing for axe to find, fits 320 points, light, and says all.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { findChromium } from '../support/browser.ts'
import { openLooks, type Look, type Looks } from '../support/page-looks.ts'
import { liveIn } from '../support/page-town.ts'
import { pageWalk, type Seen, type Words } from '../support/page-walk.ts'
import { openTown, settleTown, type World } from '../support/secrecy-world.ts'
import { TABLES } from '../../services/web/table-words.ts'

const chromium = await findChromium()
const inBrowser = 'missing' in chromium ? describe.skip : describe
const reason = 'missing' in chromium ? ` (skipped: ${chromium.missing})` : ''

const WORDS: Words = {
  table: Object.keys(TABLES),
  step: ['1', '2', '3', '4', '5', '6'],
  day: ['2026-11-25'],
  template: ['first-contact'],
  letter: ['first-contact'],
}
const KILOBYTE = 1_000

let world: World
let seen: Seen[]
let walk: Awaited<ReturnType<typeof pageWalk>>
const english: { one: Seen; text: string }[] = []

beforeAll(async () => {
  const town = await openTown()
  // The municipality's tables are as full in an empty town as in a full one.
  const few = { ...WORDS, table: WORDS['table']?.slice(0, 1) ?? [] }
  const empty = await (await pageWalk(town, few, null)).walk('GET', 'empty')
  world = await settleTown(town)
  await liveIn(world)
  walk = await pageWalk(world, WORDS, world.marks.gan.caseId)
  const full = await walk.walk('GET', 'full')
  const turnedAway = [
    await walk.turnedAway('assigned.gan', '/finns-inte'),
    await walk.turnedAway('assigned.gan', `/arenden/${world.marks.von.noticeId}`),
    await walk.turnedAway('assigned.gan', '/tavla'),
  ]
  for (const one of kindsOf(full)) english.push({ one, text: (await walk.inEnglish(one)).text })
  // Last of all, for what is sent may be taken for done.
  seen = [...empty, ...full, ...turnedAway, ...(await walk.walk('POST', 'error'))]
}, 600_000)
afterAll(() => world?.stop())

const named = ({ route, who, state, url }: Seen) => `${route} ${who ?? 'nobody'} ${state} ${url}`

/** What axe can tell apart: the kinds of element in their dress, whatever they say and however many rows there are. */
function kindOf({ route, text }: Seen): string {
  const elements = [...text.replace(/<svg[^]*?<\/svg>/g, '<svg>').matchAll(/<(\w+)([^>]*)>/g)].map(
    ([, tag, attributes = '']) => {
      const kept = [...attributes.matchAll(/\b(class|role|type|aria-\w+)(?:="([^"]*)")?/g)]
      const told = kept.map(([, name = '', value]) =>
        /describedby|label|controls/.test(name) ? name : `${name}=${value}`,
      )
      told.sort()
      return [tag, ...told].join(' ')
    },
  )
  return [route, ...new Set(elements.toSorted())].join('>')
}

/** One page of each kind. */
const kindsOf = (pages: readonly Seen[]) => [
  ...new Map(pages.toReversed().map((one) => [kindOf(one), one])).values(),
]
const kinds = () => kindsOf(seen)

/** A text that nobody has written shows as its key, and a missing value as its name in braces. */
function untranslated({ route }: Seen, html: string): string | undefined {
  // An extract of the register shows codes as they are kept.
  if (route.endsWith('registerutdrag')) return undefined
  const text = html.replace(/<(script|style)[^]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ')
  // The municipality's own tables and letters have places to be filled in; everywhere else a brace was forgotten.
  const left = /\/regler\//.test(route) ? text.replace(/\{\w+\}/g, '') : text
  return /\b[a-z]+\.[a-z]+(?:[.-][a-z]+)+\b|\{\w+\}|undefined|\[object/.exec(left)?.[0]
}

async function faultsOf(look: Look, pages: readonly Seen[]): Promise<string[]> {
  const faults: string[] = []
  for (const one of pages) for (const fault of await look(one.text)) faults.push(`${named(one)}: ${fault}`)
  return faults
}

describe('Every page', () => {
  test('opens for somebody, and somebody is turned away from its form', () => {
    const opened = new Set(seen.map(({ route }) => route))
    const never = walk.routes('GET').filter(({ url }) => !opened.has(`GET ${url}`))
    // A page of a new kind of thing is told of in test/support/page-walk.ts (ROWS) and page-town.ts.
    expect(never.map(({ url }) => url)).toEqual([])
    expect(new Set(seen.filter(({ state }) => state === 'empty').map(({ who }) => who)).size).toBe(11)
    expect([...opened].filter((route) => route.startsWith('POST')).length).toBeGreaterThan(40)
    expect(seen.filter(({ status }) => status >= 500).map(named)).toEqual([])
  })

  test('has one heading, no name in its title, no word left out, and is kept by nobody', () => {
    const faults = seen.flatMap((one) => {
      const title = /<title>([^<]*)/.exec(one.text)?.[1] ?? ''
      const wrong = [
        one.text.split('<h1').length !== 2 && 'headings',
        one.headers['cache-control'] !== 'no-store' && 'may be kept',
        (title === '' || /Qvist|gränd|\d{6}-?\d{4}/.test(title)) && `title ${title}`,
        /http-equiv="refresh"/.test(one.text) && 'changes by itself',
        one.status === 422 && !/<title>(Fel|Error): /.test(one.text) && 'error not in the title',
        untranslated(one, one.text),
      ]
      return wrong.filter(Boolean).map((what) => `${named(one)}: ${String(what)}`)
    })
    expect(faults).toEqual([])
  })

  test('is light: 60 kB at most, a visit’s 15 kB, and the first one with all its parts 100 kB on the line', async () => {
    const most = (url: string) => (/^\/hembesok(\/|$)/.test(url) ? 15 : 60)
    const heavy = seen.filter(({ url, text }) => Buffer.byteLength(text) > most(url) * KILOBYTE)
    expect(heavy.map((one) => `${named(one)}: ${one.text.length}`)).toEqual([])
    const page = kinds().reduce((most, one) => (one.text.length > most.text.length ? one : most))
    const parts = [...page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url = '']) => url)
    expect(parts.length).toBeGreaterThan(3)
    const files = await Promise.all(parts.map(async (url) => (await world.app.inject({ url })).rawPayload))
    const bytes = [Buffer.from(page.text), ...files].reduce((sum, one) => sum + gzipSync(one).length, 0)
    expect(bytes).toBeLessThan(100 * KILOBYTE)
  })

  test('stays light when more visits wait for a time than it can show, and says that there are more', async () => {
    const { rows } = await sql<{ id: string }>`
      insert into visit_need (task_id, case_id, committee, due_on, state, looked_at)
      select t.id, ${world.marks.gan.caseId}, 'GAN', clock_today(), 'lacking', clock_now() from task t
      where not exists (select from visit_need n where n.task_id = t.id) order by t.id limit 60 returning id`.execute(
      world.owner,
    )
    const week = await walk.turnedAway('supervisor.gan', '/hembesok')
    expect(rows.length).toBeGreaterThan(5)
    expect(week.text.match(/class="bokvar-visit-press"/g)).toHaveLength(5)
    expect(week.text).toContain('href="/hembesok?sida=2"')
    expect(Buffer.byteLength(week.text)).toBeLessThan(15_000)
  })

  test('that refuses a form leads from each sentence on top to its field', () => {
    const lost = seen.flatMap((one) => {
      const summary = /govuk-error-summary__list[^]*?<\/ul>/.exec(one.text)?.[0] ?? ''
      const targets = [...summary.matchAll(/href="#([^"]+)"/g)].map(([, id = '']) => id)
      // What was sent too late, when there is nothing left to fill in, has no field to lead to.
      const main = /<main[^]*/.exec(one.text)?.[0] ?? ''
      if (!main.includes(`action="${one.url}"`) && !/<form(?![^>]*action)/.test(main)) return []
      return targets.filter((id) => !one.text.includes(`id="${id}"`)).map((id) => `${named(one)}: #${id}`)
    })
    expect(lost).toEqual([])
  })

  test('is also in English', () => {
    expect(english.length).toBeGreaterThan(80)
    const faults = english.map(({ one, text }) => {
      const left = /<html lang="en"/.test(text) ? untranslated(one, text) : 'Swedish'
      return left && `${named(one)}: ${left}`
    })
    expect(faults.filter(Boolean)).toEqual([])
  })
})

inBrowser(`Every kind of page in a browser${reason}`, () => {
  let looks: Looks
  beforeAll(async () => {
    const sheets = await Promise.all(
      ['/assets/app.css', '/assets/theme.css'].map(async (url) => (await world.app.inject({ url })).body),
    )
    looks = await openLooks(sheets.join('\n'))
  })
  afterAll(() => looks?.stop())

  test('would be told apart if it were not accessible, too wide, or invisible in forced colours', async () => {
    const page = (inside: string) =>
      `<html lang="sv"><head><title>x</title></head><body><main>${inside}</main></body></html>`
    const bad = page('<h1>x</h1><p style="color:#bbb;background:#fff">Svår att läsa</p><input>')
    expect((await looks.axe(bad)).map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining(['color-contrast', 'label']),
    )
    const wide = page(
      '<div style="width:400px">x</div><button style="border:0;outline:0" class="x">x</button>',
    )
    expect(await looks.narrow(wide)).toEqual([
      expect.stringMatching(/^4\d\d wide/),
      expect.stringContaining('no border'),
      expect.stringContaining('no focus'),
    ])
  })

  test('has nothing for axe to find', async () => {
    expect(kinds().length).toBeGreaterThan(150)
    expect(await faultsOf(looks.axe, kinds())).toEqual([])
  })

  test('fits 320 points, and in forced colours its buttons have borders and the focus is seen', async () => {
    expect(await faultsOf(looks.narrow, kinds())).toEqual([])
  })
})
