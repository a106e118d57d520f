// When a task is due, as the tables write it: `t0+2ad`, `R-12d, D-3ad` (whichever is first), `same-day`.
import { addDays, addWorkingDays, isWorkingDay } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import type { IsoDate } from './days.ts'

/**
 * What a date is counted from: t0 the notice's own date · M the day it reached us · R the safe last day of the
 * recovery period · D the eviction day · E the day of the latest event · C the day the case was closed ·
 * P the next rent's due date · F the day the outcome that caused the task was recorded.
 */
const ANCHORS = ['t0', 'M', 'R', 'D', 'E', 'C', 'P', 'F'] as const
export type Anchor = (typeof ANCHORS)[number]
export type Anchors = Readonly<Partial<Record<Anchor, IsoDate | null>>>

/** `unit` ad = working days, d = calendar days (moved off closed days, never later than a deadline). */
export type DueRule = { anchor: Anchor; offset: number; unit: 'ad' | 'd' | 'exact' }

const WORDS: Readonly<Record<string, DueRule>> = {
  'same-day': { anchor: 'M', offset: 0, unit: 'exact' },
  'same-ad': { anchor: 'M', offset: 0, unit: 'ad' },
}

/** Reads a due cell; null when some part of it cannot be read. */
export function parseDue(cell: string): DueRule[] | null {
  const rules = cell.split(',').map((part) => readRule(part.trim()))
  return rules.every((rule) => rule !== null) ? rules : null
}

function readRule(text: string): DueRule | null {
  const word = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined
  if (word) return word
  const parts = /^(t0|[A-Z])(?:([+-]\d{1,3})(ad|d))?$/.exec(text)
  const anchor = ANCHORS.find((known) => known === parts?.[1])
  if (!parts || !anchor) return null
  if (parts[2] === undefined) return { anchor, offset: 0, unit: 'exact' }
  return { anchor, offset: Number(parts[2]), unit: parts[3] === 'ad' ? 'ad' : 'd' }
}

/** The earliest date that the rules give from the anchors that are known, and the rule that gave it; null if none. */
export function earliestDue(
  rules: readonly DueRule[],
  anchors: Anchors,
  wt: WorkingTime,
): { date: IsoDate; rule: DueRule } | null {
  const found = rules.flatMap((rule) => {
    const from = anchors[rule.anchor]
    return from ? [{ date: dueDate(rule, from, wt), rule }] : []
  })
  return found.reduce<{ date: IsoDate; rule: DueRule } | null>(
    (first, next) => (first === null || next.date < first.date ? next : first),
    null,
  )
}

function dueDate(rule: DueRule, from: IsoDate, wt: WorkingTime): IsoDate {
  if (rule.unit === 'exact') return from
  if (rule.unit === 'ad') return addWorkingDays(from, rule.offset, wt)
  const date = addDays(from, rule.offset)
  // Before a deadline a closed day moves the work earlier; after an event it moves it later.
  return rule.offset < 0 && !isWorkingDay(date, wt)
    ? addWorkingDays(date, -1, wt)
    : addWorkingDays(date, 0, wt)
}
