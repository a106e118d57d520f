// One request of the fuzz run: an operation with a sample that fits, then spoilt in one way or none.
import type { Chance } from '../chaos/chance.ts'
import { fileOf, FILE_NAMES } from './files.ts'
import { HEADERS, METHODS, VALUES, WORDS } from './nasty.ts'
import type { Operation } from './operations.ts'
import { sampleOf } from './samples.ts'

export type Request = {
  operation: Operation
  method: string
  url: string
  headers: Record<string, string>
  body: Buffer | null
  /** In what way it is spoilt; `whole` when it is not. */
  spoilt: string
}

/** Ids that answers have named, by the noun before them in the address: `/v1/cases/{id}` → `cases`. */
export type Pools = Map<string, string[]>

type Json = Record<string, unknown> | unknown[]

/** Every place of the body where a value may be exchanged. */
function placesOf(body: unknown): { holder: Json; key: string | number }[] {
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, inner]) => {
    const key = Array.isArray(body) ? Number(name) : name
    return [{ holder: body as Json, key }, ...placesOf(inner)]
  })
}

function exchangeOne(body: unknown, chance: Chance): unknown {
  const places = placesOf(body)
  if (places.length === 0) return chance.pick(VALUES)
  const { holder, key } = chance.pick(places)
  if (chance.next() < 0.25 && !Array.isArray(holder)) delete holder[String(key)]
  else (holder as Record<string | number, unknown>)[key] = chance.pick(VALUES)
  return body
}

const bytes = (text: string): Buffer => Buffer.from(text)

// Each takes a good body's text and gives bytes that are not JSON, or JSON of a shape nobody expects.
const RAW: readonly ((text: string, chance: Chance) => Buffer)[] = [
  (text, chance) => bytes(text.slice(0, chance.whole(0, text.length))),
  (text) => bytes(`\ufeff${text}`),
  (text) => bytes(text.replace(/}$/, ',}')),
  (text) => Buffer.concat([bytes(text.slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])]),
  (text) => Buffer.from(text, 'latin1'),
  () => Buffer.alloc(0),
  () => bytes('['.repeat(100_000)),
  () => bytes('{"a":'.repeat(20_000)),
  (text) => bytes(text.replace('{', '{"__proto__":{"admin":true},"constructor":{"prototype":{}},')),
  (text) => bytes(text.replace(/"(\w+)":/, '"$1":1,"$1":')),
  (text) => bytes(text.replace(/:\s*"[^"]*"/, ':1e309')),
  (text) => bytes(text.replace(/:\s*"[^"]*"/, ':NaN')),
  (text) => bytes(`${text}${text}`),
  () => bytes('"bara text"'),
  () => bytes('null'),
  () => bytes('a[b][c]=1&a[b][c]=2'),
  (text) => bytes(text.padEnd(1_200_000)),
]

function multipartOf(chance: Chance): { body: Buffer; type: string } {
  const edge = `----fuzz${chance.whole(1, 1e9)}`
  const field = chance.pick(['file', 'file', 'file', 'file', 'fil', '__proto__'])
  const name = chance.pick(FILE_NAMES).replaceAll('"', '')
  const head = `--${edge}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`
  const parts = Array.from({ length: chance.next() < 0.9 ? 1 : 3 }, () =>
    Buffer.concat([bytes(head), fileOf(chance), bytes('\r\n')]),
  )
  const end = chance.next() < 0.9 ? bytes(`--${edge}--\r\n`) : Buffer.alloc(0)
  return { body: Buffer.concat([...parts, end]), type: `multipart/form-data; boundary=${edge}` }
}

function addressOf({ path, query }: Operation, pools: Pools, chance: Chance): string {
  const noun = /\/v1\/([\w-]+)\//.exec(path)?.[1] ?? ''
  const known = pools.get(noun) ?? [WORDS[0]]
  const filled = path.replace(/\{\w+\}/g, () => chance.pick(known))
  const pairs = query
    .filter(() => chance.next() < 0.3)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(String(sampleOf(schema, chance, name)))}`)
  return pairs.length > 0 ? `${filled}?${pairs.join('&')}` : filled
}

const EXTRAS = [
  'limit=-1',
  'limit=1e9',
  'page=0',
  'a[b]=c',
  'limit=1&limit=2',
  '__proto__=x',
  'access_token=x',
]

function spoilAddress(request: Request, chance: Chance): void {
  const { operation, url } = request
  const way = chance.next()
  const name = operation.query.length > 0 ? chance.pick(operation.query).name : 'x'
  if (way < 0.5 && operation.path.includes('{')) {
    request.url = operation.path.replace(/\{\w+\}/g, () => chance.pick(WORDS))
  } else {
    const extra =
      way < 0.75 ? `${name}=${chance.pick(WORDS)}` : chance.pick([...EXTRAS, 'x='.padEnd(7_000, 'y')])
    request.url = `${url}${url.includes('?') ? '&' : '?'}${extra}`
  }
  request.spoilt = 'address'
}

function spoilBody(request: Request, sample: unknown, chance: Chance): void {
  if (chance.next() < 0.5) {
    request.body = bytes(JSON.stringify(exchangeOne(sample, chance)) ?? '')
    request.spoilt = 'value'
    return
  }
  request.body = chance.pick(RAW)(JSON.stringify(sample), chance)
  request.spoilt = 'bytes'
}

/** The next request of the seed: about one in five is whole. */
export function requestOf(operation: Operation, pools: Pools, chance: Chance): Request {
  const { method } = operation
  const url = addressOf(operation, pools, chance)
  const headers: Record<string, string> = { 'idempotency-key': `f${chance.whole(1, 1e9)}` }
  const request: Request = { operation, method, url, headers, body: null, spoilt: 'whole' }
  const sample = operation.body ? sampleOf(operation.body, chance) : null
  if (operation.file) {
    const { body, type } = multipartOf(chance)
    Object.assign(request, { body, spoilt: 'file' })
    headers['content-type'] = type
  } else if (sample !== null) {
    request.body = bytes(JSON.stringify(sample))
    headers['content-type'] = 'application/json'
    headers['if-match'] = `"${chance.whole(1, 3)}"`
  }
  const way = chance.next()
  if (way < 0.2) return request
  if (way < 0.65 && sample !== null && request.body) spoilBody(request, sample, chance)
  else if (way < 0.8) spoilAddress(request, chance)
  else if (way < 0.95) {
    Object.assign(headers, chance.pick(HEADERS))
    request.spoilt = 'headers'
  } else Object.assign(request, { method: chance.pick(METHODS), spoilt: 'method' })
  return request
}
