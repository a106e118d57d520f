// A letter's texts in the draft of all letters: its languages are changed together, or not at all when a colleague was faster.
import type { Db } from '../db/open.ts'
import { cellOfBody, type Worded } from '../domain/letter-sheet.ts'
import type { LetterLanguage } from '../domain/letter-template.ts'
import {
  changeRow,
  printed,
  readTableRows,
  removeRow,
  rowOf,
  type Changed,
  type EditableTable,
} from '../domain/table-edit.ts'
import type { Actor } from './act.ts'
import { noSuch } from './open-case.ts'
import { inDraft, lastChange, store } from './rule-drafts.ts'

/** A text as somebody wrote it; null takes the language away. `seen` is its row when the form was opened, '' for none. */
export type LetterChange = { language: LetterLanguage; seen: string; text: Worded | null }

/** How saving went: done, or not done because a colleague has changed one of the texts meanwhile (null: taken away). */
export type LetterSaved =
  | { saved: true }
  | { saved: false; language: LetterLanguage; theirs: string[] | null; by: string; at: string }

/** Saves a letter's texts in the draft. Sent twice it is saved once. Refuses `not-found` for a letter that is not there. */
export async function saveLetterTexts(
  db: Db,
  actor: Actor,
  letter: string,
  changes: readonly LetterChange[],
): Promise<LetterSaved> {
  return inDraft(db, actor, 'letters', async (trx, at, draft) => {
    const steps: { before: string; csv: string; key: string; seen: string; after: string }[] = []
    let csv = draft.body
    for (const change of changes) {
      const table = readTableRows('letters', csv)
      const key = `${letter}/${change.language}`
      const cells = change.text && cellsFor(table, letter, change.language, change.text)
      const changed = withText(table, key, change.seen, cells)
      if ('theirs' in changed) {
        const last = await lastChange(trx, draft, key)
        return { saved: false, language: change.language, theirs: changed.theirs, ...last }
      }
      steps.push({
        before: csv,
        csv: changed.csv,
        key,
        seen: change.seen,
        after: cells ? printed(cells) : '',
      })
      csv = changed.csv
    }
    for (const { before, csv: now, key, seen, after } of steps)
      await store(trx, at, { ...draft, body: before }, actor, {
        csv: now,
        what: after === '' ? 'removed' : seen === '' ? 'added' : 'changed',
        key,
        before: seen,
        after,
      })
    return { saved: true }
  })
}

/** The row of a text: who gets the letter and what the law fixes are the same in all its languages. */
function cellsFor(table: EditableTable, letter: string, language: LetterLanguage, text: Worded): string[] {
  const swedish = rowOf(table, `${letter}/sv`)
  if (!swedish) throw noSuch()
  const own: Record<string, string> = {
    language,
    name: text.name.trim(),
    subject: text.subject.trim(),
    body: cellOfBody(text.body),
  }
  return table.columns.map((column, at) => own[column] ?? swedish.cells[at] ?? '')
}

function withText(table: EditableTable, key: string, seen: string, cells: string[] | null): Changed {
  const row = rowOf(table, key)
  if (cells === null) return removeRow(table, key, seen)
  if (row || seen !== '') return changeRow(table, { key, seen, cells, after: null })
  return changeRow(table, { key: null, seen, cells, after: `${key.split('/')[0] ?? ''}/sv` })
}
