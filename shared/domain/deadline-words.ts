// The words of a computed date: one plain sentence with its paragraph, and the steps of "Så räknas fristen".
import type { CountedDay, SkippedDay } from './calendar.ts'
import { FACTS, isFactName } from './deadline-facts.ts'
import type { FactName, Text } from './deadline-facts.ts'
import { fillText, longDate } from './date-words.ts'
import type { Input, Step } from './deadline.ts'
import type { IsoDate } from './days.ts'
import type { Length, Period } from './periods.ts'

/** A date just computed, with all that is needed to tell how. */
export type Counted = {
  period: Period
  begun: { date: IsoDate; inputs: readonly Input[]; missing: readonly FactName[] }
  dates: {
    startDate: IsoDate
    rawDate: IsoDate
    lastDay: IsoDate | null
    safeDay: IsoDate | null
    notBefore: IsoDate | null
    notBeforeAlternative: IsoDate | null
  }
  skipped: readonly SkippedDay[]
  vardagar: readonly CountedDay[]
}

const step = (date: IsoDate, sv: string, en: string): Step => {
  const day = longDate(date)
  return { date, sv: `${day.sv}: ${sv}`, en: `${day.en}: ${en}` }
}

/** The names of facts in words, for "… är inte rapporterad". */
function factWords(names: readonly FactName[]): Text {
  const all = [...new Set(names)].map((name) => FACTS[name])
  return { sv: all.map(({ sv }) => sv).join(' och '), en: all.map(({ en }) => en).join(' and ') }
}

/** The sentence of the law with its dates, and beside it what makes the date less than sure. */
export function explain({ period, begun, dates }: Counted): Text {
  const sentence = fillText(period.sentence, dates)
  const missing = factWords(begun.missing)
  const early = begun.missing.length > 0
  const other = dates.notBeforeAlternative ? longDate(dates.notBeforeAlternative) : null
  return {
    sv:
      sentence.sv +
      (other ? ` Om lördagar och aftnar inte är vardagar: tidigast ${other.sv}.` : '') +
      (early ? ` Dagen är den tidigast möjliga, säker uppgift saknas: ${missing.sv}.` : ''),
    en:
      sentence.en +
      (other ? ` If Saturdays and eves are not vardagar: no earlier than ${other.en}.` : '') +
      (early ? ` This is the earliest possible day, not known for certain: ${missing.en}.` : ''),
  }
}

/** Every step from the facts to the date, each skipped day by name. */
export function stepsOf(counted: Counted): Step[] {
  const { period, begun, dates, skipped, vardagar } = counted
  const steps = begun.inputs.map(({ name, date, note }) => inputStep(name, date, note))
  if (begun.inputs.length > 1) {
    steps.push(step(begun.date, 'räknas från den senare av dagarna', 'counted from the later of the days'))
  }
  const length = period.length && period.length.n > 0 ? [lengthStep(dates.rawDate, period.length)] : []
  if (vardagar.length > 0) {
    const days = [...vardagar.map(vardagStep), ...skipped.map((day) => skipStep(day, NO_VARDAG))]
    steps.push(...days.sort((a, b) => a.date.localeCompare(b.date)), ...length)
  } else steps.push(...length, ...skipped.map((day) => skipStep(day, NO_END)))
  steps.push(...endSteps(period, dates))
  return steps
}

const NO_VARDAG: Text = { sv: 'är ingen vardag', en: 'is no vardag' }
const NO_END: Text = { sv: 'fristen kan inte sluta här', en: 'the period cannot end here' }

const skipStep = ({ date, sv, en }: SkippedDay, why: Text): Step =>
  step(date, `${sv}, ${why.sv}`, `${en}, ${why.en}`)

function vardagStep({ date, off }: CountedDay, place: number): Step {
  const doubt = off
    ? {
        sv: ` (${off.sv}, räknas inte i den andra läsningen)`,
        en: ` (${off.en}, not counted in the other reading)`,
      }
    : { sv: '', en: '' }
  return step(date, `vardag ${place + 1}${doubt.sv}`, `vardag ${place + 1}${doubt.en}`)
}

function inputStep(name: string, date: IsoDate, note: Text | null): Step {
  if (isFactName(name)) {
    const fact = FACTS[name]
    const tail = note ? { sv: ` (${note.sv})`, en: ` (${note.en})` } : { sv: '', en: '' }
    return step(date, fact.sv + tail.sv, fact.en + tail.en)
  }
  return step(date, `slutet av: ${note?.sv ?? name}`, `end of: ${note?.en ?? name}`)
}

const UNITS: Record<Length['unit'], (n: number) => Text> = {
  day: (n) => ({ sv: `${n} dagar senare`, en: `${n} days later` }),
  week: (n) => ({
    sv: `${n} ${n === 1 ? 'vecka' : 'veckor'} senare, samma veckodag`,
    en: `${n} ${n === 1 ? 'week' : 'weeks'} later, the same weekday`,
  }),
  month: (n) => ({
    sv: `${n} ${n === 1 ? 'månad' : 'månader'} senare, samma dag i månaden eller månadens sista`,
    en: `${n} ${n === 1 ? 'month' : 'months'} later, the same day of the month or its last`,
  }),
  vardag: (n) => ({ sv: `vardag nummer ${n} efter`, en: `vardag number ${n} after` }),
  'vardagar-passed': (n) => ({ sv: `${n} vardagar har gått`, en: `${n} vardagar have passed` }),
  'year-end': (n) => ({
    sv: `${n} år och till utgången av nästa kalenderår`,
    en: `${n} years and to the end of the next calendar year`,
  }),
}

function lengthStep(date: IsoDate, { n, unit }: Length): Step {
  const words = UNITS[unit](n)
  return step(date, words.sv, words.en)
}

function endSteps(period: Period, dates: Counted['dates']): Step[] {
  const { rawDate, lastDay, safeDay, notBefore, notBeforeAlternative } = dates
  const steps: Step[] = []
  if (lastDay) {
    const moved = lastDay !== rawDate
    steps.push(
      step(
        lastDay,
        moved ? 'sista dag, nästa vardag (2 § lagen 1930:173)' : 'sista dag',
        moved ? 'last day, the next ordinary weekday (lag 1930:173 2 §)' : 'last day',
      ),
    )
  } else if (period.form === 'target') steps.push(step(rawDate, 'flyttas aldrig', 'is never moved'))
  if (safeDay && safeDay !== lastDay)
    steps.push(step(safeDay, 'säker dag att räkna med', 'safe day to rely on'))
  if (notBefore) steps.push(step(notBefore, 'tidigaste dag, flyttas aldrig', 'earliest day, never moved'))
  if (notBeforeAlternative) {
    steps.push(
      step(
        notBeforeAlternative,
        'tidigaste dag om lördagar och aftnar inte är vardagar',
        'earliest day if Saturdays and eves are not vardagar',
      ),
    )
  }
  return steps
}
