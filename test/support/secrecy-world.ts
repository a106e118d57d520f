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
import { pageRoutes } from '../../services/web/pages.ts'
import { wire } from '../../services/wiring.ts'
import { caseColumn, seedRow, tablesOf, type Table } from './any-row.ts'
import { aNotice } from './api.ts'
import { BASE } from './http.ts'
import { openSpine, type Spine } from './spine.ts'

/** What somebody may see of a household: all, what a referral carries, what they sent in themselves, or nothing. */
export type Face = 'all' | 'referral' | 'sent' | 'none'

/** The households. `other` belongs to a colleague; `hidden` is protected. */
export const HOUSEHOLDS = {
  gan: { committee: 'GAN', unit: 'GAN-FS', landlord: 'a' },
  other: { committee: 'GAN', unit: 'GAN-BETAL', landlord: 'b' },
  sn: { committee: 'SN', unit: 'SN-MOTT', landlord: 'a' },
  von: { committee: 'VON', unit: 'VON-BIST', landlord: 'b' },
  hidden: { committee: 'SN', unit: 'SN-SKYDD', landlord: 'a' },
} as const
export type Household = keyof typeof HOUSEHOLDS
export const households = Object.keys(HOUSEHOLDS) as Household[]

type Sees = Partial<Record<Household, Face>>
type One = { role: string; committee: string | null; unit: string | null; sees: Sees }
const of = (role: string, unit: string | null, sees: One['sees']): One => ({
  role,
  committee: unit?.split('-')[0] ?? null,
  unit,
  sees,
})
const inGan = { gan: 'all', other: 'all' } as const
const referred = { gan: 'referral', other: 'referral' } as const

/** Everybody who asks, and what law.md D3 and reliability.md (c) let them see; what is not named they must not. */
export const ACTORS = {
  'registrar.gan': of('registrar', 'GAN-FS', inGan),
  'registrar.sn': of('registrar', 'SN-MOTT', { sn: 'all' }),
  'assigned.gan': of('caseworker', 'GAN-FS', inGan),
  'colleague.gan': of('caseworker', 'GAN-BETAL', inGan),
  'visitor.gan': of('visitor', 'GAN-BESOK', { gan: 'all' }),
  'visitor2.gan': of('visitor', 'GAN-BESOK', {}),
  'supervisor.gan': of('supervisor', 'GAN-FS', inGan),
  'caseworker.sn': of('caseworker', 'SN-MOTT', { sn: 'all' }),
  // Works in the unit for protected cases, and has not been named.
  'unnamed.sn': of('caseworker', 'SN-SKYDD', { sn: 'all' }),
  'named.sn': of('caseworker', 'SN-SKYDD', { sn: 'all', hidden: 'all' }),
  'counsellor.sn': of('counsellor', 'SN-BOS', referred),
  'supervisor.sn': of('supervisor', 'SN-MOTT', { sn: 'all', ...referred }),
  'caseworker.von': of('caseworker', 'VON-BIST', { von: 'all' }),
  'administrator.gan': of('administrator', 'GAN-FS', {}),
  'statistician.gan': of('statistician', 'GAN-FS', {}),
  'reviewer.gan': of('log-reviewer', 'GAN-FS', {}),
  'landlord.a': of('landlord', null, { gan: 'sent', sn: 'sent', hidden: 'sent' }),
  'landlord.b': of('landlord', null, { other: 'sent', von: 'sent' }),
  'client:landlord': of('landlord', null, { gan: 'sent', sn: 'sent', hidden: 'sent' }),
  'client:kronofogden': of('kronofogden', null, {}),
  'client:system': of('system', null, inGan),
} as const satisfies Record<string, One>
export type Who = keyof typeof ACTORS
export const actors = Object.keys(ACTORS) as Who[]
const everybody: Readonly<Record<Who, One>> = ACTORS
/** What the actor may see of a household. */
export const faceOf = (who: Who, household: Household): Face => everybody[who].sees[household] ?? 'none'

/** Everything by which a household could be recognised in an answer. */
export type Marks = {
  name: string
  street: string
  identity: string
  caseId: string
  caseNumber: string
  noticeId: string
  noticeNumber: string
}

export type World = Spine &
  Server & {
    tables: readonly Table[]
    /** Tables that no row could be made for, with the reason. */
    unseeded: string[]
    marks: Record<Household, Marks>
    principal: (who: Who) => Promise<Principal>
    stop: () => Promise<void>
  }

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
    values (${marks.gan.caseId}, 'GAN', now() + interval '1 hour', now() + interval '2 hours', ${people})`.execute(
    owner,
  )
  // What would call a visitor or the referral's counsellor in to a colleague's household.
  await sql`update task set role = 'caseworker' where role = 'visitor'
    or role = 'counsellor' and case_id = ${marks.sn.caseId}`.execute(owner)
}

/** Opens the world. Who asks is told by a bearer token that is their name. */
export async function openWorld(): Promise<World> {
  const spine = await openSpine()
  // A case's number must not stand inside a notice's, or the walk would cry wolf.
  await sql`select setval('case_number_seq', 7000)`.execute(spine.owner)
  const landlords = await addPeople(spine.owner)
  const marks = await send(spine, landlords)
  const tables = await tablesOf(spine.owner)
  await settle(spine, tables, marks)
  const unseeded: string[] = []
  for (const household of households) {
    const { committee } = HOUSEHOLDS[household]
    const about = { caseId: marks[household].caseId, committee, mark: marks[household].name }
    // A broken glass is itself what lets somebody see: its own test tells whom and how long.
    const unseen = new Set(['arrears_case', 'break_glass'])
    for (const table of tables.filter(({ name }) => !unseen.has(name))) {
      const problem = await seedRow(spine.owner, tables, table, about)
      if (problem) unseeded.push(problem)
    }
  }
  const principal = async (who: Who): Promise<Principal> => {
    const id = who.replace('client:', '')
    const found = who === id ? await findPersonBySubject(spine.web, who) : await findClient(spine.web, id)
    if (!found) throw new Refusal('unauthenticated', 'token.invalid', 'Okänd.')
    return who === id ? found : { ...found, scopes: [SCOPES[id] ?? ''] }
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
    sessionSecrets: ['a-secret-of-a-test-that-is-long-enough'],
    schemaNeeded: migrationNames().at(-1)!,
    lateSeconds: 60,
  })
  const deps = { db: spine.web, tools: spine.tools }
  const server = await buildServer({
    ...wired,
    verifyToken: (token) => principal(token as Who),
    logger: false,
    routes: [login, ...apiRoutes(deps), pageRoutes(deps)],
  })
  const stop = async () => {
    await server.app.close()
    await spine.close()
  }
  return { ...spine, ...server, tables, unseeded, marks, principal, stop }
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
