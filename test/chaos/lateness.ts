// How late things were, in the three ledgers' own time: everything that was due, with nothing left out.
import { sql } from 'kysely'
import type { Db } from '../../shared/db/open.ts'
import type { Leap } from './fault.ts'

/** Milliseconds at p50, p99 and the worst, over everything that was due; nothing that was due is left out. */
export type Lateness = { what: string; count: number; p50: number; p99: number; max: number }

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

/** The leaps of the clock as rows of a query: when (by the clock before it), and how many seconds. */
export const spansOf = (leaps: readonly Leap[]) =>
  sql`(select unnest(${leaps.map(({ at: instant }) => instant)}::timestamptz[]) as at, unnest(${leaps.map(({ seconds }) => seconds)}::float[]) as seconds)`

/**
 * How late work and stages were, in ms of time that really passed: a leap of the database's clock is taken out.
 * Rows that failed by their own fault are waiting as they should, and are left out.
 */
export async function measureLateness(db: Db, leaps: readonly Leap[]): Promise<Lateness[]> {
  const spans = spansOf(leaps)
  const work = await sql<{
    ms: number
  }>`select 1000 * (extract(epoch from coalesce(done_at, clock_now()) - created_at)
      - coalesce((select sum(seconds) from ${spans} l where l.at >= o.created_at and l.at < coalesce(o.done_at, clock_now())), 0))::float as ms
    from outbox o where dead_at is null and attempts = 0`.execute(db)
  const stages = await sql<{ ms: number }>`select 1000 * extract(epoch from coalesce(fired_at, clock_now())
      - greatest(due_at, created_at, (select max(l.at + make_interval(secs => l.seconds)) from ${spans} l
          where s.due_at between l.at and l.at + make_interval(secs => l.seconds))))::float as ms
    from stage s where (stopped_at is null and due_at <= clock_now()) or fired_at is not null`.execute(db)
  return [spread('work in the outbox', work.rows), spread('due stages', stages.rows)]
}

/** How long after the start of a service that stood still the stages that it had missed were told of. */
export async function measureStop(db: Db, stop: Leap): Promise<Lateness> {
  const { rows } = await sql<{
    ms: number
  }>`select 1000 * extract(epoch from coalesce(fired_at, clock_now()) - ${stop.at}::timestamptz - make_interval(secs => ${stop.seconds}))::float as ms
    from stage where stopped_at is null and created_at < ${stop.at}::timestamptz
      and due_at between ${stop.at}::timestamptz and ${stop.at}::timestamptz + make_interval(secs => ${stop.seconds})`.execute(
    db,
  )
  return spread('stages missed while all stood still, from the start on', rows)
}

function spread(what: string, rows: readonly { ms: number }[]): Lateness {
  const sorted = rows.map(({ ms }) => ms).toSorted((one, other) => one - other)
  return { what, count: sorted.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99), max: sorted.at(-1) ?? 0 }
}
