// What the committee does itself, told on a moved clock: its undertaking, the child's own track, the day of the eviction.
import { beforeEach, describe, expect, test } from '@jest/globals'
import { planEvictionDay, recordHousing } from '../../shared/casework/eviction-plans.ts'
import {
  askUndertaking,
  decideUndertaking,
  dispatchUndertaking,
} from '../../shared/casework/undertaking-steps.ts'
import { dateSet, deskOf, undertake, refusedWith, tellStories } from '../support/story-tenancy.ts'
import type { Story } from '../support/story.ts'

const { story: told, kinds, diary } = tellStories()
let story: Story
beforeEach(() => {
  story = told()
})

describe('the committee undertakes the rent', () => {
  test('asked by one, decided by another, sent with proof: the period stops, the tenancy is saved, the rent must be paid', async () => {
    await story.notify()
    expect((await story.theCase()).recoveryLastDay).toBe('2026-12-14')
    await story.moveTo('2026-11-25')
    expect(await undertake(story)).toMatchObject({
      state: 'sent',
      countsOn: '2026-11-25',
      lastDay: '2026-12-14',
    })
    expect(await story.running()).not.toContain('recovery')
    expect(await story.running()).not.toContain('undertaking')
    expect((await story.theCase()).recoveryLastDay).toBeNull()
    expect(await kinds()).toMatchObject({ 'manual/undertaking-pay': '2026-12-02 caseworker GAN-FS' })
    expect(await story.clocks()).not.toContain('recovery-ends')
    expect(await diary()).toEqual(
      expect.arrayContaining(['undertaking.asked', 'undertaking.granted', 'undertaking.sent']),
    )
    // Said again, nothing more happens.
    const { caseId, supervisor } = await deskOf(story)
    const [kept] = await story.spine.owner.selectFrom('undertaking').selectAll().execute()
    const again = {
      undertakingId: kept!.id,
      method: 'registered-letter',
      on: '2026-11-25',
      proof: 'RR123456789SE',
      receivedOn: null,
    } as const
    await dispatchUndertaking(story.spine.web, supervisor, again)
    expect(await story.spine.owner.selectFrom('undertaking').select('caseId').execute()).toEqual([{ caseId }])
  })

  test('a new termination for later rents needs its own undertaking', async () => {
    await story.notify()
    await undertake(story)
    await story.moveTo('2026-12-28')
    await story.notify({
      reference: 'H-2',
      rents: [{ period: '2026-12', dueDate: '2026-11-30', amount: 8450 }],
      noticeDate: '2026-12-28',
      terminatedDate: '2026-12-28',
      dispatchedDate: '2026-12-28',
    })
    expect(await story.running()).toEqual(expect.arrayContaining(['recovery', 'undertaking']))
  })

  test('what cannot bind is refused with what to do instead', async () => {
    await story.notify()
    const { caseId, caseworker, supervisor } = await deskOf(story)
    const { web } = story.spine
    const asked = { caseId, periods: ['2026-11'], amount: 845_000, reason: 'Barnfamilj.' }
    await expect(askUndertaking(web, caseworker, { ...asked, periods: [] })).rejects.toMatchObject(
      refusedWith(/Ange vilka hyror/),
    )
    const { id } = await askUndertaking(web, caseworker, asked)
    expect((await askUndertaking(web, caseworker, asked)).id).toBe(id)
    await story.spine.drain()
    expect(await kinds()).toMatchObject({ 'manual/undertaking-asked': '2026-11-23 supervisor GAN-FS' })
    const yes = { undertakingId: id, granted: true, reason: 'Ja.' }
    await expect(decideUndertaking(web, caseworker, yes)).rejects.toMatchObject(refusedWith(/Be en kollega/))
    const sent = {
      undertakingId: id,
      method: 'registered-letter',
      on: '2026-11-23',
      proof: 'RR1',
      receivedOn: null,
    } as const
    await expect(dispatchUndertaking(web, supervisor, sent)).rejects.toThrow(/inte beslutat/)
    await decideUndertaking(web, supervisor, yes)
    await expect(dispatchUndertaking(web, supervisor, { ...sent, proof: '' })).rejects.toMatchObject(
      refusedWith(/beviset/),
    )
    await expect(dispatchUndertaking(web, supervisor, { ...sent, method: 'letter' })).rejects.toMatchObject(
      refusedWith(/Skicka rekommenderat/),
    )
    await expect(dispatchUndertaking(web, supervisor, { ...sent, on: '2026-11-24' })).rejects.toThrow(
      /framåt i tiden/,
    )
    await story.moveTo('2026-12-16')
    await expect(dispatchUndertaking(web, supervisor, { ...sent, on: '2026-12-15' })).rejects.toMatchObject(
      refusedWith(/efter sista dagen 2026-12-14/),
    )
    expect(await story.running()).not.toContain('undertaking')
  })

  test('for a cooperative flat, and after the last day, it cannot even be asked for', async () => {
    await story.notify({ type: 'cooperative-fee-termination' })
    const { caseId, caseworker } = await deskOf(story)
    const asked = { caseId, periods: ['2026-11'], amount: 845_000, reason: 'Barnfamilj.' }
    await expect(askUndertaking(story.spine.web, caseworker, asked)).rejects.toThrow(/bostadsrätt/)
  })

  test('after the last day the sentence says what is left to try', async () => {
    await story.notify()
    await story.moveTo('2026-12-15')
    const { caseId, caseworker } = await deskOf(story)
    const asked = { caseId, periods: ['2026-11'], amount: 845_000, reason: 'Barnfamilj.' }
    await expect(askUndertaking(story.spine.web, caseworker, asked)).rejects.toThrow(
      /plan, garantihyra eller anstånd/,
    )
  })
})

describe('a report of concern for the children', () => {
  test('is a track of its own: protection assessed at once, a decision in 14 days, an inquiry in four months', async () => {
    await story.notify()
    await story.answer('T2/2', 'BARN_FINNS')
    await expect(story.answer('T3/3', 'OROSANMALAN', { note: null })).rejects.toThrow(/Skriv skälet/)
    await story.answer('T3/3', 'OROSANMALAN')
    expect(await kinds()).toMatchObject({ 'T3/6': '2026-11-23 supervisor GAN-FS fast' })
    expect(await story.running()).toEqual(
      expect.arrayContaining(['protection-assessment', 'preliminary-assessment']),
    )
    await story.answer('T3/6', 'SKYDDSBEDOMD')
    expect(await story.running()).not.toContain('protection-assessment')
    await story.moveTo('2026-12-01')
    await story.answer('T3/7', 'UTREDNING')
    expect(await story.running()).not.toContain('preliminary-assessment')
    expect(await story.running()).toContain('child-inquiry')
    // Paid, moved or withdrawn: the child's track goes on.
    await story.answer('T2/10', 'BETALD')
    expect(await kinds()).toMatchObject({ 'T3/8': expect.stringMatching(/^2027-03-/) })
    expect(await story.running()).toContain('child-inquiry')
    await story.answer('T3/8', 'UTREDNING_KLAR')
    expect(await story.running()).not.toContain('child-inquiry')
  })
})

describe('the day of the eviction', () => {
  const plan = {
    night: 'Plats bokad på Hjorten.',
    children: 'Barnen sover hos mormor.',
    pets: 'Katten till djurpensionatet.',
    medicine: 'Insulin packat.',
    belongings: 'Kronofogden magasinerar i tre månader.',
  }

  test('is planned part by part, and the countdown tasks that asked for it are done', async () => {
    await story.enforce('date-set', { ...dateSet, childrenInHousehold: 'yes' })
    const { caseId, caseworker, supervisor } = await deskOf(story)
    const present = [caseworker.personId ?? '', supervisor.personId ?? '']
    const { web } = story.spine
    await expect(
      planEvictionDay(web, caseworker, { caseId, plan: { ...plan, pets: ' ', present: [] } }),
    ).rejects.toMatchObject({
      problems: [
        expect.objectContaining({ pointer: '/pets' }),
        expect.objectContaining({ pointer: '/present' }),
      ],
    })
    // Saying that the day is planned is not enough: somebody must be able to read the plan.
    await expect(story.answer('T10/6', 'KLAR')).rejects.toMatchObject({
      code: 'eviction-plan.unwritten',
      problems: [expect.objectContaining({ pointer: '/outcome' })],
    })
    await planEvictionDay(web, caseworker, { caseId, plan: { ...plan, present } })
    await planEvictionDay(web, caseworker, { caseId, plan: { ...plan, present } })
    await story.spine.drain()
    const open = await kinds()
    for (const done of ['T10/6', 'T10/6b', 'T10/6c']) expect(open).not.toHaveProperty(done)
    expect((await diary()).filter((kind) => kind === 'eviction.planned')).toHaveLength(1)
  })

  test('afterwards: the outcome the next day, where the household lives, and the belongings at 60 of 90 days', async () => {
    await story.enforce('date-set', dateSet)
    await story.moveTo('2026-12-14', '12:00')
    await story.enforce('executed', { occurredOn: '2026-12-14' })
    expect(await kinds()).toMatchObject({ 'T12/5': '2027-02-12 caseworker SN-SAMORD' })
    const { caseId, caseworker } = await deskOf(story)
    const { web } = story.spine
    await expect(recordHousing(web, caseworker, { caseId, housing: 'HOTELL' })).rejects.toThrow(
      /Välj ett boende/,
    )
    await recordHousing(web, caseworker, { caseId, housing: 'HS1' })
    await story.spine.drain()
    expect(await kinds()).not.toHaveProperty('T12/2')
    expect((await story.theCase()).facts).toMatchObject({ housingAfter: 'HS1' })
  })

  test('without a day there is nothing to plan', async () => {
    await story.notify()
    const { caseId, caseworker } = await deskOf(story)
    const nobody = { ...plan, present: [caseworker.personId ?? ''] }
    await expect(planEvictionDay(story.spine.web, caseworker, { caseId, plan: nobody })).rejects.toThrow(
      /Ingen dag/,
    )
  })
})
