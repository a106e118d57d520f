// How people come to act for a landlord: they ask and are let in by the municipality, or they bring an invitation.
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal } from '../domain/refusal.ts'
import { inContext, lockTexts, type Actor } from './act.ts'
import { noSuch } from './open-case.ts'
import { notePersonChange } from './people-changes.ts'
import { readMunicipality } from './settings.ts'

/** Who has signed in, as the sign-in service names them. */
export type SignedIn = { subject: string; username: string; name: string; email: string | null }

/** `organisationNumber`: ten digits, or null for somebody who acts for themselves. */
export type LandlordClaims = SignedIn & { organisationNumber: string | null; landlordName: string | null }

const INVITATION_DAYS = 14

/**
 * Somebody unknown has signed in as a landlord. Whoever acts for an organisation waits, because a sign-in proves a person
 * and not the right to act for a company. A person who acts for themselves is let in where the municipality has decided
 * so (a statutory notice should not wait for us, and the administrator sees who came in so); else they wait too. Asked
 * again, the answer is how it stands.
 */
export async function askLandlordAccess(db: Db, claims: LandlordClaims): Promise<'active' | 'waiting'> {
  return db.transaction().execute(async (trx) => {
    await lockTexts(trx, [`landlord user ${claims.subject}`])
    const known = await trx
      .selectFrom('person')
      .select(['active'])
      .where('subject', '=', claims.subject)
      .executeTakeFirst()
    if (known) return known.active ? 'active' : 'waiting'
    const alone = claims.organisationNumber === null
    const atOnce = alone && (await readMunicipality(trx)).privateLandlordsAtOnce
    const landlordId = await landlordOf(trx, claims)
    const { subject, username, name, email } = claims
    const made = await trx
      .insertInto('person')
      .values({
        subject,
        username,
        name,
        email,
        role: 'landlord',
        landlordId,
        active: atOnce,
        requestedAt: sql`clock_now()`,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await notePersonChange(trx, null, {
      personId: made.id,
      what: alone ? 'acts-alone' : 'asked',
      before: null,
      after: { landlordId },
    })
    return atOnce ? 'active' : 'waiting'
  })
}

async function landlordOf(
  trx: Trx,
  { organisationNumber, landlordName, name }: LandlordClaims,
): Promise<string> {
  const kind = 'unknown'
  if (organisationNumber === null) {
    const own = await trx
      .insertInto('landlord')
      .values({ name, kind })
      .returning('id')
      .executeTakeFirstOrThrow()
    return own.id
  }
  await trx
    .insertInto('landlord')
    .values({ name: landlordName ?? organisationNumber, organisationNumber, kind })
    .onConflict((conflict) => conflict.column('organisationNumber').doNothing())
    .execute()
  const found = await trx
    .selectFrom('landlord')
    .select('id')
    .where('organisationNumber', '=', organisationNumber)
    .executeTakeFirstOrThrow()
  return found.id
}

const hashOf = (code: string): Buffer => createHash('sha256').update(code.trim()).digest()

/** Makes an invitation to act for a landlord. The code is given back once and kept only as a hash. */
export async function inviteLandlordUser(db: Db, actor: Actor, landlordId: string): Promise<string> {
  return inContext(db, actor, async (trx) => {
    const landlord = await trx
      .selectFrom('landlord')
      .select(['suspendedAt'])
      .where('id', '=', landlordId)
      .executeTakeFirst()
    if (!landlord) throw noSuch()
    if (landlord.suspendedAt !== null)
      throw new Refusal('conflict', 'landlord.suspended', 'Hyresvärden är avstängd. Öppna den igen först.')
    const code = randomBytes(16).toString('base64url')
    await sql`insert into landlord_invitation (landlord_id, code_hash, invited_by, expires_at)
      values (${landlordId}, ${hashOf(code)}, ${actor.personId}, clock_now() + make_interval(days => ${INVITATION_DAYS}))`.execute(
      trx,
    )
    await sql`insert into person_change (landlord_id, what, changed_by) values (${landlordId}, 'invited', ${actor.personId})`.execute(
      trx,
    )
    return code
  })
}

type Invitation = { id: string; landlordId: string; ended: boolean; usedBy: string | null }

/**
 * Lets in whoever brings an invitation's code. Refuses `invitation.unknown`, `invitation.ended` (used by another, or too
 * old) and `person.taken` for somebody who works here in another role. Brought twice by the same person it is used once.
 */
export async function redeemInvitation(db: Db, person: SignedIn, code: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockTexts(trx, [`landlord user ${person.subject}`])
    const { rows } =
      await sql<Invitation>`select id, landlord_id, used_by, expires_at < clock_now() or used_at is not null as ended
      from landlord_invitation where code_hash = ${hashOf(code)} for update`.execute(trx)
    const [found] = rows
    if (!found)
      throw new Refusal(
        'not-found',
        'invitation.unknown',
        'Inbjudan finns inte. Kontrollera koden eller be om en ny.',
      )
    const known = await trx
      .selectFrom('person')
      .select(['id', 'role', 'active', 'landlordId'])
      .where('subject', '=', person.subject)
      .executeTakeFirst()
    if (known && found.usedBy === known.id) return
    if (found.ended)
      throw new Refusal('conflict', 'invitation.ended', 'Inbjudan är använd eller för gammal. Be om en ny.')
    const id = await letIn(trx, person, known ?? null, found.landlordId)
    await sql`update landlord_invitation set used_at = clock_now(), used_by = ${id} where id = ${found.id}`.execute(
      trx,
    )
  })
}

type Known = { id: string; role: string; active: boolean; landlordId: string | null }

async function letIn(trx: Trx, person: SignedIn, known: Known | null, landlordId: string): Promise<string> {
  const other = known && (known.role !== 'landlord' || (known.active && known.landlordId !== landlordId))
  if (other) {
    const detail = 'Någon med den identiteten finns redan. Ändra den personen i stället.'
    throw new Refusal('conflict', 'person.taken', detail)
  }
  const { subject, username, name, email } = person
  const { id } = await trx
    .insertInto('person')
    .values({ subject, username, name, email, role: 'landlord', landlordId })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet({ active: true, landlordId, requestedAt: null }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  await notePersonChange(trx, null, {
    personId: id,
    what: 'came-by-invitation',
    before: null,
    after: { landlordId },
  })
  return id
}
