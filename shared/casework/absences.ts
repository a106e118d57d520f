// Who is away when: entered by the person or a supervisor, and what it means for visits that are booked already.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { Refusal } from '../domain/refusal.ts'
import { emit } from '../outbox.ts'
import { inContext, type Actor, type Moment } from './act.ts'
import { noSuch } from './open-case.ts'
import { reviewTasks } from './reviews.ts'
import { wantPlan } from './visit-plan-wish.ts'

/** Both days are included. */
export type Absence = { id: string; personId: string; name: string; awayFrom: string; awayTo: string }

/** The absences of today and later of the actor's committee; of oneself alone, unless one leads others. */
export async function listAbsences(db: Db, actor: Actor): Promise<Absence[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<Absence>`
      select a.id, a.person_id, p.name, a.away_from, a.away_to from absence a join person p on p.id = a.person_id
      where a.withdrawn_at is null and a.away_to >= ${at.today}::date and p.committee = ${actor.committee}
        and (${actor.role === 'supervisor'} or p.id = ${actor.personId}::uuid)
      order by a.away_from, p.name, a.id`.execute(trx)
    return rows
  })
}

function refuse(field: string, code: string, detail: string): never {
  throw new Refusal('invalid', code, detail, [{ pointer: `/${field}`, code, detail }])
}

/**
 * Enters that somebody is away. The same days again change nothing. Refuses days in the wrong order or past, and another
 * person's absence unless one leads their committee.
 */
export async function enterAbsence(
  db: Db,
  actor: Actor,
  { personId, awayFrom, awayTo }: { personId: string; awayFrom: string; awayTo: string },
): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    await demandMayEnter(trx, actor, personId)
    if (awayTo < awayFrom) refuse('awayTo', 'absence.order', 'Sista dagen kan inte vara före den första.')
    if (awayTo < at.today)
      refuse('awayTo', 'absence.past', 'Frånvaron är redan slut. Ange en dag från och med i dag.')
    const row = { id: randomUUID(), personId, awayFrom, awayTo, enteredBy: actor.personId }
    await insertRows(
      trx,
      'absence',
      [row],
      sql`on conflict (person_id, away_from, away_to) where withdrawn_at is null do nothing`,
    )
    await emit(trx, 'visitor.changed', [personId])
  })
}

/** Takes an absence back. Taken back already, it stays so. */
export async function withdrawAbsence(db: Db, actor: Actor, id: string): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<{
      personId: string
    }>`select person_id from absence where id = ${id} for update`.execute(trx)
    if (!rows[0]) throw noSuch()
    await demandMayEnter(trx, actor, rows[0].personId)
    await sql`update absence set withdrawn_at = ${at.now} where id = ${id} and withdrawn_at is null`.execute(
      trx,
    )
    await emit(trx, 'visitor.changed', [rows[0].personId])
  })
}

async function demandMayEnter(trx: Trx, actor: Actor, personId: string): Promise<void> {
  if (personId === actor.personId) return
  const person = await trx
    .selectFrom('person')
    .select('committee')
    .where('id', '=', personId)
    .where('active', '=', true)
    .executeTakeFirst()
  if (actor.role !== 'supervisor' || person?.committee !== actor.committee) throw noSuch()
}

/**
 * Brings what the rest of the service reads of somebody's absence (who is told, who gets referrals) in line with the
 * entered ones: the present or the next. What was set there by other means stays until an entered one comes before it.
 */
export async function refreshAbsences(trx: Trx): Promise<void> {
  await sql`update person p set absent_from = a.away_from, absent_to = a.away_to
    from (select distinct on (person_id) person_id, away_from, away_to from absence
      where withdrawn_at is null and away_to >= clock_today() order by person_id, away_from, away_to desc) a
    where a.person_id = p.id and (p.absent_from, p.absent_to) is distinct from (a.away_from, a.away_to)
      and (p.absent_from is null or p.absent_to < clock_today() or a.away_from <= p.absent_from
        or exists (select 1 from absence w where w.person_id = p.id and w.away_from = p.absent_from and w.withdrawn_at is not null))`.execute(
    trx,
  )
  await sql`update person p set absent_from = null, absent_to = null from absence w
    where w.person_id = p.id and w.withdrawn_at is not null and w.away_from = p.absent_from and w.away_to = p.absent_to
      and not exists (select 1 from absence a where a.person_id = p.id and a.withdrawn_at is null
        and a.away_from = p.absent_from and a.away_to = p.absent_to)`.execute(trx)
}

type Clash = { visitId: string; caseId: string; committee: string; unit: string | null }

/** Asks the supervisor to rebook the visits that somebody was to make while away, and has the weeks planned anew. */
export async function followVisitors(trx: Trx, at: Moment, personIds: readonly string[]): Promise<void> {
  const { rows } = await sql<Clash>`
    select distinct v.id as visit_id, v.case_id, v.committee, c.unit from visit v
      join visit_person p on p.visit_id = v.id join absence a on a.person_id = p.person_id join arrears_case c on c.id = v.case_id
    where p.person_id = any(${[...personIds]}::uuid[]) and p.booked and v.state = 'booked' and v.starts_at > ${at.now}
      and a.withdrawn_at is null
      and (v.starts_at at time zone 'Europe/Stockholm')::date between a.away_from and a.away_to order by v.id`.execute(
    trx,
  )
  await reviewTasks(
    trx,
    at,
    rows.map(({ visitId, caseId, committee, unit }) => ({
      kind: 'visit-absent' as const,
      caseId,
      subjectId: visitId,
      committee,
      unit,
    })),
  )
  await wantPlan(trx)
}
