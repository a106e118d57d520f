// A month of ninety notices, most of them within five days, with two counsellors of whom one is away.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { listTasks } from '../../shared/casework/tasks.ts'
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
  for (const [day, notices] of Map.groupBy(monthOfNotices, (one) => one.day)) {
    await story.moveTo(day)
    for (const one of notices) await story.send(noticeOf(one))
    await story.spine.drain()
  }
}, 60_000)
afterAll(() => story.close())

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

describe('visits', () => {
  test('two bookings of one visitor at the same moment: one stands, the other is told to choose another time', async () => {
    const cases = await story.spine.owner.selectFrom('arrearsCase').select('id').limit(2).execute()
    const both = await Promise.allSettled(
      cases.map(({ id }) => story.visitIn(id, '2026-12-14', ['besim.gan', 'gunilla.gan'])),
    )
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refused = both.find((one) => one.status === 'rejected')
    expect(String(refused?.reason)).toMatch(/redan bokad då. Välj någon annan eller en annan tid/)
  })
})
