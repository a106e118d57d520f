// docs/asvs.md and docs/dpia.md are true: every test they name is there, every file they point to exists.
import { describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { bare, read, written } from '../support/house.ts'

const asvs = readFileSync('docs/asvs.md', 'utf8')
const rows = [...asvs.matchAll(/^\| `([\d.]+)` ([^|]*)\| ([^|]*)\| (.+) \|$/gm)].map(
  ([, id = '', , , shown = '']) => ({
    id,
    shown: shown.trim(),
  }),
)

describe('docs/asvs.md', () => {
  it('has each requirement once, in order', () => {
    expect(rows.length).toBeGreaterThan(60)
    const order = rows.map(({ id }) =>
      id
        .split('.')
        .map((part) => part.padStart(2, '0'))
        .join('.'),
    )
    expect(order).toEqual([...new Set(order)].sort())
  })

  it('names a test that is there, or a day and a reason', () => {
    const untrue = rows.filter(({ shown }) => {
      if (/^20\d\d-\d\d-\d\d: \S.{10,}/.test(shown)) return false
      const [, file = '', name = ''] = /^(test\/\S+\.test\.ts) "(.*)"$/.exec(shown) ?? []
      return !existsSync(file) || !readFileSync(file, 'utf8').includes(name)
    })
    expect(untrue).toEqual([])
  })
})

describe('docs/dpia.md', () => {
  it('points to files that exist', () => {
    const named = [...readFileSync('docs/dpia.md', 'utf8').matchAll(/`((?:config|services|shared)\/[^`]*)`/g)]
    expect(named.length).toBeGreaterThan(15)
    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(path))).toEqual([])
  })
})

describe('docs/security.md', () => {
  const rows = [...readFileSync('docs/security.md', 'utf8').matchAll(/^\| .* \| `([^`]+)` `([^`]+)` \|$/gm)]

  it('names for each row the words in the code that make it true', () => {
    expect(rows.length).toBeGreaterThan(40)
    const untrue = rows.filter(
      ([, file = '', words = '']) => !existsSync(file) || !readFileSync(file, 'utf8').includes(words),
    )
    expect(untrue.map(([row]) => row)).toEqual([])
  })

  it('has no row without a place in the code', () => {
    const all = readFileSync('docs/security.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '))
    const headings = all.filter((line) => line.endsWith(' where |'))
    expect(all.length - headings.length).toBe(rows.length)
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
