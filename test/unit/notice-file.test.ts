// A landlord's file (reliability U9, U11, K5): nothing is guessed, nothing is lost, every row is answered for.
import { expect, test } from '@jest/globals'
import { COLUMN_NAMES } from '../../shared/domain/notice-file-columns.ts'
import { NOTICE_FILE_LIMITS, readNoticeFile } from '../../shared/domain/notice-file.ts'
import { readNotice } from '../../shared/domain/notice.ts'
import { bytesOf, fileOf, good, row, template, utf16, windows } from '../support/landlord-file.ts'

const readRows = (...rows: string[]) => readNoticeFile(bytesOf(fileOf(...rows)))
const errorsOf = (...rows: string[]) =>
  readRows(...rows).errors.map(({ row, column, code }) => `${row} ${column} ${code}`)

test('the template has the columns of the contract, in its order, and after them what a form may ask besides', () => {
  const besides = 'hyresvard_adress;hyresvard_telefon;plusgiro;betalning_annat;beskrivning;samtycke_datum'
  expect(COLUMN_NAMES.join(';')).toBe(`${template};${besides}`)
})

test('5,000 rows with three bad ones give 4,997 notices and three rows back, in well under a second', () => {
  const rows = Array.from({ length: 5000 }, (_, place) => row({ egen_referens: `H-${place}` }))
  rows[10] = row({ egen_referens: 'H-10', forfallodag: '2026-11-31' })
  rows[20] = row({ egen_referens: 'H-20', belopp: 'åtta tusen' })
  rows[30] = row({ egen_referens: 'H-30', typ: 'vräkning' })
  const bytes = bytesOf(fileOf(...rows))
  // The first reading pays for the compiler's work on a reader that a worker has run since it started.
  readNoticeFile(bytes)
  const before = process.cpuUsage()
  const file = readNoticeFile(bytes)
  // Processor time, so that a busy machine does not fail it.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1)
  expect([file.rows, file.groups.length, file.rejected.length]).toEqual([5000, 4997, 3])
  expect(file.errors).toEqual([
    {
      row: 12,
      column: 'forfallodag',
      code: 'date_unclear',
      value: '2026-11-31',
      detail: 'Datumet finns inte eller går inte att läsa.',
      howToMend: 'Skriv ÅÅÅÅ-MM-DD, till exempel 2026-11-30.',
    },
    expect.objectContaining({ row: 22, column: 'belopp', code: 'amount_unclear' }),
    expect.objectContaining({ row: 32, column: 'typ', code: 'type_unknown' }),
  ])
})

test('a row becomes the body that the API takes', () => {
  const { body, rowNumbers } = readRows(row({ hyresgast_personnummer: '900101-2385', antal_rum: '3' }))
    .groups[0]!
  expect(rowNumbers).toEqual([2])
  expect(readNotice(body, '2026-11-22').notice).toMatchObject({
    type: 'rent-termination',
    reference: 'H-1',
    landlord: { name: 'Närkes Hyreshus AB' },
    tenant: { name: 'Åsa Öberg', personalIdentityNumber: '199001012385' },
    dwelling: { address: 'Exempelgatan 1', postalCode: '70210', apartmentNumber: '0012', rooms: 3 },
    rents: [{ period: '2026-12', dueDate: '2026-11-30', amountOre: 845_050, paidOre: null }],
  })
})

const letters = fileOf(row())
test.each([
  ['utf-8', bytesOf(letters), 'utf-8'],
  ['utf-8 with a mark', bytesOf(`\uFEFF${letters}`), 'utf-8'],
  ['Windows-1252', windows(letters), 'windows-1252'],
  ['utf-16 little endian with a mark', utf16(`\uFEFF${letters}`, true), 'utf-16le'],
  ['utf-16 big endian with a mark', utf16(`\uFEFF${letters}`, false), 'utf-16be'],
  ['utf-16 without a mark', utf16(letters, true), 'utf-16le'],
])('å ä ö survive %s', (_, bytes, encoding) => {
  const file = readNoticeFile(bytes)
  expect([file.encoding, file.problem, file.errors]).toEqual([encoding, null, []])
  expect(file.groups[0]?.body.tenant.name).toBe('Åsa Öberg')
})

test.each([
  [';', template, row()],
  [',', template.replaceAll(';', ','), row({ belopp: '"8 450,50"' }).replaceAll(';', ',')],
  ['\t', template.replaceAll(';', '\t'), row().replaceAll(';', '\t')],
])('the separator %p is found', (separator, header, cells) => {
  const file = readNoticeFile(bytesOf(`${header}\n${cells}\n`))
  expect([file.separator, file.problem, file.errors]).toEqual([separator, null, []])
  expect(file.groups[0]?.body.rents).toEqual([
    { period: '2026-12', dueDate: '2026-11-30', amount: '8 450,50', paid: undefined },
  ])
})

test("Excel's own row that names the separator is passed over, and row numbers stay the file's", () => {
  const file = readNoticeFile(bytesOf(`sep=;\r\n${template}\r\n${row()}\r\n${row({ belopp: 'x' })}`))
  expect([file.rows, file.errors.map((error) => error.row)]).toEqual([2, [3, 4]])
})

test('the rows of one reference are the rents of one notice', () => {
  const file = readRows(
    row(),
    row({ egen_referens: 'H-2' }),
    row({ period: '2027-01', forfallodag: '2026-12-30' }),
  )
  expect(file.groups.map(({ rowNumbers, body }) => [rowNumbers, body.rents?.length])).toEqual([
    [[2, 4], 2],
    [[3], 1],
  ])
})

test('rows without a reference, and one reference of two landlords, are notices of their own', () => {
  const alone = { egen_referens: '' }
  const rows = [
    row(alone),
    row({ ...alone, adress: 'Exempelgatan 2' }),
    row(),
    row({ hyresvard: 'Annan Värd AB' }),
  ]
  expect(readRows(...rows).groups).toHaveLength(4)
})

test('a row that repeats another word for word is told, and does not double the rent', () => {
  const file = readRows(row(), row(), row({ egen_referens: '' }))
  expect(file.repeats).toEqual([{ row: 3, of: 2 }])
  expect(file.groups.map(({ body }) => body.rents?.length)).toEqual([1, 1])
})

test('one bad row takes the other rows of its notice along, because half a notice states a wrong debt', () => {
  expect(errorsOf(row(), row({ period: '2027-01', belopp: '', forfallodag: '2027-02-30' }))).toEqual([
    '2 null group_rejected',
    '3 forfallodag date_unclear',
  ])
})

test.each([
  ['the day is 31 November', { forfallodag: '2026-11-31' }, 'forfallodag date_unclear'],
  ['the day is in American order', { uppsagd_datum: '11/30/2026' }, 'uppsagd_datum date_unclear'],
  ['the debt is below zero', { belopp: '-100' }, 'belopp amount_unclear'],
  ['the amount is ambiguous', { att_betala_totalt: '8.450' }, 'att_betala_totalt amount_unclear'],
  ['the type is missing', { typ: '' }, 'typ value_missing'],
  ['the type is unknown', { typ: 'uppsägning' }, 'typ type_unknown'],
  ['the tenant is missing', { hyresgast_namn: ' ' }, 'hyresgast_namn value_missing'],
  ['the address holds no letter', { adress: '-' }, 'adress value_missing'],
  ['a cell is a formula', { ort: '=1+1' }, 'ort formula'],
  ['letters were lost', { ort: '\uFFFDrebro' }, 'ort text_garbled'],
  ['letters were read wrongly', { ort: 'Ã–rebro' }, 'ort text_garbled'],
  ['letters come from DOS', { ort: 'H\u201Eller' }, 'ort text_garbled'],
  ['a text is too long', { ort: 'x'.repeat(101) }, 'ort value_too_long'],
  ['a period is too long', { period: 'x'.repeat(61) }, 'period value_too_long'],
])('a row comes back when %s', (_, change, error) => {
  expect(errorsOf(row(change))).toEqual([`2 ${error}`])
})

test.each([
  ['the identity number is wrong', { hyresgast_personnummer: '19900101-2386' }],
  ['the rooms are missing', { antal_rum: '' }],
  ['the postal code is odd', { postnr: '7' }],
  ['the dispatch method is odd', { avsandningssatt: 'duva' }],
])('a row comes in when only %s: that is a finding', (_, change) => {
  expect(readRows(row(change))).toMatchObject({ errors: [], groups: [{ rowNumbers: [2] }] })
})

test.each([
  ['too few', row().split(';').slice(0, -1).join(';')],
  ['too many', `${row()};x`],
])('a row with %s columns comes back: what stands where is not known', (_, cells) => {
  expect(errorsOf(cells)).toEqual(['2 null column_count'])
})

test('empty cells at the end and empty rows are no fault', () => {
  const file = readNoticeFile(
    bytesOf(`${template};;\r\n${row()};;;;\r\n\r\n;;;;;;;;;;;;;;;;;;;;;;;\r\n \r\n`),
  )
  expect([file.rows, file.groups.length, file.errors, file.problem]).toEqual([1, 1, [], null])
})

test('rows of one reference that disagree come back, and say where', () => {
  expect(errorsOf(row(), row({ period: '2027-01', hyresgast_namn: 'Bo Lund' }))).toEqual([
    '2 null group_rejected',
    '3 hyresgast_namn group_conflict',
  ])
  expect(errorsOf(row(), row({ belopp: '9 000' }))).toEqual([
    '2 null group_rejected',
    '3 period period_twice',
  ])
})

test('sixty-one rents are no notice', () => {
  const rows = Array.from({ length: 61 }, (_, place) => row({ period: `x${place}`, forfallodag: '' }))
  expect(readRows(...rows).errors.map(({ code }) => code)).toContain('too_many_rents')
})

test('leading zeros and cells that Excel was told to leave alone are kept', () => {
  const { body } = readRows(row({ ocr: '"=""00123"""', lagenhetsnr: '0012' })).groups[0]!
  expect([body.payment?.ocr, body.dwelling.apartmentNumber]).toEqual(['00123', '0012'])
})

test('a quoted cell may hold the separator and a line break, and rows keep their number', () => {
  const file = readRows(
    row({ adress: '"Exempelgatan 1\r\n2 tr; gården"' }),
    row({ egen_referens: 'B', belopp: 'x' }),
  )
  expect(file.groups[0]?.body.dwelling.address).toBe('Exempelgatan 1\r\n2 tr; gården')
  expect(file.errors.map((error) => error.row)).toEqual([3])
})

test('a quote inside a name is harmless', () => {
  expect(readRows(row({ hyresgast_namn: 'Anders "Nisse" Ek' })).groups[0]?.body.tenant.name).toBe(
    'Anders "Nisse" Ek',
  )
})

test.each([
  ['is never closed', [row(), row({ hyresgast_namn: '"Åsa Öberg' }), row()], 3],
  ['is closed by the next row', [row({ hyresgast_namn: '"Åsa' }), row({ hyresgast_namn: 'Bo"' }), row()], 2],
  ['meets another that opens', [row({ hyresgast_namn: '"Åsa' }), row({ hyresgast_namn: '"Bo"' })], 2],
])('U9 a quote that %s holds the whole file, and names the row', (_, rows, at) => {
  const file = readRows(...rows)
  expect(file).toMatchObject({ groups: [], errors: [], problem: { code: 'quote_unclosed', row: at } })
})

test('U11 columns may stand in any order, cased and spelled as the template or a known synonym', () => {
  const names = COLUMN_NAMES.toReversed()
  const header = names.map((name) => name.toUpperCase().replaceAll('_', ' '))
  const cells = names.map((name) => good[name] ?? '')
  header[names.indexOf('hyresvard')] = 'Hyresvärd'
  header[names.indexOf('lagenhetsnr')] = 'Lägenhetsnummer'
  const file = readNoticeFile(bytesOf(`${header.join(';')}\n${cells.join(';')}`))
  expect(file).toMatchObject({
    problem: null,
    errors: [],
    groups: [{ body: { dwelling: { apartmentNumber: '0012' } } }],
  })
})

test.each([
  ['twice the same', `${template};belopp`, 'column_twice', 'belopp'],
  ['two words for the same', `${template};hyra`, 'column_twice', 'belopp'],
  ['none for the tenant', template.replace('hyresgast_namn', 'x'), 'column_missing', 'hyresgast_namn'],
  [
    'one that resembles a missing one',
    template.replace('forfallodag', 'forfallodagen'),
    'column_unknown',
    'forfallodag',
  ],
  ['none at all', 'rent-termination;H-1;Värd;Åsa;;Gatan 1', 'header_missing', null],
])('U11 a header with %s holds the whole file: nothing is imported on a guess', (_, header, code, column) => {
  const file = readNoticeFile(bytesOf(`${header}\n${row()}`))
  expect(file).toMatchObject({ groups: [], errors: [], problem: { code, column, row: 1 } })
})

test("U11 the sender's own mapping settles what the header does not", () => {
  const header = template.replace('forfallodag', 'Sista dag').replace('belopp', 'Summa')
  const bytes = bytesOf(`${header};belopp_historiskt\n${row()};999`)
  expect(readNoticeFile(bytes).problem).toMatchObject({ code: 'column_unknown', column: 'belopp' })
  const file = readNoticeFile(bytes, { 'sista dag': 'forfallodag', SUMMA: 'belopp', belopp_historiskt: null })
  expect(file.groups[0]?.body.rents?.[0]).toMatchObject({ dueDate: '2026-11-30', amount: '8 450,50' })
})

test('a column that is nobody’s is passed over, and said', () => {
  const file = readNoticeFile(bytesOf(`${template};Förvaltarens telefon\n${row()};019-123`))
  expect([file.groups.length, file.ignoredColumns]).toEqual([1, ['Förvaltarens telefon']])
})

test.each([
  ['no byte', new Uint8Array(), 'file_empty'],
  ['only blanks', bytesOf(' \r\n\r\n'), 'file_empty'],
  ['only a header', bytesOf(`${template}\r\n`), 'no_rows'],
  ['an archive that is cut off', Uint8Array.from([80, 75, 3, 4, 20, 0]), 'file_damaged'],
  ['an old spreadsheet', Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'file_old_excel'],
  ['a PDF', bytesOf('%PDF-1.7\n'), 'file_is_pdf'],
  ['zero bytes inside', bytesOf(`${template}\n\u0000${row()}`), 'file_not_text'],
  ['half a character of utf-16', utf16(`\uFEFF${letters}`, true).subarray(0, -1), 'file_not_text'],
  ['a byte of no Windows letter', Uint8Array.from([...windows(letters), 0x81]), 'file_not_text'],
  ['one row of 200,000 letters', bytesOf(`${template}\n${'x'.repeat(200_000)}`), 'quote_unclosed'],
  ['more bytes than the limit', new Uint8Array(NOTICE_FILE_LIMITS.bytes + 1), 'file_too_large'],
  [
    'more rows than the limit',
    bytesOf(`${template}${'\ny'.repeat(NOTICE_FILE_LIMITS.rows + 1)}`),
    'file_too_large',
  ],
])('K5 a file with %s is held whole', (_, bytes, code) => {
  expect(readNoticeFile(bytes)).toMatchObject({ groups: [], errors: [], problem: { code } })
})

test('K5 a file cut off in its last row gives that row back and the others in', () => {
  const whole = fileOf(row(), row({ egen_referens: 'H-2' }))
  const file = readNoticeFile(bytesOf(whole.slice(0, -40)))
  expect([file.groups.length, file.errors.map(({ code }) => code)]).toEqual([1, ['column_count']])
})
