// T1–T9 told from the notice to the closed case: what is planned for whom and when, what follows from each answer.
import { afterEach, describe, expect, test } from '@jest/globals'
import { undertake } from '../support/story-tenancy.ts'
import { openStory, type Story } from '../support/story.ts'

let story: Story
const told = async (day: string, notice: object = {}) => {
  story = await openStory(day)
  await story.notify(notice)
  return story
}
afterEach(async () => {
  await story.tellToTheEnd()
  expect((await story.theCase()).state).toBe('closed')
  expect(await story.clocks()).toEqual([])
  expect(Object.keys(await story.open()).every((name) => name.startsWith('F/'))).toBe(true)
  expect(story.spine.failures).toEqual([])
  await story.close()
})

const early = { type: 'early-arrears', tenantConsentOn: '2026-11-20' }

describe('T1: early arrears, no termination', () => {
  test('three tasks, and one answer that it is paid closes softly: nobody visits a household that owes nothing', async () => {
    await told('2026-11-23', early)
    await story.answer('review/form', 'KLAR')
    expect(await story.open()).toEqual({
      'T1/3': expect.stringMatching(/^2026-11-25 counsellor \w+\.bos$/),
      'T1/4': '2026-11-26 caseworker GAN-FS',
      'T1/KL4': '2026-12-03 visitor GAN-BESOK',
    })
    await story.answer('T1/4', 'BETALD')
    expect(await story.open()).toEqual({})
    expect(await story.ended()).toEqual({ 'T1/3': 'paid', 'T1/KL4': 'paid' })
    expect(await story.clocks()).toEqual([])
    expect(await story.finish({ outcome: 'BETALD_SJALV' })).toMatchObject({ state: 'closed' })
  })

  test('who accepts advice is referred the same minute', async () => {
    await told('2026-11-23', early)
    await story.answer('T1/3', 'NADD_TACKAR_JA')
    expect(await story.referrals()).toEqual([expect.objectContaining({ state: 'assigned', unit: 'SN-BOS' })])
  })
})

const t2 = {
  'T2/1': '2026-11-24 registrar GAN-FS',
  'T2/2': '2026-11-24 assistant GAN-FS',
  'T2/3': '2026-11-25 caseworker GAN-FS',
  'T2/3b': '2026-11-26 assistant GAN-FS',
  'T2/4': '2026-11-26 assistant GAN-FS',
  'T2/5': '2026-11-26 caseworker GAN-FS',
  'T2/9a': '2026-12-04 caseworker GAN-FS',
  'T2/KL4': '2026-12-03 visitor GAN-BESOK',
  'T2/10': '2026-12-14 assistant GAN-FS',
}

describe('T2: termination for unpaid rent', () => {
  test('from the call to the undertaking, the confirmed payment and the closed case', async () => {
    await told('2026-11-23')
    expect(await story.open()).toEqual(t2)
    for (const name of ['T2/1', 'T2/2', 'T2/3b', 'T2/4']) await story.answer(name, 'KLAR')
    await story.answer('T2/5', 'PROVAD')
    await story.answer('T2/3', 'NADD_TACKAR_JA')
    expect(await story.open()).toMatchObject({ 'T2/6': '2026-11-26 caseworker GAN-FS' })
    await story.answer('T2/6', 'ANSOKER_BISTAND')
    expect(await story.open()).toMatchObject({ 'T2/8': '2026-11-26 caseworker GAN-FS' })
    await story.answer('T2/8', 'ANSOKT')
    expect(await story.open()).toMatchObject({ 'T2/8b': '2026-11-30 caseworker GAN-FS' })
    await story.answer('T2/8b', 'BEVILJAT')
    expect(await story.open()).toMatchObject({ 'T2/9': '2026-12-09 supervisor GAN-FS' })
    await undertake(story)
    await story.answer('T2/KL4', 'GENOMFORT')
    // The undertaking saves the tenancy: no period runs to wait for, but what was promised must be paid.
    expect(await story.ended()).toMatchObject({ 'T2/10': 'superseded' })
    await expect(story.finish({ outcome: 'BISTAND_SKULD' })).rejects.toThrow(/Öppna uppgifter: 1.*Gör dem/)
    await story.answer('manual/undertaking-pay', 'KLAR')
    expect(await story.finish({ outcome: 'BISTAND_SKULD' })).toMatchObject({ outcome: 'BISTAND_SKULD' })
    expect(await story.clocks()).toEqual([])
    // The household is asked after for a year.
    expect(await story.open()).toEqual({
      'F/30': '2026-12-23 caseworker GAN-FS',
      'F/90': '2027-02-22 caseworker GAN-FS',
      'F/180': '2027-05-24 caseworker GAN-FS',
      'F/365': '2027-11-23 caseworker GAN-FS',
    })
    await story.moveTo('2026-12-23')
    await story.answer('F/30', 'BOR_KVAR')
    await story.moveTo('2027-02-22')
    await story.answer('F/90', 'NY_SKULD')
    expect(await story.open()).toMatchObject({ 'review/outcome': '2027-02-22 supervisor GAN-FS' })
    await story.answer('review/outcome', 'KLAR')
  })

  test('the landlord confirms the payment on the last day, and what is left is to record the outcome', async () => {
    await told('2026-11-23')
    await story.answer('T2/10', 'BETALD')
    expect(await story.open()).toEqual({
      'S/1': '2026-11-25 caseworker GAN-FS',
      'T2/4': '2026-11-26 assistant GAN-FS',
    })
  })

  test('nobody answers: the ladder goes on by evening, telephone, visit and meeting to a supervisor', async () => {
    await told('2026-11-23')
    await story.moveTo('2026-11-25')
    await story.answer('T2/3', 'EJ_NADD')
    expect(await story.open()).toMatchObject({ 'KL/1': '2026-11-25 caseworker GAN-FS' })
    await story.moveTo('2026-11-25', '18:00')
    await story.answer('KL/1', 'EJ_NADD')
    await story.answer('T2/3b', 'RETUR')
    expect(await story.open()).toMatchObject({ 'KL/3': '2026-11-30 caseworker GAN-FS' })
    await story.answer('KL/3', 'FEL_NR')
    await story.moveTo('2026-12-03', '11:00')
    await story.answer('T2/KL4', 'INGEN_OPPNADE')
    expect(await story.open()).toMatchObject({ 'KL/5': '2026-12-08 visitor GAN-BESOK' })
    await story.moveTo('2026-12-07', '18:30')
    await story.answer('KL/5', 'INGEN_OPPNADE')
    expect(await story.open()).toMatchObject({ 'KL/6': '2026-12-09 caseworker GAN-FS' })
    await story.answer('KL/6', 'KLAR')
    expect(await story.open()).toMatchObject({ 'KL/7': '2026-12-09 supervisor GAN-FS' })
  })

  test('a visit that nobody can make is no attempt: the supervisor is asked, and the reason can be counted', async () => {
    await told('2026-11-23')
    await story.answer('T2/KL4', 'KAPACITET')
    expect(await story.open()).toMatchObject({ 'review/outcome': '2026-11-23 supervisor GAN-FS' })
    expect((await story.theCase()).firstAttemptAt).toBeNull()
  })
})

describe('T3: children in the household', () => {
  test('learnt from the register, the whole case moves to the fast column and the children get a track of their own', async () => {
    await told('2026-11-23')
    await story.answer('T2/2', 'BARN_FINNS')
    expect((await story.theCase()).children).toBe('yes')
    expect(await story.open()).toMatchObject({
      'T2/3': '2026-11-24 caseworker GAN-FS',
      'T2/KL4': '2026-11-27 visitor GAN-BESOK',
      'T3/1': '2026-11-23 caseworker GAN-FS fast',
      'T3/2': '2026-11-27 caseworker GAN-FS fast',
      'T3/3': '2026-11-23 caseworker GAN-FS fast',
      'T3/4': '2026-11-23 supervisor GAN-FS fast',
      'T3/5': '2026-12-01 caseworker GAN-FS fast',
    })
    await story.answer('T3/3', 'OROSANMALAN')
    expect(await story.open()).toMatchObject({ 'T3/6': '2026-11-23 supervisor GAN-FS fast' })
  })
})

describe('T4: 65 or older', () => {
  test('fast from the start, a care assessor joins the visit, signs of failing memory lead to cleaning and a place', async () => {
    await told('2026-11-23', { tenant: { name: 'Vera Exempel', personalIdentityNumber: '19590120-9816' } })
    expect(await story.open()).toMatchObject({
      'T2/3': '2026-11-24 caseworker GAN-FS fast',
      'T4/1': '2026-11-24 caseworker GAN-FS fast',
      'T4/2': '2026-11-27 caseworker GAN-FS fast',
      'T4/3': '2026-11-27 visitor GAN-BESOK fast',
    })
    await story.record({ needs: ['neglect'] })
    await story.answer('T4/2', 'MINNE')
    expect(await story.open()).toMatchObject({
      'T4/4': '2026-12-01 caseworker GAN-FS fast',
      'T8/4': '2026-12-03 caseworker GAN-FS fast',
    })
  })
})

describe('T5: 18 to 24', () => {
  test('a first budget by text message, and what the parents may help with', async () => {
    await told('2026-11-23', { tenant: { name: 'Vera Exempel', personalIdentityNumber: '20040101-2380' } })
    expect(await story.open()).toEqual({
      ...t2,
      'T5/1': '2026-11-30 caseworker GAN-FS',
      'T5/2': '2026-12-01 caseworker GAN-FS',
    })
    await story.answer('T5/1', 'EJ_NADD')
    expect(await story.open()).toEqual(expect.not.objectContaining({ 'T5/1': expect.anything() }))
  })
})

describe('T6: already a client', () => {
  test('the own caseworker has the tasks by name, and finds out whether the municipality itself pays the rent', async () => {
    story = await openStory('2026-11-23')
    await story.register('GAN', 'GAN;GAN-FS;gunilla.gan;199001012385')
    await story.notify({ tenant: { name: 'Vera Exempel', personalIdentityNumber: '19900101-2385' } })
    await story.own()
    expect(await story.open()).toMatchObject({
      'T2/3': '2026-11-25 caseworker gunilla.gan',
      'T6/1': '2026-11-24 caseworker gunilla.gan',
      'T6/2': '2026-11-24 assistant GAN-FS',
    })
    await story.answer('T6/2', 'KOMMUNEN_BETALAR')
    expect(await story.open()).toMatchObject({
      'T14/1': '2026-11-23 assistant GAN-FS',
      'T14/2': '2026-11-26 assistant GAN-FS',
    })
  })
})

describe('T7: nuisance', () => {
  test('fast, with the landlord, and closed when the nuisance has ended after thirty days', async () => {
    await told('2026-11-23', { type: 'nuisance-warning' })
    expect(await story.open()).toEqual({
      'T7/1': '2026-11-23 registrar SN-MOTT fast',
      'T7/2': '2026-11-24 caseworker SN-MOTT fast',
      'T7/2b': '2026-11-24 assistant SN-MOTT fast',
      'T7/7': '2026-11-25 caseworker SN-MOTT fast',
      'T7/8': '2026-11-25 assistant SN-MOTT fast',
      'T7/4': '2026-11-27 caseworker SN-MOTT fast',
      'T7/KL4': '2026-11-27 visitor SN-LOTS fast',
      'T7/5': '2026-12-01 caseworker SN-MOTT fast',
      'T7/3': '2026-12-07 caseworker SN-MOTT fast',
      'T7/6a': '2026-12-07 caseworker SN-MOTT fast',
      'T7/6b': '2026-12-23 caseworker SN-MOTT fast',
    })
    await story.answer('T7/2', 'NADD_TACKAR_JA')
    for (const name of ['T7/1', 'T7/2b', 'T7/8', 'T7/4']) await story.answer(name, 'KLAR')
    await story.answer('T7/7', 'PROVAD')
    await story.answer('T7/KL4', 'VID_DORREN')
    await story.answer('T7/5', 'EJ_BEHOVLIG')
    await story.answer('T7/3', 'GENOMFORT')
    await story.moveTo('2026-12-23')
    await story.answer('T7/6a', 'UPPHORD')
    await story.answer('T7/6b', 'UPPHORD')
    expect(await story.open()).toEqual({ 'review/close': '2026-12-23 supervisor SN-MOTT' })
    expect(await story.finish({ outcome: 'STORNING_UPPHORD', cause: 'STORNING' })).toMatchObject({
      state: 'closed',
    })
  })
})

describe('T8: neglected dwelling', () => {
  test('a care assessor at the visit, then cleaning, then a place to stay meanwhile', async () => {
    await told('2026-11-23')
    await story.record({ needs: ['neglect'] })
    expect(await story.open()).toMatchObject({
      'T8/1': '2026-11-30 visitor GAN-BESOK',
      'T8/4': '2026-12-07 caseworker GAN-FS',
    })
    await story.answer('T8/1', 'GENOMFORT')
    expect(await story.open()).toMatchObject({ 'T8/2': '2026-11-26 caseworker GAN-FS' })
    await story.answer('T8/2', 'BESTALLD')
    expect(await story.open()).toMatchObject({ 'T8/3': '2026-11-26 caseworker GAN-FS' })
  })
})

describe('T9: eviction applied for or ordered, no date yet', () => {
  test('from Kronofogden alone: the supervisor sees it at once, and a withdrawn application ends it all', async () => {
    story = await openStory('2026-11-23')
    await story.enforce('application', { occurredOn: '2026-11-20' })
    expect(await story.open()).toEqual({
      'T9/1': '2026-11-23 supervisor SN-SAMORD',
      'T9/2': '2026-11-25 caseworker SN-SAMORD',
      'T9/3': '2026-11-26 caseworker SN-SAMORD',
      'T9/4': expect.stringMatching(/^2026-11-25 counsellor \w+\.bos$/),
      'T9/5': '2026-11-30 caseworker SN-SAMORD',
      'T9/6': '2026-11-25 caseworker SN-SAMORD',
      'T9/7': '2026-11-25 caseworker SN-SAMORD',
    })
    await story.answer('T9/3', 'GARANTIHYRA')
    expect(await story.open()).toMatchObject({ 'review/outcome': '2026-11-23 supervisor SN-SAMORD' })
    await story.answer('T9/2', 'ATERKALLAD')
    expect((await story.theCase()).settled).toBe('withdrawn')
    expect(await story.ended()).toMatchObject({ 'T9/1': 'withdrawn', 'T9/5': 'withdrawn' })
    expect(await story.open()).toEqual({ 'S/1': '2026-11-25 caseworker SN-SAMORD' })
    await story.answer('S/1', 'KLAR')
    expect(await story.finish({ outcome: 'ATERKALLAD_OKANT' })).toMatchObject({ state: 'closed' })
  })
})
