// When the law's own tables change: every open case is computed again, once, closed ones stay as they are.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { countWith, lawStamp, noteLaw } from '../../shared/casework/law.ts'
import type { Law } from '../../shared/domain/periods.ts'
import { claimOverdue } from '../../shared/outbox.ts'
import { handlersOf } from '../../workers/handlers.ts'
import { answer } from '../../workers/worker.ts'
import {
  caseOf,
  freshDates,
  landlordOf,
  noticeFor,
  openTasks,
  storedDates,
  timelineOf,
} from '../support/deadline-case.ts'
import { holidaysCsv, lawOf, periodsCsv } from '../support/law.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
  await spine.moveTo('2026-12-04T09:00:00Z')
  const closed = await send(noticeFor(1))
  const { id } = await caseOf(spine, closed.id)
  await sql`update arrears_case set state = 'closed' where id = ${id}`.execute(spine.worker)
  await send(noticeFor(2))
})
afterAll(async () => spine.close())

const { send } = landlordOf(() => spine)
const movesIn = async (caseId: string) =>
  (await timelineOf(spine, caseId))
    .filter(({ kind }) => kind === 'deadline.moved')
    .map(({ detail }) => detail)

/** Works what is due as processes do that started with another law. */
async function workWith(law: Law): Promise<void> {
  const handlers = handlersOf({
    ...spine.tools,
    law,
    db: spine.worker,
    mailer: { send: async () => undefined },
    baseUrl: 'http://localhost:3000',
  })
  for (;;) {
    const claimed = await claimOverdue(spine.worker, 1_000, 0)
    if (claimed.length === 0) return
    for (const one of claimed)
      await answer(spine.worker, handlers, { topic: one.topic, ids: [one.id] }, (failure) =>
        spine.failures.push(failure),
      )
  }
}

describe('a changed law', () => {
  const amendedDay = `${holidaysCsv.trim()}\n2026-12-28;holiday;Prövodagen;Test day;;;Prov\n`.replace(
    '2026-12-28',
    '12-28',
  )
  const longer = periodsCsv
    .split('\n')
    .flatMap((line) => {
      if (!line.startsWith('recovery;rent;dwelling')) return [line]
      const cells = line.split(';')
      const [until, from] = [[...cells], [...cells]]
      until[17] = '2026-12-02'
      from[16] = '2026-12-03'
      from[10] = '4 weeks'
      return [until.join(';'), from.join(';')]
    })
    .join('\n')

  const stampOf = (version: number, ...tables: string[]) =>
    lawStamp(tables, `version;day\n${version};2026-11-22\n`)

  test('is told of once for every open case, however many processes start, and only when it differs', async () => {
    const first = stampOf(1, periodsCsv, holidaysCsv)
    await noteLaw(spine.worker, first)
    await workWith(spine.tools.law)
    const open = await sql<{
      n: number
    }>`select count(*)::int as n from arrears_case where state = 'open'`.execute(spine.worker)
    const next = stampOf(2, periodsCsv, amendedDay)
    const told = await Promise.all([1, 2, 3, 4].map(() => noteLaw(spine.worker, next)))
    expect(told.toSorted((one, other) => other - one)).toEqual([open.rows[0]?.n, 0, 0, 0])
    expect(await noteLaw(spine.worker, next)).toBe(0)
    const waiting = await sql<{
      n: number
    }>`select count(*)::int as n from outbox where topic = 'law.changed' and done_at is null`.execute(
      spine.worker,
    )
    expect(waiting.rows[0]).toEqual({ n: open.rows[0]?.n })
  })

  test('an amended holiday moves the last day of open cases, and the diary says so', async () => {
    const notice = await send(noticeFor(6, { servedDate: '2026-12-03' }))
    const { id } = await caseOf(spine, notice.id)
    const closed = await sql<{ id: string }>`select id from arrears_case where state = 'closed'`.execute(
      spine.worker,
    )
    const closedDates = () => Promise.all(closed.rows.map((row) => storedDates(spine, row.id)))
    const before = await closedDates()
    expect(before.flat().length).toBeGreaterThan(0)
    await noteLaw(spine.worker, stampOf(3, periodsCsv, `${amendedDay}again`))
    await workWith(lawOf(periodsCsv, amendedDay))
    expect(spine.failures).toEqual([])
    expect(await caseOf(spine, notice.id)).toMatchObject({ recoveryLastDay: '2026-12-29' })
    expect(await movesIn(id)).toContainEqual({
      deadline: 'recovery',
      from: '2026-12-28',
      to: '2026-12-29',
      days: 1,
    })
    expect(await closedDates()).toEqual(before)
  })

  test('taken back again, the last day is earlier and a person is asked', async () => {
    const { id } = await caseOf(spine, (await send(noticeFor(6, { servedDate: '2026-12-03' }))).id)
    await noteLaw(spine.worker, stampOf(4, periodsCsv, holidaysCsv))
    await workWith(spine.tools.law)
    expect(await movesIn(id)).toContainEqual({
      deadline: 'recovery',
      from: '2026-12-29',
      to: '2026-12-28',
      days: -1,
    })
    expect(await openTasks(spine, id, 'review/moved')).toHaveLength(1)
    expect(await storedDates(spine, id)).toEqual(await freshDates(spine, id))
  })

  test('a new version of a period counts for what begins under it, and is named in the row', async () => {
    const old = await send(noticeFor(7, { servedDate: '2026-12-02' }))
    const fresh = await send(noticeFor(8, { servedDate: '2026-12-03' }))
    await noteLaw(spine.worker, stampOf(5, longer, holidaysCsv))
    await workWith(lawOf(longer, holidaysCsv))
    expect(await caseOf(spine, old.id)).toMatchObject({ recoveryLastDay: '2026-12-23' })
    expect(await caseOf(spine, fresh.id)).toMatchObject({ recoveryLastDay: '2027-01-04' })
    const { id } = await caseOf(spine, fresh.id)
    const row =
      await sql`select period_version from deadline where case_id = ${id} and kind = 'recovery' and superseded_at is null`.execute(
        spine.worker,
      )
    expect(row.rows[0]).toEqual({ periodVersion: 'recovery.rent.dwelling@2026-12-03' })
    await noteLaw(spine.worker, stampOf(6, periodsCsv, holidaysCsv))
    await workWith(spine.tools.law)
    expect(await caseOf(spine, fresh.id)).toMatchObject({ recoveryLastDay: '2026-12-28' })
  })

  test('in a rolling release the old law never comes back, and its processes leave the counting to the new ones', async () => {
    const [old, changed, fresh] = [
      stampOf(6, periodsCsv, holidaysCsv),
      stampOf(6, longer, ''),
      stampOf(7, longer, '1'),
    ]
    expect(await noteLaw(spine.worker, changed)).toBeGreaterThan(0)
    expect(await noteLaw(spine.worker, old)).toBe(0)
    expect(await noteLaw(spine.worker, stampOf(5, 'never', 'seen'))).toBe(0)
    const count = (ours: typeof old) => spine.worker.transaction().execute((trx) => countWith(trx, ours))
    await expect(count(old)).rejects.toMatchObject({ code: 'EOLDLAW' })
    await expect(count(stampOf(5, 'never', 'seen'))).rejects.toMatchObject({ code: 'EOLDLAW' })
    await count(changed)
    // A newer one counts from its first moment, also before it has been noted.
    await count(fresh)
  })
})
