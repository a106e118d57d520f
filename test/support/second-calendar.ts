// A second calendar and a second count of every period, written another way: one long list of days, walked day by day.

type Day = {
  iso: string
  year: number
  month: number
  day: number
  weekday: string
  free: boolean
  eve: boolean
}

const WEEK = ['tis', 'ons', 'tor', 'fre', 'lör', 'sön', 'mån'] // 2019-01-01 was a Tuesday
// Easter Sundays from a printed table, not from a formula.
const EASTER =
  `2019-04-21 2020-04-12 2021-04-04 2022-04-17 2023-04-09 2024-03-31 2025-04-20 2026-04-05 2027-03-28
 2028-04-16 2029-04-01 2030-04-21 2031-04-13 2032-03-28 2033-04-17 2034-04-09 2035-03-25 2036-04-13 2037-04-05
 2038-04-25 2039-04-10 2040-04-01 2041-04-21 2042-04-06 2043-03-29 2044-04-17 2045-04-09 2046-03-25 2047-04-14`.split(
    /\s+/,
  )
const FIXED = new Set(['01-01', '01-06', '05-01', '06-06', '12-25', '12-26'])
const LAST_YEAR = 2047

function layOut(): Day[] {
  const days: Day[] = []
  for (let year = 2019; year <= LAST_YEAR; year++) {
    const february = year % 4 === 0 ? 29 : 28
    for (const [place, length] of [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].entries()) {
      for (let day = 1; day <= length; day++) {
        const month = place + 1
        const iso = `${year}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`
        const weekday = WEEK[days.length % 7] ?? ''
        const free = weekday === 'sön' || FIXED.has(iso.slice(5))
        days.push({ iso, year, month, day, weekday, free, eve: /12-(24|31)$/.test(iso) })
      }
    }
  }
  return days
}

const days = layOut()
const place = new Map(days.map((day, index) => [day.iso, index]))

for (const [index, day] of days.entries()) {
  if (EASTER.includes(day.iso)) {
    for (const offset of [-2, 0, 1, 39, 49]) {
      const church = days[index + offset]
      if (church) church.free = true
    }
  }
  const saturday = day.weekday === 'lör'
  const midsummer = saturday && day.month === 6 && day.day >= 20 && day.day <= 26
  const saints = saturday && ((day.month === 10 && day.day === 31) || (day.month === 11 && day.day <= 6))
  if (midsummer || saints) day.free = true
  if (midsummer) {
    const eve = days[index - 1]
    if (eve) eve.eve = true
  }
}

const indexOf = (iso: string): number => {
  const index = place.get(iso)
  if (index === undefined) throw new Error(`${iso} lies outside the list`)
  return index
}
const dayAt = (index: number): Day => {
  const day = days[index]
  if (!day) throw new Error(`day ${index} lies outside the list`)
  return day
}
const open = (day: Day) => !day.free && !day.eve && day.weekday !== 'lör'

export const secondFree = (iso: string): boolean => dayAt(indexOf(iso)).free
export const secondEve = (iso: string): boolean => dayAt(indexOf(iso)).eve

/** All days of the years 2020-2040, for a walk through every one of them. */
export const allDays = days.filter(({ year }) => year >= 2020 && year <= 2040).map(({ iso }) => iso)

const walk = (iso: string, steps: number) => dayAt(indexOf(iso) + steps).iso

function onward(iso: string): string {
  let index = indexOf(iso)
  while (!open(dayAt(index))) index += 1
  return dayAt(index).iso
}

function backward(iso: string): string {
  let index = indexOf(iso)
  while (!open(dayAt(index))) index -= 1
  return dayAt(index).iso
}

/** Walks on until the month has changed often enough, then to the same number or the month's last day. */
function months(iso: string, n: number): string {
  const start = dayAt(indexOf(iso))
  let index = indexOf(iso)
  for (let passed = 0; passed < n;) {
    index += 1
    if (dayAt(index).day === 1) passed += 1
  }
  const month = dayAt(index).month
  while (dayAt(index).day < start.day && dayAt(index + 1).month === month) index += 1
  return dayAt(index).iso
}

/** The day on which the n-th vardag after a day falls. */
function vardag(iso: string, n: number, counts: (day: Day) => boolean): string {
  let index = indexOf(iso)
  for (let left = n; left > 0;) {
    index += 1
    if (counts(dayAt(index))) left -= 1
  }
  return dayAt(index).iso
}

export type SecondDates = {
  rawDate: string
  lastDay: string | null
  safeDay: string | null
  notBefore: string | null
  notBeforeAlternative: string | null
}

const none = { lastDay: null, safeDay: null, notBefore: null, notBeforeAlternative: null }
const shifted = (raw: string): SecondDates => ({
  ...none,
  rawDate: raw,
  lastDay: onward(raw),
  safeDay: backward(raw),
})
const unshifted = (raw: string, start: string): SecondDates => {
  const safe = backward(raw)
  return { ...none, rawDate: raw, safeDay: safe < start ? start : safe }
}
const target = (raw: string): SecondDates => ({ ...none, rawDate: raw })
const earliest = (formal: string, practical: string): SecondDates => ({
  ...none,
  rawDate: formal,
  notBefore: formal,
  notBeforeAlternative: practical === formal ? null : practical,
})

export type SecondFacts = {
  kind: 'rent' | 'cooperative'
  dueDate?: string
  servedDate?: string
  boardNotifiedDate?: string
  objectionSentOn?: string
  orderDate?: string
  opportunityToRespondOn?: string
  documentsCompleteOn?: string
  childReportReceivedOn?: string
  inquiryOpenedOn?: string
  reporterDecisionOn?: string
  evictedOn?: string
  evictionNoticeReceivedAt?: string
  lastNoteOn?: string
}

/** The end of A4 and what hangs on it. */
function recoveryDates(facts: SecondFacts): Record<string, SecondDates> {
  const days = [facts.servedDate, facts.boardNotifiedDate].filter((day) => day !== undefined).sort()
  const start = days.at(-1)
  if (!start) return {}
  const recovery = shifted(walk(start, 21))
  const end = recovery.lastDay ?? ''
  if (facts.kind === 'cooperative') {
    const third = earliest(
      vardag(end, 3, (day) => !day.free),
      vardag(end, 3, open),
    )
    return { recovery, 'earliest-eviction-order': third }
  }
  const second = earliest(
    walk(
      vardag(end, 2, (day) => !day.free),
      1,
    ),
    walk(vardag(end, 2, open), 1),
  )
  return { recovery, undertaking: recovery, 'earliest-eviction-order': second }
}

function enforcementDates(facts: SecondFacts): Record<string, SecondDates> {
  const { opportunityToRespondOn: asked, orderDate, documentsCompleteOn, evictedOn } = facts
  const documents = documentsCompleteOn ?? orderDate
  const aim = documents ? walk(documents, 28) : null
  const first = asked ? walk(asked, 7) : null
  const respiteFrom = aim && first && first > aim ? first : aim
  return {
    ...(orderDate ? { reopening: shifted(months(orderDate, 1)), appeal: shifted(walk(orderDate, 21)) } : {}),
    ...(facts.objectionSentOn ? { 'referral-to-court': shifted(walk(facts.objectionSentOn, 28)) } : {}),
    ...(first ? { 'earliest-eviction': earliest(first, first) } : {}),
    ...(aim && respiteFrom
      ? {
          'target-eviction': target(aim),
          respite: target(walk(respiteFrom, 14)),
          'respite-exceptional': target(walk(respiteFrom, 28)),
        }
      : {}),
    ...(evictedOn ? { 'stored-goods': unshifted(months(evictedOn, 3), evictedOn) } : {}),
  }
}

function committeeDates(facts: SecondFacts): Record<string, SecondDates> {
  const { childReportReceivedOn: child, inquiryOpenedOn, reporterDecisionOn: told, lastNoteOn } = facts
  const notified = facts.evictionNoticeReceivedAt
  return {
    ...(child
      ? {
          'protection-assessment': unshifted(child, child),
          'preliminary-assessment': unshifted(walk(child, 14), child),
        }
      : {}),
    ...(inquiryOpenedOn ? { 'child-inquiry': unshifted(months(inquiryOpenedOn, 4), inquiryOpenedOn) } : {}),
    ...(told && told >= '2026-01-15' ? { 'feedback-to-reporter': shifted(walk(told, 7)) } : {}),
    ...(notified && notified >= '2025-07-01'
      ? { 'eviction-confirmation': unshifted(notified, notified) }
      : {}),
    ...(lastNoteOn
      ? { 'record-erasure': unshifted(`${Number(lastNoteOn.slice(0, 4)) + 6}-12-31`, lastNoteOn) }
      : {}),
  }
}

/** Every date that these facts start, by kind. */
export function secondDeadlines(facts: SecondFacts): Record<string, SecondDates> {
  return {
    ...(facts.dueDate ? { forfeiture: shifted(walk(facts.dueDate, 7)) } : {}),
    ...recoveryDates(facts),
    ...enforcementDates(facts),
    ...committeeDates(facts),
  }
}
