// Feeds the demo month through the real interface, as landlords and Kronofogden would; feeding twice adds nothing.
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { readNoticeFile } from '../../shared/domain/notice-file.ts'
import { type Shift, shiftBetween, shiftCells, shiftValues } from './demo-dates.ts'
import { type Send, demoSender } from './demo-sender.ts'

type ClientName = 'landlord' | 'landlord2' | 'kronofogden'

export type DemoFeed = {
  baseUrl: string
  tokenUrl: string
  clients: Record<ClientName, { id: string; secret: string }>
  /** The ISO day the demo is first fed, in Sweden. Feed again with the same day: the keys and bodies follow it. */
  today: string
  log: (line: string) => void
  /** Where the demo's files lie; `config/demo/` unless told. */
  folder?: URL
  patienceSeconds?: number
}

export type FedFile = { name: string; rows: number; accepted: number; rejected: number; duplicates: number }
export type Fed = { files: FedFile[]; notices: number; updates: number; evictionNotices: number }

const PATIENCE_SECONDS = 600
const POLL_MS = 100

const client = z.enum(['landlord', 'landlord2', 'kronofogden'])
const fileEntry = z.object({ name: z.string(), client, encoding: z.enum(['utf-8', 'windows-1252']) })
const demoSchema = z.object({ baseDay: z.string(), files: z.array(fileEntry) })
const line = z.object({ id: z.string(), client, reference: z.string().optional(), body: z.unknown() })
const step = z.object({ day: z.number(), kind: z.string(), client: client.optional(), body: z.unknown() })
const made = z.object({ id: z.string() })
const report = z.object({
  state: z.string(),
  rows: z.number().nullish(),
  accepted: z.number().nullish(),
  rejected: z.number().nullish(),
  duplicates: z.number().nullish(),
  results: z.array(z.object({ row: z.number(), noticeId: z.string().nullish() })),
})

type Line = z.infer<typeof line>
type Feeder = {
  feed: DemoFeed
  folder: URL
  shift: Shift
  senders: Record<ClientName, Send>
  /** Which notice the landlord's own reference became, for the updates. */
  notices: Map<string, string>
}

/**
 * Sends the files, then the single notices, the updates, Kronofogden's events, and the course of JO 1683-2017 up to
 * today. Tries again while the service is away; throws when it refuses something or stays away too long.
 */
export async function feedDemo(feed: DemoFeed): Promise<Fed> {
  const folder = feed.folder ?? new URL('../../config/demo/', import.meta.url)
  const demo = demoSchema.parse(JSON.parse(await readFile(new URL('demo.json', folder), 'utf8')))
  const shift = shiftBetween(demo.baseDay, feed.today)
  const feeder: Feeder = { feed, folder, shift, senders: sendersOf(feed), notices: new Map() }
  const files: FedFile[] = []
  for (const file of demo.files) files.push(await feedFile(feeder, file))
  const notices = await feedLines(feeder, 'notices.jsonl', () => '/v1/notices')
  const updates = await feedLines(
    feeder,
    'updates.jsonl',
    (sent) => `/v1/notices/${idOf(feeder, sent)}/updates`,
  )
  const events = await feedLines(feeder, 'evictions.jsonl', () => '/v1/eviction-notices')
  const course = await feedCourse(feeder)
  const fed = {
    files,
    notices: notices + course.notices,
    updates,
    evictionNotices: events + course.evictionNotices,
  }
  feed.log(`The demo is fed: ${JSON.stringify({ ...fed, files: files.length })}`)
  return fed
}

function sendersOf(feed: DemoFeed): Record<ClientName, Send> {
  const { baseUrl, tokenUrl, log, patienceSeconds = PATIENCE_SECONDS } = feed
  const as = (name: ClientName) =>
    demoSender({ baseUrl, tokenUrl, client: feed.clients[name], log, patienceSeconds })
  return { landlord: as('landlord'), landlord2: as('landlord2'), kronofogden: as('kronofogden') }
}

/** The same key for the same thing on the same first day, however often it is fed. */
const keyOf = ({ feed }: Feeder, id: string) => `demo-${feed.today}-${id}`

async function feedFile(
  feeder: Feeder,
  { name, client, encoding }: z.infer<typeof fileEntry>,
): Promise<FedFile> {
  const bytes = await readFile(new URL(name, feeder.folder))
  const text = shiftCells(new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes), feeder.shift)
  // The demo's Windows-1252 holds only letters that Latin-1 writes alike.
  const sent = encoding === 'utf-8' ? Buffer.from(text) : Buffer.from(text, 'latin1')
  const send = feeder.senders[client]
  const file = new File([sent], name, { type: 'text/csv' })
  const { id } = made.parse(
    await send({ method: 'POST', path: '/v1/notice-files', key: keyOf(feeder, name), file }),
  )
  const { results, ...counts } = await readToEnd(feeder, send, id)
  const noticeOf = new Map(results.map(({ row, noticeId }) => [row, noticeId]))
  for (const { rowNumbers, body } of readNoticeFile(sent).groups) {
    const noticeId = rowNumbers.map((row) => noticeOf.get(row)).find((found) => found)
    if (body.reference && noticeId) feeder.notices.set(body.reference, noticeId)
  }
  const { rows, accepted, rejected, duplicates } = counts
  const fed = { name, rows: rows ?? 0, accepted: accepted ?? 0, rejected: rejected ?? 0 }
  feeder.feed.log(`Fed ${name}: ${fed.accepted} rows taken in, ${fed.rejected} back to the landlord.`)
  return { ...fed, duplicates: duplicates ?? 0 }
}

/** A worker reads the file in its own time; the updates need the notices that come of it. */
async function readToEnd(feeder: Feeder, send: Send, id: string): Promise<z.infer<typeof report>> {
  const giveUpAt = performance.now() + (feeder.feed.patienceSeconds ?? PATIENCE_SECONDS) * 1000
  for (;;) {
    const answer = report.parse(await send({ method: 'GET', path: `/v1/notice-files/${id}` }))
    if (answer.state === 'done') return answer
    if (answer.state === 'refused') throw new Error(`The service held notice file ${id} whole`)
    if (performance.now() > giveUpAt) throw new Error(`Notice file ${id} is still ${answer.state}`)
    await wait(POLL_MS)
  }
}

/** Sends each line of a JSON-lines file once, in its order. Returns how many. */
async function feedLines(feeder: Feeder, name: string, pathOf: (sent: Line) => string): Promise<number> {
  const text = await readFile(new URL(name, feeder.folder), 'utf8')
  const lines = text.split('\n').filter((written) => written.trim() !== '')
  for (const written of lines) {
    const sent = line.parse(JSON.parse(written))
    const json = shiftValues(sent.body, feeder.shift)
    const send = feeder.senders[sent.client]
    const answer = await send({ method: 'POST', path: pathOf(sent), key: keyOf(feeder, sent.id), json })
    if (sent.reference === undefined) feeder.notices.set(sent.id, made.parse(answer).id)
  }
  return lines.length
}

function idOf(feeder: Feeder, { id, reference }: Line): string {
  const found = feeder.notices.get(reference ?? '')
  if (found === undefined) throw new Error(`The demo's update ${id} speaks of a notice that did not come in`)
  return found
}

/** The steps of JO 1683-2017 that lie behind us; a message between units has no interface and is only told. */
async function feedCourse(feeder: Feeder): Promise<{ notices: number; evictionNotices: number }> {
  const text = await readFile(new URL('jo-1683-2017.json', feeder.folder), 'utf8')
  const { steps } = z.object({ steps: z.array(step) }).parse(JSON.parse(text))
  const count = { notices: 0, evictionNotices: 0 }
  for (const [place, { day, kind, client: from, body }] of steps.entries()) {
    if (day > 0 || from === undefined) continue
    const path = kind === 'notice' ? '/v1/notices' : '/v1/eviction-notices'
    const json = shiftValues(body, feeder.shift)
    await feeder.senders[from]({ method: 'POST', path, key: keyOf(feeder, `jo-${place}`), json })
    if (kind === 'notice') count.notices += 1
    else count.evictionNotices += 1
  }
  return count
}
