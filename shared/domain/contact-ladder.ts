// The contact ladder: which step comes next when a household has not been reached, and when every step has been tried.
import { daysBetween } from './calendar.ts'
import { holds } from './condition.ts'
import type { Facts } from './condition.ts'
import type { IsoDate } from './days.ts'
import type { Words } from './routing-facts.ts'
import type { TaskRow, TaskTemplates } from './task-templates.ts'

/** One logged attempt. A landlord's own attempts are information; only ours and a neutral person's climb the ladder. */
export type Attempt = {
  at: string
  channel: 'phone' | 'sms' | 'letter' | 'visit' | 'meeting' | 'other'
  partOfDay: 'day' | 'evening'
  reached: boolean
  by: 'municipality' | 'neutral' | 'landlord'
}

/** `answers`: the case's planning answers, so that a row of the ladder may have a condition (no letter at violence). */
export type LadderFacts = { answers: Facts; recoveryEnds: IsoDate | null; evictionDay: IsoDate | null }

export type ContactStep = { row: TaskRow; evening: boolean; neutralAllowed: boolean; reason: Words }

type Need = { fits: (attempt: Attempt) => boolean; evening: boolean }
const need = (channel: Attempt['channel'], evening: boolean | null = null): Need => ({
  fits: (one) => one.channel === channel && (evening === null || (one.partOfDay === 'evening') === evening),
  evening: evening === true,
})

/** What must have been tried before a row of the ladder counts as done; the supervisor's own row is never an attempt. */
const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  'sms+phone': [need('phone', false), need('phone', true)],
  letter: [need('letter')],
  phone: [need('phone')],
  visit: [need('visit')],
  // An evening visit, or any visit by a neutral person.
  'visit-evening': [
    {
      fits: (one) => one.channel === 'visit' && (one.partOfDay === 'evening' || one.by === 'neutral'),
      evening: true,
    },
  ],
  meeting: [need('meeting')],
}

/** With this many days or fewer to the stop, the ladder goes straight to the evening visit (T19). */
export const SHORT_OF_TIME = 6

type Missing = { row: TaskRow; need: Need }

function missingSteps(attempts: readonly Attempt[], facts: LadderFacts, templates: TaskTemplates): Missing[] {
  const unused = attempts.filter((attempt) => attempt.by !== 'landlord')
  const rows = templates.rows.filter((row) => row.template === 'KL' && holds(row.condition, facts.answers))
  return rows.flatMap((row) =>
    (NEEDS[row.channel] ?? []).flatMap((wanted) => {
      const used = unused.findIndex((attempt) => wanted.fits(attempt))
      if (used === -1) return [{ row, need: wanted }]
      // Each attempt counts for one step only: three steps by phone are three calls.
      unused.splice(used, 1)
      return []
    }),
  )
}

/** True when we, or a neutral person, have had two-way contact. What the landlord reports is not our contact. */
export function isReached(attempts: readonly Attempt[]): boolean {
  return attempts.some((attempt) => attempt.reached && attempt.by !== 'landlord')
}

/**
 * The next step up the ladder, or null when the household is reached or every step has been tried (then only the
 * supervisor's decision is left). Near R or D the next step is the evening visit, whatever was left out before it.
 */
export function nextContactStep(
  attempts: readonly Attempt[],
  facts: LadderFacts,
  today: IsoDate,
  templates: TaskTemplates,
): ContactStep | null {
  if (isReached(attempts)) return null
  const missing = missingSteps(attempts, facts, templates)
  const short = isShortOfTime(facts, today)
  const urgent = short ? missing.find(({ row }) => row.channel === 'visit-evening') : undefined
  const next = urgent ?? missing[0]
  if (!next) return null
  const evening = next.need.evening
  const reason = urgent ? REASONS.short : evening ? REASONS.evening : REASONS.next
  return { row: next.row, evening, neutralAllowed: next.row.channel === 'visit-evening', reason }
}

const REASONS = {
  short: {
    sv: 'Tiden är knapp: gå direkt till besök på kvällen.',
    en: 'Time is short: go straight to an evening visit.',
  },
  evening: {
    sv: 'Försök på dagen har inte lyckats: försök på kvällen.',
    en: 'Attempts by day have failed: try in the evening.',
  },
  next: {
    sv: 'Hyresgästen är inte nådd: ta nästa steg.',
    en: 'The tenant is not reached: take the next step.',
  },
} as const satisfies Record<string, Words>

function isShortOfTime({ recoveryEnds, evictionDay }: LadderFacts, today: IsoDate): boolean {
  return [recoveryEnds, evictionDay].some((stop) => {
    const left = stop ? daysBetween(today, stop) : null
    return left !== null && left >= 0 && left <= SHORT_OF_TIME
  })
}

/** Whether every step has been tried; if not, what is left, in the words of the table. */
export function ladderExhausted(
  attempts: readonly Attempt[],
  facts: LadderFacts,
  templates: TaskTemplates,
): { exhausted: boolean; left: Words[] } {
  const left = [...new Set(missingSteps(attempts, facts, templates).map(({ row }) => row.title))]
  return { exhausted: left.length === 0, left }
}
