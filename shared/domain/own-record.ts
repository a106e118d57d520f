// What our own people record that starts, ends or moves a case's dates: undertakings, a new time they heard of, the child's track.
import type { DeadlineEvent, DeadlineFacts } from './deadline-facts.ts'
import type { ArrivedEviction } from './eviction-notice.ts'
import type { FoldedNotice } from './notice-versions.ts'

/** What our own people have recorded that starts or ends a period: undertakings that count, and the child's own track. */
export type OwnRecord = {
  /** The days on which an undertaking counts (JB 12:63). */
  undertakenOn: readonly string[]
  child: ChildTrack | null
}

/** A report of concern and what was done of it, each by its day; null what has not been done. */
export type ChildTrack = {
  reportedOn: string
  protectedOn: string | null
  assessedOn: string | null
  inquiryOpenedOn: string | null
  inquiryDoneOn: string | null
}

/** One of Kronofogden's events; `own`: a new date that our people have heard of and recorded, no message of theirs. */
export type CaseEvent = ArrivedEviction & { id: string; own?: boolean }

/** An undertaking is for the rents of the terminations that had come by then; a later one needs its own. */
export function undertakingEvents({ notice, receivedOn }: FoldedNotice, own: OwnRecord): DeadlineEvent[] {
  const days = notice.type === 'rent-termination' ? own.undertakenOn.filter((day) => receivedOn <= day) : []
  return days.map((date) => ({ type: 'undertaking', date }))
}

/** The child's own track (SoL 19:1, 20:1-20:3): its periods run and end by what is done for the child, never by the rent. */
export function childFacts(child: ChildTrack, today: string): DeadlineFacts {
  const done = [
    ['protection-assessment', child.protectedOn],
    ['preliminary-assessment', child.assessedOn],
    ['child-inquiry', child.inquiryDoneOn],
  ] as const
  return {
    kind: 'rent',
    childReportReceivedOn: child.reportedOn,
    inquiryOpenedOn: child.inquiryOpenedOn,
    today,
    events: done.flatMap(([kind, date]) => (date ? [{ type: 'done' as const, kind, date }] : [])),
  }
}
