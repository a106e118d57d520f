// The lists of attacks have no gaps: each number of forms, sign-in and uploads has a test that carries it in its name.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const LISTS = [
  ['forms', 'W', 12],
  ['sign-in', 'A', 9],
  ['uploads', 'U', 14],
] as const
// The first word of a test or of what it stands under; a number in a comment is no test.
const NAMED = /(?:test|describe|\))\(\s*['"`]([^'"`\n]*)/g

function namesIn(folder: string): string[] {
  const url = new URL(`../${folder}/`, import.meta.url)
  return readdirSync(url)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) =>
      [...readFileSync(new URL(name, url), 'utf8').matchAll(NAMED)].map(([, text = '']) => text),
    )
}

const names = ['unit', 'integration', 'e2e'].flatMap(namesIn)

test.each(
  LISTS.flatMap(([what, letter, count]) =>
    Array.from({ length: count }, (_, nth) => [`${letter}${nth + 1}`, what]),
  ),
)('the attack %s on %s has a test of that name', (number) => {
  expect(names.filter((name) => new RegExp(`\\b${number}\\b`).test(name)).length).toBeGreaterThan(0)
})

test('a number that is in no name is missed', () => {
  expect(names.length).toBeGreaterThan(500)
  expect(names.filter((name) => /\bW13\b/.test(name))).toEqual([])
})
