// Proves the contact ladder: step by step until the household is reached, and no shortcut to "no contact".
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { readDataFile } from '../../config/files.ts'
import { isReached, ladderExhausted, nextContactStep } from '../../shared/domain/contact-ladder.ts'
import type { Attempt, LadderFacts } from '../../shared/domain/contact-ladder.ts'
import { parseTaskTemplates } from '../../shared/domain/planning.ts'

const { templates } = parseTaskTemplates(readDataFile('1880-orebro/tasks.csv'))
const facts = (over: Partial<LadderFacts> = {}): LadderFacts => ({
  answers: { flagga: [] },
  recoveryEnds: null,
  evictionDay: null,
  ...over,
})
const tried = (channel: Attempt['channel'], over: Partial<Attempt> = {}): Attempt => ({
  at: '2026-12-01T09:00:00Z',
  channel,
  partOfDay: 'day',
  reached: false,
  by: 'municipality',
  ...over,
})
const evening = { partOfDay: 'evening' } as const
const all = [
  tried('phone'),
  tried('phone', evening),
  tried('letter'),
  tried('phone'),
  tried('visit'),
  tried('visit', evening),
  tried('meeting'),
]

const next = (
  attempts: Attempt[],
  over: Partial<LadderFacts> = {},
  today = '2026-12-01',
): [string, boolean] | null => {
  const step = nextContactStep(attempts, facts(over), today, templates)
  return step ? [step.row.task, step.evening] : null
}

describe('the next step', () => {
  test.each<[string, Attempt[], [string, boolean] | null]>([
    ['is a call by day when nothing has been tried', [], ['1', false]],
    ['is a call in the evening when the day has failed', [tried('phone')], ['1', true]],
    [
      'is still the evening call when two calls by day have failed',
      [tried('phone'), tried('phone')],
      ['1', true],
    ],
    ['is the letter after both calls', all.slice(0, 2), ['2', false]],
    ['is a third call after the letter', all.slice(0, 3), ['3', false]],
    ['is the announced visit after the third call', all.slice(0, 4), ['4', false]],
    ['is a visit in the evening or by a neutral person after the first visit', all.slice(0, 5), ['5', true]],
    [
      'is the meeting when a neutral person has visited',
      [...all.slice(0, 5), tried('visit', { by: 'neutral' })],
      ['6', false],
    ],
    ['is none when every step has been tried', all, null],
    ['is none when the household is reached', [tried('phone', { reached: true })], null],
  ])('%s', (_, attempts, expected) => {
    expect(next(attempts)).toEqual(expected)
  })

  test("the landlord's own attempts are information: they climb nothing, and their contact is not ours", () => {
    const landlords = all.map((attempt) => ({ ...attempt, by: 'landlord' as const, reached: true }))
    expect(next(landlords)).toEqual(['1', false])
    expect(isReached(landlords)).toBe(false)
    expect(ladderExhausted(landlords, facts(), templates).exhausted).toBe(false)
  })

  test('goes straight to the evening visit when six days or fewer are left', () => {
    expect(next([], { recoveryEnds: '2026-12-08' })).toEqual(['1', false])
    expect(next([], { recoveryEnds: '2026-12-07' })).toEqual(['5', true])
    expect(next([], { evictionDay: '2026-12-02' })).toEqual(['5', true])
    expect(next([], { recoveryEnds: '2026-11-30' })).toEqual(['1', false])
  })

  test('is never a letter or a visit to the address when there are signs of violence', () => {
    const violence = { answers: { flagga: ['violence'] } }
    const steps: string[] = []
    const attempts: Attempt[] = []
    for (
      let step = nextContactStep(attempts, facts(violence), '2026-12-01', templates);
      step;
      step = nextContactStep(attempts, facts(violence), '2026-12-01', templates)
    ) {
      steps.push(step.row.channel)
      attempts.push(tried(step.row.channel === 'meeting' ? 'meeting' : 'phone', step.evening ? evening : {}))
    }
    expect(steps).toEqual(['sms+phone', 'sms+phone', 'phone', 'meeting'])
  })
})

describe('the ladder is exhausted', () => {
  test('only when every step has been tried, and until then says what is left', () => {
    expect(ladderExhausted(all, facts(), templates)).toEqual({ exhausted: true, left: [] })
    const { exhausted, left } = ladderExhausted(all.slice(0, 5), facts(), templates)
    expect(exhausted).toBe(false)
    expect(left.map((words) => words.sv)).toEqual([
      'Besök efter kontorstid eller av en neutral person',
      'Nominera till samverkansmöte och bestäm en ny strategi',
    ])
  })

  test('never sooner by trying one thing many times, and more attempts never undo it', () => {
    const channel = fc.constantFrom<Attempt['channel']>('phone', 'sms', 'letter', 'visit', 'meeting', 'other')
    const some = fc.array(
      fc.record({ channel, partOfDay: fc.constantFrom<'day' | 'evening'>('day', 'evening') }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(some, (list) => {
        const attempts = list.map(({ channel, partOfDay }) => tried(channel, { partOfDay }))
        const { exhausted } = ladderExhausted(attempts, facts(), templates)
        expect(exhausted).toBe(nextContactStep(attempts, facts(), '2026-12-01', templates) === null)
        if (exhausted)
          expect(attempts.filter((one) => one.channel === 'phone').length).toBeGreaterThanOrEqual(3)
        expect(ladderExhausted([...attempts, ...all], facts(), templates).exhausted).toBe(true)
      }),
    )
  })
})
