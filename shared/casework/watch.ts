// Looks the whole service over without seeing a case: what is due and undone, who is alive, and which senders are silent.
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import type { Due, Feed, Heart, LaneEnd, Sight } from '../domain/watch.ts'
import { missingEnds } from './audit.ts'
import { readMunicipality } from './settings.ts'

/** How far back a sender's habits are looked for. */
const habitDays = 200

/** What is due and not done; and for how long no watchdog has looked (null: never). */
export type DeadlineHealth = { due: Due[]; watchdogSecondsAgo: number | null }

/** Asks what is due by the database's clock and still undone. Counts and ages only; never a case. */
export async function findDue(db: Db): Promise<DeadlineHealth> {
  const { rows } = await sql<Due>`select what, due, oldest_seconds from due_undone()`.execute(db)
  const watchdog = await sql<{ seconds: number | null }>`
    select extract(epoch from clock_now() - max(at))::float8 as seconds from heartbeat where kind = 'watchdog'`.execute(
    db,
  )
  return { due: rows, watchdogSecondsAgo: watchdog.rows[0]?.seconds ?? null }
}

/** Where each chain of the audit log ends now, and which of the ends `kept` from before are no longer in it. */
export async function findEnds(
  db: Db,
  kept: readonly LaneEnd[],
): Promise<{ ends: LaneEnd[]; lost: LaneEnd[] }> {
  const lost = await missingEnds(db, kept)
  const { rows } = await sql<LaneEnd>`
    select lane, seq, encode(hash, 'hex') as hash from audit_head where seq > 0 order by lane`.execute(db)
  return { ends: rows, lost }
}

/** What is looked up apart and handed in: habits change by the day and chains grow by the line, not by the second. */
export type Apart = { feeds: readonly Feed[]; lostEnds: readonly LaneEnd[] }

/** One look at everything. */
export async function lookOver(db: Db, { feeds, lostEnds }: Apart): Promise<Sight> {
  const { due } = await findDue(db)
  const hearts = await sql<Heart>`
    select distinct on (kind) kind, extract(epoch from clock_now() - at)::float8 as seconds_ago, app_clock_ahead_ms as ahead_ms
    from heartbeat order by kind, at desc`.execute(db)
  const { rows } = await sql<{ today: string; shifted: boolean }>`
    select clock_today()::text as today, exists (select 1 from clock_shift where shift <> interval '0') as shifted`.execute(
    db,
  )
  const { workingTime } = await readMunicipality(db)
  return {
    today: rows[0]?.today ?? '',
    shifted: rows[0]?.shifted ?? false,
    due,
    hearts: hearts.rows,
    feeds,
    lostEnds,
    workingTime,
  }
}

/** The days on which each sender that is a system has sent. Landlords are named by their id, never by their name. */
export async function findFeeds(db: Db): Promise<Feed[]> {
  const { rows } = await sql<Feed>`
    with system as (
      select distinct coalesce('landlord:' || landlord_id, 'client:' || client_id) as sender from system_client
      where active and kind in ('landlord', 'kronofogden')),
    sent as (
      select sender, received_on from notice where received_on > clock_today() - ${habitDays}::int
      union all select sender, received_on from eviction_notice where received_on > clock_today() - ${habitDays}::int)
    select sender as feed, array_agg(distinct received_on::text) as days from sent join system using (sender)
    group by sender order by sender`.execute(db)
  return rows
}
