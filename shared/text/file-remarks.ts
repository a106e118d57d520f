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

/** One sentence of what it is, one of what to do if it is not meant. */
export function remarkInWords(remark: FileRemark, language: Language): string {
  const sv = language === 'sv'
  switch (remark.code) {
    case 'rows_hidden': {
      const rows = rowsIn(remark.rows, language)
      return sv
        ? `Rad ${rows} är dold i Excel men läses som de andra. Ta bort raderna ur filen om de inte ska skickas.`
        : `Row ${rows} is hidden in Excel but is read like the others. Remove the rows if they are not to be sent.`
    }
    case 'columns_hidden':
      return sv
        ? 'Filen har dolda kolumner. De läses som de andra.'
        : 'The file has hidden columns. They are read like the others.'
    case 'sheets_passed_over':
      return sv
        ? `Vi läste bladet med mallens kolumner. ${remark.count} andra blad läste vi inte.`
        : `We read the sheet with the columns of the template. ${remark.count} other sheets we did not read.`
    case 'zeros_lost': {
      const rows = rowsIn(remark.rows, language)
      return sv
        ? `Lägenhetsnumret på rad ${rows} är ett tal med färre än fyra siffror: inledande nollor kan ha fallit bort. Gör kolumnen till text i Excel om numret är fel.`
        : `The flat number in row ${rows} is a number of fewer than four digits: leading zeros may be lost. Make the column text in Excel if it is wrong.`
    }
  }
}
