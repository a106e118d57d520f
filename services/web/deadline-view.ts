// How a computed date is shown: its own words, the days in full, and the steps by which it was counted.
import type { ComputedDeadline, Step } from '../../shared/domain/deadline.ts'
import { longDate } from '../../shared/domain/date-words.ts'
import type { Language } from '../../shared/text/say.ts'

const DAYS = [
  ['notBefore', 'count.not-before'],
  ['lastDay', 'count.last-day'],
  ['safeDay', 'count.safe-day'],
] as const

/** A date for the page, in one language. The raw day is shown only where it says something the last day does not. */
export function deadlineView(deadline: ComputedDeadline, language: Language) {
  const { kind, name, form, rawDate, basis, source, explanation, steps, doubt, state } = deadline
  const days = DAYS.flatMap(([field, label]) => {
    const date = deadline[field]
    return date ? [{ label, text: longDate(date)[language] }] : []
  })
  const target = days.length === 0 ? [{ label: 'count.target', text: longDate(rawDate)[language] }] : []
  return {
    kind,
    name: name[language],
    form,
    days: [...days, ...target],
    earliest: basis === 'earliest-possible',
    source,
    explanation: explanation[language],
    steps: stepTexts(steps, language),
    doubt: doubt?.[language] ?? null,
    state: state?.state ?? null,
    why: state?.why[language] ?? null,
  }
}

/** "Så räknas fristen", line by line. */
export function stepTexts(steps: readonly Step[], language: Language): string[] {
  return steps.map((step) => step[language])
}
