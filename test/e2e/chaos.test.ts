// A short storm over the whole service as separate processes: the run that `npm run chaos` makes longer.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sound } from '../chaos/controls.ts'
import { backendHere } from '../chaos/queue.ts'
import { runChaos } from '../chaos/run.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bokvar-chaos-'))
  chmodSync(folder, 0o755)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('after a short storm nothing is lost, doubled or left undone', async () => {
  const { verdicts, told, suffered, lateness } = await runChaos({
    folder: join(folder, 'house'),
    seed: 4,
    seconds: 12,
    plan: { backend: backendHere(), ...sound, longest: 4 },
    perSecond: 6,
    files: { everySeconds: 5, rows: 12 },
    faultEveryMs: [800, 2_500],
    atOnce: 2,
    drainMs: 45_000,
    say: () => undefined,
  })
  expect(verdicts.filter(({ bad }) => bad > 0)).toEqual([])
  expect(told['notice']).toBeGreaterThan(20)
  expect(suffered.length).toBeGreaterThan(3)
  expect(Math.max(...lateness.map(({ max }) => max))).toBeLessThan(60_000)
})
