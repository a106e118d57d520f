// The case page's view: the one clock that matters, what comes next, and the diary in sentences.
import type { CaseDeadline, CaseView, TimelineLine } from '../../shared/casework/cases.ts'
import { daysBetween, localDateOf } from '../../shared/domain/calendar.ts'
import type { Codes } from '../../shared/domain/codes.ts'
import type { Law } from '../../shared/domain/periods.ts'
import { stepsOfKept } from '../../shared/domain/stored-steps.ts'
import { pageTexts } from '../../shared/text/pages.ts'
import type { Key, Language } from '../../shared/text/say.ts'
import { daysLeft } from './bands.ts'
import { nameOfCode } from './codes.ts'
import { stepTexts } from './deadline-view.ts'
import { dayInText } from './filters.ts'
import { findingViews } from './notice-view.ts'
import type { Say } from './page.ts'
import { taskLine } from './worklist.ts'

export type Reader = {
  t: Say
  language: Language
  today: string
  law: Law
  codes: Codes
  names: Map<string, string>
  role: string
}

const URGENT_DAYS = 3
const RECOVERY = new Set(['recovery', 'no-recovery-short-remaining'])

/** A kept date with its explanation and steps, for the list of all periods of the case. */
function keptView(one: CaseDeadline, { language, law }: Reader) {
  const period = law.versions.get(one.periodVersion)
  const days = [
    ['count.not-before', one.notBefore],
    ['count.last-day', one.lastDay],
    ['count.safe-day', one.safeDay],
  ] as const
  const shown = days.flatMap(([label, day]) => (day ? [{ label, text: dayInText(day, language, true) }] : []))
  const target = one.rawDate && shown.length === 0 ? dayInText(one.rawDate, language, true) : null
  return {
    name: period?.name[language] ?? one.kind,
    days: target ? [{ label: 'count.target', text: target }] : shown,
    earliest: one.basis === 'earliest-possible',
    state: one.state,
    explanation: language === 'sv' ? one.explanationSv : one.explanationEn,
    steps: stepTexts(stepsOfKept(one, law), language),
    doubt: null,
    source: one.source,
  }
}

function evictionClock(day: string, { t, language, today }: Reader) {
  const urgent = daysBetween(today, day) <= URGENT_DAYS
  const text = t('clock.eviction', { date: dayInText(day, language) })
  return { text, left: daysLeft(day, today, t), lines: [t('clock.check')], urgent, how: null }
}

function recoveryClock(one: CaseDeadline, reader: Reader) {
  const { t, language, today } = reader
  const day = one.lastDay ?? one.rawDate ?? ''
  const date = dayInText(day, language)
  const early = one.basis === 'earliest-possible'
  const passed = one.state === 'passed'
  const key: Key = passed ? 'clock.recovery.passed' : early ? 'clock.recovery.earliest' : 'clock.recovery'
  const sure = early ? t('clock.recovery.earliest.text') : t('clock.sure')
  const safe =
    one.safeDay && one.safeDay !== day ? [t('clock.safe', { date: dayInText(one.safeDay, language) })] : []
  return {
    text: t(key, { date }),
    left: daysLeft(day, today, t),
    lines: passed ? [t('clock.recovery.passed.text')] : [...safe, sure, t('clock.check')],
    urgent: passed || daysBetween(today, day) <= URGENT_DAYS,
    how: keptView(one, reader),
  }
}

/** The one clock of the banner: an eviction ahead, else the recovery period, else that none runs. */
export function clockOf(found: CaseView, reader: Reader) {
  const { t } = reader
  if (found.settled !== null || found.state !== 'open') {
    const word = t('clock.settled')
    return { text: word, left: '', lines: [], urgent: false, how: null }
  }
  const evictionDay = found.evictionAt ? localDateOf(found.evictionAt) : null
  if (evictionDay && evictionDay >= reader.today) return evictionClock(evictionDay, reader)
  const periods = found.deadlines.filter(({ kind }) => RECOVERY.has(kind))
  const running =
    periods.find(({ state }) => state === 'running') ?? periods.find(({ state }) => state === 'passed')
  if (running) return recoveryClock(running, reader)
  return { text: t('clock.none'), left: '', lines: [], urgent: false, how: null }
}

type Detail = Partial<Record<'outcome' | 'reason' | 'deadline' | 'personId' | 'unit', unknown>>

/** What the entry was about, in a few words: the answer, the period, or whom it went to. */
function aboutOf({ kind, detail }: TimelineLine, { codes, language, law, names }: Reader): string {
  const { outcome, reason, deadline, personId, unit } = detail as Detail
  if (typeof outcome === 'string') return nameOfCode(codes, outcome, language)
  if (typeof deadline === 'string') {
    return [...law.versions.values()].find((period) => period.kind === deadline)?.name[language] ?? ''
  }
  if (kind === 'task.moved' && typeof reason === 'string') return reason
  const told = [personId, unit].find((id) => typeof id === 'string')
  return typeof told === 'string' ? (names.get(told) ?? '') : ''
}

function sentenceOf(line: TimelineLine, reader: Reader): string {
  const key = `diary.${line.kind}`
  const words = reader.t((key in pageTexts ? key : 'diary.other') as Key)
  const about = aboutOf(line, reader)
  return about === '' ? words : `${words}: ${about}`
}

function actorOfLine(actor: string, { t, names }: Reader): string {
  if (actor === 'system') return t('diary.by.system')
  if (actor.startsWith('landlord')) return t('diary.by.landlord')
  return names.get(actor) ?? t('diary.by.other')
}

type DiaryLine = { at: string; what: string; who: string }

/** Alerts of one minute are one line: who was told matters, not in how many letters. */
function together(lines: DiaryLine[], line: DiaryLine, { t }: Reader): void {
  const alert = `${t('diary.alert')}: `
  const later = lines.at(-1)
  const sameMinute = later?.at.slice(0, 16) === line.at.slice(0, 16)
  const [told, also] = [later?.what ?? '', line.what]
  if (!later || !sameMinute || !(told === also || (told.startsWith(alert) && also.startsWith(alert))))
    lines.push(line)
  else if (!told.includes(also.slice(alert.length))) later.what = `${told}, ${also.slice(alert.length)}`
}

/** The diary, the latest first; what the machine says twice in a minute is said once. */
export function diaryOf(found: CaseView, reader: Reader): DiaryLine[] {
  const lines: DiaryLine[] = []
  for (const line of found.timeline) {
    const shown = { at: line.at, what: sentenceOf(line, reader), who: actorOfLine(line.actor, reader) }
    together(lines, shown, reader)
  }
  return lines
}

function noticesOf(found: CaseView, { t, language }: Reader) {
  return found.notices.toReversed().map((one) => ({
    number: one.number,
    what: t((one.kind === 'notice' ? `notice.type.${one.type}` : `event.${one.type}`) as Key),
    receivedAt: one.receivedAt,
    repeats: one.duplicateOf !== null,
    findings: one.duplicateOf === null ? findingViews(one.findings, language).serious : [],
  }))
}

function assignmentsOf(found: CaseView, { t, language, names }: Reader) {
  return found.assignments.map((one) => ({
    who: [one.personId, one.unit, one.committee]
      .flatMap((id) => (id ? [names.get(id) ?? ''] : []))
      .find(Boolean),
    kind: t(`assignment.${one.kind}`),
    state: t(`assignment.${one.state}`),
    reason: language === 'sv' ? one.reasonSv : one.reasonEn,
    createdAt: one.createdAt,
  }))
}

/** Ids and codes whose names the page needs. */
export function idsIn(found: CaseView): string[] {
  const assigned = found.assignments.flatMap(({ personId, unit, committee }) => [personId, unit, committee])
  const told = found.timeline.flatMap(({ actor, detail }) => {
    const { personId, unit } = detail as Detail
    return [actor, personId, unit]
  })
  const all = new Set([...assigned, ...told, found.unit, found.committee])
  return [...all].filter((id) => typeof id === 'string')
}

/** Everything the template shows. */
export function caseView(found: CaseView, reader: Reader) {
  const { t, language, today, codes, names } = reader
  const open = found.tasks.filter(({ state }) => state === 'open')
  // The reader's own work comes before what somebody else is to do.
  const next = open.find(({ role }) => role === reader.role) ?? open[0]
  const others = open.filter((task) => task !== next)
  return {
    clock: clockOf(found, reader),
    deadlines: found.deadlines.map((one) => keptView(one, reader)),
    unit: names.get(found.unit ?? '') ?? names.get(found.committee) ?? '',
    next: next ? taskLine(next, today, t, language) : null,
    restart: open.some(({ occurrence }) => occurrence.startsWith('review/restart')),
    tasks: others.map((task) => taskLine(task, today, t, language)),
    done: found.tasks
      .filter(({ state }) => state !== 'open')
      .map((task) => ({
        title: language === 'sv' ? task.titleSv : task.titleEn,
        outcome: task.outcome ? nameOfCode(codes, task.outcome, language) : '',
        at: task.completedAt,
      })),
    notices: noticesOf(found, reader),
    assignments: assignmentsOf(found, reader),
    diary: diaryOf(found, reader),
    outcome: found.outcome ? nameOfCode(codes, found.outcome, language) : '',
  }
}
