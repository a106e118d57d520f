// Reads the table of task templates (tasks.csv): what is done, by whom, when, if what, and what follows from it.
import { parseCondition } from './condition.ts'
import type { Condition } from './condition.ts'
import { parseDue } from './due-date.ts'
import type { DueRule } from './due-date.ts'
import { END_REASONS, FLAGS, PLANNING_VOCABULARY } from './planning-facts.ts'
import type { EndReason } from './planning-facts.ts'
import type { Words } from './routing-facts.ts'
import { readSheet, sheetProblem } from './sheet.ts'
import type { SheetProblem, SheetRow } from './sheet.ts'

export const ROLES = [
  'caseworker',
  'visitor',
  'counsellor',
  'registrar',
  'supervisor',
  'assistant',
  'system',
] as const
export type Role = (typeof ROLES)[number]

/** What follows from a recorded outcome. */
export type Consequence =
  | { kind: 'none' | 'ladder' | 'refer' | 'supervisor' | 'close' }
  | { kind: 'end'; reason: EndReason }
  /** `note`: what the outcome has taught us of the case: `children`, or a flag of the planning. */
  | { kind: 'task'; template: string; task: string | null; note: string | null }

export type TaskRow = {
  template: string
  task: string
  title: Words
  role: Role
  channel: string
  due: readonly DueRule[]
  dueFast: readonly DueRule[]
  /** Planned only when a recorded outcome asks for it. */
  followsOutcome: boolean
  condition: Condition
  /** Which endings make this task needless. */
  endsOn: readonly EndReason[]
  outcomes: Readonly<Record<string, Consequence>>
  /** The outcomes that complete it. */
  completedBy: readonly string[]
  basis: string
  inference: boolean
}

/** `applies`: when each template is used. `fast`: what puts a case in the fast column, with the reason in words. */
export type TaskTemplates = {
  applies: Readonly<Record<string, { title: Words; condition: Condition }>>
  fast: readonly { title: Words; condition: Condition }[]
  rows: readonly TaskRow[]
}

const COLUMNS =
  'template;task;title_sv;title_en;role;channel;due;due_fast;condition;ends_on;completed_by;outcomes;basis;inference'.split(
    ';',
  )
const AFTER_OUTCOME = 'efter utfall'
const NOTES = new Set(['children', ...FLAGS.map((flag) => flag.code)])

/** Reads tasks.csv. Never throws; a row with a fault is left out and named in `problems`. */
export function parseTaskTemplates(csv: string): { templates: TaskTemplates; problems: SheetProblem[] } {
  const sheet = readSheet(csv)
  const problems = [...sheet.problems]
  const missing = COLUMNS.filter((column) => !sheet.columns.includes(column))
  for (const column of missing) {
    problems.push(
      sheetProblem(
        'missing-column',
        { line: 1, column },
        `Kolumnen ${column} saknas.`,
        `Column ${column} is missing.`,
      ),
    )
  }
  const empty: TaskTemplates = { applies: {}, fast: [], rows: [] }
  if (missing.length > 0) return { templates: empty, problems }
  const of = (keep: (row: SheetRow) => boolean) => sheet.rows.filter(keep)
  const templates = {
    applies: Object.fromEntries(of(isHead).map((row) => [cell(row, 'template'), headOf(row, problems)])),
    fast: of(isFast).map((row) => headOf(row, problems)),
    rows: of((row) => !isFast(row) && !isHead(row)).flatMap((row) => readTask(row, problems)),
  }
  return { templates, problems: [...problems, ...unknownTasks(templates), ...twice(sheet.rows)] }
}

const isFast = (row: SheetRow): boolean => row.cells['template'] === 'FAST'
const isHead = (row: SheetRow): boolean => !isFast(row) && row.cells['task'] === '0'
const cell = (row: SheetRow, column: string): string => row.cells[column] ?? ''
const titleOf = (row: SheetRow): Words => ({ sv: cell(row, 'title_sv'), en: cell(row, 'title_en') })

function report(problems: SheetProblem[], row: SheetRow, column: string, words: Words): void {
  problems.push(sheetProblem(`bad-${column}`, { line: row.line, column }, words.sv, words.en))
}

const bad = (value: string): Words => ({
  sv: `"${value}" går inte att läsa.`,
  en: `"${value}" cannot be read.`,
})

function headOf(row: SheetRow, problems: SheetProblem[]): { title: Words; condition: Condition } {
  const { condition, problems: found } = parseCondition(cell(row, 'condition'), PLANNING_VOCABULARY)
  found.forEach((words) => report(problems, row, 'condition', words))
  return { title: titleOf(row), condition }
}

function readTask(row: SheetRow, problems: SheetProblem[]): TaskRow[] {
  const before = problems.length
  const role = ROLES.find((known) => known === cell(row, 'role'))
  if (!role) report(problems, row, 'role', bad(cell(row, 'role')))
  const due = readDue(row, 'due', problems)
  const dueFast = cell(row, 'due_fast') === '' ? due : readDue(row, 'due_fast', problems)
  const asked = readAsked(row, problems)
  const endsOn = readEndings(row, problems)
  const outcomes = readOutcomes(row, problems)
  const named = cell(row, 'completed_by')
  const completedBy = named === '*' ? Object.keys(outcomes) : named.split('|')
  if (cell(row, 'title_sv') === '' || cell(row, 'title_en') === '') report(problems, row, 'title_sv', bad(''))
  if (!role || problems.length > before) return []
  const [template, task, channel] = [cell(row, 'template'), cell(row, 'task'), cell(row, 'channel')]
  const about = { basis: cell(row, 'basis'), inference: cell(row, 'inference') === 'yes' }
  return [
    {
      template,
      task,
      title: titleOf(row),
      role,
      channel,
      due,
      dueFast,
      ...asked,
      endsOn,
      outcomes,
      completedBy,
      ...about,
    },
  ]
}

function readDue(row: SheetRow, column: string, problems: SheetProblem[]): DueRule[] {
  const rules = parseDue(cell(row, column))
  if (!rules) report(problems, row, column, bad(cell(row, column)))
  return rules ?? []
}

function readAsked(
  row: SheetRow,
  problems: SheetProblem[],
): { followsOutcome: boolean; condition: Condition } {
  const written = cell(row, 'condition')
  const followsOutcome = written.startsWith(AFTER_OUTCOME)
  const rest = followsOutcome ? written.slice(AFTER_OUTCOME.length).replace(/^\s*&/, '') : written
  const { condition, problems: found } = parseCondition(rest, PLANNING_VOCABULARY)
  found.forEach((words) => report(problems, row, 'condition', words))
  return { followsOutcome, condition }
}

function readEndings(row: SheetRow, problems: SheetProblem[]): readonly EndReason[] {
  const written = cell(row, 'ends_on')
  if (written === '') return END_REASONS
  if (written === '-') return []
  const words = written.split('|').map((word) => word.trim())
  const known = END_REASONS.filter((reason) => words.includes(reason))
  if (known.length !== words.length) report(problems, row, 'ends_on', bad(written))
  return known
}

function readOutcomes(row: SheetRow, problems: SheetProblem[]): Record<string, Consequence> {
  const found: Record<string, Consequence> = {}
  for (const part of cell(row, 'outcomes').split(',')) {
    const [code = '', then = ''] = part.trim().split('=')
    const consequence = consequenceOf(then)
    if (consequence && /^[A-Z_0-9]+$/.test(code)) found[code] = consequence
    else report(problems, row, 'outcomes', bad(part.trim()))
  }
  return found
}

function consequenceOf(then: string): Consequence | null {
  if (then === '-') return { kind: 'none' }
  if (then === 'ladder' || then === 'refer' || then === 'supervisor' || then === 'close')
    return { kind: then }
  const ending = /^end:(.+)$/.exec(then)?.[1]
  const reason = END_REASONS.find((known) => known === ending)
  if (reason) return { kind: 'end', reason }
  const task = /^([A-Z]+\d*)(?:\/([0-9A-Za-z]+))?(?:\+([a-z-]+))?$/.exec(then)
  const note = task?.[3] ?? null
  if (!task?.[1] || (note !== null && !NOTES.has(note))) return null
  return { kind: 'task', template: task[1], task: task[2] ?? null, note }
}

/** An outcome that points at a task which is not in the table would be lost work. */
function unknownTasks(templates: TaskTemplates): SheetProblem[] {
  const exists = (template: string, task: string | null) =>
    templates.rows.some((row) => row.template === template && (task === null || row.task === task))
  return templates.rows.flatMap((row) =>
    Object.values(row.outcomes).flatMap((then) => {
      if (then.kind !== 'task' || exists(then.template, then.task)) return []
      const name = `${then.template}/${then.task ?? ''}`
      return [
        sheetProblem(
          'unknown-task',
          { column: 'outcomes' },
          `${row.template}/${row.task} pekar på ${name}, som saknas.`,
          `${row.template}/${row.task} points at ${name}, which is missing.`,
        ),
      ]
    }),
  )
}

/** Two rows with one name would share one task, and the second would never be planned. */
function twice(rows: readonly SheetRow[]): SheetProblem[] {
  const seen = new Set<string>()
  return rows.flatMap((row) => {
    const name = `${cell(row, 'template')}/${cell(row, 'task')}`
    if (seen.has(name))
      return [
        sheetProblem(
          'duplicate-task',
          { line: row.line, column: 'task' },
          `${name} finns två gånger.`,
          `${name} occurs twice.`,
        ),
      ]
    seen.add(name)
    return []
  })
}
