// Referral and escalation told on a moved clock: each step once, in working hours, stopped by real handling only.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { escalate } from '../../shared/casework/escalation.ts'
import { moment } from '../../shared/casework/act.ts'
import { bookMeeting } from '../../shared/casework/counselling-booking.ts'
import { acceptReferral, answerTenant } from '../../shared/casework/referral-answers.ts'
import { sweepStages, sweepTasks } from '../../shared/casework/sweeps.ts'
import { instantAt, localDateOf, localTimeOf } from '../../shared/domain/calendar.ts'
import { actorNamed, openStory, type Story } from '../support/story.ts'

let story: Story
const begin = async (day: string, time?: string) => {
  story = await openStory(day, time)
}
afterEach(async () => {
  expect(story.spine.failures).toEqual([])
  for (const { subject, text } of story.spine.letters)
    expect(`${subject} ${text}`).not.toMatch(/Vera|Storgatan|8450|avhys|skuld|hyra|barn|2026-\d{4}/i)
  await story.close()
})

const twoMonths = {
  rents: [
    { period: '2026-10', dueDate: '2026-09-30', amount: 8450 },
    { period: '2026-11', dueDate: '2026-10-30', amount: 8450 },
  ],
  amountToRecover: 16_912.5,
}
const theReferral = async () => {
  const [referral] = await story.referrals()
  if (!referral) throw new Error('Nobody is referred')
  return referral
}
const reasonCodes = async () => ((await theReferral()).reasons as { code: string }[]).map(({ code }) => code)
/** `2026-11-25 12:00 unit-supervisor` for each alert of a trigger. */
const toldOf = async (trigger: string) =>
  (await story.alerts())
    .filter((alert) => alert.trigger === trigger)
    .map(({ at, recipient, to }) => `${localDateOf(at)} ${localTimeOf(at)} ${recipient} ${to ?? '-'}`)

describe('when a household is referred to budget and debt counselling', () => {
  test('at one month nobody is, until twelve days are left: then by time alone, on the working day before if closed', async () => {
    await begin('2026-11-23')
    await story.notify()
    expect(await story.referrals()).toEqual([])
    await story.passTo('2026-12-01', '07:59')
    expect(await story.referrals()).toEqual([])
    await story.passTo('2026-12-02', '09:00')
    expect(await reasonCodes()).toEqual(['recovery-nears'])
    expect(localDateOf((await theReferral()).createdAt)).toBe('2026-12-02')
  })

  test('at two months of debt at once', async () => {
    await begin('2026-11-23')
    await story.notify(twoMonths)
    expect(await reasonCodes()).toEqual(['months-unpaid'])
  })

  test('on a repeat within twelve months at once', async () => {
    await begin('2026-11-23')
    await story.notify({ type: 'early-arrears', tenantConsentOn: '2026-11-20' })
    await story.answer('review/form', 'KLAR')
    await story.answer('T1/4', 'BETALD')
    await story.finish({ outcome: 'BETALD_SJALV' })
    await story.moveTo('2026-12-28')
    await story.notify({
      noticeDate: '2026-12-28',
      terminatedDate: '2026-12-28',
      dispatchedDate: '2026-12-28',
    })
    expect(await reasonCodes()).toEqual(['repeat'])
  })

  test('when a date is set, whatever the debt', async () => {
    await begin('2026-11-23')
    await story.enforce('date-set', { occurredOn: '2026-11-23', evictionAt: '2026-12-14T08:00:00Z' })
    expect(await reasonCodes()).toContain('eviction-date')
  })

  test('once, however many reasons come and however often the case is looked at', async () => {
    await begin('2026-11-23')
    await story.notify(twoMonths)
    await story.enforce('date-set', { occurredOn: '2026-11-23', evictionAt: '2026-12-14T08:00:00Z' })
    await story.passTo('2026-12-02')
    expect(await story.referrals()).toHaveLength(1)
  })
})

describe('the clocks of a referral', () => {
  beforeEach(async () => {
    await begin('2026-11-23')
    await story.notify(twoMonths)
  })

  test('48 hours to answer and a week to a meeting are written on it', async () => {
    const { answerBy, meetBy } = await theReferral()
    expect([answerBy, meetBy].map((at) => `${localDateOf(at)} ${localTimeOf(at)}`)).toEqual([
      '2026-11-25 09:00',
      '2026-11-30 09:00',
    ])
  })

  test('unanswered it climbs: the counsellor, the supervisor, the duty list, and then again', async () => {
    await story.passTo('2026-11-30', '07:00')
    const { counsellor } = await theReferral()
    expect(counsellor).not.toBeNull()
    expect(await toldOf('referral-unanswered')).toEqual([
      expect.stringMatching(/^2026-11-25 08:00 counsellor \w+\.bos$/),
      expect.stringMatching(/^2026-11-25 09:00 unit-supervisor /),
      expect.stringMatching(/^2026-11-26 09:00 duty-list -$/),
      expect.stringMatching(/^2026-11-27 09:00 duty-list -$/),
    ])
  })

  test('seen stops nothing: an alert that somebody has read comes again all the same', async () => {
    await story.passTo('2026-11-25', '08:30')
    await sql`update alert set seen_at = clock_now()`.execute(story.spine.owner)
    await story.passTo('2026-11-25', '10:00')
    expect(await toldOf('referral-unanswered')).toHaveLength(2)
  })

  test('accepting alone is no answer; an answer stops the first clock, a meeting the second', async () => {
    const { id, counsellor } = await theReferral()
    const username = await story.spine.owner
      .selectFrom('person')
      .select('username')
      .where('id', '=', counsellor)
      .executeTakeFirstOrThrow()
    const actor = await actorNamed(story.spine, username.username ?? '')
    await acceptReferral(story.spine.web, actor, id)
    await story.passTo('2026-11-25', '08:30')
    expect(await toldOf('referral-unanswered')).toHaveLength(1)
    await answerTenant(story.spine.web, actor, id, null)
    await story.passTo('2026-11-27')
    expect(await toldOf('referral-unanswered')).toHaveLength(1)
    await bookMeeting(story.spine.web, actor, id, instantAt('2026-12-01', '10:00'))
    await story.passTo('2026-12-03')
    expect(await toldOf('referral-no-meeting')).toEqual([])
  })
})

describe('in working hours', () => {
  test('what falls due on Friday evening is told on Monday morning', async () => {
    await begin('2026-11-26', '06:00')
    await story.notify(twoMonths)
    // 36 hours later it is Friday 18:00.
    await story.passTo('2026-11-30', '07:59')
    expect(await toldOf('referral-unanswered')).toEqual([])
    await story.passTo('2026-11-30', '08:30')
    expect((await toldOf('referral-unanswered'))[0]).toMatch(/^2026-11-30 08:00 counsellor/)
  })

  test('no alert of working hours is ever told outside them, in a month of silence', async () => {
    await begin('2026-11-23')
    await story.notify(twoMonths)
    await story.passTo('2026-12-16')
    const hours = (await story.alerts())
      .filter(({ trigger }) => trigger !== 'same-day-confirmation-untaken')
      .map(({ at }) => localTimeOf(at))
    expect(hours.length).toBeGreaterThan(20)
    expect(hours.filter((time) => time < '08:00' || time > '17:00')).toEqual([])
  })
})

describe('each step once', () => {
  test('running the sweeps and the handling again adds nothing', async () => {
    await begin('2026-11-23')
    await story.notify(twoMonths)
    await story.passTo('2026-11-27', '12:00')
    const before = (await story.alerts()).length
    const letters = story.spine.letters.length
    const stages = await story.spine.owner
      .selectFrom('stage')
      .select('id')
      .where('firedAt', 'is not', null)
      .execute()
    expect(await sweepStages(story.spine.owner)).toBe(0)
    expect(await sweepTasks(story.spine.owner)).toBe(0)
    await story.spine.worker.transaction().execute(async (trx) => {
      const ids = stages.map(({ id }) => id)
      await escalate(trx, await moment(trx), ids)
      await escalate(trx, await moment(trx), ids)
    })
    await story.spine.drain()
    expect(await story.alerts()).toHaveLength(before)
    expect(story.spine.letters).toHaveLength(letters)
  })

  test('a stop of the service over a week tells each step late, and none twice', async () => {
    await begin('2026-11-23')
    await story.notify(twoMonths)
    await story.moveTo('2026-11-30', '10:00')
    const told = (await story.alerts()).map(({ trigger, step }) => `${trigger} ${step}`)
    expect(told).toEqual(
      expect.arrayContaining(['referral-unanswered 1', 'referral-unanswered 2', 'unowned 1']),
    )
    const ofTheCase = told.filter((step) => !step.startsWith('task-overdue'))
    expect(new Set(ofTheCase).size).toBe(ofTheCase.length)
  })
})

describe('stopped by real handling', () => {
  test('an attempt stops the ladder of attempts, not that of an unowned case; an owner stops that too', async () => {
    await begin('2026-11-23')
    await story.notify()
    await story.moveTo('2026-11-24')
    await story.answer('T2/3', 'EJ_NADD')
    await story.passTo('2026-11-25', '12:00')
    expect(await toldOf('no-contact-attempt')).toEqual([])
    expect(await toldOf('unowned')).toHaveLength(1)
    await story.own()
    await story.passTo('2026-12-01')
    expect(await toldOf('unowned')).toHaveLength(1)
    expect(await toldOf('no-contact-attempt')).toEqual([])
  })
})
