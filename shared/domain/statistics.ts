// The figures of a period, folded from counts without persons: the funnel, outcomes by cause, time to the first contact.
import { findCode, type Codes } from './codes.ts'

/** So many cases that are alike in all of this. `daysToContact`: calendar days from the notice; null: no contact yet. */
export type Figure = {
  month: string
  family: boolean
  daysToContact: number | null
  met: boolean
  outcome: string | null
  cause: string | null
  cases: number
}

/** A count as it may be shown: null when it is one of few and could point at somebody. */
export type Shown = number | null

/** Fewer than this, and more than none, is not shown (method.md Q19). */
export const FEWEST = 5

const sum = (figures: readonly Figure[], fits: (one: Figure) => boolean): number =>
  figures.reduce((total, one) => total + (fits(one) ? one.cases : 0), 0)

const few = (cell: number): boolean => cell > 0 && cell < FEWEST

/**
 * Hides cells of one to four. When a single one is hidden among cells whose sum is known it could be worked out, so the
 * next smallest is hidden with it.
 */
export function hideFew(cells: readonly number[]): Shown[] {
  const hidden = new Set(cells.flatMap((cell, place) => (few(cell) ? [place] : [])))
  if (hidden.size === 1) {
    const [next] = cells
      .map((cell, place) => ({ cell, place }))
      .filter(({ cell, place }) => cell > 0 && !hidden.has(place))
      .toSorted((one, other) => one.cell - other.cell)
    if (next) hidden.add(next.place)
  }
  return cells.map((cell, place) => (hidden.has(place) ? null : cell))
}

/** One count alone, with nothing beside it to work it out from. */
export const hideOne = (cell: number): Shown => (few(cell) ? null : cell)

export const STEPS = ['notified', 'contacted', 'met', 'resolved', 'executed'] as const
export type Step = (typeof STEPS)[number]

/** What an outcome means for the figures; `open` when there is none yet. */
export const ENDINGS = ['kept', 'moved', 'executed', 'other', 'open'] as const
export type Ending = (typeof ENDINGS)[number]

function endingOf(codes: Codes, outcome: string | null): Ending {
  if (outcome === null) return 'open'
  const code = findCode(codes, 'outcome', outcome)
  if (code?.closing === 'housing') return 'executed'
  if (code?.keptHome === 'yes') return 'kept'
  // A move that was agreed on, or made alone, is a lost home that no eviction figure shows.
  return code?.keptHome === 'no' ? 'moved' : 'other'
}

const STEP_HOLDS: Readonly<Record<Step, (one: Figure, codes: Codes) => boolean>> = {
  notified: () => true,
  contacted: (one) => one.daysToContact !== null,
  met: (one) => one.met,
  resolved: (one, codes) => endingOf(codes, one.outcome) === 'kept',
  executed: (one, codes) => endingOf(codes, one.outcome) === 'executed',
}

export type FunnelStep = { step: Step; all: Shown; families: Shown }

/** From notice to eviction: how many households came how far, and how many of them had children. */
export function funnelOf(figures: readonly Figure[], codes: Codes): FunnelStep[] {
  return STEPS.map((step) => {
    const holds = (one: Figure) => STEP_HOLDS[step](one, codes)
    const all = sum(figures, holds)
    const families = sum(figures, (one) => holds(one) && one.family)
    // Households without children are the difference: of few of them the families' number tells too.
    const [shown] = hideFew([families, all - families])
    return { step, all: hideOne(all), families: shown ?? null }
  })
}

const total = (cells: readonly number[]): number => cells.reduce((all, cell) => all + cell, 0)

export type CauseLine = { cause: string | null; endings: Record<Ending, Shown> }

/** How cases of each cause ended, the commonest cause first; null is the cause that nobody has recorded. */
export function outcomesByCause(figures: readonly Figure[], codes: Codes): CauseLine[] {
  const causes = [...new Set(figures.map(({ cause }) => cause))]
  const counted = causes.map((cause) => {
    const own = figures.filter((one) => one.cause === cause)
    return {
      cause,
      cells: ENDINGS.map((ending) => sum(own, (one) => endingOf(codes, one.outcome) === ending)),
    }
  })
  const lines = counted.toSorted((one, other) => total(other.cells) - total(one.cells))
  // The sum of the whole table is known from the funnel, so the cells are hidden as one table.
  const shown = hideFew(lines.flatMap(({ cells }) => cells))
  return lines.map(({ cause }, line) => {
    const cells = ENDINGS.map((ending, at) => [ending, shown[line * ENDINGS.length + at] ?? null] as const)
    return { cause, endings: Object.fromEntries(cells) as Record<Ending, Shown> }
  })
}

/** Days from the notice to the first contact, the upper end of each band; the last is for later than all. */
export const CONTACT_BANDS = [0, 3, 7, 14] as const

export type ContactBand = { upTo: number | 'later' | 'none'; cases: Shown }

/** How long it took until somebody in the household was reached. */
export function contactTimes(figures: readonly Figure[]): ContactBand[] {
  const later = CONTACT_BANDS.at(-1) ?? 0
  const counted = [
    ...CONTACT_BANDS.map((upTo, place) => {
      const over = CONTACT_BANDS[place - 1] ?? -1
      const inside = (days: number | null) => days !== null && days > over && days <= upTo
      return { upTo, cases: sum(figures, (one) => inside(one.daysToContact)) }
    }),
    { upTo: 'later' as const, cases: sum(figures, (one) => (one.daysToContact ?? -1) > later) },
    { upTo: 'none' as const, cases: sum(figures, (one) => one.daysToContact === null) },
  ]
  const shown = hideFew(counted.map(({ cases }) => cases))
  return counted.map(({ upTo }, place) => ({ upTo, cases: shown[place] ?? null }))
}

/** Notices month by month; months without any are there too. */
export function byMonth(
  figures: readonly Figure[],
  months: readonly string[],
): { month: string; cases: Shown }[] {
  const cells = hideFew(months.map((month) => sum(figures, (one) => one.month === month)))
  return months.map((month, place) => ({ month, cases: cells[place] ?? null }))
}

/** The months from `from` to `to` (YYYY-MM), both included; at most five years of them. */
export function monthsBetween(from: string, to: string): string[] {
  const months: string[] = []
  let [year = 0, month = 1] = from.split('-').map(Number)
  while (months.length < 60) {
    const name = `${year}-${String(month).padStart(2, '0')}`
    if (name > to) break
    months.push(name)
    ;[year, month] = month === 12 ? [year + 1, 1] : [year, month + 1]
  }
  return months
}
