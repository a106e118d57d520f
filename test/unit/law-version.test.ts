// The law's tables bear a number that rises whenever they change, so that an old release never overrules a newer one.
import { expect, test } from '@jest/globals'
import { readDataFile } from '../../config/files.ts'
import { lawStamp } from '../../shared/casework/law.ts'

const versions = readDataFile('law/versions.csv')
const rows = versions
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(';'))

test('the last row of versions.csv names the tables as they are now; whoever changes them adds a row', () => {
  const { version, fingerprint } = lawStamp(
    [readDataFile('law/periods.csv'), readDataFile('law/holidays.csv')],
    versions,
  )
  const [number, , sum] = rows.at(-1) ?? []
  // On failure: add a row with the next number, today, this sum and what was changed.
  expect(`${version};${fingerprint}`).toBe(`${number};${sum}`)
})

test('versions are numbered 1, 2, 3 … and say what was changed', () => {
  expect(rows.map(([number]) => Number(number))).toEqual(rows.map((_row, place) => place + 1))
  expect(
    rows.filter((cells) => cells.length !== 4 || !/^\d{4}-\d\d-\d\d$/.test(cells[1] ?? '') || !cells[3]),
  ).toEqual([])
})
