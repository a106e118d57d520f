// The feeder against a service that breaks: it tries again with the same key, waits for files, and never gives up silently.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { feedDemo } from '../../services/start/demo-feed.ts'
import { readNoticeFile } from '../../shared/domain/notice-file.ts'

/** What a faulty service does with the nth request: null answers as it should. */
type Fault = (place: number, request: IncomingMessage) => 'break' | number | null

type Kept = { path: string; key: string; body: string; token: string }
const servers: Server[] = []

afterEach(async () => {
  const open = servers.splice(0)
  for (const server of open) server.closeAllConnections()
  await Promise.all(open.map((server) => new Promise((closed) => server.close(closed))))
})

/** A stand-in for the service that keeps the first answer of each key, as the real one does. */
async function service(fault: Fault = () => null) {
  const kept = new Map<string, Kept & { answer: unknown }>()
  const files = new Map<string, { asked: number; answer: unknown }>()
  const state = { requests: 0, tokens: 0 }
  const server = createServer((request, response) => {
    void answer(request, response)
  })
  async function answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const wrong = request.url === '/token' ? null : fault(state.requests++, request)
    if (wrong === 'break') return request.socket.destroy()
    if (typeof wrong === 'number') return reply(response, wrong, { code: 'planned' })
    if (request.url === '/token') return reply(response, 200, { access_token: `t${++state.tokens}` })
    if (request.method === 'GET') return reply(response, 200, fileState(request.url ?? ''))
    const made = once(request, body)
    return made === null ? reply(response, 422, { code: 'other-body' }) : reply(response, 201, made)
  }
  function once(request: IncomingMessage, body: Buffer): unknown {
    const key = String(request.headers['idempotency-key'])
    const token = String(request.headers.authorization)
    const found = kept.get(key)
    // The real service answers 422 to another body under a known key; a file's boundary is new each time.
    const same = found?.body === body.toString('latin1') || request.url === '/v1/notice-files'
    if (found) return same ? found.answer : null
    const answer = { id: `id-${kept.size}` }
    kept.set(key, { path: request.url ?? '', key, body: body.toString('latin1'), token, answer })
    if (request.url === '/v1/notice-files') files.set(answer.id, { asked: 0, answer: reportOf(body) })
    return answer
  }
  /** Reading takes the stand-in two questions, as a worker takes its time. */
  function fileState(url: string): unknown {
    const file = files.get(url.split('/').at(-1) ?? '')
    if (!file) return { state: 'lost' }
    return file.asked++ < 2 ? { state: 'reading', results: [] } : file.answer
  }
  server.listen(0)
  servers.push(server)
  await new Promise((listening) => server.once('listening', listening))
  return { kept, state, origin: `http://localhost:${(server.address() as AddressInfo).port}` }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function reportOf(multipart: Buffer): unknown {
  const text = multipart.toString('latin1')
  const start = text.indexOf('\r\n\r\n') + 4
  const file = readNoticeFile(multipart.subarray(start, text.lastIndexOf('\r\n--')))
  const results = file.groups.flatMap(({ rowNumbers, body }) =>
    rowNumbers.map((row) => ({ row, noticeId: `notice-of-${body.reference}` })),
  )
  return { state: 'done', rows: file.rows, accepted: results.length, rejected: 0, duplicates: 0, results }
}

const feed = (origin: string, log: string[] = [], patienceSeconds = 20) =>
  feedDemo({
    baseUrl: origin,
    tokenUrl: `${origin}/token`,
    clients: {
      landlord: { id: 'l', secret: 's' },
      landlord2: { id: 'l2', secret: 's' },
      kronofogden: { id: 'k', secret: 's' },
    },
    today: '2026-12-31',
    log: (line) => log.push(line),
    patienceSeconds,
  })

test('the whole month is sent once, and updates go to the notices that came of the files', async () => {
  const { origin, kept } = await service()
  const fed = await feed(origin)
  expect(fed).toMatchObject({ notices: 15, updates: 8, evictionNotices: 18 })
  expect(fed.files.map(({ rows }) => rows)).toEqual([37, 28, 10, 3])
  const paths = [...kept.values()].map(({ path }) => path)
  expect(paths).toContain('/v1/notices/notice-of-EB-2026-1102/updates')
  expect(paths.filter((path) => path === '/v1/eviction-notices')).toHaveLength(18)
  const bodies = [...kept.values()].map(({ body }) => body).join('\n')
  expect(bodies).toContain('2027-01-22T09:00')
})

test('fed twice, every key and body is the same, so that nothing is added', async () => {
  const { origin, kept } = await service()
  await feed(origin)
  const before = [...kept.values()].map(({ key }) => key)
  await feed(origin)
  expect([...kept.keys()]).toEqual(before)
})

const often: Fault = (place) => {
  if (place % 7 === 1) return 'break'
  if (place % 11 === 3) return 503
  return place % 23 === 5 ? 429 : null
}

test('a service that breaks off, is down or asks for patience gets each thing in the end', async () => {
  const [broken, whole] = [await service(often), await service()]
  const log: string[] = []
  await feed(broken.origin, log)
  await feed(whole.origin)
  expect([...broken.kept.keys()]).toEqual([...whole.kept.keys()])
  expect(log.some((line) => line.includes('tries again'))).toBe(true)
})

test('a token that has run out is fetched anew', async () => {
  const { origin, state } = await service((_, request) =>
    request.headers.authorization === 'Bearer t1' && request.method === 'GET' ? 401 : null,
  )
  await feed(origin)
  expect(state.tokens).toBeGreaterThan(3)
})

test('what the service refuses is said with status and code, and the feeding ends', async () => {
  const { origin } = await service((place) => (place === 20 ? 422 : null))
  await expect(feed(origin)).rejects.toThrow(/status 422 \(planned\)/)
})

test('a service that stays away is not taken for a demo that is fed', async () => {
  const { origin } = await service(() => 503)
  const log: string[] = []
  await expect(feed(origin, log, 0.5)).rejects.toThrow(/status 503/)
  expect(log[0]).toContain('tries again')
})
