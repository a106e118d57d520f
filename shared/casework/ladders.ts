// The ladders of escalation as rows to come: what a watched thing's steps are, and writing the next of them.
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertAlike } from '../db/rows.ts'
import { clocksFor, type Clock, type Watched } from '../domain/escalation.ts'
import type { EscalationTable } from '../domain/escalation-ladder.ts'
import type { Moment } from './act.ts'
import { readMunicipality, rulesInForce, type Municipality } from './settings.ts'

/** What is watched: `id` is the row that the ladder belongs to (a notice, an eviction event, a referral). */
export type Subject = { caseId: string; id: string; watched: Watched }

/** What a ladder is counted by: the municipality's hours, and its table in the version in force. */
export type Watch = { municipality: Municipality; table: EscalationTable; ruleVersion: number }

/** Reads what ladders are counted by today; `known` is the municipality where the caller has read it already. */
export async function readWatch(trx: Trx, at: Moment, known?: Municipality): Promise<Watch> {
  const { id, table } = await rulesInForce(trx, 'escalation', at.today)
  return { municipality: known ?? (await readMunicipality(trx)), table: table.table, ruleVersion: id }
}

// A burst of notices is watched in the same way: same minute, same dates, same ladder.
const remembered = new Map<string, Clock[]>()

/** The whole ladder of a subject, counted from the minute in which it began. */
export function ladderOf(watched: Watched, watch: Watch): Clock[] {
  const minute = { ...watched, startedAt: `${watched.startedAt.slice(0, 16)}:00Z` }
  const key = createHash('sha256')
    .update(JSON.stringify([minute, watch.ruleVersion, watch.municipality.workingTime]))
    .digest('base64')
  let clocks = remembered.get(key)
  if (!clocks) {
    if (remembered.size > 2_000) remembered.clear()
    clocks = clocksFor(minute, watch.table, watch.municipality.workingTime)
    remembered.set(key, clocks)
  }
  return clocks
}

/** Writes the next steps; a step that stands already, or once stood at the same instant, is not written twice. */
export async function addStages(
  trx: Trx,
  at: Moment,
  wanted: readonly { subject: { caseId: string; id: string }; next: readonly Clock[] }[],
  watch: Watch,
): Promise<void> {
  const rows = wanted.flatMap(({ subject, next }) =>
    next.map((clock) => ({
      caseId: subject.caseId,
      subjectId: subject.id,
      trigger: clock.trigger,
      step: clock.step,
      dueAt: clock.dueAt,
      urgency: clock.urgency,
      recipient: clock.recipientRole,
      ruleVersion: watch.ruleVersion,
      createdAt: at.now,
    })),
  )
  await insertAlike(
    trx,
    'stage',
    rows,
    { caseId: 'uuid', subjectId: 'uuid' }, // A date that moved away and back again must wake the stage that slept, not lose it.
    sql`on conflict (subject_id, trigger, step, due_at) do update set stopped_at = null, stop_reason = null
      where stage.stop_reason = 'superseded' and stage.fired_at is null`,
  )
}
