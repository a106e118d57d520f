// The counsellors' times: made from the municipality's weekly pattern, shared out by urgency, and measured as waiting.
import { DateTime } from 'luxon'
import { addDays, daysBetween, instantAt, isWorkingDay, weekdayOf } from './calendar.ts'
import type { WorkingTime } from './calendar.ts'
import type { IsoDate } from './days.ts'
import type { MeetingSlot } from './counselling.ts'
import type { Words } from './routing-facts.ts'

/** A municipality's counselling hours. `starts` are local HH:MM; `weekdays` ISO; `alternative`: who else can help. */
export type CounsellingHours = {
  weekdays: number[]
  starts: string[]
  minutes: number
  weeksAhead: number
  /** A longer wait than this is told: Konsumentverket's aim for debt counselling is four weeks. */
  waitMostDays: number
  alternative: Words
}

/** What counts until a municipality has said something else. */
export const USUAL_HOURS: CounsellingHours = {
  weekdays: [1, 2, 3, 4, 5],
  starts: ['09:00', '10:30', '13:00', '14:30'],
  minutes: 60,
  weeksAhead: 8,
  waitMostDays: 28,
  alternative: { sv: 'annan rådgivning', en: 'other counselling' },
}

/** When a meeting that begins at an instant ends. */
export function endOf(startsAt: string, { minutes }: Pick<CounsellingHours, 'minutes'>): string {
  const ends = DateTime.fromISO(startsAt, { zone: 'utc' }).plus({ minutes })
  return ends.toISO({ suppressMilliseconds: true }) ?? startsAt
}

/** The times of one counsellor by the pattern, from tomorrow on; the municipality's closed days are left out. */
export function slotsAhead(
  hours: CounsellingHours,
  workingTime: WorkingTime,
  today: IsoDate,
): { day: IsoDate; startsAt: string; endsAt: string }[] {
  const days = Array.from({ length: hours.weeksAhead * 7 }, (_, place) => addDays(today, place + 1))
  return days
    .filter((day) => hours.weekdays.includes(weekdayOf(day)) && isWorkingDay(day, workingTime))
    .flatMap((day) =>
      hours.starts.map((time) => {
        const startsAt = instantAt(day, time)
        return { day, startsAt, endsAt: endOf(startsAt, hours) }
      }),
    )
}

/** A referral that needs a time. `latestDay`: the last day on which a meeting can change the outcome. */
export type WaitingReferral = { id: string; counsellorId: string | null; latestDay: IsoDate | null }

/**
 * Which time each could have, the most urgent first, none given twice: the earliest that is early enough, and of two at
 * the same time the counsellor's own. Null: none is left, so the alternative must be offered and the supervisor told.
 */
export function fitSlots(
  waiting: readonly WaitingReferral[],
  slots: readonly MeetingSlot[],
  from: IsoDate,
): Map<string, MeetingSlot | null> {
  const free = slots
    .filter((slot) => !slot.taken && slot.day >= from)
    .toSorted((a, b) =>
      a.startsAt === b.startsAt ? (a.id < b.id ? -1 : 1) : a.startsAt < b.startsAt ? -1 : 1,
    )
  const given = new Set<string>()
  return new Map(
    waiting.map(({ id, counsellorId, latestDay }) => {
      const open = free.filter((slot) => !given.has(slot.id))
      const first = open[0]
      const own = open.find((slot) => slot.startsAt === first?.startsAt && slot.counsellorId === counsellorId)
      const chosen = own ?? first
      if (!chosen || (latestDay !== null && chosen.day > latestDay)) return [id, null]
      given.add(chosen.id)
      return [id, chosen]
    }),
  )
}

/** How many days a household would wait for the first free time; null when there is none at all. */
export function waitingDays(slots: readonly MeetingSlot[], today: IsoDate): number | null {
  const days = slots.filter((slot) => !slot.taken && slot.day > today).map(({ day }) => day)
  const first = days.toSorted()[0]
  return first ? daysBetween(today, first) : null
}
