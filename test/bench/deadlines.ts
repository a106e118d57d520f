// Measures the law engine alone: calculations a second on one core, of the kinds of facts that a month brings.
import type { DeadlineFacts } from '../../shared/domain/deadline-facts.ts'
import { computeDeadlines } from '../../shared/domain/deadlines.ts'
import { addDays } from '../../shared/domain/days.ts'
import { shippedLaw } from '../support/law.ts'

/** A year of facts, no two days alike: known and unknown service, cooperative flats, evictions, nuisance. */
function factsOn(place: number): DeadlineFacts {
  const day = addDays('2026-01-01', place % 365)
  const kind = place % 5 === 0 ? ('cooperative' as const) : ('rent' as const)
  const today = addDays(day, 7)
  if (place % 7 === 0)
    return {
      kind,
      orderDate: day,
      opportunityToRespondOn: addDays(day, 3),
      evictionNoticeReceivedAt: today,
      today,
    }
  const served = place % 3 === 0 ? {} : { servedDate: addDays(day, 5) }
  return {
    kind,
    dueDate: addDays(day, -40),
    noticeDate: day,
    terminatedDate: day,
    dispatchedDate: day,
    dispatchMethod: place % 2 === 0 ? 'registered-letter' : 'e-service',
    receivedDate: addDays(day, 2),
    today,
    ...served,
  }
}

/**
 * Computes whole sets of dates, with sentences and steps, for `ms` milliseconds of processor time after a warm-up.
 * Counted in the process' own time on the processor: one core's worth, whatever else the machine is doing.
 */
export function measureDeadlines(ms = 1_000): { perSecond: number; dates: number } {
  const law = shippedLaw()
  const facts = Array.from({ length: 5_000 }, (_, place) => factsOn(place))
  for (const one of facts) computeDeadlines(one, law)
  let [calculations, dates, seconds] = [0, 0, 0]
  const from = process.cpuUsage()
  while (seconds * 1_000 < ms) {
    for (const one of facts.slice(0, 1_000)) dates += computeDeadlines(one, law).deadlines.length
    calculations += 1_000
    const { user, system } = process.cpuUsage(from)
    seconds = (user + system) / 1_000_000
  }
  return { perSecond: calculations / seconds, dates: dates / seconds }
}
