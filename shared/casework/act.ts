// How every operation begins: one transaction, the database's clock, and who is acting.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { watchAccess, writeAudit } from './audit.ts'

/** The database's instant (RFC 3339, UTC) and the calendar day in Sweden at that instant. */
export type Moment = { now: string; today: string }

/** Who acts. `sender` is how what they send in is attributed; '' means they send nothing. */
export type Actor = {
  role: string
  personId: string | null
  committee: string | null
  unit: string | null
  sender: string
  landlordId: string | null
  name: string
  /** By which door they came in; absent where no request stands behind the deed. */
  via?: Via
}

/** The route's pattern (never an address), the id it was asked about, and the request's own id. */
export type Via = { door: string; subjectId: string | null; requestId: string }

/** Asks the only clock that counts. */
export async function moment(trx: Trx | Db): Promise<Moment> {
  const { rows } = await sql<Moment>`select clock_now() as now, clock_today()::text as today`.execute(trx)
  return rows[0] as Moment
}

const underWay = new WeakMap<Db, { actor: Actor; at: Moment }>()

/**
 * Runs a deed in one transaction as `actor`. The context lives and dies with the transaction, because a
 * session-wide setting would leak to the next request on the same connection. Only those whom
 * their committee has named are let in to protected persons' cases. What was seen or changed is written to the audit log before the
 * transaction ends; without that line it fails, and nothing is shown. A deed that is handed the transaction of another
 * joins it: a page of ten sections is one transaction and one line in the log, not ten.
 */
export async function inContext<T>(
  db: Db,
  actor: Actor,
  deed: (trx: Trx, at: Moment) => Promise<T>,
): Promise<T> {
  const joined = underWay.get(db)
  if (joined) {
    demandSameActor(joined.actor, actor)
    return deed(db as Trx, joined.at)
  }
  return db.transaction().execute(async (trx) => {
    const at = await enter(trx, actor)
    const watched = watchAccess(trx)
    underWay.set(watched.trx, { actor, at })
    const done = await deed(watched.trx, at)
    await writeAudit(actor, watched)
    return done
  })
}

async function enter(trx: Trx, actor: Actor): Promise<Moment> {
  const { rows } = await sql<Moment>`select clock_now() as now, clock_today()::text as today,
    set_config('bokvar.role', ${actor.role}, true), set_config('bokvar.committee', ${actor.committee ?? ''}, true),
    set_config('bokvar.unit', ${actor.unit ?? ''}, true), set_config('bokvar.person', ${actor.personId ?? ''}, true),
    set_config('bokvar.sender', ${actor.sender}, true),
    set_config('bokvar.protected', case when exists (select 1 from protected_group g
      where g.person_id = ${actor.personId} and g.committee = ${actor.committee} and g.removed_at is null) then 'yes' else '' end, true)`.execute(
    trx,
  )
  const at = rows[0] as Moment
  return { now: at.now, today: at.today }
}

// The policies ask whom the transaction was begun for: under somebody else's name it would show the first one's cases.
function demandSameActor(one: Actor, other: Actor): void {
  const same = (['role', 'personId', 'committee', 'unit', 'sender'] as const).every(
    (key) => one[key] === other[key],
  )
  if (!same) throw new Error('A transaction cannot be joined by another actor')
}

/** Waits for, and then holds to the end of the transaction, one lock per text, always in the same order. */
export async function lockTexts(trx: Trx, texts: readonly string[]): Promise<void> {
  const ordered = [...new Set(texts)].sort()
  if (ordered.length === 0) return
  await sql`select pg_advisory_xact_lock(hashtextextended(text, 0)) from unnest(${ordered}::text[]) as text`.execute(
    trx,
  )
}
