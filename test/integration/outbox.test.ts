// The outbox and its worker on a real database: every row has one effect, whoever dies, hangs or comes late.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { openDatabase, type Db, type Trx } from '../../shared/db/open.ts'
import { claimOverdue, emit, lease, maxAttempts, putOffsToTell, take } from '../../shared/outbox.ts'
import type { Topic } from '../../shared/topics.ts'
import { pollOnce } from '../../workers/poll.ts'
import { leaseBehind } from '../../workers/relay.ts'
import { answer, batchSize, ringsOf, type Handlers, type OnFailure } from '../../workers/worker.ts'
import { openSpine, type Spine } from '../support/spine.ts'

const topic = 'notice.received' as const
let spine: Spine
let other: Db
let failures: Parameters<OnFailure>[0][]
const onFailure: OnFailure = (failure) => void failures.push(failure)

beforeAll(async () => {
  spine = await openSpine()
  other = openDatabase({ url: spine.url, role: 'bokvar_worker', max: 2 })
  await sql`create table effect (subject_id uuid not null)`.execute(spine.owner)
  await sql`grant insert, select on effect to bokvar_worker`.execute(spine.owner)
})
afterAll(async () => {
  await other.destroy()
  await spine.close()
})
beforeEach(async () => {
  failures = []
  await sql`truncate outbox, effect_log, effect restart identity`.execute(spine.owner)
})

const effectOf = async (trx: Trx, ids: readonly string[]) => {
  await sql`insert into effect (subject_id) select unnest(${ids}::uuid[])`.execute(trx)
}
/** A worker that knows one deed. */
const doing = (operation: (trx: Trx, ids: string[]) => Promise<void>) =>
  ({ ...spine.handlers, [topic]: (trx: Trx, _at: unknown, ids: string[]) => operation(trx, ids) }) as Handlers

async function told(count: number, kind: Topic = topic): Promise<{ ids: number[]; subjects: string[] }> {
  const subjects = Array.from({ length: count }, () => randomUUID())
  await spine.worker.transaction().execute((trx) => emit(trx, kind, subjects))
  const { rows } = await sql<{ id: number }>`select id from outbox order by id`.execute(spine.owner)
  return { ids: rows.map((row) => row.id), subjects }
}
const count = async (what: string) =>
  (await sql<{ n: number }>`select count(*)::int as n from ${sql.raw(what)}`.execute(spine.owner)).rows[0]?.n
const forget = () =>
  sql`update outbox set available_at = clock_now() - interval '1 minute'`.execute(spine.owner)

describe('the lease', () => {
  test('two relays at once share the due rows and none is leased twice', async () => {
    const { ids } = await told(500)
    const parts = await Promise.all([0, 1, 2, 3].map((n) => lease(n % 2 ? other : spine.worker, 200, 8)))
    expect(
      parts
        .flat()
        .map((row) => row.id)
        .sort((one, two) => one - two),
    ).toEqual(ids)
  })

  test('a row that is not done when its lease ends is rung again', async () => {
    await told(3)
    expect(await lease(spine.worker, 10, 600)).toHaveLength(3)
    expect(await lease(spine.worker, 10, 600)).toHaveLength(0)
    await sql`update outbox set lease_until = clock_now() - interval '1 millisecond'`.execute(spine.owner)
    expect(await lease(spine.worker, 10, 8)).toHaveLength(3)
    expect(await count('outbox where publishes = 2')).toBe(3)
  })

  test('what is rung behind a burst is leased for longer, but never for ever', () => {
    expect([0, 2_000, 80_000, 10_000_000].map((behind) => leaseBehind(20, behind))).toEqual([
      20, 25, 220, 320,
    ])
  })

  test('pollers share overdue rows, take only their topics, and leave what is not late yet', async () => {
    await told(300)
    expect(await claimOverdue(spine.worker, 100, 60)).toHaveLength(0)
    await forget()
    expect(await claimOverdue(spine.worker, 1_000, 2, ['mail.queued'])).toHaveLength(0)
    const parts = await Promise.all([0, 1, 2].map((n) => claimOverdue(n % 2 ? other : spine.worker, 100, 2)))
    expect(new Set(parts.flat().map((row) => row.id)).size).toBe(300)
    expect(await claimOverdue(spine.worker, 1_000, 2)).toHaveLength(0)
  })
})

describe('the fence', () => {
  test('rung twice at once, a row has one effect', async () => {
    const { ids } = await told(40)
    const handlers = doing(effectOf)
    const ring = { topic, ids }
    await Promise.all(
      [1, 2, 3, 4].map((n) => answer(n % 2 ? other : spine.worker, handlers, ring, onFailure)),
    )
    await answer(other, handlers, ring, onFailure)
    expect(await count('effect')).toBe(40)
    expect(await count('effect_log')).toBe(40)
    expect(failures).toEqual([])
  })

  test('killed between effect and commit: no effect, and the next try has it', async () => {
    const { ids } = await told(2)
    let first = true
    const handlers = doing(async (trx, subjects) => {
      await effectOf(trx, subjects)
      if (!first) return
      first = false
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await sql`select pg_terminate_backend(${rows[0]?.pid}::int)`.execute(spine.owner)
      await sql`select pg_sleep(5)`.execute(trx)
    })
    await expect(answer(spine.worker, handlers, { topic, ids }, onFailure)).rejects.toThrow()
    expect(await count('effect')).toBe(0)
    await answer(spine.worker, handlers, { topic, ids }, onFailure)
    expect(await count('effect')).toBe(2)
    expect(await count('outbox where attempts > 0')).toBe(0)
  })

  test('a row that another transaction is doing is left alone, not waited for', async () => {
    const { ids } = await told(2)
    await spine.worker.transaction().execute(async (trx) => {
      await take(trx, ids.slice(0, 1))
      await answer(other, doing(effectOf), { topic, ids }, onFailure)
    })
    expect(await count('effect')).toBe(1)
    expect(await count('outbox where done_at is null')).toBe(1)
  })

  test('a topic of a newer version is left for those who know it', async () => {
    await answer(spine.worker, spine.handlers, { topic: 'tomorrow' as Topic, ids: [1] }, onFailure)
    expect(failures).toEqual([])
  })
})

describe('failures', () => {
  test('one bad case of a hundred does not hold back the others', async () => {
    const { ids, subjects } = await told(100)
    const handlers = doing(async (trx, some) => {
      if (some.includes(subjects[41] ?? '')) throw new TypeError('A poisoned subject')
      await effectOf(trx, some)
    })
    await answer(spine.worker, handlers, { topic, ids }, onFailure)
    expect(await count('effect')).toBe(99)
    expect(failures).toEqual([{ topic, outboxId: ids[41], code: 'TypeError', dead: false }])
  })

  test('each failure waits longer; the last makes a person a task in the same transaction', async () => {
    const { ids } = await told(1)
    const handlers = doing(async () => {
      throw new RangeError('always')
    })
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const { now } = await moment(spine.worker)
      await answer(spine.worker, handlers, { topic, ids }, onFailure)
      // Counted from before the try: however long a busy machine takes to look, the wait is what was written down.
      const { rows } = await sql<{ wait: number; attempts: number }>`
        select extract(epoch from available_at - ${now}::timestamptz)::float as wait, attempts from outbox`.execute(
        spine.owner,
      )
      expect(rows[0]?.attempts).toBe(attempt)
      expect(rows[0]?.wait).toBeGreaterThanOrEqual(Math.min(300, 2 ** attempt))
      await sql`update outbox set available_at = available_at + interval '1 hour'`.execute(spine.owner)
      await answer(spine.worker, handlers, { topic, ids }, onFailure) // too early: nothing happens
      await forget()
    }
    expect(failures.at(-1)?.dead).toBe(true)
    expect(
      await count(`outbox o where dead_at is not null and exists (select 1 from task t
      where t.subject_id = o.subject_id and t.state = 'open' and t.occurrence like 'review/dead-work%')`),
    ).toBe(1)
    await answer(spine.worker, handlers, { topic, ids }, onFailure)
    expect(failures).toHaveLength(maxAttempts)
  })

  test('one bad row among five hundred costs the others a few tries, not one each', async () => {
    const { ids, subjects } = await told(500)
    const bad = subjects[321] ?? ''
    let tries = 0
    const handlers = doing(async (trx, some) => {
      tries += 1
      if (some.includes(bad)) throw new RangeError('bad')
      await effectOf(trx, some)
    })
    await answer(spine.worker, handlers, { topic, ids }, onFailure)
    expect(await count('effect')).toBe(499)
    expect(tries).toBeLessThan(25)
  })

  test('work that dies a second time for one subject is a second task', async () => {
    const [subject] = (await told(1)).subjects
    await spine.worker.transaction().execute((trx) => emit(trx, topic, [subject ?? '']))
    await sql`update outbox set attempts = ${maxAttempts - 1}`.execute(spine.owner)
    const handlers = doing(async () => {
      throw new RangeError('always')
    })
    await answer(spine.worker, handlers, { topic, ids: [1, 2] }, onFailure)
    expect(await count(`task where subject_id = '${subject}'`)).toBe(2)
  })

  test('an outage is not the rows’ fault: it is not counted, and the ring is given back', async () => {
    const { ids } = await told(3)
    const handlers = doing(async () => {
      throw Object.assign(new Error('the server is starting up'), { code: '57P03' })
    })
    await expect(answer(spine.worker, handlers, { topic, ids }, onFailure)).rejects.toThrow('starting up')
    expect(await count('outbox where attempts = 0 and done_at is null')).toBe(3)
  })

  test.each(['57014', '55P03'])(
    'work that is always cut off (%s) is tried on, and a person is told once',
    async (code) => {
      const { ids } = await told(1)
      const handlers = doing(async () => {
        throw Object.assign(new Error('cut off'), { code })
      })
      const tries = async (times: number) => {
        for (let n = 0; n < times; n += 1) {
          await forget()
          await answer(spine.worker, handlers, { topic, ids }, onFailure)
        }
      }
      const tasks = `task t where t.subject_id = (select subject_id from outbox) and t.occurrence like 'review/slow-work%'`
      await tries(putOffsToTell - 1)
      expect(await count(tasks)).toBe(0)
      await tries(3)
      expect(await count(tasks)).toBe(1)
      expect(await count('outbox where done_at is null and dead_at is null and attempts = 0')).toBe(1)
      await forget()
      await answer(spine.worker, doing(effectOf), { topic, ids }, onFailure)
      expect(await count('effect')).toBe(1)
    },
  )

  test('an errand that meets an outage tries the others later instead of one by one now', async () => {
    const { ids } = await told(5, 'mail.queued')
    let tried = 0
    const handlers = {
      ...spine.handlers,
      'mail.queued': {
        errand: async () => {
          tried += 1
          throw Object.assign(new Error('no mail server'), { code: 'ECONNREFUSED' })
        },
      },
    }
    await answer(spine.worker, handlers, { topic: 'mail.queued', ids }, onFailure)
    expect(tried).toBe(1)
    expect(await count('outbox where attempts = 0 and available_at > created_at')).toBe(5)
  })

  test('an errand that must wait by itself lets those behind it try at once', async () => {
    const { ids } = await told(3, 'mail.queued')
    let tried = 0
    const errand = async () => {
      tried += 1
      if (tried === 1) throw Object.assign(new Error('not yet'), { code: 'ECONNPAUSED', alone: true })
    }
    await answer(
      spine.worker,
      { ...spine.handlers, 'mail.queued': { errand } },
      { topic: 'mail.queued', ids },
      onFailure,
    )
    expect(tried).toBe(3)
    expect(await count('outbox where done_at is not null')).toBe(2)
    expect(await count('outbox where attempts = 0 and available_at > created_at')).toBe(1)
  })

  test('the poll works what the queue never rang for', async () => {
    await told(600)
    await forget()
    const handlers = doing(effectOf)
    const late = { seconds: 2, topics: [topic] }
    while ((await pollOnce(spine.worker, handlers, onFailure, late)) > 0);
    expect(await count('effect')).toBe(600)
  })
})

test('rings hold one topic and at most a batch each', () => {
  const claimed = Array.from({ length: 2 * batchSize + 1 }, (_, n) => ({
    id: 2 * batchSize + 1 - n,
    topic,
  }))
  expect(ringsOf(claimed).map((ring) => ring.ids.length)).toEqual([batchSize, batchSize, 1])
  expect(ringsOf(claimed)[0]?.ids[0]).toBe(1)
})
