// Looks for personal data where none may be: every name, number and address of the demo in queue, logs, mail, metrics and answers.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { cookieLine, signInAt, tokenOn, visit, type Jar, type Page } from './browser-less.ts'
import { CLEAN_TABLES } from './left-behind.ts'

function* filesUnder(folder: string): Generator<string> {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* filesUnder(path)
    else yield path
  }
}

/** As the running demo's own superuser. */
export async function askDemo<T extends object>(folder: string, port: number, text: string): Promise<T[]> {
  const password = readFileSync(join(folder, 'postgres', 'password'), 'utf8').trim()
  const client = new Client({ host: '127.0.0.1', port, user: 'bokvar', password, database: 'postgres' })
  await client.connect()
  try {
    return (await client.query<T>(text)).rows
  } finally {
    await client.end()
  }
}

/** Every tenant's and respondent's name and address as stored, and every identity number of the demo's files, in both spellings. */
export async function canariesOf(folder: string, port: number): Promise<string[]> {
  const rows = await askDemo<{ word: string }>(
    folder,
    port,
    `select distinct word from (select tenant_name as word from arrears_case union select address from arrears_case
      union select content #>> '{tenant,name}' from notice union select content #>> '{tenant,postalAddress}' from notice
      union select content #>> '{dwelling,address}' from notice union select content #>> '{respondent,name}' from eviction_notice
      union select content #>> '{respondent,address}' from eviction_notice) w where length(word) > 5`,
  )
  const demo = fileURLToPath(new URL('../../config/demo', import.meta.url))
  const numbers = [...filesUnder(demo)].flatMap((file) =>
    [...readFileSync(file, 'latin1').matchAll(/\b((?:19|20)\d{6})-?(\d{4})\b/g)].flatMap(
      ([, day = '', last = '']) => [
        `${day}-${last}`,
        `${day}${last}`,
        `${day.slice(2)}-${last}`,
        `${day.slice(2)}${last}`,
      ],
    ),
  )
  return [...new Set([...rows.map(({ word }) => word), ...numbers])]
}

/** The texts in which nothing may be found, by the place's name. */
export async function placesOf(
  folder: string,
  port: number,
  { baseUrl, mailUrl }: { baseUrl: string; mailUrl: string },
): Promise<Map<string, string>> {
  const places = new Map<string, string>()
  for (const path of ['log', 'queue', join('postgres', 'postgres.log')].flatMap((name) => {
    const at = join(folder, name)
    return existsSync(at) && statSync(at).isFile() ? [at] : [...filesUnder(at)]
  }))
    places.set(path.slice(folder.length + 1), readFileSync(path, 'utf8'))
  // As they left: addresses, heads and bodies in the bytes that went over the line.
  const letters = (await (await fetch(`${mailUrl}/messages`)).json()) as {
    raw: string
    subject: string
    text: string
  }[]
  places.set('mail', letters.map(({ raw, subject, text }) => [raw, subject, text].join('\n')).join('\n'))
  places.set('metrics', await (await fetch(`${baseUrl}/metrics`)).text())
  const queue = await askDemo<{ name: string }>(
    folder,
    port,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq'`,
  )
  for (const name of [...CLEAN_TABLES, ...queue.map((one) => one.name)]) {
    const rows = await askDemo<{ row: string }>(folder, port, `select t::text as row from ${name} t`)
    places.set(name, rows.map(({ row }) => row).join('\n'))
  }
  return places
}

/** `place: word` for every word that stands where it must not. */
export function found(places: ReadonlyMap<string, string>, words: readonly string[]): string[] {
  return [...places].flatMap(([place, text]) =>
    words.filter((word) => text.includes(word)).map((word) => `${place}: ${word}`),
  )
}

type Person = { role: string; username: string; password: string }

/** Reads pages as these people and gives pages and API what is wrong, with the words in it. Returns every refusal's answer. */
export async function walkBadly(
  baseUrl: string,
  people: readonly Person[],
  token: string,
  words: readonly string[],
): Promise<Map<string, string>> {
  const answers = new Map<string, string>()
  const keep = (name: string, status: number, body: string) => {
    if (status >= 400) answers.set(`${name} → ${status}`, body)
  }
  for (const { role, username, password } of people) {
    const jar = await signInAt(`${baseUrl}/login/${role === 'landlord' ? 'landlords' : 'staff'}?next=/`, {
      username,
      password,
    })
    for (const path of ['/', '/uppgifter', '/tavla', '/arenden', '/hanvisningar', '/hyresvard/meddelanden']) {
      const page = await visit(null, jar, `${baseUrl}${path}`)
      for (const [, href = ''] of [
        ...page.body.matchAll(/href="(\/(?:arenden|uppgifter|hanvisningar)\/[^"?#]+)"/g),
      ].slice(0, 2))
        await visit(null, jar, `${baseUrl}${href}`)
    }
    await postBadly(baseUrl, jar, words, keep)
  }
  for (const word of words) await sendBadly(baseUrl, token, word, keep)
  return answers
}

type Keep = (name: string, status: number, body: string) => void

/** Search by everything, and forms without their token: the words are posted, and refused. */
async function postBadly(baseUrl: string, jar: Jar, words: readonly string[], keep: Keep): Promise<void> {
  const form: Page = await visit(null, jar, `${baseUrl}/sok`)
  for (const text of words) {
    const body = new URLSearchParams({ _csrf: tokenOn(form), by: 'name', text })
    await visit(null, jar, `${baseUrl}/sok`, { method: 'POST', body })
    const bare = await visit(null, jar, `${baseUrl}/sok`, {
      method: 'POST',
      body: new URLSearchParams({ by: 'name', text }),
    })
    keep('/sok without token', bare.status, bare.body)
    const lost = await visit(
      null,
      jar,
      `${baseUrl}/arenden/${encodeURIComponent(text)}?q=${encodeURIComponent(text)}`,
    )
    // The language switch leads back to what was asked for; the answer says nothing else of it.
    keep('/arenden/:id', lost.status, lost.body.replaceAll(/(?:href|action)="[^"]*"/g, ''))
    const cookie = cookieLine(jar, new URL(baseUrl).origin)
    const upload = await fetch(`${baseUrl}/hyresvard/fil`, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({ text }),
    })
    keep('/hyresvard/fil', upload.status, (await upload.text()).replaceAll(/(?:href|action)="[^"]*"/g, ''))
  }
}

async function sendBadly(baseUrl: string, token: string, word: string, keep: Keep): Promise<void> {
  const heads = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': word.slice(0, 3),
  }
  const bodies = [
    `{"type":"rent-termination","tenant":{"name":"${word}"`,
    JSON.stringify({
      type: word,
      tenant: { name: [word], personalIdentityNumber: { [word]: word } },
      [word]: word,
    }),
    JSON.stringify({
      type: 'rent-termination',
      landlord: { name: word },
      tenant: { name: word.repeat(2_000) },
    }),
  ]
  for (const body of bodies) {
    const answer = await fetch(`${baseUrl}/v1/notices?personnummer=${encodeURIComponent(word)}`, {
      method: 'POST',
      headers: heads,
      body,
    })
    keep('/v1/notices', answer.status, await answer.text())
  }
  const lost = await fetch(`${baseUrl}/v1/notices/${encodeURIComponent(word)}`, { headers: heads })
  keep('/v1/notices/:id', lost.status, await lost.text())
  const search = await fetch(`${baseUrl}/v1/case-searches`, {
    method: 'POST',
    headers: heads,
    body: JSON.stringify({ address: word }),
  })
  keep('/v1/case-searches', search.status, await search.text())
}
