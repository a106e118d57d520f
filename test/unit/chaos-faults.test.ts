// The faults of the chaos run against the table of what can go wrong, and the kept results of its long course.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { describeCourse, putLine, readLines, writeLines, type Line } from '../chaos/course-file.ts'
import { describeFaultTable, faultTable, wholeStop } from '../chaos/fault-table.ts'
import { faults } from '../chaos/faults.ts'

const root = join(import.meta.dirname, '../..')
const named = faultTable.flatMap(({ faults: names = [] }) => names)

describe('the table of faults', () => {
  test('has forty-two rows in order, and each is tried by something', () => {
    expect(faultTable.map(({ row }) => row)).toEqual(Array.from({ length: 42 }, (_, n) => `F${n + 1}`))
    const untried = faultTable.filter(
      ({ faults: some, courses, always, tests }) =>
        !some?.length && !courses?.length && !always && !tests?.length,
    )
    expect(untried).toEqual([])
  })

  test('names faults and test files that exist, and every fault stands in one row', () => {
    expect(named.toSorted()).toEqual([...faults.map(({ name }) => name), wholeStop].toSorted())
    const files = faultTable.flatMap(({ tests = [] }) => tests)
    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test('stands in the page as it is here', () => {
    expect(readFileSync(join(root, 'docs/chaos.md'), 'utf8')).toContain(describeFaultTable())
  })
})

describe('the long course', () => {
  const line = (seed: number, broken = '', letters = 200, doubled = 1): Line => ({
    ...(readLines(`seed;queue\n${seed};redis`)[0] as Line),
    letters: String(letters),
    doubled: String(doubled),
    broken,
  })

  test('is read as it was written, one line for a seed, the newest', () => {
    const lines = [line(3), line(1), line(2, 'I4 7')]
    expect(readLines(writeLines(lines)).map(({ seed }) => seed)).toEqual(['1', '2', '3'])
    const again = putLine(lines, line(2))
    expect(again).toHaveLength(3)
    expect(describeCourse(again)).toContain('hold in every seed')
    expect(describeCourse(lines)).toContain('Rules broken: seed 2 I4 7')
    expect(describeCourse(lines)).toContain('600 letters, of which 3 came twice (0.50 %')
  })

  test('of the page is the file’s', () => {
    const kept = readLines(readFileSync(join(root, 'docs/chaos-course.csv'), 'utf8'))
    expect(kept.length).toBeGreaterThan(0)
    expect(readFileSync(join(root, 'docs/chaos.md'), 'utf8')).toContain(describeCourse(kept))
  })
})
