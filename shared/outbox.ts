// The outbox: a row is the job. Written with its cause, leased by the relay, done with its effect.
import { sql } from 'kysely'
import type { Db, Trx } from './db/open.ts'
import { queueOf, type Topic } from './topics.ts'

/** A claimed row: what to wake, never about whom. */
export type Claimed = { id: number; topic: Topic }

/** Every topic there is. */
export const topics = Object.keys(queueOf) as Topic[]

/** How often a row is put off before a person is told that it does not come to an end. */
export const putOffsToTell = 20

/** Attempts before a row is dead and a person has a task. */
export const maxAttempts = 8

/**
 * What a transaction tells that rings for it itself once it has committed, instead of leaving that to the relay's next
 * look. `leaseSeconds`: until then nobody else rings for it; a ring that is lost is rung again by the relay.
 */
export type Ahead = { leaseSeconds: number; told: Claimed[] }

const ringing = new WeakMap<Trx, Ahead>()

/** From now on what this transaction tells is leased to whoever runs it, and noted in `ahead.told`. */
export function ringAhead(trx: Trx, ahead: Ahead): void {
  ringing.set(trx, ahead)
}

/** Tells that something happened to these subjects. Only inside a transaction: that is what makes it never lost. */
export async function emit(trx: Trx, topic: Topic, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return
  const ahead = ringing.get(trx)
  const lease = ahead ? sql`n.now + make_interval(secs => ${ahead.leaseSeconds})` : sql`null::timestamptz`
  // The clock is asked once for all rows: asked for each it cost more than the row.
  const { rows } = await sql<{ id: number }>`
    with n as materialized (select clock_now() as now)
    insert into outbox (topic, subject_id, available_at, created_at, lease_until, publishes)
    select ${topic}, s.id, n.now, n.now, ${lease}, ${ahead ? 1 : 0}
    from n, unnest(${subjectIds}::uuid[]) with ordinality as s (id, place) order by s.place
    returning ${ahead ? sql`id` : sql`null as id`}`.execute(trx)
  ahead?.told.push(...rows.map(({ id }) => ({ id, topic })))
}

/**
 * The relay's claim: due rows nobody holds a lease on. A lease is a promise with an end, not a fact:
 * a row not done when it ends is published again, so losing the whole queue loses nothing.
 */
export async function lease(db: Db, limit: number, leaseSeconds: number): Promise<Claimed[]> {
  const { rows } = await sql<Claimed>`
    with due as (
      select id from outbox
      where done_at is null and dead_at is null and greatest(available_at, lease_until) <= (select clock_now())
      order by greatest(available_at, lease_until), id limit ${limit} for update skip locked)
    update outbox set lease_until = (select clock_now()) + make_interval(secs => ${leaseSeconds}), publishes = publishes + 1
    from due where outbox.id = due.id
    returning outbox.id, outbox.topic`.execute(db)
  return rows
}

/**
 * The fallback's claim: rows overdue by more than `overdueSeconds` (of `only` these topics), whatever the queue says about them.
 * It has a claim of its own, so that several pollers share the work instead of fighting over the oldest rows.
 */
export async function claimOverdue(
  db: Db,
  limit: number,
  overdueSeconds: number,
  only: readonly Topic[] = topics,
): Promise<Claimed[]> {
  const { rows } = await sql<Claimed>`
    with overdue as (
      select id from outbox
      where done_at is null and dead_at is null and topic = any(${only})
        and available_at < clock_now() - make_interval(secs => ${overdueSeconds})
        and (claim_until is null or claim_until < clock_now())
      order by available_at, id limit ${limit} for update skip locked)
    update outbox set claim_until = clock_now() + interval '10 seconds'
    from overdue where outbox.id = overdue.id
    returning outbox.id, outbox.topic`.execute(db)
  return rows
}

/**
 * The fence: takes the rows that are still to be done and that no other transaction is doing right now.
 * The caller's effect and `finish` must be in the same transaction.
 */
export async function take(trx: Trx, ids: readonly number[]): Promise<{ id: number; subjectId: string }[]> {
  const { rows } = await sql<{ id: number; subjectId: string }>`
    select id, subject_id from outbox
    where id = any(${ids}::bigint[]) and done_at is null and dead_at is null and available_at <= clock_now()
    order by id for update skip locked`.execute(trx)
  return rows
}

/** Marks the taken rows done; throws when one of them was not ours to finish, which rolls the effect back. */
export async function finish(trx: Trx, topic: Topic, ids: readonly number[]): Promise<void> {
  const { rows } = await sql<{ finished: number }>`
    with finished as (
      update outbox set done_at = (select clock_now()) where id = any(${ids}::bigint[]) and done_at is null
      returning id, done_at),
    logged as (insert into effect_log (outbox_id, topic, at) select id, ${topic}, done_at from finished returning 1)
    select count(*)::int as finished from logged`.execute(trx)
  if (rows[0]?.finished !== ids.length) throw new Error('An outbox row was finished by somebody else')
}

/** Puts rows back for a later try without counting a failure: the outage is not the rows' fault. */
export async function postpone(db: Db, ids: readonly number[], seconds: number): Promise<void> {
  await sql`update outbox set available_at = clock_now() + make_interval(secs => ${seconds}), lease_until = null, claim_until = null
    where id = any(${ids}::bigint[]) and done_at is null and dead_at is null`.execute(db)
}

/**
 * Puts one row back that could not be tried fairly: a lock was not given, a statement cut off. Tried for ever, first
 * every 3 s and later every 30 s, because the trouble may end; but the subject is returned the one time when it has
 * been put off so often that a person must be told, in the caller's transaction.
 */
export async function putOff(trx: Trx, id: number): Promise<string | null> {
  const { rows } = await sql<{ tell: boolean; subjectId: string }>`
    update outbox set postponed = postponed + 1, lease_until = null, claim_until = null,
      available_at = clock_now() + make_interval(secs => case when postponed < ${putOffsToTell} then 3 else 30 end)
    where id = ${id} and done_at is null and dead_at is null
    returning postponed = ${putOffsToTell} as tell, subject_id`.execute(trx)
  return rows[0]?.tell ? rows[0].subjectId : null
}

/**
 * Counts a failure: the next try waits 2, 4, 8 … seconds (at most 5 minutes). Returns the subject when that was
 * the last one and the row is now dead; the caller gives a person a task about it in the same transaction.
 */
export async function fail(trx: Trx, id: number, code: string): Promise<string | null> {
  const { rows } = await sql<{ dead: boolean; subjectId: string }>`
    update outbox set attempts = attempts + 1, last_error = ${code}, lease_until = null, claim_until = null,
      available_at = clock_now() + make_interval(secs => least(300, power(2, attempts + 1))),
      dead_at = case when attempts + 1 >= ${maxAttempts} then clock_now() end
    where id = ${id} and done_at is null and dead_at is null
    returning dead_at is not null as dead, subject_id`.execute(trx)
  return rows[0]?.dead ? rows[0].subjectId : null
}
