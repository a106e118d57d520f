// Computes every statutory date that a set of facts starts, with what it was counted from and how.
import { safeDayFor, shiftLastDay, vardagAfter } from './calendar.ts'
import type { CountedDay, SkippedDay } from './calendar.ts'
import type { DeadlineFacts, FactName, KnownFacts } from './deadline-facts.ts'
import { stateOf } from './deadline-state.ts'
import { explain, stepsOf } from './deadline-words.ts'
import type { Calculation, ComputedDeadline, Input, Statement } from './deadline.ts'
import { addDays, addMonths, addWeeks, isIsoDate, laterOf, partsOf } from './days.ts'
import type { IsoDate } from './days.ts'
import { factFinding, readFacts } from './fact-reading.ts'
import type { Calendar } from './holidays.ts'
import type { Condition, Law, Length, Operand, Period, Start } from './periods.ts'
import type { Finding } from './reading-findings.ts'

/** Where a period starts: the day, what it rests on, and which facts are missing or assumed. */
type Begun = { date: IsoDate; inputs: Input[]; missing: FactName[] }
type Known = { facts: KnownFacts; computed: Map<string, ComputedDeadline> }

/**
 * Every period that the facts start, in the order of the law's table. Never throws: what is wrong with the facts comes
 * back as findings, and the conservative date is computed. `state` is set when the facts say what day it is.
 */
export function computeDeadlines(facts: DeadlineFacts, law: Law): Calculation {
  const { known, findings } = readFacts(facts, law.calendar)
  const [statements, suppressed]: [Statement[], Set<string>] = [[], new Set()]
  const so: Known = { facts: known, computed: new Map() }
  for (const group of law.groups) {
    const [first] = group
    if (!first || suppressed.has(first.kind) || !concerns(first, known)) continue
    const { period, begun } = versionFor(group, so)
    if (!period) {
      if (begun) findings.push(factFinding('no_period_in_force', begun.inputs[0]?.name ?? first.kind))
      continue
    }
    if (period.form === 'statement') {
      if (!holds(period.when, so)) continue
      statements.push(statementOf(period))
      for (const kind of period.suppresses) suppressed.add(kind)
    } else if (begun) so.computed.set(period.kind, compute(period, begun, law.calendar))
  }
  const deadlines = [...so.computed.values()]
  findings.push(...afterthoughts(so, statements))
  if (isIsoDate(facts.today)) {
    for (const one of deadlines)
      one.state = stateOf(one, law, { today: facts.today, events: facts.events ?? [] })
  }
  return { deadlines, statements, findings }
}

function concerns(period: Period, facts: KnownFacts): boolean {
  if (period.tenure !== 'any' && period.tenure !== facts.tenure) return false
  if (period.premises !== '' && period.premises !== facts.premises) return false
  if (period.notices.length === 0) return true
  // Without a notice type (a calculator) the facts decide; a rule that starts from no fact needs the notice itself.
  return facts.noticeType ? period.notices.includes(facts.noticeType) : period.start !== null
}

/** The version in force on the day the period starts; `begun` without a period when none was. */
function versionFor(group: readonly Period[], so: Known): { period: Period | null; begun: Begun | null } {
  let begun: Begun | null = null
  for (const period of group) {
    if (!period.start) return { period, begun: null }
    begun = begin(period.start, so)
    if (
      begun &&
      period.in_force_from <= begun.date &&
      (period.in_force_to === '' || begun.date <= period.in_force_to)
    ) {
      return { period, begun }
    }
  }
  return { period: null, begun }
}

function begin(start: Start, so: Known): Begun | null {
  const operands = start.operands.map((operand) => ({ operand, begun: operandDate(operand, so) }))
  const known = operands.flatMap(({ begun }) => begun ?? [])
  const [first] = known
  if (!first || !operands.some(({ operand, begun }) => begun && !operand.optional)) return null
  const absent = operands.flatMap(({ operand, begun }) =>
    begun || operand.optional || !operand.fact ? [] : [operand.fact],
  )
  if (start.combine === 'later') {
    const date = known.map((begun) => begun.date).reduce(laterOf)
    const missing = [...known.flatMap((begun) => begun.missing), ...absent]
    return { date, inputs: known.flatMap((begun) => begun.inputs), missing }
  }
  // A stand-in is used only while the fact before it is unknown, so the day can only become later.
  const preferred = operands[0]?.begun === first
  return { ...first, missing: preferred ? first.missing : [...first.missing, ...absent] }
}

function operandDate(operand: Operand, so: Known): Begun | null {
  if (operand.fact) {
    const fact = so.facts.dates.get(operand.fact)
    if (!fact) return null
    const input = { name: operand.fact, date: fact.date, note: fact.note }
    return { date: fact.date, inputs: [input], missing: fact.certain ? [] : [operand.fact] }
  }
  const ended = so.computed.get(operand.endOf ?? '')
  if (!ended) return null
  const date = ended.notBefore ?? ended.lastDay ?? ended.rawDate
  return { date, inputs: [{ name: `end of ${ended.kind}`, date, note: ended.name }], missing: ended.missing }
}

function compute(period: Period, begun: Begun, calendar: Calendar): ComputedDeadline {
  const length: Length = period.length ?? { n: 0, unit: 'day' }
  const formal = endOf(begun.date, length, 'formal', calendar)
  const rawDate = formal.date
  const shifted = period.shift ? shiftLastDay(rawDate, calendar) : null
  const earliest = period.form === 'not-before'
  const other = earliest ? endOf(begun.date, length, 'practical', calendar).date : rawDate
  const dates = {
    startDate: begun.date,
    rawDate,
    lastDay: shifted?.lastDay ?? null,
    // A duty of the same day cannot be worked before the day that starts it.
    safeDay: period.form === 'last-day' ? laterOf(safeDayFor(rawDate, calendar), begun.date) : null,
    notBefore: earliest ? rawDate : null,
    notBeforeAlternative: other === rawDate ? null : other,
  }
  const counted = {
    period,
    begun,
    dates,
    skipped: [...formal.skipped, ...(shifted?.skipped ?? [])],
    vardagar: formal.vardagar,
  }
  return {
    kind: period.kind,
    name: period.name,
    form: period.form === 'statement' ? 'target' : period.form,
    ...dates,
    basis: begun.missing.length === 0 ? 'known' : 'earliest-possible',
    missing: begun.missing,
    inputs: begun.inputs,
    periodVersion: period.version,
    source: period.source,
    confidence: period.confidence,
    doubt: period.doubt,
    explanation: explain(counted),
    steps: stepsOf(counted),
  }
}

const NONE_SKIPPED = { skipped: [], vardagar: [] }

function endOf(
  start: IsoDate,
  { n, unit }: Length,
  reading: 'formal' | 'practical',
  calendar: Calendar,
): { date: IsoDate; skipped: SkippedDay[]; vardagar: CountedDay[] } {
  if (unit === 'vardag' || unit === 'vardagar-passed') {
    const { day, skipped, counted } = vardagAfter(start, n, reading, calendar)
    return { date: unit === 'vardag' ? day : addDays(day, 1), skipped, vardagar: counted }
  }
  if (unit === 'week') return { date: addWeeks(start, n), ...NONE_SKIPPED }
  if (unit === 'month') return { date: addMonths(start, n), ...NONE_SKIPPED }
  // SoL 16:1: erasure is finished by the end of the calendar year after the years have run out.
  if (unit === 'year-end') return { date: `${partsOf(start).year + n + 1}-12-31`, ...NONE_SKIPPED }
  return { date: addDays(start, n), ...NONE_SKIPPED }
}

const statementOf = (period: Period): Statement => ({
  kind: period.kind,
  name: period.name,
  severity: period.severity === '' ? 'note' : period.severity,
  source: period.source,
  explanation: period.sentence,
})

const CONDITION: Record<Condition, (so: Known) => boolean> = {
  // Whoever has been served with the loss of the tenancy has been given notice, dated or not.
  'not-terminated': ({ facts }) => !facts.dates.has('terminatedDate') && !facts.dates.has('servedDate'),
  'moves-within-month': ({ facts, computed }) => {
    const [ends, week] = [facts.dates.get('tenancyEndsOn')?.date, computed.get('forfeiture')?.lastDay]
    const forfeited = week ? addDays(week, 1) : facts.dates.get('terminatedDate')?.date
    return Boolean(ends && forfeited && ends < addMonths(forfeited, 1))
  },
  'born-on-sample-day': ({ facts }) => [5, 15, 25].includes(facts.birthDayOfMonth ?? 0),
}

function holds(condition: Period['when'], so: Known): boolean {
  return condition === '' || CONDITION[condition](so)
}

/** What only shows when the periods are known. */
function afterthoughts({ facts, computed }: Known, statements: readonly Statement[]): Finding[] {
  const [terminated, week] = [facts.dates.get('terminatedDate')?.date, computed.get('forfeiture')?.lastDay]
  const early = terminated && week && terminated <= week
  const nothing = computed.size === 0 && statements.length === 0
  return [
    ...(early ? [factFinding('terminated_before_forfeiture', 'terminatedDate')] : []),
    ...(nothing ? [factFinding('nothing_to_count', '')] : []),
  ]
}
