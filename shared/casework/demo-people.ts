// Lets the embedded identity provider's people and systems in: their rows say what they may do, the token only who they are.
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'

export type DemoPersonRow = {
  sub: string
  username: string
  name: string
  email: string | null
  role: string
  committee: string | null
  unit: string | null
}

/** `landlords`: organisation number (digits) by username or client id. `systemCommittee` is whom `system` works for. */
export type DemoPeople = {
  people: readonly DemoPersonRow[]
  clients: readonly string[]
  landlords: Readonly<Record<string, string>>
  systemCommittee: string
}

const KINDS = { kronofogden: 'kronofogden', system: 'system' } as const

async function landlordIds(trx: Trx): Promise<Map<string, string>> {
  const rows = await trx.selectFrom('landlord').select(['id', 'organisationNumber']).execute()
  return new Map(
    rows.flatMap(({ id, organisationNumber }) => (organisationNumber ? [[organisationNumber, id]] : [])),
  )
}

async function loadPeople(trx: Trx, demo: DemoPeople, landlords: Map<string, string>): Promise<void> {
  // Field by field: what comes in also holds a password, which has no place in the database.
  const rows = demo.people.map(({ sub, username, name, email, role, committee, unit }) => ({
    subject: sub,
    username,
    name,
    email,
    role,
    committee,
    unit,
    landlordId: landlords.get(demo.landlords[username] ?? '') ?? null,
  }))
  if (rows.length === 0) return
  await trx
    .insertInto('person')
    .values(rows)
    .onConflict((conflict) => conflict.column('subject').doNothing())
    .execute()
  // In the demo, whoever works in the unit for protected cases has been named for them.
  await sql`insert into protected_group (committee, person_id)
    select p.committee, p.id from person p join unit u on u.code = p.unit and u.kind = 'restricted'
    where p.subject = any(${rows.map(({ subject }) => subject)}::text[])
    on conflict do nothing`.execute(trx)
}

async function loadClients(trx: Trx, demo: DemoPeople, landlords: Map<string, string>): Promise<void> {
  const rows = demo.clients.map((clientId) => ({
    clientId,
    kind: clientId in KINDS ? KINDS[clientId as keyof typeof KINDS] : ('landlord' as const),
    landlordId: landlords.get(demo.landlords[clientId] ?? '') ?? null,
    committee: clientId === 'system' ? demo.systemCommittee : null,
  }))
  if (rows.length === 0) return
  await trx
    .insertInto('systemClient')
    .values(rows)
    .onConflict((conflict) => conflict.column('clientId').doNothing())
    .execute()
}

/**
 * Adds whoever is not there yet; what the service has changed since stays. People of a committee or unit that the
 * loaded municipality does not have are left out, and so cannot do anything. Returns the subjects that are in.
 */
export async function loadDemoPeople(db: Db, demo: DemoPeople): Promise<Set<string>> {
  return db.transaction().execute(async (trx) => {
    const committees = await trx.selectFrom('committee').select('code').execute()
    const units = await trx.selectFrom('unit').select('code').execute()
    const known = new Set([...committees, ...units].map(({ code }) => code))
    const fits = ({ committee, unit }: DemoPersonRow) =>
      (committee === null || known.has(committee)) && (unit === null || known.has(unit))
    const people = demo.people.filter(fits)
    const landlords = await landlordIds(trx)
    await loadPeople(trx, { ...demo, people }, landlords)
    await loadClients(trx, demo, landlords)
    return new Set(people.map(({ sub }) => sub))
  })
}
