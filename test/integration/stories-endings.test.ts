// How a case ends, told on a moved clock: the right tasks end with the right reason, clocks stop, the landlord learns little.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readOwnNotice } from '../../shared/casework/own-notices.ts'
import { landlord, openStory, type Story } from '../support/story.ts'

let story: Story
beforeEach(async () => {
  story = await openStory('2026-11-23')
})
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
const dateSet = { occurredOn: '2026-11-23', evictionAt: '2026-12-07T08:00:00Z' }
const reasons = async () => [...new Set(Object.values(await story.ended()))]

/** Everything of a notice that its sender may read. */
const seenByLandlord = (id: string) => readOwnNotice(story.spine.web, story.spine.tools, landlord, id)

describe('the landlord withdraws', () => {
  test('tasks, dates, clocks and the referral end with that reason, and somebody records the outcome', async () => {
    const { id } = await story.notify(twoMonths)
    await story.moveTo('2026-11-25')
    await story.update(id, { type: 'withdrawn', date: '2026-11-25' })
    expect(await reasons()).toEqual(['withdrawn'])
    // Every landlord learns whom to turn to, also of a notice that is taken back (S03, goal 60).
    expect(await story.open()).toEqual({
      'S/1': '2026-11-27 caseworker GAN-FS',
      'T2/4': '2026-11-26 assistant GAN-FS',
    })
    expect(await story.clocks()).toEqual([])
    expect(await story.referrals()).toEqual([
      expect.objectContaining({ state: 'ended', endedReason: 'withdrawn' }),
    ])
    expect(await story.running()).toEqual([])
    expect((await seenByLandlord(id)).state).toBe('withdrawn')
    await story.answer('S/1', 'KLAR')
    await story.answer('T2/4', 'KLAR')
    expect(await story.finish({ outcome: 'ATERKALLAD_OKANT' })).toMatchObject({ state: 'closed' })
  })
})

describe('the tenant pays the day before the eviction', () => {
  test('the debt is no longer worked on; the day itself is watched until Kronofogden calls it off', async () => {
    const { id } = await story.notify(twoMonths)
    await story.enforce('date-set', dateSet)
    await story.answer('T10/1', 'BEKRAFTAD')
    await story.moveTo('2026-12-06', '15:00')
    await story.update(id, { type: 'paid', date: '2026-12-06' })
    expect(Object.keys(await story.open()).sort()).toEqual(['S/1', 'T10/7', 'T10/8', 'T10/9', 'T2/4'])
    expect(await story.ended()).toMatchObject({
      'T2/3': 'paid',
      'T2/9a': 'paid',
      'T10/2': 'paid',
      'T10/6': 'paid',
    })
    expect(await story.referrals()).toEqual([expect.objectContaining({ endedReason: 'paid' })])
    expect(await story.clocks()).toContain('outcome-missing')
    expect((await seenByLandlord(id)).state).toBe('received')

    await story.enforce('cancelled', { occurredOn: '2026-12-06' })
    expect(await story.ended()).toMatchObject({ 'T10/8': 'paid', 'T10/9': 'paid' })
    expect(await story.clocks()).toEqual([])
  })

  test('told by the landlord to the assistant who asks, it is the same', async () => {
    await story.notify(twoMonths)
    await story.enforce('date-set', dateSet)
    await story.moveTo('2026-12-06', '15:00')
    await story.answer('T10/7', 'BETALD')
    expect(Object.keys(await story.open()).sort()).toEqual(['S/1', 'T10/1', 'T10/8', 'T10/9', 'T2/4'])
  })

  test('a new date after the payment wakes everything: an ending never silences what comes later', async () => {
    const { id } = await story.notify(twoMonths)
    await story.enforce('date-set', dateSet)
    await story.moveTo('2026-11-24')
    await story.update(id, { type: 'paid', date: '2026-11-24' })
    await story.moveTo('2026-11-25')
    await story.enforce('rescheduled', { occurredOn: '2026-11-25', evictionAt: '2026-12-14T08:00:00Z' })
    expect(await story.open()).toMatchObject({
      'T10/2': expect.any(String),
      'T10/8': expect.stringContaining('2026-12-14'),
    })
    expect(await story.clocks()).toContain('eviction-nears')
  })
})

describe('Kronofogden calls it off', () => {
  test('the countdown ends as cancelled, the notice and its recovery period go their own way', async () => {
    await story.enforce('date-set', dateSet)
    await story.enforce('cancelled', { occurredOn: '2026-11-24' })
    expect(await reasons()).toEqual(['cancelled'])
    expect((await story.clocks()).filter((one) => one.startsWith('eviction'))).toEqual([])
  })
})

describe('the person moves', () => {
  test('learnt at the door: what is left is to record where the household lives', async () => {
    await story.notify(twoMonths)
    await story.answer('T2/3', 'FLYTTAT')
    expect(await reasons()).toEqual(['moved'])
    expect(Object.keys(await story.open()).sort()).toEqual(['S/1', 'T2/4'])
    expect(await story.clocks()).toEqual([])
    expect(await story.referrals()).toEqual([expect.objectContaining({ endedReason: 'moved' })])
    // Whether to open an inquiry is the committee's own duty (SoL 14:2), whoever still lives there.
    expect(await story.running()).toEqual(['open-inquiry'])
    await story.answer('S/1', 'KLAR')
    await story.answer('T2/4', 'KLAR')
    expect(await story.finish({ outcome: 'FLYTTAT_SJALV' })).toMatchObject({ state: 'closed' })
  })

  test('a later word about the same notice does not bring the work back; a new notice does, from the start', async () => {
    const { id } = await story.notify()
    await story.answer('T2/1', 'KLAR')
    await story.answer('T2/3', 'FLYTTAT')
    await story.moveTo('2026-11-24')
    await story.update(id, { type: 'served', date: '2026-11-24' })
    expect(Object.keys(await story.open()).sort()).toEqual(['S/1', 'T2/4'])
    await story.moveTo('2026-12-28')
    await story.notify({
      reference: 'H-2',
      rents: [{ period: '2026-12', dueDate: '2026-11-30', amount: 8450 }],
      noticeDate: '2026-12-28',
      terminatedDate: '2026-12-28',
      dispatchedDate: '2026-12-28',
    })
    expect(await story.open()).toMatchObject({
      'T2/1': '2026-12-29 registrar GAN-FS',
      'T2/3': '2026-12-30 caseworker GAN-FS',
    })
  })
})

describe('the notice was about the wrong person', () => {
  test('found in the register: everything ends with that reason and the case is closed as an error', async () => {
    const { id } = await story.notify(twoMonths)
    await story.answer('T2/2', 'FEL_PERSON')
    expect(await reasons()).toEqual(['wrong-person'])
    expect(await story.clocks()).toEqual([])
    expect(await story.referrals()).toEqual([expect.objectContaining({ endedReason: 'wrong-person' })])
    expect((await seenByLandlord(id)).state).toBe('received')
    expect(await story.open()).toEqual({ 'S/1': '2026-11-25 caseworker GAN-FS' })
    await story.answer('S/1', 'KLAR')
    expect(await story.finish({ outcome: 'FEL_DUBBLETT' })).toMatchObject({ state: 'closed' })
  })
})

describe('nobody has been reached in spite of every attempt', () => {
  test('a supervisor approves, somebody else closes, and a new notice begins anew beside what was tried', async () => {
    await story.notify()
    for (const name of ['T2/1', 'T2/2', 'T2/4']) await story.answer(name, 'KLAR')
    await story.answer('T2/5', 'PROVAD')
    await story.answer('T2/9a', 'NEJ')
    await story.answer('T2/3b', 'RETUR')
    await story.moveTo('2026-11-25')
    await story.answer('T2/3', 'EJ_NADD')
    await story.moveTo('2026-11-25', '18:00')
    await story.answer('KL/1', 'EJ_NADD')
    await story.answer('KL/3', 'FEL_NR')
    await story.moveTo('2026-12-03', '11:00')
    await story.answer('T2/KL4', 'INGEN_OPPNADE')
    await story.moveTo('2026-12-07', '18:30')
    await story.answer('KL/5', 'INGEN_OPPNADE')
    await story.answer('KL/6', 'KLAR')
    await story.moveTo('2026-12-09', '18:30')
    await story.answer('T19/1', 'INGEN_OPPNADE')
    await story.answer('T19/2', 'KLAR')
    await story.answer('T19/3', 'INGEN_UTREDNING')
    await story.answer('T2/10', 'OBETALD')
    await story.answer('review/outcome', 'KLAR')
    await expect(story.finish({ outcome: 'INGEN_KONTAKT' })).rejects.toThrow(/Öppna uppgifter: 1/)
    await story.answer('KL/7', 'GODKAND')
    await expect(story.finish({ outcome: 'INGEN_KONTAKT', by: 'anette.gan' })).rejects.toThrow(
      /Någon annan än du/,
    )
    expect(await story.finish({ outcome: 'INGEN_KONTAKT' })).toMatchObject({ outcome: 'INGEN_KONTAKT' })
    expect(await story.clocks()).toEqual([])
    await story.moveTo('2026-12-28')
    await story.notify({
      reference: 'H-2',
      rents: [{ period: '2026-12', dueDate: '2026-11-30', amount: 8450 }],
      noticeDate: '2026-12-28',
      terminatedDate: '2026-12-28',
      dispatchedDate: '2026-12-28',
    })
    const cases = await story.spine.worker
      .selectFrom('arrearsCase')
      .select(['state', 'repeated', 'householdId'])
      .orderBy('openedAt')
      .execute()
    const [first] = cases
    expect(cases).toMatchObject([
      { state: 'closed' },
      { state: 'open', repeated: true, householdId: first?.householdId },
    ])
    expect(await story.open()).toMatchObject({ 'T2/3': expect.any(String), 'T2/7': expect.any(String) })
  })
})

describe('what is refused, and what to do instead', () => {
  test('closing with open tasks', async () => {
    await story.notify()
    await expect(story.finish({ outcome: 'BETALD_SJALV' })).rejects.toThrow(
      /Gör dem, eller avsluta dem med skäl/,
    )
  })

  test('closing while an eviction is ahead', async () => {
    await story.enforce('date-set', dateSet)
    await expect(story.finish({ outcome: 'AVBETALNINGSPLAN' })).rejects.toMatchObject({
      problems: expect.arrayContaining([
        expect.objectContaining({ detail: expect.stringContaining('Vänta tills den är inställd') }),
      ]),
    })
  })

  test('closing without contact while the ladder is not exhausted, and without a supervisor', async () => {
    await story.notify()
    await expect(story.finish({ outcome: 'INGEN_KONTAKT' })).rejects.toMatchObject({
      problems: expect.arrayContaining([
        expect.objectContaining({ detail: expect.stringContaining('Försök först: ') }),
        expect.objectContaining({ detail: expect.stringContaining('Be arbetsledaren godkänna') }),
      ]),
    })
  })

  test('an answer that the task does not take', async () => {
    await story.notify()
    await expect(story.answer('T2/1', 'BETALD')).rejects.toThrow(/Uppgiften kan besvaras med: KLAR/)
  })

  test('an undertaking after the last day', async () => {
    await story.notify()
    await story.answer('T2/9a', 'JA')
    await story.moveTo('2026-12-15')
    await expect(story.answer('T2/9', 'SKICKAT')).rejects.toThrow(
      /Sista dagen var 2026-12-14\. Ta i stället upp/,
    )
    await story.answer('T2/9', 'FORSENT')
  })

  test('an undertaking that the same person has decided and checks', async () => {
    await story.notify()
    await story.answer('T2/9a', 'JA', { by: 'anette.gan' })
    await expect(story.answer('T2/9', 'SKICKAT')).rejects.toThrow(/Be en kollega kontrollera/)
  })

  test('a visit indoors without consent recorded, and a visitor on leave', async () => {
    await story.notify()
    await expect(story.visit('2026-11-26', ['besim.gan', 'gunilla.gan'], 'GENOMFORT', false)).rejects.toThrow(
      /Notera först att alla vuxna hemma har sagt ja/,
    )
    await story.away('besim.gan', '2026-11-30', '2026-12-04')
    await expect(story.visit('2026-12-01', ['besim.gan', 'gunilla.gan'])).rejects.toThrow(
      /frånvarande den dagen. Välj någon annan/,
    )
  })
})
