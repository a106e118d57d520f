// The queries of every day find what they need by an index, and the pages of every day keep to what they may cost.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { compileTemplates } from '../../services/web/warm.ts'
import { makeManyCases } from '../bench/many-cases.ts'
import { openApi, type Api, type Who } from '../support/api.ts'
import { LARGE, plansOfHotDeeds } from '../support/hot-deeds.ts'
import { caughtIn } from '../support/plans.ts'

let api: Api
beforeAll(async () => {
  api = await openApi({ pages: true })
  // Twenty thousand cases in the archive, and as many open ones as a large city has.
  await makeManyCases(api.url, { total: 20_000, open: 2_000 })
})
afterAll(() => api.stop())

/** Statements that a page may send, and how many times the floor it may take: measured are 2 to 10. */
const BUDGETS: readonly [string, Who, () => string, number, number][] = [
  ['worklist', 'caseworker.gan', () => '/uppgifter', 10, 25],
  ['worklist of what is overdue', 'supervisor.gan', () => '/uppgifter?flik=all&nar=overdue', 12, 25],
  ['a day’s work', 'caseworker.gan', () => '/', 22, 40],
  ['board', 'supervisor.gan', () => '/tavla', 12, 40],
  ['board’s weeks', 'supervisor.gan', () => '/tavla/veckor', 13, 40],
  ['case', 'caseworker.gan', () => `/arenden/${cases[turn++ % cases.length]}`, 30, 40],
]
let cases: string[] = []
let turn = 0

const middle = (taken: number[]): number => taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)] ?? 0

async function timed(deed: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await deed()
  return performance.now() - from
}

test('worklist, day, board and case keep to their statements, and to a multiple of the least that a request costs', async () => {
  expect(await compileTemplates(api.app.frame.environment)).toBeGreaterThan(100)
  const { rows } = await sql<{ id: string }>`select id from arrears_case
    where state = 'open' and committee = 'GAN' order by number limit 20`.execute(api.owner)
  cases = rows.map(({ id }) => id)
  const over: string[] = []
  for (const [name, as, path, statements, most] of BUDGETS) {
    const ask = () => api.call(path(), { as })
    // The least: somebody is recognised and one page of one line is written. Taken in turn, so that both feel the same load.
    const least = () => api.call('/personuppgifter', { as })
    expect((await ask()).status).toBe(200)
    const sent = (await caughtIn(ask)).length
    const taken: [number[], number[]] = [[], []]
    for (let n = 0; n < 12; n += 1) {
      taken[0].push(await timed(least))
      taken[1].push(await timed(ask))
    }
    const ratio = middle(taken[1]) / middle(taken[0])
    if (sent > statements) over.push(`${name}: ${sent} statements of ${statements}`)
    if (ratio > most) over.push(`${name}: ${ratio.toFixed(0)} times the floor of ${most}`)
  }
  expect(over).toEqual([])
})

test('none of the hot deeds reads a large table from end to end', async () => {
  const plans = await plansOfHotDeeds(api)
  expect(new Set(plans.map(({ deed }) => deed)).size).toBeGreaterThanOrEqual(15)
  const whole = plans.flatMap(({ deed, text, readings }) =>
    readings
      .filter(({ table, way }) => way === 'Seq Scan' && LARGE.includes(table))
      .map(({ table }) => `${deed}: ${table} in ${text.replace(/\s+/g, ' ').slice(0, 160)}`),
  )
  expect(whole).toEqual([])
})
