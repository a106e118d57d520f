// What a sender is told of a file that is read all the same: hidden rows, sheets passed over, zeros that may be lost.
import type { FileRemark } from '../domain/workbook-table.ts'
import type { Language } from './say.ts'

const SHOWN = 20

function rowsIn(rows: readonly number[], language: Language): string {
  const shown = rows.slice(0, SHOWN).join(', ')
  const more = rows.length - SHOWN
  if (more <= 0) return shown
  return language === 'sv' ? `${shown} och ${more} till` : `${shown} and ${more} more`
}

type Words = Record<Language, string>

const words: { [Code in FileRemark['code']]: (remark: Extract<FileRemark, { code: Code }>) => Words } = {
  rows_hidden: ({ rows }) => ({
    sv: `Rad ${rowsIn(rows, 'sv')} är dold i Excel men läses som de andra. Ta bort raderna ur filen om de inte ska skickas.`,
    en: `Row ${rowsIn(rows, 'en')} is hidden in Excel but is read like the others. Remove the rows if they are not to be sent.`,
  }),
  columns_hidden: () => ({
    sv: 'Filen har dolda kolumner. De läses som de andra.',
    en: 'The file has hidden columns. They are read like the others.',
  }),
  sheets_passed_over: ({ count }) => ({
    sv: `Vi läste bladet med mallens kolumner. ${count} andra blad läste vi inte.`,
    en: `We read the sheet with the columns of the template. ${count} other sheets we did not read.`,
  }),
  zeros_lost: ({ rows }) => ({
    sv: `Lägenhetsnumret på rad ${rowsIn(rows, 'sv')} är ett tal med färre än fyra siffror: inledande nollor kan ha fallit bort. Gör kolumnen till text i Excel om numret är fel.`,
    en: `The flat number in row ${rowsIn(rows, 'en')} is a number of fewer than four digits: leading zeros may be lost. Make the column text in Excel if it is wrong.`,
  }),
}

/** One sentence of what it is, one of what to do if it is not meant. */
export function remarkInWords(remark: FileRemark, language: Language): string {
  const say = words[remark.code] as (one: FileRemark) => Words
  return say(remark)[language]
}
