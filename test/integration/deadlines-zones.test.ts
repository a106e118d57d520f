// A Swedish day is a Swedish day: process and database in UTC, New York and Stockholm time store the same dates.
import { afterAll, describe, expect, test } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { openDatabase } from '../../shared/db/open.ts'
import { freshDatabase } from '../support/cluster.ts'
import { runInZone } from '../support/zones.ts'

const script = fileURLToPath(new URL('../support/print-case-dates.ts', import.meta.url))
const drops: (() => Promise<void>)[] = []
afterAll(async () => {
  await Promise.all(drops.map((drop) => drop()))
})

/** The household's dates with the process and the database both in `zone`. */
async function playedIn(zone: string) {
  const { url, drop } = await freshDatabase()
  drops.push(drop)
  const owner = openDatabase({ url, role: 'owner', max: 1 })
  await sql`alter database ${sql.id(new URL(url).pathname.slice(1))} set timezone to ${sql.lit(zone)}`.execute(
    owner,
  )
  await owner.destroy()
  return JSON.parse(await runInZone(zone, script, url)) as {
    cases: Record<string, string | null>[]
    deadlines: { kind: string; lastDay: string | null; current: boolean; state: string }[]
    diary: object[]
    tasks: { occurrence: string; dueOn: string; dueAt: string }[]
    failures: object[]
  }
}

describe('the same household', () => {
  test('has the same dates wherever the servers stand', async () => {
    const stockholm = await playedIn('Europe/Stockholm')
    const [utc, newYork] = await Promise.all([playedIn('UTC'), playedIn('America/New_York')])
    expect(stockholm.failures).toEqual([])
    expect(stockholm.cases).toMatchObject([
      {
        receivedOn: '2026-12-03',
        recoveryLastDay: '2026-12-28',
        eventOn: '2026-12-24',
        evictionDay: '2027-01-20',
      },
    ])
    const recovery = stockholm.deadlines.find((one) => one.kind === 'recovery' && one.current)
    expect(recovery).toMatchObject({ lastDay: '2026-12-28', state: 'passed' })
    expect(stockholm.tasks.find(({ occurrence }) => occurrence.startsWith('T10/1#'))).toMatchObject({
      dueOn: '2026-12-24',
      dueAt: '2026-12-24T16:00:00.000Z',
    })
    expect(stockholm.diary).toContainEqual({
      kind: 'deadline.passed',
      deadline: 'recovery',
      day: '2026-12-28',
    })
    expect(utc).toEqual(stockholm)
    expect(newYork).toEqual(stockholm)
  })
})
