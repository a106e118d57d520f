// Whatever comes in, in whatever order and however often: the stored dates are those that a fresh computation gives.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { recomputeCases } from '../../shared/casework/law.ts'
import { decideRestart } from '../../shared/casework/restarts.ts'
import { claimOverdue } from '../../shared/outbox.ts'
import { answer } from '../../workers/worker.ts'
import {
  caseOf,
  freshDates,
  landlordOf,
  noticeFor,
  staffActor,
  storedDates,
} from '../support/deadline-case.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
beforeAll(async () => {
  spine = await openSpine()
  await spine.moveTo('2026-12-14T09:00:00Z')
})
afterAll(async () => spine.close())

const { send, tell } = landlordOf(() => spine)

const day = fc.integer({ min: 2, max: 18 }).map((n) => `2026-12-${String(n).padStart(2, '0')}`)
const deed = fc.oneof(
  fc.record({
    what: fc.constant('notice' as const),
    servedDate: fc.option(day),
    amount: fc.constantFrom(8450, 8600),
  }),
  fc.record({
    what: fc.constantFrom('served' as const, 'corrected' as const, 'withdrawn' as const),
    date: day,
  }),
  fc.record({ what: fc.constant('decide' as const), confirm: fc.boolean() }),
  fc.record({ what: fc.constant('next-day' as const) }),
)

/** Works every waiting row at once, each in a transaction of its own, as many workers would. */
async function workAtOnce(): Promise<void> {
  const claimed = await claimOverdue(spine.worker, 100, 0)
  await Promise.all(
    claimed.map((one) =>
      answer(spine.worker, spine.handlers, { topic: one.topic, ids: [one.id] }, (failure) =>
        spine.failures.push(failure),
      ),
    ),
  )
}

let household = 100
async function play(deeds: readonly (typeof deed extends fc.Arbitrary<infer Deed> ? Deed : never)[]) {
  household += 1
  const papers = [(await send(noticeFor(household))).id]
  const { id } = await caseOf(spine, papers[0] ?? '')
  const supervisor = await staffActor(spine, id, 'supervisor')
  for (const one of deeds) {
    const latest = papers.at(-1) ?? ''
    if (one.what === 'notice') {
      const change = { servedDate: one.servedDate, amountToRecover: one.amount }
      papers.push((await send(noticeFor(household, change))).id)
    } else if (one.what === 'decide') {
      const word = { noticeId: latest, confirm: one.confirm, reason: 'Prov.' }
      await decideRestart(spine.web, supervisor, id, word)
    } else if (one.what === 'next-day') {
      await sql`update clock_shift set shift = shift + interval '1 day'`.execute(spine.owner)
    } else await tell(latest, one.what, one.date)
    await workAtOnce()
  }
  await spine.drain()
  return id
}

test('stored dates are what is computed afresh, one version of each stands, and computing again writes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 6 }), async (deeds) => {
      const id = await play(deeds)
      expect(spine.failures.filter(({ dead }) => dead)).toEqual([])
      const stored = await storedDates(spine, id)
      expect(stored).toEqual(await freshDates(spine, id))
      expect(new Set(stored.map((line) => line.split(' ').slice(0, 2).join(' '))).size).toBe(stored.length)
      const again = () =>
        spine.worker
          .transaction()
          .execute(async (trx) => recomputeCases(trx, await moment(trx), spine.tools, [id]))
      const written = async () =>
        (
          await sql`select (select max(id) from timeline)::text as diary, (select count(*)::int from deadline) as dates,
            (select max(id) from outbox)::text as told`.execute(spine.worker)
        ).rows
      const before = await written()
      await Promise.all([again(), again()])
      expect(await written()).toEqual(before)
    }),
    { numRuns: 25 },
  )
})
