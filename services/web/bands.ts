// How near a day is, in words: the five bands of a worklist, and how long a clock has left.
import { DateTime } from 'luxon'
import { daysBetween } from '../../shared/domain/calendar.ts'
import type { Say } from './page.ts'

export type Band = { kind: 'overdue' | 'today' | 'tomorrow' | 'week' | 'later'; text: string; date: string }

const weekOf = (day: string): DateTime => DateTime.fromISO(day).startOf('week')

/** The band of a due day. `overdue` is the database's word: a task due today may be late already. */
export function bandOf(dueOn: string, overdue: boolean, today: string, t: Say): Band {
  const days = daysBetween(today, dueOn)
  const said = (kind: Band['kind'], text: string): Band => ({ kind, text, date: dueOn })
  if (days < 0)
    return said('overdue', days === -1 ? t('band.overdue.one') : t('band.overdue', { days: -days }))
  if (days === 0) return overdue ? said('overdue', t('band.overdue.today')) : said('today', t('band.today'))
  if (days === 1) return said('tomorrow', t('band.tomorrow'))
  const { weeks } = weekOf(dueOn).diff(weekOf(today), 'weeks')
  if (weeks === 0) return said('week', t('band.week'))
  return said('later', weeks === 1 ? t('band.next-week') : '')
}

/** `om 4 dagar`, `i dag`, `för 2 dagar sedan`. */
export function daysLeft(day: string, today: string, t: Say): string {
  return inDays(daysBetween(today, day), t)
}

/** So many days ahead, or ago when there are fewer than none, in words. */
export function inDays(days: number, t: Say): string {
  if (days === 0) return t('band.days-left.zero')
  if (days > 0) return days === 1 ? t('band.days-left.one') : t('band.days-left', { days })
  return days === -1 ? t('band.days-ago.one') : t('band.days-ago', { days: -days })
}

/** How long is left until an instant, in hours while it is near and in days beyond two of them; late is said outright. */
export function timeLeft(
  until: string,
  now: string,
  t: Say,
): { text: string; urgent: boolean; late: boolean } {
  const hours = (Date.parse(until) - Date.parse(now)) / 3_600_000
  if (hours < 0) return { text: t('band.late'), urgent: true, late: true }
  const text =
    hours < 1
      ? t('band.hours-left.one')
      : hours <= 48
        ? t('band.hours-left', { hours: Math.floor(hours) })
        : t('band.days-left', { days: Math.floor(hours / 24) })
  return { text, urgent: hours <= 24, late: false }
}
