// Whatever is done twice, at once or after a fault has one effect: the demo month, disturbed and repeated, comes out alike.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { refreshCases } from '../../shared/casework/refresh.ts'
import { sweepDeadlines, sweepStages, sweepTasks } from '../../shared/casework/sweeps.ts'
import { openDatabase, type Db } from '../../shared/db/open.ts'
import { noticeBody } from '../../shared/domain/notice-body.ts'
import type { Topic } from '../../shared/topics.ts'
import { answer } from '../../workers/worker.ts'
import { noticeNumber } from '../bench/notices.ts'
import { judgeDatabase } from '../chaos/judge.ts'
import { workBadly } from '../support/bad-hour.ts'
import { loadPeople, noon, outcomeOf, sendMonth } from '../support/month.ts'
import { landlordActor, openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
let other: Db
let disturbed: Spine
const close: (() => Promise<void>)[] = []

async function openMonth(): Promise<Spine> {
  const opened = await openSpine()
  close.push(opened.close)
  await loadPeople(opened)
  await opened.moveTo(noon)
  return opened
}

beforeAll(async () => {
  spine = await openMonth()
  disturbed = await openMonth()
  other = openDatabase({ url: spine.url, role: 'bokvar_worker', max: 2 })
  close.unshift(() => other.destroy())
  await sendMonth(spine, spine.drain)
})
afterAll(async () => {
  for (const end of close) await end()
})

const broken = async (db: Db) =>
  (await judgeDatabase(db))
    .filter(({ rule, bad }) => bad > 0 && rule !== 'I20')
    .map(({ rule, bad }) => `${rule} ${bad}`)

/** Everything of a case and its dates that is folded from what came in; when it was folded is no part of it. */
async function foldedOf(db: Db): Promise<unknown[]> {
  const cases =
    await sql`select to_jsonb(c) - 'updated_at' as folded from arrears_case c order by id`.execute(db)
  const dates = await sql`select * from deadline order by case_id, origin, kind, version`.execute(db)
  return [...cases.rows, ...dates.rows]
}

describe('the demo month', () => {
  test('gives each case from the first moment the facts and dates that a refresh finds', async () => {
    const before = await foldedOf(spine.owner)
    await spine.worker.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: string }>`select id from arrears_case where state = 'open'`.execute(
        trx,
      )
      const ids = rows.map(({ id }) => id)
      expect(ids.length).toBeGreaterThan(60)
      await refreshCases(trx, await moment(trx), spine.tools, ids)
    })
    expect(await foldedOf(spine.owner)).toEqual(before)
  })

  test('undisturbed, every rule of the judge holds', async () => {
    expect(spine.failures).toEqual([])
    expect(await broken(spine.owner)).toEqual([])
    const { cases = [], tasks = [], deadlines = [], referrals = [] } = await outcomeOf(spine.owner)
    expect(
      [cases.length, tasks.length, deadlines.length, referrals.length].every((count) => count > 10),
    ).toBe(true)
  })

  test('with rings lost, doubled and killed in the middle, it comes out the same', async () => {
    await sendMonth(disturbed, () => workBadly(disturbed, 7))
    expect(await broken(disturbed.owner)).toEqual([])
    expect(await outcomeOf(disturbed.owner)).toEqual(await outcomeOf(spine.owner))
  })

  test('every operation done again for every subject changes nothing', async () => {
    const before = await everything()
    const { rows } = await sql<{ topic: Topic; ids: string[] }>`
      select topic, array_agg(distinct subject_id) as ids from outbox where done_at is not null group by topic order by topic`.execute(
      spine.owner,
    )
    expect(rows.length).toBeGreaterThan(5)
    for (const { topic, ids } of rows) {
      const handler = spine.handlers[topic]
      if (typeof handler === 'function')
        await spine.worker.transaction().execute(async (trx) => handler(trx, await moment(trx), ids))
      else await handler.errand(ids)
    }
    await spine.drain()
    expect(await everything()).toEqual(before)
  })
})

/** The outcome, and how many rows each table has. */
async function everything() {
  const { rows } = await sql<{
    name: string
    count: number
  }>`select t.name, (xpath('/row/c/text()', query_to_xml('select count(*) as c from ' || t.name, false, true, '')))[1]::text::int as count
    from unnest(array['notice', 'arrears_case', 'household_key', 'assignment', 'deadline', 'task', 'stage', 'referral', 'alert', 'mail', 'notice_file_row']) as t(name)`.execute(
    spine.owner,
  )
  return { ...(await outcomeOf(spine.owner)), rows, letters: spine.letters.length }
}

describe('at once', () => {
  test('twenty notices for one household, sent and worked in parallel, give one case', async () => {
    const actor = landlordActor('many')
    const bodies = Array.from({ length: 20 }, (_, n) =>
      noticeBody.parse({ ...noticeNumber(5), reference: `P-${n}`, interest: n }),
    )
    const receipts = await Promise.all(
      bodies.map((body, n) =>
        receiveNotice(spine.web, spine.tools, actor, {
          key: `p${n}`,
          raw: Buffer.from(JSON.stringify(body)),
          body,
        }),
      ),
    )
    const ids = receipts.map(({ id }) => id)
    const { rows } = await sql<{
      id: number
    }>`select id from outbox where subject_id = any(${ids}::uuid[]) order by id`.execute(spine.owner)
    await Promise.all(
      rows.map(({ id }, n) =>
        answer(
          n % 2 ? other : spine.worker,
          spine.handlers,
          { topic: 'notice.received', ids: [id] },
          () => undefined,
        ),
      ),
    )
    await spine.drain()
    const cases = await sql<{
      caseId: string
    }>`select distinct case_id from notice where id = any(${ids}::uuid[])`.execute(spine.owner)
    expect(cases.rows).toHaveLength(1)
    expect(await broken(spine.owner)).toEqual([])
  })

  test('the same key sent ten times at once is answered alike and stored once', async () => {
    const body = noticeBody.parse({ ...noticeNumber(9), reference: 'K-1' })
    const send = () =>
      receiveNotice(spine.web, spine.tools, landlordActor('many'), {
        key: 'same',
        raw: Buffer.from('same'),
        body,
      })
    const receipts = await Promise.all(Array.from({ length: 10 }, send))
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(1)
  })

  // Once for all three: what the first makes due must not be worked before the others have looked.
  let later: Promise<unknown> | undefined
  const nineDaysOn = (on: Spine) =>
    (later ??= sql`update clock_shift set shift = shift + interval '9 days'`.execute(on.owner))

  test.each([
    ['stages', 'stage.due', sweepStages],
    ['tasks', 'task.overdue', sweepTasks],
    ['deadlines', 'deadline.passed', sweepDeadlines],
  ] as const)('four sweeps of %s at once tell of each due thing once', async (_what, topic, sweep) => {
    await nineDaysOn(spine)
    const sweeper = openDatabase({ url: spine.url, role: 'bokvar_sweeper', max: 4 })
    const counts = await Promise.all([0, 1, 2, 3].map(() => sweep(sweeper)))
    await sweeper.destroy()
    const told = await sql<{
      subjects: number
      rows: number
    }>`select count(distinct subject_id)::int as subjects, count(*)::int as rows from outbox where topic = ${topic} and done_at is null`.execute(
      spine.owner,
    )
    const sum = counts.reduce((one, two) => one + two, 0)
    expect(sum).toBeGreaterThan(0)
    expect(told.rows[0]).toEqual({ subjects: sum, rows: sum })
  })
})
