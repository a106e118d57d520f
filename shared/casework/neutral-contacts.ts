// A neutral contact (bokonsulent, bolots, Stadsmissionen) for a household: named by the committee, shown what consent allows.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { insertRows } from '../db/rows.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, type Actor } from './act.ts'
import { lockCase, nameInDiary } from './open-case.ts'
import { itemsOn, refreshShown, type ShownItem } from './shown-items.ts'
import { writeTimeline } from './timeline.ts'

/** Who is the contact of a household; `personName` null: somebody who does not use the service. */
export type NeutralContact = { id: string; organisation: string; personName: string | null; givenAt: string }

/** People outside the actor's committee who may be a contact, by name. */
export async function possibleContacts(
  db: Db,
  actor: Actor,
): Promise<{ id: string; name: string; unit: string }[]> {
  const { rows } = await sql<{ id: string; name: string; unit: string }>`
    select p.id, p.name, u.name_sv as unit from person p join unit u on u.code = p.unit
    where p.active and p.committee <> ${actor.committee} and p.role in ('caseworker', 'visitor')
      and u.kind in ('outreach', 'home-visit', 'coordination') order by p.name, p.id`.execute(db)
  return rows
}

/** The contact of a case now, or null. */
export async function contactOf(trx: Trx, caseId: string): Promise<NeutralContact | null> {
  const { rows } = await sql<NeutralContact>`
    select n.id, n.organisation, p.name as person_name, n.given_at from neutral_contact n left join person p on p.id = n.person_id
    where n.case_id = ${caseId} and n.ended_on is null`.execute(trx)
  return rows[0] ?? null
}

/**
 * Names the contact; the one before ends. Refuses somebody of the committee itself, who sees the whole case, and a
 * protected person's case, which nobody outside may learn of.
 */
export async function nameContact(
  db: Db,
  actor: Actor,
  named: { caseId: string; personId: string | null; organisation: string },
): Promise<void> {
  return inContext(db, actor, async (trx, at) => {
    const open = await lockCase(trx, named.caseId, null)
    await demandOutsider(trx, open.id, named.personId)
    const standing = await trx
      .selectFrom('neutralContact')
      .select(['personId', 'organisation'])
      .where('caseId', '=', open.id)
      .where('endedOn', 'is', null)
      .executeTakeFirst()
    if (standing?.personId === named.personId && standing.organisation === named.organisation) return
    await sql`update neutral_contact set ended_on = ${at.today}, shown = '[]' where case_id = ${open.id} and ended_on is null`.execute(
      trx,
    )
    const { personId, organisation } = named
    const row = { id: randomUUID(), caseId: open.id, personId, organisation, caseNumber: open.number }
    await insertRows(trx, 'neutralContact', [{ ...row, givenBy: actor.personId, givenAt: at.now }])
    await writeTimeline(trx, at, [
      { caseId: open.id, kind: 'neutral-contact.named', actor: nameInDiary(actor), detail: { personId } },
    ])
    await refreshShown(trx, at, [open.id])
  })
}

async function demandOutsider(trx: Trx, caseId: string, personId: string | null): Promise<void> {
  const { rows } = await sql<{ protected: boolean; own: boolean; known: boolean }>`
    select c.protected, exists (select 1 from person p where p.id = ${personId}::uuid and p.committee = c.committee) as own,
      ${personId}::uuid is null or exists (select 1 from person p where p.id = ${personId}::uuid and p.active and p.role in ('caseworker', 'visitor')) as known
    from arrears_case c where c.id = ${caseId}`.execute(trx)
  const [found] = rows
  if (found?.protected)
    refuse('contact.protected', 'Personen har skyddade uppgifter. Låt den särskilda gruppen hålla kontakten.')
  if (found?.own)
    refuse(
      'contact.own',
      'Personen hör till nämnden och ser redan hela ärendet. Flytta ärendet, eller välj någon utanför.',
    )
  if (!found?.known)
    refuse('contact.person', 'Personen finns inte eller kan inte vara kontakt. Välj någon annan.')
}

function refuse(code: string, detail: string): never {
  throw new Refusal('unprocessable', code, detail, [{ pointer: '/personId', code, detail }])
}

/** A household as its neutral contact sees it. */
export type ContactView = { id: string; caseNumber: string; givenAt: string; items: ShownItem[] }

/** The households whose contact the actor is, with what may be shown today and nothing else. */
export async function householdsOfContact(db: Db, actor: Actor): Promise<ContactView[]> {
  return inContext(db, actor, async (trx, at) => {
    const { rows } = await sql<Omit<ContactView, 'items'> & { shown: ShownItem[] }>`
      select id, case_number, given_at, shown from neutral_contact
      where person_id = ${actor.personId}::uuid and ended_on is null order by given_at desc, id limit 200`.execute(
      trx,
    )
    return rows.map(({ shown, ...row }) => ({ ...row, items: itemsOn(shown, at.today) }))
  })
}
