// The letters as a sheet that is changed in versions: a row for each letter and language, and what is wrong with a text.
import {
  LETTER_LANGUAGES,
  LETTER_NEEDS,
  LETTER_RECIPIENTS,
  LETTER_VARIABLES,
  hasLooseBrace,
  isOneOf,
  namedIn,
  type LetterText,
  type LetterVariable,
} from './letter-template.ts'
import {
  missingColumns,
  readSheet,
  sheetProblem,
  writeSheet,
  type SheetProblem,
  type SheetRow,
} from './sheet.ts'

export const LETTER_COLUMNS = [
  'letter',
  'language',
  'recipient',
  'needs',
  'law',
  'must',
  'name',
  'subject',
  'body',
] as const

/** The parts of a letter that a municipality words for itself. */
export const WORDED = ['name', 'subject', 'body'] as const
export type Worded = Readonly<Record<(typeof WORDED)[number], string>>
const LONGEST = { name: 100, subject: 200, body: 10_000 } as const

/** What is wrong in a text, by the part it stands in; each says what to write instead. */
export type TextFault = { column: (typeof WORDED)[number]; code: string; sv: string; en: string }

// Line breaks stand as ¶ in the sheet: a cell of several lines looks like an unclosed quote to who reads the sheet.
/** A letter's text as a cell of the sheet. */
export const cellOfBody = (body: string): string =>
  body
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\S\n]+\n/g, '\n')
    .trim()
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll('\n', '¶')

/** A cell of the sheet as a letter's text. */
export const bodyOfCell = (cell: string): string => cell.replaceAll('¶', '\n')

/** What people write in braces when they think in Swedish, and what the letter calls it. */
const IN_SWEDISH: Readonly<Record<string, LetterVariable>> = {
  kommun: 'municipality',
  nämnd: 'committee',
  enhet: 'unit',
  handläggare: 'caseworker',
  ärendenummer: 'caseNumber',
  ärende: 'caseNumber',
  datum: 'today',
  namn: 'name',
  hyresgäst: 'name',
  adress: 'address',
  hyresvärd: 'landlord',
  lägenhet: 'dwelling',
  skuld: 'debt',
  sistadag: 'lastDay',
  målnummer: 'enforcementNumber',
  avhysning: 'evictionAt',
  bekräftelse: 'confirmation',
  telefon: 'phone',
  telefonnummer: 'phone',
  besöksdag: 'visitDay',
  klockslag: 'visitTime',
  tid: 'visitTime',
  plats: 'place',
  perioder: 'periods',
  hyror: 'periods',
  belopp: 'undertaken',
  beslutsdag: 'decidedOn',
}

/** Letters that differ when the words are laid side by side; enough to find a slip of the finger. */
function slips(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place)
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1]
    for (let place = 1; place <= other.length; place += 1) {
      const swap = (row[place - 1] ?? 0) + (other[place - 1] === one[at] ? 0 : 1)
      next.push(Math.min((row[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1, swap))
    }
    row = next
  }
  return row[other.length] ?? 0
}

/** What was probably meant by a name that no letter knows; null when nothing is near. */
export function meantBy(name: string): LetterVariable | null {
  const asked = name.toLowerCase()
  const said = Object.hasOwn(IN_SWEDISH, asked) ? IN_SWEDISH[asked] : undefined
  if (said) return said
  const near = LETTER_VARIABLES.map((known) => ({ known, by: slips(asked, known.toLowerCase()) }))
  const [best] = near.toSorted((one, other) => one.by - other.by)
  return best && best.by <= Math.max(1, Math.floor(best.known.length / 3)) ? best.known : null
}

function unknownName(column: TextFault['column'], name: string): TextFault {
  const meant = meantBy(name)
  return {
    column,
    code: 'letter.unknown-name',
    sv: meant
      ? `{${name}} finns inte. Skriv {${meant}} i stället.`
      : `{${name}} finns inte. Välj något ur listan över det som brevet kan nämna, eller skriv orden utan klamrar.`,
    en: meant
      ? `{${name}} does not exist. Write {${meant}} instead.`
      : `{${name}} does not exist. Choose from the list of what the letter can name, or write the words without braces.`,
  }
}

function faultsOfPart(column: TextFault['column'], text: string): TextFault[] {
  const most = LONGEST[column]
  if (text.trim() === '')
    return [{ column, code: 'letter.missing', sv: 'Skriv en text här.', en: 'Write a text here.' }]
  const unknown = namedIn(text).filter((name) => !isOneOf(LETTER_VARIABLES, name))
  return [
    ...unknown.map((name) => unknownName(column, name)),
    ...(column === 'name' && unknown.length === 0 && namedIn(text).length > 0
      ? [
          {
            column,
            code: 'letter.name-plain',
            sv: 'Mallens namn visas i listor. Skriv det utan klamrar.',
            en: 'The name of the template stands in lists. Write it without braces.',
          },
        ]
      : []),
    ...(hasLooseBrace(text)
      ? [
          {
            column,
            code: 'letter.loose-brace',
            sv: 'En klammer står för sig själv. Skriv { och } tätt runt ett enda ord, till exempel {name}.',
            en: 'A brace stands alone. Write { and } close around a single word, such as {name}.',
          },
        ]
      : []),
    ...(text.length > most
      ? [
          {
            column,
            code: 'letter.too-long',
            sv: `Texten är för lång. Skriv högst ${most} tecken.`,
            en: `The text is too long. Write at most ${most} characters.`,
          },
        ]
      : []),
  ]
}

/** What is wrong with a letter's text in one language. `must`: what the law asks the text to name. */
export function textFaults(text: Worded, must: readonly LetterVariable[]): TextFault[] {
  const named = namedIn(`${text.subject}\n${text.body}`)
  const missing = text.body.trim() === '' ? [] : must.filter((name) => !named.includes(name))
  return [
    ...WORDED.flatMap((column) => faultsOfPart(column, text[column])),
    ...missing.map((name): TextFault => ({
      column: 'body',
      code: 'letter.law-names',
      sv: `Texten måste nämna {${name}}, eftersom lagen kräver det. Skriv {${name}} där det ska stå.`,
      en: `The text must name {${name}}, because the law asks for it. Write {${name}} where it is to stand.`,
    })),
  ]
}

/** The sheet of these texts, as a municipality's first version is made from its files. */
export function printLetters(letters: readonly LetterText[]): string {
  const rows = letters.map((one) => [
    one.id,
    one.language,
    one.recipient,
    one.needs ?? '',
    one.law ?? '',
    one.must.join(', '),
    one.name,
    one.subject,
    cellOfBody(one.body),
  ])
  return writeSheet(LETTER_COLUMNS, rows)
}

/** Reads the sheet of letters. Never throws; a row with a fault is left out and each fault is named in `problems`. */
export function parseLetters(csv: string): { letters: LetterText[]; problems: SheetProblem[] } {
  const sheet = readSheet(csv)
  const problems = [...sheet.problems, ...missingColumns(sheet, LETTER_COLUMNS)]
  if (problems.length > 0) return { letters: [], problems }
  const letters = sheet.rows.flatMap((row) => readRow(row, problems))
  return { letters, problems: [...problems, ...faultsTogether(sheet.rows)] }
}

function readRow({ line, cells }: SheetRow, problems: SheetProblem[]): LetterText[] {
  const of = (column: (typeof LETTER_COLUMNS)[number]): string => cells[column] ?? ''
  const [id, language, recipient, needs] = [of('letter'), of('language'), of('recipient'), of('needs')]
  const named = of('must')
    .split(',')
    .flatMap((name) => name.trim() || [])
  const must = named.filter((name) => isOneOf(LETTER_VARIABLES, name))
  const text = { name: of('name'), subject: of('subject'), body: bodyOfCell(of('body')) }
  const before = problems.length
  const wrong = (column: string, sv: string, en: string): unknown =>
    problems.push(sheetProblem('bad-letter', { line, column }, sv, en))
  if (!/^[a-z][a-z-]{0,40}$/.test(id))
    wrong('letter', 'Skriv små bokstäver a–z och bindestreck.', 'Write small letters a–z and hyphens.')
  const words = { language: LETTER_LANGUAGES, recipient: LETTER_RECIPIENTS, needs: ['', ...LETTER_NEEDS] }
  for (const [column, all] of Object.entries(words))
    if (!isOneOf<string>(all, cells[column] ?? ''))
      wrong(column, `Skriv ett av: ${all.join(', ')}.`, `Write one of: ${all.join(', ')}.`)
  if (must.length < named.length)
    wrong('must', 'Här står ett ord som brev inte kan nämna.', 'Here is a word that letters cannot name.')
  for (const { column, sv, en } of textFaults(text, must)) wrong(column, sv, en)
  if (problems.length > before) return []
  if (!isOneOf(LETTER_LANGUAGES, language) || !isOneOf(LETTER_RECIPIENTS, recipient)) return []
  const variables = namedIn(`${text.subject}\n${text.body}`).filter((name) => isOneOf(LETTER_VARIABLES, name))
  const need = isOneOf(LETTER_NEEDS, needs) ? needs : null
  return [{ id, language, recipient, needs: need, law: of('law') || null, must, ...text, variables }]
}

const fixed = ({ cells }: SheetRow): string =>
  ['recipient', 'needs', 'law', 'must'].map((name) => cells[name]).join('|')

/** What several rows of a letter have wrong together: no Swedish, a language twice, or different receivers. */
function faultsTogether(rows: readonly SheetRow[]): SheetProblem[] {
  const letters = Map.groupBy(rows, ({ cells }) => cells['letter'] ?? '')
  return [...letters].flatMap(([id, all]) => {
    const line = all[0]?.line ?? 0
    const languages = all.map(({ cells }) => cells['language'] ?? '')
    const found: SheetProblem[] = []
    const told = (code: string, at: number, sv: string, en: string): unknown =>
      found.push(sheetProblem(code, { line: at, column: 'language' }, `${id}: ${sv}`, `${id}: ${en}`))
    if (!languages.includes('sv'))
      told('letter.no-swedish', line, 'Det finns ingen svensk text.', 'There is no Swedish text.')
    for (const row of all.filter((_row, at) => languages.indexOf(languages[at] ?? '') !== at))
      told('letter.twice', row.line, 'Språket finns två gånger.', 'The language is there twice.')
    for (const row of all.slice(1).filter((row) => fixed(row) !== fixed(all[0] as SheetRow)))
      told(
        'letter.differs',
        row.line,
        'Mottagare, villkor och lagrum måste vara desamma på alla språk.',
        'Receiver, condition and paragraph must be the same in all languages.',
      )
    return found
  })
}
