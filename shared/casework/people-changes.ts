// Who works here and as what: administrators let people in, move and end them, and every change is written down.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { Refusal, type Problem } from '../domain/refusal.ts'
import { inContext, lockTexts, type Actor } from './act.ts'
import { noSuch } from './open-case.ts'
import { isOneOf } from './two-persons.ts'

/** Roles that a person can be given; systems and landlords come in by other ways. */
export const STAFF_ROLES = [
  'registrar',
  'caseworker',
  'visitor',
  'counsellor',
  'supervisor',
  'administrator',
  'statistician',
  'log-reviewer',
] as const
export type StaffRole = (typeof STAFF_ROLES)[number]
/** Roles that belong to a committee and a unit; the others may stand outside. */
const PLACED: ReadonlySet<string> = new Set<StaffRole>([
  'registrar',
  'caseworker',
  'visitor',
  'counsellor',
  'supervisor',
])

export type PersonLine = {
  id: string
  subject: string
  username: string
  name: string
  email: string | null
  role: string
  committee: string | null
  unit: string | null
  unitName: string | null
  active: boolean
  absentTo: string | null
}

export type PersonChange = {
  what: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  byName: string | null
  at: string
}

const shown = sql`p.id, p.subject, p.username, p.name, p.email, p.role, p.committee, p.unit, u.name_sv as unit_name, p.active,
  case when ${sql.raw('clock_today()')} between p.absent_from and coalesce(p.absent_to, 'infinity') then p.absent_to end as absent_to`

/** The people of the municipality, those who have ended last. */
export async function listPeople(
  db: Db,
  actor: Actor,
  { role, limit, page }: { role: string | null; limit: number; page: number },
): Promise<{ total: number; people: PersonLine[] }> {
  return inContext(db, actor, async (trx) => {
    const which = sql`from person p left join unit u on u.code = p.unit
      where p.role <> 'landlord' and (${role}::text is null or p.role = ${role})`
    const { rows } = await sql<PersonLine>`select ${shown} ${which} order by p.active desc, p.name, p.id
      limit ${limit} offset ${(page - 1) * limit}`.execute(trx)
    const count = await sql<{ total: number }>`select count(*)::int as total ${which}`.execute(trx)
    return { total: count.rows[0]?.total ?? 0, people: rows }
  })
}

/** One person with what has been changed, the latest first. Refuses `not-found`. */
export async function readPerson(
  db: Db,
  actor: Actor,
  id: string,
): Promise<{ person: PersonLine; changes: PersonChange[] }> {
  return inContext(db, actor, async (trx) => {
    const person = await findPerson(trx, id)
    const { rows: changes } = await sql<PersonChange>`
      select c.what, c.before, c.after, b.name as by_name, c.changed_at as at from person_change c
      left join person b on b.id = c.changed_by where c.person_id = ${id} order by c.id desc limit 50`.execute(
      trx,
    )
    return { person, changes }
  })
}

/** One person of the staff. Refuses `not-found`. */
export async function findPerson(trx: Trx, id: string): Promise<PersonLine> {
  const { rows } = await sql<PersonLine>`select ${shown} from person p left join unit u on u.code = p.unit
    where p.id = ${id} and p.role <> 'landlord'`.execute(trx)
  if (!rows[0]) throw noSuch()
  return rows[0]
}

/** What a person is let in with, or changed to. */
export type PersonWish = { name: string; email: string; role: string; unit: string }

const wrong = (field: string, code: string, sv: string, en: string): Problem => ({
  pointer: `/${field}`,
  code,
  detail: sv,
  en,
})

type Placed = {
  name: string
  email: string | null
  role: string
  committee: string | null
  unit: string | null
}

/** The wish as it is stored, or a refusal that names every field. The unit brings its committee. */
async function placed(trx: Trx, wish: PersonWish): Promise<Placed> {
  const problems: Problem[] = []
  const [name, email] = [wish.name.trim(), wish.email.trim()]
  if (name === '' || name.length > 100)
    problems.push(
      wrong(
        'name',
        'person.name',
        'Skriv namnet, högst 100 tecken.',
        'Write the name, at most 100 characters.',
      ),
    )
  if (email !== '' && !/^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(email))
    problems.push(
      wrong(
        'email',
        'person.email',
        'E-postadressen går inte att läsa.',
        'The e-mail address cannot be read.',
      ),
    )
  if (!STAFF_ROLES.some((role) => role === wish.role))
    problems.push(wrong('role', 'person.role', 'Välj en roll.', 'Choose a role.'))
  const { rows } = await sql<{ code: string; committee: string }>`select code, committee from unit
    where active and code = ${wish.unit}`.execute(trx)
  const [unit] = rows
  if (!unit && (wish.unit !== '' || PLACED.has(wish.role)))
    problems.push(wrong('unit', 'person.unit', 'Välj en enhet.', 'Choose a unit.'))
  if (problems.length > 0)
    throw new Refusal('unprocessable', 'person.unfit', 'Några uppgifter behöver rättas. Se fälten.', problems)
  return {
    name,
    email: email || null,
    role: wish.role,
    committee: unit?.committee ?? null,
    unit: unit?.code ?? null,
  }
}

type Written = { personId: string; what: string; before: object | null; after: object | null }

/** Writes down who changed what of whom. */
export async function notePersonChange(trx: Trx, by: string | null, change: Written): Promise<void> {
  const { personId, what, before, after } = change
  await sql`insert into person_change (person_id, what, before, after, changed_by)
    values (${personId}, ${what}, ${before && JSON.stringify(before)}::jsonb, ${after && JSON.stringify(after)}::jsonb, ${by})`.execute(
    trx,
  )
}

/** One change of rights at a time: two who end each other at the same moment must not both succeed. */
export async function lockRights(trx: Trx, actor: Actor): Promise<void> {
  await lockTexts(trx, ['rights'])
  const { rows } =
    await sql`select 1 from person where id = ${actor.personId} and active and role = 'administrator'`.execute(
      trx,
    )
  if (rows.length === 0)
    throw new Refusal('forbidden', 'forbidden', 'Du har inte behörighet till det här längre.')
}

/**
 * Lets a person in. `subject` is how the sign-in service names them. Refuses `person.taken` when it is somebody else's
 * already; the same person with the same words again is let in once.
 */
export async function addPerson(
  db: Db,
  actor: Actor,
  wish: PersonWish & { subject: string; username: string },
): Promise<string> {
  return inContext(db, actor, async (trx) => {
    await lockRights(trx, actor)
    const [subject, username] = [wish.subject.trim(), wish.username.trim()]
    if (subject === '' || subject.length > 200 || username === '' || username.length > 100) {
      const detail = 'Skriv identiteten och användarnamnet som inloggningstjänsten har dem.'
      const en = 'Write the identity and the user name as the sign-in service has them.'
      const field = subject === '' || subject.length > 200 ? 'subject' : 'username'
      throw new Refusal('unprocessable', 'person.unfit', detail, [
        wrong(field, 'person.identity', detail, en),
      ])
    }
    const row = { subject, username, ...(await placed(trx, wish)) }
    const made = await trx
      .insertInto('person')
      .values(row)
      .onConflict((conflict) => conflict.column('subject').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!made) return sameAs(trx, row)
    await demandAnother(trx, actor, made.id)
    await notePersonChange(trx, actor.personId, {
      personId: made.id,
      what: 'added',
      before: null,
      after: row,
    })
    return made.id
  })
}

async function sameAs(trx: Trx, row: Placed & { subject: string; username: string }): Promise<string> {
  const there = await trx
    .selectFrom('person')
    .selectAll()
    .where('subject', '=', row.subject)
    .executeTakeFirstOrThrow()
  const same = Object.entries(row).every(([field, value]) => there[field as keyof typeof there] === value)
  if (same && there.active) return there.id
  const detail = 'Någon med den identiteten finns redan. Ändra den personen i stället.'
  const en = 'Somebody with that identity is here already. Change that person instead.'
  throw new Refusal('conflict', 'person.taken', detail, [wrong('subject', 'person.taken', detail, en)])
}

/** Refuses a change of one's own rights, by whatever account: nobody gives themselves access to cases. */
async function demandAnother(trx: Trx, actor: Actor, id: string): Promise<void> {
  if (!(await isOneOf(trx, actor, [id]))) return
  throw new Refusal(
    'forbidden',
    'person.own-rights',
    'Du kan inte ändra din egen roll eller enhet. Be en annan administratör.',
  )
}

async function demandAdministratorLeft(trx: Trx, id: string): Promise<void> {
  const { rows } =
    await sql`select 1 from person where role = 'administrator' and active and id <> ${id} limit 1`.execute(
      trx,
    )
  if (rows.length === 0)
    throw new Refusal(
      'conflict',
      'person.last-administrator',
      'Det måste finnas en administratör kvar. Lägg till en annan först.',
    )
}

/** Changes a person's name, role and unit. Of oneself only the name and address. */
export async function changePerson(db: Db, actor: Actor, id: string, wish: PersonWish): Promise<void> {
  await inContext(db, actor, async (trx) => {
    await lockRights(trx, actor)
    const was = await findPerson(trx, id)
    const now = await placed(trx, wish)
    const { name, email, role, committee, unit } = was
    const before = { name, email, role, committee, unit }
    if (JSON.stringify(before) === JSON.stringify(now)) return
    if (role !== now.role || committee !== now.committee || unit !== now.unit)
      await demandAnother(trx, actor, id)
    if (role === 'administrator' && now.role !== role) await demandAdministratorLeft(trx, id)
    await trx
      .updateTable('person')
      .set({ ...now, updatedAt: sql`clock_now()` })
      .where('id', '=', id)
      .execute()
    await notePersonChange(trx, actor.personId, { personId: id, what: 'changed', before, after: now })
  })
}

/** Refuses to end oneself, and the last administrator. */
export async function demandEndable(trx: Trx, actor: Actor, { id, role }: PersonLine): Promise<void> {
  await demandAnother(trx, actor, id)
  if (role === 'administrator') await demandAdministratorLeft(trx, id)
}

/** Lets a person in again whose access was ended. Twice is once. */
export async function reopenPerson(db: Db, actor: Actor, id: string): Promise<void> {
  await inContext(db, actor, async (trx) => {
    await lockRights(trx, actor)
    const person = await findPerson(trx, id)
    if (person.active) return
    await demandAnother(trx, actor, id)
    await sql`update person set active = true, updated_at = clock_now() where id = ${id}`.execute(trx)
    await notePersonChange(trx, actor.personId, { personId: id, what: 'reopened', before: null, after: null })
  })
}

/** The units that people can work in. */
export async function listPlaces(
  db: Db,
  actor: Actor,
): Promise<{ code: string; name: string; committee: string }[]> {
  return inContext(db, actor, async (trx) => {
    const { rows } = await sql<{ code: string; name: string; committee: string }>`
      select code, name_sv as name, committee from unit where active order by committee, name_sv`.execute(trx)
    return rows
  })
}
