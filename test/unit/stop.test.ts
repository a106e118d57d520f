// Graceful stop: in order, whatever fails, and never longer than allowed.
import { expect, test } from '@jest/globals'
import { runSteps } from '../../shared/stop.ts'

test('steps run one after the other, in their order', async () => {
  const seen: string[] = []
  const step = (name: string) => ({
    name,
    run: async () => {
      seen.push(`${name} begins`)
      await Promise.resolve()
      seen.push(`${name} ends`)
    },
  })
  expect(await runSteps([step('ears'), step('database')], 1000)).toEqual([])
  expect(seen).toEqual(['ears begins', 'ears ends', 'database begins', 'database ends'])
})

test('a step that fails, at once or later, is named and keeps none of the others from running', async () => {
  let closed = false
  const steps = [
    {
      name: 'throws',
      run: () => {
        throw new Error('no')
      },
    },
    { name: 'rejects', run: () => Promise.reject(new Error('no')) },
    { name: 'database', run: () => (closed = true) },
  ]
  expect(await runSteps(steps, 1000)).toEqual(['throws', 'rejects'])
  expect(closed).toBe(true)
})

test('a step that never ends is cut off by the limit, and what came after it is named too', async () => {
  const never = new Promise<void>(() => undefined)
  const steps = [
    { name: 'first', run: () => undefined },
    { name: 'hangs', run: () => never },
    { name: 'database', run: () => undefined },
  ]
  expect(await runSteps(steps, 50)).toEqual(['hangs', 'database'])
})
