// Keeps the stages of each case's ladders as rows: the next step of every ladder stands, the sweep finds it when it is due.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { addWorkingDays, instantAt, isWorkingDay } from '../domain/calendar.ts'
import { referralWatchDay, type Clock } from '../domain/escalation.ts'
import { nextLook } from '../domain/passing-time.ts'
import type { Moment } from './act.ts'
import { addStages, ladderOf, readWatch, type Subject, type Watch } from './ladders.ts'
import type { PlannedCase } from './planning.ts'
import { referralFacts, referCases } from './referrals.ts'
import type { Municipality } from './settings.ts'

type StageRow = {
  id: string
  subjectId: string
  trigger: string
  step: number
  dueAt: string
  firedAt: string | null
}

/** Refers the cases that are to be referred, and brings every case's stages in line with its dates. */
export async function planStages(
  trx: Trx,
  at: Moment,
  rows: readonly PlannedCase[],
  municipality: Municipality,
): Promise<void> {
  const watch = await readWatch(trx, at, municipality)
  const referred = await referCases(trx, at, rows, watch)
  const wanted = rows.flatMap((row) => wantedStages(row, at, watch, referred.has(row.id)))
  const standing = await standingStages(
    trx,
    rows.filter((row) => row.plannedAt !== null).map((row) => row.id),
  )
  await stopStages(trx, at, rows, standing, wanted)
  await addStages(
    trx,
    at,
    wanted.map(({ subject, clocks }) => ({ subject, next: nextOf(subject, clocks, standing) })),
    watch,
  )
}

type Ladder = { subject: Subject; clocks: Clock[] }

function wantedStages(row: PlannedCase, at: Moment, watch: Watch, referred: boolean): Ladder[] {
  const ladders = subjectsOf(row).map((subject) => ({ subject, clocks: ladderOf(subject.watched, watch) }))
  const [first] = ladders
  if (!first || row.settled !== null) return ladders
  return [...ladders, { subject: first.subject, clocks: wakings(row, at, watch, referred) }]
}

/** What is watched. A debt that is settled no longer is; an eviction is, until Kronofogden calls it off. */
function subjectsOf(row: PlannedCase): Subject[] {
  const dates = {
    recoveryEnds: row.recoverySafeDay,
    evictionDay: row.evictionDay,
    childrenInHousehold: row.children,
  }
  if (row.settled !== null && row.stage !== 'date-set') return []
  const subjects: Subject[] = []
  const watch = (kind: 'case' | 'eviction', id: string, startedAt: string) =>
    subjects.push({ caseId: row.id, id, watched: { kind, startedAt, ...dates } })
  if (row.settled === null && row.watchId && row.watchFrom) watch('case', row.watchId, row.watchFrom)
  // One message may have begun both: the eviction's ladder then belongs to the case itself, so that each has its own.
  const evictionId = row.evictionId === row.watchId ? row.id : row.evictionId
  if (row.evictionId && evictionId && row.evictionToldAt) watch('eviction', evictionId, row.evictionToldAt)
  return subjects
}

/** Days on which time alone changes what a case calls for: nobody is told, planning looks at it again. */
function wakings(row: PlannedCase, at: Moment, watch: Watch, referred: boolean): Clock[] {
  const { workingTime } = watch.municipality
  const first = referred ? null : referralWatchDay(referralFacts(row), at.today, watch.table)
  // A referral by R-12 must not wait over a weekend: a closed day moves it earlier.
  const refer = first && !isWorkingDay(first, workingTime) ? addWorkingDays(first, -1, workingTime) : first
  const about = {
    reached: row.reached,
    recoveryEnds: row.recoverySafeDay,
    evictionDay: row.evictionDay,
    flags: row.facts.flags ?? [],
  }
  const look = nextLook(about, at.today, workingTime)
  return [
    ...(refer ? [wakingOn(refer, 'refer', workingTime.opens)] : []),
    ...(look ? [wakingOn(look, 'look-again', workingTime.opens)] : []),
  ]
}

/** Numbered by its day, so that the next one is a later step of the same ladder. */
function wakingOn(day: string, trigger: 'refer' | 'look-again', opens: string): Clock {
  const step = trigger === 'refer' ? 1 : Number(day.replaceAll('-', ''))
  return { trigger, step, dueAt: instantAt(day, opens), recipientRole: 'counsellor', urgency: 1 }
}

async function standingStages(trx: Trx, caseIds: readonly string[]): Promise<StageRow[]> {
  if (caseIds.length === 0) return []
  return trx
    .selectFrom('stage')
    .select(['id', 'subjectId', 'trigger', 'step', 'dueAt', 'firedAt'])
    .where('caseId', 'in', [...caseIds])
    .where('stoppedAt', 'is', null)
    .orderBy('step')
    .execute()
}

const ladderKey = (subjectId: string, trigger: string) => `${subjectId} ${trigger}`
const sameInstant = (one: string, other: string) => Date.parse(one) === Date.parse(other)

/** The first step of each ladder that has not fired yet; none where exactly that step stands already. */
function nextOf(subject: Subject, clocks: readonly Clock[], standing: readonly StageRow[]): Clock[] {
  const own = standing.filter((row) => row.subjectId === subject.id)
  return [...Map.groupBy(clocks, (clock) => clock.trigger)].flatMap(([trigger, steps]) => {
    const rows = own.filter((row) => row.trigger === trigger)
    const fired = Math.max(0, ...rows.filter((row) => row.firedAt !== null).map((row) => row.step))
    const next = steps.find((clock) => clock.step > fired)
    const stands = rows.some(
      (row) => row.firedAt === null && next && row.step === next.step && sameInstant(row.dueAt, next.dueAt),
    )
    return next && !stands ? [next] : []
  })
}

/** Stops what is no longer watched, or stands at another instant than it should. A fired stage is history and stays. */
async function stopStages(
  trx: Trx,
  at: Moment,
  rows: readonly PlannedCase[],
  standing: readonly StageRow[],
  wanted: readonly { subject: Subject; clocks: readonly Clock[] }[],
): Promise<void> {
  // A case planned for the first time has none: most of a burst.
  if (standing.length === 0) return
  const right = new Set<string>()
  const last = new Map<string, number>()
  for (const { subject, clocks } of wanted) {
    for (const { trigger, step, dueAt } of clocks) {
      const key = ladderKey(subject.id, trigger)
      right.add(`${key} ${step} ${Date.parse(dueAt)}`)
      last.set(key, step)
    }
  }
  const kept = await watchedElsewhere(trx, rows)
  const stopped = standing.filter((row) => {
    if (row.firedAt !== null || kept.has(row.subjectId)) return false
    const key = ladderKey(row.subjectId, row.trigger)
    // A repeated last step stands beyond the ladder; it is right as long as the ladder itself is watched.
    const beyond = row.step > (last.get(key) ?? Infinity)
    return !beyond && !right.has(`${key} ${row.step} ${Date.parse(row.dueAt)}`)
  })
  // Asked for none, the planner read every stage that stands to find them.
  if (stopped.length === 0) return
  await sql`update stage s set stopped_at = ${at.now}, stop_reason = case when c.settled is null then 'superseded' else 'case-ended' end
    from arrears_case c where c.id = s.case_id and s.id = any(${stopped.map((row) => row.id)}::uuid[])`.execute(
    trx,
  )
}

/** Referrals and visits have ladders of their own, which the case's plan must leave alone. */
async function watchedElsewhere(trx: Trx, rows: readonly PlannedCase[]): Promise<Set<string>> {
  const cases = rows.map((row) => row.id)
  const referrals = await trx
    .selectFrom('referral')
    .select('id')
    .where('caseId', 'in', cases)
    .where('state', 'in', ['assigned', 'accepted'])
    .execute()
  const visits = await trx
    .selectFrom('visit')
    .select('id')
    .where('caseId', 'in', cases)
    .where('state', '=', 'booked')
    .execute()
  return new Set([...referrals, ...visits].map((row) => row.id))
}
