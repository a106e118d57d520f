// The named group: who in each committee may see protected persons' cases, and to whom alone alerts about them go.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor } from './act.ts'
import { noSuch } from './open-case.ts'
import type { Told } from './recipients.ts'
import { isOneOf } from './two-persons.ts'

export type Named = { personId: string; name: string; role: string; unit: string | null; namedAt: string }

/** Those whom the actor's committee has named and who still work there. */
export async function listNamed(db: Db, actor: Actor): Promise<Named[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<Named>`select p.id as person_id, p.name, p.role, p.unit, g.named_at
      from protected_group g join person p on p.id = g.person_id and p.active and p.committee = g.committee
      where g.committee = ${actor.committee} and g.removed_at is null order by p.name, p.id`.execute(trx)
    return rows
  })
}

/**
 * Names a colleague; naming twice changes nothing. Refuses `not-found` for whoever is not of the committee, and the
 * actor herself: whoever could let herself in would be in.
 */
export async function nameColleague(db: Db, actor: Actor, personId: string): Promise<void> {
  await inContext(db, actor, async (trx) => {
    await demandAnother(trx, actor, personId)
    await sql`insert into protected_group (committee, person_id, named_by)
      select committee, id, ${actor.personId}::uuid from person
      where id = ${personId} and committee = ${actor.committee} and active
        and role in ('caseworker', 'supervisor', 'visitor', 'counsellor')
      on conflict (committee, person_id) where removed_at is null do nothing`.execute(trx)
    if (!(await isNamed(trx, actor, personId))) throw noSuch()
  })
}

/** Takes a colleague out of the group; from the next request on the cases are gone. Twice changes nothing. */
export async function unnameColleague(db: Db, actor: Actor, personId: string): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    await sql`update protected_group set removed_at = ${at.now}, removed_by = ${actor.personId}
      where committee = ${actor.committee} and person_id = ${personId} and removed_at is null`.execute(trx)
  })
}

async function isNamed(trx: Trx, actor: Actor, personId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from protected_group
    where committee = ${actor.committee} and person_id = ${personId} and removed_at is null`.execute(trx)
  return rows.length > 0
}

async function demandAnother(trx: Trx, actor: Actor, personId: string): Promise<void> {
  if (!(await isOneOf(trx, actor, [personId]))) return
  throw new Refusal(
    'forbidden',
    'protected.named-by-another',
    'Du kan inte utse dig själv. Be en annan enhetschef i nämnden.',
  )
}

const NOBODY_NAMED = {
  sv: 'Ett ärende väntar på den namngivna gruppen, och den är tom. Utse någon i den.',
  en: 'A case waits for the named group, and the group is empty. Name somebody in it.',
}

type Telling = { caseId: string | null; told: Told; title: { sv: string; en: string } }

/**
 * Turns what is told about protected persons' cases to the named group of the committee, because nobody else can see
 * it. Where nobody is named, the one who would have been told learns that, and nothing of the case.
 */
export async function tellNamedOnly<T extends Telling>(trx: Trx, alerts: readonly T[]): Promise<T[]> {
  const ids = alerts.flatMap((one) => one.caseId ?? [])
  const { rows } = await sql<{ id: string; committee: string; named: { id: string; unit: string }[] | null }>`
    select c.id, c.committee, (select json_agg(json_build_object('id', p.id, 'unit', p.unit)
        order by (p.id = c.assignee) desc nulls last, (p.unit = c.unit) desc nulls last, p.id)
      from protected_group g join person p on p.id = g.person_id and p.active and p.committee = g.committee
      where g.committee = c.committee and g.removed_at is null
        and not coalesce(clock_today() between p.absent_from and coalesce(p.absent_to, 'infinity'), false)) as named
    from arrears_case c where c.protected and c.id = any(${ids}::uuid[])`.execute(trx)
  const hidden = new Map(rows.map((row) => [row.id, row]))
  return alerts.map((one) => {
    const found = one.caseId === null ? undefined : hidden.get(one.caseId)
    if (!found) return one
    const person = found.named?.find(({ id }) => id === one.told.personId) ?? found.named?.[0]
    if (!person) return { ...one, caseId: null, title: NOBODY_NAMED }
    const told = { ...one.told, personId: person.id, unit: person.unit, committee: found.committee }
    return { ...one, told }
  })
}
