// What can be wrong with a landlord's file or a row of it, in English; the Swedish stands where the problem is named.
import {
  FILE_PROBLEMS,
  ROW_PROBLEMS,
  type FileProblemCode,
  type RowProblemCode,
} from '../domain/notice-file-problems.ts'
import type { Language } from './say.ts'

type Words = { detail: string; howToMend: string }
export type ProblemCode = FileProblemCode | RowProblemCode

const copied = 'Copy the rows as values into an empty workbook, save it as .xlsx and send that file.'

const english: Readonly<Record<ProblemCode, Words>> = {
  file_empty: {
    detail: 'The file is empty.',
    howToMend: 'Check that the export was finished and send it again.',
  },
  file_too_large: {
    detail: 'The file is too large.',
    howToMend: 'Split it: at most 5 MB and 10,000 rows each.',
  },
  file_old_excel: {
    detail: 'The file is in Excel’s old format (.xls).',
    howToMend: 'Open it in Excel, choose Save as and Excel workbook (.xlsx), and send that file.',
  },
  file_locked: {
    detail: 'The file seems to be protected by a password.',
    howToMend: 'Remove the password in Excel (File, Info, Protect workbook) and send it again.',
  },
  file_damaged: {
    detail: 'The Excel file is damaged.',
    howToMend: 'Open it in Excel, save it anew as .xlsx and send it again.',
  },
  file_not_workbook: {
    detail: 'The file is an archive or a document of another kind, not an Excel file.',
    howToMend: 'Save the list as .xlsx or CSV UTF-8 and send that file.',
  },
  file_type_differs: {
    detail: 'The file’s name says one thing and its content another.',
    howToMend: 'Save the list anew as .xlsx or CSV, without changing the name by hand.',
  },
  file_active: {
    detail: 'The file holds macros, links to other files or embedded objects. Such are not opened here.',
    howToMend: copied,
  },
  file_swells: { detail: 'The file unpacks to an unreasonable size.', howToMend: copied },
  file_entities: { detail: 'The file holds code that does not belong in a workbook.', howToMend: copied },
  file_too_heavy: {
    detail: 'The file took too long or too much memory to read.',
    howToMend: 'Split the file, or save the list as CSV UTF-8 and send that instead.',
  },
  sheets_several: {
    detail: 'Several sheets of the workbook have rows with notices.',
    howToMend: 'Put all rows on one sheet, or send a sheet at a time. Nothing is taken in.',
  },
  file_is_pdf: {
    detail: 'The file is a PDF, not an Excel or CSV file.',
    howToMend: 'Export the list as Excel or CSV from your system and send that file.',
  },
  file_not_text: {
    detail: 'The file cannot be read as text.',
    howToMend: 'Save the file as CSV UTF-8 and send it again.',
  },
  quote_unclosed: {
    detail: 'A quotation mark in the row is not closed, so the rest of the file cannot be read safely.',
    howToMend: 'Remove or close the quotation mark and send the whole file again. Nothing is taken in.',
  },
  header_missing: {
    detail: 'The row of headings is missing.',
    howToMend: 'Add a first row with the names of the columns as in the template.',
  },
  column_missing: {
    detail: 'A column that is needed is missing.',
    howToMend: 'Add the column with the template’s name to the row of headings.',
  },
  column_twice: {
    detail: 'The same column stands twice.',
    howToMend: 'Remove one of them, so that it is clear which one counts.',
  },
  column_unknown: {
    detail: 'A heading resembles one of the template’s columns but is not called the same.',
    howToMend: 'Give it the template’s name if it is that column, else quite another. Nothing is taken in.',
  },
  no_rows: {
    detail: 'The file has headings but no rows.',
    howToMend: 'Check the selection in your system and send the file again.',
  },
  column_count: {
    detail: 'The row does not have as many columns as the row of headings.',
    howToMend: 'Check whether a column is missing, or a text holds the separator without quotation marks.',
  },
  value_missing: { detail: 'The value is missing.', howToMend: 'Fill it in.' },
  type_unknown: {
    detail: 'The kind of notice is unknown.',
    howToMend:
      'Write one of early-arrears, rent-termination, nuisance-warning, nuisance-termination, cooperative-fee-termination, cooperative-nuisance and power-cutoff.',
  },
  amount_unclear: {
    detail: 'The amount cannot be read with certainty.',
    howToMend: 'Write kronor with at most two decimals, such as 8450.50. A debt is more than zero.',
  },
  date_unclear: {
    detail: 'The date does not exist or cannot be read.',
    howToMend: 'Write YYYY-MM-DD, such as 2026-11-30.',
  },
  formula: {
    detail: 'The cell holds a formula. Formulas are never computed here.',
    howToMend: 'Keep the value instead of the formula.',
  },
  cell_merged: {
    detail: 'The cell is merged with another, so it is not known which row the value is for.',
    howToMend: 'Split the cells in Excel and write the value in each row.',
  },
  cell_error: {
    detail: 'The cell holds an error value of Excel’s, such as #N/A.',
    howToMend: 'Write the right value in the cell.',
  },
  number_rounded: {
    detail: 'The number has more digits than Excel can hold, so its last ones are changed.',
    howToMend: 'Make the column text in Excel and write the number anew.',
  },
  date_with_time: {
    detail: 'The date has a time of day, so it is unsure which day is meant.',
    howToMend: 'Write the day alone, YYYY-MM-DD.',
  },
  text_garbled: {
    detail: 'Å, ä or ö has become another sign.',
    howToMend: 'Save the file as CSV UTF-8 from your system and send the row again.',
  },
  value_too_long: {
    detail: 'The value is too long or holds an invalid sign.',
    howToMend: 'Shorten it, and check that the row has not slipped a column.',
  },
  group_conflict: {
    detail: 'The row has the same reference as an earlier row but another value in this column.',
    howToMend: 'Rows with one reference are the rents of one notice. Give it its own reference or mend it.',
  },
  period_twice: {
    detail: 'The same rent period stands twice in the notice with different amounts.',
    howToMend: 'Remove the row that does not apply.',
  },
  too_many_rents: {
    detail: 'The notice has more than 60 rents.',
    howToMend: 'Check that each tenant has a reference of its own.',
  },
  group_rejected: {
    detail: 'Another row of the same notice is rejected, and a notice is taken in whole or not at all.',
    howToMend: 'Mend the other row and send all rows of the notice again.',
  },
}

const swedish: Readonly<Record<ProblemCode, Words>> = { ...FILE_PROBLEMS, ...ROW_PROBLEMS }

/** What is wrong and how to mend it, in the reader's language. */
export function problemInWords(code: ProblemCode, language: Language): Words {
  const { detail, howToMend } = (language === 'sv' ? swedish : english)[code]
  return { detail, howToMend }
}

/** The same for the code of a refusal at the door (`file.type-differs`); null when it is another. */
export function refusedFileInWords(refusal: string, language: Language): string | null {
  const wanted = refusal.replace('.', '_').replaceAll('-', '_')
  const code = (Object.keys(FILE_PROBLEMS) as FileProblemCode[]).find((one) => one === wanted)
  if (!code) return null
  const { detail, howToMend } = problemInWords(code, language)
  return `${detail} ${howToMend}`
}
