// Nobody sees what they must not, through HTTP: every route × every role × own, colleague's, another committee's, protected.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { may, type Declared } from '../../services/access.ts'
import { caseColumn, type Table } from '../support/any-row.ts'
import { ACTORS, actors, faceOf, households, type Household, type Who } from '../support/secrecy-people.ts'
import { forbiddenTo, openWorld, type World } from '../support/secrecy-world.ts'
import { plainly, walker, type Answer } from '../support/walk.ts'

let world: World
let ask: Awaited<ReturnType<typeof walker>>['ask']
/** For each case table, a row of each household. */
const rowOf = new Map<string, Partial<Record<Household, string>>>()
/** Which table the id in a family of addresses belongs to, found out by asking. */
const tableOf = new Map<string, string>()

/** What the id in a family of addresses is the id of; null: of a thing of the municipality's or one's own, no household's. */
const FAMILIES: Readonly<Record<string, string | null>> = {
  '/v1/notices/': 'notice',
  '/v1/cases/': 'arrears_case',
  '/v1/tasks/': 'task',
  '/v1/referrals/': 'referral',
  '/hyresvard/meddelanden/': 'notice',
  '/uppgifter/': 'task',
  '/arenden/': 'arrears_case',
  '/hanvisningar/': 'referral',
  '/hembesok/': 'visit',
  // What is of the municipality, of one's own, or a day or a step, and of no household:
  '/v1/notice-files/': null,
  '/v1/rule-versions/': null,
  '/v1/rehearsals/': null,
  '/hyresvard/meddelande/steg/': null,
  '/hyresvard/fil/': null,
  '/moten/': null,
  '/hembesok/dag/': null,
  '/kalender/': null,
  '/regler/': null,
  '/regler/version/': null,
  '/regler/torrkorning/': null,
  '/personer/': null,
  '/hyresvardar/': null,
  '/loggranskning/': null,
}

const walked = () =>
  world.declared.filter(({ method, url }) => method !== 'HEAD' && !/^\/(assets|docs)/.test(url))
const withId = () => walked().filter(({ url }) => /:\w+/.test(url))
const family = (route: Declared) => route.url.slice(0, route.url.indexOf(':'))

beforeAll(async () => {
  world = await openWorld()
  ;({ ask } = await walker(world))
  for (const table of world.tables) {
    const link = caseColumn(table)
    if (!link || !table.columns.some(({ name, type }) => name === 'id' && type === 'uuid')) continue
    rowOf.set(table.name, await rowsOf(table, link))
  }
  await findFamilies()
})
afterAll(() => world?.stop())

async function rowsOf(table: Table, link: string): Promise<Partial<Record<Household, string>>> {
  const found: Partial<Record<Household, string>> = {}
  for (const household of households) {
    const { rows } = await sql<{ id: string }>`select id from ${sql.table(table.name)}
      where ${sql.ref(link)} = ${world.marks[household].caseId} order by id limit 1`.execute(world.owner)
    if (rows[0]) found[household] = rows[0].id
  }
  return found
}

const mayAsk = async (who: Who, route: Declared) =>
  route.permission === 'public' || may(await world.principal(who), route.permission)

// A family's table is the one whose rows answer otherwise than an id that nobody has.
async function leadsTo(route: Declared, who: Who, table: string, unknown: number): Promise<boolean> {
  const id = rowOf.get(table)?.gan
  return id !== undefined && (await ask(who, route, id)).status !== unknown
}

async function findFamilies(): Promise<void> {
  for (const route of withId().filter(({ method }) => method === 'GET')) {
    const name = family(route)
    // What is known to lead to one table is only asked whether it still does; every other is asked about each table.
    const tables = name in FAMILIES ? [FAMILIES[name] ?? []].flat() : [...rowOf.keys()]
    if (tableOf.has(name) || tables.length === 0) continue
    for (const who of ['assigned.gan', 'counsellor.sn', 'client:landlord', 'registrar.gan'] as const) {
      if (tableOf.has(name) || !(await mayAsk(who, route))) continue
      const unknown = await ask(who, route, randomUUID())
      for (const table of tables) {
        if (tableOf.has(name) || !(await leadsTo(route, who, table, unknown.status))) continue
        tableOf.set(name, table)
      }
    }
  }
}

/** What of the others' stands in an answer; what was asked for is no news. */
function leaksIn(who: Who, answer: Answer, asked: string): string[] {
  const told = `${answer.text}\n${JSON.stringify(answer.headers)}`
  return forbiddenTo(world, who)
    .filter(({ text }) => text !== asked && told.includes(text))
    .map(({ of }) => of)
}

// Erasure is prepared from a list that a person goes through: its administrator sees numbers and days of the own
// committee's cases, and nothing else of them.
const listed = (route: Declared, leak: string): boolean =>
  route.url === '/gallring' && /^(gan|other) caseNumber$/.test(leak)

const isFirstOfRole = (who: Who): boolean => {
  const kind = (one: Who) => `${one.startsWith('client:')} ${ACTORS[one].role}`
  return actors.find((one) => kind(one) === kind(who)) === who
}

describe('The walk', () => {
  test('knows what the addresses of cases, tasks, referrals and notices lead to', () => {
    const known = Object.entries(FAMILIES).filter(([, table]) => table !== null)
    expect(Object.fromEntries(tableOf)).toMatchObject(Object.fromEntries(known))
  })

  test('finds every route in the role table', () => {
    expect(walked().length).toBeGreaterThan(80)
    expect(walked().filter(({ permission }) => permission === undefined)).toEqual([])
  })
})

describe('A leak', () => {
  test('would be seen: by name, street, number and id, in body or header', () => {
    const { name, street, caseNumber, caseId } = world.marks.hidden
    for (const text of [name, street, caseNumber, caseId]) {
      const inBody = { status: 200, text: `<p>${text}</p>`, headers: {} }
      const inHeader = { status: 302, text: '', headers: { location: `/arenden/${text}` } }
      expect(leaksIn('unnamed.sn', inBody, '')).toHaveLength(1)
      expect(leaksIn('supervisor.sn', inHeader, '')).toHaveLength(1)
      expect(leaksIn('named.sn', inBody, '')).toEqual([])
    }
  })
})

describe('A protected person', () => {
  const search = async (who: Who, json: object) => {
    const headers = { authorization: `Bearer ${who}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ ...json, purpose: 'Handläggning' })
    const answer = await world.app.inject({
      method: 'POST',
      url: '/v1/case-searches',
      headers,
      payload: body,
    })
    return answer.json<{ cases: unknown[] }>().cases.length
  }

  test('is found by name, number and identity number by the named group alone', async () => {
    const { name, caseNumber, identity } = world.marks.hidden
    for (const wish of [{ name }, { number: caseNumber }, { personalIdentityNumber: identity }]) {
      expect(await search('named.sn', wish)).toBe(1)
      expect(await search('unnamed.sn', wish)).toBe(0)
      expect(await search('supervisor.sn', wish)).toBe(0)
    }
  })

  test('is in no count: the board of a supervisor who is not named counts the open case alone', async () => {
    const open = async (who: Who) => {
      const { statusCode, body } = await world.app.inject({
        url: '/v1/boards/supervisor',
        headers: { authorization: `Bearer ${who}` },
      })
      expect(statusCode).toBe(200)
      return body
    }
    const before = await open('supervisor.sn')
    await sql`update arrears_case set protected = false where id = ${world.marks.hidden.caseId}`.execute(
      world.owner,
    )
    const shown = await open('supervisor.sn')
    await sql`update arrears_case set protected = true where id = ${world.marks.hidden.caseId}`.execute(
      world.owner,
    )
    expect(shown).not.toBe(before)
    expect(await open('supervisor.sn')).toBe(before)
  })

  test('takes no longer to be denied than somebody who does not exist', async () => {
    const route = world.declared.find(({ method, url }) => method === 'GET' && url === '/v1/cases/:id')!
    const takesLonger = async () => {
      const times: [number[], number[]] = [[], []]
      for (let round = 0; round < 60; round++) {
        for (const [place, id] of [world.marks.hidden.caseId, randomUUID()].entries()) {
          const start = performance.now()
          await ask('supervisor.sn', route, id)
          times[place]!.push(performance.now() - start)
        }
      }
      const [hidden = 0, nobody = 0] = times.map((all) => all.sort((a, b) => a - b)[30])
      // Asked by turns, so that a busy machine slows both; half as much again is far from what a read case would take.
      return hidden >= nobody * 1.5 + 1
    }
    // What tells somebody apart does so every time; what else a machine is doing does not.
    let times = 0
    while (await takesLonger()) expect((times += 1)).toBeLessThan(3)
  })
})

describe('Every route', () => {
  test('answers nobody who is not signed in, but for what is public', async () => {
    for (const route of walked().filter(({ permission }) => permission !== 'public')) {
      const { status, headers, text } = await ask(null, route, world.marks.gan.caseId)
      const api = route.url.startsWith('/v1/') || /^\/(health|metrics)/.test(route.url)
      const refused = api
        ? status === 401
        : status === 302 && String(headers['location']).startsWith('/login')
      // A form without a session falls at its token, before anybody asks who sends it.
      expect({ route: `${route.method} ${route.url}`, refused: refused || status === 403 }).toMatchObject({
        refused: true,
      })
      expect(text).not.toContain('Zelma')
    }
  })

  test.each(actors)(
    'refuses %s what the role table does not give her, and of others tells her no more than of what is not there',
    async (who) => {
      const wrong: object[] = []
      for (const route of walked()) {
        const allowed = await mayAsk(who, route)
        // A refusal goes by the role alone: one of each role is turned away from every door.
        if (!allowed && !isFirstOfRole(who)) continue
        for (const fault of await faultsOf(route, who, allowed))
          wrong.push({ route: `${route.method} ${route.url}`, ...fault })
      }
      expect(wrong).toEqual([])
    },
    300_000,
  )

  test('left every household of others untouched', async () => {
    // The walk above sent every form and every command to everybody's rows, as everybody.
    const { rows } = await sql<{ id: string; state: string }>`select id, state from arrears_case`.execute(
      world.owner,
    )
    expect(rows.filter(({ state }) => state !== 'open')).toEqual([])
  })
})

/** Rows of households that the actor has nothing to do with, in the table that the address belongs to. */
function foreignIds(route: Declared, who: Who): string[] {
  const table = tableOf.get(family(route))
  if (!table) return []
  const others = households.filter((one) => faceOf(who, one) === 'none' && !isOwnCommittees(who, one, table))
  return others.flatMap((household) => rowOf.get(table)?.[household] ?? [])
}

// What a committee was called in to is its own: a task that waits for a referral's unit, say.
function isOwnCommittees(who: Who, household: Household, table: string): boolean {
  const own: string | null = ACTORS[who].committee
  return table !== 'arrears_case' && own === 'SN' && (household === 'gan' || household === 'other')
}

/** Asks for what is not there and for every household that the actor must learn nothing of. Refused, one is enough. */
async function faultsOf(route: Declared, who: Who, allowed: boolean): Promise<object[]> {
  const named = /:\w+/.test(route.url)
  const nobody = named ? randomUUID() : ''
  const ids = !named ? [''] : allowed ? [nobody, ...foreignIds(route, who)] : [world.marks.hidden.caseId]
  const faults: object[] = []
  let unknown: string | undefined
  for (const id of ids) {
    const answer = await ask(who, route, id)
    const { status } = answer
    const leaks = leaksIn(who, answer, id).filter((leak) => !listed(route, leak))
    if (leaks.length > 0) faults.push({ leaks })
    if (!allowed && status !== 403) faults.push({ status })
    // The identity provider of this world is away, and nobody works its due rows: 503 is right there.
    const right = /^\/(login|health\/deadlines)/.test(route.url)
    if (status >= 500 && !(status === 503 && right)) faults.push({ status })
    unknown ??= plainly(answer, id)
    if (plainly(answer, id) !== unknown) faults.push({ answer: plainly(answer, id), unknown })
  }
  return faults
}
