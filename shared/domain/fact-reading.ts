// Reads reported facts into days to count from: never an exception, never silence, the conservative day when in doubt.
import { FACT_FINDINGS, FACT_NAMES, FACTS } from './deadline-facts.ts'
import type { DeadlineFacts, FactFinding, FactName, KnownFact, KnownFacts, Text } from './deadline-facts.ts'
import { fillText } from './date-words.ts'
import { safeDayFor } from './calendar.ts'
import { addDays, daysInMonth, earlierOf, isIsoDate, isoOf } from './days.ts'
import type { IsoDate } from './days.ts'
import type { Calendar } from './holidays.ts'
import { DISPATCH_METHODS } from './notice.ts'
import type { Finding } from './reading-findings.ts'
import { readDate, readPeriod } from './written.ts'

type Dates = Map<FactName, KnownFact>
type Note = (code: FactFinding, field: string, date?: IsoDate) => void

const certain = (date: IsoDate, note: Text | null = null): KnownFact => ({ date, certain: true, note })
const assumed = (date: IsoDate, note: Text | null = null): KnownFact => ({ date, certain: false, note })

/** A finding about a fact, its words filled with the day that is counted from instead. */
export function factFinding(code: FactFinding, field: string, date: IsoDate | null = null): Finding {
  const { severity, sv, en } = FACT_FINDINGS[code]
  return { code, severity, field: `/${field}`, message: fillText({ sv, en }, { date }) }
}

/** What is known, and what was wrong with what was reported. */
export function readFacts(
  facts: DeadlineFacts,
  calendar: Calendar,
): { known: KnownFacts; findings: Finding[] } {
  const findings: Finding[] = []
  const note: Note = (code, field, date) => findings.push(factFinding(code, field, date))
  const dates: Dates = new Map()
  for (const name of FACT_NAMES) {
    const fact = readDay(name, facts[name], note)
    if (fact) dates.set(name, fact)
  }
  if (isIsoDate(facts.today)) settleFuture(dates, facts.today, facts.hypothetical === true, note)
  noteMethod(facts, note)
  deriveBoardNotified(facts, dates, note)
  deriveDueDate(facts, dates, calendar, note)
  noteContradictions(dates, note)
  const known: KnownFacts = {
    tenure: readTenure(facts, note),
    premises: facts.premises === 'premises' ? 'premises' : 'dwelling',
    noticeType: facts.noticeType ?? null,
    birthDayOfMonth: facts.birthDayOfMonth ?? null,
    dates,
  }
  return { known, findings }
}

function readDay(name: FactName, value: unknown, note: Note): KnownFact | null {
  if (value === undefined || value === null || value === '') return null
  const text = typeof value === 'string' ? value : ''
  const plain = isIsoDate(text) && text >= '2000' && text < '2100'
  const date = plain ? text : readDate(text)
  if (date) return certain(date)
  const instead = lastDayInstead(text)
  note(instead ? 'day_missing_in_month' : 'date_unclear', name, instead ?? undefined)
  return instead ? assumed(instead) : null
}

/** 31 November is read as 30 November: the nearest real day, and never a later one than was meant. */
function lastDayInstead(text: string): IsoDate | null {
  const match = /^(20\d{2})-(0[1-9]|1[0-2])-(29|3[01])$/.exec(text)
  if (!match) return null
  const [year, month] = [Number(match[1]), Number(match[2])]
  return isoOf(year, month, daysInMonth(year, month))
}

const CLOCK_PAIR: readonly FactName[] = ['servedDate', 'boardNotifiedDate']

/** A day that cannot have come yet: a calculator keeps it, a case does not believe it. */
function settleFuture(dates: Dates, today: IsoDate, hypothetical: boolean, note: Note): void {
  const ahead = [...dates].filter(([name, { date }]) => date > today && !FACTS[name].planned)
  const names = new Set(ahead.map(([name]) => name))
  for (const [name] of ahead) {
    if (hypothetical) {
      note('date_in_future_assumed', name)
      continue
    }
    // The later of two days governs: a false late one would lengthen the period, so the other one counts alone.
    const other = CLOCK_PAIR.find((fact) => CLOCK_PAIR.includes(name) && fact !== name)
    if (other && dates.has(other) && !names.has(other)) {
      dates.delete(name)
      note('date_in_future', name)
    } else {
      dates.set(name, assumed(today))
      note('date_in_future_clamped', name, today)
    }
  }
}

function noteMethod(facts: DeadlineFacts, note: Note): void {
  for (const field of ['boardNotifiedMethod', 'dispatchMethod'] as const) {
    const method: string | null | undefined = facts[field]
    if (method && !DISPATCH_METHODS.some((known) => known === method)) note('dispatch_method_unclear', field)
  }
}

const POSTED: Text = {
  sv: 'ett rekommenderat brev räknas från inlämningen, 12 kap. 63 § jordabalken',
  en: 'a registered letter counts from posting, JB 12:63',
}
const ARRIVED: Text = { sv: 'räknas från ankomsten', en: 'counts on arrival' }
const EARLIEST: Text = {
  sv: 'tidigaste möjliga dag, avsändningen är inte känd',
  en: 'earliest possible day, dispatch is not known',
}
const STARTS_CLOCK: ReadonlySet<string | undefined> = new Set([
  undefined,
  'rent-termination',
  'cooperative-fee-termination',
])

/** When the message to the committee counts as left (JB 12:63): registered letter when posted, others on arrival. */
function deriveBoardNotified(facts: DeadlineFacts, dates: Dates, note: Note): void {
  const given = dates.get('boardNotifiedDate')
  if (given) {
    if (facts.boardNotifiedMethod === 'registered-letter')
      dates.set('boardNotifiedDate', { ...given, note: POSTED })
    return
  }
  if (!STARTS_CLOCK.has(facts.noticeType)) return
  const method = facts.boardNotifiedMethod ?? facts.dispatchMethod
  const posted = method === 'registered-letter'
  const known = DISPATCH_METHODS.some((name) => name === method)
  const sure = known ? dates.get(posted ? 'dispatchedDate' : 'receivedDate') : undefined
  if (sure) {
    dates.set('boardNotifiedDate', { ...sure, note: posted ? POSTED : ARRIVED })
    return
  }
  const names: FactName[] = ['dispatchedDate', 'noticeDate', 'receivedDate']
  const candidates = names.flatMap((name) => dates.get(name)?.date ?? [])
  if (candidates.length === 0) return
  const date = candidates.reduce(earlierOf)
  // Whatever the method, a message that arrived the day it was dated was left that day.
  if (date === dates.get('receivedDate')?.date && dates.size > 1 && candidates.length > 1) {
    dates.set('boardNotifiedDate', certain(date, ARRIVED))
    return
  }
  dates.set('boardNotifiedDate', assumed(date, EARLIEST))
  note('dispatch_unknown', 'boardNotifiedDate', date)
}

/** JB 12:20 1 st: the rent of a month may always be paid until the last vardag before it, whatever the contract says. */
function deriveDueDate(facts: DeadlineFacts, dates: Dates, calendar: Calendar, note: Note): void {
  const stated = dates.get('dueDate')
  const period = typeof facts.rentPeriod === 'string' ? readPeriod(facts.rentPeriod) : null
  if (!stated || !period || facts.kind === 'cooperative') return
  const lawful = safeDayFor(addDays(`${period}-01`, -1), calendar)
  if (stated.date >= lawful) return
  const text = {
    sv: 'hyran får betalas till och med sista vardagen före månaden, 12 kap. 20 § jordabalken',
    en: 'the rent may be paid until the last vardag before the month, JB 12:20',
  }
  dates.set('dueDate', { ...stated, date: lawful, note: text })
  note('due_before_month', 'dueDate', lawful)
}

function noteContradictions(dates: Dates, note: Note): void {
  const day = (name: FactName) => dates.get(name)?.date ?? ''
  const [served, terminated, received] = [day('servedDate'), day('terminatedDate'), day('receivedDate')]
  if (served && terminated && served < terminated) note('served_before_terminated', 'servedDate')
  for (const name of ['noticeDate', 'dispatchedDate'] as const) {
    if (received && day(name) > received) note('notice_after_arrival', name)
  }
}

/** What a notice says by its type outweighs what was ticked: the two have different paragraphs. */
function readTenure(facts: DeadlineFacts, note: Note): KnownFacts['tenure'] {
  if (facts.noticeType?.startsWith('cooperative-')) return 'cooperative'
  if (facts.noticeType?.startsWith('rent-') || facts.noticeType?.startsWith('nuisance-')) return 'rent'
  if (facts.kind === 'rent' || facts.kind === 'cooperative') return facts.kind
  note('kind_unclear', 'kind')
  return 'rent'
}
