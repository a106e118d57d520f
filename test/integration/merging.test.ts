// Two cases that a person finds to be one household become one, and can be taken apart again as they were.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Actor } from '../../shared/casework/act.ts'
import { receiveNotice } from '../../shared/casework/intake.ts'
import { askMerge, askUndoing, performMerges } from '../../shared/casework/merging.ts'
import { moment } from '../../shared/casework/act.ts'
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
      .execute()
    expect(entries.map((entry) => entry.kind)).toEqual(['case.merged', 'case.merge-undone'])
  })

  test('a case of another committee is as good as not there', async () => {
    const ids = await twoCases(21)
    const other = { ...supervisor, committee: 'VON', unit: 'VON-BIST' }
    await expect(askMerge(spine.web, other, { ...ids, reason: 'x' })).rejects.toMatchObject({
      kind: 'not-found',
    })
  })
})
