// Finds what is due by the database's clock and tells escalation of it; costs what is due, not what is open.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { WHOLE_PLAN } from './visit-plan-wish.ts'

/** Rows fired in one statement at most; the most urgent first when many fall due at once. */
const most = 500

/** Needs of a visit noted as seen by one plan at most: all of a year's, for what is left over has the weeks planned again. */
const mostVisits = 100_000

/**
 * Fires every due stage once, marked with how late it is, in the same statement as its outbox row. Two sweeps at once
 * share the work: rows locked by the other are skipped. Returns how many fired.
 */
export async function sweepStages(db: Db): Promise<number> {
  const { rows } = await sql<{ fired: number }>`
    with due as (
      select id from stage where fired_at is null and stopped_at is null and due_at <= clock_now()
      order by urgency desc, due_at limit ${most} for update skip locked),
    fired as (
      update stage set fired_at = clock_now(), late_seconds = extract(epoch from clock_now() - stage.due_at)::int
      from due where stage.id = due.id returning stage.id),
    told as (insert into outbox (topic, subject_id) select 'stage.due', id from fired returning 1)
    select count(*)::int as fired from told`.execute(db)
  return rows[0]?.fired ?? 0
}

/** Tells of every open task whose alarm has come, once per alarm: escalation sets the next one or none. */
export async function sweepTasks(db: Db): Promise<number> {
  const { rows } = await sql<{ told: number }>`
    with due as (
      select id from task where state = 'open' and alarm_at <= clock_now()
      order by alarm_at limit ${most} for update skip locked),
    rung as (update task set alarm_at = null from due where task.id = due.id returning task.id),
    told as (insert into outbox (topic, subject_id) select 'task.overdue', id from rung returning 1)
    select count(*)::int as told from told`.execute(db)
  return rows[0]?.told ?? 0
}

/**
 * Tells of every open case in which a running date has passed, once per day that passes: computing it again marks the
 * date passed and sets the next day. The legal day is the Swedish one, whatever zone the database keeps.
 */
export async function sweepDeadlines(db: Db): Promise<number> {
  const { rows } = await sql<{ told: number }>`
    with due as (
      select id from arrears_case where state = 'open' and passes_on <= clock_today()
      order by passes_on limit ${most} for update skip locked),
    claimed as (update arrears_case set passes_on = null from due where arrears_case.id = due.id returning arrears_case.id),
    told as (insert into outbox (topic, subject_id) select 'deadline.passed', id from claimed returning 1)
    select count(*)::int as told from told`.execute(db)
  return rows[0]?.told ?? 0
}

/** Tells of every payment plan whose next day to look has come, once: judging it sets the next day. */
export async function sweepPlans(db: Db): Promise<number> {
  const { rows } = await sql<{ told: number }>`
    with due as (
      select id from payment_plan where state in ('active', 'broken') and look_on <= clock_today()
      order by look_on limit ${most} for update skip locked),
    claimed as (update payment_plan set look_on = null from due where payment_plan.id = due.id returning payment_plan.id),
    told as (insert into outbox (topic, subject_id) select 'plan.due', id from claimed returning 1)
    select count(*)::int as told from told`.execute(db)
  return rows[0]?.told ?? 0
}

/**
 * Has the weeks of home visits planned: once as each day begins, and when what is needed has changed since the last look.
 * Two sweeps at once share the rows and make one wish each at most; planning twice changes nothing.
 */
export async function sweepVisits(db: Db): Promise<number> {
  const { rows } = await sql<{ told: number }>`
    with day as (insert into visit_plan_day (day) values (clock_today()) on conflict do nothing returning 1),
    -- One plan waits at most: a month's file would otherwise have all visits planned anew for each of its batches. Nor is
    -- any made while cases are being planned that may need visits too; but nothing waits for longer than a minute, and
    -- what then has the weeks planned takes all there is with it: a burst of minutes is planned once in each of them.
    due as materialized (select not exists (
        select 1 from outbox where topic = 'visit-plan.due' and done_at is null and dead_at is null)
      and (not exists (
          select 1 from outbox where topic in ('notice.received', 'case.changed', 'case.routed')
            and done_at is null and dead_at is null
            and available_at between (select clock_now()) - interval '1 minute' and (select clock_now()))
        or exists (select 1 from visit_need where looked_at is null and state <> 'ended'
            and created_at < (select clock_now()) - interval '1 minute')) as now),
    unseen as (
      select id from visit_need where looked_at is null and state <> 'ended' and (select now from due)
      limit ${mostVisits} for update skip locked),
    seen as (update visit_need set looked_at = (select clock_now()) from unseen where visit_need.id = unseen.id returning 1),
    told as (insert into outbox (topic, subject_id) select 'visit-plan.due', ${WHOLE_PLAN}::uuid
      where exists (select 1 from day) or exists (select 1 from seen) returning 1)
    select count(*)::int as told from told`.execute(db)
  return rows[0]?.told ?? 0
}

/** So far behind, it is asked how much of it was the way to the database: below that nobody is alarmed. */
const doubtMs = 1_000

/**
 * Notes that a process lives, and how far its own clock is ahead of the database's (behind: negative). `appNow` is read
 * before the database is asked, so a slow answer would look like a clock that is behind: it is taken out.
 */
export async function beat(db: Db, process: string, kind: string, appNow: Date): Promise<void> {
  const asked = performance.now()
  const { rows } = await sql<{ ahead: number }>`
    with clock as (select (extract(epoch from ${appNow.toISOString()}::timestamptz - clock_timestamp()) * 1000)::int as ahead)
    insert into heartbeat (process, kind, at, app_clock_ahead_ms)
    select ${process}, ${kind}, clock_now(), case when ahead > ${-doubtMs} then ahead else 0 end from clock
    on conflict (process) do update set at = excluded.at, app_clock_ahead_ms =
      case when (select ahead from clock) > ${-doubtMs} then excluded.app_clock_ahead_ms else heartbeat.app_clock_ahead_ms end
    returning (select ahead from clock) as ahead`.execute(db)
  const ahead = rows[0]?.ahead ?? 0
  if (ahead > -doubtMs) return
  const surely = Math.min(0, Math.round(ahead + performance.now() - asked))
  await sql`update heartbeat set app_clock_ahead_ms = ${surely} where process = ${process}`.execute(db)
}
