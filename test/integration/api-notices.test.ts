// The landlords' and Kronofogden's doors: every contract field, idempotency, files, and whose is whose.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { aNotice, openApi, type Answer, type Api, type Who } from '../support/api.ts'
import { fileOf, row } from '../support/landlord-file.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.stop())

const send = (json: unknown, key: string, as: Who = 'landlord'): Promise<Answer> =>
  api.call('/v1/notices', { as, json, headers: { 'idempotency-key': key } })

async function countOf(table: 'notice' | 'task' | 'arrears_case' | 'outbox'): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(
    api.owner,
  )
  return rows[0]!.n
}

function multipart(bytes: Buffer, field = 'file', name = 'hyror.csv') {
  const edge = 'grans'
  const head = `--${edge}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`
  const raw = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${edge}--\r\n`)])
  return { raw, headers: { 'content-type': `multipart/form-data; boundary=${edge}` } }
}

describe('A notice', () => {
  test('is answered with a receipt of the contract, and found again', async () => {
    const { status, body, headers } = await send(aNotice(), 'first')
    expect(status).toBe(201)
    expect(headers['location']).toBe(`/v1/notices/${body.id}`)
    expect(body).toMatchObject({
      number: expect.stringMatching(/^M\d{4}-\d{5}$/),
      verdict: expect.any(String),
    })
    expect(new Date(body.receivedAt).toISOString()).toBe(body.receivedAt)
    for (const finding of body.findings) {
      expect(Object.keys(finding).sort()).toEqual(['code', 'field', 'message', 'severity'])
      expect(typeof finding.message).toBe('string')
    }
    const own = await api.call(`/v1/notices/${body.id}`, { as: 'landlord' })
    const state = body.findings.some(({ severity }: { severity: string }) => severity === 'critical')
      ? 'needs-completion'
      : 'received'
    expect(own.body).toMatchObject({ id: body.id, number: body.number, state, reference: 'H-1' })
    expect(own.text).not.toContain('Vera')
    const list = await api.call('/v1/notices?limit=1&page=1', { as: 'landlord' })
    expect(list.body).toMatchObject({ total: 1, limit: 1, page: 1, notices: [{ id: body.id }] })
  })

  test('sent again with the same key and body gives the same answer; with another body 422', async () => {
    const [one, two] = [
      await send(aNotice({ reference: 'H-2' }), 'again'),
      await send(aNotice({ reference: 'H-2' }), 'again'),
    ]
    expect([two.status, two.body]).toEqual([201, one.body])
    const other = await send(aNotice({ reference: 'H-3' }), 'again')
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.other-body'])
    expect(other.headers['content-type']).toContain('application/problem+json')
  })

  test('sent twenty times at once under one key is stored once', async () => {
    const before = await countOf('notice')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(aNotice({ reference: 'H-20' }), 'par')),
    )
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
    expect(await countOf('notice')).toBe(before + 1)
  })

  test('repeated under a new key is linked to the first: the same case, no second set of tasks', async () => {
    const first = await send(aNotice({ reference: 'H-30' }), 'new-1')
    await api.drain()
    const [tasks, cases] = [await countOf('task'), await countOf('arrears_case')]
    const repeat = await send(aNotice({ reference: 'H-30' }), 'new-2')
    expect([repeat.status, repeat.body.possibleDuplicateOf]).toEqual([201, first.body.id])
    await api.drain()
    expect([await countOf('task'), await countOf('arrears_case')]).toEqual([tasks, cases])
    expect(api.failures).toEqual([])
  })

  test('without Idempotency-Key is refused with 400 and stored nowhere', async () => {
    const before = await countOf('notice')
    const { status, body } = await api.call('/v1/notices', { as: 'landlord', json: aNotice() })
    expect([status, body.code]).toEqual([400, 'idempotency.key-missing'])
    expect(await countOf('notice')).toBe(before)
  })

  test('takes updates from its sender only, each once', async () => {
    const { body } = await send(aNotice({ reference: 'H-40' }), 'upd')
    const path = `/v1/notices/${body.id}/updates`
    const paid = { type: 'withdrawn', date: '2026-11-21' }
    const [one, two] = [
      await api.call(path, { as: 'landlord', json: paid }),
      await api.call(path, { as: 'landlord', json: paid }),
    ]
    expect([one.status, two.body]).toEqual([201, one.body])
    const other = await api.call(path, { as: 'landlord2', json: paid })
    expect(other.status).toBe(404)
    await api.drain()
    const own = await api.call(`/v1/notices/${body.id}`, { as: 'landlord' })
    expect(own.body.state).toBe('withdrawn')
  })

  test('for a home elsewhere is told to be in the wrong municipality', async () => {
    const dwelling = { address: 'Kungsgatan 1', postalCode: '111 43', city: 'Stockholm' }
    const { body } = await send(aNotice({ reference: 'H-50', dwelling }), 'far')
    const own = await api.call(`/v1/notices/${body.id}`, { as: 'landlord' })
    expect(own.body.state).toBe('wrong-municipality')
  })

  test('of another landlord is not there: the same 404 as for what is not, and as for what cannot be an id', async () => {
    const { body } = await send(aNotice({ reference: 'H-60' }), 'mine')
    const problem = async (id: string) => {
      const found = await api.call(`/v1/notices/${id}`, { as: 'landlord2' })
      return { ...found.body, instance: '' }
    }
    const foreign = await problem(body.id)
    expect(foreign.status).toBe(404)
    expect(await problem('6b1f3a9e-0000-4000-8000-000000000000')).toEqual(foreign)
    expect(await problem('1 or 1=1')).toEqual(foreign)
    expect((await api.call('/v1/notices', { as: 'landlord2' })).body).toMatchObject({ total: 0, notices: [] })
  })

  test('says its findings in English to whoever asks for English', async () => {
    const headers = { 'idempotency-key': 'en', 'accept-language': 'en' }
    const json = aNotice({ reference: null })
    const { body } = await api.call('/v1/notices', { as: 'landlord', json, headers })
    expect(
      body.findings.find(({ code }: { code: string }) => code === 'reference_missing').message,
    ).toContain('reference is missing')
  })
})

describe("Kronofogden's event", () => {
  const event = {
    event: 'application',
    caseNumber: 'U-24680-26/0210',
    occurredOn: '2026-11-20',
    respondent: { name: 'Ida Prov', address: 'Provgatan 2', postalCode: '702 10', city: 'Örebro' },
    applicant: { name: 'Exempelfastigheter i Örebro AB' },
  }
  const tell = (key: string, as: Who = 'kronofogden') =>
    api.call('/v1/eviction-notices', { as, json: event, headers: { 'idempotency-key': key } })

  test('is taken in once per key, and the same event under another key is recognised', async () => {
    const [one, two, three] = [await tell('k1'), await tell('k1'), await tell('k2')]
    expect([one.status, two.body]).toEqual([201, one.body])
    expect(three.body.possibleDuplicateOf).toBe(one.body.id)
    expect((await tell('k3', 'registrar.gan')).status).toBe(201)
    const without = await api.call('/v1/eviction-notices', { as: 'kronofogden', json: event })
    expect(without.body.code).toBe('idempotency.key-missing')
  })

  test('has its receipt where the answer says, for its sender alone', async () => {
    const { body, headers } = await tell('k2')
    const place = `/v1/eviction-notices/${body.id}`
    expect(headers['location']).toBe(place)
    expect(await api.call(place, { as: 'kronofogden' })).toMatchObject({ status: 200, body })
    expect((await api.call(place, { as: 'registrar.gan' })).status).toBe(404)
    expect((await api.call(place, { as: 'landlord' })).status).toBe(403)
  })
})

describe('A file', () => {
  const upload = (bytes: Buffer, as: Who = 'landlord', headers: Record<string, string> = {}) => {
    const part = multipart(bytes)
    return api.call('/v1/notice-files', { as, raw: part.raw, headers: { ...part.headers, ...headers } })
  }

  test('of 5,000 rows with three bad ones gives 4,997 notices and three rows back; again it adds nothing', async () => {
    const rows = Array.from({ length: 5_000 }, (_, place) => {
      const change = {
        egen_referens: `F-${place}`,
        hyresgast_namn: `Anna Prov${place}`,
        adress: `Provgatan ${place}`,
        lagenhetsnr: '1001',
      }
      if (place === 10) return row({ ...change, belopp: 'mycket' })
      if (place === 2_500) return row({ ...change, forfallodag: '2026-11-31' })
      return row(place === 4_999 ? { ...change, typ: 'okänd' } : change)
    })
    const bytes = Buffer.from(fileOf(...rows))
    const before = await countOf('notice')
    const { status, body, headers } = await upload(bytes)
    expect([status, headers['location']]).toEqual([202, `/v1/notice-files/${body.id}`])
    const early = await api.call(`/v1/notice-files/${body.id}`, { as: 'landlord' })
    expect(early.body).toMatchObject({ state: 'received', results: [] })
    await sql`update outbox set available_at = 'infinity' where topic = 'notice.received' and done_at is null`.execute(
      api.owner,
    )
    await readFiles()
    const done = await api.call(`/v1/notice-files/${body.id}`, { as: 'landlord' })
    expect(done.body).toMatchObject({
      state: 'done',
      rows: 5_000,
      accepted: 4_997,
      rejected: 3,
      duplicates: 0,
    })
    const bad = done.body.results.filter((one: { errors?: unknown }) => one.errors)
    expect(bad.map((one: { row: number }) => one.row)).toEqual([12, 2502, 5001])
    for (const { errors } of bad)
      expect(errors[0]).toEqual({
        column: expect.any(String),
        code: expect.any(String),
        detail: expect.any(String),
        howToMend: expect.any(String),
      })
    expect(done.body.results).toHaveLength(5_000)
    expect(await countOf('notice')).toBe(before + 4_997)
    const sheet = await api.call(`/v1/notice-files/${body.id}/rejected.csv`, { as: 'landlord' })
    expect(sheet.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(sheet.text.trim().split('\r\n')).toHaveLength(4)
    const again = await upload(bytes)
    await readFiles()
    const repeat = await api.call(`/v1/notice-files/${again.body.id}`, { as: 'landlord' })
    expect(repeat.body).toMatchObject({ state: 'done', accepted: 0, rejected: 3, duplicates: 4_997 })
    expect(await countOf('notice')).toBe(before + 4_997)
    const foreign = await api.call(`/v1/notice-files/${body.id}`, { as: 'landlord2' })
    expect(foreign.status).toBe(404)
    expect((await api.call(`/v1/notice-files/${body.id}/rejected.csv`, { as: 'landlord2' })).status).toBe(404)
  })

  /** Only the reading of files: joining 5,000 notices to cases is another test's work. */
  async function readFiles() {
    const { rows } = await sql<{ subjectId: string }>`
      update outbox set done_at = clock_now() where topic = 'notice-file.received' and done_at is null returning subject_id`.execute(
      api.owner,
    )
    const reading = api.handlers['notice-file.received'] as { errand: (ids: string[]) => Promise<unknown> }
    await reading.errand(rows.map((one) => one.subjectId))
  }

  test('sent again under its own key is the same file', async () => {
    const headers = { 'idempotency-key': 'file-1' }
    const bytes = Buffer.from(fileOf(row()))
    const [one, two] = [await upload(bytes, 'landlord', headers), await upload(bytes, 'landlord', headers)]
    expect(two.body).toEqual(one.body)
  })

  test.each([
    ['a damaged Excel file', Buffer.from('504b0304140006000800', 'hex'), 400, 'file.damaged'],
    ['more than 5 MB', Buffer.alloc(5 * 1024 * 1024 + 1, 'a'), 413, 'too-large'],
  ])('that is %s is refused with what to do instead', async (_what, bytes, status, code) => {
    const found = await upload(bytes)
    expect([found.status, found.body.code]).toEqual([status, code])
  })

  test('in the wrong field, or no form at all, is refused', async () => {
    const part = multipart(Buffer.from('a'), 'bilaga')
    const wrong = await api.call('/v1/notice-files', { as: 'landlord', raw: part.raw, headers: part.headers })
    expect([wrong.status, wrong.body.code]).toEqual([400, 'file.missing'])
    const one = multipart(Buffer.from('a')).raw.toString('latin1')
    const raw = Buffer.from(one.replace(/--\r\n$/, one.slice(one.indexOf('\r\n'))), 'latin1')
    const two = await api.call('/v1/notice-files', { as: 'landlord', raw, headers: part.headers })
    expect([two.status, two.body.code]).toEqual([413, 'too-large'])
    const none = await api.call('/v1/notice-files', { as: 'landlord', json: {} })
    expect(none.status).toBe(415)
  })
})
