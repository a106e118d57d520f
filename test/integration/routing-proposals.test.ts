// New facts propose another owner, a person decides, nobody is sent round, and a protected person is closed in at once.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { inContext, type Actor } from '../../shared/casework/act.ts'
import { answerAssignment } from '../../shared/casework/assignments.ts'
import { decideProposal } from '../../shared/casework/owner-decisions.ts'
import { recordFacts, type FactsToRecord } from '../../shared/casework/recorded-facts.ts'
import { readRoutingExplanation } from '../../shared/casework/rule-trials.ts'
import { screenCase } from '../../shared/casework/screening.ts'
import { completeTask } from '../../shared/casework/tasks.ts'
import { actorIn, caseWith, NOON, personIn, route } from '../support/routed-cases.ts'
import { openSpine, type Spine } from '../support/spine.ts'

let spine: Spine
const supervisor: Record<string, Actor> = {}
const units = { GAN: 'GAN-FS', SN: 'SN-MOTT', VON: 'VON-BIST', FSN: 'FSN-MOTT' }

beforeAll(async () => {
  spine = await openSpine('1880')
  await spine.moveTo(NOON)
  for (const [committee, unit] of Object.entries(units)) {
    const username = `chef.${committee}`
    const id = await personIn(spine.owner, { username, committee, unit, role: 'supervisor' })
    supervisor[committee] = actorIn(committee, 'supervisor', id, unit)
  }
})
afterAll(() => spine.close())

const chief = (committee: keyof typeof units) => supervisor[committee] as Actor

async function aRoutedCase(): Promise<string> {
  const id = await caseWith(spine.owner)
  await route(spine, [id])
  await spine.drain()
  return id
}
const record = async (caseId: string, facts: FactsToRecord, by: keyof typeof units = 'GAN') => {
  const done = await recordFacts(spine.web, chief(by), { caseId, ifMatch: null }, facts)
  await spine.drain()
  expect(spine.failures).toEqual([])
  return done
}
const assignments = async (caseId: string, state?: string) =>
  (
    await sql<{
      id: string
      kind: string
      committee: string
      unit: string
      state: string
      decision: string | null
      routingRow: number
    }>`
    select * from assignment where case_id = ${caseId} and kind = 'owner' and (${state ?? null}::text is null or state = ${state ?? null})
    order by created_at, id`.execute(spine.owner)
  ).rows
const proposed = async (caseId: string) => {
  const [found, more] = await assignments(caseId, 'proposed')
  expect(more).toBeUndefined()
  if (!found) throw new Error('Nothing is proposed')
  return found
}
const ownerOf = async (caseId: string) => {
  const row = await spine.owner
    .selectFrom('arrearsCase')
    .selectAll()
    .where('id', '=', caseId)
    .executeTakeFirstOrThrow()
  return `${row.committee}/${row.unit ?? ''}`
}
const decide = async (
  caseId: string,
  assignmentId: string,
  decision: 'confirmed' | 'declined',
  reason: string | null = null,
  by: keyof typeof units = 'GAN',
) => {
  const done = await decideProposal(spine.web, chief(by), { caseId, assignmentId, decision, reason })
  await spine.drain()
  expect(spine.failures).toEqual([])
  return done
}
const reviews = async (caseId: string, kind: string) =>
  (
    await sql<{ state: string; committee: string; role: string }>`select state, committee, role from task
    where case_id = ${caseId} and occurrence like ${`review/${kind}#%`} order by created_at`.execute(
      spine.owner,
    )
  ).rows

describe('recorded facts', () => {
  test('are looked at by routing, and the same again changes nothing', async () => {
    const id = await aRoutedCase()
    expect(await record(id, { needs: ['lss'], children: 'yes', tenancyKind: 'sublet' })).toEqual({
      changed: ['needs', 'children', 'tenancyKind'],
    })
    expect(await record(id, { needs: ['lss'], children: 'yes' })).toEqual({ changed: [] })
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
    const id = await aRoutedCase()
    await record(id, { needs: ['neglect', 'addiction'] })
    const row = await spine.owner
      .selectFrom('arrearsCase')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row.facts).toMatchObject({ flags: ['neglect'] })
  })

  test.each<[string, FactsToRecord, string]>([
    ['a need', { needs: ['lss', 'rich'] }, '/needs/1'],
    ['a tenancy', { tenancyKind: 'castle' }, '/tenancyKind'],
  ])('that no list has are refused: %s', async (_, facts, pointer) => {
    const id = await aRoutedCase()
    await expect(
      recordFacts(spine.web, chief('GAN'), { caseId: id, ifMatch: null }, facts),
    ).rejects.toMatchObject({
      code: 'code.unknown',
      problems: [{ pointer, code: 'code.unknown' }],
    })
  })

  test('cannot be recorded by another committee, nor on a version that has passed', async () => {
    const id = await aRoutedCase()
    const facts = { children: 'yes' } as const
    await expect(
      recordFacts(spine.web, chief('VON'), { caseId: id, ifMatch: null }, facts),
    ).rejects.toMatchObject({ kind: 'not-found' })
    await expect(
      recordFacts(spine.web, chief('GAN'), { caseId: id, ifMatch: 0 }, facts),
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

describe('another owner', () => {
  test('of another committee is proposed, confirmed by a person, and takes over when it has accepted', async () => {
    const id = await aRoutedCase()
    await record(id, { needs: ['addiction'] })
    expect(await ownerOf(id)).toBe('GAN/GAN-FS')
    const proposal = await proposed(id)
    expect(proposal).toMatchObject({ committee: 'SN', unit: 'SN-MOTT', routingRow: 60 })
    expect(await reviews(id, 'owner')).toMatchObject([
      { state: 'open', committee: 'GAN', role: 'supervisor' },
    ])

    expect(await decide(id, proposal.id, 'confirmed')).toMatchObject({ state: 'proposed' })
    await decide(id, proposal.id, 'confirmed')
    expect(await reviews(id, 'owner')).toMatchObject([{ state: 'done' }])
    expect(await ownerOf(id)).toBe('GAN/GAN-FS')

    await answerAssignment(spine.web, chief('SN'), {
      caseId: id,
      assignmentId: proposal.id,
      answer: 'accepted',
      reason: null,
    })
    await spine.drain()
    expect(await ownerOf(id)).toBe('SN/SN-MOTT')
    const told = await readRoutingExplanation(spine.web, chief('SN'), id)
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
    const id = await aRoutedCase()
    await record(id, { needs: ['addiction'] })
    await route(spine, [id])
    const first = await proposed(id)
    await record(id, { needs: ['lss'] })
    const second = await proposed(id)
    expect(second).toMatchObject({ committee: 'FSN', unit: 'FSN-MOTT' })
    expect((await assignments(id, 'ended')).map((one) => [one.id, one.decision])).toEqual([
      [first.id, 'superseded'],
    ])
    await expect(decide(id, first.id, 'confirmed')).rejects.toMatchObject({ code: 'proposal.decided' })
  })

  test('that a person has declined, with a reason, is not proposed again; the case stays', async () => {
    const id = await aRoutedCase()
    await record(id, { needs: ['addiction'] })
    const { id: proposal } = await proposed(id)
    await expect(decide(id, proposal, 'declined', ' ')).rejects.toMatchObject({ code: 'reason.missing' })
    await decide(id, proposal, 'declined', 'Vi har påbörjat utredningen.')
    await decide(id, proposal, 'declined', 'Igen')
    await expect(decide(id, proposal, 'confirmed')).rejects.toMatchObject({ code: 'proposal.decided' })
    await record(id, { children: 'no' })
    await route(spine, [id])
    expect(await assignments(id, 'proposed')).toEqual([])
    expect(await ownerOf(id)).toBe('GAN/GAN-FS')
    expect(spine.letters.filter(({ to }) => to === 'sn-mott@orebro.example')).toHaveLength(1)
  })

  test('who has had the case and let it go is not asked again: the supervisor settles what the rules would send round', async () => {
    const id = await aRoutedCase()
    await record(id, { needs: ['addiction'] })
    const { id: there } = await proposed(id)
    await decide(id, there, 'confirmed')
    await answerAssignment(spine.web, chief('SN'), {
      caseId: id,
      assignmentId: there,
      answer: 'accepted',
      reason: null,
    })
    await spine.drain()
    await record(id, { needs: [] }, 'SN')
    await route(spine, [id])
    expect(await assignments(id, 'proposed')).toEqual([])
    expect(await reviews(id, 'cycle')).toMatchObject([{ state: 'open', committee: 'SN', role: 'supervisor' }])
  })

  test('cannot be decided by another committee', async () => {
    const id = await aRoutedCase()
    await record(id, { needs: ['addiction'] })
    const { id: proposal } = await proposed(id)
    await expect(decide(id, proposal, 'confirmed', null, 'VON')).rejects.toMatchObject({ kind: 'not-found' })
  })

  test('handed back twice leads to a supervisor, with an alert', async () => {
    const id = await aRoutedCase()
    for (const reason of ['Inte vår målgrupp', 'Fel enhet']) {
      const [owner] = await assignments(id, 'active')
      await answerAssignment(spine.web, chief('GAN'), {
        caseId: id,
        assignmentId: owner?.id ?? '',
        answer: 'rejected',
        reason,
      })
      await spine.drain()
      expect(await ownerOf(id)).toBe('GAN/GAN-FS')
    }
    expect(await reviews(id, 'bounced')).toHaveLength(1)
    const alerts = await spine.owner
      .selectFrom('alert')
      .selectAll()
      .where('caseId', '=', id)
      .where('trigger', '=', 'bounced')
      .execute()
    expect(alerts).toMatchObject([
      { committee: 'GAN', personId: chief('GAN').personId, recipient: 'unit-supervisor' },
    ])
  })

  test('nobody accepting for two working days reaches the coordinator', async () => {
    const id = await aRoutedCase()
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

describe('a protected person', () => {
  const sees = (actor: Actor, caseId: string) =>
    inContext(
      spine.web,
      actor,
      async (trx) =>
        (await sql`select 1 from arrears_case where id = ${caseId}`.execute(trx)).rows.length === 1,
    )

  test('is closed in at once, without anybody’s confirmation, and only the restricted unit sees the case', async () => {
    const id = await aRoutedCase()
    await record(id, { children: 'yes' })
    await record(id, { protected: true })
    expect(await ownerOf(id)).toBe('SN/SN-SKYDD')
    expect(await assignments(id, 'proposed')).toEqual([])
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
    for (const who of [chief('GAN'), chief('SN')]) expect(await sees(who, id)).toBe(false)
    const restricted = await personIn(spine.owner, { username: 'skydd', committee: 'SN', unit: 'SN-SKYDD' })
    const inside = actorIn('SN', 'caseworker', restricted, 'SN-SKYDD')
    expect(await sees(inside, id)).toBe(true)
    await route(spine, [id])
    expect(await assignments(id, 'active')).toHaveLength(1)
    expect((await readRoutingExplanation(spine.web, inside, id)).row).toBe(5)
  })
})

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
    const task = await screeningOf(await aRoutedCase())
    const screen = (answers: Parameters<typeof screenCase>[3]) =>
      screenCase(spine.web, chief('GAN'), task, answers)
    await expect(screen(all.slice(1))).rejects.toMatchObject({
      code: 'screening.incomplete',
      problems: [{ pointer: '/committees/GAN', code: 'answer.missing' }],
    })
    await expect(screen([notOurs('GAN', '  '), ...all.slice(1)])).rejects.toMatchObject({
      problems: [{ pointer: '/committees/GAN', code: 'reason.missing' }],
    })
    await expect(screen([...all, notOurs('XX')])).rejects.toMatchObject({ kind: 'not-found' })
    await expect(
      completeTask(spine.web, chief('GAN'), task, { outcome: 'PROVAD', note: null, occurredAt: null }),
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
    const id = await aRoutedCase()
    const task = await screeningOf(id)
    const answers = all.map((one) =>
      one.committee === 'VON' ? { committee: 'VON', answer: 'ours' as const, reason: '' } : one,
    )
    await screenCase(spine.web, chief('GAN'), task, answers)
    const added = await spine.owner
      .selectFrom('assignment')
      .select(['committee', 'unit', 'state'])
      .where('caseId', '=', id)
      .where('committee', '=', 'VON')
      .execute()
    expect(added).toEqual([{ committee: 'VON', unit: 'VON-BIST', state: 'active' }])
  })

  test('the database itself keeps no "not ours" without a reason', async () => {
    const id = await aRoutedCase()
    const task = await screeningOf(id)
    const silent =
      sql`insert into screening (task_id, case_id, committee, answer, reason) values (${task}, ${id}, 'SN', 'not-ours', ' ')`.execute(
        spine.owner,
      )
    await expect(silent).rejects.toMatchObject({ code: '23514' })
  })
})
