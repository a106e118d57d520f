// When the house says no, it says so in both languages: no sentence of a refusal is Swedish only.
import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { hasEnglish, refusalText } from '../../shared/text/refusals.ts'
import { isTextKey } from '../../shared/text/say.ts'

const sources = ['shared', 'services', 'workers'].flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: `${room}/${path}`, text: readFileSync(`${room}/${path}`, 'utf8') })),
)

describe('a refusal', () => {
  test('has an English sentence, whatever its code', () => {
    const codes = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/new Refusal\(\s*'[\w-]+',\s*'([\w.-]+)'/g)].map(([, code = '']) => ({ path, code })),
    )
    expect(codes.length).toBeGreaterThan(60)
    const silent = codes.filter(({ code }) => !hasEnglish(code) && !isTextKey(`problem.${code}`))
    expect(silent).toEqual([])
  })

  test('is said in the reader’s language; a sentence made of values brings its own English', () => {
    const said = { code: 'review.own', detail: 'Den som har skrivit …' }
    expect(refusalText(said, 'sv')).toBe('Den som har skrivit …')
    expect(refusalText(said, 'en')).toMatch(/^Whoever has written/)
    expect(refusalText({ ...said, en: 'Made of values.' }, 'en')).toBe('Made of values.')
    expect(refusalText({ code: 'nobody-knows', detail: 'Svenska.' }, 'en')).toBe('Svenska.')
  })
})
