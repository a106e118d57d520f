// When the house says no, it says so in both languages: no sentence of a refusal is Swedish only.
import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { problemsAt } from '../../services/web/page.ts'
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

  test('stands beside its fields in the reader’s language, with all that is wrong there', () => {
    const problems = [
      { pointer: '/cause', code: 'nobody-knows', detail: 'Ange orsaken.', en: 'Give the cause.' },
      { pointer: '/cause', code: 'reason.missing', detail: 'Ange varför.' },
      { pointer: '', code: 'nobody-knows', detail: 'Öppna uppgifter: 2.', en: 'Open tasks: 2.' },
    ]
    const fieldOf = { '/cause': 'cause' }
    const cause = { sv: 'Ange orsaken. Ange varför.', en: 'Give the cause. Say why.' }
    expect(problemsAt(problems, fieldOf, 'outcome', 'sv')).toEqual({
      cause: cause.sv,
      outcome: 'Öppna uppgifter: 2.',
    })
    expect(problemsAt(problems, fieldOf, 'outcome', 'en')).toEqual({
      cause: cause.en,
      outcome: 'Open tasks: 2.',
    })
    expect(problemsAt(problems, fieldOf, null, 'en')).toEqual({ cause: cause.en })
  })

  test('is never shown on a page as it was thrown, in Swedish whoever reads', () => {
    const pages = sources.filter(({ path }) => path.startsWith('services/web/'))
    const showing = pages.filter(({ text }) => /\berror\.message\b/.test(text)).map(({ path }) => path)
    expect(showing).toEqual(['services/web/page.ts']) // Where its English is looked up.
  })
})
