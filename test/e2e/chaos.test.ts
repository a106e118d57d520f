// A short storm over the whole service as separate processes, and one defect put in on purpose that the judge must see.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { controls, sound } from '../chaos/controls.ts'
import { backendHere } from '../chaos/house.ts'
import { runChaos, type Wishes } from '../chaos/run.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bokvar-chaos-'))
  chmodSync(folder, 0o755)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const storm = (name: string, wishes: Partial<Wishes>) =>
  runChaos({
    folder: join(folder, name),
    seed: 4,
    seconds: 12,
    plan: { backend: backendHere(), ...sound },
    perSecond: 6,
    faultEveryMs: [800, 2_500],
    drainMs: 45_000,
    say: () => undefined,
    ...wishes,
  })

test('after a short storm nothing is lost, doubled or left undone', async () => {
  const { verdicts, told, suffered, lateness } = await storm('sound', {})
  expect(verdicts.filter(({ bad }) => bad > 0)).toEqual([])
  expect(told['notice']).toBeGreaterThan(20)
  expect(suffered.length).toBeGreaterThan(3)
  expect(Math.max(...lateness.map(({ max }) => max))).toBeLessThan(60_000)
}, 240_000)

test('a sweep that trusts its own clock is seen by the judge', async () => {
  const control = controls.find(({ name }) => name.includes('clock'))
  const plan = { backend: backendHere(), parts: control?.parts ?? sound.parts }
  const { verdicts } = await storm('clock', { plan, seconds: 4, faults: /kill -9 sweep/, drainMs: 6_000 })
  expect(verdicts.filter(({ rule, bad }) => bad > 0 && control?.breaks.test(rule))).toHaveLength(1)
}, 120_000)
