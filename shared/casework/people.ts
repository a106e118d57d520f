// Who somebody is and what they belong to, read from the database at each request.
import type { Db } from '../db/open.ts'
import type { Actor, Via } from './act.ts'

export type Role =
  | 'landlord'
  | 'registrar'
  | 'caseworker'
  | 'visitor'
  | 'counsellor'
  | 'supervisor'
  | 'administrator'
  | 'statistician'
  | 'log-reviewer'
  | 'system'
  | 'kronofogden'

/** Who is asking. For a person `id` is the person's row; for a system it is the client id. */
export type Principal = {
  kind: 'person' | 'client'
  id: string
  subject: string
  role: Role
  committee: string | null
  unit: string | null
  landlordId: string | null
  /** What an access token carries; empty for somebody signed in on the pages. */
  scopes: string[]
  name: string
  /** When they proved who they are, where a token says so; seconds since 1970. */
  authTime?: number
  /** By which door this request came in. */
  via?: Via
}

const ROLES: ReadonlySet<string> = new Set<Role>([
  'landlord',
  'registrar',
  'caseworker',
  'visitor',
  'counsellor',
  'supervisor',
  'administrator',
  'statistician',
  'log-reviewer',
])

function isRole(text: string): text is Role {
  return ROLES.has(text)
}

/** The active person with this subject, or null: also of a suspended landlord, and when the role is not known here. */
export async function findPersonBySubject(db: Db, subject: string): Promise<Principal | null> {
  const row = await db
    .selectFrom('person')
    .leftJoin('landlord', 'landlord.id', 'person.landlordId')
    .select(['person.id', 'person.subject', 'person.role', 'person.committee', 'person.unit'])
    .select(['person.landlordId', 'person.name'])
    .where('person.subject', '=', subject)
    .where('person.active', '=', true)
    .where('landlord.suspendedAt', 'is', null)
    .executeTakeFirst()
  if (!row || !isRole(row.role)) return null
  return { ...row, kind: 'person', role: row.role, scopes: [] }
}

/** The active system with this client id, or null: also of a suspended landlord. `scopes` are the token's, set by the caller. */
export async function findClient(db: Db, clientId: string): Promise<Principal | null> {
  const row = await db
    .selectFrom('systemClient')
    .leftJoin('landlord', 'landlord.id', 'systemClient.landlordId')
    .select(['systemClient.clientId', 'systemClient.kind', 'systemClient.committee'])
    .select(['systemClient.landlordId', 'landlord.name'])
    .where('systemClient.clientId', '=', clientId)
    .where('systemClient.active', '=', true)
    .where('landlord.suspendedAt', 'is', null)
    .executeTakeFirst()
  if (!row) return null
  return {
    kind: 'client',
    id: row.clientId,
    subject: row.clientId,
    role: row.kind as 'landlord' | 'kronofogden' | 'system',
    committee: row.committee,
    unit: null,
    landlordId: row.landlordId,
    scopes: [],
    name: row.name ?? row.clientId,
  }
}

/**
 * The same person or system as one who acts. What they send in is attributed to the landlord they belong to, so that
 * a colleague at the pages and the landlord's own system see each other's notices; without one, to themselves.
 */
export function actorOf(principal: Principal): Actor {
  const { kind, id, role, committee, unit, landlordId, name, via } = principal
  const sender = landlordId ? `landlord:${landlordId}` : `${kind}:${id}`
  const personId = kind === 'person' ? id : null
  return { role, personId, committee, unit, sender, landlordId, name, ...(via && { via }) }
}
