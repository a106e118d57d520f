// Uploads: one file, a limit, and a form token from whoever sits at a page.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createServer, type AddressInfo } from 'node:net'
import type { FastifyError, FastifyRequest } from 'fastify'
import { MAX_FILE_BYTES } from '../../services/body.ts'
import { faultOf } from '../../services/problem.ts'
import { readUpload } from '../../services/upload.ts'
import { scannerAt } from '../../shared/scanner.ts'
import { renderPage } from '../../services/web/frame.ts'
import { signIn, tokenOn } from '../support/browser-less.ts'
import { expectProblem } from '../support/echo.ts'
import { BASE, startTestServer, type TestServer } from '../support/http.ts'

let server: TestServer
let taken = 0

async function take(request: FastifyRequest) {
  const { name, bytes, fields } = await readUpload(request)
  taken++
  return { name, size: bytes.length, note: fields['note'] }
}

beforeAll(async () => {
  server = await startTestServer(() => [
    (app) => {
      const config = { permission: 'notice.send' as const, accepts: 'multipart' as const }
      for (const url of ['/v1/filer', '/ladda-upp']) {
        app.post(url, { config }, (request) => take(request))
      }
      app.get('/', { config: { permission: 'own.page' } }, (_request, reply) =>
        renderPage(reply, 'about', { title: 'x', paragraphs: [] }),
      )
    },
  ])
})
afterAll(() => server.stop())

type Part = { name: string; value: string; filename?: string }

function multipart(parts: readonly Part[]): { payload: string; headers: Record<string, string> } {
  const body = parts.map(({ name, value, filename }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: text/csv`
    return `--grens\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`
  })
  return {
    payload: `${body.join('')}--grens--\r\n`,
    headers: { 'content-type': 'multipart/form-data; boundary=grens' },
  }
}

const file: Part = { name: 'file', value: 'typ;belopp\n', filename: 'maj.csv' }

async function fromSystem(parts: readonly Part[]) {
  const { payload, headers } = multipart(parts)
  const authorization = `Bearer ${await server.token('landlord')}`
  return server.app.inject({
    method: 'POST',
    url: '/v1/filer',
    payload,
    headers: { ...headers, authorization },
  })
}

test('a system sends a file with its token alone', async () => {
  const answer = await fromSystem([file, { name: 'note', value: 'hej' }])
  expect(answer.json()).toEqual({ name: 'maj.csv', size: 11, note: 'hej' })
})

test('a part that calls itself a file and bears no name is a file without a name', async () => {
  const part = 'Content-Disposition: form-data; name="file"\r\nContent-Type: application/octet-stream'
  const answer = await server.app.inject({
    method: 'POST',
    url: '/v1/filer',
    payload: `--grens\r\n${part}\r\n\r\nabc\r\n--grens--\r\n`,
    headers: {
      'content-type': 'multipart/form-data; boundary=grens',
      authorization: `Bearer ${await server.token('landlord')}`,
    },
  })
  expect(answer.json()).toEqual({ name: '', size: 3 })
})

test.each<[string, Part[], number]>([
  ['no file', [{ name: 'note', value: 'x' }], 400],
  ['two files', [file, file], 413],
  ['too large a file', [{ ...file, value: 'x'.repeat(MAX_FILE_BYTES + 1) }], 413],
  ['fifty fields', [file, ...Array.from({ length: 50 }, (_, n) => ({ name: `f${n}`, value: 'x' }))], 413],
])('%s is refused', async (_what, parts, status) => {
  const before = taken
  const answer = await fromSystem(parts)
  expectProblem(answer, status, status === 413 ? 'too-large' : 'file.missing')
  expect(taken).toBe(before)
})

test('wherever an upload is cut off, and whatever its parser calls that, the sender is told and nothing of ours fails', async () => {
  const { payload, headers } = multipart([file, file, file])
  const authorization = `Bearer ${await server.token('landlord')}`
  const statuses = new Set<number>()
  for (let end = 1; end < payload.length; end += 9) {
    const cut = { method: 'POST' as const, url: '/v1/filer', payload: payload.slice(0, end) }
    statuses.add((await server.app.inject({ ...cut, headers: { ...headers, authorization } })).statusCode)
  }
  expect([...statuses].filter((status) => status !== 400 && status !== 413)).toEqual([])
  for (const part of ['Part', 'Preamble']) {
    const said = new Error(`${part} terminated early due to unexpected end of multipart data`)
    expect(faultOf(said as FastifyError, 'sv')).toMatchObject({ status: 400, code: 'file.cut-off' })
  }
})

test('a person at a page needs the form’s token, and of this session', async () => {
  const lars = server.identity.people.find(({ role }) => role === 'landlord')!
  const { jar, page } = await signIn(server.app, lars, '/', 'landlords')
  const other = await signIn(server.app, server.identity.people[2]!)
  const cookie = [...jar.get(BASE)!].map(([name, value]) => `${name}=${value}`).join('; ')
  const send = (token: string) => {
    const { payload, headers } = multipart([file, { name: '_csrf', value: token }])
    return server.app.inject({ method: 'POST', url: '/ladda-upp', payload, headers: { ...headers, cookie } })
  }
  const before = taken
  expect((await send('')).statusCode).toBe(403)
  expect((await send(tokenOn(other.page))).statusCode).toBe(403)
  expect(taken).toBe(before)
  expect((await send(tokenOn(page))).statusCode).toBe(200)
})

test('the municipality’s scanner looks at each file first; while it cannot say, none is taken', async () => {
  const pieces: number[] = []
  const clamd = createServer((socket) => {
    let held = Buffer.alloc(0)
    socket.on('data', (piece) => {
      held = Buffer.concat([held, piece])
      if (!held.subarray(-4).equals(Buffer.alloc(4))) return
      pieces.push(held.length)
      const text = held.toString('latin1')
      socket.end(text.includes('EICAR') ? 'stream: Eicar-Signature FOUND\0' : 'stream: OK\0')
    })
  })
  await new Promise<void>((done) => clamd.listen(0, '127.0.0.1', done))
  const url = `tcp://127.0.0.1:${(clamd.address() as AddressInfo).port}`
  server.app.scan = scannerAt(url)
  try {
    const before = taken
    expect((await fromSystem([{ ...file, value: 'x'.repeat(200_000) }])).statusCode).toBe(200)
    const refused = await fromSystem([{ ...file, value: 'EICAR' }])
    expectProblem(refused, 422, 'file.infected')
    expect(refused.body).not.toContain('Eicar-Signature')
    expect([taken, pieces.length, pieces[0]! > 200_000]).toEqual([before + 1, 2, true])
    await new Promise((closed) => clamd.close(closed))
    expectProblem(await fromSystem([file]), 503, 'unavailable')
    expect(taken).toBe(before + 1)
  } finally {
    server.app.scan = null
    clamd.close()
  }
})
