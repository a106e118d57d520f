// Two cases that a person finds to be one household become one, and can be taken apart again as they were.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Actor } from '../../shared/casework/act.ts'
import { recordConsent } from '../../shared/casework/consents.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { askMerge, askUndoing, performMerges } from '../../shared/casework/merging.ts'
import { moment } from '../../shared/casework/act.ts'
import { agreePlan } from '../../shared/casework/payment-plans.ts'
import { addDays } from '../../shared/domain/calendar.ts'
import { noticeNumber } from '../bench/notices.ts'
import { landlordActor, openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
const supervisor: Actor = {
  role: 'supervisor',
  personId: null,
  committee: 'GAN',
  unit: 'GAN-FS',
  sender: 'person:test',
  landlordId: null,
  name: 'Test',
}

beforeAll(async () => {
  spine = await openSpine()
})
afterAll(async () => spine.close())

async function twoCases(n: number): Promise<{ fromId: string; intoId: string }> {
  const ids: string[] = []
  for (const part of [n, n + 1]) {
    const body = { ...noticeNumber(part), type: 'rent-termination' as const }
    const raw = Buffer.from(JSON.stringify(body))
    ids.push(
      (await receiveNotice(spine.web, spine.tools, landlordActor('m'), { key: `m${part}`, raw, body })).id,
    )
  }
  await spine.drain()
  const rows = await spine.worker
    .selectFrom('notice')
    .select(['id', 'caseId'])
    .where('id', 'in', ids)
    .execute()
  const [from, into] = ids.map((id) => rows.find((row) => row.id === id)?.caseId ?? '')
  return { fromId: from ?? '', intoId: into ?? '' }
}

const stateOf = async (caseId: string) => {
  const row = await spine.worker
    .selectFrom('arrearsCase')
    .select(['state', 'monthsUnpaid', 'amountOwed', 'repeated'])
    .where('id', '=', caseId)
    .executeTakeFirstOrThrow()
  const notices = await spine.worker
    .selectFrom('notice')
    .select('id')
    .where('caseId', '=', caseId)
    .orderBy('id')
    .execute()
  const open = await spine.worker
    .selectFrom('task')
    .select('occurrence')
    .where('caseId', '=', caseId)
    .where('state', '=', 'open')
    .orderBy('occurrence')
    .execute()
  return { ...row, notices: notices.map((one) => one.id), open: open.map((one) => one.occurrence) }
}

describe('merging two cases', () => {
  test('the notices meet in one case and the other one rests; undoing gives back exactly what was', async () => {
    const ids = await twoCases(1)
    const before = { from: await stateOf(ids.fromId), into: await stateOf(ids.intoId) }
    const { mergeId } = await askMerge(spine.web, supervisor, { ...ids, reason: 'Samma hushåll' })
    await spine.drain()
    expect(await stateOf(ids.fromId)).toMatchObject({ state: 'merged', notices: [], open: [] })
    expect((await stateOf(ids.intoId)).notices).toEqual(
      [...before.from.notices, ...before.into.notices].sort(),
    )
    await askUndoing(spine.web, supervisor, mergeId)
    await spine.drain()
    expect(await stateOf(ids.fromId)).toEqual(before.from)
    expect(await stateOf(ids.intoId)).toMatchObject({
      state: 'open',
      notices: before.into.notices,
      monthsUnpaid: before.into.monthsUnpaid,
    })
    expect(spine.failures).toEqual([])
  })

  test('asked twice it is done once, and so is the undoing', async () => {
    const ids = await twoCases(11)
    const first = await askMerge(spine.web, supervisor, { ...ids, reason: 'Samma' })
    expect(await askMerge(spine.web, supervisor, { ...ids, reason: 'Samma' })).toEqual(first)
    await spine.drain()
    await spine.worker
      .transaction()
      .execute(async (trx) => performMerges(trx, await moment(trx), spine.tools, [first.mergeId]))
    await askUndoing(spine.web, supervisor, first.mergeId)
    await askUndoing(spine.web, supervisor, first.mergeId)
    await spine.drain()
    const entries = await spine.worker
      .selectFrom('timeline')
      .select('kind')
      .where('caseId', '=', ids.fromId)
      .where('kind', 'like', 'case.merge%')
      .orderBy('id')
      .execute()
    expect(entries.map((entry) => entry.kind)).toEqual(['case.merged', 'case.merge-undone'])
  })

  test('what was agreed for the household follows it, and comes back with the undoing', async () => {
    const ids = await twoCases(31)
    const { today } = await moment(spine.web)
    const consent = { person: 'Vera', recipient: 'landlord', purpose: 'ANSTAND', from: today, to: null }
    const given = { ...consent, items: ['PLAN'], givenHow: 'spoken' as const }
    for (const caseId of [ids.fromId, ids.intoId])
      await recordConsent(spine.web, supervisor, { ...given, caseId })
    const own = { ...given, caseId: ids.fromId, items: ['SKULD'] }
    await recordConsent(spine.web, supervisor, own)
    const instalments = [{ dueOn: addDays(today, 30), amountOre: 900_000 }]
    await agreePlan(spine.web, supervisor, {
      caseId: ids.fromId,
      agreedOn: today,
      debt: 900_000,
      instalments,
    })
    const at = async (caseId: string) => {
      const plans = await spine.worker
        .selectFrom('paymentPlan')
        .select('id')
        .where('caseId', '=', caseId)
        .execute()
      const consents = await spine.worker
        .selectFrom('consent')
        .select('items')
        .where('caseId', '=', caseId)
        .execute()
      return [plans.length, consents.map(({ items }) => items.join()).toSorted()]
    }
    const { mergeId } = await askMerge(spine.web, supervisor, { ...ids, reason: 'Samma' })
    await spine.drain()
    expect(await at(ids.intoId)).toEqual([1, ['PLAN', 'SKULD']])
    await askUndoing(spine.web, supervisor, mergeId)
    await spine.drain()
    expect(await at(ids.fromId)).toEqual([1, ['PLAN', 'SKULD']])
    expect(await at(ids.intoId)).toEqual([0, ['PLAN']])
    expect(spine.failures).toEqual([])
  })

  test('a case of another committee is as good as not there', async () => {
    const ids = await twoCases(21)
    const other = { ...supervisor, committee: 'VON', unit: 'VON-BIST' }
    await expect(askMerge(spine.web, other, { ...ids, reason: 'x' })).rejects.toMatchObject({
      kind: 'not-found',
    })
  })
})
