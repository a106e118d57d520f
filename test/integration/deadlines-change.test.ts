// Change without loss: what is told late, what moves and what the law changes recompute open cases and nothing else.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { recomputeCases } from '../../shared/casework/law.ts'
import { claimOverdue } from '../../shared/outbox.ts'
import { answer } from '../../workers/worker.ts'
import {
  caseOf,
  freshDates,
  landlordOf,
  noticeFor,
  openTasks,
  recoveriesOf,
  storedDates,
  timelineOf,
} from '../support/deadline-case.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
  await spine.moveTo('2026-12-04T09:00:00Z')
})
afterAll(async () => spine.close())

const { send, tell, update } = landlordOf(() => spine)

const count = async (caseId: string) => {
  const { rows } = await sql<{ dates: number; diary: number; tasks: number }>`select
    (select count(*)::int from deadline where case_id = ${caseId}) as dates,
    (select count(*)::int from timeline where case_id = ${caseId}) as diary,
    (select count(*)::int from task where case_id = ${caseId}) as tasks`.execute(spine.worker)
  return rows[0]
}

const movesIn = async (caseId: string) =>
  (await timelineOf(spine, caseId))
    .filter(({ kind }) => kind === 'deadline.moved')
    .map(({ detail }) => detail)

describe('a served date', () => {
  test('reported late moves the dates, says by how many days, and re-dates the work', async () => {
    const dates = { noticeDate: '2026-11-26', terminatedDate: '2026-11-26', dispatchedDate: '2026-11-26' }
    const notice = await send(noticeFor(1, dates))
    const { id } = await caseOf(spine, notice.id)
    const before = await openTasks(spine, id, 'T')
    await update(notice.id, 'served', '2026-12-03')
    expect(await caseOf(spine, notice.id)).toMatchObject({
      recoveryLastDay: '2026-12-28',
      recoveryBasis: 'known',
    })
    expect(await movesIn(id)).toContainEqual({
      deadline: 'recovery',
      from: '2026-12-17',
      to: '2026-12-28',
      days: 11,
    })
    expect(await openTasks(spine, id, 'review/moved')).toEqual([])
    expect(await openTasks(spine, id, 'T')).not.toEqual(before)
    const versions = await sql`select version, last_day, superseded_at is not null as old, moved from deadline
      where case_id = ${id} and kind = 'recovery' order by version`.execute(spine.worker)
    expect(versions.rows).toEqual([
      { version: 1, lastDay: '2026-12-17', old: true, moved: null },
      {
        version: 2,
        lastDay: '2026-12-28',
        old: false,
        moved: { from: '2026-12-17', to: '2026-12-28', days: 11 },
      },
    ])
    expect(await storedDates(spine, id)).toEqual(await freshDates(spine, id))
  })

  test('corrected to an earlier day gives a person a task, each time', async () => {
    const notice = await send(noticeFor(2))
    const { id } = await caseOf(spine, notice.id)
    await update(notice.id, 'served', '2026-12-04')
    await update(notice.id, 'served', '2026-12-03')
    const [asked] = await openTasks(spine, id, 'review/moved')
    expect(asked).toMatchObject({ role: 'supervisor', state: 'open' })
    expect(asked?.reasonSv).toContain('måndag 28 december 2026')
    await update(notice.id, 'served', '2026-12-02')
    expect(await openTasks(spine, id, 'review/moved')).toHaveLength(2)
  })

  test('told twice, or by two workers at once, moves once', async () => {
    const notice = await send(noticeFor(3))
    const { id } = await caseOf(spine, notice.id)
    await tell(notice.id, 'served', '2026-12-03')
    await tell(notice.id, 'served', '2026-12-03')
    const claimed = await claimOverdue(spine.worker, 100, 0)
    expect(claimed).toHaveLength(2)
    await Promise.all(
      claimed.map((one) =>
        answer(spine.worker, spine.handlers, { topic: one.topic, ids: [one.id] }, (failure) =>
          spine.failures.push(failure),
        ),
      ),
    )
    await spine.drain()
    expect(spine.failures).toEqual([])
    expect(
      (await movesIn(id)).filter((one) => (one as { deadline: string }).deadline === 'recovery'),
    ).toHaveLength(1)
    const before = await count(id)
    const again = () =>
      spine.worker
        .transaction()
        .execute(async (trx) => recomputeCases(trx, await moment(trx), spine.tools, [id]))
    await Promise.all([again(), again()])
    await again()
    expect(await count(id)).toEqual(before)
    expect(await storedDates(spine, id)).toEqual(await freshDates(spine, id))
  })
})

test('a withdrawal stops the dates and says why', async () => {
  const notice = await send(noticeFor(4, { servedDate: '2026-12-03' }))
  const { id } = await caseOf(spine, notice.id)
  await update(notice.id, 'withdrawn', '2026-12-04')
  expect(await caseOf(spine, notice.id)).toMatchObject({ settled: 'withdrawn', recoveryLastDay: null })
  expect(await recoveriesOf(spine, id)).toMatchObject([{ state: 'stopped' }])
  expect(await storedDates(spine, id)).toEqual(await freshDates(spine, id))
})

test('a closed case keeps its dates; what was told of it stands in its diary', async () => {
  const notice = await send(noticeFor(5))
  const { id } = await caseOf(spine, notice.id)
  await sql`update arrears_case set state = 'closed' where id = ${id}`.execute(spine.worker)
  const before = await storedDates(spine, id)
  await update(notice.id, 'served', '2026-12-04')
  await spine.moveTo('2027-01-20T09:00:00Z')
  expect(await storedDates(spine, id)).toEqual(before)
  expect((await timelineOf(spine, id)).map(({ kind }) => kind)).toContain('notice.served')
  expect((await timelineOf(spine, id)).map(({ kind }) => kind)).not.toContain('deadline.passed')
  await spine.moveTo('2026-12-04T09:00:00Z')
})

describe('a day that goes by', () => {
  // Months of alerts about other cases would be told on the way, and are no part of this.
  const closeAll = () => sql`update arrears_case set state = 'closed'`.execute(spine.worker)
  beforeEach(closeAll)
  // Each last day with its last minute and the first minute after it in Sweden, around both changes of the clocks.
  test.each([
    {
      n: 21,
      came: '2026-10-05T09:00:00Z',
      served: '2026-10-05',
      lastDay: '2026-10-26',
      still: '2026-10-26T22:59:00Z',
      over: '2026-10-26T23:00:30Z',
    },
    {
      n: 22,
      came: '2026-12-03T09:00:00Z',
      served: '2026-12-03',
      lastDay: '2026-12-28',
      still: '2026-12-28T22:59:00Z',
      over: '2026-12-28T23:00:30Z',
    },
    {
      n: 23,
      came: '2027-03-08T09:00:00Z',
      served: '2027-03-08',
      lastDay: '2027-03-30',
      still: '2027-03-30T21:59:00Z',
      over: '2027-03-30T22:00:30Z',
    },
  ])(
    'passes $lastDay at Swedish midnight though nothing happens, and says so once',
    async ({ n, came, served, lastDay, still, over }) => {
      await spine.moveTo(came)
      const dates = { noticeDate: served, terminatedDate: served, dispatchedDate: served, servedDate: served }
      const notice = await send(noticeFor(n, dates))
      const { id } = await caseOf(spine, notice.id)
      await spine.moveTo(still)
      expect(await recoveriesOf(spine, id)).toEqual([{ origin: notice.id, lastDay, state: 'running' }])
      await spine.moveTo(over)
      expect(spine.failures).toEqual([])
      expect(await recoveriesOf(spine, id)).toEqual([{ origin: notice.id, lastDay, state: 'passed' }])
      const passed = async () =>
        (await timelineOf(spine, id)).filter(
          ({ kind, detail }) =>
            kind === 'deadline.passed' && (detail as { deadline: string }).deadline === 'recovery',
        )
      expect((await passed()).map(({ detail }) => detail)).toEqual([{ deadline: 'recovery', day: lastDay }])
      await spine.drain()
      expect(await passed()).toHaveLength(1)
      expect(await storedDates(spine, id)).toEqual(await freshDates(spine, id))
      const next = await sql<{
        passesOn: string | null
      }>`select passes_on from arrears_case where id = ${id}`.execute(spine.worker)
      expect((next.rows[0]?.passesOn ?? '9999') > lastDay).toBe(true)
    },
  )

  test('a served date that shows the last day to be gone already asks a person at once', async () => {
    await spine.moveTo('2027-01-05T09:00:00Z')
    const notice = await send(noticeFor(31, { servedDate: '2026-12-20' }))
    const { id } = await caseOf(spine, notice.id)
    expect(await caseOf(spine, notice.id)).toMatchObject({ recoveryLastDay: '2027-01-11' })
    await update(notice.id, 'served', '2026-12-04')
    expect(await recoveriesOf(spine, id)).toMatchObject([{ lastDay: '2026-12-28', state: 'passed' }])
    expect(await openTasks(spine, id, 'review/moved')).toHaveLength(1)
  })

  test('the sweep looks at what is due, not at what is open', async () => {
    await sql`set enable_seqscan = off`.execute(spine.owner)
    const plan = await sql<Record<string, string>>`explain select id from arrears_case
      where state = 'open' and passes_on <= clock_today() order by passes_on limit 500`.execute(spine.owner)
    expect(JSON.stringify(plan.rows)).toContain('arrears_case_passes')
  })
})
