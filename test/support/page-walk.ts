// Every page as each role sees it: in an empty town, in a full one, and refused. Taken in-process, so that a browser need only show each kind once.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { may, type Declared } from '../../services/access.ts'
import { caseColumn, tablesOf } from './any-row.ts'
import type { Who } from './secrecy-people.ts'
import type { Town } from './secrecy-world.ts'
import { walker, type Answer } from './walk.ts'

export type State = 'empty' | 'full' | 'error'

/** A page as somebody saw it. */
export type Seen = { route: string; who: Who | null; state: State; url: string } & Answer

/** One of each role: what differs between two of one role is rows, not kinds of page. The second landlord's file has columns of its own. */
export const READERS = [
  'landlord.a',
  'landlord.b',
  'registrar.gan',
  'assigned.gan',
  'visitor.gan',
  'counsellor.sn',
  'supervisor.gan',
  'administrator.gan',
  'statistician.gan',
  'reviewer.gan',
] as const satisfies readonly Who[]

/** In which table the id of an address lies. A page of a new thing gets its line here. */
const ROWS: Readonly<Record<string, string>> = {
  '/arenden/': 'arrears_case',
  '/uppgifter/': 'task',
  '/hanvisningar/': 'referral',
  '/hembesok/': 'visit',
  '/hembesok/forslag/': 'visit_need',
  '/moten/': 'meeting',
  '/radgivningstider/': 'counselling_slot',
  '/inkorg/': 'inbox_item',
  '/franvaro/': 'absence',
  '/hyresvard/meddelanden/': 'notice',
  '/hyresvard/fil/': 'notice_file',
  '/regler/version/': 'rule_version',
  '/regler/besokare/': 'person',
  '/regler/torrkorning/': 'rehearsal',
  '/personer/': 'person',
  '/hyresvardar/': 'landlord',
  '/tillganglighet/rapporter/': 'accessibility_report',
  '/loggranskning/': 'audit_sample',
  '/godkannanden/': 'approval',
}

/** What a page is asked about besides. */
const QUERIES: Readonly<Record<string, string>> = { '/uppgifter/:id/klar': '?svar=KLAR' }

const TRIES = 10
const MOST_TABS = 5

/** Pages only: the API, what a load balancer asks, files, and the way through the identity provider are others' to walk. */
export const isPage = ({ method, url }: Declared): boolean =>
  ['GET', 'POST'].includes(method) &&
  !/^\/(v1|health|metrics|openapi|docs|assets|login\/|logout|auth|kalender\/:token)/.test(url) &&
  !/\.(csv|json|ics)$|\/(pdf|dokument)$/.test(url)

const isHtml = ({ headers }: Answer): boolean => String(headers['content-type']).startsWith('text/html')

/** What stands in an address for a parameter that is no row's id. */
export type Words = Readonly<Record<string, readonly string[]>>

/** Rows of a table, those of the case first. */
async function idsIn(town: Town, name: string, caseId: string | null): Promise<string[]> {
  const table = (await tablesOf(town.owner)).find((one) => one.name === name)
  if (!table) throw new Error(`There is no table ${name}`)
  const link = caseColumn(table)
  // Most people of the town only stand in rows that are made up; a visitor can be looked up on every page of people.
  const first = name === 'person' ? sql`subject = 'visitor.gan' desc, id` : sql`id`
  const order = link ? sql`(${sql.ref(link)} = ${caseId}) desc nulls last, id` : first
  const { rows } = await sql<{ id: string }>`select id from ${sql.table(name)} order by ${order}
    limit ${TRIES}`.execute(town.owner)
  return rows.map(({ id }) => id)
}

/** One walk through the town as it now is. */
export async function pageWalk(town: Town, words: Words, caseId: string | null) {
  const { ask } = await walker(town)
  const known = new Map<string, string[]>()
  const rows = async (name: string): Promise<string[]> => {
    const ids = known.get(name) ?? (await idsIn(town, name, caseId))
    known.set(name, ids)
    return ids
  }
  const valuesOf = async (parameter: string, before: string): Promise<readonly string[]> => {
    if (parameter === 'letter' && before === '/arenden/') return rows('letter')
    if (parameter !== 'id') return words[parameter] ?? []
    const table = ROWS[before]
    return table ? rows(table) : []
  }
  /** Every address that the route may have here; the second part tells whether one of them is enough. */
  async function addressesOf({ url }: Declared): Promise<string[]> {
    let made = ['']
    for (const part of url.split(/(?<=\/)(?=:)|(?<=:\w+)(?=\/)/)) {
      const parameter = /^:(\w+)$/.exec(part)?.[1]
      const values = parameter ? await valuesOf(parameter, url.slice(0, url.indexOf(':'))) : [part]
      made = made.flatMap((start) => values.map((value) => start + value))
    }
    return made.map((address) => address + (QUERIES[url] ?? ''))
  }
  /** The same page with each of its own tabs and choices open. */
  async function tabsOf({ who, text, url, state, route: name }: Seen, route: Declared): Promise<Seen[]> {
    const [path = ''] = url.split('?')
    const links = [...text.matchAll(/href="([^"?#]*)\?([^"#]+)/g)]
      .filter(([, to, query]) => (to === path || to === '') && !/lang=|sida=/.test(query ?? ''))
      .map(([, , query = '']) => `${path}?${query.replaceAll('&amp;', '&')}`)
    const tabs: Seen[] = []
    for (const tab of [...new Set(links)].slice(0, MOST_TABS)) {
      const answer = await ask(who, { ...route, url: tab }, '')
      if (isHtml(answer) && answer.status === 200) tabs.push({ route: name, who, state, url: tab, ...answer })
    }
    return tabs
  }
  /** The pages of a route for somebody: one of each word, and of rows the first that opens. */
  async function seenBy(who: Who | null, route: Declared, state: State): Promise<Seen[]> {
    const seen: Seen[] = []
    for (const url of await addressesOf(route)) {
      const answer = await ask(who, { ...route, url }, '')
      const shown = state === 'error' ? answer.status >= 400 && answer.status !== 404 : answer.status === 200
      if (!isHtml(answer) || !shown) continue
      seen.push({ route: `${route.method} ${route.url}`, who, state, url, ...answer })
      if (state !== 'error') seen.push(...(await tabsOf(seen.at(-1)!, route)))
      if (/:(id|letter)/.test(route.url)) break
    }
    return seen
  }
  const routes = (method: string) => town.declared.filter((route) => isPage(route) && route.method === method)
  const walk = async (method: 'GET' | 'POST', state: State): Promise<Seen[]> => {
    const seen: Seen[] = []
    for (const route of routes(method)) {
      const { permission } = route
      if (permission === 'public') seen.push(...(await seenBy(null, route, state)))
      else
        for (const who of READERS)
          if (may(await town.principal(who), permission)) seen.push(...(await seenBy(who, route, state)))
    }
    return seen
  }
  /** What somebody is told at a door that leads nowhere, and at one that is not theirs. */
  const turnedAway = async (who: Who, url: string): Promise<Seen> => {
    const route: Declared = { method: 'GET', url, permission: 'public', accepts: null }
    return { route: `GET ${url}`, who, state: 'error', url, ...(await ask(who, route, randomUUID())) }
  }
  /** The same page in English. */
  const inEnglish = async ({ who, url }: Seen): Promise<Answer> => {
    const asked = `${url}${url.includes('?') ? '&' : '?'}lang=en`
    return ask(who, { method: 'GET', url: asked, permission: 'public', accepts: null }, '')
  }
  return { walk, routes, turnedAway, inEnglish }
}
