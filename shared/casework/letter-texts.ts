// The letters' texts as a table in versions: those in force today, and what stands against changing them.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { parseLetters } from '../domain/letter-sheet.ts'
import type { LetterTemplate, LetterText } from '../domain/letter-template.ts'
import { sheetProblem, type SheetProblem } from '../domain/sheet.ts'
import { moment } from './act.ts'
import { rulesInForce } from './settings.ts'

/** The letters that can be made today, each with the version that it will go on naming. */
export async function lettersInForce(db: Db | Trx): Promise<LetterTemplate[]> {
  const { today } = await moment(db)
  const { version, table } = await rulesInForce(db, 'letters', today)
  return table.letters.map((letter) => ({ ...letter, version }))
}

/** What the law has fixed of the letters in force and a new sheet has changed or left out. */
export async function letterProblems(trx: Trx, csv: string): Promise<SheetProblem[]> {
  const { rows } = await sql<{ body: string }>`select body from rule_version
    where kind = 'letters' and state = 'published' order by version desc limit 1`.execute(trx)
  const fixed = parseLetters(rows[0]?.body ?? '').letters.filter(({ law }) => law !== null)
  const now = parseLetters(csv).letters
  return fixed.flatMap((was) => changedByHand(was, now))
}

function changedByHand(was: LetterText, now: readonly LetterText[]): SheetProblem[] {
  const is = now.find(({ id, language }) => id === was.id && language === was.language)
  const law = was.law ?? ''
  if (!is)
    return [
      sheetProblem(
        'letter.law-needs',
        { column: 'letter' },
        `${was.id} (${was.language}): Brevet behövs enligt ${law} och kan inte tas bort.`,
        `${was.id} (${was.language}): The letter is asked for by ${law} and cannot be removed.`,
      ),
    ]
  const columns = (['recipient', 'needs', 'law'] as const).filter((column) => is[column] !== was[column])
  const must = was.must.filter((name) => !is.must.includes(name))
  const changed = [...columns, ...(must.length > 0 ? ['must'] : [])]
  return changed.map((column) =>
    sheetProblem(
      'letter.law-fixes',
      { column },
      `${was.id} (${was.language}): Kolumnen ${column} är bestämd enligt ${law}. Skriv som i versionen som gäller.`,
      `${was.id} (${was.language}): Column ${column} is fixed by ${law}. Write it as in the version in force.`,
    ),
  )
}
