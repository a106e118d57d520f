// What a computed date is: the dates themselves, what they were counted from, how, and how it stands with them.
import type { IsoDate } from './days.ts'
import type { FactName, Text } from './deadline-facts.ts'
import type { Finding, Severity } from './reading-findings.ts'

/** One line of "Så räknas fristen": the day it speaks of, in words. */
export type Step = { date: IsoDate; sv: string; en: string }

/** How a deadline stands on a day, and why. */
export type DeadlineState = { state: 'running' | 'met' | 'passed' | 'stopped'; why: Text }

/** What a date was counted from: a fact, or (as `end of recovery`) the end of another period. */
export type Input = { name: string; date: IsoDate; note: Text | null }

/**
 * One computed date. `rawDate` before any shift; `lastDay` the legal last day (lag 1930:173), null where no shift may
 * be relied on or nothing must be done; `safeDay` the last ordinary weekday on or before `rawDate`; `notBefore` the
 * formal earliest day and `notBeforeAlternative` the other reading of "vardag" where it differs.
 */
export type ComputedDeadline = {
  kind: string
  name: Text
  form: 'last-day' | 'not-before' | 'target'
  startDate: IsoDate
  rawDate: IsoDate
  lastDay: IsoDate | null
  safeDay: IsoDate | null
  notBefore: IsoDate | null
  notBeforeAlternative: IsoDate | null
  basis: 'known' | 'earliest-possible'
  missing: FactName[]
  inputs: Input[]
  periodVersion: string
  source: string
  confidence: 'verified' | 'interpretation' | 'unverified'
  doubt: Text | null
  explanation: Text
  steps: Step[]
  state?: DeadlineState
}

/** Something the law says here that has no date: that no period exists, or who must have been told. */
export type Statement = { kind: string; name: Text; severity: Severity; source: string; explanation: Text }

export type Calculation = { deadlines: ComputedDeadline[]; statements: Statement[]; findings: Finding[] }
