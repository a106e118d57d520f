// Reads the municipality's code lists (codes.csv): causes, contact results, outcomes and what each means for the figures.
import { readSheet, sheetProblem } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'
import type { Words } from './routing-facts.ts'

export const CODE_LISTS = [
  'cause',
  'underlying-cause',
  'contact-result',
  'visit-result',
  'outcome',
  'called-off',
  'housing-after',
  'not-done',
  'task-result',
  'part-of-day',
  'consent-item',
  'consent-purpose',
] as const
export type CodeList = (typeof CODE_LISTS)[number]

/**
 * What closing with an outcome asks for: `always` nothing, even with an eviction ahead · `free` no eviction ahead ·
 * `contact` the household reached, or the contact ladder exhausted · `ladder` the ladder exhausted and approved ·
 * `housing` where the household lives now.
 */
export const CLOSINGS = ['always', 'free', 'contact', 'ladder', 'housing'] as const
export type Closing = (typeof CLOSINGS)[number]

/** `reached`: a two-way contact. `keptHome`, `hiddenMove`: what an outcome means; null where the list has no such meaning. */
export type Code = {
  list: CodeList
  code: string
  words: Words
  reached: boolean | null
  keptHome: 'yes' | 'no' | 'unknown' | null
  hiddenMove: boolean | null
  closing: Closing | null
}
export type Codes = readonly Code[]

/** Reads codes.csv. Never throws; a row with a fault is left out and named in `problems`. */
export function parseCodes(csv: string): { codes: Codes; problems: SheetProblem[] } {
  const sheet = readSheet(csv)
  const problems = [...sheet.problems]
  const codes = sheet.rows.flatMap((row) => readCode(row, problems))
  const seen = new Set<string>()
  for (const { list, code } of codes) {
    if (seen.has(`${list}/${code}`))
      problems.push(
        sheetProblem(
          'duplicate-code',
          { column: 'code' },
          `${code} finns två gånger i ${list}.`,
          `${code} occurs twice in ${list}.`,
        ),
      )
    seen.add(`${list}/${code}`)
  }
  return { codes, problems }
}

function readCode(row: SheetRow, problems: SheetProblem[]): Code[] {
  const of = (column: string): string => row.cells[column] ?? ''
  const list = CODE_LISTS.find((known) => known === of('list'))
  const words = { sv: of('sv'), en: of('en') }
  const keptHome = (['yes', 'no', 'unknown'] as const).find((word) => word === of('kept_home')) ?? null
  const closing = CLOSINGS.find((word) => word === of('closing')) ?? null
  // An outcome without its meaning would vanish from the figures on homes kept and hidden moves.
  const meant = list !== 'outcome' || (keptHome !== null && closing !== null && of('hidden_move') !== '')
  if (!list || !/^[A-Z0-9_]+$/.test(of('code')) || words.sv === '' || words.en === '' || !meant) {
    problems.push(
      sheetProblem(
        'bad-code',
        { line: row.line },
        `Raden för "${of('code')}" är inte fullständig.`,
        `The row of "${of('code')}" is not complete.`,
      ),
    )
    return []
  }
  return [
    {
      list,
      code: of('code'),
      words,
      keptHome,
      closing,
      reached: yesNo(of('reached')),
      hiddenMove: yesNo(of('hidden_move')),
    },
  ]
}

const yesNo = (word: string): boolean | null => (word === '' ? null : word === 'yes')

/** The codes of one list, as a sentence names them. */
export const codesOf = (codes: Codes, list: CodeList): string =>
  codes.flatMap((known) => (known.list === list ? [known.code] : [])).join(', ')

/** The code in that list, or null when the municipality has none such. */
export function findCode(codes: Codes, list: CodeList, code: string): Code | null {
  return codes.find((known) => known.list === list && known.code === code) ?? null
}
