// T10–T12 told on a moved clock: the countdown to an eviction, its calling off, and what comes after it.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openStory, type Story } from '../support/story.ts'

let story: Story
beforeEach(async () => {
  story = await openStory('2026-11-23')
})
afterEach(async () => {
  if ((await story.theCase()).stage === 'date-set')
    await story.enforce('cancelled', { occurredOn: '2026-12-14' })
  await story.tellToTheEnd()
  expect((await story.theCase()).state).toBe('closed')
  expect(await story.clocks()).toEqual([])
  expect(Object.keys(await story.open()).every((name) => name.startsWith('F/'))).toBe(true)
  expect(story.spine.failures).toEqual([])
  for (const { subject, text } of story.spine.letters)
    expect(`${subject} ${text}`).not.toMatch(/Vera|Storgatan|8450|avhys|skuld|hyra|barn|2026-\d{4}/i)
  await story.close()
})

const dateSet = (evictionAt: string, over: object = {}) =>
  story.enforce('date-set', { occurredOn: '2026-11-23', evictionAt, ...over })

const countdown = {
  'T10/1': '2026-11-23 registrar SN-SAMORD fast',
  'T10/2': '2026-11-24 supervisor SN-SAMORD fast',
  'T10/3a': '2026-11-24 caseworker SN-SAMORD fast',
  'T10/10': '2026-11-24 caseworker SN-SAMORD fast',
  'T10/11': '2026-11-23 supervisor SN-SAMORD fast',
  'T10/3': '2026-12-04 visitor SN-LOTS fast',
  'T10/4': '2026-12-07 caseworker SN-SAMORD fast',
  'T10/5': '2026-12-09 caseworker SN-SAMORD fast',
  'T10/6': '2026-12-11 caseworker SN-SAMORD fast',
  'T10/6b': '2026-12-11 supervisor SN-SAMORD fast',
  'T10/7': '2026-12-11 assistant SN-SAMORD fast',
  'T10/8': '2026-12-14 visitor SN-LOTS fast',
  'T10/9': '2026-12-15 caseworker SN-SAMORD fast',
}

describe('T10: a date is set', () => {
  test('the countdown is planned to the day, the household is referred, and everything is in the fast column', async () => {
    await dateSet('2026-12-14T08:00:00Z')
    expect(await story.open()).toEqual(countdown)
    expect(await story.referrals()).toEqual([expect.objectContaining({ state: 'assigned', unit: 'SN-BOS' })])
  })

  test('with children there is a plan for the children that day, and it is asked for on the day of the message', async () => {
    await dateSet('2026-12-14T08:00:00Z', { childrenInHousehold: 'yes' })
    expect(await story.open()).toMatchObject({
      'T10/6c': '2026-12-11 caseworker SN-SAMORD fast',
      'T3/3': '2026-11-23 caseworker SN-SAMORD fast',
    })
  })

  test('unconfirmed, the message of the same day climbs within hours; confirmed, it is quiet', async () => {
    await dateSet('2026-12-14T08:00:00Z')
    await story.passTo('2026-11-23', '11:30')
    const untaken = (await story.alerts()).filter(
      ({ trigger }) => trigger === 'same-day-confirmation-untaken',
    )
    expect(untaken.map(({ recipient, urgency }) => `${recipient} ${urgency}`)).toEqual([
      'unit-supervisor 3',
      'duty-list 4',
    ])
    await story.answer('T10/1', 'BEKRAFTAD')
    await story.passTo('2026-11-25')
    const later = (await story.alerts()).filter(({ trigger }) => trigger === 'same-day-confirmation-untaken')
    expect(later).toHaveLength(2)
  })
})

describe('a date that moves', () => {
  test('moved away: the old clocks stop and a new countdown runs; moved back: the old one wakes, nothing is told twice', async () => {
    await dateSet('2026-12-14T08:00:00Z')
    await story.answer('T10/1', 'BEKRAFTAD')
    const before = await story.clocks()
    await story.enforce('rescheduled', { occurredOn: '2026-11-24', evictionAt: '2027-01-18T08:00:00Z' })
    expect(await story.open()).toMatchObject({
      'T10/1': '2026-11-23 registrar SN-SAMORD fast',
      'T10/8': '2027-01-18 visitor SN-LOTS fast',
      'T10/9': '2027-01-19 caseworker SN-SAMORD fast',
    })
    expect((await story.open())['T10/8']).not.toContain('2026-12')
    await story.enforce('rescheduled', { occurredOn: '2026-11-25', evictionAt: '2026-12-14T08:00:00Z' })
    expect(await story.open()).toMatchObject({ 'T10/8': '2026-12-14 visitor SN-LOTS fast' })
    expect((await story.clocks()).filter((one) => one.startsWith('eviction-nears'))).toEqual(
      before.filter((one) => one.startsWith('eviction-nears')),
    )
  })
})

describe('T11: called off', () => {
  test('the countdown ends with that reason, and the household is followed for half a year', async () => {
    await dateSet('2026-12-14T08:00:00Z')
    await story.moveTo('2026-11-30')
    await story.enforce('cancelled', { occurredOn: '2026-11-30', reason: 'Betalning' })
    expect(await story.ended()).toMatchObject({
      'T10/3': 'cancelled',
      'T10/8': 'cancelled',
      'T10/9': 'cancelled',
    })
    expect(await story.open()).toEqual({
      'T11/1': '2026-12-02 caseworker SN-SAMORD',
      'T11/2': '2026-12-07 caseworker SN-SAMORD',
      'T11/3a': '2026-12-30 caseworker SN-SAMORD',
      'T11/3b': '2027-03-01 caseworker SN-SAMORD',
      'T11/3c': '2027-05-31 caseworker SN-SAMORD',
    })
    expect((await story.clocks()).filter((one) => one.startsWith('eviction'))).toEqual([])
  })

  test('set anew after the calling off, everything is asked for again, and called off again it is followed up afresh', async () => {
    await dateSet('2026-12-14T08:00:00Z')
    await story.enforce('cancelled', { occurredOn: '2026-11-24' })
    await story.answer('T11/1', 'KLAR')
    await story.enforce('date-set', { occurredOn: '2026-11-25', evictionAt: '2027-01-18T08:00:00Z' })
    expect(await story.open()).toMatchObject({
      'T10/2': expect.any(String),
      'T10/8': '2027-01-18 visitor SN-LOTS fast',
    })
    await story.enforce('cancelled', { occurredOn: '2026-11-26' })
    expect(await story.open()).toMatchObject({ 'T11/1': '2026-11-25 caseworker SN-SAMORD' })
  })
})

describe('T12: executed', () => {
  test('the outcome is asked for the day after, the belongings before three months, and no case is closed without a housing', async () => {
    await dateSet('2026-12-07T08:00:00Z', { childrenInHousehold: 'yes' })
    await story.moveTo('2026-12-07')
    await story.answer('T10/8', 'NARVARANDE')
    await story.enforce('executed', { occurredOn: '2026-12-07', childrenInHousehold: 'yes' })
    expect(await story.open()).toMatchObject({
      'T12/1': '2026-12-08 caseworker SN-SAMORD fast',
      'T12/2': '2026-12-10 caseworker SN-SAMORD fast',
      'T12/3': '2026-12-07 caseworker SN-SAMORD fast',
      'T12/5': '2027-02-05 caseworker SN-SAMORD fast',
      'T12/6b': '2027-03-08 caseworker SN-SAMORD fast',
    })
    await story.moveTo('2026-12-10')
    const missing = (await story.alerts()).filter(({ trigger }) => trigger === 'outcome-missing')
    expect(missing.map(({ recipient }) => recipient)).toEqual(expect.arrayContaining(['unit-supervisor']))
    await expect(story.finish({ outcome: 'VERKSTALLD' })).rejects.toThrow(/Öppna uppgifter/)
  })
})
