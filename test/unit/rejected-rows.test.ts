// What comes back to the landlord: bad rows with reasons and no live formula, and no row of any file lost or counted twice.
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readNoticeFile } from '../../shared/domain/notice-file.ts'
import { rejectedRowsCsv } from '../../shared/domain/rejected-rows.ts'
import { decodeText } from '../../shared/domain/text-encoding.ts'
import { bytesOf, fileOf, row, template, utf16, windows } from '../support/landlord-file.ts'

const readRows = (...rows: string[]) => readNoticeFile(bytesOf(fileOf(...rows)))

test('the rejected rows come back with reasons first, the columns as sent, and no live formula', () => {
  const csv = rejectedRowsCsv(readRows(row({ ort: '=cmd|calc', belopp: 'x' }), row({ egen_referens: 'ok' })))
  const [header, first, ...rest] = csv.replace('\uFEFF', '').trimEnd().split('\r\n')
  expect(header).toBe(`avvisad_rad;avvisad_kolumn;avvisad_orsak;avvisad_atgard;${template}`)
  expect(first).toContain("'=cmd|calc")
  expect(rest).toEqual([])
})

test('the rejected rows, mended and sent again, come in; unmended they come back once, without old reasons', () => {
  const csv = rejectedRowsCsv(readRows(row(), row({ egen_referens: 'H-2', belopp: '-1' })))
  const again = readNoticeFile(bytesOf(csv))
  expect([again.ignoredColumns, again.errors.map(({ code }) => code)]).toEqual([[], ['amount_unclear']])
  expect(rejectedRowsCsv(again).split('\r\n')[0]).toBe(csv.split('\r\n')[0])
  const mended = readNoticeFile(bytesOf(csv.replace("'-1", '8450')))
  expect(mended.groups.map(({ body }) => body.reference)).toEqual(['H-2'])
})

test('no cell of the rejected rows starts a formula, whatever was sent', () => {
  const cell = fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '"', ';', ' ', 'a', "'") })
  fc.assert(
    fc.property(cell, (sent) => {
      const quoted = `"${sent.replaceAll('"', '""')}"`
      const file = readNoticeFile(bytesOf(fileOf(row({ ort: quoted, belopp: 'x' }))))
      if (file.problem) return
      const shown = readNoticeFile(bytesOf(rejectedRowsCsv(file))).rejected[0]?.cells[11] ?? ''
      expect(/^\s*[=+\-@]|^[\t\r]/.test(shown)).toBe(false)
    }),
  )
})

test('any bytes are read without a fault, and every row is answered for exactly once', () => {
  const piece = fc.constantFrom(
    ';',
    '"',
    '\n',
    '\r\n',
    row(),
    row({ belopp: 'x' }),
    'H-9',
    '=1',
    '\u0000',
    'å',
  )
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => bytesOf(`${template}\n${pieces.join('')}`))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), text), (bytes) => {
      const file = readNoticeFile(bytes)
      const bad = new Set(file.errors.map((error) => error.row)).size
      const taken = file.groups.reduce((sum, group) => sum + group.rowNumbers.length, 0)
      expect(taken + bad + file.repeats.length).toBe(file.rows)
      expect(file.rejected).toHaveLength(bad)
      rejectedRowsCsv(file)
    }),
  )
})

test('no error repeats what could be about a person', () => {
  const file = readRows(
    row({ belopp: '19900101-2385', forfallodag: 'Åsa Öberg' }),
    row({ egen_referens: 'B', betalt: '8450,505' }),
  )
  expect(file.errors.map(({ value }) => value)).toEqual([undefined, undefined, '8450,505'])
})

test('text round trips through every encoding that is read', () => {
  const swedish = fc.string({
    unit: fc.constantFrom('å', 'ä', 'ö', 'Å', 'é', 'a', ';', ' ', '\n', '1'),
    minLength: 1,
  })
  fc.assert(
    fc.property(swedish, (written) => {
      const text = `typ;${written}`
      for (const bytes of [
        bytesOf(text),
        windows(text),
        utf16(`\uFEFF${text}`, true),
        utf16(`\uFEFF${text}`, false),
      ]) {
        expect(decodeText(bytes)).toMatchObject({ text })
      }
    }),
  )
})
