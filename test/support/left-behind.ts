// What tests leave in logs, refusals, addresses, letters, queue and its tables is held against the people they told of: nobody may stand there.
import { appendFileSync, existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { Client } from 'pg'
import { register } from 'prom-client'
import type { HttpDeps } from '../../services/http.ts'
import { whatIsWritten } from '../../shared/log.ts'

/** Tables that hold case data sealed or by policy are left out: here is what must hold none at all. */
export const CLEAN_TABLES = [
  'outbox',
  'effect_log',
  'stage',
  'alert',
  'mail',
  'heartbeat',
  'web_session',
  'intake_key',
  'audit_entry',
  'audit_head',
  'timeline',
  'key_fingerprint',
]

/** Where a run keeps the words of all its files; unset when only tests without a database run. */
const folderOfRun = (): string | undefined => process.env['BOKVAR_TEST_LEFT']

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{40,}/gi
// A month in the third and fourth place: an organisation number has none, an instant in milliseconds is longer. What
// stands after a decimal point is a measured time, which now and then has twelve digits that look like somebody.
const NUMBER =
  /(?<![\w-]|\d\.)(?:(?:19|20)?\d{2}(?:0\d|1[0-2])[0-9]{2}[-+]\d{4}|(?:19|20)\d{2}(?:0\d|1[0-2])[0-9]{2}\d{4})(?![\w-])/g
const plain = (text: string) => text.replace(ID, '').replace(/\d+/g, '#')

/** The texts of one place, each kind of line once: a log says the same ten thousand times. */
const left = new Map<string, Set<string>>()
const numbers = new Set<string>()
const seeded = new Set<string>()
const planted = new Set<string>()

/** Puts what was left at a place to what is looked through when the test's database goes. */
export function leave(place: string, text: string): void {
  const lines = left.get(place) ?? new Set()
  left.set(place, lines)
  for (const line of text.split('\n')) {
    const bare = line.replace(ID, '')
    for (const [number] of bare.matchAll(NUMBER)) numbers.add(`${place}: ${number}`)
    lines.add(plain(bare))
  }
}

/** A word that somebody typed and that may stand in the database alone. */
export function seed(...words: string[]): void {
  for (const word of words) seeded.add(word)
}

/** The test itself has written people into this place: who may read it is tried there, not what the service writes. */
export function plant(place: string): void {
  planted.add(place)
}

function readable(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The service under test with its real log, and with every refusal, address and file name that it answers kept. */
export function leaving<T extends Pick<HttpDeps, 'logger' | 'routes'>>(deps: T): T {
  if (folderOfRun() === undefined) return deps // the bench: a log would be measured too
  // A test that reads the log itself does so with one of its own.
  const logger =
    deps.logger || pino({ level: 'trace', ...whatIsWritten }, { write: (line: string) => leave('log', line) })
  const routes = deps.routes.map((own): HttpDeps['routes'][number] => async (scope) => {
    // What somebody writes in a form that keeps drafts is sealed. A reason or a recipient is for the diary to keep.
    scope.addHook('preHandler', async ({ body, routeOptions: { config, url } }) => {
      if (!config.draft && url !== '/utkast') return
      const written = (body ?? {}) as Record<string, unknown>
      for (const name of ['note', 'text', 'what', 'why'])
        if (typeof written[name] === 'string') seed(written[name])
    })
    scope.addHook('onSend', async (_request, reply, payload) => {
      for (const name of ['location', 'content-disposition', 'etag'])
        if (reply.hasHeader(name)) leave(name, readable(String(reply.getHeader(name))))
      const type = String(reply.getHeader('content-type'))
      if (typeof payload !== 'string' || !/json|html/.test(type)) return
      const title = /<title>([^<]*)/.exec(payload)?.[1]
      if (title) leave('titles', title)
      // A form that comes back (409, 412, 413, 422) shows whoever wrote it what was written; every other refusal shows nothing.
      if (reply.statusCode >= 400 && (/json/.test(type) || ![409, 412, 413, 422].includes(reply.statusCode)))
        leave('refusals', payload)
    })
    await own(scope)
  })
  return { ...deps, logger, routes }
}

const WORDS = `select distinct word from (select tenant_name as word from arrears_case union select address from arrears_case
  union select content #>> '{tenant,name}' from notice union select content #>> '{tenant,postalAddress}' from notice
  union select content #>> '{dwelling,address}' from notice union select content #>> '{respondent,name}' from eviction_notice
  union select content #>> '{respondent,address}' from eviction_notice) w where length(word) > 5`

/** Every place and word of what this file left: throws with them when somebody it told of stands there. */
export async function lookThrough(url: string): Promise<void> {
  if (folderOfRun() === undefined) return // the bench: millions of rows of nobody
  const words = new Set([...(await readDatabase(url)), ...seeded])
  leave('metrics', await register.metrics())
  const folder = folderOfRun()
  if (folder) appendFileSync(join(folder, `${process.pid}.words`), [...words, ''].join('\n'))
  const hits = [...numbers, ...hitsIn(left, words)]
  left.clear()
  numbers.clear()
  if (hits.length > 0) throw new Error(`Personal data was left behind:\n${hits.slice(0, 20).join('\n')}`)
}

/** `place: word` for every word in a line of a place; a street's number counts as any. */
export function hitsIn(places: ReadonlyMap<string, Iterable<string>>, words: Iterable<string>): string[] {
  // A word alone (`null`, `Okänd`) is anybody's; a full name and a street with its number are somebody's.
  const looked = [...new Set([...words].map(plain))].filter((word) => /\p{Lu}.*\s\S/u.test(word))
  return [...places].flatMap(([place, lines]) => {
    const text = [...lines].join('\n')
    return looked.filter((word) => text.includes(word)).map((word) => `${place}: ${word}`)
  })
}

async function readDatabase(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname = 'bullmq' or (schemaname = 'public' and tablename = any($1))`,
      [CLEAN_TABLES],
    )
    if (tables.length < CLEAN_TABLES.length) return []
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`)
      for (const { row } of planted.has(name) ? [] : rows) leave(name, row)
    }
    return (await client.query<{ word: string }>(WORDS)).rows.map(({ word }) => word)
  } finally {
    await client.end()
  }
}

/** What the run's database server wrote in its own log, held against everybody that any file told of. */
export function lookThroughServer(log: string, folder: string): void {
  const words = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
  if (existsSync(log)) leave('postgres.log', readFileSync(log, 'utf8'))
  const hits = [...numbers, ...hitsIn(left, words)]
  if (hits.length > 0) throw new Error(`Personal data stands in the server's log:\n${hits.join('\n')}`)
}
