// A row of a municipal table in words: what must hold, what happens then, and why; and what a column is called.
import { bodyOfCell } from '../../shared/domain/letter-sheet.ts'
import { INPUTS } from '../../shared/domain/routing-facts.ts'
import { printed, type EditableTable, type TableKind, type TableRow } from '../../shared/domain/table-edit.ts'
import { isPageTextKey, type Language } from '../../shared/text/say.ts'
import type { Say } from './page.ts'

/** What units, committees and templates are called. */
export type Names = ReadonlyMap<string, string>

type Line = { label: string; text: string }
export type RowInWords = {
  key: string
  seen: string
  heading: string
  tag: string
  when: Line[]
  result: Line[]
  why: string
}

/** The addresses of the tables, in the order they are listed. */
export const TABLES: Readonly<Record<string, TableKind>> = {
  fordelning: 'routing',
  uppgiftsmallar: 'tasks',
  larmtrappa: 'escalation',
  kodlistor: 'codes',
  namnder: 'committees',
  enheter: 'units',
  arbetstid: 'settings',
  checklista: 'checklist',
  brevmallar: 'letters',
  besokslag: 'visit-teams',
  motesserier: 'meetings',
}

/** A column by its name in the reader's language; one that has none is called what the sheet calls it. */
export function columnName(column: string, t: Say, language: Language): string {
  const input = INPUTS.find((one) => one.column === column)
  if (input) return input.label[language]
  const key = `cell.${column}`
  return isPageTextKey(key) ? t(key) : column
}

/** How a cell of this column is written; '' when there is nothing to add. */
export function columnHint(column: string, t: Say): string {
  const input = INPUTS.find((one) => one.column === column)
  if (input && input.choices.length > 0) return input.choices.map(({ word }) => word).join(', ')
  const key = `cell.hint.${input ? input.kind : column}`
  return isPageTextKey(key) ? t(key) : ''
}

/** One row in words. */
export function rowInWords(
  table: EditableTable,
  row: TableRow,
  names: Names,
  { t, language }: { t: Say; language: Language },
): RowInWords {
  const cell = (column: string): string => row.cells[table.columns.indexOf(column)] ?? ''
  const line = (column: string): Line[] =>
    cell(column) === ''
      ? []
      : [{ label: columnName(column, t, language), text: inWords(cell(column), t, names) }]
  const seen = printed(row.cells)
  if (table.kind === 'routing')
    return { key: row.key, seen, ...ruleInWords(cell, line, names, { t, language }) }
  if (table.kind === 'letters') return { key: row.key, seen, ...letterInWords(cell, t) }
  const title =
    cell(language === 'sv' ? 'title_sv' : 'title_en') || cell(language) || cell(`name_${language}`)
  const setting = `setting.${row.key}`
  const heading =
    table.kind === 'settings' && isPageTextKey(setting)
      ? t(setting)
      : [row.key, title || names.get(row.key)].filter(Boolean).join(' · ')
  const told = new Set(['title_sv', 'title_en', 'sv', 'en', 'name_sv', 'name_en', 'falt'])
  const result = table.columns.filter((column) => !told.has(column)).flatMap(line)
  return { key: row.key, seen, heading, tag: '', when: [], result, why: '' }
}

/** A cell as people say it: yes and no in the reader's language, codes with what they are called. */
function inWords(cell: string, t: Say, names: Names): string {
  const key = `cell.says.${cell}`
  if (isPageTextKey(key)) return t(key)
  const parts = cell.split(/,\s*/)
  const named = parts.some((part) => names.has(part))
  return named
    ? parts.map((part) => (names.has(part) ? `${names.get(part)} (${part})` : part)).join(', ')
    : cell
}

/** A letter's text by name and language, with what it says. */
function letterInWords(cell: (column: string) => string, t: Say): Omit<RowInWords, 'key' | 'seen'> {
  const key = `letters.language.${cell('language')}`
  return {
    heading: cell('name') || cell('letter'),
    tag: isPageTextKey(key) ? t(key) : cell('language'),
    when: [],
    result: [
      { label: t('letter-template.subject'), text: cell('subject') },
      { label: t('letter-template.body'), text: bodyOfCell(cell('body')) },
    ],
    why: '',
  }
}

type Reader = { t: Say; language: Language }

function ruleInWords(
  cell: (column: string) => string,
  line: (column: string) => Line[],
  names: Names,
  { t, language }: Reader,
): Omit<RowInWords, 'key' | 'seen'> {
  const type = cell('typ').toLowerCase()
  const key = `rules.type.${type}`
  const named = (text: string): string =>
    text
      .split(/\s*([+,])\s*/)
      .map((part) => (names.has(part) ? `${names.get(part)} (${part})` : part))
      .join(' ')
      .replaceAll(' ,', ',')
  const to = [named(cell('namnd')), named(cell('enhet')), cell('person')].filter((text) => text !== '')
  const days = cell('svar_arbetsdagar')
  const result = [
    ...(to.length > 0 ? [{ label: t('rules.to'), text: to.join(' · ') }] : []),
    ...(cell('uppgifter') === '' ? [] : [{ label: t('cell.uppgifter'), text: named(cell('uppgifter')) }]),
    ...(days === ''
      ? []
      : [{ label: t('rules.answer'), text: t(days === '1' ? 'rules.day' : 'rules.days', { days }) }]),
    ...line('bakom_grind'),
  ]
  return {
    heading: t('rules.row', { row: cell('rad') }),
    tag: isPageTextKey(key) ? t(key) : cell('typ'),
    when: INPUTS.flatMap((input) => line(input.column)),
    result,
    why: cell(language === 'sv' ? 'skal_sv' : 'skal_en') || cell('skal_sv'),
  }
}
