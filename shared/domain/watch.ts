// Watching over the service: which alarms what is seen raises, and which of them a person must be told of now.
import { isWorkingDay, type WorkingTime } from './calendar.ts'
import { addDays, weekdayOf, type IsoDate } from './days.ts'

/** Something that is due and not done: how many, and for how long the oldest has waited. */
export type Due = {
  what: 'work' | 'stuck' | 'stages' | 'alarms' | 'days' | 'mails'
  due: number
  oldestSeconds: number
}

/** The newest sign of life of one kind of process, and how far its clock is ahead of the database's. */
export type Heart = { kind: string; secondsAgo: number; aheadMs: number }

/** A sender that is a system, and the days on which something came from it. */
export type Feed = { feed: string; days: readonly IsoDate[] }

/** Where a chain of the audit log ends: how many lines, and the hash of the last. */
export type LaneEnd = { lane: string; seq: number; hash: string }

/** All that one look shows. `shifted` when the database's clock has been moved by hand. */
export type Sight = {
  today: IsoDate
  shifted: boolean
  due: readonly Due[]
  hearts: readonly Heart[]
  feeds: readonly Feed[]
  /** Ends of the audit log that were seen before and are not in it now: it was cut off, thrown away or set back. */
  lostEnds: readonly LaneEnd[]
  workingTime: WorkingTime
}

export type Limits = {
  /** How long something due may wait. */
  lateSeconds: number
  /** How long a kind of process may be silent. */
  silentSeconds: number
  /** How far a process' clock may be from the database's. */
  clockMs: number
  /** How long work may be tried without coming to an end. */
  stuckSeconds: number
  /** Which kinds of process there must be. */
  kinds: readonly string[]
  /** A moved clock is a rehearsal's right and a production's fault. */
  production: boolean
}

export type AlarmCode =
  | 'database-away'
  | `late-${Due['what']}`
  | 'silent'
  | 'clock-apart'
  | 'clock-shifted'
  | 'feed-silent'
  | 'log-cut'

/** One thing that is wrong; `about` tells two of one code apart. No personal data: codes, ids and numbers. */
export type Alarm = { code: AlarmCode; about: string; count: number; seconds: number }

/** Whether nothing that is due has waited longer than it may. What fails by itself ends with a person, and is no lateness. */
export function isInTime(due: readonly Due[], lateSeconds: number): boolean {
  return due.every(({ what, oldestSeconds }) => what === 'stuck' || oldestSeconds <= lateSeconds)
}

/** The limits that a municipality need not think about. */
export const usualLimits: Omit<Limits, 'lateSeconds' | 'kinds' | 'production'> = {
  silentSeconds: 45,
  clockMs: 2_000,
  stuckSeconds: 900,
}

/**
 * The alarms of one look. `watchedSeconds` is how long somebody has been looking: what was late before that (a start
 * after a night's stop) gets the same time to recover as anything else.
 */
export function alarmsOf(sight: Sight, limits: Limits, watchedSeconds: number): Alarm[] {
  const alarms: Alarm[] = []
  for (const { what, due, oldestSeconds } of sight.due) {
    const limit = what === 'stuck' ? limits.stuckSeconds : limits.lateSeconds
    if (due > 0 && oldestSeconds > limit && watchedSeconds > limits.lateSeconds)
      alarms.push({ code: `late-${what}`, about: '', count: due, seconds: Math.round(oldestSeconds) })
  }
  for (const kind of limits.kinds) {
    const heart = sight.hearts.find((one) => one.kind === kind)
    const silence = Math.min(heart?.secondsAgo ?? Infinity, watchedSeconds)
    if (silence > limits.silentSeconds)
      alarms.push({ code: 'silent', about: kind, count: 1, seconds: Math.round(silence) })
  }
  for (const { kind, aheadMs, secondsAgo } of sight.hearts)
    if (secondsAgo <= limits.silentSeconds && Math.abs(aheadMs) > limits.clockMs)
      alarms.push({
        code: 'clock-apart',
        about: kind,
        count: 1,
        seconds: Math.round(Math.abs(aheadMs) / 1000),
      })
  if (sight.shifted && limits.production)
    alarms.push({ code: 'clock-shifted', about: '', count: 1, seconds: 0 })
  for (const feed of silentFeeds(sight))
    alarms.push({ code: 'feed-silent', about: feed, count: 1, seconds: 0 })
  for (const { lane, seq } of sight.lostEnds)
    alarms.push({ code: 'log-cut', about: lane, count: seq, seconds: 0 })
  return alarms
}

/** From so many days on one can say how often a sender usually sends. */
const daysToKnow = 4

/**
 * Senders that have been silent for longer than they ever were between two sendings, and half as long again: at least
 * two working days, so that a daily feed is missed on the third morning and a monthly one after a month and a half.
 */
export function silentFeeds({
  feeds,
  today,
  workingTime,
}: Pick<Sight, 'feeds' | 'today' | 'workingTime'>): string[] {
  return feeds.flatMap(({ feed, days }) => {
    const sorted = [...new Set(days)].toSorted()
    if (sorted.length < daysToKnow) return []
    const gaps = sorted
      .slice(1)
      .map((day, place) => workingDaysBetween(sorted[place] ?? day, day, workingTime))
    const usual = Math.max(...gaps)
    const silence = workingDaysBetween(sorted.at(-1) ?? today, today, workingTime)
    return silence > usual + Math.max(2, Math.ceil(usual / 2)) ? [feed] : []
  })
}

/** Working days after `from`, up to and with `to`. */
function workingDaysBetween(from: IsoDate, to: IsoDate, workingTime: WorkingTime): number {
  let count = 0
  for (let day = from; day < to;) {
    day = addDays(day, 1)
    if (isWorkingDay(day, workingTime)) count += 1
  }
  return count
}

/** An alarm under way: since when, and when a person was last told (null: not yet). Milliseconds of the watchdog's own clock. */
export type Standing = Alarm & { since: number; toldAt: number | null }

/**
 * What the watchdog remembers between two looks. `tested` is the Monday of the week whose test letter has been sent;
 * `ends` are the ends of the audit log's chains, of each lane the last that was in the log when it was looked for.
 */
export type Memory = { standing: Standing[]; tested: IsoDate | null; ends: LaneEnd[] }

/**
 * The ends to remember: the newest of each lane, but of a lane whose remembered end is lost, that one. The alarm stands
 * until a person has seen to it.
 */
export function endsToKeep(now: readonly LaneEnd[], lost: readonly LaneEnd[]): LaneEnd[] {
  const known = new Set(lost.map(({ lane }) => lane))
  return [...lost, ...now.filter(({ lane }) => !known.has(lane))]
}

/** What a person is told: that something began, still stands, has ended, or (once a week) that the alarm itself works. */
export type News = { kind: 'began' | 'stands' | 'ended'; alarm: Alarm } | { kind: 'test' }

const keyOf = ({ code, about }: Alarm) => `${code} ${about}`

/** The news of one look: each change once, a reminder when it has stood for `remindMs` since it was last told. */
export function newsOf(
  before: Memory,
  found: readonly Alarm[],
  by: { now: number; today: IsoDate; remindMs: number },
): {
  memory: Memory
  news: News[]
} {
  const known = new Map(before.standing.map((one) => [keyOf(one), one]))
  const standing = found.map((alarm) => ({
    since: by.now,
    toldAt: null,
    ...known.get(keyOf(alarm)),
    ...alarm,
  }))
  const there = new Set(found.map(keyOf))
  const news: News[] = [
    ...standing.flatMap((one): News[] => {
      const alarm = bare(one)
      if (one.toldAt === null) return [{ kind: 'began', alarm }]
      return by.now - one.toldAt >= by.remindMs ? [{ kind: 'stands', alarm }] : []
    }),
    // What nobody was told of needs no all-clear.
    ...before.standing
      .filter((one) => one.toldAt !== null && !there.has(keyOf(one)))
      .map((one): News => ({ kind: 'ended', alarm: bare(one) })),
  ]
  const monday = mondayOf(by.today)
  if (before.tested !== null && before.tested !== monday) news.push({ kind: 'test' })
  return { memory: { standing, tested: before.tested ?? monday, ends: before.ends }, news }
}

const bare = ({ code, about, count, seconds }: Alarm): Alarm => ({ code, about, count, seconds })

/** The memory after a person has been told; news that could not be told is told at the next look. */
export function told(memory: Memory, now: number, today: IsoDate): Memory {
  const standing = memory.standing.map((one) => ({ ...one, toldAt: now }))
  return { ...memory, standing, tested: mondayOf(today) }
}

function mondayOf(day: IsoDate): IsoDate {
  return addDays(day, 1 - weekdayOf(day))
}
