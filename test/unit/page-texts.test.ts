// The texts of the pages: every key that a template or a page asks for is there, and none is kept that nobody asks for.
import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { factInWords, readableColumns } from '../../shared/text/extract-facts.ts'
import { pageTexts } from '../../shared/text/pages.ts'
import { sv } from '../../shared/text/sv.ts'

// Pages stand in services/web; what leads up to them, the sign-in and a landlord's first visit, beside it.
const web = join(import.meta.dirname, '../../services')
const sources = readdirSync(web, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(njk|ts)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(web, path), 'utf8') }))
const all = sources.map(({ text }) => text).join('\n')

// A key as a whole, or the start of one that ends in a code: `stage.` + found.stage, `notice.type.${type}`.
const keys = [...all.matchAll(/\bt\(\s*["'`]([a-z][\w-]*(?:\.[\w-]+)+)["'`]/g)].map((match) => match[1]!)
const starts = [...all.matchAll(/["'`]([a-z][\w-]*(?:\.[\w-]+)*\.)(?:["'`]\s*\+|\$\{)/g)].map(
  (match) => match[1]!,
)
const quoted = new Set([...all.matchAll(/["'`]([a-z][\w-]*(?:\.[\w-]+)+)["'`]/g)].map((match) => match[1]!))

describe('The texts of the pages', () => {
  test('hold every key that is asked for', () => {
    const known = { ...sv, ...pageTexts }
    expect(keys.length).toBeGreaterThan(150)
    expect(keys.filter((key) => !(key in known))).toEqual([])
  })

  test('hold each key once: of two with the same name the later would speak on the earlier one’s page', () => {
    const folder = join(import.meta.dirname, '../../shared/text')
    const areas = [...readFileSync(join(folder, 'pages.ts'), 'utf8').matchAll(/from '\.\/([\w-]+\.ts)'/g)]
    const named = areas.flatMap(([, file = '']) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^  '([\w-]+(?:\.[\w-]+)+)': ?\{/gm)].map(
        ([, key]) => key,
      ),
    )
    expect(named.length).toBeGreaterThan(Object.keys(pageTexts).length / 2)
    expect(named.filter((key, place) => named.indexOf(key) !== place)).toEqual([])
  })

  test('hold no key that nobody asks for', () => {
    const idle = Object.keys({ ...sv, ...pageTexts }).filter(
      (key) => !quoted.has(key) && !starts.some((start) => key.startsWith(start)),
    )
    expect(idle).toEqual([])
  })

  test('say the same values in both languages, and something in each', () => {
    const values = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted().join(' ')
    const faulty = Object.entries(pageTexts).filter(
      ([, words]) => values(words.en) !== values(words.sv) || !words.sv.trim() || !words.en.trim(),
    )
    expect(faulty).toEqual([])
  })
})
describe("A person's own extract", () => {
  const row = {
    reason_sv: 'Hyran är obetald.',
    reason_en: 'The rent is unpaid.',
    facts: {
      daysLeft: 1,
      outOfHours: true,
      needs: [],
      landlord: { name: 'Exempelbostäder', organisationNumber: null },
      rents: [{ period: '2026-09', amountOre: 845_050 }, { period: '2026-10' }],
    },
    findings: [{ message: { sv: 'Hyresvärdens adress saknas.', en: "The landlord's address is missing." } }],
  }
  const read = (language: 'sv' | 'en') =>
    readableColumns(row, language).map(([name, value]) => [name, factInWords(value, language)])

  test('is read in words, in the language of the reader alone', () => {
    expect(read('sv')).toEqual([
      ['reason_sv', 'Hyran är obetald.'],
      [
        'facts',
        'Dagar kvar av fristen: 1, Utanför kontorstid: ja, Hyresvärd: Namn: Exempelbostäder, ' +
          'Hyror: Period: 2026-09, Belopp i ören: 845050; Period: 2026-10',
      ],
      ['findings', 'Mer att veta: Hyresvärdens adress saknas.'],
    ])
    expect(read('en').map(([name]) => name)).toEqual(['reason_en', 'facts', 'findings'])
    expect(JSON.stringify(read('en'))).not.toMatch(/[{}]|null|true|saknas|obetald/)
  })
})
