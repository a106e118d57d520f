// Until when somebody is away: the absence of today, and those that follow it without a day between.
import { addDays, type IsoDate } from './days.ts'

/** Both days are included; no last day means until further notice. */
export type Span = { awayFrom: IsoDate; awayTo: IsoDate | null }

/** Absence without a known end; after every day that can be written. */
export const UNTIL_FURTHER_NOTICE = '9999-12-31'

/**
 * The last day of the absence that `today` lies in, {@link UNTIL_FURTHER_NOTICE} when none is known, or null when
 * somebody is here today. Told of the first span alone, a supervisor would count on a person who goes on leave the next day.
 */
export function awayUntil(spans: readonly Span[], today: IsoDate): IsoDate | null {
  let until: IsoDate | null = null
  for (const { awayFrom, awayTo } of spans.toSorted((one, other) =>
    one.awayFrom < other.awayFrom ? -1 : 1,
  )) {
    const last = awayTo ?? UNTIL_FURTHER_NOTICE
    const next = until === null ? today : until < last ? addDays(until, 1) : until
    if (awayFrom <= next && last >= (until ?? today)) until = last
  }
  return until
}
