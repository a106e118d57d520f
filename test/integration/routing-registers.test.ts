// Who is already a client: the nightly list, the logged question with its yes or no, and the own caseworker who must accept.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { inContext, type Actor } from '../../shared/casework/act.ts'
import { answerAssignment } from '../../shared/casework/assignments.ts'
import { importClientRegister, readQuestions } from '../../shared/casework/client-registers.ts'
import { readRoutingExplanation } from '../../shared/casework/rule-trials.ts'
import { blindIndex } from '../../shared/seal.ts'
import { actorIn, caseWith, NOON, personIn, route } from '../support/routed-cases.ts'
import { openSpine, type Spine } from '../support/spine.ts'

const KNOWN = '199001012385'
const OTHER = '198507155581'
const HEADING = 'committee;unit;caseworker;personnummer'

let spine: Spine
const system: Record<string, Actor> = {}
let hanna = ''

beforeAll(async () => {
  spine = await openSpine('1880')
  await spine.moveTo(NOON)
  for (const committee of ['GAN', 'SN', 'VON', 'FSN']) system[committee] = actorIn(committee, 'system')
  hanna = await personIn(spine.owner, { username: 'hanna', committee: 'SN', unit: 'SN-MOTT' })
})
afterAll(() => spine.close())

const send = (committee: string, ...rows: string[]) =>
  importClientRegister(
    spine.web,
    spine.tools,
    system[committee] as Actor,
    Buffer.from([HEADING, ...rows].join('\n')),
  )

/** Gives the household of a case its identity number, as a notice would have. */
const identify = (caseId: string, number: string) =>
  sql`insert into household_key (key, kind, household_id)
    select ${blindIndex(spine.tools.keys, 'household', number)}, 'identity', household_id from arrears_case where id = ${caseId}`.execute(
    spine.owner,
  )
const forget = () => sql`truncate household_key, client_register, client_question`.execute(spine.owner)
const register = async () =>
  (
    await sql<{ committee: string; unit: string; caseworker: string; text: string }>`
    select committee, unit, caseworker, r::text as text from client_register r order by committee, unit, text`.execute(
      spine.owner,
    )
  ).rows
const ownersOf = (caseId: string) =>
  spine.owner
    .selectFrom('assignment')
    .selectAll()
    .where('caseId', '=', caseId)
    .where('kind', '=', 'owner')
    .orderBy('createdAt')
    .execute()

describe('the nightly list', () => {
  test('is kept as keyed hashes only, and takes the place of the whole list from before', async () => {
    const report = await send('SN', `SN;SN-MOTT;hanna;${KNOWN}`, `SN;SN-MOTT;hanna;${OTHER}`)
    expect(report).toEqual({ committee: 'SN', rows: 2, accepted: 2, repeated: 0, problems: [] })
    await send('GAN', `GAN;GAN-FS;gunilla;${KNOWN}`)
    const rows = await register()
    expect(rows.map(({ committee }) => committee)).toEqual(['GAN', 'SN', 'SN'])
    for (const { text } of rows)
      for (const number of [KNOWN, OTHER]) expect(text).not.toContain(number.slice(2))
    await send('SN', `SN;SN-BARN;britta;${OTHER}`)
    expect((await register()).map(({ committee, unit }) => `${committee}/${unit}`)).toEqual([
      'GAN/GAN-FS',
      'SN/SN-BARN',
    ])
  })

  test('of two committees cannot be held against each other: the same person has another hash in each', async () => {
    await send('SN', `SN;SN-MOTT;hanna;${KNOWN}`)
    const { rows } = await sql<{
      n: number
    }>`select count(distinct key)::int as n from client_register`.execute(spine.owner)
    expect(rows[0]?.n).toBe(2)
  })

  test('the same file twice gives the same list, and remembers since when somebody is known', async () => {
    const before = await register()
    await spine.moveTo('2026-11-25T10:05:00Z')
    await send('SN', `SN;SN-MOTT;hanna;${KNOWN}`)
    expect(await register()).toEqual(before)
  })

  test('two files at the same moment leave one of them whole', async () => {
    await Promise.all([
      send('VON', `VON;VON-BIST;a;${KNOWN}`, `VON;VON-BIST;a;${OTHER}`),
      send('VON', `VON;VON-BESOK;b;${KNOWN}`, `VON;VON-BESOK;b;${OTHER}`),
    ])
    const von = (await register()).filter(({ committee }) => committee === 'VON')
    expect(von).toHaveLength(2)
    expect(new Set(von.map(({ unit }) => unit)).size).toBe(1)
  })

  test('a row that cannot be read is told with its row, column and reason, without the number, and the rest counts', async () => {
    const report = await send(
      'SN',
      `SN;SN-MOTT;hanna;${KNOWN}`,
      'SN;SN-MOTT;hanna;199001019999',
      'GAN;GAN-FS;g;198507155581',
      `SN;SN-BORTA;h;${OTHER}`,
    )
    expect(report).toMatchObject({ rows: 4, accepted: 1 })
    expect(report.problems.map(({ line, column, code }) => [line, column, code])).toEqual([
      [3, 'personnummer', 'bad-identity-number'],
      [4, 'committee', 'other-committee'],
      [5, 'unit', 'unknown-unit'],
    ])
    expect(JSON.stringify(report)).not.toContain('9999')
  })

  test.each([
    ['a file with another heading', Buffer.from('namn;personnummer\nA;199001012385')],
    ['a file without one usable row', Buffer.from(`${HEADING}\nSN;SN-MOTT;hanna;abc`)],
    ['a spreadsheet', Buffer.from('PK\u0003\u0004 rest of it')],
    ['an empty file', Buffer.alloc(0)],
  ])('%s is refused, and the list from before stands', async (_, bytes) => {
    const before = await register()
    const sent = importClientRegister(spine.web, spine.tools, system['SN'] as Actor, bytes)
    await expect(sent).rejects.toMatchObject({ code: 'register.unreadable' })
    expect(await register()).toEqual(before)
  })

  test('nobody without a committee sends one', async () => {
    const nobody = { ...actorIn('SN', 'landlord'), committee: null }
    const sent = importClientRegister(spine.web, spine.tools, nobody, Buffer.from(HEADING))
    await expect(sent).rejects.toMatchObject({ kind: 'forbidden' })
  })
})

describe('a known client', () => {
  test('goes to the own caseworker, by a certain day, and is hers only when she has accepted', async () => {
    await forget()
    await send('SN', `SN;SN-MOTT;hanna;${KNOWN}`)
    const id = await caseWith(spine.owner)
    await identify(id, KNOWN)
    await route(spine, [id])
    const [owner] = await ownersOf(id)
    expect(owner).toMatchObject({
      committee: 'SN',
      unit: 'SN-MOTT',
      personId: hanna,
      state: 'active',
      routingRow: 10,
    })
    // Row 10 gives one working day: the end of Thursday's.
    expect(owner?.answerBy).toBe('2026-11-26T16:00:00.000Z')
    const assignee = () =>
      spine.owner
        .selectFrom('arrearsCase')
        .select(['assignee', 'committee'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    expect(await assignee()).toEqual({ assignee: null, committee: 'SN' })
    const answer = { caseId: id, assignmentId: owner?.id ?? '', answer: 'accepted' as const, reason: null }
    await answerAssignment(spine.web, actorIn('SN', 'caseworker', hanna, 'SN-MOTT'), answer)
    await spine.drain()
    expect(await assignee()).toEqual({ assignee: hanna, committee: 'SN' })
  })

  test('of a caseworker who is away or not known goes to the unit instead', async () => {
    await forget()
    await send('SN', `SN;SN-MOTT;okand;${KNOWN}`, `SN;SN-MOTT;hanna;${OTHER}`)
    const [one, two] = [await caseWith(spine.owner), await caseWith(spine.owner)]
    await identify(one, KNOWN)
    await identify(two, OTHER)
    await sql`update person set absent_from = '2026-11-20', absent_to = '2026-11-30' where id = ${hanna}`.execute(
      spine.owner,
    )
    await route(spine, [one, two])
    await sql`update person set absent_from = null, absent_to = null where id = ${hanna}`.execute(spine.owner)
    for (const id of [one, two])
      expect(await ownersOf(id)).toMatchObject([{ committee: 'SN', unit: 'SN-MOTT', personId: null }])
  })

  test('of no committee follows the municipality’s row', async () => {
    await forget()
    await send('SN', `SN;SN-MOTT;hanna;${OTHER}`)
    const id = await caseWith(spine.owner)
    await identify(id, KNOWN)
    await route(spine, [id])
    expect(await ownersOf(id)).toMatchObject([{ committee: 'GAN', unit: 'GAN-FS', routingRow: 70 }])
  })

  test('of several committees goes to the one that has known the person longest', async () => {
    await forget()
    await send('VON', `VON;VON-BIST;von;${KNOWN}`)
    await spine.moveTo('2026-11-25T10:10:00Z')
    await send('GAN', `GAN;GAN-FS;gan;${KNOWN}`)
    await send('VON', `VON;VON-BIST;von;${KNOWN}`)
    const id = await caseWith(spine.owner)
    await identify(id, KNOWN)
    await route(spine, [id])
    expect(await ownersOf(id)).toMatchObject([{ committee: 'VON', routingRow: 22 }])
  })
})

describe('the question', () => {
  test('is logged with who asked whom, when, why, and yes or no; asking twice the same day is one line', async () => {
    await forget()
    await send('SN', `SN;SN-MOTT;hanna;${KNOWN}`)
    await send('VON', `VON;VON-BIST;von;${OTHER}`)
    const id = await caseWith(spine.owner)
    await identify(id, KNOWN)
    await route(spine, [id])
    await route(spine, [id])
    const { rows } =
      await sql`select asking, committee, purpose, answer, asked_by from client_question order by committee`.execute(
        spine.owner,
      )
    // Committees that keep no list are not asked.
    expect(rows).toEqual([
      { asking: 'GAN', committee: 'SN', purpose: 'routing', answer: true, askedBy: 'system' },
      { asking: 'GAN', committee: 'VON', purpose: 'routing', answer: false, askedBy: 'system' },
    ])
    const of = async (committee: string) =>
      (await readQuestions(spine.web, actorIn(committee, 'supervisor'), id)).map((one) => one.committee)
    expect(await of('GAN')).toEqual(['SN', 'VON'])
    expect(await of('VON')).toEqual(['VON'])
    expect(await of('FSN')).toEqual([])
  })

  test('is not put about a protected person', async () => {
    await sql`truncate client_question`.execute(spine.owner)
    const id = await caseWith(spine.owner, { protectedIdentity: true })
    const household = await caseWith(spine.owner)
    await sql`update household_key set household_id = (select household_id from arrears_case where id = ${id})`.execute(
      spine.owner,
    )
    await route(spine, [id, household])
    expect((await sql`select 1 from client_question`.execute(spine.owner)).rows).toEqual([])
    expect(await ownersOf(id)).toMatchObject([{ committee: 'SN', unit: 'SN-SKYDD' }])
  })

  test('the explanation of a case says where the person was found to be a client', async () => {
    await forget()
    await send('SN', `SN;SN-MOTT;hanna;${KNOWN}`)
    const id = await caseWith(spine.owner)
    await identify(id, KNOWN)
    await route(spine, [id])
    const told = await readRoutingExplanation(spine.web, actorIn('SN', 'caseworker', hanna, 'SN-MOTT'), id)
    expect(told).toMatchObject({ version: 1, row: 10, basis: expect.stringContaining('INF') })
    expect(told.values.map(({ column }) => column)).toEqual(['aktuell_hos'])
    expect(told.notMatched.map(({ row }) => row)).toEqual(expect.arrayContaining([5, 6]))
    expect(told.history).toMatchObject([{ kind: 'added' }, { kind: 'owner', personId: hanna }])
  })
})

describe('row-level security', () => {
  test.each(['caseworker', 'supervisor', 'system'])(
    'a %s of another committee reads neither list nor question',
    async (role) => {
      await forget()
      await send('SN', `SN;SN-MOTT;hanna;${KNOWN}`)
      const id = await caseWith(spine.owner)
      await identify(id, KNOWN)
      await route(spine, [id])
      const count = (committee: string, table: string) =>
        inContext(
          spine.web,
          actorIn(committee, role),
          async (trx) => (await sql`select 1 from ${sql.table(table)}`.execute(trx)).rows.length,
        )
      expect([await count('SN', 'client_register'), await count('VON', 'client_register')]).toEqual([1, 0])
      expect([await count('SN', 'client_question'), await count('VON', 'client_question')]).toEqual([1, 0])
    },
  )

  test('an administrator reads neither, not even of the committee they sit in', async () => {
    await forget()
    await send('SN', `SN;SN-MOTT;hanna;${KNOWN}`)
    const read = sql`select 1 from client_register`
    const seen = await inContext(spine.web, actorIn('SN', 'administrator'), (trx) => read.execute(trx))
    expect(seen.rows).toEqual([])
  })

  test('and cannot write into another committee’s list, nor remove it', async () => {
    const stranger = actorIn('VON', 'system')
    const insert = inContext(spine.web, stranger, (trx) =>
      sql`insert into client_register (committee, key) values ('SN', '\\x00')`.execute(trx),
    )
    await expect(insert).rejects.toMatchObject({ code: '42501' })
    await inContext(spine.web, stranger, (trx) => sql`delete from client_register`.execute(trx))
    expect(await register()).toHaveLength(1)
    const forged = inContext(spine.web, stranger, (trx) => sql`delete from client_question`.execute(trx))
    await expect(forged).rejects.toMatchObject({ code: '42501' })
  })

  test('without a context there is nothing to read', async () => {
    expect((await sql`select 1 from client_register`.execute(spine.web)).rows).toEqual([])
    expect((await sql`select 1 from client_question`.execute(spine.web)).rows).toEqual([])
  })
})
