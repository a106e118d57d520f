// How late things were, in the three ledgers' own time: everything that was due, with nothing left out.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../shared/db/open.ts'
import type { Leap } from './fault.ts'

/** Milliseconds at p50, p99 and the worst, over everything that was due; nothing that was due is left out. */
export type Lateness = { what: string; count: number; p50: number; p99: number; max: number }

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

/** The leaps of the clock as rows of a query: when (by the clock before it), and how many seconds. */
const spansOf = (leaps: readonly Leap[]) =>
  sql`(select unnest(${leaps.map(({ at: instant }) => instant)}::timestamptz[]) as at, unnest(${leaps.map(({ seconds }) => seconds)}::float[]) as seconds)`

/** The seconds that really passed from one instant of the database's clock to another: what a leap skipped is taken out. */
export const passed = (from: RawBuilder<unknown>, to: RawBuilder<unknown>, leaps: readonly Leap[]) =>
  sql<number>`(extract(epoch from ${to} - ${from}) - coalesce((select sum(case
      when l.seconds > 0 then greatest(0, extract(epoch from least(${to}, l.at + make_interval(secs => l.seconds)) - greatest(${from}, l.at)))
      when l.at >= ${from} and l.at < ${to} then l.seconds else 0 end) from ${spansOf(leaps)} l), 0))`

/**
 * How late work and stages were, in ms of time that really passed. Rows that failed by their own fault are waiting as
 * they should, and are left out; what was missed while all stood still (`stop`) is measured from the start on, below.
 */
export async function measureLateness(db: Db, leaps: readonly Leap[], stop?: Leap): Promise<Lateness[]> {
  const work = await sql<{ ms: number }>`
    select 1000 * ${passed(sql`o.created_at`, sql`coalesce(o.done_at, clock_now())`, leaps)}::float as ms
    from outbox o where dead_at is null and attempts = 0`.execute(db)
  const missed = stop
    ? sql`created_at < ${stop.at}::timestamptz
        and due_at between ${stop.at}::timestamptz and ${stop.at}::timestamptz + make_interval(secs => ${stop.seconds})`
    : sql`false`
  const stages = await sql<{ ms: number }>`
    select 1000 * ${passed(sql`greatest(s.due_at, s.created_at)`, sql`coalesce(s.fired_at, clock_now())`, leaps)}::float as ms
    from stage s where ((stopped_at is null and due_at <= clock_now()) or fired_at is not null) and not (${missed})`.execute(
    db,
  )
  return [spread('work in the outbox', work.rows), spread('due stages', stages.rows)]
}

/** The name of what the whole stop made late: it is measured from the start of the service on. */
export const missedInStop = 'stages missed while all stood still, from the start on'

/** How long after the start of a service that stood still the stages that it had missed were told of. */
export async function measureStop(db: Db, stop: Leap): Promise<Lateness> {
  const { rows } = await sql<{
    ms: number
  }>`select 1000 * extract(epoch from coalesce(fired_at, clock_now()) - ${stop.at}::timestamptz - make_interval(secs => ${stop.seconds}))::float as ms
    from stage where stopped_at is null and created_at < ${stop.at}::timestamptz
      and due_at between ${stop.at}::timestamptz and ${stop.at}::timestamptz + make_interval(secs => ${stop.seconds})`.execute(
    db,
  )
  return spread(missedInStop, rows)
}

function spread(what: string, rows: readonly { ms: number }[]): Lateness {
  const sorted = rows.map(({ ms }) => ms).toSorted((one, other) => one - other)
  return { what, count: sorted.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99), max: sorted.at(-1) ?? 0 }
}
