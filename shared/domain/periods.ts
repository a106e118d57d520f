// The law as data: reads and checks the tables of periods and holidays, and freezes them into one `Law`.
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { isFactName } from './deadline-facts.ts'
import type { FactName, Text } from './deadline-facts.ts'
import { isIsoDate } from './days.ts'
import { calendarWith, dayOfRule } from './holidays.ts'
import type { Calendar } from './holidays.ts'
import { NOTICE_TYPES } from './notice-body.ts'

/** One thing a period starts from: a fact, or the end of another period. Optional ones need not be known. */
export type Operand = { fact: FactName | null; endOf: string | null; optional: boolean }
/** `later`: the latest of all; `first`: the first that is known, a later one being a stand-in. */
export type Start = { combine: 'later' | 'first'; operands: Operand[] }
export type Length = { n: number; unit: 'day' | 'week' | 'month' | 'vardag' | 'vardagar-passed' | 'year-end' }
export const CONDITIONS = ['not-terminated', 'moves-within-month', 'born-on-sample-day'] as const
export type Condition = (typeof CONDITIONS)[number]

const words = z.string().transform((text) => text.split(' ').filter((word) => word !== ''))
const dayOrNone = z.string().refine((text) => text === '' || isIsoDate(text), 'is no date')
const filled = z.string().min(1, 'is empty')

const periodRow = z.object({
  kind: z.string().regex(/^[a-z]+(-[a-z]+)*$/, 'is not kebab-case'),
  tenure: z.enum(['rent', 'cooperative', 'any']),
  premises: z.enum(['dwelling', 'premises', '']),
  notices: words.pipe(z.array(z.enum(NOTICE_TYPES))),
  when: z.enum([...CONDITIONS, '']),
  suppresses: words,
  name_sv: filled,
  name_en: filled,
  form: z.enum(['last-day', 'not-before', 'target', 'statement']),
  start: z.string(),
  length: z.string(),
  shift: z.enum(['yes', 'no', '']),
  met_by: words,
  stopped_by: words,
  severity: z.enum(['critical', 'minor', 'note', '']),
  source: filled,
  in_force_from: dayOrNone,
  in_force_to: dayOrNone,
  confidence: z.enum(['verified', 'interpretation', 'unverified']),
  doubt_sv: z.string(),
  doubt_en: z.string(),
  sentence_sv: filled,
  sentence_en: filled,
})
type PeriodRow = z.infer<typeof periodRow>

/** One version of one period. `version` names it for good: kind, tenure, premises and the day it came into force. */
export type Period = Omit<PeriodRow, 'start' | 'length' | 'shift'> & {
  version: string
  group: string
  name: Text
  sentence: Text
  doubt: Text | null
  start: Start | null
  length: Length | null
  shift: boolean
}

/** All that dates are computed from. `groups` are the versions of one period, in the order of the table. */
export type Law = {
  readonly groups: readonly (readonly Period[])[]
  readonly versions: ReadonlyMap<string, Period>
  readonly calendar: Calendar
}

/** Reads where a period starts: `dueDate`, `a, else b`, `later of a and end of recovery if known`. Null if unreadable. */
export function readStart(text: string): Start | null {
  const later = text.startsWith('later of ')
  const parts = later ? text.slice('later of '.length).split(' and ') : text.split(', else ')
  const operands = parts.map(readOperand)
  return operands.every((operand) => operand !== null)
    ? { combine: later ? 'later' : 'first', operands }
    : null
}

function readOperand(text: string): Operand | null {
  const optional = text.endsWith(' if known')
  const name = optional ? text.slice(0, -' if known'.length) : text
  const ended = /^end of ([a-z]+(?:-[a-z]+)*)$/.exec(name)
  if (ended) return { fact: null, endOf: ended[1] ?? null, optional }
  return isFactName(name) ? { fact: name, endOf: null, optional } : null
}

const PLAIN_UNITS = ['day', 'week', 'month'] as const

/** Reads a length: `3 weeks`, `same day`, `vardag 3` (on the third), `after 2 vardagar` (when two have passed). */
export function readLength(text: string): Length | null {
  if (text === 'same day') return { n: 0, unit: 'day' }
  const plain = /^(\d+) (day|week|month)s?$/.exec(text)
  const unit = PLAIN_UNITS.find((name) => name === plain?.[2])
  if (plain && unit) return { n: Number(plain[1]), unit }
  const vardag = /^(vardag|after) (\d+)( vardagar)?$/.exec(text)
  if (vardag && (vardag[1] === 'after') === Boolean(vardag[3])) {
    return { n: Number(vardag[2]), unit: vardag[3] ? 'vardagar-passed' : 'vardag' }
  }
  const years = /^(\d+) years and to the end of the next year$/.exec(text)
  return years ? { n: Number(years[1]), unit: 'year-end' } : null
}

function periodOf(row: PeriodRow): Period {
  const group = [row.kind, row.tenure, row.premises].filter((part) => part !== '').join('.')
  return Object.freeze({
    ...row,
    group,
    version: row.in_force_from ? `${group}@${row.in_force_from}` : group,
    name: { sv: row.name_sv, en: row.name_en },
    sentence: { sv: row.sentence_sv, en: row.sentence_en },
    doubt: row.doubt_sv ? { sv: row.doubt_sv, en: row.doubt_en } : null,
    start: row.start === '' ? null : readStart(row.start),
    length: row.length === '' ? null : readLength(row.length),
    shift: row.shift === 'yes',
  })
}

/** What is wrong with one row, beyond the form of its cells. */
function faultsOf(row: PeriodRow, period: Period, kindsAbove: ReadonlySet<string>): string[] {
  const counted = row.form !== 'statement'
  const missing = period.start?.operands.find(({ endOf }) => endOf && !kindsAbove.has(endOf))
  const used = [...`${row.sentence_sv} ${row.sentence_en}`.matchAll(/\{(\w+)\}/g)].map(
    (match) => match[1] ?? '',
  )
  const allowed =
    row.form === 'not-before' ? ['notBefore'] : ['rawDate', 'safeDay', ...(period.shift ? ['lastDay'] : [])]
  return [
    row.start !== '' && !period.start ? `start "${row.start}" cannot be read` : '',
    row.length !== '' && !period.length ? `length "${row.length}" cannot be read` : '',
    counted && row.start === '' ? 'a counted period needs a start' : '',
    counted && row.length === '' ? 'a counted period needs a length' : '',
    counted && row.shift === '' ? 'a counted period says yes or no to shift' : '',
    !counted && row.severity === '' ? 'a statement needs a severity' : '',
    period.shift && row.form !== 'last-day' ? 'only a last day can shift' : '',
    missing ? `starts from the end of ${missing.endOf}, which is not above it` : '',
    ...used.filter((name) => !counted || !allowed.includes(name)).map((name) => `{${name}} has no date here`),
  ].filter((fault) => fault !== '')
}

/** Two versions of one period must not be in force on the same day, or two dates would be right at once. */
function overlapsIn(groups: readonly (readonly Period[])[]): string[] {
  return groups.flatMap((group) => {
    const inOrder = [...group].sort((a, b) => a.in_force_from.localeCompare(b.in_force_from))
    return inOrder.slice(1).flatMap((period, place) => {
      const before = inOrder[place]
      const clear = before && before.in_force_to !== '' && before.in_force_to < period.in_force_from
      return clear ? [] : [`${period.version} is in force together with ${before?.version}`]
    })
  })
}

const holidayRow = z.object({
  day: z.string().refine((text) => dayOfRule(text, 2026) !== null, 'is no rule for a day'),
  kind: z.enum(['holiday', 'eve', 'remove']),
  name_sv: filled,
  name_en: filled,
  from: dayOrNone,
  to: dayOrNone,
  source: filled,
})

function readRows<Row>(
  csv: string,
  schema: z.ZodType<Row>,
  table: string,
): { rows: Row[]; problems: string[] } {
  const rows: Row[] = []
  const problems: string[] = []
  const records: unknown[] = parse(csv, {
    columns: true,
    delimiter: ';',
    bom: true,
    relax_column_count: true,
  })
  for (const [place, record] of records.entries()) {
    const read = schema.safeParse(record)
    if (read.success) rows.push(read.data)
    else
      problems.push(
        ...read.error.issues.map(
          (fault) => `${table} row ${place + 2}: ${fault.path.join('.')} ${fault.message}`,
        ),
      )
  }
  return { rows, problems }
}

/**
 * Reads `config/law/periods.csv` and `config/law/holidays.csv` (texts, not paths). With any problem there is no law:
 * half a table would give wrong dates in silence.
 */
export function readLaw(periodsCsv: string, holidaysCsv: string): { law: Law | null; problems: string[] } {
  const periods = readRows(periodsCsv, periodRow, 'periods')
  const holidays = readRows(holidaysCsv, holidayRow, 'holidays')
  const problems = [...periods.problems, ...holidays.problems]
  const groups = new Map<string, Period[]>()
  const kindsAbove = new Set<string>()
  for (const row of periods.rows) {
    const period = periodOf(row)
    problems.push(...faultsOf(row, period, kindsAbove).map((fault) => `${period.version}: ${fault}`))
    groups.set(period.group, [...(groups.get(period.group) ?? []), period])
    kindsAbove.add(period.kind)
  }
  problems.push(...overlapsIn([...groups.values()]))
  if (periods.rows.length === 0) problems.push('periods: the table is empty')
  if (problems.length > 0) return { law: null, problems }
  const amendments = holidays.rows.map((row) => ({
    day: row.day,
    kind: row.kind,
    sv: row.name_sv,
    en: row.name_en,
    from: row.from || undefined,
    to: row.to || undefined,
  }))
  const versions = new Map([...groups.values()].flat().map((period) => [period.version, period]))
  return {
    law: Object.freeze({ groups: [...groups.values()], versions, calendar: calendarWith(amendments) }),
    problems,
  }
}
