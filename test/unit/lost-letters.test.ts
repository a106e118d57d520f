// After a letter whose fate is unknown one letter at a time is at risk, for as long as the server answers for none.
import { expect, test } from '@jest/globals'
import { assert, boolean, constantFrom, integer, property } from 'fast-check'
import { mayLeave, retryAfterLoss, type Standing } from '../../shared/domain/lost-letters.ts'

const line = (losses: number, secondsSince: number, underWay = false) => ({ losses, secondsSince, underWay })

test.each<[string, number, Standing, number]>([
  ['its kin after ten seconds', 1, 'kin', 10],
  ['the lost letter itself after twenty', 1, 'tried', 20],
  ['any other when neither was heard of', 1, 'other', 35],
  ['its kin, when that was lost too, later', 2, 'kin', 20],
  ['the lost one a minute apart at most', 7, 'tried', 60],
  ['and any other little later than that', 70, 'other', 75],
])('after a loss there may leave %s', (_what, losses, letter, seconds) => {
  expect(mayLeave(line(losses, seconds - 0.1), letter)).toBe(false)
  expect(mayLeave(line(losses, seconds), letter)).toBe(true)
  expect(mayLeave(line(losses, seconds, true), letter)).toBe(false)
})

test('a lost letter is looked at again when it may leave', () => {
  for (const losses of [1, 2, 3, 9])
    expect(mayLeave(line(losses, retryAfterLoss(losses)), 'tried')).toBe(true)
})

const anyLetter = constantFrom<Standing>('tried', 'kin', 'other')

test('with nothing lost, or a clock set back to before the loss, every letter leaves', () => {
  assert(
    property(anyLetter, integer({ min: 0, max: 50 }), boolean(), (letter, losses, underWay) => {
      expect(mayLeave(line(0, 0, underWay), letter)).toBe(true)
      expect(mayLeave(line(losses, -1, underWay), letter)).toBe(true)
    }),
  )
})

test('whatever was lost, mail stands still for less than eighty seconds', () => {
  assert(
    property(anyLetter, integer({ min: 1, max: 1_000 }), (letter, losses) => {
      expect(mayLeave(line(losses, 80), letter)).toBe(true)
    }),
  )
})
