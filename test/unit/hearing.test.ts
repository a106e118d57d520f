// The poll leaves to a queue what it rings for, and takes over from one that is silent while the others ring.
import { expect, test } from '@jest/globals'
import { openHearing } from '../../workers/hearing.ts'

const nothing = async () => undefined

test('a queue rings while its ring is answered and a little after, as long as any does', async () => {
  let now = 0
  const hearing = openHearing(() => now)
  expect(hearing.rings('planning')).toBe(false)
  const gate = Promise.withResolvers<void>()
  const answered = hearing.hear('planning', () => gate.promise)
  now = 60_000
  expect(hearing.rings('planning')).toBe(true)
  gate.resolve()
  await answered
  expect(hearing.rings('planning')).toBe(true)
  now += 2_000
  // Nothing rings any more: the queue server is away.
  expect(hearing.rings('planning')).toBe(false)
})

test('a queue that is silent for long while others ring is deaf, also when its last ring failed', async () => {
  let now = 0
  const hearing = openHearing(() => now)
  const failing = hearing.hear('routing', () => Promise.reject(new Error('planned')))
  await expect(failing).rejects.toThrow('planned')
  for (now = 1_000; now < 6_000; now += 1_000) {
    await hearing.hear('mail', nothing)
    expect(hearing.rings('routing')).toBe(true)
  }
  await hearing.hear('mail', nothing)
  expect([hearing.rings('routing'), hearing.rings('mail')]).toEqual([false, true])
})
