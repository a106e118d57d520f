// "Så räknas fristen" of a date that was computed before: the same steps, from what was kept of it and its rule's version.
import { shiftLastDay, vardagAfter } from './calendar.ts'
import { stepsOf } from './deadline-words.ts'
import type { ComputedDeadline, Step } from './deadline.ts'
import { laterOf } from './days.ts'
import type { Law } from './periods.ts'

/** What is kept of a computed date. */
export type KeptDeadline = Pick<
  ComputedDeadline,
  'lastDay' | 'safeDay' | 'notBefore' | 'notBeforeAlternative' | 'inputs' | 'periodVersion'
> & { rawDate: string | null }

/** The steps of a kept date; none when its rule's version is no longer known or it has no day. */
export function stepsOfKept(kept: KeptDeadline, law: Law): Step[] {
  const period = law.versions.get(kept.periodVersion)
  const days = kept.inputs.map(({ date }) => date)
  const { rawDate, lastDay, safeDay, notBefore, notBeforeAlternative } = kept
  if (!period || rawDate === null || days.length === 0) return []
  const start = days.reduce(laterOf)
  const vardagar = period.length?.unit === 'vardag' || period.length?.unit === 'vardagar-passed'
  const counted =
    vardagar && period.length ? vardagAfter(start, period.length.n, 'formal', law.calendar) : null
  const shifted = period.shift ? shiftLastDay(rawDate, law.calendar).skipped : []
  return stepsOf({
    period,
    begun: { date: start, inputs: kept.inputs, missing: [] },
    dates: { startDate: start, rawDate, lastDay, safeDay, notBefore, notBeforeAlternative },
    skipped: [...(counted?.skipped ?? []), ...shifted],
    vardagar: counted?.counted ?? [],
  })
}
