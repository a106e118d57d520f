// Saving the tenancy with money and time, told on a moved clock: the plan and its breach, the respite that moves every date.
import { beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { moment } from '../../shared/casework/act.ts'
import { judgePlans, readPlans, stateOfPlan } from '../../shared/casework/payment-plan-watch.ts'
import { agreePlan, notePayment } from '../../shared/casework/payment-plans.ts'
import { answerRespite, askRespite, type RespiteAnswer } from '../../shared/casework/respites.ts'
import { sweepPlans } from '../../shared/casework/sweeps.ts'
import { openDatabase } from '../../shared/db/open.ts'
import { dateSet, deskOf, refusedWith, tellStories } from '../support/story-tenancy.ts'
import type { Story } from '../support/story.ts'

const { story: told, kinds, diary } = tellStories()
let story: Story
beforeEach(() => {
  story = told()
})

const instalments = [
  { dueOn: '2026-11-30', amountOre: 423_000 },
  { dueOn: '2026-12-28', amountOre: 423_250 },
]

describe('a payment plan', () => {
  const agree = async (over: object = {}) => {
    const { caseId, caseworker } = await deskOf(story)
    const plan = { caseId, agreedOn: '2026-11-23', debt: 846_250, instalments, ...over }
    const { id } = await agreePlan(story.spine.web, caseworker, plan)
    await story.spine.drain()
    return id
  }
  const planNow = async () => {
    const { id } = await story.theCase()
    return story.spine.worker.transaction().execute(async (trx) => {
      const [plan] = await readPlans(trx, { caseId: id })
      const { today } = await moment(trx)
      return { kept: plan!.state, ...stateOfPlan(plan!, today) }
    })
  }

  test('is kept by what the landlord reports and what we note, the same payment told twice counts once', async () => {
    const { id } = await story.notify()
    await agree()
    await story.moveTo('2026-11-30')
    await story.update(id, { type: 'part-paid', date: '2026-11-30', amount: 4230 })
    const { caseId, caseworker } = await deskOf(story)
    const told = { caseId, paidOn: '2026-11-30', amount: 423_000, source: 'hyresgästen' }
    await notePayment(story.spine.web, caseworker, told)
    await notePayment(story.spine.web, caseworker, told)
    await story.moveTo('2026-12-08')
    expect(await planNow()).toMatchObject({ kept: 'active', state: 'kept', paidOre: 423_000 })
    await notePayment(story.spine.web, caseworker, { ...told, paidOn: '2026-12-08', amount: 423_250 })
    await story.spine.drain()
    expect(await planNow()).toMatchObject({ kept: 'finished', state: 'finished' })
    expect(await kinds()).not.toHaveProperty('manual/plan-broken')
  })

  test('that is broken gives a person one task for the instalment that is missing, on the day the tolerance ends', async () => {
    await story.notify()
    const planId = await agree()
    await story.moveTo('2026-12-05', '23:59')
    expect(await kinds()).not.toHaveProperty('manual/plan-broken')
    await story.moveTo('2026-12-06', '00:01')
    expect(await kinds()).toMatchObject({ 'manual/plan-broken': '2026-12-07 caseworker GAN-FS' })
    expect((await planNow()).kept).toBe('broken')
    // Looked at again, also by two workers at once: the same one task.
    const { worker, url } = story.spine
    const look = (db: typeof worker) =>
      db.transaction().execute(async (trx) => judgePlans(trx, await moment(trx), [planId]))
    const other = openDatabase({ url, role: 'bokvar_worker', max: 2 })
    await Promise.all([look(worker), look(other)])
    await other.destroy()
    expect((await story.rows()).filter(({ occurrence }) => occurrence.includes('plan-broken'))).toHaveLength(
      1,
    )
    await story.answer('manual/plan-broken', 'KLAR')
    // Paid after all, the plan goes on, and the next missed instalment is a new task.
    const { caseId, caseworker } = await deskOf(story)
    await notePayment(story.spine.web, caseworker, {
      caseId,
      paidOn: '2026-12-06',
      amount: 423_000,
      source: 'hyresgästen',
    })
    await story.spine.drain()
    expect((await planNow()).kept).toBe('active')
    await story.moveTo('2027-01-03')
    expect(await kinds()).toMatchObject({ 'manual/plan-broken': '2027-01-04 caseworker GAN-FS' })
  })

  test('two sweeps at once tell of it once, and a closed case gives the breach to the supervisor', async () => {
    await story.notify()
    await agree()
    await sql`update arrears_case set state = 'closed', outcome = 'AVBETALNINGSPLAN'`.execute(
      story.spine.owner,
    )
    await sql`update payment_plan set look_on = clock_today() - 1`.execute(story.spine.owner)
    const sweepers = [1, 2].map(() => openDatabase({ url: story.spine.url, role: 'bokvar_sweeper', max: 1 }))
    const told = await Promise.all(sweepers.map((db) => sweepPlans(db)))
    expect(told[0]! + told[1]!).toBe(1)
    await Promise.all(sweepers.map((db) => db.destroy()))
    await story.moveTo('2026-12-06')
    expect(await kinds()).toMatchObject({ 'manual/plan-broken': '2026-12-07 supervisor GAN-FS' })
  })

  test('agreed on again in other words takes the place of the first; the same again is the same', async () => {
    await story.notify()
    const first = await agree()
    expect(await agree()).toBe(first)
    const later = await agree({ instalments: [{ dueOn: '2026-12-28', amountOre: 846_250 }] })
    expect(later).not.toBe(first)
    const kept = await story.spine.owner
      .selectFrom('paymentPlan')
      .select(['id', 'state', 'endedReason'])
      .execute()
    expect(kept).toEqual(
      expect.arrayContaining([
        { id: first, state: 'ended', endedReason: 'replaced' },
        { id: later, state: 'active', endedReason: null },
      ]),
    )
  })

  test('ends with the case when the notice is withdrawn, and breaks no more', async () => {
    const { id } = await story.notify()
    await agree()
    await story.moveTo('2026-11-25')
    await story.update(id, { type: 'withdrawn', date: '2026-11-25' })
    expect((await planNow()).kept).toBe('ended')
    await story.moveTo('2026-12-10')
    expect(await kinds()).not.toHaveProperty('manual/plan-broken')
  })

  test('that cannot be kept is refused, with what to do instead', async () => {
    await story.notify()
    const unsound: [string, object, RegExp][] = [
      ['covers too little', { debt: 900_000 }, /täcker inte hela skulden/],
      ['has two payments on a day', { instalments: [instalments[0], instalments[0]] }, /Lägg ihop dem/],
      ['has no payment', { instalments: [] }, /minst en betalning/],
      [
        'begins before it was agreed',
        { instalments: [{ dueOn: '2026-11-01', amountOre: 900_000 }] },
        /före dagen/,
      ],
      ['is agreed tomorrow', { agreedOn: '2026-11-24' }, /framåt i tiden/],
    ]
    for (const [what, over, sentence] of unsound)
      expect([what, await agree(over).catch((error: Error) => error.message)]).toEqual([
        what,
        expect.stringMatching(sentence),
      ])
  })
})

const granted: Omit<RespiteAnswer, 'respiteId'> = {
  granted: true,
  amount: null,
  monthlyRent: null,
  decidedBy: null,
  landlordConfirmedOn: null,
  newEvictionAt: '2027-01-14T08:00:00Z',
  enforcementConfirmedOn: '2026-11-24',
  note: null,
}

describe('time is given', () => {
  const ask = async (kind: 'landlord' | 'guarantee-rent') => {
    const { caseId, caseworker } = await deskOf(story)
    const { id } = await askRespite(story.spine.web, caseworker, {
      caseId,
      kind,
      on: '2026-11-23',
      note: null,
    })
    await story.spine.drain()
    return { id, caseworker }
  }

  test('by the landlord, confirmed by Kronofogden: the new day moves every date; later word of theirs takes over', async () => {
    await story.enforce('date-set', dateSet)
    await story.answer('T10/1', 'BEKRAFTAD')
    const { id, caseworker } = await ask('landlord')
    expect(await kinds()).toMatchObject({ 'manual/respite-asked': '2026-11-25 caseworker SN-SAMORD' })
    await story.moveTo('2026-11-24')
    await answerRespite(story.spine.web, caseworker, { respiteId: id, ...granted })
    await answerRespite(story.spine.web, caseworker, { respiteId: id, ...granted })
    await story.spine.drain()
    expect(await story.theCase()).toMatchObject({ evictionDay: '2027-01-14', stage: 'date-set' })
    expect(await kinds()).toMatchObject({
      'T10/2': expect.stringMatching(/^2026-11-/),
      'T10/8': expect.stringContaining('2027-01-14'),
    })
    expect(await story.clocks()).toContain('eviction-nears')
    expect(await diary()).toContain('eviction.moved')
    // Their own message of another time is the truth again.
    await story.moveTo('2026-11-26')
    await story.enforce('rescheduled', { occurredOn: '2026-11-26', evictionAt: '2026-12-21T08:00:00Z' })
    expect(await story.theCase()).toMatchObject({ evictionDay: '2026-12-21' })
  })

  test('with one month of rent: the landlord confirms, the new day counts, and it is looked at again in two weeks', async () => {
    await story.notify()
    await story.enforce('date-set', dateSet)
    const { id, caseworker } = await ask('guarantee-rent')
    const { supervisor } = await deskOf(story)
    await story.moveTo('2026-11-24')
    const bought = {
      respiteId: id,
      ...granted,
      amount: 845_000,
      monthlyRent: 845_000,
      decidedBy: supervisor.personId,
      landlordConfirmedOn: '2026-11-24',
    }
    for (const [over, sentence] of [
      [{ amount: 800_000 }, /Ange samma belopp som hyran/],
      [{ landlordConfirmedOn: null }, /Be hyresvärden bekräfta/],
      [{ decidedBy: null }, /vem som har beslutat/],
      [{ newEvictionAt: null, enforcementConfirmedOn: null }, /Den gamla gäller tills Kronofogden/],
      [{ newEvictionAt: '2026-12-10T08:00:00Z' }, /Den gamla gäller tills Kronofogden/],
      [{ enforcementConfirmedOn: null }, /Ring Kronofogden/],
      [{ enforcementConfirmedOn: '2026-11-25' }, /framåt i tiden/],
    ] as const)
      await expect(answerRespite(story.spine.web, caseworker, { ...bought, ...over })).rejects.toMatchObject(
        refusedWith(sentence),
      )
    await answerRespite(story.spine.web, caseworker, bought)
    await story.spine.drain()
    expect((await story.theCase()).evictionDay).toBe('2027-01-14')
    expect(await kinds()).toMatchObject({ 'manual/guarantee-follow-up': '2026-12-08 caseworker GAN-FS' })
  })

  test('refused, nothing moves', async () => {
    await story.enforce('date-set', dateSet)
    const { id, caseworker } = await ask('landlord')
    await answerRespite(story.spine.web, caseworker, { respiteId: id, ...granted, granted: false })
    await story.spine.drain()
    expect((await story.theCase()).evictionDay).toBe('2026-12-14')
  })
})
