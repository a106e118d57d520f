// A month of ninety notices, most of them within five days: two counsellors, one away, and room for six home visits a week.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { listTasks } from '../../shared/casework/tasks.ts'
import { bookSuggestion } from '../../shared/casework/visit-offers.ts'
import { addWorkingDays, localDateOf } from '../../shared/domain/calendar.ts'
import { actorNamed, openStory, type Story } from '../support/story.ts'

const office = { days: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00', closedDays: [] }
let story: Story

/** Sixty-eight notices on the first five working days, twenty-two on the ten that follow. */
const monthOfNotices = Array.from({ length: 90 }, (_, nth) => {
  const day = nth < 68 ? nth % 5 : 5 + ((nth - 68) % 10)
  return { nth, day: addWorkingDays('2026-11-23', day, office) }
}).toSorted((one, other) => (one.day < other.day ? -1 : 1))

function noticeOf({ nth, day }: { nth: number; day: string }): object {
  return {
    reference: `H-${nth}`,
    tenant: { name: `Hushåll ${nth}` },
    dwelling: { address: `Storgatan ${nth}`, postalCode: '702 10', city: 'Örebro', apartmentNumber: '1101' },
    rents: [
      { period: '2026-10', dueDate: '2026-09-30', amount: 8000 },
      { period: '2026-11', dueDate: '2026-10-30', amount: 8000 },
    ],
    amountToRecover: 16_012.5,
    noticeDate: day,
    terminatedDate: day,
    dispatchedDate: day,
  }
}

beforeAll(async () => {
  story = await openStory('2026-11-20')
  await story.away('bilal.bos', '2026-11-20', '2026-11-27')
  // One pair is left for home visits, six a week; of the others one is ill and the rest do other work.
  await story.away('lukas.lots', '2026-11-20', '2026-12-31')
  await sql`insert into visitor (person_id, goes) select id, false from person where username in ('lotta.lots', 'vidar.von')`.execute(
    story.spine.owner,
  )
  for (const [day, notices] of Map.groupBy(monthOfNotices, (one) => one.day)) {
    await story.moveTo(day)
    for (const one of notices) await story.send(noticeOf(one))
    await story.spine.drain()
    await noteChildren(notices.filter(({ nth }) => nth % 7 === 0).map(({ nth }) => `Hushåll ${nth}`))
    await bookWhatIsSuggested()
  }
})
afterAll(() => story.close())

/** The reception learns that there are children: their case is planned anew, before the suggestions are booked. */
async function noteChildren(names: string[]): Promise<void> {
  await sql`with changed as (update arrears_case set children = 'yes' where tenant_name = any(${names}::text[]) returning id)
    insert into outbox (topic, subject_id) select 'case.changed', id from changed`.execute(story.spine.owner)
  await story.spine.drain()
}

/** Households without children that were suggested a time in which one with children, due no later, could have been visited. */
const wrongOrder: unknown[] = []

/** Every day the caseworker books what is suggested for the coming days, and the pair says that it is out. */
async function bookWhatIsSuggested(): Promise<void> {
  const gunilla = await actorNamed(story.spine, 'gunilla.gan')
  const { rows } = await sql<{
    id: string
  }>`select id from visit_need where state = 'suggested' and starts_at < clock_now() + interval '7 days'
    order by due_on, starts_at, id`.execute(story.spine.owner)
  for (const { id } of rows) await bookSuggestion(story.spine.web, gunilla, id)
  await sql`update visit set checked_out_at = ends_at where ends_at < clock_now()`.execute(story.spine.owner)
  await story.spine.drain()
}

const nameOf = async (id: string | null) =>
  id &&
  (await story.spine.owner.selectFrom('person').select('username').where('id', '=', id).executeTakeFirst())
    ?.username

describe('a month of ninety notices', () => {
  test('nothing fails, and ninety households are ninety cases', async () => {
    expect(story.spine.failures).toEqual([])
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from arrears_case`.execute(
      story.spine.owner,
    )
    expect(rows[0]?.n).toBe(90)
  })

  test('everybody is referred once, never to the one who is away; back again, she gets them until the load is even', async () => {
    const referrals = await story.referrals()
    expect(referrals).toHaveLength(90)
    const given = await Promise.all(
      referrals.map(async (one) => ({ to: await nameOf(one.counsellor), on: localDateOf(one.createdAt) })),
    )
    expect(given.filter(({ to, on }) => to === 'bilal.bos' && on <= '2026-11-27')).toEqual([])
    const later = given.filter(({ on }) => on > '2026-11-27')
    expect(later.length).toBe(22)
    expect(later.every(({ to }) => to === 'bilal.bos')).toBe(true)
  })

  test('every case with a deadline has a next step that is due before it', async () => {
    const { rows } = await sql<{ number: string }>`
      select c.number from arrears_case c where c.recovery_safe_day is not null and not exists (
        select 1 from task t where t.case_id = c.id and t.state = 'open' and t.due_on < c.recovery_safe_day)`.execute(
      story.spine.owner,
    )
    expect(rows).toEqual([])
  })

  test('the supervisor is told that the counsellors are full when it happens, before a single referral is late', async () => {
    const full = (await story.alerts()).filter(({ trigger }) => trigger === 'referral-no-slot')
    expect(full.length).toBeGreaterThan(0)
    const [first] = full
    expect(first).toMatchObject({ recipient: 'unit-supervisor', step: 1 })
    const fiftieth = (await story.referrals())[50]
    expect(localDateOf(first?.at ?? '')).toBe(localDateOf(fiftieth?.createdAt ?? ''))
  })

  test('a caseworker reads what is nearest due first, and children before others of the same day', async () => {
    const target = await story.spine.owner
      .selectFrom('task')
      .select(['caseId', 'dueOn'])
      .where('template', '=', 'T2')
      .where('occurrence', 'like', 'T2/3#%')
      .orderBy('dueOn', 'desc')
      .orderBy('caseId')
      .executeTakeFirstOrThrow()
    await sql`update arrears_case set children = 'yes' where id = ${target.caseId}`.execute(story.spine.owner)
    await sql`insert into outbox (topic, subject_id) values ('case.changed', ${target.caseId})`.execute(
      story.spine.owner,
    )
    await story.spine.drain()
    const actor = await actorNamed(story.spine, 'gunilla.gan')
    const wish = { state: 'open', due: null, unit: null, assignee: null, limit: 2_000, page: 1 } as const
    const { tasks } = await listTasks(story.spine.web, actor, wish)
    const order = tasks.map(({ dueOn, fast }) => `${dueOn} ${fast ? 0 : 1}`)
    expect(order).toEqual(order.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0)))
    expect(tasks.some(({ fast }) => fast)).toBe(true)
  })
})

type Planned = {
  caseId: string
  state: string
  dueOn: string
  children: boolean
  reason: string | null
  startsAt: string | null
}

describe('visits', () => {
  const planned = async () =>
    (
      await sql<Planned>`select n.case_id, n.state, n.due_on, c.children = 'yes' as children, n.reason,
        coalesce(n.starts_at, (select min(v.starts_at) from visit v where v.case_id = n.case_id)) as starts_at
      from visit_need n join arrears_case c on c.id = n.case_id where n.state <> 'wanted' order by n.due_on`.execute(
        story.spine.owner,
      )
    ).rows

  test('nobody is in two places, past six a week, or called in while ill', async () => {
    const { rows } = await sql<{ username: string; week: string; n: number; times: number }>`
      select p.username, to_char(v.starts_at, 'IYYY-IW') as week, count(*)::int as n, count(distinct v.starts_at)::int as times
      from visit_person v join person p on p.id = v.person_id where v.booked group by 1, 2 order by 1, 2`.execute(
      story.spine.owner,
    )
    expect(new Set(rows.map(({ username }) => username))).toEqual(new Set(['besim.gan', 'olle.sn']))
    expect(rows.every(({ n, times }) => n === times && n <= 6)).toBe(true)
    expect(rows.filter(({ n }) => n === 6).length).toBeGreaterThanOrEqual(4)
  })

  test('every household that needs a visit has a time in time, or the counted reason and the earliest time there is', async () => {
    const all = await planned()
    expect(new Set(all.map(({ caseId }) => caseId)).size).toBe(90)
    const inTime = all.filter(({ state }) => state === 'booked' || state === 'suggested')
    expect(inTime.filter(({ startsAt, dueOn }) => !startsAt || localDateOf(startsAt) > dueOn)).toEqual([])
    const without = all.filter(({ state }) => state === 'lacking')
    expect(without.length).toBeGreaterThan(60)
    expect(without.every(({ reason }) => reason === 'KAPACITET')).toBe(true)
    expect(inTime.length + without.length).toBe(all.length)
  })

  test('the supervisor is told that the visits do not fit before a single one is late', async () => {
    const told = (await story.alerts()).filter(({ trigger }) => trigger === 'visit-capacity')
    expect(told[0]).toMatchObject({ recipient: 'unit-supervisor', to: 'anette.gan', step: 1 })
    const first = (await planned()).find(({ state }) => state === 'lacking')
    expect(localDateOf(told[0]?.at ?? '') < (first?.dueOn ?? '')).toBe(true)
    // One alert for a week and a day, not one for each household.
    expect(told.length).toBeLessThan(25)
  })

  test('children and the nearest dates come first', async () => {
    const all = await planned()
    const children = all.filter((one) => one.children)
    expect(children.length).toBeGreaterThan(10)
    const share = (some: Planned[]) => some.filter(({ state }) => state === 'booked').length / some.length
    expect(share(children)).toBeGreaterThan(1.5 * share(all.filter((one) => !one.children)))
    expect(wrongOrder).toEqual([])
  })

  test('two bookings of one visitor at the same moment: one stands, the other is told to choose another time', async () => {
    const cases = await story.spine.owner
      .selectFrom('arrearsCase')
      .select('id')
      .orderBy('number')
      .limit(2)
      .execute()
    const both = await Promise.allSettled(
      cases.map(({ id }) => story.visitIn(id, '2027-01-14', ['besim.gan', 'gunilla.gan'])),
    )
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refused = both.find((one) => one.status === 'rejected')
    expect(String(refused?.reason)).toMatch(/redan bokad då. Välj någon annan eller en annan tid/)
  })
})
