// One row of the rules table: which condition each cell states, whom the row sends to, and what is wrong with it.

import { INPUTS } from './routing-facts.ts'
import type { Input, InputName, Words } from './routing-facts.ts'
import { parseCell } from './routing-cells.ts'
import type { Condition } from './routing-cells.ts'
import { sheetProblem } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'

/** GATE rows first, the first that matches stops; first OWNER row that matches owns; every matching ADD row adds. */
export type RowKind = 'gate' | 'owner' | 'add'

/** Whoever a row sends to. `own-caseworker` and `other-caseworkers` are read from where the person is a client. */
export type Target = { committee: string; unit: string | null }

export type RoutingRow = {
  row: number
  line: number
  kind: RowKind
  conditions: Partial<Record<InputName, Condition>>
  targets: readonly Target[]
  person: string | null
  templates: readonly string[]
  answerWithinWorkingDays: number | null
  /** An ADD row that speaks even behind a GATE, where nobody else is told. */
  behindGate: boolean
  reason: Words
  /** Where the rule comes from (DMN annotation); INF marks our own inference. */
  basis: string
}

export const OWN_CASEWORKER = 'own-caseworker'
export const OTHER_CASEWORKERS = 'other-caseworkers'

const KIND_WORDS: Record<string, RowKind> = { gate: 'gate', owner: 'owner', add: 'add' }
/** How a sheet names the people that are found by where the person is a client. */
export const PERSON_WORDS: Readonly<Record<string, string>> = {
  'egen handläggare': OWN_CASEWORKER,
  'övriga handläggare': OTHER_CASEWORKERS,
}
const OUTPUT_COLUMNS = ['namnd', 'enhet', 'person', 'uppgifter', 'svar_arbetsdagar', 'bakom_grind']
const NOTE_COLUMNS = ['skal_sv', 'skal_en', 'grund']

/** The headings of a complete table, in order. A left-out condition column takes everything. */
export const ROUTING_COLUMNS: readonly string[] = [
  'rad',
  'typ',
  ...INPUTS.map((input) => input.column),
  ...OUTPUT_COLUMNS,
  ...NOTE_COLUMNS,
]
export const REQUIRED_COLUMNS: readonly string[] = [
  'rad',
  'typ',
  'namnd',
  'enhet',
  'skal_sv',
  'skal_en',
  'grund',
]

type Report = (code: string, column: string | null, sv: string, en: string) => void

/** The rule’s own number, or null when the cell holds none. */
export const rowNumberOf = (source: SheetRow): number | null =>
  /^\d{1,6}$/.test(source.cells['rad'] ?? '') ? Number(source.cells['rad']) : null

/** Reads one row; null when any of its cells is a problem, which is then added to `problems`. */
export function readRow(source: SheetRow, problems: SheetProblem[]): RoutingRow | null {
  const before = problems.length
  const number = rowNumberOf(source)
  const report: Report = (code, column, sv, en) => {
    problems.push(sheetProblem(code, { line: source.line, row: number, column }, sv, en))
  }
  const cell = (column: string): string => source.cells[column] ?? ''
  const kind = KIND_WORDS[cell('typ').toLowerCase()]
  if (number === null)
    report(
      'bad-row-number',
      'rad',
      'Radnumret ska vara ett heltal.',
      'The row number must be a whole number.',
    )
  if (!kind)
    report(
      'unknown-kind',
      'typ',
      'Typen ska vara GATE, OWNER eller ADD.',
      'The kind must be GATE, OWNER or ADD.',
    )
  const conditions = readConditions(cell, kind ?? 'gate', report)
  const outputs = readOutputs(cell, kind, report)
  if (outputs.person === OWN_CASEWORKER) checkOwnCaseworker(conditions, outputs.targets, report)
  if (number === null || !kind || problems.length > before) return null
  return { row: number, line: source.line, kind, conditions, ...outputs }
}

function readConditions(
  cell: (column: string) => string,
  kind: RowKind,
  report: Report,
): RoutingRow['conditions'] {
  const conditions: RoutingRow['conditions'] = {}
  for (const input of INPUTS) {
    const text = cell(input.column)
    const parsed = parseCell(input, text)
    if ('fault' in parsed) {
      report(parsed.fault.code, input.column, parsed.fault.reason.sv, parsed.fault.reason.en)
      continue
    }
    if (parsed.value === null) continue
    if (!mayRead(input, kind)) {
      report(
        'forbidden-field',
        input.column,
        `Bara GATE-rader får läsa ${input.column}: annars röjer regelns skäl skyddet.`,
        `Only GATE rows may read ${input.column}: another row's reason would betray the protection.`,
      )
      continue
    }
    conditions[input.name] = parsed.value
  }
  return conditions
}

const mayRead = (input: Input, kind: RowKind): boolean => input.mayRead === 'all' || kind === 'gate'

/** Sending to the own caseworker is only possible when the row's condition makes sure that there is one. */
function checkOwnCaseworker(
  conditions: RoutingRow['conditions'],
  targets: readonly Target[],
  report: Report,
): void {
  const asked = conditions.clientOf
  const sure = asked?.kind === 'flags' && !asked.except ? asked.anyOf : [[]]
  const named = targets.map((target) => target.committee)
  const safe = (all: readonly string[]): boolean =>
    named.length === 0
      ? all.some((word) => word !== 'none')
      : all.some((word) => named.includes(word.split('/')[0] ?? ''))
  if (sure.every(safe)) return
  report(
    'own-caseworker-without-client',
    'aktuell_hos',
    'Egen handläggare kräver att aktuell_hos säger någon, en, flera eller raden egen nämnd.',
    'Own caseworker needs aktuell_hos to say that the person is a client there.',
  )
}

type Outputs = Omit<RoutingRow, 'row' | 'line' | 'kind' | 'conditions'>

function readOutputs(cell: (column: string) => string, kind: RowKind | undefined, report: Report): Outputs {
  const person = PERSON_WORDS[cell('person').toLowerCase()] ?? (cell('person') || null)
  const targets = readTargets(cell('namnd'), cell('enhet'), report)
  if (kind && kind !== 'add' && targets.length === 0 && person !== OWN_CASEWORKER) {
    report(
      'missing-owner',
      'namnd',
      'Raden säger inte vilken nämnd som äger ärendet.',
      'The row names no owner.',
    )
  }
  if (person === OTHER_CASEWORKERS && kind !== 'add') {
    report(
      'bad-person',
      'person',
      '”Övriga handläggare” kan bara läggas till (ADD).',
      'Other caseworkers can only be added.',
    )
  }
  const reason = { sv: cell('skal_sv'), en: cell('skal_en') }
  if (reason.sv === '') report('missing-reason', 'skal_sv', 'Raden saknar skäl.', 'The row has no reason.')
  return {
    person,
    targets,
    templates: split(cell('uppgifter'), ','),
    answerWithinWorkingDays: readDays(cell('svar_arbetsdagar'), report),
    behindGate: readBehindGate(cell('bakom_grind'), kind, report),
    reason: { sv: reason.sv, en: reason.en || reason.sv },
    basis: cell('grund'),
  }
}

const split = (text: string, by: string): string[] =>
  text === '' ? [] : text.split(by).map((part) => part.trim())

function readTargets(committees: string, units: string, report: Report): Target[] {
  const named = split(committees, '+')
  const inside = split(units, '+')
  if (named.length === 1)
    return (inside.length > 0 ? inside : [null]).map((unit) => ({ committee: named[0] ?? '', unit }))
  if (inside.length > 0 && inside.length !== named.length) {
    report(
      'unpaired-units',
      'enhet',
      'Antalet enheter stämmer inte med antalet nämnder: skriv en enhet för varje nämnd.',
      'Write one unit for each committee.',
    )
    return named.map((committee) => ({ committee, unit: null }))
  }
  return named.map((committee, at) => ({ committee, unit: inside[at] ?? null }))
}

function readDays(text: string, report: Report): number | null {
  if (text === '') return null
  if (/^\d{1,3}$/.test(text)) return Number(text)
  report(
    'bad-answer-time',
    'svar_arbetsdagar',
    'Svarstiden ska vara hela arbetsdagar.',
    'Give whole working days.',
  )
  return null
}

function readBehindGate(text: string, kind: RowKind | undefined, report: Report): boolean {
  const word = text.toLowerCase()
  if (word === '' || word === 'nej') return false
  if (word !== 'ja' || kind !== 'add') {
    report(
      'bad-behind-gate',
      'bakom_grind',
      'Bara en ADD-rad kan ha ”ja” här.',
      'Only an ADD row can say "ja" here.',
    )
  }
  return word === 'ja'
}
