// A world to look for leaks in: five households in three committees, one of them protected, and somebody of every role.
import { sql } from 'kysely'
import { noteIdentities } from '../../shared/casework/case-identity.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { actorOf, findClient, findPersonBySubject, type Principal } from '../../shared/casework/people.ts'
import { migrationNames } from '../../shared/db/migrate.ts'
import type { Db } from '../../shared/db/open.ts'
import { Refusal } from '../../shared/domain/refusal.ts'
import { apiRoutes } from '../../services/api/routes.ts'
import { buildServer, type Server } from '../../services/http.ts'
import { lostFormKeeper } from '../../services/web/form-drafts.ts'
import { pageRoutes } from '../../services/web/pages.ts'
import { wire } from '../../services/wiring.ts'
import { leaving } from './left-behind.ts'
import { caseColumn, seedRow, tablesOf, type Table } from './any-row.ts'
import { aNotice } from './api.ts'
import { BASE } from './http.ts'
import {
  ACTORS,
  faceOf,
  HOUSEHOLDS,
  households,
  type Household,
  type Marks,
  type Who,
} from './secrecy-people.ts'
import { openSpine, type Spine } from './spine.ts'

export type Town = Spine &
  Server & {
    /** The ids of the two landlords. */
    landlords: Record<string, string>
    principal: (who: Who) => Promise<Principal>
    stop: () => Promise<void>
  }

export type World = Town & {
  tables: readonly Table[]
  /** Tables that no row could be made for, with the reason. */
  unseeded: string[]
  marks: Record<Household, Marks>
}

/** Signs the cookies of this world. */
export const SESSION_SECRET = 'a-secret-of-a-test-that-is-long-enough'

const SCOPES: Record<string, string> = {
  landlord: 'notices',
  kronofogden: 'eviction-notices',
  system: 'casework',
}

// A control digit that is right: a number that does not check out is never kept, and would prove nothing.
function identityNumber(day: string): string {
  const nine = `${day.slice(2)}238`
  const sum = Array.from(nine).reduce((total, digit, place) => {
    const double = Number(digit) * (place % 2 === 0 ? 2 : 1)
    return total + (double > 9 ? double - 9 : double)
  }, 0)
  return `${day}238${(10 - (sum % 10)) % 10}`
}

async function addPeople(owner: Db): Promise<Record<string, string>> {
  const landlords = await owner
    .insertInto('landlord')
    .values([
      { name: 'Avsändare Ett AB', approvedAt: '2026-01-01T00:00:00Z' },
      { name: 'Avsändare Två AB', approvedAt: '2026-01-01T00:00:00Z' },
    ])
    .returning('id')
    .execute()
  const [a = '', b = ''] = landlords.map(({ id }) => id)
  const people = Object.entries(ACTORS).flatMap(([subject, { role, committee, unit }]) => {
    if (subject.startsWith('client:')) return []
    const landlordId = subject === 'landlord.a' ? a : subject === 'landlord.b' ? b : null
    return [{ subject, username: subject, name: `Tjänsteman ${subject}`, role, committee, unit, landlordId }]
  })
  await owner.insertInto('person').values(people).execute()
  await owner
    .insertInto('systemClient')
    .values([
      { clientId: 'landlord', kind: 'landlord', landlordId: a },
      { clientId: 'kronofogden', kind: 'kronofogden' },
      { clientId: 'system', kind: 'system', committee: 'GAN' },
    ])
    .execute()
  await sql`insert into protected_group (committee, person_id)
    select committee, id from person where subject = 'named.sn'`.execute(owner)
  return { a, b }
}

async function send(spine: Spine, landlords: Record<string, string>): Promise<Record<Household, Marks>> {
  const marks = {} as Record<Household, Marks>
  for (const [place, household] of households.entries()) {
    const name = `Zelma Qvist${household}`
    const street = `Ekot${household}gränd 7`
    const identity = identityNumber(`198${place}0203`)
    const body = aNotice({
      reference: `S-${place}`,
      tenant: { name, postalAddress: street, personalIdentityNumber: identity },
      dwelling: { address: street, postalCode: '702 10', city: 'Örebro', apartmentNumber: '1101' },
    })
    const id = landlords[HOUSEHOLDS[household].landlord]!
    const actor = { role: 'landlord', personId: null, committee: null, unit: null, landlordId: id, name: 'x' }
    const sent = { key: `s-${place}`, raw: Buffer.from(JSON.stringify(body)), body: body as never }
    const receipt = await receiveNotice(spine.web, spine.tools, { ...actor, sender: `landlord:${id}` }, sent)
    await spine.drain()
    const found = await spine.owner
      .selectFrom('notice')
      .innerJoin('arrearsCase', 'arrearsCase.id', 'notice.caseId')
      .select([
        'arrearsCase.id as caseId',
        'arrearsCase.number as caseNumber',
        'notice.number as noticeNumber',
      ])
      .where('notice.id', '=', receipt.id)
      .executeTakeFirstOrThrow()
    marks[household] = { name, street, identity, noticeId: receipt.id, ...found }
  }
  return marks
}

/** Lets each household belong to its committee with all its rows, as after years of work there. */
async function settle(
  { owner, worker, tools }: Spine,
  tables: readonly Table[],
  marks: Record<Household, Marks>,
): Promise<void> {
  for (const household of households) {
    const { committee, unit } = HOUSEHOLDS[household]
    const { caseId } = marks[household]
    const everywhere = tables.filter((table) => ['id', 'case_id'].includes(caseColumn(table) ?? ''))
    // Nobody else is called in.
    if (committee !== 'GAN') {
      await sql`delete from assignment where case_id = ${caseId} and kind <> 'owner'`.execute(owner)
    }
    for (const { name, columns } of committee === 'GAN' ? [] : everywhere) {
      const set = columns.flatMap((column) => {
        if (column.refers === 'committee') return [sql`${sql.ref(column.name)} = ${committee}`]
        return column.refers === 'unit' ? [sql`${sql.ref(column.name)} = ${unit}`] : []
      })
      if (name === 'referral') set.push(sql`counsellor = null`)
      if (set.length === 0) continue
      const link = name === 'arrears_case' ? 'id' : 'case_id'
      await sql`update ${sql.table(name)} set ${sql.join(set)} where ${sql.ref(link)} = ${caseId}`.execute(
        owner,
      )
    }
    await sql`update arrears_case set unit = ${unit}, protected = ${household === 'hidden'},
      assignee = (select id from person where subject = ${household === 'gan' ? 'assigned.gan' : ''})
      where id = ${caseId}`.execute(owner)
  }
  // Each committee finds its own by a key of its own.
  await sql`delete from case_identity`.execute(owner)
  const ids = households.map((household) => marks[household].caseId)
  await worker.transaction().execute((trx) => noteIdentities(trx, tools.keys, ids))
  const people = sql`array(select id from person where subject = 'visitor.gan')`
  await sql`insert into visit (case_id, committee, starts_at, ends_at, visitors)
    values (${marks.gan.caseId}, 'GAN', clock_now() + interval '1 hour', clock_now() + interval '2 hours', ${people})`.execute(
    owner,
  )
  // What would call a visitor or the referral's counsellor in to a colleague's household.
  await sql`update task set role = 'caseworker' where role = 'visitor'
    or role = 'counsellor' and case_id = ${marks.sn.caseId}`.execute(owner)
}

/** The town before any household: people of every role, and a server. Who asks is told by a bearer token that is their name. */
export async function openTown(): Promise<Town> {
  const spine = await openSpine()
  const landlords = await addPeople(spine.owner)
  const server = await serverOf(spine)
  const stop = async () => {
    await server.app.close()
    await spine.close()
  }
  return { ...spine, ...server, landlords, stop }
}

/** Opens the world: the town with its households. */
export const openWorld = async (): Promise<World> => settleTown(await openTown())

/** Lets the households come to town, with a row of each in every table there is. */
export async function settleTown(town: Town): Promise<World> {
  // A case's number must not stand inside a notice's, or the walk would cry wolf.
  await sql`select setval('case_number_seq', 7000)`.execute(town.owner)
  const marks = await send(town, town.landlords)
  const tables = await tablesOf(town.owner)
  await settle(town, tables, marks)
  const unseeded: string[] = []
  for (const household of households) {
    const { committee } = HOUSEHOLDS[household]
    const about = { caseId: marks[household].caseId, committee, mark: marks[household].name }
    // A broken glass is itself what lets somebody see: its own test tells whom and how long.
    const unseen = new Set(['arrears_case', 'break_glass'])
    for (const table of tables.filter(({ name }) => !unseen.has(name))) {
      const problem = await seedRow(town.owner, tables, table, about)
      if (problem) unseeded.push(problem)
    }
  }
  return { ...town, tables, unseeded, marks }
}

async function serverOf(spine: Spine): Promise<Server & { principal: (who: Who) => Promise<Principal> }> {
  const read = async (who: Who): Promise<Principal> => {
    const id = who.replace('client:', '')
    const found = who === id ? await findPersonBySubject(spine.web, who) : await findClient(spine.web, id)
    if (!found) throw new Refusal('unauthenticated', 'token.invalid', 'Okänd.')
    const authTime = Math.floor(Date.now() / 1000)
    return who === id ? { ...found, authTime } : { ...found, scopes: [SCOPES[id] ?? ''] }
  }
  // Nobody's place changes in this world, and a walk asks thousands of times who is asking.
  const known = new Map<Who, Principal>()
  const principal = async (who: Who): Promise<Principal> => {
    const found = known.get(who) ?? (await read(who))
    known.set(who, found)
    return found
  }
  const provider = { issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: 'x' }
  const { login, ...wired } = wire(spine.web, {
    baseUrl: BASE,
    version: '0.0.0-test',
    released: '2026-11-22',
    municipality: { name: 'Örebro kommun', code: '1880' },
    rate: { max: 1_000_000, windowSeconds: 1 },
    trustProxy: [],
    tokens: { issuer: provider.issuer, audience: 'bokvar' },
    staff: provider,
    landlords: provider,
    sessionSecrets: [SESSION_SECRET],
    schemaNeeded: migrationNames().at(-1)!,
    lateSeconds: 60,
  })
  const deps = { db: spine.web, tools: spine.tools }
  const server = await buildServer(
    leaving({
      ...wired,
      verifyToken: (token) => principal(token as Who),
      keepLostForm: lostFormKeeper(deps),
      logger: false,
      routes: [login, ...apiRoutes(deps), pageRoutes(deps)],
    }),
  )
  return { ...server, principal }
}

/** The actor as the database knows them. */
export const actorAs = async (world: World, who: Who) => actorOf(await world.principal(who))

/** What must not stand in anything that `who` is shown, each with what it is. */
export function forbiddenTo(world: World, who: Who): { of: string; text: string }[] {
  return households.flatMap((household) => {
    const { name, street, identity, caseId, caseNumber, noticeId, noticeNumber } = world.marks[household]
    const hidden = {
      all: {},
      referral: { identity, noticeId, noticeNumber },
      sent: { caseId, caseNumber },
      none: {
        name: name.split(' ')[1]!,
        street: street.split(' ')[0]!,
        identity,
        caseId,
        caseNumber,
        noticeId,
        noticeNumber,
      },
    }[faceOf(who, household)]
    const shortIdentity =
      'identity' in hidden ? { short: identity.slice(2, 8) + '-' + identity.slice(8) } : {}
    return Object.entries({ ...hidden, ...shortIdentity }).map(([what, text]) => ({
      of: `${household} ${what}`,
      text,
    }))
  })
}
