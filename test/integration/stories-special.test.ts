// T13–T19 told on a moved clock: the municipality's own leases and payments, power, residents, violence, cooperatives.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openStory, type Story } from '../support/story.ts'

let story: Story
beforeEach(async () => {
  story = await openStory('2026-11-23')
})
afterEach(async () => {
  await story.tellToTheEnd()
  expect((await story.theCase()).state).toBe('closed')
  expect(await story.clocks()).toEqual([])
  expect(Object.keys(await story.open()).every((name) => name.startsWith('F/'))).toBe(true)
  expect(story.spine.failures).toEqual([])
  await story.close()
})

describe('T13: a municipal sublet', () => {
  test('the support worker makes the first contact, and the plan asks for no inspection', async () => {
    await story.notify()
    await story.record({ tenancyKind: 'municipal-sublet' })
    expect(await story.open()).toMatchObject({
      'T13/1': '2026-11-25 caseworker GAN-FS',
      'T13/2': '2026-11-30 caseworker GAN-FS',
    })
    await story.answer('T13/2', 'AVBOJER')
    expect(await story.open()).toMatchObject({ 'review/outcome': '2026-11-23 supervisor GAN-FS' })
  })
})

describe('T14: the municipality pays the rent', () => {
  test('guarded every month; a missed payment is made and explained the same day, and the deviation is considered', async () => {
    await story.notify()
    await story.record({ needs: ['municipality-pays'] })
    expect(await story.open()).toMatchObject({
      'T14/1': '2026-11-23 assistant GAN-FS',
      'T14/2': '2026-11-26 assistant GAN-FS',
    })
    await story.answer('T14/1', 'KLAR')
    await story.answer('T14/2', 'MISSAD')
    expect(await story.open()).toMatchObject({ 'T14/3': '2026-11-23 supervisor GAN-FS' })
    await story.answer('T14/3', 'BETALD')
    expect(await story.open()).toMatchObject({ 'T14/4': '2026-11-26 supervisor GAN-FS' })
    await story.passTo('2026-12-02')
    const guards = (await story.rows()).filter(({ template }) => template === 'T14')
    expect(guards.map(({ occurrence, dueOn }) => `${occurrence} ${dueOn}`)).toEqual(
      expect.arrayContaining(['T14/1#2026-12 2026-12-21', 'T14/2#2026-12 2026-12-28']),
    )
  })

  test('a guard that nobody made stays when the next month begins', async () => {
    await story.notify()
    await story.record({ needs: ['municipality-pays'] })
    await story.passTo('2026-12-02')
    const standing = (await story.rows()).filter(
      ({ template, state }) => template === 'T14' && state === 'open',
    )
    expect(standing.map(({ occurrence }) => occurrence).sort()).toEqual([
      'T14/1#2026-11',
      'T14/1#2026-12',
      'T14/2#2026-11',
      'T14/2#2026-12',
    ])
  })
})

describe('T15: the power will be cut off', () => {
  test('children, age and medical equipment are asked for by the next working day', async () => {
    await story.notify({ type: 'power-cutoff' })
    expect(await story.open()).toEqual({
      'T15/1': expect.stringMatching(/^2026-11-25 counsellor \w+\.bos$/),
      'T15/2': '2026-11-26 caseworker GAN-FS',
      'T15/3': '2026-11-24 caseworker GAN-FS',
      'T15/5': '2026-11-26 caseworker GAN-FS',
      'T15/KL4': '2026-12-03 visitor GAN-BESOK',
    })
    await story.answer('T15/3', 'MEDICINSK_UTRUSTNING')
    expect(await story.open()).toMatchObject({ 'review/outcome': '2026-11-23 supervisor GAN-FS' })
    await story.answer('T15/2', 'BETALD')
    expect((await story.theCase()).settled).toBe('paid')
  })
})

describe('T16: others live there', () => {
  test('they are sought as persons of their own', async () => {
    await story.notify()
    await story.answer('T2/2', 'ANDRA_BOENDE')
    expect(await story.open()).toMatchObject({
      'T16/1': '2026-11-26 caseworker GAN-FS',
      'T16/2': '2026-11-25 registrar GAN-FS',
    })
  })
})

describe('T17: violence', () => {
  test('no letter, call or visit to the address; a safe way first, and the rest goes on', async () => {
    await story.notify()
    await story.record({ violence: true })
    const open = await story.open()
    expect(open).toMatchObject({
      'T17/1': expect.stringMatching(/^2026-11-23 caseworker/),
      'T17/2': expect.stringMatching(/^2026-11-24 caseworker/),
    })
    expect(Object.keys(open)).not.toEqual(expect.arrayContaining(['T2/3']))
    for (const name of ['T2/3', 'T2/3b', 'T2/KL4']) expect(open).not.toHaveProperty([name])
  })
})

describe('T18: a cooperative flat', () => {
  test('the board is helped, and no undertaking is planned (BRL 7:23)', async () => {
    await story.notify({ type: 'cooperative-fee-termination' })
    const open = await story.open()
    expect(open).toMatchObject({
      'T18/1': '2026-11-25 assistant GAN-FS',
      'T18/2': '2026-12-03 caseworker GAN-FS',
    })
    expect(open).not.toHaveProperty(['T2/9a'])
  })
})

describe('T19: not reached near the end', () => {
  test('six days before the end, by time alone, an evening visit and a supervisor who decides on an inquiry', async () => {
    await story.notify()
    await story.answer('T2/3', 'EJ_NADD')
    await story.passTo('2026-12-07')
    expect(await story.open()).not.toHaveProperty(['T19/3'])
    await story.passTo('2026-12-08')
    expect((await story.theCase()).facts).toMatchObject({ flags: ['not-reached'] })
    expect(await story.open()).toMatchObject({
      'T19/1': '2026-12-08 visitor GAN-BESOK',
      'T19/3': '2026-12-08 supervisor GAN-FS',
    })
    await story.answer('T19/1', 'INGEN_OPPNADE')
    expect(await story.open()).toMatchObject({ 'T19/2': '2026-12-10 caseworker GAN-FS' })
    await story.answer('T19/3', 'UTREDNING')
  })

  test('reached in the meantime, it is not asked for', async () => {
    await story.notify()
    await story.answer('T2/3', 'NADD_TACKAR_NEJ')
    await story.passTo('2026-12-09')
    expect(await story.open()).not.toHaveProperty(['T19/3'])
    expect((await story.theCase()).facts).not.toHaveProperty('flags')
  })

  test('reached on the last evening, what is left of it is needless', async () => {
    await story.notify()
    await story.passTo('2026-12-08')
    await story.answer('T19/1', 'VID_DORREN')
    expect(await story.ended()).toMatchObject({ 'T19/3': 'superseded' })
  })
})
