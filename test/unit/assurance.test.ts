// docs/asvs.md and docs/dpia.md are true: every test they name is there, every file they point to exists.
import { describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { assurancePage, readAssurance } from '../support/assurance-page.ts'
import { bare, read, written } from '../support/house.ts'

/** The levels of every requirement of ASVS 5.0.0, one digit each, by section. */
const LEVELS = `
  1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123
  2.1:122 2.2:112 2.3:12223 2.4:23
  3.1:3 3.2:113 3.3:12223 3.4:11222233 3.5:11122333 3.6:3 3.7:22333
  4.1:12233 4.2:23333 4.3:22 4.4:1222
  5.1:2 5.2:112333 5.3:113 5.4:222
  6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222
  7.1:222 7.2:1111 7.3:22 7.4:11222 7.5:223 7.6:22
  8.1:1233 8.2:1123 8.3:133 8.4:23
  9.1:111 9.2:1222
  10.1:22 10.2:223 10.3:22223 10.4:1111122222233333 10.5:22222 10.6:22 10.7:222
  11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23 11.7:33
  12.1:12233 12.2:11 12.3:22223
  13.1:2333 13.2:222223 13.3:2233 13.4:1222233
  14.1:22 14.2:12223333 14.3:122
  15.1:12233 15.2:12233 15.3:1222222 15.4:3333
  16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223
  17.1:23 17.2:22223333 17.3:22
`

const wanted = LEVELS.trim()
  .split(/\s+/)
  .flatMap((section) => {
    const [name = '', levels = ''] = section.split(':')
    return levels.split('').map((level, place) => ({ number: `${name}.${place + 1}`, level }))
  })
const rows = readAssurance()
const titlesIn = (file: string): Set<string> =>
  new Set(
    [...read(file).matchAll(/(?:\b(?:describe|it|test)\(|\)\()\s*(['"`])((?:\\.|(?!\1)[^])*?)\1\s*,/g)].map(
      ([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'),
    ),
  )

describe('docs/asvs.md', () => {
  it('has the requirements of levels 1 and 2, each once and in order', () => {
    expect(['1', '2', '3'].map((one) => wanted.filter(({ level }) => level === one).length)).toEqual([
      70, 183, 92,
    ])
    expect(rows.map(({ number, level }) => ({ number, level }))).toEqual(
      wanted.filter(({ level }) => level !== '3'),
    )
  })

  it('names for what holds a test that is there, by its whole title', () => {
    const titles = new Map(
      [...new Set(rows.map(({ file }) => file).filter(Boolean))].map((file) => [file, titlesIn(file)]),
    )
    const holding = rows.filter(({ answer }) => answer === 'holds')
    const untrue = holding.filter(({ file, test }) => titles.get(file)?.has(test) !== true)
    expect(untrue.map(({ number, file, test }) => `${number} ${file} ${test}`)).toEqual([])
  })

  it('says of all else why, and since when it was not held', () => {
    const others = rows.filter(({ answer }) => answer !== 'holds')
    const bad = others.filter(({ answer, what, file, judged }) => {
      const dated = /^20\d\d-\d\d-\d\d$/.test(judged)
      const fits = answer === 'none' ? judged === '' : (answer === 'open' || answer === 'operator') && dated
      return (
        !fits || file !== '' || what.length < 6 || (answer === 'open' && !/Next: |Nothing better/.test(what))
      )
    })
    expect(bad).toEqual([])
  })

  it('is the page that the sheet makes (node test/support/assurance-page.ts writes it)', () => {
    expect(read('docs/asvs.md')).toBe(assurancePage(rows))
  })
})

describe('SECURITY.md', () => {
  it('gives a time for each grade of a known weakness', () => {
    expect(read('SECURITY.md')).toMatch(/within 3 days when critical, 14 when high, 60 otherwise/)
    expect(read('docs/security.md')).toMatch(/critical within 3 days, high within 14, others within 60/)
  })
})

describe('docs/security.md', () => {
  const said = [...readFileSync('docs/security.md', 'utf8').matchAll(/^\| .* \| `([^`]+)` `([^`]+)` \|$/gm)]

  it('names for each row the words in the code that make it true', () => {
    expect(said.length).toBeGreaterThan(40)
    const untrue = said.filter(
      ([, file = '', words = '']) => !existsSync(file) || !readFileSync(file, 'utf8').includes(words),
    )
    expect(untrue.map(([row]) => row)).toEqual([])
  })

  it('has no row without a place in the code', () => {
    const all = readFileSync('docs/security.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '))
    const headings = all.filter((line) => line.endsWith(' where |'))
    expect(all.length - headings.length).toBe(said.length)
  })

  it('names every file that seals, hashes or signs', () => {
    const text = readFileSync('docs/security.md', 'utf8')
    const sealing = written.filter(
      (path) =>
        /^(services|shared|workers)\//.test(path) &&
        /\bcreate(Hmac|Cipheriv)\(|\bjwtVerify\(/.test(bare(read(path))),
    )
    expect(sealing.length).toBeGreaterThan(3)
    expect(sealing.filter((path) => !text.includes(path))).toEqual([])
  })
})
