// Tells people what nobody has handled: each step once, the next step written with it, stopped by real handling only.
import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { alertTitle, repeatOf, stillStands, type Clock, type Watched } from '../domain/escalation.ts'
import type { Recipient } from '../domain/escalation-ladder.ts'
import { handlingsOf, type HandlingFacts } from '../domain/handlings.ts'
import { emit } from '../outbox.ts'
import type { Moment } from './act.ts'
import { addStages, ladderOf, readWatch, type Watch } from './ladders.ts'
import { queueMails } from './mail.ts'
import { tellNamedOnly } from './protected-group.ts'
import { readDirectory, toldIn, type Told } from './recipients.ts'
import { writeTimeline } from './timeline.ts'

type Due = {
  id: string
  caseId: string
  subjectId: string
  trigger: string
  step: number
  dueAt: string
  urgency: number
  recipient: Recipient
  lateSeconds: number
  caseState: string
  settled: string | null
  stage: string
  committee: string
  unit: string | null
  assignee: string | null
  outcome: string | null
  recoverySafeDay: string | null
  evictionDay: string | null
  children: 'yes' | 'no' | 'unknown'
  watchFrom: string | null
  evictionToldAt: string | null
  ownerAccepted: boolean
  attempted: boolean
  reached: boolean
  outcomes: string[] | null
  referral: {
    state: string
    firstAnswerAt: string | null
    meetingAt: string | null
    alternativeAt: string | null
    counsellor: string | null
    committee: string
    createdAt: string
  } | null
  visit: { state: string; checkedOutAt: string | null; endsAt: string } | null
}

/** One alert to write: what fell due, who is told, and in which words. */
export type Alert = {
  stageId: string | null
  caseId: string | null
  subjectId: string
  trigger: string
  step: number
  urgency: number
  lateSeconds: number
  /** How many like it this one alert speaks for; one when left out. */
  count?: number
  title: { sv: string; en: string }
  told: Told
}

/** Stages that tell nobody. */
const WAKING: ReadonlySet<string> = new Set(['refer', 'look-again'])

/** Handles stages that the sweep has fired: stopped where something was really done, told and continued where not. */
export async function escalate(trx: Trx, at: Moment, stageIds: readonly string[]): Promise<void> {
  const due = await dueStages(trx, stageIds)
  const watch = await readWatch(trx, at)
  // By time alone a case now calls for something else: planning does that with everything else it knows.
  await emit(trx, 'case.routed', [
    ...new Set(due.filter((one) => WAKING.has(one.trigger)).map((one) => one.caseId)),
  ])
  const judged = due
    .filter((one) => !WAKING.has(one.trigger))
    .map((one) => ({ one, verdict: stillStands(one.trigger, handlingsOf(factsOf(one)), watch.table) }))
  await stopHandled(
    trx,
    at,
    judged.flatMap(({ one, verdict }) => (verdict.stands ? [] : [{ id: one.id, reason: verdict.handling }])),
  )
  const standing = judged.filter(({ verdict }) => verdict.stands).map(({ one }) => one)
  const directory = await readDirectory(trx, at.today)
  const alerts = standing.map((one): Alert => ({
    ...one,
    stageId: one.id,
    title: alertTitle(one, watch.table),
    told: toldIn(one.recipient, aboutOf(one), directory),
  }))
  await tell(trx, at, alerts)
  await addStages(
    trx,
    at,
    standing.map((one) => ({
      subject: { caseId: one.caseId, id: one.subjectId },
      next: nextAfter(one, watch),
    })),
    watch,
  )
}

async function dueStages(trx: Trx, stageIds: readonly string[]): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select s.id, s.case_id, s.subject_id, s.trigger, s.step, s.due_at, s.urgency, s.recipient, coalesce(s.late_seconds, 0) as late_seconds,
      c.state as case_state, c.settled, c.stage, c.committee, c.unit, c.assignee, c.outcome, c.recovery_safe_day, c.eviction_day,
      c.children, c.watch_from, c.eviction_told_at,
      exists (select 1 from assignment a where a.case_id = c.id and a.kind = 'owner' and a.state = 'accepted') or c.assignee is not null as owner_accepted,
      exists (select 1 from contact k where k.case_id = c.id and not k.by_landlord and k.recorded_at >= c.watch_from) as attempted,
      exists (select 1 from contact k where k.case_id = c.id and k.reached and not k.by_landlord and k.recorded_at >= c.watch_from) as reached,
      (select array_agg(distinct t.outcome) from task t where t.case_id = c.id and t.state = 'done'
         and t.completed_at >= coalesce(c.eviction_told_at, c.watch_from, c.opened_at)) as outcomes,
      (select json_build_object('state', r.state, 'firstAnswerAt', r.first_answer_at, 'meetingAt', r.meeting_at, 'alternativeAt', r.alternative_at, 'counsellor', r.counsellor,
         'committee', r.committee, 'createdAt', r.created_at) from referral r where r.id = s.subject_id) as referral,
      (select json_build_object('state', v.state, 'checkedOutAt', v.checked_out_at, 'endsAt', v.ends_at) from visit v where v.id = s.subject_id) as visit
    from stage s join arrears_case c on c.id = s.case_id
    where s.id = any(${[...stageIds]}::uuid[]) and s.stopped_at is null
      and not exists (select 1 from alert a where a.stage_id = s.id)
    order by s.urgency desc, s.due_at for update of s`.execute(trx)
  return rows
}

function factsOf(one: Due): HandlingFacts {
  return {
    caseOpen: one.caseState === 'open',
    settled: one.settled,
    stage: one.stage,
    ownerAccepted: one.ownerAccepted,
    attempted: one.attempted,
    reached: one.reached,
    outcomes: one.outcomes ?? [],
    finalOutcome: one.outcome,
    referral: one.referral,
    visit: one.visit,
    task: null,
  }
}

const aboutOf = (one: Due) => ({
  committee: one.referral?.committee ?? one.committee,
  unit: one.unit,
  assignee: one.assignee,
  counsellor: one.referral?.counsellor ?? null,
  counsellorCommittee: one.referral?.committee ?? null,
})

async function stopHandled(
  trx: Trx,
  at: Moment,
  stopped: readonly { id: string; reason: string }[],
): Promise<void> {
  await sql`update stage s set stopped_at = ${at.now}, stop_reason = n.reason
    from (select unnest(${stopped.map((one) => one.id)}::uuid[]) as id, unnest(${stopped.map((one) => one.reason)}::text[]) as reason) n
    where s.id = n.id`.execute(trx)
}

/** Writes alerts, the diary's note of them, and a mail to whoever is told; each step of a subject once. */
export async function tell(trx: Trx, at: Moment, alerts: readonly Alert[]): Promise<void> {
  const rows = (await tellNamedOnly(trx, alerts)).map((one) => alertRow(one, at))
  await insertRows(
    trx,
    'alert',
    rows,
    sql`on conflict (coalesce(stage_id, subject_id), trigger, step) do nothing`,
  )
  await writeTimeline(trx, at, rows.flatMap(diaryNote))
  const mails = rows.map((row) => mailOf(row, at))
  await queueMails(trx, at, [...new Map(mails.map((mail) => [mail.onceKey, mail])).values()])
}

type AlertRow = ReturnType<typeof alertRow>

function alertRow({ told, title, ...one }: Alert, at: Moment) {
  return {
    caseId: one.caseId,
    committee: told.committee,
    stageId: one.stageId,
    subjectId: one.subjectId,
    trigger: one.trigger,
    step: one.step,
    urgency: one.urgency,
    recipient: told.role,
    personId: told.personId,
    unit: told.unit,
    textSv: title.sv,
    textEn: title.en,
    lateSeconds: one.lateSeconds,
    count: one.count ?? 1,
    createdAt: at.now,
  }
}

function diaryNote({ caseId, trigger, step, urgency, recipient, personId, unit, lateSeconds }: AlertRow) {
  const detail = { trigger, step, urgency, recipient, personId, unit, lateSeconds }
  return caseId === null ? [] : [{ caseId, kind: 'alert', actor: 'system', detail }]
}

/** One mail an hour to each reader, an acute one at most every tenth minute: a reader of forty mails reads none. */
function mailOf({ urgency, personId, unit }: AlertRow, at: Moment) {
  const reader = personId ?? unit ?? ''
  const acute = urgency >= 4
  return {
    onceKey: acute ? `acute ${reader} ${at.now.slice(0, 15)}` : `alert ${reader} ${at.now.slice(0, 13)}`,
    template: urgency >= 3 ? ('alert' as const) : ('reminder' as const),
    personId,
    unit: personId ? null : unit,
  }
}

/** The step after this one, or the last one again: nothing stops after one ignored alert. */
function nextAfter(one: Due, watch: Watch): Clock[] {
  const watched = watchedOf(one, watch)
  const next = ladderOf(watched, watch).find(
    (clock) => clock.trigger === one.trigger && clock.step > one.step,
  )
  const again = next ?? repeatOf(one, watched, watch.table, watch.municipality.workingTime)
  return again ? [again] : []
}

/** From when a ladder of this kind counts; null when what it watched is not there any more. */
function beganAt(kind: Watched['kind'], one: Due): string | null {
  if (kind === 'visit') return one.visit?.endsAt ?? null
  if (kind === 'referral') return one.referral?.createdAt ?? null
  return kind === 'eviction' ? one.evictionToldAt : one.watchFrom
}

function watchedOf(one: Due, watch: Watch): Watched {
  const kind = watch.table.steps.find((step) => step.trigger === one.trigger)?.subject ?? 'case'
  return {
    kind,
    startedAt: beganAt(kind, one) ?? one.dueAt,
    recoveryEnds: one.recoverySafeDay,
    evictionDay: one.evictionDay,
    childrenInHousehold: one.children,
  }
}
