// Whether a deadline runs, is met, has passed or has stopped, and why; decided from the day it is and what has happened.
import type { DeadlineEvent, Text } from './deadline-facts.ts'
import { longDate } from './date-words.ts'
import type { ComputedDeadline, DeadlineState } from './deadline.ts'
import type { IsoDate } from './days.ts'
import type { Law, Period } from './periods.ts'

/** What state needs of a deadline, so that a stored row serves as well as one just computed. */
export type Standing = Pick<
  ComputedDeadline,
  'kind' | 'form' | 'startDate' | 'rawDate' | 'lastDay' | 'basis' | 'periodVersion'
>

const EVENT_WORDS: Record<DeadlineEvent['type'], Text> = {
  done: { sv: 'Klart', en: 'Done' },
  paid: { sv: 'Hela skulden betald', en: 'The whole debt paid' },
  deposited: { sv: 'Skulden deponerad hos länsstyrelsen', en: 'The debt deposited' },
  undertaking: { sv: 'Nämnden har åtagit sig betalningsansvaret', en: 'The committee has undertaken to pay' },
  withdrawn: { sv: 'Uppsägningen är återkallad', en: 'The termination is withdrawn' },
  moved: { sv: 'Hyresgästen har flyttat', en: 'The tenant has moved' },
  'wrong-person': { sv: 'Anmälan gällde fel person', en: 'The notice was about the wrong person' },
  cancelled: { sv: 'Avhysningen är inställd', en: 'The eviction is cancelled' },
  executed: { sv: 'Avhysningen är verkställd', en: 'The eviction is carried out' },
  referred: { sv: 'Överlämnande till tingsrätt begärt', en: 'Referral to court requested' },
  'reopening-requested': { sv: 'Återvinning begärd', en: 'Reopening requested' },
  appealed: { sv: 'Utslaget är överklagat', en: 'The order is appealed' },
  collected: { sv: 'Bohaget är hämtat', en: 'The belongings are collected' },
  erased: { sv: 'Akten är gallrad', en: 'The file is erased' },
}

/** These save the home only while the recovery period runs; the other events end a matter whenever they come. */
const IN_TIME_ONLY: ReadonlySet<DeadlineEvent['type']> = new Set(['paid', 'deposited', 'undertaking'])

/** The day after which a deadline has passed, or the first day on which what it bars may happen. */
export function decidingDay({ lastDay, rawDate }: Pick<ComputedDeadline, 'lastDay' | 'rawDate'>): IsoDate {
  return lastDay ?? rawDate
}

/**
 * The state of a deadline on a day (ISO, Sweden). Only the events the period's own row names can meet or stop it, and
 * only those that have happened by `today`. A deadline of an unknown period version can still run or pass.
 */
export function stateOf(
  deadline: Standing,
  law: Law,
  { today, events }: { today: IsoDate; events: readonly DeadlineEvent[] },
): DeadlineState {
  const period = law.versions.get(deadline.periodVersion)
  const happened = events.filter((event) => event.date <= today).sort((a, b) => a.date.localeCompare(b.date))
  const met = happened.find((event) => meets(event, deadline, period) && event.date <= decidingDay(deadline))
  const stopped = happened.find((event) => stops(event, deadline, period))
  if (met && (!stopped || met.date <= stopped.date)) return said('met', met)
  if (stopped) return said('stopped', stopped)
  const late = happened.find((event) => meets(event, deadline, period))
  return byTheDay(deadline, today, late)
}

function meets(event: DeadlineEvent, deadline: Standing, period: Period | undefined): boolean {
  if (event.type === 'done') return event.kind === deadline.kind
  return period?.met_by.includes(event.type) ?? false
}

function stops(event: DeadlineEvent, deadline: Standing, period: Period | undefined): boolean {
  if (!period?.stopped_by.includes(event.type)) return false
  if (!IN_TIME_ONLY.has(event.type)) return true
  // What bars a decision starts when the recovery period ends: a payment counts only until that day.
  return event.date <= (deadline.form === 'not-before' ? deadline.startDate : decidingDay(deadline))
}

function said(state: 'met' | 'stopped', event: DeadlineEvent): DeadlineState {
  const [words, day] = [EVENT_WORDS[event.type], longDate(event.date)]
  return { state, why: { sv: `${words.sv} ${day.sv}.`, en: `${words.en} ${day.en}.` } }
}

function byTheDay(deadline: Standing, today: IsoDate, late: DeadlineEvent | undefined): DeadlineState {
  const end = decidingDay(deadline)
  const day = longDate(end)
  if (deadline.form === 'not-before') {
    return today < end
      ? { state: 'running', why: { sv: `Tidigast ${day.sv}.`, en: `No earlier than ${day.en}.` } }
      : { state: 'passed', why: { sv: `Kan ske sedan ${day.sv}.`, en: `Possible since ${day.en}.` } }
  }
  const possible = deadline.basis === 'earliest-possible'
  if (today <= end) {
    return {
      state: 'running',
      why: possible
        ? { sv: `Löper ut tidigast ${day.sv}.`, en: `Ends no earlier than ${day.en}.` }
        : { sv: `Löper ut ${day.sv}.`, en: `Ends ${day.en}.` },
    }
  }
  return { state: 'passed', why: passedWords(day, possible, late) }
}

function passedWords(day: Text, possible: boolean, late: DeadlineEvent | undefined): Text {
  const after = late ? { event: EVENT_WORDS[late.type], on: longDate(late.date) } : null
  return {
    sv:
      `Löpte ut ${day.sv}.` +
      (possible
        ? ' Det var den tidigast möjliga dagen: fristen kan ännu löpa, ta reda på vad som saknas.'
        : '') +
      (after ? ` ${after.event.sv} ${after.on.sv}, efter sista dagen.` : ''),
    en:
      `Ended ${day.en}.` +
      (possible
        ? ' That was the earliest possible day: the period may still run, find out what is missing.'
        : '') +
      (after ? ` ${after.event.en} ${after.on.en}, after the last day.` : ''),
  }
}
