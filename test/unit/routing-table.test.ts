// A rules table as an officer writes it: what is refused, where, and that nothing is lost on the way out and back.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { ROUTING_COLUMNS } from '../../shared/domain/routing-row.ts'
import type { RoutingRow } from '../../shared/domain/routing-row.ts'
import { exportRoutingTable, parseRoutingTable } from '../../shared/domain/routing-table.ts'
import { anyRules, sheetOf } from '../support/routing-arbitraries.ts'
import { children, fallback, sheet, tableOf } from '../support/routing-sheet.ts'

const owner = { rad: '40', typ: 'OWNER', namnd: 'SN', enhet: 'SN-MOTT' }

/** [what is wrong, the cells that make it wrong, code, column] — each refused with its row and column. */
const FAULTY_CELLS: [string, Record<string, string>, string, string][] = [
  ['a range that ends before it starts', { alder: '64..18' }, 'contradictory-range', 'alder'],
  ['two limits that exclude each other', { alder: '>=65 & <18' }, 'contradictory-range', 'alder'],
  ['a condition that excludes every value', { barn: 'inte(ja, nej, okänt)' }, 'contradictory-range', 'barn'],
  [
    'a condition that excludes every number',
    { alder: 'inte(>=0, <0, okänd)' },
    'contradictory-range',
    'alder',
  ],
  ['a client of none and of one', { aktuell_hos: 'ingen + SN' }, 'contradictory-range', 'aktuell_hos'],
  ['a word that is no notice type', { anmalan: 'uppsägning hyra, hyresskuld' }, 'unknown-value', 'anmalan'],
  ['a need that is not on the list', { behov: 'spelmissbruk' }, 'unknown-value', 'behov'],
  ['a number in letters', { manader_obetalda: 'två' }, 'unreadable-value', 'manader_obetalda'],
  ['a formula', { belopp_kr: '=SUMMA(A1)' }, 'unreadable-value', 'belopp_kr'],
  ['a comma too many', { anmalan: 'uppsägning hyra,,tidig skuld' }, 'empty-item', 'anmalan'],
  ['an owner row that reads protection', { skyddad: 'ja' }, 'forbidden-field', 'skyddad'],
  ['an owner row that reads violence', { vald: 'nej' }, 'forbidden-field', 'vald'],
  ['a kind that does not exist', { typ: 'KANSKE' }, 'unknown-kind', 'typ'],
  ['a row number in letters', { rad: 'fyra' }, 'bad-row-number', 'rad'],
  ['an owner row without an owner', { namnd: '', enhet: '' }, 'missing-owner', 'namnd'],
  ['two committees and one unit', { namnd: 'SN + VON', enhet: 'SN-MOTT' }, 'unpaired-units', 'enhet'],
  ['an answer time in words', { svar_arbetsdagar: 'snarast' }, 'bad-answer-time', 'svar_arbetsdagar'],
  ['no reason', { skal_sv: '' }, 'missing-reason', 'skal_sv'],
  ['an owner row behind the gate', { bakom_grind: 'ja' }, 'bad-behind-gate', 'bakom_grind'],
  ['the other caseworkers as owners', { person: 'övriga handläggare' }, 'bad-person', 'person'],
  [
    'own caseworker of somebody unknown',
    { person: 'egen handläggare' },
    'own-caseworker-without-client',
    'aktuell_hos',
  ],
  [
    'own caseworker in a committee the row does not ask for',
    { person: 'egen handläggare', aktuell_hos: 'flera' },
    'own-caseworker-without-client',
    'aktuell_hos',
  ],
]

describe('a cell that cannot be used is refused with its row, its column and a reason', () => {
  test.each(FAULTY_CELLS)('%s', (_, cells, code, column) => {
    const { table, problems } = parseRoutingTable(sheet({ ...owner, ...cells }, fallback))
    expect(problems).toMatchObject([{ code, column, row: cells['rad'] ? null : 40, line: 2 }])
    expect(problems[0]?.reason.sv).not.toBe('')
    expect(table.rows.map((row) => row.row)).toEqual([999])
  })
})

/** Three rows of a plain sheet: what is wrong with the file as a whole. */
const HEAD = 'rad;typ;namnd;enhet;skal_sv;skal_en;grund'
const FAULTY_FILES: [string, string, string, string | null][] = [
  ['an empty file', '', 'empty-file', null],
  ['a quote that is never closed', `${HEAD}\n1;OWNER;SN;"SN-MOTT;skäl;reason;INF`, 'malformed-csv', null],
  ['a row with a cell too many', `${HEAD}\n1;OWNER;SN;SN-MOTT;skäl;reason;INF;extra`, 'wrong-width', null],
  ['a column nobody knows', `${HEAD};poang\n1;OWNER;SN;SN-MOTT;skäl;reason;INF;9`, 'unknown-column', 'poang'],
  [
    'a column that is missing',
    'rad;typ;namnd;skal_sv;skal_en;grund\n1;OWNER;SN;skäl;reason;INF',
    'missing-column',
    'enhet',
  ],
  [
    'a column that occurs twice',
    `${HEAD};typ\n1;OWNER;SN;SN-MOTT;skäl;reason;INF;ADD`,
    'duplicate-column',
    'typ',
  ],
  ['a file in another encoding', `${HEAD}\n1;OWNER;SN;SN-MOTT;sk\uFFFDl;reason;INF`, 'not-utf8', null],
]

test.each(FAULTY_FILES)('%s is a problem, never an exception', (_, text, code, column) => {
  const { problems } = parseRoutingTable(text)
  expect(problems).toEqual(expect.arrayContaining([expect.objectContaining({ code, column })]))
})

test.each(['personnummer', 'medborgarskap', 'religion', 'kön', 'adress', 'fritext'])(
  'a rule that names the protected field %s is refused with its row',
  (field) => {
    const text = `${HEAD};${field}\n40;OWNER;SN;SN-MOTT;skäl;reason;INF;ja\n999;OWNER;SN;SN-MOTT;skäl;reason;INF;`
    const { problems } = parseRoutingTable(text)
    expect(problems).toMatchObject([{ code: 'forbidden-field', row: 40, column: field }])
  },
)

test('a decimal comma in an amount is a decimal comma, not two amounts', () => {
  const row = { ...owner, belopp_kr: '>=1250,50, okänd' }
  expect(tableOf(row, fallback).rows[0]?.conditions.amount).toEqual({
    kind: 'ranges',
    ranges: [[125_050, Infinity]],
    unknown: true,
  })
  expect(exportRoutingTable(tableOf(row, fallback))).toContain(';>=1250,50, okänd;')
  expect(parseRoutingTable(sheet({ ...owner, belopp_kr: '100,500' }, fallback)).problems).toMatchObject([
    { code: 'unreadable-value', row: 40, column: 'belopp_kr' },
  ])
})

test('two rows with one number are refused: nobody could tell which one spoke', () => {
  const { problems } = parseRoutingTable(sheet(owner, owner, fallback))
  expect(problems).toMatchObject([{ code: 'duplicate-row', row: 40, line: 3, column: 'rad' }])
})

test('every fault of a file is told at once', () => {
  const { problems } = parseRoutingTable(
    sheet({ ...owner, alder: '9..1', barn: 'kanske' }, { ...children, rad: 'x' }, fallback),
  )
  expect(problems.map((problem) => problem.code).sort()).toEqual([
    'bad-row-number',
    'contradictory-range',
    'unknown-value',
  ])
})

test('whatever text is uploaded, the reader answers with problems and never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc
          .constantFrom(HEAD)
          .chain((head) => fc.string({ maxLength: 200 }).map((tail) => `${head}\n${tail}`)),
      ),
      (text) => {
        expect(Array.isArray(parseRoutingTable(text).problems)).toBe(true)
      },
    ),
    { numRuns: 200 },
  )
})

test('an officer may leave out the columns that no rule uses, and Excel may add its mark and its line ends', () => {
  const { table, problems } = parseRoutingTable(
    `\uFEFF${HEAD.toUpperCase()};BARN\r\n20;owner;SN;SN-BARN;skäl;;S03;Ja\r\n`,
  )
  expect(problems).toEqual([])
  expect(table.rows[0]).toMatchObject({
    row: 20,
    kind: 'owner',
    reason: { sv: 'skäl', en: 'skäl' },
    basis: 'S03',
  })
})

/** The place in the file may change; nothing else may. */
const withoutLine = (row: RoutingRow): RoutingRow => ({ ...row, line: 0 })

test('an exported table reads back as the same rules', () => {
  fc.assert(
    fc.property(anyRules, (rules) => {
      const { table } = parseRoutingTable(sheetOf(rules))
      const back = parseRoutingTable(exportRoutingTable(table))
      expect(back.problems).toEqual([])
      expect(back.table.rows.map(withoutLine)).toEqual(table.rows.map(withoutLine))
    }),
    { numRuns: 150 },
  )
})

test('an export opens in a spreadsheet: semicolons, a heading for every column, and the mark that says UTF-8', () => {
  const table = tableOf(
    {
      ...owner,
      skal_sv: '"Semikolon; och ""citat"""',
      alder: '>=18 & <=64, okänd',
      hyresvard: 'inte(559999-0101)',
    },
    { ...children, namnd: 'SN + VON', enhet: 'SN-BARN + VON-BIST', person: 'anna', uppgifter: 'T2, T3' },
    fallback,
  )
  const text = exportRoutingTable(table)
  expect(text.startsWith(`\uFEFF${ROUTING_COLUMNS.join(';')}\r\n`)).toBe(true)
  expect(text).toContain('18..64, okänd')
  expect(text).toContain('"Semikolon; och ""citat"""')
  expect(parseRoutingTable(text).table.rows.map(withoutLine)).toEqual(table.rows.map(withoutLine))
})

test('a reason that looks like a formula leaves as text and comes back as it was', () => {
  const table = tableOf({ ...owner, skal_sv: '=HYPERLINK(1)' }, fallback)
  const text = exportRoutingTable(table)
  expect(text).toContain(";'=HYPERLINK(1);")
  expect(parseRoutingTable(text).table.rows[0]?.reason.sv).toBe('=HYPERLINK(1)')
})
