// Reads a day and a time of day from a form as the instant they mean in Sweden.
import { instantAt, localDateOf, localTimeOf } from '../../shared/domain/calendar.ts'
import { readDate } from '../../shared/domain/written.ts'
import type { FieldErrors, Say, Values } from './page.ts'

/** The instant of the fields `day` and `time`; errors by field when they cannot be read. */
export function instantIn(
  values: Values,
  t: Say,
): { at: string; errors: null } | { at: null; errors: FieldErrors } {
  const day = readDate(values['day'] ?? '')
  const time = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec((values['time'] ?? '').trim())
  const errors: FieldErrors = {}
  if (!day) errors['day'] = t('task.error.day')
  if (!time) errors['time'] = t('task.error.time')
  if (!day || !time) return { at: null, errors }
  return { at: instantAt(day, `${time[1]?.padStart(2, '0')}:${time[2]}`), errors: null }
}

/** An instant as the two fields. */
export function whenValues(instant: string): { day: string; time: string } {
  return { day: localDateOf(instant), time: localTimeOf(instant).slice(0, 5) }
}
