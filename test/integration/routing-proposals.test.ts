// New facts propose another owner, a person decides, and nobody is sent round.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { answerAssignment } from '../../shared/casework/assignments.ts'
import { readRoutingExplanation } from '../../shared/casework/rule-trials.ts'
import { openOwners } from '../support/owner-cases.ts'
import { NOON, route } from '../support/routed-cases.ts'

type Owners = Awaited<ReturnType<typeof openOwners>>
let spine: Owners
beforeAll(async () => {
  spine = await openOwners()
})
afterAll(() => spine.close())

describe('another owner', () => {
  test('of another committee is proposed, confirmed by a person, and takes over when it has accepted', async () => {
    const id = await spine.aRoutedCase()
    await spine.record(id, { needs: ['addiction'] })
    expect(await spine.ownerOf(id)).toBe('GAN/GAN-FS')
    const proposal = await spine.proposed(id)
    expect(proposal).toMatchObject({ committee: 'SN', unit: 'SN-MOTT', routingRow: 60 })
    expect(await spine.reviews(id, 'owner')).toMatchObject([
      { state: 'open', committee: 'GAN', role: 'supervisor' },
    ])

    expect(await spine.decide(id, proposal.id, 'confirmed')).toMatchObject({ state: 'proposed' })
    await spine.decide(id, proposal.id, 'confirmed')
    expect(await spine.reviews(id, 'owner')).toMatchObject([{ state: 'done' }])
    expect(await spine.ownerOf(id)).toBe('GAN/GAN-FS')

    await answerAssignment(spine.web, spine.chief('SN'), {
      caseId: id,
      assignmentId: proposal.id,
      answer: 'accepted',
      reason: null,
    })
    await spine.drain()
    expect(await spine.ownerOf(id)).toBe('SN/SN-MOTT')
    const told = await readRoutingExplanation(spine.web, spine.chief('SN'), id)
    expect(told).toMatchObject({ row: 60, values: [{ column: 'behov', value: 'missbruk' }] })
    // What was is kept: GAN owned first, and by which row.
    expect(
      told.history.filter((one) => one.kind === 'owner').map(({ committee, state }) => [committee, state]),
    ).toEqual([
      ['SN', 'accepted'],
      ['GAN', 'ended'],
    ])
  })

  test('is proposed once however often routing looks, and a newer proposal takes the place of an older', async () => {
    const id = await spine.aRoutedCase()
    await spine.record(id, { needs: ['addiction'] })
    await route(spine, [id])
    const first = await spine.proposed(id)
    await spine.record(id, { needs: ['lss'] })
    const second = await spine.proposed(id)
    expect(second).toMatchObject({ committee: 'FSN', unit: 'FSN-MOTT' })
    expect((await spine.assignments(id, 'ended')).map((one) => [one.id, one.decision])).toEqual([
      [first.id, 'superseded'],
    ])
    await expect(spine.decide(id, first.id, 'confirmed')).rejects.toMatchObject({ code: 'proposal.decided' })
  })

  test('that a person has declined, with a reason, is not proposed again; the case stays', async () => {
    const id = await spine.aRoutedCase()
    await spine.record(id, { needs: ['addiction'] })
    const { id: proposal } = await spine.proposed(id)
    await expect(spine.decide(id, proposal, 'declined', ' ')).rejects.toMatchObject({
      code: 'reason.missing',
    })
    await spine.decide(id, proposal, 'declined', 'Vi har påbörjat utredningen.')
    await spine.decide(id, proposal, 'declined', 'Igen')
    await expect(spine.decide(id, proposal, 'confirmed')).rejects.toMatchObject({ code: 'proposal.decided' })
    await spine.record(id, { children: 'no' })
    await route(spine, [id])
    expect(await spine.assignments(id, 'proposed')).toEqual([])
    expect(await spine.ownerOf(id)).toBe('GAN/GAN-FS')
    expect(spine.letters.filter(({ to }) => to === 'sn-mott@orebro.example')).toHaveLength(1)
  })

  test('who has had the case and let it go is not asked again: the supervisor settles what the rules would send round', async () => {
    const id = await spine.aRoutedCase()
    await spine.record(id, { needs: ['addiction'] })
    const { id: there } = await spine.proposed(id)
    await spine.decide(id, there, 'confirmed')
    await answerAssignment(spine.web, spine.chief('SN'), {
      caseId: id,
      assignmentId: there,
      answer: 'accepted',
      reason: null,
    })
    await spine.drain()
    await spine.record(id, { needs: [] }, 'SN')
    await route(spine, [id])
    expect(await spine.assignments(id, 'proposed')).toEqual([])
    expect(await spine.reviews(id, 'cycle')).toMatchObject([
      { state: 'open', committee: 'SN', role: 'supervisor' },
    ])
  })

  test('cannot be decided by another committee', async () => {
    const id = await spine.aRoutedCase()
    await spine.record(id, { needs: ['addiction'] })
    const { id: proposal } = await spine.proposed(id)
    await expect(spine.decide(id, proposal, 'confirmed', null, 'VON')).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  test('handed back twice leads to a supervisor, with an alert', async () => {
    const id = await spine.aRoutedCase()
    for (const reason of ['Inte vår målgrupp', 'Fel enhet']) {
      const [owner] = await spine.assignments(id, 'active')
      await answerAssignment(spine.web, spine.chief('GAN'), {
        caseId: id,
        assignmentId: owner?.id ?? '',
        answer: 'rejected',
        reason,
      })
      await spine.drain()
      expect(await spine.ownerOf(id)).toBe('GAN/GAN-FS')
    }
    expect(await spine.reviews(id, 'bounced')).toHaveLength(1)
    const alerts = await spine.owner
      .selectFrom('alert')
      .selectAll()
      .where('caseId', '=', id)
      .where('trigger', '=', 'bounced')
      .execute()
    expect(alerts).toMatchObject([
      { committee: 'GAN', personId: spine.chief('GAN').personId, recipient: 'unit-supervisor' },
    ])
  })

  test('nobody accepting for two working days reaches the coordinator', async () => {
    const id = await spine.aRoutedCase()
    await sql`update arrears_case set watch_id = id, watch_from = ${NOON} where id = ${id}`.execute(
      spine.owner,
    )
    await route(spine, [id])
    await spine.drain()
    const stages = await spine.owner
      .selectFrom('stage')
      .selectAll()
      .where('caseId', '=', id)
      .where('trigger', '=', 'unowned')
      .execute()
    expect(stages).toMatchObject([{ step: 1, dueAt: '2026-11-27T10:00:00.000Z' }])
  })
})
