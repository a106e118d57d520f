// Which real handling has happened in a case: the only thing that stops an alert. Seeing one stops nothing.
import type { Handling } from './escalation-ladder.ts'

/** What is known of a case, and of the referral or task that is watched, when a step falls due. */
export type HandlingFacts = {
  caseOpen: boolean
  settled: string | null
  stage: string
  ownerAccepted: boolean
  attempted: boolean
  reached: boolean
  /** Outcome codes of tasks completed since the watch began. */
  outcomes: readonly string[]
  finalOutcome: string | null
  referral: {
    state: string
    firstAnswerAt: string | null
    meetingAt: string | null
    alternativeAt?: string | null
  } | null
  task: { state: string } | null
  visit?: { state: string; checkedOutAt: string | null } | null
}

/** A completed task's outcome that is itself a handling. */
const byOutcome: Record<string, Handling> = {
  BEKRAFTAD: 'confirmation-sent',
  PLAN_BESLUTAD: 'conference-held',
  UTREDNING: 'inquiry-decided',
  INGEN_UTREDNING: 'inquiry-decided',
  BETALD: 'payment-confirmed',
  SKICKAT: 'undertaking-sent',
  PLAN: 'plan-agreed',
  VERKSTALLD: 'outcome-recorded',
  INSTALLD: 'outcome-recorded',
}

/** Every handling that has happened, for `stillStands` to judge by. */
export function handlingsOf(facts: HandlingFacts): Handling[] {
  const { referral, task, visit } = facts
  const happened: [Handling, boolean][] = [
    // A paid debt does not call off an eviction: until Kronofogden does, its date is watched.
    ['case-ended', !facts.caseOpen || (facts.settled !== null && facts.stage !== 'date-set')],
    ['payment-confirmed', facts.settled === 'paid'],
    ['owner-accepted', facts.ownerAccepted],
    ['assignment-accepted', facts.ownerAccepted],
    ['contact-attempted', facts.attempted],
    ['contact-made', facts.reached],
    ['eviction-cancelled', facts.stage === 'stayed'],
    ['eviction-executed', facts.stage === 'executed'],
    ['outcome-recorded', facts.finalOutcome !== null],
    ['first-answer', Boolean(referral?.firstAnswerAt)],
    ['meeting-offered', Boolean(referral?.meetingAt)],
    ['alternative-offered', Boolean(referral?.alternativeAt)],
    ['referral-rejected', referral?.state === 'rejected'],
    ['referral-ended', referral?.state === 'ended'],
    ['checked-out', visit?.state === 'done' || Boolean(visit?.checkedOutAt)],
    ['visit-cancelled', visit?.state === 'cancelled'],
    ['task-done', task?.state === 'done'],
    ['task-ended', task?.state === 'ended'],
  ]
  const recorded = facts.outcomes.flatMap((code) => byOutcome[code] ?? [])
  return [...happened.filter(([, is]) => is).map(([handling]) => handling), ...recorded]
}
