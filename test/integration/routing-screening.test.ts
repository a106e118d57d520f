// A case is screened against every committee, and none says no without a reason.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { screenCase } from '../../shared/casework/screening.ts'
import { completeTask } from '../../shared/casework/tasks.ts'
import { openOwners } from '../support/owner-cases.ts'

type Owners = Awaited<ReturnType<typeof openOwners>>
let spine: Owners
beforeAll(async () => {
  spine = await openOwners()
})
afterAll(() => spine.close())

describe('screening against all committees', () => {
  const screeningOf = async (caseId: string): Promise<string> => {
    const { rows } = await sql<{ id: string }>`
      insert into task (case_id, committee, unit, template, occurrence, title_sv, title_en, role, due_on, due_at, rule_version)
      select id, committee, unit, 'T2', 'T2/5#prov', 'Pröva', 'Screen', 'caseworker', '2026-11-27', '2026-11-27T16:00Z',
        (select id from rule_version where kind = 'tasks') from arrears_case where id = ${caseId} returning id`.execute(
      spine.owner,
    )
    return rows[0]?.id ?? ''
  }
  const notOurs = (committee: string, reason = 'Ingen kontakt med oss.') => ({
    committee,
    answer: 'not-ours' as const,
    reason,
  })
  const all = [notOurs('GAN'), notOurs('SN'), notOurs('VON'), notOurs('FSN')]

  test('needs an answer for each, and a reason for each that says no', async () => {
    const task = await screeningOf(await spine.aRoutedCase())
    const screen = (answers: Parameters<typeof screenCase>[3]) =>
      screenCase(spine.web, spine.chief('GAN'), task, answers)
    await expect(screen(all.slice(1))).rejects.toMatchObject({
      code: 'screening.incomplete',
      problems: [{ pointer: '/committees/GAN', code: 'answer.missing' }],
    })
    await expect(screen([notOurs('GAN', '  '), ...all.slice(1)])).rejects.toMatchObject({
      problems: [{ pointer: '/committees/GAN', code: 'reason.missing' }],
    })
    await expect(screen([...all, notOurs('XX')])).rejects.toMatchObject({ kind: 'not-found' })
    await expect(
      completeTask(spine.web, spine.chief('GAN'), task, { outcome: 'PROVAD', note: null, occurredAt: null }),
    ).rejects.toMatchObject({ code: 'reason.missing' })
    expect(await screen(all)).toMatchObject({ state: 'done', outcome: 'PROVAD' })
    expect(await screen(all)).toMatchObject({ state: 'done' })
    const kept = await spine.owner
      .selectFrom('screening')
      .select(['committee', 'reason'])
      .where('taskId', '=', task)
      .execute()
    expect(kept).toHaveLength(4)
  })

  test('a committee that says "ours" is called in', async () => {
    const id = await spine.aRoutedCase()
    const task = await screeningOf(id)
    const answers = all.map((one) =>
      one.committee === 'VON' ? { committee: 'VON', answer: 'ours' as const, reason: '' } : one,
    )
    await screenCase(spine.web, spine.chief('GAN'), task, answers)
    const added = await spine.owner
      .selectFrom('assignment')
      .select(['committee', 'unit', 'state'])
      .where('caseId', '=', id)
      .where('committee', '=', 'VON')
      .execute()
    expect(added).toEqual([{ committee: 'VON', unit: 'VON-BIST', state: 'active' }])
  })

  test('the database itself keeps no "not ours" without a reason', async () => {
    const id = await spine.aRoutedCase()
    const task = await screeningOf(id)
    const silent =
      sql`insert into screening (task_id, case_id, committee, answer, reason) values (${task}, ${id}, 'SN', 'not-ours', ' ')`.execute(
        spine.owner,
      )
    await expect(silent).rejects.toMatchObject({ code: '23514' })
  })
})
