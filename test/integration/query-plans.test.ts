// The queries of every day find what they need by an index, with twenty thousand cases in the archive.
import { expect, test } from '@jest/globals'
import { makeManyCases } from '../bench/many-cases.ts'
import { openApi } from '../support/api.ts'
import { LARGE, plansOfHotDeeds } from '../support/hot-deeds.ts'

test('none of the hot deeds reads a large table from end to end', async () => {
  const api = await openApi({ pages: true })
  try {
    await makeManyCases(api.url, { total: 20_000, open: 400 })
    const plans = await plansOfHotDeeds(api)
    expect(new Set(plans.map(({ deed }) => deed)).size).toBeGreaterThanOrEqual(15)
    const whole = plans.flatMap(({ deed, text, readings }) =>
      readings
        .filter(({ table, way }) => way === 'Seq Scan' && LARGE.includes(table))
        .map(({ table }) => `${deed}: ${table} in ${text.replace(/\s+/g, ' ').slice(0, 160)}`),
    )
    expect(whole).toEqual([])
  } finally {
    await api.stop()
  }
}, 240_000)
