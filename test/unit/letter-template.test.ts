// Letters as templates: what is wrong is named with its file, and what is right says only what a letter may say.
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { letterFiles } from '../../config/files.ts'
import {
  bodyOfCell,
  cellOfBody,
  meantBy,
  parseLetters,
  printLetters,
  textFaults,
} from '../../shared/domain/letter-sheet.ts'
import {
  LETTER_VARIABLES,
  fillLetter,
  lackingIn,
  letterBlocks,
  readLetterTemplates,
  type LetterValues,
  type LetterVariable,
} from '../../shared/domain/letter-template.ts'

const sound = 'recipient: tenant\nname: Prov\nsubject: Till {name}\n---\nHej {name}!\n\nRing {phone}.'
const read = (text: string, file = 'prov.sv.txt') => readLetterTemplates(new Map([[file, text]]))

describe('a template', () => {
  test('is read with what it names, each once', () => {
    expect(read(sound).templates).toEqual([
      expect.objectContaining({
        id: 'prov',
        language: 'sv',
        needs: null,
        law: null,
        variables: ['name', 'phone'],
      }),
    ])
  })

  test.each([
    ['an unknown variable', sound.replace('{phone}', '{personnummer}'), 'unknown variable {personnummer}'],
    ['a brace that stands alone', sound.replace('{phone}', '{phone'), 'a brace stands alone'],
    ['no name', sound.replace('name: Prov\n', ''), 'the line "name: …" is missing'],
    [
      'what the law asks for left out',
      sound.replace('name:', 'must: landlord\nname:'),
      '{landlord} must be named',
    ],
    ['nobody to send it to', sound.replace('tenant', 'granne'), 'recipient must be one of'],
    ['a need that nothing fulfils', sound.replace('name:', 'needs: tur\nname:'), 'needs must be one of'],
    ['a line nobody reads', sound.replace('name:', 'kopia: ja\nname:'), 'unknown line "kopia"'],
    ['no text', sound.slice(0, sound.indexOf('Hej')), 'there is no text'],
  ])('with %s is refused and its file named', (_what, text, problem) => {
    const { templates, problems } = read(text)
    expect(templates).toEqual([])
    expect(problems.join()).toContain('prov.sv.txt: ')
    expect(problems.join()).toContain(problem)
  })

  test.each([
    ['prov.txt', 'the name is not'],
    ['prov.de.txt', 'language must be one of'],
    ['prov.en.txt', 'there is no Swedish text'],
  ])('called %s is refused', (file, problem) => {
    expect(read(sound, file).problems.join()).toContain(problem)
  })

  test('that lacks a value shows the hole, and fills nothing twice', () => {
    const [template] = read(sound).templates
    expect(lackingIn(template!, { name: 'Åsa', phone: ' ' })).toEqual(['phone'])
    expect(fillLetter(template!, { name: 'Åsa {phone}' })).toEqual({
      subject: 'Till Åsa {phone}',
      body: 'Hej Åsa {phone}!\n\nRing {phone}.',
    })
  })

  test('is taken apart into headings, paragraphs and lists', () => {
    expect(letterBlocks('# Rubrik\n\nEn\nrad\n\n- ett\n- två')).toEqual([
      { kind: 'heading', text: 'Rubrik' },
      { kind: 'paragraph', text: 'En\nrad' },
      { kind: 'list', items: ['ett', 'två'] },
    ])
  })
})

describe('the letters that ship', () => {
  const { templates, problems } = readLetterTemplates(letterFiles('1880'))
  const all = Object.fromEntries(LETTER_VARIABLES.map((name) => [name, `«${name}»`])) as LetterValues

  test('are all in order, with the statutory ones among them', () => {
    expect(problems).toEqual([])
    const ids = new Set(templates.map(({ id }) => id))
    expect([...ids].toSorted()).toEqual(
      expect.arrayContaining([
        'counselling',
        'enforcement-confirmation',
        'enforcement-copy',
        'first-contact',
        'home-visit',
        'undertaking',
      ]),
    )
  })

  test('speak to a tenant in Swedish, easy Swedish and English', () => {
    const offers = templates.filter(({ recipient, needs }) => recipient === 'tenant' && needs === null)
    const languages = Map.groupBy(offers, ({ id }) => id)
    for (const [, group] of languages)
      expect(group.map(({ language }) => language).toSorted()).toEqual(['en', 'sv', 'sv-easy'])
  })

  test('say on the envelope nothing, and in the subject neither debt nor eviction, to whoever lives there', () => {
    const offers = templates.filter(({ recipient, needs }) => recipient === 'tenant' && needs === null)
    for (const { subject } of offers)
      expect(subject).not.toMatch(/hyresskuld|vräk|avhys|evict|unpaid|obetald/i)
  })

  test('threaten nobody, and say that help is voluntary and free', () => {
    for (const template of templates.filter(({ id }) => id === 'first-contact' || id === 'home-visit')) {
      const { body } = fillLetter(template, all)
      expect(body).toMatch(/frivillig|väljer|säga nej|voluntary/)
      expect(body).not.toMatch(/måste|annars|must |otherwise|anmäl|polis/i)
    }
  })

  test('in easy Swedish have short sentences', () => {
    for (const template of templates.filter(({ language }) => language === 'sv-easy')) {
      const sentences = fillLetter(template, all).body.split(/[.!?\n]+/)
      expect(
        Math.max(...sentences.map((sentence) => sentence.trim().split(/\s+/).length)),
      ).toBeLessThanOrEqual(13)
    }
  })
})

describe('a text that somebody is writing', () => {
  const text = { name: 'Prov', subject: 'Hej', body: 'Ring {phone}.' }
  const said = (change: Partial<typeof text>, must: LetterVariable[] = []) =>
    textFaults({ ...text, ...change }, must).map(({ column, sv }) => `${column}: ${sv}`)

  test('is sound, or told at its field what to write instead', () => {
    expect(said({})).toEqual([])
    expect(said({ body: 'Hej {namn}' })).toEqual(['body: {namn} finns inte. Skriv {name} i stället.'])
    expect(said({ subject: 'Till {adres}' })).toEqual([
      'subject: {adres} finns inte. Skriv {address} i stället.',
    ])
    expect(said({ body: '{skonummer}' }).join()).toMatch(/\{skonummer\} finns inte\. Välj något ur listan/)
    expect(said({ body: 'Hej {name' }).join()).toContain('En klammer står för sig själv')
    expect(said({ name: '{name}' }).join()).toContain('utan klamrar')
    expect(said({ subject: ' ' })).toEqual(['subject: Skriv en text här.'])
    expect(said({ body: 'x'.repeat(10_001) }).join()).toContain('högst 10000 tecken')
    expect(said({}, ['landlord'])).toEqual([
      'body: Texten måste nämna {landlord}, eftersom lagen kräver det. Skriv {landlord} där det ska stå.',
    ])
  })

  test.each([
    ['hyresvärd', 'landlord'],
    ['Phone', 'phone'],
    ['visitday', 'visitDay'],
    ['constructor', null],
    ['', null],
  ])('{%s} is taken for %s', (name, meant) => {
    expect(meantBy(name)).toBe(meant)
  })

  test('comes back from the sheet as it was written, whatever signs it holds', () => {
    const [letter] = read(sound).templates
    const signs = fc.string({ unit: fc.constantFrom(...'aå;"\'=-+@,# \n'.split('')) })
    fc.assert(
      fc.property(signs, (body) => {
        const back = parseLetters(printLetters([{ ...letter!, body: `a${body}z {phone}` }]))
        expect(back.problems).toEqual([])
        expect(back.letters[0]?.body).toBe(bodyOfCell(cellOfBody(`a${body}z {phone}`)))
        // Only spaces at the ends of lines and lines of nothing are not kept.
        const plain = (all: string) => all.replaceAll(/\s+/g, '')
        expect(plain(back.letters[0]?.body ?? '')).toBe(plain(`a${body}z {phone}`))
      }),
    )
  })
})
