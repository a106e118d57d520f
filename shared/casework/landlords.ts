// Landlords and those who act for them, as administrators see them: approved, suspended, and the systems that send for them.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { readOrganisationNumber } from '../domain/identity-number.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { inContext, lockTexts, type Actor } from './act.ts'
import { noSuch } from './open-case.ts'
import { notePersonChange, type PersonChange } from './people-changes.ts'

export const LANDLORD_KINDS = ['public', 'private', 'cooperative', 'collection', 'unknown'] as const

export type LandlordLine = {
  id: string
  name: string
  organisationNumber: string | null
  kind: string
  approvedAt: string | null
  suspendedAt: string | null
  users: number
  waiting: number
  /** Came in by signing in alone: nobody of the municipality has looked at them yet. */
  unseen: boolean
}

export type LandlordUser = {
  id: string
  name: string
  username: string
  email: string | null
  active: boolean
  requestedAt: string | null
}

/** A system that sends; its secret is kept by the sign-in service and shown nowhere. */
export type SystemClient = {
  clientId: string
  kind: string
  committee: string | null
  landlord: string | null
  active: boolean
}

const shown = sql`l.id, l.name, l.organisation_number, l.kind, l.approved_at, l.suspended_at,
  (select count(*) from person p where p.landlord_id = l.id and p.active)::int as users,
  (select count(*) from person p where p.landlord_id = l.id and not p.active and p.requested_at is not null)::int as waiting,
  l.approved_at is null and l.suspended_at is null and exists (select 1 from person p where p.landlord_id = l.id and p.active and p.requested_at is not null) as unseen`

/** The landlords, those with somebody waiting first, then those who came in without anybody's approval, and the systems that are let in. */
export async function listLandlords(
  db: Db,
  actor: Actor,
  { limit, page }: { limit: number; page: number },
): Promise<{ total: number; landlords: LandlordLine[]; clients: SystemClient[] }> {
  return inContext(db, actor, async (trx) => {
    const { rows: landlords } = await sql<LandlordLine>`select * from (select ${shown} from landlord l) l
      order by waiting > 0 desc, unseen desc, name, id limit ${limit} offset ${(page - 1) * limit}`.execute(
      trx,
    )
    const { rows: clients } =
      await sql<SystemClient>`select c.client_id, c.kind, c.committee, l.name as landlord, c.active
      from system_client c left join landlord l on l.id = c.landlord_id order by c.client_id`.execute(trx)
    const count = await sql<{ total: number }>`select count(*)::int as total from landlord`.execute(trx)
    return { total: count.rows[0]?.total ?? 0, landlords, clients }
  })
}

/** One landlord with its people and what has been changed. Refuses `not-found`. */
export async function readLandlord(
  db: Db,
  actor: Actor,
  id: string,
): Promise<{ landlord: LandlordLine; users: LandlordUser[]; changes: PersonChange[] }> {
  return inContext(db, actor, async (trx) => {
    const landlord = await findLandlord(trx, id)
    const { rows: users } =
      await sql<LandlordUser>`select id, name, username, email, active, requested_at from person
      where landlord_id = ${id} order by active, name, id`.execute(trx)
    const { rows: changes } = await sql<PersonChange>`
      select c.what, c.before, c.after, b.name as by_name, c.changed_at as at from person_change c
      left join person b on b.id = c.changed_by
      where c.landlord_id = ${id} or c.person_id in (select p.id from person p where p.landlord_id = ${id})
      order by c.id desc limit 50`.execute(trx)
    return { landlord, users, changes }
  })
}

async function findLandlord(trx: Trx, id: string): Promise<LandlordLine> {
  await lockTexts(trx, [`landlord ${id}`])
  const { rows } = await sql<LandlordLine>`select ${shown} from landlord l where l.id = ${id}`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

type Note = { landlordId: string; what: string; before?: object; after?: object }

async function note(trx: Trx, actor: Actor, { landlordId, what, before, after }: Note): Promise<void> {
  await sql`insert into person_change (landlord_id, what, before, after, changed_by) values (${landlordId}, ${what},
    ${before ? JSON.stringify(before) : null}::jsonb, ${after ? JSON.stringify(after) : null}::jsonb, ${actor.personId})`.execute(
    trx,
  )
}

export type LandlordWish = { name: string; organisationNumber: string; kind: string }

/** What is wrong with a landlord's own facts, field by field. */
function faultsOf(wish: LandlordWish, number: string | null): Problem[] {
  const problems: Problem[] = []
  const say = (field: string, code: string, detail: string, en: string) =>
    problems.push({ pointer: `/${field}`, code, detail, en })
  if (wish.name.trim() === '' || wish.name.length > 200)
    say('name', 'landlord.name', 'Skriv hyresvärdens namn.', 'Write the landlord’s name.')
  if (wish.organisationNumber.trim() !== '' && number === null)
    say(
      'organisationNumber',
      'landlord.number',
      'Organisationsnumret stämmer inte. Kontrollera siffrorna.',
      'The organisation number is not valid. Check the digits.',
    )
  if (!LANDLORD_KINDS.some((kind) => kind === wish.kind))
    say('kind', 'landlord.kind', 'Välj en typ av hyresvärd.', 'Choose a kind of landlord.')
  return problems
}

/** Changes a landlord's name, number and kind. Refuses a number that is another landlord's. */
export async function changeLandlord(db: Db, actor: Actor, id: string, wish: LandlordWish): Promise<void> {
  const number = readOrganisationNumber(wish.organisationNumber)
  const problems = faultsOf(wish, number)
  if (problems.length > 0)
    throw new Refusal('unprocessable', 'person.unfit', 'Några uppgifter behöver rättas. Se fälten.', problems)
  await inContext(db, actor, async (trx) => {
    const { name, organisationNumber, kind } = await findLandlord(trx, id)
    const before = { name, organisationNumber, kind }
    const after = { name: wish.name.trim(), organisationNumber: number, kind: wish.kind }
    if (JSON.stringify(before) === JSON.stringify(after)) return
    const taken =
      await sql`select 1 from landlord where organisation_number = ${number} and id <> ${id}`.execute(trx)
    if (taken.rows.length > 0) {
      const detail = 'En annan hyresvärd har redan det numret.'
      const problem = {
        pointer: '/organisationNumber',
        code: 'landlord.number',
        detail,
        en: 'Another landlord has that number already.',
      }
      throw new Refusal('conflict', 'landlord.number', detail, [problem])
    }
    await sql`update landlord set name = ${after.name}, organisation_number = ${number}, kind = ${after.kind} where id = ${id}`.execute(
      trx,
    )
    await note(trx, actor, { landlordId: id, what: 'changed', before, after })
  })
}

/** Suspends a landlord, so that none of its people and systems comes in, or opens it again. Twice is once. */
export async function setLandlordSuspended(
  db: Db,
  actor: Actor,
  id: string,
  suspended: boolean,
): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    const landlord = await findLandlord(trx, id)
    if ((landlord.suspendedAt !== null) === suspended) return
    await sql`update landlord set suspended_at = ${suspended ? at.now : null} where id = ${id}`.execute(trx)
    await note(trx, actor, { landlordId: id, what: suspended ? 'suspended' : 'opened' })
  })
}

/** Lets in, or keeps out, somebody who acts for the landlord. The first who is let in approves the landlord too. */
export async function setLandlordUser(
  db: Db,
  actor: Actor,
  { landlordId, personId, active }: { landlordId: string; personId: string; active: boolean },
): Promise<void> {
  await inContext(db, actor, async (trx, at) => {
    await findLandlord(trx, landlordId)
    const { rows } = await sql<{
      active: boolean
      requestedAt: string | null
    }>`select active, requested_at from person
      where id = ${personId} and landlord_id = ${landlordId} and role = 'landlord' for update`.execute(trx)
    const [user] = rows
    if (!user) throw noSuch()
    if (user.active === active && user.requestedAt === null) return
    await sql`update person set active = ${active}, requested_at = null, updated_at = ${at.now} where id = ${personId}`.execute(
      trx,
    )
    if (active)
      await sql`update landlord set approved_at = coalesce(approved_at, ${at.now}) where id = ${landlordId}`.execute(
        trx,
      )
    const what = active ? 'let-in' : 'kept-out'
    await notePersonChange(trx, actor.personId, { personId, what, before: null, after: null })
  })
}
