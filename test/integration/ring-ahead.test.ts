// A worker rings itself for what its work tells: at once, only for what was committed, and never instead of the relay.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '../../shared/db/open.ts'
import { emit, lease, type Claimed } from '../../shared/outbox.ts'
import { answer, type Handlers } from '../../workers/worker.ts'
import { openSpine, type Spine } from '../support/spine.ts'

const topic = 'notice.received' as const
let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
})
afterAll(() => spine.close())
beforeEach(() => sql`truncate outbox, effect_log restart identity`.execute(spine.owner))

const doing = (operation: (trx: Trx) => Promise<void>) =>
  ({ ...spine.handlers, [topic]: operation }) as Handlers

async function answerOne(operation: (trx: Trx) => Promise<void>): Promise<Claimed[]> {
  await spine.worker.transaction().execute((trx) => emit(trx, topic, [randomUUID()]))
  const ahead = { leaseSeconds: 30, told: [] as Claimed[] }
  const work = { topic, ids: [1], ahead }
  await answer(spine.worker, doing(operation), work, () => undefined)
  return ahead.told
}
const numbers = (rows: readonly Claimed[]) => rows.map(({ id }) => id).toSorted((one, two) => one - two)

test('what was told is handed over when it is committed; nobody else rings for it before the lease has ended', async () => {
  const told = await answerOne((trx) => emit(trx, topic, [randomUUID(), randomUUID()]))
  expect(numbers(told)).toEqual([2, 3])
  expect(await lease(spine.worker, 10, 30)).toEqual([])
  await sql`update outbox set lease_until = clock_now() - interval '1 millisecond'`.execute(spine.owner)
  expect(numbers(await lease(spine.worker, 10, 30))).toEqual([2, 3])
})

test('what was rolled back is not rung for', async () => {
  const told = await answerOne(async (trx) => {
    await emit(trx, topic, [randomUUID()])
    throw new RangeError('after it was told')
  })
  expect(told).toEqual([])
  const { rows } = await sql`select id from outbox`.execute(spine.owner)
  expect(rows).toEqual([{ id: 1 }])
})
