// Computes every statutory date of some cases again and writes what moved: nothing is overwritten, closed cases stay.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertAlike, updateRows } from '../db/rows.ts'
import {
  datesOfCase,
  type AskedRestart,
  type CaseDates,
  type CaseDeadline,
  type Recovery,
} from '../domain/case-deadlines.ts'
import { daysBetween } from '../domain/days.ts'
import { compareDeadlines, type Change } from '../domain/deadline-changes.ts'
import type { Text } from '../domain/deadline-facts.ts'
import type { Law } from '../domain/periods.ts'
import type { Moment } from './act.ts'
import type { CaseInput } from './case-inputs.ts'
import { writeTimeline, type TimelineEntry } from './timeline.ts'

type Dated = CaseDeadline & { caseId: string }

/** A date as it stands in the database. */
type Current = {
  id: string
  caseId: string
  origin: string
  kind: string
  version: number
  rawDate: string
  lastDay: string | null
  safeDay: string | null
  notBefore: string | null
  notBeforeAlternative: string | null
  basis: string
  inputs: { name: string; date: string }[]
  periodVersion: string
  explanationSv: string
  state: string
  stateReason: string | null
}

/** What refreshing one case's dates came to. `urgent`: moves that leave a person less time, or none. */
export type Refreshed = {
  recovery: Recovery | null
  passesOn: string | null
  asked: AskedRestart[]
  urgent: Text[]
  /** False when the case had no dates before. */
  known: boolean
}

/**
 * Brings the dates of these cases up to today's facts and law: an unchanged date is left alone, a changed one gets a
 * new version that says by how many days it moved, one whose day has gone by is passed.
 */
export async function refreshDeadlines(
  trx: Trx,
  at: Moment,
  law: Law,
  inputs: ReadonlyMap<string, CaseInput>,
): Promise<Map<string, Refreshed>> {
  const dates = new Map([...inputs].map(([id, input]) => [id, datesOfInput(id, input, law, at.today)]))
  const current = await currentDeadlines(trx, [...inputs.keys()])
  const changes = changesBetween(datedOf(dates), current)
  await writeChanges(trx, at, changes)
  const known = new Set([...current.values()].map((row) => row.caseId))
  return new Map(
    [...dates].map(([caseId, { recovery, passesOn, asked }]) => [
      caseId,
      { recovery, passesOn, asked, urgent: changes.urgent.get(caseId) ?? [], known: known.has(caseId) },
    ]),
  )
}

/** The dates of one case as its facts and the law have them today (ISO day in Sweden). */
export function datesOfInput(
  caseId: string,
  { facts, ...input }: CaseInput,
  law: Law,
  today: string,
): CaseDates {
  return datesOfCase(caseId, { ...input, eviction: facts.eviction }, law, today)
}

/** Writes the dates of cases that have none yet. */
export async function writeFirstDates(
  trx: Trx,
  at: Moment,
  dates: ReadonlyMap<string, CaseDates>,
): Promise<void> {
  await writeChanges(trx, at, changesBetween(datedOf(dates), new Map()))
}

const datedOf = (dates: ReadonlyMap<string, CaseDates>): Dated[] =>
  [...dates].flatMap(([caseId, { deadlines }]) => deadlines.map((one) => ({ ...one, caseId })))

async function writeChanges(trx: Trx, at: Moment, changes: ReturnType<typeof changesBetween>): Promise<void> {
  if (changes.superseded.length > 0)
    await sql`update deadline set superseded_at = ${at.now} where id = any(${changes.superseded}::uuid[])`.execute(
      trx,
    )
  await insertAlike(
    trx,
    'deadline',
    changes.added.map((row) => ({ ...row, computedAt: at.now })),
    { caseId: 'uuid', origin: 'uuid' },
  )
  await updateRows(trx, 'deadline', changes.restated)
  await writeTimeline(trx, at, changes.entries)
}

async function currentDeadlines(trx: Trx, caseIds: readonly string[]): Promise<Map<string, Current>> {
  if (caseIds.length === 0) return new Map()
  const { rows } = await sql<Current>`
    select id, case_id, origin, kind, version, raw_date, last_day, safe_day, not_before, not_before_alternative, basis, inputs,
      period_version, explanation_sv, state, state_reason
    from deadline where case_id = any(${[...caseIds]}::uuid[]) and superseded_at is null`.execute(trx)
  return new Map(rows.map((row) => [keyOf(row), row]))
}

const keyOf = (row: { caseId: string; origin: string; kind: string }) =>
  `${row.caseId} ${row.origin} ${row.kind}`

function changesBetween(dated: readonly Dated[], current: ReadonlyMap<string, Current>) {
  const superseded: string[] = []
  const added: ReturnType<typeof rowOf>[] = []
  const restated: { id: string; state: string; stateReason: string | null }[] = []
  const entries: TimelineEntry[] = []
  const urgent = new Map<string, Text[]>()
  const wanted = new Set(dated.map(keyOf))
  for (const [key, row] of current) {
    if (wanted.has(key)) continue
    superseded.push(row.id)
    entries.push(entryOf('deadline.removed', row.caseId, { deadline: row.kind, day: dayOf(row) }))
  }
  for (const one of dated) {
    const before = current.get(keyOf(one))
    const { state, why } = one.state ?? { state: 'running', why: null }
    if (!before) {
      added.push(rowOf(one, 1, null))
      continue
    }
    if (state !== before.state && state === 'passed')
      entries.push(entryOf('deadline.passed', one.caseId, { deadline: one.kind, day: dayOf(one) }))
    if (isSame(before, one)) {
      const stateReason = why?.sv ?? null
      if (state !== before.state || stateReason !== before.stateReason)
        restated.push({ id: before.id, state, stateReason })
      continue
    }
    const [change] = compareDeadlines([before], [one])
    superseded.push(before.id)
    added.push(rowOf(one, before.version + 1, change ? movedOf(before, one) : null))
    if (!change) continue
    entries.push(entryOf('deadline.moved', one.caseId, { deadline: one.kind, ...movedOf(before, one) }))
    if (isUrgent(change, before, one))
      urgent.set(one.caseId, [...(urgent.get(one.caseId) ?? []), wordsOf(change, one)])
  }
  return { superseded, added, restated, entries, urgent }
}

/** Whether nothing of a date has changed: neither the days nor what they were counted from. */
function isSame(before: Current, after: Dated): boolean {
  return (
    compareDeadlines([before], [after]).length === 0 &&
    before.basis === after.basis &&
    before.periodVersion === after.periodVersion &&
    before.explanationSv === after.explanation.sv &&
    namesOf(before.inputs) === namesOf(after.inputs)
  )
}

const namesOf = (inputs: readonly { name: string; date: string }[]) =>
  inputs.map(({ name, date }) => `${name} ${date}`).join()

const dayOf = (one: { notBefore: string | null; lastDay: string | null; rawDate: string }) =>
  one.notBefore ?? one.lastDay ?? one.rawDate

function movedOf(before: Current, after: Dated): { from: string; to: string; days: number } {
  const [from, to] = [dayOf(before), dayOf(after)]
  return { from, to, days: daysBetween(from, to) }
}

const entryOf = (kind: string, caseId: string, detail: object): TimelineEntry => ({
  caseId,
  kind,
  actor: 'system',
  detail,
})

/** Less time than was thought, or none left: only for a day by which something must be done and still can matter. */
function isUrgent(change: Change, before: Current, after: Dated): boolean {
  const state = after.state?.state
  if (after.form !== 'last-day' || after.settled || (state !== 'running' && state !== 'passed')) return false
  return change.earlier || (state === 'passed' && before.state === 'running')
}

const wordsOf = (change: Change, { name }: Dated): Text => ({
  sv: `${name.sv}: ${change.sv}`,
  en: `${name.en}: ${change.en}`,
})

function rowOf(one: Dated, version: number, moved: object | null) {
  return {
    caseId: one.caseId,
    origin: one.origin,
    kind: one.kind,
    version,
    rawDate: one.rawDate,
    lastDay: one.lastDay,
    safeDay: one.safeDay,
    notBefore: one.notBefore,
    notBeforeAlternative: one.notBeforeAlternative,
    basis: one.basis,
    inputs: one.inputs,
    periodVersion: one.periodVersion,
    source: one.source,
    explanationSv: one.explanation.sv,
    explanationEn: one.explanation.en,
    state: one.state?.state ?? 'running',
    stateReason: one.state?.why.sv ?? null,
    moved,
  }
}
