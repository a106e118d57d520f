// What a workbook says is read as it was meant, and what it hides is said: days, numbers, headings, formulas, hidden rows.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { COLUMN_NAMES } from '../../shared/domain/notice-file-columns.ts'
import { rejectedRowsCsv } from '../../shared/domain/rejected-rows.ts'
import { readNoticeWorkbook } from '../../shared/workbook.ts'
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
  type RawCell,
} from '../support/workbook-file.ts'

const read = (bytes: Buffer) => readNoticeWorkbook(bytes, {})
const plain = sheetOf([heading, cells()])
const place = (name: string) => COLUMN_NAMES.findIndex((column) => column === name)

describe('U7 days', () => {
  const dated = async (forfallodag: RawCell, epoch = '') =>
    read(zipOf(workbookParts([sheetOf([heading, cells({ forfallodag })])], [], epoch)))

  test.each<[string, RawCell, string, string]>([
    ['a serial number of the 1900 count', 46356, '', '2026-11-30'],
    ['a serial number of the 1904 count', 44894, '<workbookPr date1904="1"/>', '2026-11-30'],
    ['text as ÅÅÅÅ-MM-DD', '2026-11-30', '', '2026-11-30'],
    ['a number as ÅÅÅÅMMDD', 20261130, '', '20261130'],
  ])('%s is the day meant', async (_what, cell, epoch, day) => {
    expect((await dated(cell, epoch)).groups[0]?.body.rents?.[0]?.dueDate).toBe(day)
  })

  test.each<[string, RawCell]>([
    ['half a day', 46356.5],
    ['month before day', '11/30/2026'],
    ['which of two it is', '03/04/2026'],
    ['a day that is not', '2026-11-31'],
  ])('%s comes back to its writer', async (_what, cell) => {
    expect(faults(await dated(cell))).toEqual([[2, 'forfallodag', 'date_unclear']])
  })

  test('a cell that Excel shows as a day is that day; with a clock time it comes back', async () => {
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 30, hour))
    const rows = templateRows([{ forfallodag: at(0) }, { egen_referens: 'H-2', forfallodag: at(23) }])
    const file = await read(await workbookOf(rows))
    expect(file.groups[0]?.body.rents?.[0]?.dueDate).toBe('2026-11-30')
    expect(faults(file)).toEqual([[3, 'forfallodag', 'date_with_time']])
  })
})

describe('U8 numbers that are names', () => {
  test('an identity number, a postal code and an amount typed as numbers are read as meant', async () => {
    const rows = templateRows([
      { hyresgast_personnummer: 102031230, postnr: 70210, belopp: 8450.5, antal_rum: 2, lagenhetsnr: 12 },
    ])
    const file = await read(await workbookOf(rows))
    expect(file.groups[0]?.body).toMatchObject({
      tenant: { personalIdentityNumber: '0102031230' },
      dwelling: { postalCode: '70210', rooms: '2', apartmentNumber: '12' },
      rents: [{ amount: '8450.5' }],
    })
    expect(file.remarks).toEqual([{ code: 'zeros_lost', rows: [2] }])
  })

  test('zeros before text stay, and the noise of a double goes', async () => {
    const file = await read(
      byHand(
        sheetOf([heading, cells({ lagenhetsnr: '0012', belopp: { xml: '<v>8450.4999999999991</v>' } })]),
      ),
    )
    expect(file.groups[0]?.body).toMatchObject({
      dwelling: { apartmentNumber: '0012' },
      rents: [{ amount: '8450.5' }],
    })
  })

  test('a number longer than Excel can hold comes back, for its last digits are changed', async () => {
    const file = await read(
      byHand(sheetOf([heading, cells({ ocr: { xml: '<v>12345678901234567890</v>' } })])),
    )
    expect(faults(file)).toEqual([[2, 'ocr', 'number_rounded']])
  })

  test('an error of Excel’s is no value', async () => {
    const file = await read(
      byHand(sheetOf([heading, cells({ belopp: { xml: '<v>#N/A</v>', attributes: 't="e"' } })])),
    )
    expect(faults(file)).toEqual([[2, 'belopp', 'cell_error']])
  })
})

describe('U10 cells that another program would run', () => {
  test.each(['=cmd|calc', '+46701234567', '-1+1', '@SUM(A1)', '\tx', '\rx'])(
    '%j is text in what is given back',
    async (text) => {
      const cell = {
        xml: `<is><t xml:space="preserve">${text.replace('\r', '&#13;')}</t></is>`,
        attributes: 't="inlineStr"',
      }
      const file = await read(byHand(sheetOf([heading, cells({ ort: cell, belopp: 'x' })])))
      const given = rejectedRowsCsv(file).trimEnd().split('\r\n').slice(1).join('\r\n')
      expect(given).not.toMatch(/(^|[;\n"])[=+\-@\t\r]/)
      expect(given).toContain("'")
    },
  )
})

describe('U11 headings', () => {
  test.each<[string, RawCell[], string]>([
    ['renamed', heading.map((name) => (name === 'hyresgast_namn' ? 'Kund' : name)), 'column_missing'],
    ['doubled', heading.map((name) => (name === 'ocr' ? 'belopp' : name)), 'column_twice'],
    [
      'resembling',
      heading.map((name) => (name === 'forfallodag' ? 'Förfallodagen' : name)),
      'column_unknown',
    ],
    ['all unknown', heading.map((_, n) => `Rubrik ${n}`), 'header_missing'],
  ])('%s hold the file until a person has said what they mean', async (_what, names, code) => {
    const file = await read(byHand(sheetOf([names, cells()])))
    expect(file).toMatchObject({ problem: { code }, groups: [], heading: names })
    expect(file.samples[0]?.[place('hyresgast_namn')]).toBe('Åsa Öberg')
  })

  test('reordered are read all the same', async () => {
    const order = heading.toReversed()
    const file = await read(byHand(sheetOf([order, cells().toReversed()])))
    expect(file.groups[0]?.body.tenant?.name).toBe('Åsa Öberg')
  })
})

describe('U14 what a sheet hides', () => {
  test('a hidden row is read and said; so is another sheet that is passed over', async () => {
    const sheet = `<cols><col min="20" max="21" hidden="1"/></cols>${sheetOf([heading, cells(), cells({ egen_referens: 'H-2' })], { 3: 'hidden="1"' })}`
    const help = sheetOf([['Så fyller du i mallen'], ['Skriv en rad per hyra']])
    const file = await read(zipOf(workbookParts([help, sheet])))
    expect(file.groups).toHaveLength(2)
    expect(file.remarks).toEqual([
      { code: 'rows_hidden', rows: [3] },
      { code: 'columns_hidden' },
      { code: 'sheets_passed_over', count: 1 },
    ])
  })

  test('two sheets with rows hold the file: neither is left out in silence', async () => {
    expect((await read(zipOf(workbookParts([plain, plain])))).problem?.code).toBe('sheets_several')
  })

  test('cells merged over rows come back, for only the first holds the value', async () => {
    const rows = [heading, cells(), cells({ egen_referens: 'H-2', ort: null })]
    const merged = `${sheetOf(rows)}<mergeCells count="1"><mergeCell ref="M2:M3"/></mergeCells>`.replace(
      'M2:M3',
      'H2:H3',
    )
    const file = await read(byHand(merged))
    expect(faults(file)).toEqual([
      [2, 'ort', 'cell_merged'],
      [3, 'ort', 'cell_merged'],
    ])
  })
})

describe('a workbook with crooked XML', () => {
  const scraps = [
    '<',
    '>',
    '"',
    '</c>',
    '<v>',
    '</row>',
    'r="A0"',
    't="s"',
    's="99"',
    '<f/>',
    '&#0;',
    '&bogus;',
    '-->',
  ]
  const hurt = fc.record({
    part: fc.nat(3),
    cuts: fc.array(fc.tuple(fc.nat(5_000), fc.nat(12), fc.constantFrom(...scraps)), {
      minLength: 1,
      maxLength: 4,
    }),
  })

  test('is read or held, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(hurt, async ({ part, cuts }) => {
        const parts = workbookParts([plain])
        const one = parts[part]!
        for (const [at, length, scrap] of cuts) {
          const text = String(one.text)
          const from = at % text.length
          one.text = text.slice(0, from) + scrap + text.slice(from + length)
        }
        const { problem, rows } = await read(zipOf(parts))
        expect(problem !== null || rows > 0).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
