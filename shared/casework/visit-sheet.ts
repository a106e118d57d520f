// What the pair notes on the way: there, who agreed at the door, what was asked and agreed, and out again.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { Refusal } from '../domain/refusal.ts'
import type { ChecklistItem, DoorAnswer, Phase } from '../domain/visits.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { noSuch } from './open-case.ts'
import { openCarried, placeBehind, type CarriedPlace } from './sealed-addresses.ts'
import { rulesInForce } from './settings.ts'
import type { Tools } from './tools.ts'

/** A visit as its people need it: where, when, why and what to look out for; of the case itself nothing more. */
export type VisitSheet = {
  id: string
  caseId: string
  caseNumber: string
  tenantName: string
  address: string
  state: 'booked' | 'done' | 'cancelled'
  startsAt: string
  endsAt: string
  visitors: { id: string; name: string }[]
  announced: boolean
  reason: string | null
  purpose: string | null
  safetyNote: string | null
  interpreter: string | null
  checkedInAt: string | null
  checkedOutAt: string | null
  cancelledReason: string | null
  outcome: string | null
  note: string | null
  notes: Partial<Record<Phase, string>>
  version: number
  /** Whether the one who reads may open the case behind it. */
  seesCase: boolean
  adults: DoorAnswer[]
  done: string[]
  items: ChecklistItem[]
}

/** Reads a visit with its checklist. Refuses `not-found` for whoever neither sees the case nor goes there. */
export async function readVisitSheet(db: Db, tools: Tools, actor: Actor, id: string): Promise<VisitSheet> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<Omit<VisitSheet, 'items'> & CarriedPlace>`
      select v.id, v.case_id, v.case_number, v.tenant_name, v.address, v.state, v.starts_at, v.ends_at, v.announced, v.reason, v.purpose,
        v.safety_note, v.interpreter, v.checked_in_at, v.checked_out_at, v.cancelled_reason, v.outcome, v.note, v.notes, v.version, ${placeBehind('v')},
        exists (select 1 from arrears_case c where c.id = v.case_id) as sees_case,
        (select coalesce(json_agg(json_build_object('id', p.id, 'name', p.name) order by p.name), '[]') from person p
          where p.id = any(v.visitors)) as visitors,
        (select coalesce(json_agg(json_build_object('adult', a.adult, 'answer', a.answer, 'at', a.answered_at) order by a.place), '[]')
          from visit_adult a where a.visit_id = v.id) as adults,
        (select coalesce(json_agg(w.item order by w.item), '[]') from visit_answer w where w.visit_id = v.id) as done
      from visit v where v.id = ${id}`.execute(trx)
    if (!rows[0]) throw noSuch()
    const { items } = (await rulesInForce(trx, 'checklist', at.today)).table
    return { ...openCarried(tools.keys, rows[0]), items }
  })
}

/** Locks a visit that something is noted on. Refuses `not-found`, and what was called off. */
async function lockSheet(trx: Trx, id: string): Promise<{ id: string; state: string }> {
  const { rows } = await sql<{
    id: string
    state: string
  }>`select id, state from visit where id = ${id} for update`.execute(trx)
  if (!rows[0]) throw noSuch()
  if (rows[0].state === 'cancelled')
    throw new Refusal('conflict', 'visit.cancelled', 'Besöket är avbokat. Boka ett nytt besök från ärendet.')
  return rows[0]
}

type Note = (trx: Trx, at: Moment) => Promise<unknown>

async function noteOn(db: Db, actor: Actor, id: string, note: Note): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    await lockSheet(trx, id)
    await note(trx, at)
    await sql`update visit set version = version + 1 where id = ${id}`.execute(trx)
  })
}

/** The pair is there. Said again, the first time stands. */
export function checkIn(db: Db, actor: Actor, id: string): Promise<void> {
  return noteOn(db, actor, id, (trx, at) =>
    sql`update visit set checked_in_at = coalesce(checked_in_at, ${at.now}) where id = ${id}`.execute(trx),
  )
}

/** The pair is out and safe: the clock that would call for help stops. Said again, the first time stands. */
export function checkOut(db: Db, actor: Actor, id: string): Promise<void> {
  return noteOn(db, actor, id, async (trx, at) => {
    await sql`update visit set checked_out_at = coalesce(checked_out_at, ${at.now}) where id = ${id}`.execute(
      trx,
    )
    await emit(trx, 'visit.changed', [id])
  })
}

/** What an adult at home answered. `adult` is a short word for who it is. */
export type AdultAnswer = { adult: string; answer: 'yes' | 'no' | 'door-only' }

/**
 * Notes each adult's answer at the door, in place of what was noted before; an answer that has not changed keeps its
 * time. Refuses a nameless adult.
 */
export function noteAdults(db: Db, actor: Actor, id: string, adults: readonly AdultAnswer[]): Promise<void> {
  return noteOn(db, actor, id, async (trx, at) => {
    if (adults.length > 12 || adults.some(({ adult }) => adult.trim() === '' || adult.length > 60)) {
      const detail = 'Skriv vem svaret gäller, med högst 60 tecken, för högst tolv vuxna.'
      throw new Refusal('invalid', 'visit.adult', detail, [
        { pointer: '/adults', code: 'visit.adult', detail },
      ])
    }
    const rows = adults.map(({ adult, answer }, nth) => ({
      visitId: id,
      place: nth + 1,
      adult: adult.trim(),
      answer,
      answeredAt: at.now,
      notedBy: actor.personId,
    }))
    await sql`delete from visit_adult where visit_id = ${id} and place > ${rows.length}`.execute(trx)
    await insertRows(
      trx,
      'visitAdult',
      rows,
      sql`on conflict (visit_id, place) do update set adult = excluded.adult, answer = excluded.answer, answered_at = excluded.answered_at,
        noted_by = excluded.noted_by
        where (visit_adult.adult, visit_adult.answer) is distinct from (excluded.adult, excluded.answer)`,
    )
  })
}

/** What is done of one part of the checklist, with a note to it. What the list does not have is left out. */
export function tickItems(
  db: Db,
  actor: Actor,
  id: string,
  { phase, done, note }: { phase: Phase; done: readonly string[]; note: string },
): Promise<void> {
  return noteOn(db, actor, id, async (trx, at) => {
    const { items } = (await rulesInForce(trx, 'checklist', at.today)).table
    const own = items.filter((item) => item.phase === phase).map(({ item }) => item)
    const ticked = own.filter((item) => done.includes(item))
    const unticked = own.filter((item) => !ticked.includes(item))
    await sql`delete from visit_answer where visit_id = ${id} and item = any(${unticked}::text[])`.execute(
      trx,
    )
    await insertRows(
      trx,
      'visitAnswer',
      ticked.map((item) => ({ visitId: id, item, doneBy: actor.personId, doneAt: at.now })),
      sql`on conflict (visit_id, item) do nothing`,
    )
    await sql`update visit set notes = notes || ${JSON.stringify({ [phase]: note })}::jsonb where id = ${id}`.execute(
      trx,
    )
  })
}
