// A counsellor's own times in the weeks ahead: seen, added to, and taken out while nobody is booked.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { localDateOf } from '../domain/calendar.ts'
import { endOf } from '../domain/counselling-slots.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, lockTexts, type Actor, type Moment } from './act.ts'
import { ensureSlots, hoursOf } from './counselling-slots.ts'
import { noSuch } from './open-case.ts'
import { readMunicipality } from './settings.ts'

/** A time to come. `caseNumber` and `referralId` tell whom it is booked for; null: free. */
export type OwnTime = {
  id: string
  day: string
  startsAt: string
  endsAt: string
  referralId: string | null
  caseNumber: string | null
}

/** The actor's times from today and so many days on, the earliest first. */
export async function listOwnTimes(db: Db, actor: Actor, days: number): Promise<OwnTime[]> {
  return inContext(db, actor, async (trx, at) => {
    if (actor.unit) await ensureSlots(trx, at, actor.unit, await readMunicipality(trx))
    const { rows } = await sql<OwnTime>`
      select s.id, s.day, s.starts_at, s.ends_at, s.referral_id, r.case_number
      from counselling_slot s left join referral r on r.id = s.referral_id
      where s.counsellor = ${actor.personId} and s.withdrawn_at is null and s.ends_at > ${at.now}
        and s.day < ${at.today}::date + ${days}::int order by s.starts_at`.execute(trx)
    return rows
  })
}

function refuse(pointer: string, code: string, detail: string): never {
  throw new Refusal('unprocessable', code, detail, [{ pointer, code, detail }])
}

/** Adds a time of the usual length. The same again gives the one that stands. Refuses what is past or overlaps another. */
export async function addTime(db: Db, actor: Actor, startsAt: string): Promise<string> {
  return inContext(db, actor, async (trx, at) => {
    const { personId, unit } = actor
    if (!personId || !unit) throw noSuch()
    if (Date.parse(startsAt) <= Date.parse(at.now))
      refuse('/startsAt', 'slot.past', 'Tiden har redan varit. Välj en tid som kommer.')
    const endsAt = endOf(startsAt, hoursOf(await readMunicipality(trx)))
    await lockTexts(trx, [`times ${personId}`])
    const { rows } = await sql<{ id: string; same: boolean; withdrawn: boolean }>`
      select id, starts_at = ${startsAt} as same, withdrawn_at is not null as withdrawn from counselling_slot
      where counsellor = ${personId} and starts_at < ${endsAt} and ends_at > ${startsAt}
        and (withdrawn_at is null or starts_at = ${startsAt}) order by withdrawn_at nulls first`.execute(trx)
    const overlapping = rows.find(({ same, withdrawn }) => !same && !withdrawn)
    if (overlapping) refuse('/startsAt', 'slot.overlaps', 'Du har redan en tid som går in i den här.')
    const same = rows.find((row) => row.same)
    if (same) return restore(trx, same.id)
    const id = randomUUID()
    await sql`insert into counselling_slot (id, unit, counsellor, day, starts_at, ends_at, source, created_at)
      values (${id}, ${unit}, ${personId}, ${localDateOf(startsAt)}, ${startsAt}, ${endsAt}, 'added', ${at.now})`.execute(
      trx,
    )
    return id
  })
}

async function restore(trx: Trx, id: string): Promise<string> {
  await sql`update counselling_slot set withdrawn_at = null where id = ${id}`.execute(trx)
  return id
}

/** Takes out a free time; again changes nothing. Refuses one that a household is booked for. */
export async function withdrawTime(db: Db, actor: Actor, id: string): Promise<void> {
  await inContext(db, actor, async (trx: Trx, at: Moment) => {
    const { rows } = await sql<{ referralId: string | null }>`select referral_id from counselling_slot
      where id = ${id} and counsellor = ${actor.personId} for update`.execute(trx)
    if (!rows[0]) throw noSuch()
    if (rows[0].referralId !== null) {
      const detail = 'Tiden är bokad. Boka om mötet först, på hänvisningens sida.'
      throw new Refusal('conflict', 'slot.booked', detail)
    }
    await sql`update counselling_slot set withdrawn_at = coalesce(withdrawn_at, ${at.now}) where id = ${id}`.execute(
      trx,
    )
  })
}
