// Whoever is given tasks by another is told by mail, once an hour however many; whoever ends leaves none behind unseen.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { readPerson } from '../../shared/casework/people-changes.ts'
import { endPerson, openWorkOf } from '../../shared/casework/person-ending.ts'
import { moveTasks } from '../../shared/casework/task-moves.ts'
import type { Actor } from '../../shared/casework/act.ts'
import { aNotice, openApi, type Api } from '../support/api.ts'
import { administratorIn, refusalOf } from '../support/routed-cases.ts'

let api: Api
let tasks: string[]

beforeAll(async () => {
  api = await openApi()
  await api.call('/v1/notices', { as: 'landlord', json: aNotice(), headers: { 'idempotency-key': 'moves' } })
  await api.drain()
  const rows = await api.owner
    .selectFrom('task')
    .select('id')
    .where('committee', '=', 'GAN')
    .where('state', '=', 'open')
    .orderBy('id')
    .execute()
  tasks = rows.map(({ id }) => id)
})
afterAll(() => api.stop())

const supervisor = (): Actor => ({
  role: 'supervisor',
  personId: api.person('supervisor.gan'),
  committee: 'GAN',
  unit: 'GAN-FS',
  sender: '',
  landlordId: null,
  name: 'supervisor.gan',
})

const lettersTo = async (username: string) => {
  await api.drain()
  const rows = await api.owner
    .selectFrom('mail')
    .innerJoin('person', 'person.id', 'mail.personId')
    .select('mail.id')
    .where('mail.template', '=', 'work-moved')
    .where('person.username', '=', username)
    .execute()
  return rows.length
}

const move = (ids: readonly string[], to: 'caseworker.gan' | 'supervisor.gan') =>
  moveTasks(api.web, supervisor(), { taskIds: ids, personId: api.person(to), unit: null, reason: 'Sjuk' })

test('two tasks given, and given again, are one mail', async () => {
  expect(tasks.length).toBeGreaterThan(2)
  expect(await move(tasks.slice(0, 2), 'caseworker.gan')).toBe(2)
  expect(await move(tasks.slice(0, 2), 'caseworker.gan')).toBe(0)
  expect(await move(tasks.slice(2, 3), 'caseworker.gan')).toBe(1)
  expect(await lettersTo('caseworker.gan')).toBe(1)
})

test('whoever takes work over is not written to about it', async () => {
  expect(await move(tasks.slice(0, 1), 'supervisor.gan')).toBe(1)
  expect(await lettersTo('supervisor.gan')).toBe(0)
})

describe('a person who ends', () => {
  const none = { tasks: 0, cases: 0, visits: 0, referrals: 0 }
  const openOf = async (personId: string | null) => {
    const { rows } = await sql<{ tasks: number; cases: number }>`
      select (select count(*)::int from task where state = 'open' and assignee = ${personId}::uuid) as tasks,
        (select count(*)::int from arrears_case where state = 'open' and assignee = ${personId}::uuid) as cases`.execute(
      api.owner,
    )
    return rows[0]!
  }
  const logged = async (id: string) =>
    (await readPerson(api.web, ada, id)).changes.filter(({ what }) => what === 'ended')
  let ada: Actor
  beforeAll(async () => {
    ada = await administratorIn(api.owner, 'ada')
    const { caseId } = await api.owner
      .selectFrom('task')
      .select('caseId')
      .where('id', '=', tasks[0]!)
      .executeTakeFirstOrThrow()
    await sql`update arrears_case set assignee = ${api.person('caseworker.gan')} where id = ${caseId}`.execute(
      api.owner,
    )
    await move(tasks, 'caseworker.gan')
    await api.drain()
  })

  test('is not ended while nobody has said what is to become of the work, nor with an heir who cannot have it', async () => {
    const id = api.person('caseworker.gan')
    const { work, heirs } = await openWorkOf(api.web, ada, id)
    expect(work).toEqual({ tasks: tasks.length, cases: 1, visits: 0, referrals: 0 })
    expect(heirs.map((one) => one.id)).toContain(api.person('supervisor.gan'))
    expect(heirs.map((one) => one.id)).not.toContain(api.person('caseworker.sn'))
    for (const [heir, pointers] of [
      [undefined, ['/handOn', '/reason']],
      [api.person('caseworker.sn'), ['/heir', '/reason']],
      [id, ['/heir', '/reason']],
      [null, ['/reason']],
    ] as const) {
      const refusal = await refusalOf(endPerson(api.web, ada, id, { heir, reason: ' ' }))
      expect(refusal.problems.map(({ pointer }) => pointer)).toEqual(pointers)
    }
    expect(work).toMatchObject(await openOf(id))
    // A caseworker who comes by this way sees no numbers and moves nothing.
    expect((await openWorkOf(api.web, supervisor(), id)).work).toEqual(none)
  })

  test('hands everything on once, however often and by however many it is pressed, and a protected case to nobody who may not see it', async () => {
    const [id, heir] = [api.person('caseworker.gan'), api.person('supervisor.gan')]
    const hidden = await sql<{ id: string }>`update arrears_case set protected = true
      where id = (select id from arrears_case where assignee is null and committee = 'GAN' order by number limit 1) returning id`.execute(
      api.owner,
    )
    for (const one of hidden.rows)
      await sql`update arrears_case set assignee = ${id} where id = ${one.id}`.execute(api.owner)
    // Named where she worked before, which is nothing here.
    await sql`insert into protected_group (committee, person_id) values ('SN', ${heir})`.execute(api.owner)
    const before = await openOf(heir)
    const ending = { heir, reason: 'Slutar' }
    const done = await Promise.all([endPerson(api.web, ada, id, ending), endPerson(api.web, ada, id, ending)])
    expect(done.map(({ tasks: moved }) => moved).toSorted((one, other) => one - other)).toEqual([
      0,
      tasks.length,
    ])
    expect(await openOf(id)).toEqual({ tasks: 0, cases: 0 })
    expect(await openOf(heir)).toEqual({ tasks: before.tasks + tasks.length, cases: before.cases + 1 })
    expect((await logged(id)).map(({ after }) => after)).toEqual([
      { ...none, tasks: tasks.length, cases: 1 + hidden.rows.length, to: 'supervisor.gan', reason: 'Slutar' },
    ])
    const owners = await sql<{
      owners: number
    }>`select count(*)::int as owners from assignment a join arrears_case c on c.id = a.case_id
      where c.assignee = ${heir} and a.kind = 'owner' and a.state in ('active', 'accepted') group by c.id`.execute(
      api.owner,
    )
    expect(owners.rows.every(({ owners: count }) => count === 1)).toBe(true)
    await api.drain()
    expect(api.failures).toEqual([])
  })

  test('leaves work unowned when that is chosen: it stands with its unit', async () => {
    const id = api.person('supervisor.gan')
    const { tasks: many } = await openOf(id)
    await endPerson(api.web, ada, id, { heir: null, reason: 'Ingen än' })
    expect(await openOf(id)).toEqual({ tasks: 0, cases: 0 })
    const unowned = await sql<{
      n: number
    }>`select count(*)::int as n from task where id = any(${tasks}::uuid[]) and assignee is null
      and unit is not null and state = 'open'`.execute(api.owner)
    expect(unowned.rows[0]?.n).toBe(tasks.length)
    expect(many).toBeGreaterThanOrEqual(tasks.length)
    await api.drain()
    expect(api.failures).toEqual([])
  })
  /** Three who go on visits, and a case to go to. */
  async function visitors() {
    const people = await api.owner
      .insertInto('person')
      .values(
        ['leaver', 'heir', 'pair'].map((name) => ({
          subject: name,
          username: name,
          name,
          role: 'visitor',
          committee: 'GAN',
          unit: 'GAN-BESOK',
        })),
      )
      .returning('id')
      .execute()
    const { caseId } = await api.owner
      .selectFrom('task')
      .select('caseId')
      .where('id', '=', tasks[0]!)
      .executeTakeFirstOrThrow()
    const [leaver = '', heir = '', pair = ''] = people.map(({ id }) => id)
    return { leaver, heir, pair, caseId: caseId! }
  }

  const visitBy = async (caseId: string, visitors: readonly string[], hours: number) => {
    const { rows } = await sql<{ id: string }>`with booked as (
        insert into visit (case_id, committee, starts_at, ends_at, visitors) values (${caseId}, 'GAN',
          clock_now() + make_interval(mins => ${hours * 60}), clock_now() + make_interval(mins => ${hours * 60 + 60}), ${[...visitors]}::uuid[])
        returning id, starts_at, ends_at),
      people as (insert into visit_person (visit_id, person_id, starts_at, ends_at)
        select b.id, p, b.starts_at, b.ends_at from booked b, unnest(${[...visitors]}::uuid[]) p)
      select id from booked`.execute(api.owner)
    return rows[0]!.id
  }

  test('leaves no visit behind: the heir goes when free, else it is called off and somebody books another', async () => {
    const { leaver, heir, pair, caseId } = await visitors()
    const given = await visitBy(caseId, [leaver, pair], 30)
    await visitBy(caseId, [heir, pair], 50)
    const off = await visitBy(caseId, [leaver], 50.5)
    const { work } = await openWorkOf(api.web, ada, leaver)
    expect(work).toEqual({ ...none, visits: 2 })
    const ending = { heir, reason: 'Slutar' }
    for (let time = 0; time < 2; time++) await endPerson(api.web, ada, leaver, ending)
    await api.drain()
    expect(api.failures).toEqual([])
    const { rows } = await sql<{ id: string; state: string; who: string[]; why: string | null }>`
      select id, state, (select coalesce(array_agg(p.person_id), '{}') from visit_person p where p.visit_id = v.id and p.booked) as who,
        cancelled_reason as why from visit v where id in (${given}, ${off}) order by starts_at`.execute(
      api.owner,
    )
    expect(rows).toEqual([
      { id: given, state: 'booked', who: expect.arrayContaining([heir, pair]), why: null },
      { id: off, state: 'cancelled', who: [], why: 'Slutar' },
    ])
    const asked = await sql`select 1 from task where subject_id = ${off} and state = 'open'`.execute(
      api.owner,
    )
    expect(asked.rows).toHaveLength(1)
    expect((await openWorkOf(api.web, ada, leaver)).work).toEqual(none)
  })

  test.each(['heir', null] as const)(
    'leaves no referral behind: it is the heir’s, or passed on to the next counsellor (%s)',
    async (to) => {
      const { rows: open } = await sql<{ id: string; caseId: string; counsellor: string }>`
        select id, case_id, counsellor from referral where state in ('assigned', 'accepted') and counsellor is not null order by created_at, id`.execute(
        api.owner,
      )
      const { counsellor, caseId } = open[0]!
      const { work, heirs } = await openWorkOf(api.web, ada, counsellor)
      expect(work.referrals).toBe(open.filter((one) => one.counsellor === counsellor).length)
      const next = heirs.find(({ role }) => role === 'counsellor')!
      await endPerson(api.web, ada, counsellor, { heir: to && next.id, reason: 'Slutar' })
      await api.drain()
      expect(api.failures).toEqual([])
      const after = await sql<{ counsellor: string | null; active: boolean | null }>`
        select r.counsellor, p.active from referral r left join person p on p.id = r.counsellor
        where r.case_id = ${caseId} and r.state in ('assigned', 'accepted')`.execute(api.owner)
      expect(after.rows).toHaveLength(1)
      if (to) expect(after.rows).toEqual([{ counsellor: next.id, active: true }])
      // Nobody but somebody at work, or nobody at all: then the supervisor is asked.
      expect(after.rows[0]!.active).not.toBe(false)
      expect((await openWorkOf(api.web, ada, counsellor)).work).toEqual(none)
    },
  )
})
