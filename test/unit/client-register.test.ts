// A committee's nightly client list: hashed on the way in, and never repeated in a problem.
import { createHmac } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { readClientRegister } from '../../shared/domain/client-register.ts'

const hash = (identityNumber: string): string =>
  createHmac('sha256', 'key of the test').update(identityNumber).digest('hex')
const reader = {
  committee: 'SN',
  units: [
    { code: 'SN-MOTT', committee: 'SN' },
    { code: 'VON-BIST', committee: 'VON' },
  ],
  today: '2026-11-22',
  hash,
}
const HEAD = 'committee;unit;caseworker;personnummer'
// From the test series that Skatteverket publishes.
const [TOLVAN, TOLVAN_TEN] = ['201212121212', '121212-1212']

test('a row becomes committee, unit, caseworker and a keyed hash; the number itself is gone', () => {
  const read = readClientRegister(`${HEAD}\nSN;SN-MOTT;anna;${TOLVAN}\n`, reader)
  expect(read).toEqual({
    rows: [{ committee: 'SN', unit: 'SN-MOTT', caseworker: 'anna', identityHash: hash(TOLVAN) }],
    problems: [],
    repeated: 0,
  })
  expect(JSON.stringify(read)).not.toContain('1212')
})

test('ten digits and twelve are the same person, who counts once per unit', () => {
  const read = readClientRegister(
    `${HEAD}\nSN;SN-MOTT;anna;${TOLVAN}\nSN;SN-MOTT;bo;${TOLVAN_TEN}\nSN;;;${TOLVAN}`,
    reader,
  )
  expect(read.rows.map(({ unit, caseworker }) => [unit, caseworker])).toEqual([
    ['SN-MOTT', 'bo'],
    [null, null],
  ])
  expect(read.repeated).toBe(1)
})

test.each<[string, string, string, string]>([
  [
    'an identity number that cannot be',
    'SN;SN-MOTT;anna;201212121213',
    'bad-identity-number',
    'personnummer',
  ],
  ['another committee’s client', `VON;VON-BIST;anna;${TOLVAN}`, 'other-committee', 'committee'],
  ['a unit that the committee does not have', `SN;VON-BIST;anna;${TOLVAN}`, 'unknown-unit', 'unit'],
])('%s is a problem with its row and column, and repeats nothing of the person', (_, line, code, column) => {
  const { rows, problems } = readClientRegister(`${HEAD}\n${line}\n`, reader)
  expect(rows).toEqual([])
  expect(problems).toMatchObject([{ code, column, line: 2 }])
  expect(JSON.stringify(problems)).not.toMatch(/\d{6}/)
})

test.each<[string, string, string]>([
  ['a heading that is missing', 'committee;unit;personnummer\nSN;SN-MOTT;x', 'missing-column'],
  ['a heading that nobody asked for', `${HEAD};diagnos\nSN;SN-MOTT;anna;${TOLVAN};x`, 'unknown-column'],
  ['an empty file', '', 'empty-file'],
])('%s is a problem, never an exception', (_, text, code) => {
  expect(readClientRegister(text, reader).problems).toEqual(
    expect.arrayContaining([expect.objectContaining({ code })]),
  )
})
