// What people record is looked at by routing at once; a protected person is closed in without waiting for anybody.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { inContext, moment, type Actor } from '../../shared/casework/act.ts'
import { lockForRouting, routingFacts } from '../../shared/casework/routing-facts.ts'
import { readMunicipality } from '../../shared/casework/settings.ts'
import { recordFacts, type FactsToRecord } from '../../shared/casework/recorded-facts.ts'
import { readRoutingExplanation } from '../../shared/casework/rule-trials.ts'
import { openOwners } from '../support/owner-cases.ts'
import { actorIn, caseWith, personIn, route } from '../support/routed-cases.ts'

type Owners = Awaited<ReturnType<typeof openOwners>>
let spine: Owners
beforeAll(async () => {
  spine = await openOwners()
})
afterAll(() => spine.close())

describe('recorded facts', () => {
  test('are looked at by routing, and the same again changes nothing', async () => {
    const id = await spine.aRoutedCase()
    expect(await spine.record(id, { needs: ['lss'], children: 'yes', tenancyKind: 'sublet' })).toEqual({
      changed: ['needs', 'children', 'tenancyKind'],
    })
    expect(await spine.record(id, { needs: ['lss'], children: 'yes' })).toEqual({ changed: [] })
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from outbox where topic = 'case.changed' and subject_id = ${id}`.execute(
      spine.owner,
    )
    expect(rows[0]?.n).toBe(1)
    const row = await spine.owner
      .selectFrom('arrearsCase')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      children: 'yes',
      facts: { needs: ['lss'], tenancyKind: 'sublet', flags: [] },
    })
  })

  test('tell the planning as well: violence and neglect are the flags of its conditions', async () => {
    const id = await spine.aRoutedCase()
    await spine.record(id, { needs: ['neglect', 'addiction'] })
    const row = await spine.owner
      .selectFrom('arrearsCase')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row.facts).toMatchObject({ flags: ['neglect'] })
  })

  test('how the household has answered is a fact of routing: a no stands until somebody is reached again', async () => {
    const id = await spine.aRoutedCase()
    const stateNow = () =>
      spine.worker.transaction().execute(async (trx) => {
        const [row] = await lockForRouting(trx, [id])
        const municipality = await readMunicipality(trx)
        return row ? routingFacts(row, await moment(trx), municipality, []).contactState : null
      })
    const reached = (result: string, at: string) =>
      sql`insert into contact (case_id, committee, channel, result, reached, occurred_at)
        values (${id}, 'GAN', 'phone', ${result}, true, ${at})`.execute(spine.owner)
    expect(await stateNow()).toBe('not-tried')
    await reached('NADD_TACKAR_NEJ', '2026-11-20T09:00:00Z')
    expect(await stateNow()).toBe('declined')
    await reached('NADD_TACKAR_JA', '2026-11-21T09:00:00Z')
    expect(await stateNow()).toBe('reached')
  })

  test.each<[string, FactsToRecord, string]>([
    ['a need', { needs: ['lss', 'rich'] }, '/needs/1'],
    ['a tenancy', { tenancyKind: 'castle' }, '/tenancyKind'],
  ])('that no list has are refused: %s', async (_, facts, pointer) => {
    const id = await spine.aRoutedCase()
    await expect(
      recordFacts(spine.web, spine.chief('GAN'), { caseId: id, ifMatch: null }, facts),
    ).rejects.toMatchObject({
      code: 'code.unknown',
      problems: [{ pointer, code: 'code.unknown' }],
    })
  })

  test('cannot be recorded by another committee, nor on a version that has passed', async () => {
    const id = await spine.aRoutedCase()
    const facts = { children: 'yes' } as const
    await expect(
      recordFacts(spine.web, spine.chief('VON'), { caseId: id, ifMatch: null }, facts),
    ).rejects.toMatchObject({ kind: 'not-found' })
    await expect(
      recordFacts(spine.web, spine.chief('GAN'), { caseId: id, ifMatch: 0 }, facts),
    ).rejects.toMatchObject({ code: 'stale' })
  })

  test('a household that is not reached after as many attempts as the municipality says calls in the meeting', async () => {
    const id = await caseWith(spine.owner, { contactAttempts: 2 })
    await route(spine, [id])
    const kvarbo = () =>
      spine.owner
        .selectFrom('assignment')
        .select('unit')
        .where('caseId', '=', id)
        .where('unit', '=', 'SN-KVARBO')
        .execute()
    expect(await kvarbo()).toEqual([])
    await sql`insert into contact (case_id, committee, channel, result, occurred_at) values (${id}, 'GAN', 'visit', 'EJ_NADD', '2026-11-24T09:00Z')`.execute(
      spine.owner,
    )
    await route(spine, [id])
    expect(await kvarbo()).toHaveLength(1)
    await route(spine, [id])
    expect(await kvarbo()).toHaveLength(1)
  })
})

describe('a protected person', () => {
  const sees = (actor: Actor, caseId: string) =>
    inContext(
      spine.web,
      actor,
      async (trx) =>
        (await sql`select 1 from arrears_case where id = ${caseId}`.execute(trx)).rows.length === 1,
    )

  test('is closed in at once, without anybody’s confirmation, and only the named group sees the case', async () => {
    const id = await spine.aRoutedCase()
    await spine.record(id, { children: 'yes' })
    await spine.record(id, { protected: true })
    expect(await spine.ownerOf(id)).toBe('SN/SN-SKYDD')
    expect(await spine.assignments(id, 'proposed')).toEqual([])
    const active = await spine.owner
      .selectFrom('assignment')
      .select(['kind', 'unit'])
      .where('caseId', '=', id)
      .where('state', '=', 'active')
      .orderBy('kind')
      .execute()
    expect(active).toEqual([
      { kind: 'added', unit: 'SN-BARN' },
      { kind: 'owner', unit: 'SN-SKYDD' },
    ])
    for (const who of [spine.chief('GAN'), spine.chief('SN')]) expect(await sees(who, id)).toBe(false)
    const restricted = await personIn(spine.owner, { username: 'skydd', committee: 'SN', unit: 'SN-SKYDD' })
    const inside = actorIn('SN', 'caseworker', restricted, 'SN-SKYDD')
    // Working in the unit is not enough: the committee names each person.
    expect(await sees(inside, id)).toBe(false)
    await sql`insert into protected_group (committee, person_id) values ('SN', ${restricted})`.execute(
      spine.owner,
    )
    expect(await sees(inside, id)).toBe(true)
    await route(spine, [id])
    expect(await spine.assignments(id, 'active')).toHaveLength(1)
    expect((await readRoutingExplanation(spine.web, inside, id)).row).toBe(5)
  })
})
