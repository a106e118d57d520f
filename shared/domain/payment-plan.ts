// A payment plan against what was really paid: kept, late or broken, within a tolerance; and the guarantee rent.
import { addDays } from './calendar.ts'
import type { IsoDate } from './days.ts'
import type { Objection } from './objection.ts'
import { objectIf } from './objection.ts'

/** Amounts in whole öre. */
export type Instalment = { dueOn: IsoDate; amountOre: number }
export type Payment = { paidOn: IsoDate; amountOre: number }

/** How many days late, and how many öre short, a plan may be and still be kept. */
export type Tolerance = { days: number; ore: number }

export type PlanState = {
  state: 'kept' | 'late' | 'broken' | 'finished'
  expectedOre: number
  paidOre: number
  /** How much is missing today; 0 when the plan is kept. */
  shortOre: number
  /** The oldest instalment that is not covered, and the day it became a breach. */
  unpaidSince: IsoDate | null
  brokenOn: IsoDate | null
  nextDueOn: IsoDate | null
}

/**
 * How the plan stands on `today`. Payments cover the oldest instalment first, whenever they came; paying ahead counts.
 * Late: an instalment is due and not covered. Broken: so for more than the tolerated days, by more than the tolerated sum.
 */
export function planState(
  instalments: readonly Instalment[],
  payments: readonly Payment[],
  tolerance: Tolerance,
  today: IsoDate,
): PlanState {
  const ordered = instalments.toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : 1))
  const paidOre = payments
    .filter((payment) => payment.paidOn <= today)
    .reduce((sum, { amountOre }) => sum + amountOre, 0)
  const due = ordered.filter((instalment) => instalment.dueOn < today)
  const expectedOre = sumOf(due)
  const unpaid = firstUncovered(ordered, paidOre + tolerance.ore)
  const behind = unpaid !== null && unpaid.dueOn < today
  const brokenOn = behind ? addDays(unpaid.dueOn, tolerance.days + 1) : null
  const broken = brokenOn !== null && brokenOn <= today
  const finished = unpaid === null
  return {
    state: finished ? 'finished' : broken ? 'broken' : behind ? 'late' : 'kept',
    expectedOre,
    paidOre,
    shortOre: behind ? Math.max(0, expectedOre - paidOre) : 0,
    unpaidSince: behind ? unpaid.dueOn : null,
    brokenOn: broken ? brokenOn : null,
    nextDueOn: ordered.find((instalment) => instalment.dueOn >= today)?.dueOn ?? null,
  }
}

const sumOf = (instalments: readonly Instalment[]): number =>
  instalments.reduce((sum, { amountOre }) => sum + amountOre, 0)

function firstUncovered(ordered: readonly Instalment[], availableOre: number): Instalment | null {
  let left = availableOre
  for (const instalment of ordered) {
    left -= instalment.amountOre
    if (left < 0) return instalment
  }
  return null
}

/** Whether a written plan can be kept at all: days that exist in order, sums above nought, the whole debt covered. */
export function planProblems(instalments: readonly Instalment[], debtOre: number): Objection[] {
  return [
    ...objectIf(
      instalments.some(({ amountOre }) => !Number.isInteger(amountOre) || amountOre <= 0),
      'amount',
      'Varje betalning måste vara större än noll kronor.',
      'Each payment must be more than zero.',
    ),
    ...objectIf(
      new Set(instalments.map(({ dueOn }) => dueOn)).size !== instalments.length,
      'same-day',
      'Två betalningar har samma dag. Lägg ihop dem.',
      'Two payments have the same day. Add them together.',
    ),
    ...objectIf(
      sumOf(instalments) < debtOre,
      'debt-not-covered',
      'Planen täcker inte hela skulden. Lägg till betalningar.',
      'The plan does not cover the whole debt. Add payments.',
    ),
  ]
}

export type GuaranteeRent = {
  amountOre: number
  monthlyRentOre: number
  decidedBy: string | null
  landlordConfirmedOn: IsoDate | null
  /** The new eviction date that the landlord and Kronofogden have agreed to. */
  newEvictionDay: IsoDate | null
}

/** The guarantee rent is looked at again this many days after it was given. */
const FOLLOW_UP_DAYS = 14

/**
 * Garantihyra (Örebro): one month's rent buys about a month. It stands only when the landlord has confirmed it and the
 * new date is known; then that date recomputes everything.
 */
export function guaranteeRent(
  wanted: GuaranteeRent,
  currentEvictionDay: IsoDate | null,
  today: IsoDate,
): { objections: Objection[]; followUpOn: IsoDate } {
  const objections = [
    ...objectIf(
      wanted.amountOre !== wanted.monthlyRentOre,
      'one-month',
      'Garantihyran är en månadshyra. Ange samma belopp som hyran.',
      "The guarantee rent is one month's rent. Give the same amount as the rent.",
    ),
    ...objectIf(
      wanted.decidedBy === null,
      'decision-missing',
      'Ange vem som har beslutat.',
      'Say who has decided.',
    ),
    ...objectIf(
      wanted.landlordConfirmedOn === null || wanted.landlordConfirmedOn > today,
      'not-confirmed',
      'Be hyresvärden bekräfta innan du räknar med anståndet.',
      'Ask the landlord to confirm before you rely on the respite.',
    ),
    ...objectIf(
      currentEvictionDay !== null &&
        (wanted.newEvictionDay === null || wanted.newEvictionDay <= currentEvictionDay),
      'new-date-missing',
      'Ange den nya dagen för avhysning. Den gamla gäller tills Kronofogden har flyttat den.',
      'Give the new eviction date. The old one stands until Kronofogden has moved it.',
    ),
  ]
  return { objections, followUpOn: addDays(today, FOLLOW_UP_DAYS) }
}
