// A committee's nightly list of its clients: read row by row, and kept only as keyed hashes (SoL 15:8 answers yes or no).

import { readIdentityNumber } from './identity-number.ts'
import { readSheet, sheetProblem, unknownColumn } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'

/** One client of a committee. The identity number itself is never kept. */
export type RegisterRow = {
  committee: string
  unit: string | null
  caseworker: string | null
  identityHash: string
}

export type RegisterImport = { rows: RegisterRow[]; problems: SheetProblem[]; repeated: number }

export type RegisterReader = {
  /** The committee that sent the file: a row about another committee's clients is not its to tell. */
  committee: string
  units: readonly { code: string; committee: string }[]
  /** ISO day: gives a ten-digit number its century. */
  today: string
  /** The keyed hash of a twelve-digit identity number. */
  hash: (identityNumber: string) => string
}

export const REGISTER_COLUMNS: readonly string[] = ['committee', 'unit', 'caseworker', 'personnummer']

/**
 * Reads `committee;unit;caseworker;personnummer`. Never throws, and no problem repeats an identity number. The same
 * person in the same unit twice counts once; the later row names the caseworker.
 */
export function readClientRegister(csvText: string, reader: RegisterReader): RegisterImport {
  const sheet = readSheet(csvText)
  const problems = [...sheet.problems, ...wrongHeadings(sheet.columns)]
  const rows = new Map<string, RegisterRow>()
  if (problems.some((problem) => problem.code === 'missing-column'))
    return { rows: [], problems, repeated: 0 }
  let repeated = 0
  for (const source of sheet.rows) {
    const row = readRow(source, reader, problems)
    if (!row) continue
    const key = `${row.identityHash} ${row.unit ?? ''}`
    if (rows.has(key)) repeated += 1
    rows.set(key, row)
  }
  return { rows: [...rows.values()], problems, repeated }
}

function wrongHeadings(columns: readonly string[]): SheetProblem[] {
  if (columns.length === 0) return []
  const missing = REGISTER_COLUMNS.filter((column) => !columns.includes(column)).map((column) =>
    sheetProblem(
      'missing-column',
      { line: 1, column },
      `Kolumnen ${column} saknas.`,
      `Column ${column} is missing.`,
    ),
  )
  const unknown = columns
    .filter((column) => !REGISTER_COLUMNS.includes(column))
    .map((column) => unknownColumn(column, columns.indexOf(column) + 1))
  return [...missing, ...unknown]
}

function readRow(
  { line, cells }: SheetRow,
  reader: RegisterReader,
  problems: SheetProblem[],
): RegisterRow | null {
  const before = problems.length
  const report = (code: string, column: string, sv: string, en: string): void => {
    problems.push(sheetProblem(code, { line, column }, sv, en))
  }
  const { committee = '', unit = '', caseworker = '', personnummer = '' } = cells
  if (committee !== reader.committee) {
    report(
      'other-committee',
      'committee',
      `Filen gäller ${reader.committee}.`,
      `The file is that of ${reader.committee}.`,
    )
  }
  if (unit !== '' && !reader.units.some((one) => one.code === unit && one.committee === committee)) {
    report('unknown-unit', 'unit', 'Enheten finns inte hos nämnden.', 'The committee has no such unit.')
  }
  const identityNumber = readIdentityNumber(personnummer, reader.today)
  if (identityNumber === null) {
    report(
      'bad-identity-number',
      'personnummer',
      'Personnumret går inte att läsa.',
      'The identity number cannot be read.',
    )
  }
  if (identityNumber === null || problems.length > before) return null
  return {
    committee,
    unit: unit || null,
    caseworker: caseworker || null,
    identityHash: reader.hash(identityNumber),
  }
}
