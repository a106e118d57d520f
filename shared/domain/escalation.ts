// Decides when a case is referred to debt counselling, when whom is alerted, and whether an alert still stands.
import { inWorkingHours, instantOf, laterMoment, momentAfter, momentOf, momentOnDay } from './alert-time.ts'
import type { Moment } from './alert-time.ts'
import { addDays, daysBetween } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import { holds } from './condition.ts'
import type { Facts } from './condition.ts'
import type { IsoDate } from './days.ts'
import { HANDLINGS } from './escalation-ladder.ts'
import type { EscalationTable, Handling, LadderStep, Recipient, SubjectKind } from './escalation-ladder.ts'
import type { Words } from './routing-facts.ts'

export type ReferralFacts = {
  stage: string
  /** Safe last day of the recovery period. */
  recoveryEnds: IsoDate | null
  evictionDay: IsoDate | null
  monthsUnpaid: number
  repeatWithin12Months: boolean
  tenantAsks: boolean
  childrenInHousehold: 'yes' | 'no' | 'unknown'
}

/** Why this case is to be referred to budget- och skuldrådgivning today; empty when nothing calls for it. */
export function reasonsToRefer(
  facts: ReferralFacts,
  today: IsoDate,
  table: EscalationTable,
): { code: string; sentence: Words }[] {
  const answers = referralAnswers(facts, today)
  const words: Record<string, string | number | null> = {
    frist: facts.recoveryEnds,
    avhysningsdag: facts.evictionDay,
    dagar_till_frist: facts.recoveryEnds ? daysBetween(today, facts.recoveryEnds) : null,
    manader_obetalda: facts.monthsUnpaid,
  }
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ''))
  return table.refer
    .filter((rule) => holds(rule.condition, answers))
    .map((rule) => ({ code: rule.code, sentence: { sv: fill(rule.title.sv), en: fill(rule.title.en) } }))
}

function referralAnswers(facts: ReferralFacts, today: IsoDate): Facts {
  return {
    dagar_till_frist: facts.recoveryEnds ? daysBetween(today, facts.recoveryEnds) : null,
    dagar_till_avhysning: facts.evictionDay ? daysBetween(today, facts.evictionDay) : null,
    manader_obetalda: facts.monthsUnpaid,
    upprepad: facts.repeatWithin12Months,
    avhysningsdag: facts.stage === 'date-set' && facts.evictionDay !== null,
    vill_ha_radgivning: facts.tenantAsks,
    barn: facts.childrenInHousehold,
    skede: facts.stage,
  }
}

/** The first day on which time alone would call for a referral; null when it already does or never will. */
export function referralWatchDay(
  facts: ReferralFacts,
  today: IsoDate,
  table: EscalationTable,
): IsoDate | null {
  if (!facts.recoveryEnds || reasonsToRefer(facts, today, table).length > 0) return null
  for (let day = today; day <= facts.recoveryEnds; day = addDays(day, 1)) {
    if (reasonsToRefer(facts, day, table).length > 0) return day
  }
  return null
}

/** What is watched. `startedAt` is an RFC 3339 instant (sent, opened, received, or a visit's planned end). */
export type Watched = {
  kind: SubjectKind
  startedAt: string
  dueOn?: IsoDate | null
  recoveryEnds?: IsoDate | null
  evictionDay?: IsoDate | null
  childrenInHousehold?: 'yes' | 'no' | 'unknown'
  /** A referral for which no slot is early enough. */
  slotMissing?: boolean
}

/** One alert to come. `dueAt` is an instant in UTC. */
export type Clock = {
  trigger: string
  step: number
  dueAt: string
  recipientRole: Recipient
  urgency: number
}

/**
 * Every step of every ladder that watches such a subject, each once, in order. What lies in the past when the watch
 * starts is due at once; nothing is left out, because each step tells somebody else.
 */
export function clocksFor(subject: Watched, table: EscalationTable, workingTime: WorkingTime): Clock[] {
  const start = momentOf(subject.startedAt)
  const answers = watchedAnswers(subject, start.date)
  const steps = table.steps.filter((step) => step.subject === subject.kind && holds(step.condition, answers))
  const clocks = steps.flatMap((step) => {
    const due = momentOfStep(step, subject, start, workingTime)
    return due ? [clockOf(step, step.step, due, { subject, table })] : []
  })
  return clocks.toSorted((a, b) => (a.dueAt === b.dueAt ? a.step - b.step : a.dueAt < b.dueAt ? -1 : 1))
}

/**
 * What follows a step that nobody handled: the same alert again, with a higher step number and rising urgency; null
 * when the ladder goes on by itself, or this alert is told once only.
 */
export function repeatOf(
  fired: { trigger: string; step: number; dueAt: string; urgency: number },
  subject: Watched,
  table: EscalationTable,
  workingTime: WorkingTime,
): Clock | null {
  const last = table.steps.findLast((step) => step.trigger === fired.trigger)
  if (!last?.repeat || fired.step < last.step) return null
  const raw = momentAfter(momentOf(fired.dueAt), last.repeat, workingTime)
  const due = last.hours === 'working' ? inWorkingHours(raw, workingTime) : raw
  const next = clockOf(last, fired.step + 1, due, { subject, table })
  return { ...next, urgency: Math.max(next.urgency, Math.min(MOST_URGENT, fired.urgency + 1)) }
}

const MOST_URGENT = 4

/** What an alert says at such a step of its ladder; beyond the last step it goes on saying what that said. */
export function alertTitle(
  { trigger, step }: Pick<Clock, 'trigger' | 'step'>,
  table: EscalationTable,
): Words {
  const steps = table.steps.filter((one) => one.trigger === trigger)
  const said = steps.find((one) => one.step === step) ?? steps.at(-1)
  return said?.title ?? { sv: trigger, en: trigger }
}

function clockOf(
  step: LadderStep,
  number: number,
  due: Moment,
  from: { subject: Watched; table: EscalationTable },
): Clock {
  const answers = watchedAnswers(from.subject, due.date)
  const raised = from.table.raise.filter((rule) => holds(rule.condition, answers)).map((rule) => rule.urgency)
  const urgency = Math.max(step.urgency, ...raised)
  return {
    trigger: step.trigger,
    step: number,
    dueAt: instantOf(due),
    recipientRole: step.recipient,
    urgency,
  }
}

function watchedAnswers(subject: Watched, day: IsoDate): Facts {
  return {
    dagar_till_frist: subject.recoveryEnds ? daysBetween(day, subject.recoveryEnds) : null,
    dagar_till_avhysning: subject.evictionDay ? daysBetween(day, subject.evictionDay) : null,
    avhysningsdag: Boolean(subject.evictionDay),
    barn: subject.childrenInHousehold ?? 'unknown',
    tid_saknas: subject.slotMissing ?? false,
  }
}

function momentOfStep(step: LadderStep, subject: Watched, start: Moment, wt: WorkingTime): Moment | null {
  const day = { start: null, due: subject.dueOn, R: subject.recoveryEnds, D: subject.evictionDay }[
    step.anchor
  ]
  if (step.anchor !== 'start' && !day) return null
  const raw = day ? momentOnDay(day, step.delay, wt) : momentAfter(start, step.delay, wt)
  const due = laterMoment(raw, start)
  if (step.hours === 'always') return due
  const moved = inWorkingHours(due, wt)
  // An alert that waits for the office to open must not wait past the eviction itself.
  const warnsOfEviction = step.anchor === 'D' && day && step.delay.amount < 0
  return warnsOfEviction && moved.date >= day && due.date < day ? due : moved
}

/** Whether a due alert still stands, or which real handling has stopped it. Having seen it stops nothing. */
export function stillStands(
  trigger: string,
  handled: readonly Handling[],
  table: EscalationTable,
): { stands: true } | { stands: false; handling: Handling; why: Words } {
  const ladder = table.steps.filter((step) => step.trigger === trigger)
  const found = handled.find((handling) => ladder.some((step) => step.handledBy.includes(handling)))
  return found ? { stands: false, handling: found, why: HANDLINGS[found] } : { stands: true }
}
