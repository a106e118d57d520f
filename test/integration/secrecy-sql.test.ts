// Nobody sees what they must not, at the database itself: every table, every role, every context, by raw SQL.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { inContext, type Actor } from '../../shared/casework/act.ts'
import { openDatabase, type DbRole } from '../../shared/db/open.ts'
import { caseColumn, type Table } from '../support/any-row.ts'
import {
  actors,
  ACTORS,
  faceOf,
  HOUSEHOLDS,
  households,
  type Household,
  type Who,
} from '../support/secrecy-people.ts'
import { actorAs, forbiddenTo, openWorld, type World } from '../support/secrecy-world.ts'

/** Tables without row-level security, each with why nobody's secret stands in it. A table that is not here must force it. */
const OPEN_TABLES: Readonly<Record<string, string>> = {
  clock_shift: 'an interval; read-only but for the owner',
  outbox: 'topic and id, never a name; the web role may only add and count',
  effect_log: 'ids of outbox rows',
  heartbeat: 'processes',
  web_session: 'found by the hash of a secret cookie only',
  municipality: 'public',
  committee: 'public',
  unit: 'public',
  landlord: 'organisations that send notices',
  person: 'the staff directory',
  system_client: 'systems that are let in',
  rule_version: 'the municipality’s tables, which are public documents',
  rehearsal: 'counts',
  protected_group: 'which colleagues are named; no household',
  absence: 'when colleagues are away',
  accessibility_report: 'what somebody could not use in a page, written by themselves',
  calendar_feed: 'a hash of a secret link',
  landlord_invitation: 'a hash of a code',
  law_version: 'the law',
  meeting: 'days of standing meetings',
  meeting_series: 'which units meet',
  person_change: 'what was changed in the staff directory',
  rule_draft: 'drafts of the municipality’s tables',
  rule_draft_change: 'drafts of the municipality’s tables',
  theme: 'colours and logo',
  visit_plan_day: 'days in general',
  visit_team: 'which units make visits',
  visitor: 'which colleagues make visits',
}

/** Exceptions of colleagues’ tables are told by the comment on the table: `no row-level security: reason`. */
const WHY = /no row-level security: \S/

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.stop())

const tied = () => world.tables.filter((table) => caseColumn(table) !== null)

type Seen = { cases: Set<string>; text: string }

const privileges = new Map<string, Set<string>>()

/** The tables that a role may read, change or empty, before any policy. */
async function tablesFor(role: string, deed: 'select' | 'update' | 'delete'): Promise<Set<string>> {
  const known = privileges.get(`${role} ${deed}`)
  if (known) return known
  const { rows } = await sql<{ name: string }>`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and (has_table_privilege(${role}, oid, ${deed}) or ${deed} = 'update' and has_any_column_privilege(${role}, oid, 'update'))`.execute(
    world.owner,
  )
  const found = new Set(rows.map(({ name }) => name))
  privileges.set(`${role} ${deed}`, found)
  return found
}

const shown = new Map<Who, Promise<Map<string, Seen>>>()

/** All that the actor can read by any statement: of which cases, and every row as text. Read once for all tests. */
function readAll(who: Who): Promise<Map<string, Seen>> {
  const reading = shown.get(who) ?? readEverything(who)
  shown.set(who, reading)
  return reading
}

async function readEverything(who: Who): Promise<Map<string, Seen>> {
  const readable = await tablesFor('bokvar_web', 'select')
  return inContext(world.web, await actorAs(world, who), async (trx) => {
    const seen = new Map<string, Seen>()
    for (const table of world.tables.filter(({ name }) => readable.has(name))) {
      const { rows } = await sql<{ link: string | null; row: string }>`
        select ${sql.raw(caseColumn(table) ?? 'null')}::text as link, t::text as row
        from ${sql.table(table.name)} t`.execute(trx)
      const cases = new Set(rows.flatMap(({ link }) => link ?? []))
      seen.set(table.name, { cases, text: rows.map(({ row }) => row).join('\n') })
    }
    return seen
  })
}

/** The households whose rows an actor reached though neither she nor her committee has anything to do with them. */
async function leaksOf(who: Who, table: string, reached: ReadonlySet<string>): Promise<Household[]> {
  const own: string | null = ACTORS[who].committee ?? (who === 'client:system' ? 'GAN' : null)
  const leaks: Household[] = []
  for (const household of households) {
    const { caseId } = world.marks[household]
    if (!reached.has(caseId) || faceOf(who, household) !== 'none') continue
    // What a committee was called in to, asked about or told stands in its own rows; of a protected person nothing does.
    const within = HOUSEHOLDS[household].committee === own || (await isCalledIn(table, caseId, own))
    if (household === 'hidden' || !within) leaks.push(household)
  }
  return leaks
}

describe('Every table', () => {
  test('forces row-level security, or says why it does not', async () => {
    const { rows } = await sql<{ name: string; comment: string | null }>`
      select relname as name, obj_description(oid, 'pg_class') as comment from pg_class
      where relnamespace = 'public'::regnamespace`.execute(world.owner)
    const comments = new Map(rows.map(({ name, comment }) => [name, comment ?? '']))
    const open = world.tables
      .filter(({ name, rls, forced }) => !(rls && forced) && !(name in OPEN_TABLES))
      .filter(({ name }) => !WHY.test(comments.get(name) ?? ''))
      .map(({ name }) => name)
    expect(open).toEqual([])
    // A table with case data may not be an exception at all.
    const unforced = tied().filter(({ rls, forced }) => !(rls && forced))
    expect(unforced.map(({ name }) => name)).toEqual([])
  })

  test('with case data has a row for each household, or the tests below would prove nothing', () => {
    expect(world.unseeded).toEqual([])
  })

  test('belongs to nobody who serves: no role of a process owns a table or may step around the policies', async () => {
    const { rows } = await sql<{ name: string }>`
      select r.rolname as name from pg_roles r where r.rolname like 'bokvar_%' and (r.rolsuper or r.rolbypassrls or r.rolcreaterole
        or r.rolcreatedb or exists (select 1 from pg_class c where c.relowner = r.oid and c.relkind in ('r', 'p', 'v', 'm')))`.execute(
      world.owner,
    )
    expect(rows).toEqual([])
  })

  test('is behind functions only that name their tables, the caller’s own last, and their callers', async () => {
    const { rows } = await sql<{ name: string }>`select proname as name from pg_proc
      where pronamespace = 'public'::regnamespace and prosecdef
        and (not coalesce(array_to_string(proconfig, ','), '') like '%search_path=%public, pg_temp%'
          or proname <> 'schema_version' and has_function_privilege('public', oid, 'execute'))`.execute(
      world.owner,
    )
    expect(rows).toEqual([])
  })
})

describe('The web’s role', () => {
  test('without a context sees no row of any household', async () => {
    const readable = await tablesFor('bokvar_web', 'select')
    for (const table of tied().filter(({ name }) => readable.has(name))) {
      const { rows } = await sql<{
        count: number
      }>`select count(*)::int as count from ${sql.table(table.name)}
        where ${sql.ref(caseColumn(table)!)} is not null`.execute(world.web)
      expect({ table: table.name, count: rows[0]?.count }).toEqual({ table: table.name, count: 0 })
    }
    expect((await sql`select 1 from intake_key`.execute(world.owner)).rows.length).toBeGreaterThan(0)
    expect((await sql`select 1 from intake_key`.execute(world.web)).rows).toEqual([])
    await expect(sql`select subject_id from outbox`.execute(world.web)).rejects.toThrow('permission denied')
  })

  test.each(actors)('as %s sees the cases that are hers to see, and no other', async (who) => {
    const visible = (await readAll(who)).get('arrears_case')?.cases ?? new Set()
    const expected = households.filter(
      (one) => faceOf(who, one) === 'all' && ACTORS[who].role !== 'registrar',
    )
    expect([...visible].sort()).toEqual(expected.map((one) => world.marks[one].caseId).sort())
  })

  test.each(actors)(
    'as %s finds nothing in any table of a household she has nothing to do with',
    async (who) => {
      const leaks: Record<string, Household[]> = {}
      for (const [table, { cases }] of await readAll(who)) {
        const found = await leaksOf(who, table, cases)
        if (found.length > 0) leaks[table] = found
      }
      expect(leaks).toEqual({})
    },
  )

  test.each(actors)('as %s reads no text that belongs to others, in any column', async (who) => {
    const forbidden = forbiddenTo(world, who).filter(({ of }) => /name|street|identity|short/.test(of))
    const leaks: Record<string, string[]> = {}
    for (const [table, { text }] of await readAll(who)) {
      const found = forbidden.filter((one) => text.includes(one.text)).map((one) => one.of)
      if (found.length > 0) leaks[table] = found
    }
    expect(leaks).toEqual({})
  })

  test.each(actors)('as %s changes no row of a household she has nothing to do with', async (who) => {
    const actor = await actorAs(world, who)
    const leaks: Record<string, Household[]> = {}
    for (const deed of ['update', 'delete'] as const) {
      const open = await tablesFor('bokvar_web', deed)
      for (const table of tied().filter(({ name }) => open.has(name))) {
        const reached = await reachedBy(actor, table, deed)
        const found = await leaksOf(who, table.name, reached)
        if (found.length > 0) leaks[`${deed} ${table.name}`] = found
      }
    }
    expect(leaks).toEqual({})
  })
})

/** The cases whose rows a deed of the actor would have changed; it is undone. */
async function reachedBy(actor: Actor, table: Table, deed: 'update' | 'delete'): Promise<Set<string>> {
  const link = caseColumn(table)!
  const { rows: open } = await sql<{ name: string }>`select attname as name from pg_attribute
    where attrelid = ${table.name}::regclass and attnum > 0 and has_column_privilege('bokvar_web', attrelid, attnum, 'update')`.execute(
    world.owner,
  )
  const column = open.find(({ name }) =>
    table.columns.some((one) => one.name === name && !one.generated),
  )?.name
  const reached = new Set<string>()
  await world.web
    .transaction()
    .execute(async (trx) => {
      await sql`select set_config('bokvar.role', ${actor.role}, true), set_config('bokvar.committee', ${actor.committee ?? ''}, true),
        set_config('bokvar.unit', ${actor.unit ?? ''}, true), set_config('bokvar.person', ${actor.personId ?? ''}, true),
        set_config('bokvar.sender', ${actor.sender}, true)`.execute(trx)
      const statement =
        deed === 'delete'
          ? sql<{ link: string }>`delete from ${sql.table(table.name)} returning ${sql.ref(link)} as link`
          : sql<{
              link: string
            }>`update ${sql.table(table.name)} set ${sql.ref(column ?? link)} = ${sql.ref(column ?? link)} returning ${sql.ref(link)} as link`
      const { rows } = await statement.execute(trx)
      for (const row of rows) reached.add(row.link)
      throw new Error('undo')
    })
    .catch((error: unknown) => {
      // Refused before any row was looked at; anything else would be a row that was reached.
      const { code, message } = error as { code?: string; message: string }
      if (message !== 'undo' && code !== '42501') throw error
    })
  return reached
}

/** Do the rows of the table about the case name the committee itself? */
async function isCalledIn(table: string, caseId: string, committee: string | null): Promise<boolean> {
  const found = world.tables.find(({ name }) => name === table)!
  const own = found.columns.filter(({ refers }) => refers === 'committee')
  if (own.length === 0 || committee === null) return false
  const named = sql.join(
    own.map(({ name }) => sql`${sql.ref(name)} = ${committee}`),
    sql` or `,
  )
  const { rows } = await sql`select 1 from ${sql.table(table)}
    where ${sql.ref(caseColumn(found)!)} = ${caseId} and (${named}) limit 1`.execute(world.owner)
  return rows.length > 0
}

describe('The other roles', () => {
  // What each process may read of tables with names or notes in them. A role that is not here reads none of them.
  const ROLES: readonly DbRole[] = ['bokvar_relay', 'bokvar_sweeper', 'bokvar_watchdog']

  test.each(ROLES)('%s reads no name, address or identity number anywhere', async (role) => {
    const db = openDatabase({ url: world.url, role, max: 1 })
    try {
      for (const name of await tablesFor(role, 'select')) {
        const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
          db,
        )
        const text = rows.map(({ row }) => row).join('\n')
        const found = households.filter((one) => {
          const { street, identity } = world.marks[one]
          return [street, identity].some((mark) => text.includes(mark))
        })
        expect({ role, table: name, found }).toEqual({ role, table: name, found: [] })
      }
    } finally {
      await db.destroy()
    }
  })

  test('nobody at all may read by being anybody: PUBLIC has no table but the clock', async () => {
    const { rows } = await sql<{
      name: string
    }>`select c.relname as name from pg_class c, aclexplode(c.relacl) a
      where c.relnamespace = 'public'::regnamespace and a.grantee = 0 and c.relname <> 'clock_shift'`.execute(
      world.owner,
    )
    expect(rows).toEqual([])
  })
})
